#include "support/panel.h"

#include <algorithm>

namespace example {
namespace {

constexpr Colour kAxisColour = grey(90);
constexpr double kAxisWidth = 1.4, kTickLength = 5, kTextGap = 4;

}  // namespace

void Panel::draw_x_axis(double text_size) const {
  const double y = box_.bottom;
  image_->lines({{{box_.left, y}, {box_.right, y}}}, kAxisWidth, kAxisColour);
  for (const double tick : x_axis_.ticks()) {
    const double at = x(tick);
    image_->lines({{{at, y}, {at, y + kTickLength}}}, kAxisWidth, kAxisColour);
    image_->text({.x = at, .y = y + kTickLength + kTextGap + 0.7 * text_size}, tick_label(tick),
                 {.size = text_size, .colour = kAxisColour, .align = Align::kCentre});
  }
}

void Panel::draw_y_axis(double text_size) const {
  const double x = box_.left;
  image_->lines({{{x, box_.top}, {x, box_.bottom}}}, kAxisWidth, kAxisColour);
  for (const double tick : y_axis_.ticks()) {
    const double at = y(tick);
    image_->lines({{{x - kTickLength, at}, {x, at}}}, kAxisWidth, kAxisColour);
    image_->text({.x = x - kTickLength - kTextGap, .y = at + 0.32 * text_size}, tick_label(tick),
                 {.size = text_size, .colour = kAxisColour, .align = Align::kRight});
  }
}

void Panel::draw_axes(const Labels& labels) const {
  constexpr double kTitleSize = 22, kTextSize = 18, kTickSize = 17;
  draw_x_axis(kTickSize);
  draw_y_axis(kTickSize);
  image_->text({.x = box_.left, .y = box_.top - 38}, labels.title,
               {.size = kTitleSize, .bold = true});
  image_->text({.x = box_.left, .y = box_.top - 13}, labels.y,
               {.size = kTextSize, .colour = kAxisColour});
  image_->text({.x = (box_.left + box_.right) / 2, .y = box_.bottom + 45}, labels.x,
               {.size = kTextSize, .colour = kAxisColour, .align = Align::kCentre});
}

void Panel::fill(double x_low, double y_low, double x_high, double y_high, Colour colour) const {
  image_->fill({.left = x(x_low), .top = y(y_high), .right = x(x_high), .bottom = y(y_low)},
               colour);
}

void Panel::colour_map(const std::vector<Colour>& colours, size_t columns) const {
  const size_t rows = colours.size() / columns;
  const double width = box_.width() / static_cast<double>(columns);
  const double height = box_.height() / static_cast<double>(rows);
  for (size_t i = 0; i < rows * columns; ++i) {
    const double left = box_.left + static_cast<double>(i % columns) * width;
    const double bottom = box_.bottom - static_cast<double>(i / columns) * height;
    image_->fill({.left = left, .top = bottom - height, .right = left + width, .bottom = bottom},
                 colours[i]);
  }
}

void Panel::curve(const std::vector<double>& xs, const std::vector<double>& ys, double width,
                  Colour colour) const {
  const double margin = 2 * width;
  std::vector<Point> points;
  for (size_t i = 0; i < std::min(xs.size(), ys.size()); ++i) {
    points.push_back(
        {.x = x(xs[i]), .y = std::clamp(y(ys[i]), box_.top - margin, box_.bottom + margin)});
  }
  image_->curve(points, width, colour);
}

}  // namespace example
