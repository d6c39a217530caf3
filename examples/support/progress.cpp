#include "support/progress.h"

#include <unistd.h>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <utility>

namespace example {
namespace {

constexpr int kBarWidth = 24;

std::string bar(double fraction) {
  const auto filled = static_cast<size_t>(std::lround(fraction * kBarWidth));
  return '[' + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + ']';
}

}  // namespace

Progress::Progress(std::string unit, int64_t total)
    : unit_(std::move(unit)),
      total_(total),
      start_(std::chrono::steady_clock::now()),
      on_terminal_(isatty(STDOUT_FILENO) == 1) {}

Progress::~Progress() {
  if (line_open_) std::cout << std::endl;
}

void Progress::update(int64_t done, const std::string& figures) {
  std::ostringstream line;
  line << unit_ << ' ' << std::setw(static_cast<int>(std::to_string(total_).size())) << done << '/'
       << total_ << "  ";
  if (!on_terminal_) {
    std::cout << line.str() << figures << std::endl;
    return;
  }
  const double fraction = static_cast<double>(done) / static_cast<double>(total_);
  const double left = done == 0 ? 0.0 : seconds() * (1.0 - fraction) / fraction;
  constexpr auto kEraseToEndOfLine = "\x1b[K";
  std::cout << '\r' << line.str() << bar(fraction) << "  " << figures << "  " << fixed(left, 0)
            << " s left" << kEraseToEndOfLine << std::flush;
  line_open_ = true;
}

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

std::string fixed(double value, int decimals) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(decimals) << value;
  return text.str();
}

}  // namespace example
