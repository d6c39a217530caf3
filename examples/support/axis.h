#pragma once

#include <string>
#include <vector>

namespace example {

/// The range of an axis, and the distance of its ticks: 1, 2 or 5 times a power of ten.
struct Axis {
  double low, high, step;

  /// The given range, with about `steps` steps.
  static Axis of(double low, double high, double steps = 6);
  /// The given range, widened to whole steps.
  static Axis around(double low, double high, double steps = 6);

  /// The position of a value: 0 at the low end, 1 at the high end.
  double fraction(double value) const { return (value - low) / (high - low); }
  std::vector<double> ticks() const;
};

/// A number as the label of a tick.
std::string tick_label(double value);

}  // namespace example
