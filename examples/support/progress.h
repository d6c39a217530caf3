#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace example {

/// A progress display on standard output. On a terminal it is one line that is redrawn, with a bar
/// and the remaining time. Elsewhere (a log file, a pipe) every update prints a line.
class Progress {
 public:
  /// `unit` is the name of what is counted ("epoch"), and `total` is their number.
  Progress(std::string unit, int64_t total);

  /// Ends the line.
  ~Progress();

  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Shows that `done` units are finished. `figures` is text for the display ("loss 0.31").
  void update(int64_t done, const std::string& figures);

  /// The seconds since construction.
  double seconds() const;

 private:
  std::string unit_;
  int64_t total_;
  std::chrono::steady_clock::time_point start_;
  bool on_terminal_;
  bool line_open_ = false;
};

/// `value` with the given number of decimals.
std::string fixed(double value, int decimals);

}  // namespace example
