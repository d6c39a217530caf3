#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

#include "support/numbers.h"

namespace example {

/// Handwritten digits (data/README.md).
struct Digits {
  static constexpr int64_t kSide = 8;  ///< an image has 8 x 8 pixels
  static constexpr int64_t kPixels = kSide * kSide;
  static constexpr int64_t kMaxCount = 16;  ///< ink points in a full pixel
  static constexpr int64_t kClasses = 10;   ///< the digits 0 to 9

  torch::Tensor images;  ///< ink counts, [digits, kPixels], of the default dtype
  torch::Tensor labels;  ///< [digits]

  int64_t count() const { return labels.size(0); }

  Digits slice(int64_t begin, int64_t end) const {
    return {.images = images.slice(0, begin, end), .labels = labels.slice(0, begin, end)};
  }

  /// Loads the digits of a file, in random order.
  static Digits load(const std::string& path, torch::Device device) {
    const torch::Tensor rows = read_table(path, kPixels + 1);  // the last number is the label
    const torch::Tensor shuffled = rows.index_select(0, torch::randperm(rows.size(0))).to(device);
    const auto dtype = c10::typeMetaToScalarType(c10::get_default_dtype());
    return {.images = shuffled.narrow(1, 0, kPixels).to(dtype),
            .labels = shuffled.select(1, kPixels).to(torch::kLong)};
  }
};

}  // namespace example
