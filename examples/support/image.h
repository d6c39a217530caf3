#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace example {

/// A grey picture that can be written as a PNG. A pixel is a byte from 0 (black) to 255 (white).
class Image {
 public:
  Image(int width, int height, uint8_t background);

  int width() const { return width_; }
  int height() const { return height_; }

  /// Sets a pixel. Pixels outside of the picture are ignored.
  void set(int x, int y, uint8_t level);
  void fill(int x, int y, int width, int height, uint8_t level);

  /// Draws text with its upper left corner at (x, y), in a pixel font magnified by `scale`.
  void text(int x, int y, const std::string& text, int scale, uint8_t level);

  /// Throws `std::runtime_error` if the file cannot be written.
  void write_png(const std::string& path) const;

 private:
  int width_, height_;
  std::vector<uint8_t> pixels_;
};

}  // namespace example
