#include "ops/draws/counts.h"

#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>
#include <ATen/native/Distributions.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "core/float_limits.h"
#include "ops/draws/from_stream.h"
#include "ops/draws/noise.h"
#include "ops/draws/stream.h"
#include "ops/random/fill.h"
#include "ops/special/constants.h"
#include "ops/tensor/path.h"
#include "ops/vectors/rows.h"

namespace torch::distributions::ops {
namespace {

/// Draws how many of n draws fall in each category.
class CountSampler {
 public:
  CountSampler(int64_t categories, Stream& stream)
      : sums_(static_cast<std::size_t>(categories)), counts_(sums_.size()), stream_(stream) {}

  /// Sets the weights, which must live as long as they are used.
  void set(const double* weights) {
    weights_ = weights;
    bool are_weights = true;
    double sum = 0;
    for (std::size_t k = sums_.size(); k-- > 0;) {
      are_weights &= weights[k] >= 0;
      sums_[k] = sum += weights[k];
    }
    is_valid_ = are_weights && sum > 0 && std::isfinite(sum);
  }

  /// The counts; NaN if n is no count or the weights are invalid.
  const std::vector<double>& draw(double n) {
    constexpr double kFew = 4;  // for each category: one by one takes less time
    if (!is_valid_ || !(n >= 0 && n == std::floor(n) && std::isfinite(n))) {
      std::fill(counts_.begin(), counts_.end(), kNaN);
    } else if (n <= kFew * static_cast<double>(sums_.size())) {
      draw_one_by_one(n);
    } else {
      draw_shares(n);
    }
    return counts_;
  }

 private:
  void draw_one_by_one(double n) {
    std::fill(counts_.begin(), counts_.end(), 0);
    for (; n > 0; --n) {
      // In (0, sum], so that a category of weight 0 is never drawn.
      const double place = (1 - stream_.uniform()) * sums_[0];
      const auto lies_below = [place](double sum) { return sum >= place; };
      // For few categories, counting is faster than a search, whose branches are mispredicted.
      const auto category = sums_.size() <= engine::kMostColumns
                                ? std::count_if(sums_.begin() + 1, sums_.end(), lies_below)
                                : std::partition_point(sums_.begin() + 1, sums_.end(), lies_below) -
                                      sums_.begin() - 1;
      ++counts_[static_cast<std::size_t>(category)];
    }
  }

  void draw_shares(double rest) {
    const auto uniform = [&] { return stream_.uniform(); };
    BaseSampler<double, decltype(uniform)> standard_uniform(uniform);
    for (std::size_t k = 0; k < counts_.size(); ++k) {
      const double share = weights_[k] / sums_[k];
      counts_[k] = k + 1 == counts_.size()
                       ? rest
                       : sample_binomial<double, double>(rest, share, standard_uniform);
      rest -= counts_[k];
    }
  }

