#pragma once

#include <ATen/core/Tensor.h>

#include "ops/random/draw.h"

namespace torch::distributions::ops::random {

/// Fills the integers `to` of shape [count, rows ...] with categories, by inversion of the cumulative
/// distribution.
///
/// `weights`, of shape [rows ..., categories], are floats or doubles: weights that need not sum to
/// 1, or their logarithms. Sums are doubles, so rare categories are drawn as often as they should be,
/// and a category of weight 0 is never drawn. Of up to 512 categories, a number of 64 bits makes one
/// (inversion.h); of more, a number of 53 bits.
///
/// As with the functions of fill.h, an element depends on the draw, on its index and on its row.
/// \return Whether every row has finite weights that are not negative and not all 0. Otherwise the
///     contents of `to` have no meaning.
bool fill_categories(const at::Tensor& to, const Draw& draw, const at::Tensor& weights,
                     bool are_logits);

}  // namespace torch::distributions::ops::random
