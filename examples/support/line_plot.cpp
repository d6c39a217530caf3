#include "support/line_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "support/axis.h"

namespace example {
namespace {

constexpr double kWidth = 800, kHeight = 480;                       // size of the picture in pixels
constexpr double kLeft = 72, kRight = 24, kTop = 48, kBottom = 60;  // margins
constexpr std::array kColours = {"#1f5fa8", "#d1662a", "#3a8f4b", "#8a4fa3"};
constexpr auto kThresholdColour = "#b3261e";

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else
      result += c;
  }
  return result;
}

/// Draws a plot. `x` and `y` map data to pixels.
class Canvas {
 public:
  Canvas(Axis x_axis, Axis y_axis) : x_axis_(x_axis), y_axis_(y_axis) {
    svg_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << kWidth << ' ' << kHeight
         << "\" width=\"" << kWidth << "\" height=\"" << kHeight
         << "\" font-family=\"sans-serif\" font-size=\"14\">\n"
         << "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  }

  double x(double value) const {
    return kLeft + x_axis_.fraction(value) * (kWidth - kLeft - kRight);
  }
  double y(double value) const {
    return kHeight - kBottom - y_axis_.fraction(value) * (kHeight - kTop - kBottom);
  }

  void line(double x1, double y1, double x2, double y2, const std::string& style) {
    svg_ << "<line x1=\"" << x1 << "\" y1=\"" << y1 << "\" x2=\"" << x2 << "\" y2=\"" << y2 << "\" "
         << style << "/>\n";
  }

  void text(double x, double y, const std::string& text, const std::string& style) {
    svg_ << "<text x=\"" << x << "\" y=\"" << y << "\" " << style << '>' << escaped(text)
         << "</text>\n";
  }

  void axes(const LinePlot& plot) {
    const double bottom = y(y_axis_.low), right = x(x_axis_.high);
    const std::string grid = "stroke=\"#e4e4e4\"";
    for (const double tick : x_axis_.ticks()) {
      const double at = x(tick);
      line(at, kTop, at, bottom, grid);
      text(at, bottom + 20, tick_label(tick), "text-anchor=\"middle\"");
    }
    for (const double tick : y_axis_.ticks()) {
      const double at = y(tick);
      line(kLeft, at, right, at, grid);
      text(kLeft - 8, at + 5, tick_label(tick), "text-anchor=\"end\"");
    }
    line(kLeft, bottom, right, bottom, "stroke=\"black\"");
    line(kLeft, kTop, kLeft, bottom, "stroke=\"black\"");
    text((kLeft + right) / 2, 28, plot.title,
         "text-anchor=\"middle\" font-size=\"18\" font-weight=\"bold\"");
    text((kLeft + right) / 2, kHeight - 16, plot.x_label, "text-anchor=\"middle\"");
    const double middle = (kTop + bottom) / 2;
    text(20, middle, plot.y_label,
         "text-anchor=\"middle\" transform=\"rotate(-90 20 " + std::to_string(middle) + ")\"");
  }

  void threshold(const LinePlot::Threshold& threshold) {
    const double at = y(threshold.y);
    line(kLeft, at, x(x_axis_.high), at,
         std::string("stroke-width=\"1.5\" stroke-dasharray=\"7 5\" stroke=\"") + kThresholdColour +
             '"');
    text(kLeft + 8, at - 6, threshold.name, std::string("fill=\"") + kThresholdColour + '"');
  }

  void curve(const Series& series, const std::string& colour) {
    svg_ << "<path fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke=\"" << colour
         << "\" d=\"";
    char command = 'M';
    for (const auto& [px, py] : series.points) {
      if (!std::isfinite(px) || !std::isfinite(py)) {
        command = 'M';
        continue;
      }
      svg_ << command << x(px) << ' ' << y(py) << ' ';
      command = 'L';
    }
    svg_ << "\"/>\n";
  }

  /// Draws line `index` of the key, in the lower right corner.
  void key(size_t index, size_t count, const std::string& name, const std::string& colour) {
    const double at = y(y_axis_.low) - 16 - 20 * static_cast<double>(count - 1 - index);
    const double right = x(x_axis_.high) - 16;
    line(right - 28, at - 5, right, at - 5, "stroke-width=\"3\" stroke=\"" + colour + '"');
    text(right - 36, at, name, "text-anchor=\"end\"");
  }

  std::string finish() {
    svg_ << "</svg>\n";
    return svg_.str();
  }

 private:
  Axis x_axis_, y_axis_;
  std::ostringstream svg_;
};

}  // namespace

void LinePlot::write_svg(const std::string& path) const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double x_low = kInfinity, x_high = -kInfinity, y_low = kInfinity, y_high = -kInfinity;
  for (const Series& curve : series) {
    for (const auto& [x, y] : curve.points) {
      if (!std::isfinite(x) || !std::isfinite(y)) continue;
      x_low = std::min(x_low, x);
      x_high = std::max(x_high, x);
      y_low = std::min(y_low, y);
      y_high = std::max(y_high, y);
    }
  }
  if (x_low > x_high) throw std::runtime_error("nothing to plot in " + path);
  if (threshold) {
    y_low = std::min(y_low, threshold->y);
    y_high = std::max(y_high, threshold->y);
  }

  Canvas canvas(Axis::around(x_low, x_high), Axis::around(y_low, y_high));
  canvas.axes(*this);
  for (size_t i = 0; i < series.size(); ++i) {
    const std::string colour = kColours[i % kColours.size()];
    canvas.curve(series[i], colour);
    canvas.key(i, series.size(), series[i].name, colour);
  }
  if (threshold) canvas.threshold(*threshold);

  std::ofstream file(path);
  file << canvas.finish();
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace example