  const double* weights_ = nullptr;
  std::vector<double> sums_, counts_;  // sums_[k]: of the weights from k on
  bool is_valid_ = false;
  Stream& stream_;
};

/// The largest number of type T that is at most `count`.
template <class T>
T rounded_down_to(double count) {
  const auto rounded = static_cast<T>(std::min<double>(count, std::numeric_limits<T>::max()));
  return rounded > count ? std::nextafter(rounded, T(0)) : rounded;
}

/// Sets each vector of `draws` to counts. `n` and `weights` hold a sum and a row of weights for
/// each vector of a batch. `draws` holds one or more such batches, one after the other. All tensors
/// are contiguous.
template <class T>
void draw_counts(const Tensor& n, const Tensor& weights, const Tensor& draws,
                 const std::optional<Generator>& generator) {
  const int64_t categories = draws.size(-1), rows = n.numel();
  const double* const ns = n.const_data_ptr<double>();
  const double* const table = weights.const_data_ptr<double>();
  T* to = draws.mutable_data_ptr<T>();
  Stream stream(generator);
  CountSampler sampler(categories, stream);
  int64_t row = 0;
  for (const T* const end = to + draws.numel(); to != end; row = row + 1 == rows ? 0 : row + 1) {
    if (rows > 1 || to == draws.const_data_ptr<T>()) sampler.set(table + row * categories);
    for (const double count : sampler.draw(ns[row])) *to++ = rounded_down_to<T>(count);
  }
}

/// Divides the draws between two halves of the categories by a binomial variable, then those of
/// each half again: K categories take log2(K) calls.
Tensor divided(const Tensor& count, const Tensor& probs,
               const std::optional<Generator>& generator) {
  // The weights of pairs of categories, of pairs of pairs, ... up to the whole. An odd one out is
  // paired with a category of weight 0.
  std::vector<Tensor> pairs;
  for (Tensor sums = probs; sums.size(-1) > 1; sums = pairs.back().sum(-1)) {
    pairs.push_back(at::constant_pad_nd(sums, {0, sums.size(-1) % 2}).unflatten(-1, {-1, 2}));
  }
  Tensor counts = count.unsqueeze(-1);
  for (auto level = pairs.rbegin(); level != pairs.rend(); ++level) {
    const Tensor sum = level->sum(-1);
    const Tensor first = level->select(-1, 0) / sum.masked_fill(sum == 0, 1);
    const Tensor part = counts.slice(-1, 0, first.size(-1));  // without the padding
    const Tensor of_first = at::binomial(part.contiguous(), first.expand(part.sizes()), generator);
    counts = at::stack({of_first, part - of_first}, -1).flatten(-2);
  }
  return counts.slice(-1, 0, probs.size(-1));
}

/// Counts in another dtype, rounded down if it cannot represent them.
Tensor rounded_down(const Tensor& counts, at::ScalarType dtype) {
  if (dtype == counts.scalar_type()) return counts;
  const double scale = 2 / float_limits(dtype).epsilon;
  const auto [mantissa, exponent] = at::frexp(counts);
  return at::ldexp((mantissa * scale).floor() / scale, exponent)
      .clamp_max(float_limits(dtype).largest)
      .to(dtype);
}

}  // namespace

Tensor sample_poisson(const Tensor& rate, std::optional<Generator> generator) {
  const Tensor drawn =
      drawn_from_stream(generator, rate.sizes(), rate.options(), random::fill_poisson, rate);
  if (drawn.defined()) return drawn;
  if (rate.is_meta()) return at::empty_like(rate);  // LibTorch's sampler has no meta kernel
  const auto in_dtype = [&](const Tensor& draws) {
    return draws.clamp_max(float_limits(rate.scalar_type()).largest).to(rate.scalar_type());
  };
  const Tensor mean = rate.to(at::kDouble);
  // Draws of larger rates are normal: their skewness is below 1e-6 on the CPU and 1e-4 elsewhere.
  // The CPU's sampler compares differences of log-gammas, which have no digits left at 1e15. Other
  // devices' samplers draw 32-bit integers.
  const double most = rate.is_cpu() ? 1e12 : 1e9;
  if (is_readable(mean) && (mean.numel() == 0 || mean.max().item<double>() <= most)) {
    return in_dtype(at::poisson(mean, std::move(generator)));
  }
  const Tensor is_large = mean > most;
  const Tensor counts = at::poisson(mean.masked_fill(is_large, 0), generator);
  const Tensor noise = normal_noise(counts.sizes(), counts.options(), generator);
  const Tensor normal = (mean + mean.sqrt() * noise).round_();
  return in_dtype(at::where(is_large, normal.masked_fill_(mean == kInfinity, kNaN), counts));
}

Tensor sample_multinomial(const Tensor& count, const Tensor& probs, at::IntArrayRef shape,
                          at::ScalarType dtype, std::optional<Generator> generator) {
  const Tensor n = count.to(at::kDouble), weights = probs.to(at::kDouble);
  if (Stream::reads(generator) && may_use_kernels() && is_readable(n) && is_readable(weights)) {
    const bool is_float = dtype == at::kFloat;
    const auto batch =
        at::infer_size_dimvector(n.sizes(), weights.sizes().slice(0, weights.sizes().size() - 1));
    at::DimVector of_weights(batch);
    of_weights.push_back(weights.size(-1));
    const Tensor every_n = n.expand(batch).contiguous(),
                 every_weight = weights.expand(of_weights).contiguous();
    Tensor draws = at::empty(shape, n.options().dtype(is_float ? at::kFloat : at::kDouble));
    if (draws.numel() == 0) return draws.to(dtype);
    if (is_float) {
      draw_counts<float>(every_n, every_weight, draws, generator);
      return draws;
    }
    draw_counts<double>(every_n, every_weight, draws, generator);
    return rounded_down(draws, dtype);
  }
  // The sampler never returns for NaN.
  const Tensor is_count = n.ge(0).logical_and(n.eq(n.floor())).logical_and(n < kInfinity);
  const Tensor sum = weights.sum(-1);
  const Tensor bad = weights.ge(0)
                         .all(-1)
                         .logical_and(sum.gt(0))
                         .logical_and(sum < kInfinity)
                         .logical_and(is_count)
                         .logical_not();
  const Tensor of_draws = n.masked_fill(bad, 0).expand(shape.slice(0, shape.size() - 1));
  const Tensor draws =
      divided(of_draws, weights.masked_fill(bad.unsqueeze(-1), 1), std::move(generator));
  return rounded_down(draws, dtype).masked_fill(bad.unsqueeze(-1), kNaN);
}

}  // namespace torch::distributions::ops
