#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// A curve of a `LinePlot`. Its points are joined in order.
struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// A plot of curves over common axes, written as an SVG file.
struct LinePlot {
  struct Threshold {
    double y;
    std::string name;
  };

  std::string title, x_label, y_label;
  std::vector<Series> series;
  std::optional<Threshold> threshold{};  ///< a dashed horizontal line

  /// Points that are not finite leave a gap. Throws `std::runtime_error` if the file cannot be
  /// written.
  void write_svg(const std::string& path) const;
};

}  // namespace example
