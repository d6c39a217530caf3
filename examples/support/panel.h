#pragma once

#include <string>
#include <vector>

#include "support/axis.h"
#include "support/image.h"

namespace example {

/// The texts around a plot.
struct Labels {
  std::string title, x, y;
};

/// A plot in a part of a picture: maps data to pixels, and draws axes and curves.
class Panel {
 public:
  /// `box` is the area between the axes; the labels of ticks are outside of it.
  Panel(Image& image, const Box& box, const Axis& x_axis, const Axis& y_axis)
      : image_(&image), box_(box), x_axis_(x_axis), y_axis_(y_axis) {}

  const Box& box() const { return box_; }
  double x(double value) const { return box_.left + x_axis_.fraction(value) * box_.width(); }
  double y(double value) const { return box_.bottom - y_axis_.fraction(value) * box_.height(); }
  Point at(double x_value, double y_value) const { return {x(x_value), y(y_value)}; }

  void draw_x_axis(double text_size) const;
  void draw_y_axis(double text_size) const;
  /// Draws both axes and writes the labels: the title and that of y are above the panel.
  void draw_axes(const Labels& labels) const;

  /// Restricts what is drawn on the picture to this panel until `unclip`.
  void clip() const { image_->clip(box_); }
  void unclip() const { image_->clip(); }

  /// A rectangle between values.
  void fill(double x_low, double y_low, double x_high, double y_high, Colour colour) const;
  /// Divides the panel into rectangles of these colours, row by row from the lower left corner.
  void colour_map(const std::vector<Colour>& colours, size_t columns) const;
  /// Joins the points (xs[i], ys[i]). Values may be infinite; the panel cuts the curve off.
  void curve(const std::vector<double>& xs, const std::vector<double>& ys, double width,
             Colour colour) const;

 private:
  Image* image_;
  Box box_;
  Axis x_axis_, y_axis_;
};

}  // namespace example
