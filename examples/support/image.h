#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace example {

struct Colour {
  uint8_t red, green, blue;
};

/// The colour of a number such as 0x1f5fa8, as in HTML.
constexpr Colour colour(uint32_t rgb) {
  return {static_cast<uint8_t>(rgb >> 16), static_cast<uint8_t>(rgb >> 8),
          static_cast<uint8_t>(rgb)};
}

constexpr Colour grey(uint8_t level) { return {level, level, level}; }
constexpr Colour kWhite = grey(255), kBlack = grey(0);

/// The mixture of two colours with the weights 1 - share and share.
Colour mix(Colour first, Colour second, double share);

/// The colour at a share of the way along a scale of at least two colours, in steps of 1/40: a
/// picture of few colours makes a small file.
Colour along(const std::vector<Colour>& scale, double share);

/// A position in pixels from the upper left corner of a picture.
struct Point {
  double x, y;
};

/// A rectangle in pixels.
struct Box {
  double left, top, right, bottom;

  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

enum class Align { kLeft, kCentre, kRight };

struct TextStyle {
  double size = 16;  ///< height of a line in pixels
  bool bold = false;
  Colour colour = kBlack;
  Align align = Align::kLeft;  ///< which end of the text is at the given position
};

/// A white picture to draw on, with antialiased shapes, that can be written as a PNG.
class Image {
 public:
  Image(int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }

  /// Restricts what follows to a part of the picture, or, without an argument, to all of it.
  void clip(const Box& box);
  void clip();

  /// Mixes the colour into a pixel. Pixels outside of the part are ignored. The opacity is rounded
  /// to multiples of 1/16, since a picture of few colours makes a small file.
  void paint(int x, int y, Colour colour, double opacity = 1);
  void fill(const Box& box, Colour colour, double opacity = 1);
  /// Draws lines with round ends. Where they overlap, the colour counts once.
  void lines(const std::vector<std::pair<Point, Point>>& ends, double width, Colour colour,
             double opacity = 1);
  /// Joins the points in order.
  void curve(const std::vector<Point>& points, double width, Colour colour);
  void disc(Point centre, double radius, Colour colour, double opacity = 1);
  void ring(Point centre, double radius, double width, Colour colour);

  /// Writes text whose base line starts, is centred or ends at a point, and returns the x of its
  /// right end. ASCII only.
  double text(Point base, const std::string& text, const TextStyle& style = {});

  /// Throws `std::runtime_error` if the file cannot be written.
  void write_png(const std::string& path) const;

 private:
  int width_, height_;
  int left_, top_, right_, bottom_;  // of the part to draw on
  std::vector<Colour> pixels_;
};

}  // namespace example
