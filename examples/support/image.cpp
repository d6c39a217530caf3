#include "support/image.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_easy_font.h>
#include <stb_image_write.h>

#include <cmath>
#include <stdexcept>

namespace example {
namespace {

/// The output of stb_easy_font_print: four corners a rectangle, clockwise from the upper left.
struct Vertex {
  float x, y, z;
  uint8_t colour[4];
};

}  // namespace

Image::Image(int width, int height, uint8_t background)
    : width_(width),
      height_(height),
      pixels_(static_cast<size_t>(width) * static_cast<size_t>(height), background) {}

void Image::set(int x, int y, uint8_t level) {
  if (x < 0 || x >= width_ || y < 0 || y >= height_) return;
  pixels_[static_cast<size_t>(y) * static_cast<size_t>(width_) + static_cast<size_t>(x)] = level;
}

void Image::fill(int x, int y, int width, int height, uint8_t level) {
  for (int row = y; row < y + height; ++row) {
    for (int column = x; column < x + width; ++column) set(column, row, level);
  }
}

void Image::text(int x, int y, const std::string& text, int scale, uint8_t level) {
  constexpr size_t kVerticesPerCharacter = 4 * 16;  // the font's busiest glyph has fewer quads
  std::vector<Vertex> vertices(kVerticesPerCharacter * text.size());
  std::string copy = text;  // the function takes a non-const pointer, but does not write to it
  const int quads = stb_easy_font_print(0, 0, copy.data(), nullptr, vertices.data(),
                                        static_cast<int>(vertices.size() * sizeof(Vertex)));
  for (size_t i = 0; i < static_cast<size_t>(quads); ++i) {
    const Vertex& from = vertices[4 * i];
    const Vertex& to = vertices[4 * i + 2];
    const auto magnified = [scale](float length) {
      return static_cast<int>(std::lround(length)) * scale;
    };
    fill(x + magnified(from.x), y + magnified(from.y), magnified(to.x - from.x),
         magnified(to.y - from.y), level);
  }
}

void Image::write_png(const std::string& path) const {
  constexpr int kChannels = 1;
  if (stbi_write_png(path.c_str(), width_, height_, kChannels, pixels_.data(), width_) == 0) {
    throw std::runtime_error("cannot write " + path);
  }
}

}  // namespace example
