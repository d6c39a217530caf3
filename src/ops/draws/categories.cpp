#include "ops/draws/categories.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Dispatch.h>
#include <ATen/EmptyTensor.h>
#include <ATen/OpMathType.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/raise.h"
#include "ops/draws/from_stream.h"
#include "ops/draws/noise.h"
#include "ops/draws/stream.h"
#include "ops/random/categories.h"
#include "ops/tensor/path.h"
#include "ops/vectors/rows.h"
#include "ops/vectors/softmax.h"

namespace torch::distributions::ops {
namespace {

/// The most categories that at::multinomial takes.
constexpr int64_t kMaxCategories = int64_t{1} << 24;

constexpr const char* kNoWeights =
    "sample: the weights of categories must be finite, not negative and not all zero";

constexpr int64_t kMostExponentials = 1024;

/// At most `kMostExponentials` draws of Exponential(1): those of at::exponential_ up to rounding.
template <class T>
void draw_exponentials(Stream& stream, int64_t count, T* to) {
  std::array<double, kMostExponentials> draws;
  std::generate_n(draws.begin(), count, [&] { return stream.uniform(); });
  engine::row_kernels().exponential[std::is_same_v<T, double>](draws.data(), count, to);
}

/// One category for each vector along the last dimension of `table`, which must have a row kernel,
/// by an exponential race.
Tensor race(const Tensor& table, Weights form, at::IntArrayRef shape,
            const std::optional<Generator>& generator) {
  const int64_t categories = table.size(-1), rows = table.numel() / categories;
  const Tensor index = at::detail::empty_cpu(shape, at::kLong, /*pin_memory=*/false);
  auto* const to = index.mutable_data_ptr<int64_t>();
  const auto& kernels = engine::row_kernels();
  const auto& race = form == Weights::kLogits ? kernels.race_of_logits : kernels.race;
  AT_DISPATCH_FLOATING_TYPES(table.scalar_type(), "sample_categorical", [&] {
    const auto* const weights = table.const_data_ptr<scalar_t>();
    std::array<scalar_t, kMostExponentials> draws;
    Stream stream(generator);
    const int64_t rows_at_once = kMostExponentials / categories;
    for (int64_t row = 0; row < rows; row += rows_at_once) {
      const int64_t n = std::min(rows_at_once, rows - row);
      draw_exponentials(stream, n * categories, draws.data());
      race[std::is_same_v<scalar_t, double>](
          {n, categories, {weights + row * categories, draws.data()}, to + row});
    }
  });
  TORCH_DISTRIBUTIONS_CHECK(ValueError, std::find(to, to + rows, -1) == to + rows, kNoWeights);
  return index;
}

/// `count` categories for each row of a dense matrix, of shape [count, rows], by inversion of the
/// cumulative distribution.
Tensor invert(const Tensor& table, Weights form, int64_t count,
              const std::optional<Generator>& generator) {
  const int64_t categories = table.size(-1), rows = table.size(0);
  const Tensor index = at::empty({count, rows}, table.options().dtype(at::kLong));
  auto* const to = index.mutable_data_ptr<int64_t>();
  AT_DISPATCH_FLOATING_TYPES(table.scalar_type(), "sample_categorical", [&] {
    const auto* weights = table.const_data_ptr<scalar_t>();
    Stream stream(generator);
    // Sum in double: sums in float would lose categories rarer than 1e-7.
    std::vector<double> sums(static_cast<std::size_t>(categories));
    for (int64_t row = 0; row < rows; ++row, weights += categories) {
      double sum = 0;
      bool are_weights = true;
      for (int64_t k = 0; k < categories; ++k) {
        const auto given = static_cast<double>(weights[k]);
        const double weight = form == Weights::kLogits ? std::exp(given) : given;
        are_weights &= weight >= 0;
        sums[static_cast<std::size_t>(k)] = sum += weight;
      }
      TORCH_DISTRIBUTIONS_CHECK(ValueError, are_weights && sum > 0 && std::isfinite(sum),
                                kNoWeights);
      for (double& s : sums) s /= sum;
      for (int64_t i = 0; i < count; ++i) {
        const double u = stream.uniform();
        // For few categories, counting is faster than a search, whose branches are mispredicted.
        to[i * rows + row] =
            categories <= engine::kMostColumns
                ? std::count_if(sums.begin(), sums.end(), [u](double s) { return s <= u; })
                : std::upper_bound(sums.begin(), sums.end(), u) - sums.begin();
      }
    }
  });
  return index;
}

}  // namespace

Tensor sample_categorical(const Tensor& weights, Weights form, int64_t count,
                          std::optional<Generator> generator) {
  const int64_t categories = weights.size(-1);
  const auto rows = weights.sizes().slice(0, weights.sizes().size() - 1);
  at::DimVector shape{count};
  shape.append(rows.begin(), rows.end());
  const auto draw = draw_of_stream(generator, c10::multiply_integers(shape));
  if (count == 0 || weights.numel() == 0)
    return at::empty(shape, weights.options().dtype(at::kLong));
  Tensor table = weights.to(at::toOpMathType(weights.scalar_type())).contiguous();
  if (draw) {
    const Tensor draws = at::empty(shape, weights.options().dtype(at::kLong));
    const bool are_valid =
        random::fill_categories(draws, *draw, table.detach(), form == Weights::kLogits);
    TORCH_DISTRIBUTIONS_CHECK(ValueError, are_valid, kNoWeights);
    return draws;
  }
  const bool reads_stream = Stream::reads(generator);
  if (count == 1 && reads_stream && engine::has_row_kernel(table) && Stream::has_exponentials())
    return race(table, form, shape, generator);
  table = table.view({c10::multiply_integers(rows), categories});
  if (count > 1 && reads_stream && may_use_kernels() && is_readable(table)) {
    return invert(table, form, count, generator).view(shape);
  }

  if (form == Weights::kLogits) table = softmax(table);
  const bool standard = table.device().is_cpu() && categories <= kMaxCategories;
  if (count == 1) {
    // An exponential race needs no sums. Other devices do without at::multinomial, because its
    // checks wait for the device.
    return (standard
                ? at::multinomial(table, 1, /*replacement=*/true, std::move(generator))
                : (table / exponential_noise(table.sizes(), table.options(), std::move(generator)))
                      .argmax(-1))
        .reshape(shape);
  }
  table = table.to(at::kDouble);
  if (standard) {
    return at::multinomial(table, count, /*replacement=*/true, std::move(generator))
        .t()
        .reshape(shape);
  }
  const Tensor sums = table.cumsum(-1);
  const Tensor total = sums.slice(-1, categories - 1);
  const Tensor at_most = at::nextafter(total, at::zeros_like(total));
  const Tensor uniform =
      uniform_noise({table.size(0), count}, sums.options(), std::move(generator));
  return at::searchsorted(sums, (uniform * total).minimum(at_most), /*out_int32=*/false,
                          /*right=*/true)
      .t()
      .reshape(shape);
}

}  // namespace torch::distributions::ops
