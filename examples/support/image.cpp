#include "support/image.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_TRUETYPE_IMPLEMENTATION
#include <stb_easy_font.h>
#include <stb_image_write.h>
#include <stb_truetype.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>

namespace example {
namespace {

/// A font file. The bytes outlive `info`, which refers to them.
struct Font {
  std::vector<unsigned char> bytes;
  stbtt_fontinfo info{};
};

/// Nothing if there is no such file.
std::optional<Font> load_font(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::optional<Font> font(std::in_place);
  font->bytes.assign(std::istreambuf_iterator<char>(file), {});
  if (stbtt_InitFont(&font->info, font->bytes.data(), 0) == 0) {
    throw std::runtime_error(path + " is not a font");
  }
  return font;
}

const std::optional<Font>& font(bool bold) {
  static const std::optional<Font> regular_font = load_font(EXAMPLE_FONT_DIR "/DejaVuSans.ttf");
  static const std::optional<Font> bold_font = load_font(EXAMPLE_FONT_DIR "/DejaVuSans-Bold.ttf");
  return bold ? bold_font : regular_font;
}

/// A glyph and the position of its origin relative to that of the text.
struct Glyph {
  int index;
  double x;
};

struct Line {
  std::vector<Glyph> glyphs;
  double width;
};

Line set_line(const stbtt_fontinfo& info, const std::string& text, double scale) {
  Line line{.glyphs = {}, .width = 0};
  int previous = 0;
  for (const char c : text) {
    const int index = stbtt_FindGlyphIndex(&info, c);
    if (previous != 0) {
      line.width += scale * stbtt_GetGlyphKernAdvance(&info, previous, index);
    }
    line.glyphs.push_back({.index = index, .x = line.width});
    int advance = 0, bearing = 0;
    stbtt_GetGlyphHMetrics(&info, index, &advance, &bearing);
    line.width += scale * advance;
    previous = index;
  }
  return line;
}

/// The left end of a text of the given width.
double left_end(double x, double width, Align align) {
  switch (align) {
    case Align::kCentre:
      return x - width / 2;
    case Align::kRight:
      return x - width;
    default:
      return x;
  }
}

double draw(Image& image, const stbtt_fontinfo& info, Point base, const std::string& text,
            const TextStyle& style) {
  const auto scale = stbtt_ScaleForPixelHeight(&info, static_cast<float>(style.size));
  const Line line = set_line(info, text, scale);
  const double left = left_end(base.x, line.width, style.align);
  const int y = static_cast<int>(std::lround(base.y));
  for (const Glyph& glyph : line.glyphs) {
    const double x = std::floor(left + glyph.x);
    const auto shift = static_cast<float>(left + glyph.x - x);
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    stbtt_GetGlyphBitmapBoxSubpixel(&info, glyph.index, scale, scale, shift, 0, &x0, &y0, &x1, &y1);
    const int width = x1 - x0, height = y1 - y0;
    if (width <= 0 || height <= 0) continue;  // a space
    std::vector<unsigned char> coverage(static_cast<size_t>(width) * static_cast<size_t>(height));
    stbtt_MakeGlyphBitmapSubpixel(&info, coverage.data(), width, height, width, scale, scale, shift,
                                  0, glyph.index);
    auto next = coverage.begin();
    for (int row = 0; row < height; ++row) {
      for (int column = 0; column < width; ++column) {
        image.paint(static_cast<int>(x) + x0 + column, y + y0 + row, style.colour, *next++ / 255.0);
      }
    }
  }
  return left + line.width;
}

/// The output of stb_easy_font_print: four corners a rectangle, clockwise from the upper left.
struct Vertex {
  float x, y, z;
  uint8_t colour[4];
};

/// Draws with the pixel font of stb, whose lines are 12 pixels high.
double draw_pixel_font(Image& image, Point base, std::string text, const TextStyle& style) {
  constexpr double kBase = 7, kLine = 12;
  constexpr size_t kVerticesPerCharacter = 4 * 16;  // the font's busiest glyph has fewer quads
  std::vector<Vertex> vertices(kVerticesPerCharacter * text.size());
  const double scale = std::max(1.0, std::round(style.size / kLine));
  const int width = stb_easy_font_width(text.data());
  const double left = std::round(left_end(base.x, scale * width, style.align));
  const double top = std::round(base.y) - kBase * scale;
  const int quads = stb_easy_font_print(0, 0, text.data(), nullptr, vertices.data(),
                                        static_cast<int>(vertices.size() * sizeof(Vertex)));
  for (size_t i = 0; i < static_cast<size_t>(quads); ++i) {
    const Vertex& from = vertices[4 * i];
    const Vertex& to = vertices[4 * i + 2];
    image.fill({.left = left + scale * from.x,
                .top = top + scale * from.y,
                .right = left + scale * to.x,
                .bottom = top + scale * to.y},
               style.colour);
  }
  return left + scale * width;
}

/// The length that the interval from `low` to `high` has in common with that from i to i + 1.
double overlap(double low, double high, int i) {
  return std::clamp(std::min(high, i + 1.0) - std::max(low, static_cast<double>(i)), 0.0, 1.0);
}

double distance_to_line(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, squared = dx * dx + dy * dy;
  const double along =
      squared > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / squared, 0.0, 1.0) : 0.0;
  return std::hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

/// The share of a pixel that lies in a shape whose edge is `inside` pixels from its centre.
double coverage(double inside) { return std::clamp(inside + 0.5, 0.0, 1.0); }

}  // namespace

Colour mix(Colour first, Colour second, double share) {
  const auto channel = [share](uint8_t a, uint8_t b) {
    return static_cast<uint8_t>(std::lround(a + share * (b - a)));
  };
  return {channel(first.red, second.red), channel(first.green, second.green),
          channel(first.blue, second.blue)};
}

Colour along(const std::vector<Colour>& scale, double share) {
  constexpr double kSteps = 40;
  const double at = std::round(kSteps * std::clamp(share, 0.0, 1.0)) / kSteps *
                    static_cast<double>(scale.size() - 1);
  const size_t first = std::min(static_cast<size_t>(at), scale.size() - 2);
  return mix(scale[first], scale[first + 1], at - static_cast<double>(first));
}

Image::Image(int width, int height)
    : width_(width),
      height_(height),
      left_(0),
      top_(0),
      right_(width),
      bottom_(height),
      pixels_(static_cast<size_t>(width) * static_cast<size_t>(height), kWhite) {}

void Image::clip(const Box& box) {
  left_ = std::max(0, static_cast<int>(std::lround(box.left)));
  top_ = std::max(0, static_cast<int>(std::lround(box.top)));
  right_ = std::min(width_, static_cast<int>(std::lround(box.right)));
  bottom_ = std::min(height_, static_cast<int>(std::lround(box.bottom)));
}

void Image::clip() {
  clip({.left = 0,
        .top = 0,
        .right = static_cast<double>(width_),
        .bottom = static_cast<double>(height_)});
}

void Image::paint(int x, int y, Colour colour, double opacity) {
  if (x < left_ || x >= right_ || y < top_ || y >= bottom_) return;
  Colour& pixel =
      pixels_[static_cast<size_t>(y) * static_cast<size_t>(width_) + static_cast<size_t>(x)];
  constexpr double kLevels = 16;
  pixel = mix(pixel, colour, std::round(kLevels * opacity) / kLevels);
}

void Image::fill(const Box& box, Colour colour, double opacity) {
  const int first_x = std::max(left_, static_cast<int>(std::floor(box.left)));
  const int first_y = std::max(top_, static_cast<int>(std::floor(box.top)));
  for (int y = first_y; y < std::min<double>(bottom_, box.bottom); ++y) {
    const double in_y = overlap(box.top, box.bottom, y);
    for (int x = first_x; x < std::min<double>(right_, box.right); ++x) {
      paint(x, y, colour, opacity * in_y * overlap(box.left, box.right, x));
    }
  }
}

void Image::lines(const std::vector<std::pair<Point, Point>>& ends, double width, Colour colour,
                  double opacity) {
  const int columns = right_ - left_, rows = bottom_ - top_;
  if (columns <= 0 || rows <= 0) return;
  std::vector<float> covered(static_cast<size_t>(columns) * static_cast<size_t>(rows));
  const double reach = width / 2 + 1;
  for (const auto& [a, b] : ends) {
    const double low_x = std::min(a.x, b.x) - reach, high_x = std::max(a.x, b.x) + reach;
    const double low_y = std::min(a.y, b.y) - reach, high_y = std::max(a.y, b.y) + reach;
    if (!(high_x > left_ && low_x < right_ && high_y > top_ && low_y < bottom_)) continue;
    const int first_x = std::max(left_, static_cast<int>(low_x));
    const int first_y = std::max(top_, static_cast<int>(low_y));
    const int last_x = static_cast<int>(std::min<double>(right_, high_x));
    const int last_y = static_cast<int>(std::min<double>(bottom_, high_y));
    for (int y = first_y; y < last_y; ++y) {
      for (int x = first_x; x < last_x; ++x) {
        float& pixel = covered[static_cast<size_t>(y - top_) * static_cast<size_t>(columns) +
                               static_cast<size_t>(x - left_)];
        const double distance = distance_to_line({.x = x + 0.5, .y = y + 0.5}, a, b);
        // A line thinner than a pixel is as wide as a pixel, and paler.
        const double share = coverage(std::max(width, 1.0) / 2 - distance) * std::min(width, 1.0);
        pixel = std::max(pixel, static_cast<float>(share));
      }
    }
  }
  auto next = covered.begin();
  for (int y = top_; y < bottom_; ++y) {
    for (int x = left_; x < right_; ++x) {
      const float share = *next++;
      if (share > 0) paint(x, y, colour, opacity * share);
    }
  }
}

void Image::curve(const std::vector<Point>& points, double width, Colour colour) {
  std::vector<std::pair<Point, Point>> ends;
  for (size_t i = 1; i < points.size(); ++i) ends.emplace_back(points[i - 1], points[i]);
  lines(ends, width, colour);
}

void Image::disc(Point centre, double radius, Colour colour, double opacity) {
  const int reach = static_cast<int>(std::ceil(radius)) + 1;
  const int middle_x = static_cast<int>(centre.x), middle_y = static_cast<int>(centre.y);
  for (int y = middle_y - reach; y <= middle_y + reach; ++y) {
    for (int x = middle_x - reach; x <= middle_x + reach; ++x) {
      const double distance = std::hypot(x + 0.5 - centre.x, y + 0.5 - centre.y);
      // A disc smaller than a pixel is paler.
      const double share = coverage(radius - distance) * std::min(1.0, 4 * radius * radius);
      paint(x, y, colour, opacity * share);
    }
  }
}

void Image::ring(Point centre, double radius, double width, Colour colour) {
  const int reach = static_cast<int>(std::ceil(radius + width)) + 1;
  const int middle_x = static_cast<int>(centre.x), middle_y = static_cast<int>(centre.y);
  for (int y = middle_y - reach; y <= middle_y + reach; ++y) {
    for (int x = middle_x - reach; x <= middle_x + reach; ++x) {
      const double distance = std::hypot(x + 0.5 - centre.x, y + 0.5 - centre.y);
      paint(x, y, colour, coverage(width / 2 - std::abs(distance - radius)));
    }
  }
}

double Image::text(Point base, const std::string& text, const TextStyle& style) {
  const std::optional<Font>& loaded = font(style.bold);
  return loaded ? draw(*this, loaded->info, base, text, style)
                : draw_pixel_font(*this, base, text, style);
}

void Image::write_png(const std::string& path) const {
  static_assert(sizeof(Colour) == 3);
  constexpr int kChannels = 3, kCompression = 64, kNoFilter = 0;
  stbi_write_png_compression_level = kCompression;
  stbi_write_force_png_filter = kNoFilter;  // a drawing repeats its colours more than its changes
  if (stbi_write_png(path.c_str(), width_, height_, kChannels, pixels_.data(),
                     width_ * kChannels) == 0) {
    throw std::runtime_error("cannot write " + path);
  }
}

}  // namespace example
