#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace example {

/// A progress display on the standard output: on a terminal one line that is redrawn, with a bar
/// and the time that is left; elsewhere (a log file, a pipe) a line an update.
class Progress {
 public:
  /// `unit` names what is counted ("epoch"), `total` how many there will be.
  Progress(std::string unit, int64_t total);

  /// Leaves the cursor on a line of its own.
  ~Progress();

  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` of the units are over; `figures` says how things stand ("loss 0.31").
  void update(int64_t done, const std::string& figures);

  /// Since the display was made.
  double seconds() const;

 private:
  std::string unit_;
  int64_t total_;
  std::chrono::steady_clock::time_point start_;
  bool on_terminal_;
  bool line_open_ = false;
};

/// `value` with that many decimals.
std::string fixed(double value, int decimals);

}  // namespace example
