#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// One curve of a `LinePlot`: points in the order in which they are joined.
struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// A plot of curves over common axes, written as an SVG file, which every browser shows.
struct LinePlot {
  struct Threshold {
    double y;
    std::string name;
  };

  std::string title, x_label, y_label;
  std::vector<Series> series;
  std::optional<Threshold> threshold{};  ///< a dashed horizontal line

  /// Points that are not finite leave a gap. Throws `std::runtime_error` when the file cannot be
  /// written.
  void write_svg(const std::string& path) const;
};

}  // namespace example
