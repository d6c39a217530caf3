#include "support/axis.h"

#include <cmath>
#include <sstream>

namespace example {
namespace {

constexpr double kRounding = 1e-9;  // in steps: how far a range may end before a tick

}  // namespace

Axis Axis::of(double low, double high, double steps) {
  if (!(low < high)) high = low + 1;
  const double rough = (high - low) / steps;
  const double magnitude = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * magnitude;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * magnitude >= rough) step = factor * magnitude;
  }
  return {.low = low, .high = high, .step = step};
}

Axis Axis::around(double low, double high, double steps) {
  Axis axis = of(low, high, steps);
  axis.low = std::floor(axis.low / axis.step) * axis.step;
  axis.high = std::ceil(axis.high / axis.step) * axis.step;
  return axis;
}

std::vector<double> Axis::ticks() const {
  std::vector<double> ticks;
  const auto first = std::lround(std::ceil(low / step - kRounding));
  const auto last = std::lround(std::floor(high / step + kRounding));
  // Multiples of an integer, so that a tick at zero is not printed as 1e-17.
  for (auto i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::string tick_label(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace example
