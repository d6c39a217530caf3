#include "ops/draws/sampling.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ExpandUtils.h>
#include <ATen/OpMathType.h>
#include <ATen/core/DistributionsHelper.h>
#include <ATen/core/grad_mode.h>
#include <ATen/native/Distributions.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/float_limits.h"
#include "core/raise.h"
#include "ops/special/beta_draw.h"
#include "ops/special/constants.h"
#include "ops/special/differentiable.h"
#include "ops/special/digamma.h"
#include "ops/special/incomplete_gamma.h"
#include "ops/special/tensor_scalar.h"
#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/path.h"
#include "ops/tensor/plain.h"
#include "ops/tensor/sum_of_others.h"
#include "ops/tensor/unexpanded.h"
#include "ops/vectors/rows.h"
#include "ops/vectors/softmax.h"
#include "ops/vectors/weighted_rows.h"

namespace torch::distributions::ops {
namespace {

/// The most categories that at::multinomial takes.
constexpr int64_t kMaxCategories = int64_t{1} << 24;

constexpr const char* kNoWeights =
    "sample: the weights of categories must be finite, not negative and not all zero";

/// Whether `t` has, or may have, a graph, a tangent or a function transform.
bool may_be_differentiated(const Tensor& t) {
  return !is_readable(t) || (t.requires_grad() && at::GradMode::is_enabled());
}

/// The draw x of Gamma(a, 1) as a differentiable function of a. Its cdf F(x) stays the same, so
/// dx/da = -(dF/da) / f with the density f (M. Figurnov, S. Mohamed and A. Mnih, "Implicit
/// reparameterization gradients", 2018). The derivative calls this function again, so that
/// derivatives of higher order are right.
Tensor gamma_draw(const Tensor& a, const Tensor& draw);

Tensor density(const Tensor& a, const Tensor& x) {
  return special::gamma_log_density(x, a, at::ones({}, a.options())).exp();
}

Tensor gamma_draw_da(at::TensorList args) {
  constexpr double kHuge = 1e30;  // for larger a, x is normally distributed
  const Tensor &a = args[0], x = gamma_draw(a, args[1]), huge = a > kHuge;
  const Tensor b = at::where(huge, 1.0, a), y = at::where(huge, 1.0, x);
  return at::where(huge, 0.5 + 0.5 * x / a, -special::gammainc_da(b, y) / density(b, y));
}

Tensor drawn(at::TensorList args) { return args[1].alias(); }

constexpr special::TensorFunction kGammaDraw{"the gamma sampler", drawn, {gamma_draw_da, nullptr}};

/// Zeros, with the derivative of the Beta draw args[2] with respect to its concentration args[0].
/// args[1], the total of the other concentrations, is a constant.
constexpr special::TensorFunction kBetaDraw{
    "the Dirichlet sampler",
    [](at::TensorList args) { return at::zeros_like(args[2]); },
    {[](at::TensorList args) {
       // The draw of a single category is always 1, so its derivative is 0. The caller subtracts
       // derivatives, so infinite ones are replaced by large numbers.
       constexpr double kLargest = 1e300;
       return special::beta_draw_da(args[2], args[0], args[1])
           .masked_fill(args[1] == 0, 0)
           .nan_to_num(0, kLargest, -kLargest);
     },
     nullptr, nullptr}};

Tensor gamma_draw(const Tensor& a, const Tensor& draw) {
  return special::differentiable(kGammaDraw, {a, draw.detach()});
}

/// The logarithm of the same draw. Its derivative exists even where the draw underflows.
Tensor log_gamma_draw(const Tensor& a, const Tensor& log_draw);

Tensor log_gamma_draw_da(at::TensorList args) {
  constexpr double kSmall = -70;  // below, F(x) is x^a / Gamma(a + 1) to the last digit
  const Tensor &a = args[0], is_small = args[1] < kSmall;
  const Tensor b = at::where(is_small, a, 1.0), log_x = log_gamma_draw(a, args[1]);
  const Tensor of_small = (special::digamma(b + 1) - at::where(is_small, log_x, 0.0)) / b;
  const Tensor c = at::where(is_small, 1.0, a), x = at::where(is_small, 0.0, args[1]).exp();
  return at::where(is_small, of_small, gamma_draw_da({c, x}) / gamma_draw(c, x));
}

constexpr special::TensorFunction kLogGammaDraw{
    "the gamma sampler", drawn, {log_gamma_draw_da, nullptr}};

Tensor log_gamma_draw(const Tensor& a, const Tensor& log_draw) {
  return special::differentiable(kLogGammaDraw, {a, log_draw.detach()});
}

/// scale exp(y) within the positive finite numbers, so that the derivatives are finite as well.
Tensor positive_scaled_exp(const Tensor& scale, const Tensor& y);

constexpr special::TensorFunction kScaledExp{
    "the sampler",
    [](at::TensorList args) {
      // In two steps, since exp(y) may overflow where the result does not.
      const Tensor root = (0.5 * args[1]).exp_();
      const FloatLimits limits = float_limits(root.scalar_type());
      return (args[0] * root).mul_(root).clamp_(limits.least, limits.largest);
    },
    {[](at::TensorList args) { return positive_scaled_exp(args[0], args[1]) / args[0]; },
     [](at::TensorList args) { return positive_scaled_exp(args[0], args[1]); }, nullptr}};

Tensor positive_scaled_exp(const Tensor& scale, const Tensor& y) {
  return special::differentiable(kScaledExp, {scale, y});
}

/// Draws from a generator, and holds its lock.
class Stream {
 public:
  explicit Stream(const std::optional<Generator>& generator)
      : random_(at::get_generator_or_default<at::CPUGeneratorImpl>(
            generator, at::detail::getDefaultCPUGenerator())),
        lock_(random_->mutex_) {}

  double uniform() { return at::uniform_real_distribution<double>(0, 1)(random_); }
  double normal() { return at::normal_distribution<double>(0, 1)(random_); }

 private:
  at::CPUGeneratorImpl* random_;
  std::lock_guard<std::mutex> lock_;
};

/// Draws of Gamma(a, 1), and their logarithms if a draw underflowed.
struct GammaDraws {
  Tensor x, log_x;
};

/// Takes contiguous doubles. The stream and the draws are those of at::_sample_dirichlet.
GammaDraws draw_gammas(const Tensor& concentration, const std::optional<Generator>& generator) {
  Stream stream(generator);
  // `boost` and `last_normal` are kept to compute the logarithm of a draw that underflows.
  bool boosts = false;
  double boost = 0, last_normal = 0;
  const auto uniform = [&] { return std::exchange(boosts, false) ? boost : stream.uniform(); };
  const auto normal = [&] { return last_normal = stream.normal(); };
  BaseSampler<double, decltype(uniform)> standard_uniform(uniform);
  BaseSampler<double, decltype(normal)> standard_normal(normal);

  const Tensor x = at::empty_like(concentration);
  const double* const as = concentration.const_data_ptr<double>();
  double* const xs = x.mutable_data_ptr<double>();
  std::vector<std::pair<int64_t, double>> underflown;
  for (int64_t i = 0; i < x.numel(); ++i) {
    if (!(as[i] > 0)) {
      xs[i] = kNaN;
      continue;
    }
    // For a < 1, LibTorch's sampler multiplies a draw of Gamma(a + 1) by (1 - U)^(1/a) with the
    // first uniform U.
    boosts = as[i] < 1;
    if (boosts) boost = stream.uniform();
    xs[i] = sample_gamma<double, double>(as[i], standard_uniform, standard_normal);
    if (xs[i] >= std::numeric_limits<double>::min()) continue;
    // The logarithm of (1 - U)^(1/a) d (1 + z / sqrt(9 d))^3, by Marsaglia and Tsang, with the last
    // normal z.
    const double d = as[i] + 1 - 1.0 / 3;
    underflown.emplace_back(i, std::log1p(-boost) / as[i] + std::log(d) +
                                   3 * std::log1p(last_normal / std::sqrt(9 * d)));
  }
  if (underflown.empty()) return {x, {}};
  const Tensor log_x = x.log();
  for (const auto& [i, log] : underflown) log_x.mutable_data_ptr<double>()[i] = log;
  return {x, log_x};
}

/// Logarithms of draws of Gamma(a, 1) on any device.
Tensor draw_log_gammas(const Tensor& concentration, const std::optional<Generator>& generator) {
  const Tensor boosted = concentration < 1;
  const Tensor boost = at::empty_like(concentration).exponential_(1, generator).div_(concentration);
  return at::_standard_gamma(concentration + boosted, generator)
      .log_()
      .sub_(boost.masked_fill_(boosted.logical_not(), 0))
      .masked_fill_((concentration > 0).logical_not(), kNaN);
}

/// Draws of Gamma(a, 1) for doubles on any device.
GammaDraws draw_any_gammas(const Tensor& concentration, const std::optional<Generator>& generator) {
  if (concentration.device().is_cpu()) return draw_gammas(dense(concentration), generator);
  const Tensor log_x = draw_log_gammas(concentration, generator);
  return {log_x.exp(), log_x};
}

Tensor log_of(const GammaDraws& draws) {
  return draws.log_x.defined() ? draws.log_x : draws.x.log();
}

/// A positive double rounded to the range of `dtype`: from its least normal number to the largest.
Tensor rounded_to_range(const Tensor& x, at::ScalarType dtype) {
  const FloatLimits limits = float_limits(dtype);
  return x.clamp(limits.least_normal, limits.largest);
}

/// `draw`, a double in the range of `dtype`, as a differentiable function: its derivative is the
/// draw times that of its logarithm. A draw at an end of the range is a constant.
/// \param log_draw The logarithm, given the mask of the constants, for which it must have finite
///     derivatives.
template <class Log>
Tensor differentiable_draw(const Tensor& draw, at::ScalarType dtype, const Log& log_draw) {
  const FloatLimits limits = float_limits(dtype);
  const Tensor is_end = (draw >= limits.largest).logical_or(draw <= limits.least_normal);
  const Tensor log = log_draw(is_end);
  return (draw * (log - log.detach()).exp()).to(dtype);
}

// --- Categories ---------------------------------------------------------------------------------

constexpr int64_t kMostExponentials = 1024;

/// At most `kMostExponentials` draws of Exponential(1): those of at::exponential_ up to rounding.
template <class T>
void draw_exponentials(Stream& stream, int64_t count, T* to) {
  std::array<double, kMostExponentials> draws;
  std::generate_n(draws.begin(), count, [&] { return stream.uniform(); });
  engine::row_kernels().exponential[std::is_same_v<T, double>](draws.data(), count, to);
}

/// Whether at::exponential_ uses this stream. Builds with MKL use MKL's, so this is tested.
bool libtorch_uses_same_exponential_stream() {
  static const bool same = [] {
    constexpr int64_t kSome = 4;
    const Tensor theirs =
        at::empty({kSome}, at::kDouble).exponential_(1, at::detail::createCPUGenerator(1));
    const Generator generator = at::detail::createCPUGenerator(1);
    Stream stream(generator);
    std::array<double, kSome> ours;
    draw_exponentials(stream, kSome, ours.data());
    return std::equal(ours.begin(), ours.end(), theirs.const_data_ptr<double>(),
                      [](double a, double b) { return std::abs(a - b) < 1e-12; });
  }();
  return same;
}

/// One category for each row of `table`, which must have a row kernel, by an exponential race.
Tensor race(const Tensor& table, Weights form, const std::optional<Generator>& generator) {
  const int64_t categories = table.size(-1), rows = table.size(0);
  const Tensor index = at::empty({rows}, table.options().dtype(at::kLong));
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

/// `x` rounded into the open interval (0, 1), as in Python. A single category keeps 1.
/// \param without A mask of the categories that are 0; undefined if there are none.
Tensor rounded_to_simplex(const Tensor& x, at::ScalarType dtype, const Tensor& without = {}) {
  const auto masked = [&](const Tensor& y) {
    return without.defined() ? y.masked_fill(without, 0) : y;
  };
  if (x.size(-1) == 1) return masked(x.to(dtype));
  const FloatLimits limits = float_limits(dtype);
  // In half, many elements of the smallest normal number would add up to a large part of 1. There,
  // use the smallest subnormal and normalize.
  if (dtype != at::kHalf) return masked(x.to(dtype).clamp(limits.least_normal, limits.below_one()));
  const Tensor positive = masked(x.clamp_min(limits.least));
  return masked((positive / positive.sum(-1, /*keepdim=*/true))
                    .to(dtype)
                    .clamp(limits.least, limits.below_one()));
}

// --- Counts of categories -------------------------------------------------------------------------

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

/// Counts for each vector of `draws`. Sums and weights are contiguous and repeat.
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

Tensor scaled_and_shifted(const Tensor& noise, const Tensor& scale, const Tensor& shift) {
  const auto is_plain_constant = [&](const Tensor& t) {
    return t.scalar_type() == noise.scalar_type() && !may_be_differentiated(t);
  };
  if (may_use_kernels() && is_plain_constant(scale) && is_plain_constant(shift))
    return noise.mul_(scale).add_(shift);
  return noise * scale + shift;
}

Tensor scaled_exp(const Tensor& scale, const Tensor& y, bool below_one) {
  const Tensor x = positive_scaled_exp(scale.to(y.scalar_type()), y).to(scale.scalar_type());
  const FloatLimits limits = float_limits(x.scalar_type());
  // The detached tensor is clamped, so that rounding does not change the gradient.
  (may_be_differentiated(x) ? x.detach() : x)
      .clamp_(limits.least, below_one ? limits.below_one() : limits.largest);
  return x;
}

void redraw_ends(const Tensor& noise, const Tensor& raw, float low, float high,
                 std::optional<Generator> generator,
                 c10::function_ref<double(double v, bool upper)> quantile) {
  const auto* const numbers = raw.const_data_ptr<float>();
  std::vector<int64_t> places;
  for (int64_t i = 0; i < raw.numel(); ++i) {
    if (numbers[i] <= low || numbers[i] >= high) places.push_back(i);
  }
  if (places.empty()) return;
  const Tensor uniform = at::rand({static_cast<int64_t>(places.size())}, std::move(generator),
                                  raw.options().dtype(at::kDouble));
  const auto* u = uniform.const_data_ptr<double>();
  auto* const to = noise.mutable_data_ptr<float>();
  for (const int64_t place : places)
    to[place] = static_cast<float>(quantile(1 - *u++, numbers[place] >= high));
}

Tensor sample_uniform(const Tensor& low, const Tensor& high, at::IntArrayRef shape,
                      std::optional<Generator> generator) {
  const Tensor noise = at::rand(shape, std::move(generator), low.options());
  const Tensor width = high - low;
  Tensor x;
  if (holds_for_all(width, [](double w) { return w >= 0 && w < kInfinity; })) {
    x = scaled_and_shifted(noise, width, low);
  } else {
    const Tensor half = 0.5 * high - 0.5 * low;
    const Tensor is_width = (half >= 0).logical_and(half < kInfinity);
    x = 2 * (noise * half.masked_fill(is_width.logical_not(), kNaN) + 0.5 * low);
  }
  // Clamp the detached tensor in place, so that rounding does not change the gradient.
  (may_be_differentiated(x) ? x.detach() : x)
      .clamp_max_(at::nextafter(high.detach(), low.detach()).to(x.scalar_type()));
  return x;
}

Tensor sample_gamma(const Tensor& concentration, const Tensor& rate,
                    std::optional<Generator> generator) {
  const auto dtype = at::promote_types(concentration.scalar_type(), rate.scalar_type());
  const auto compute = at::toOpMathType(dtype);
  const auto shape = at::infer_size_dimvector(concentration.sizes(), rate.sizes());
  const Tensor a = expanded(concentration.to(compute), shape);
  const Tensor draw = may_be_differentiated(a)
                          ? gamma_draw(a, at::_standard_gamma(a.detach(), std::move(generator)))
                          : at::_standard_gamma(a, std::move(generator));
  const Tensor x = (draw / rate.to(compute)).to(dtype);
  // Clamp the detached tensor in place, so that rounding does not change the gradient.
  (may_be_differentiated(x) ? x.detach() : x).clamp_min_(float_limits(dtype).least_normal);
  return x;
}

Tensor sample_inverse_gamma(const Tensor& concentration, const Tensor& rate,
                            std::optional<Generator> generator) {
  const auto dtype = at::promote_types(concentration.scalar_type(), rate.scalar_type());
  const auto shape = at::infer_size_dimvector(concentration.sizes(), rate.sizes());
  const Tensor a = expanded(concentration.to(at::kDouble), shape), r = rate.to(at::kDouble);
  GammaDraws gamma;
  Tensor draw;
  {
    const at::NoGradGuard no_grad;
    gamma = draw_any_gammas(a, generator);
    draw = r / gamma.x;
    if (gamma.log_x.defined()) {
      const Tensor is_tiny = gamma.x < std::numeric_limits<double>::min();
      draw = at::where(is_tiny, (r.log() - gamma.log_x).exp(), draw);
    }
    draw = rounded_to_range(draw, dtype);
  }
  if (!may_be_differentiated(a) && !may_be_differentiated(r)) return draw.to(dtype);
  return differentiable_draw(draw, dtype, [&](const Tensor& is_constant) {
    return r.masked_fill(is_constant, 1).log() -
           log_gamma_draw(a.masked_fill(is_constant, 1), log_of(gamma).masked_fill(is_constant, 0));
  });
}

Tensor sample_fisher_snedecor(const Tensor& df1, const Tensor& df2,
                              std::optional<Generator> generator) {
  const auto dtype = at::promote_types(df1.scalar_type(), df2.scalar_type());
  const auto shape = at::infer_size_dimvector(df1.sizes(), df2.sizes());
  const auto half_of = [&](const Tensor& df) { return 0.5 * expanded(df.to(at::kDouble), shape); };
  const Tensor a = half_of(df1), b = half_of(df2);
  GammaDraws x, y;
  Tensor draw;
  {
    const at::NoGradGuard no_grad;
    x = draw_any_gammas(a, generator);
    y = draw_any_gammas(b, generator);
    draw = (x.x / a) / (y.x / b);
    if (x.log_x.defined() || y.log_x.defined()) {
      constexpr double kTiny = std::numeric_limits<double>::min();
      const Tensor is_tiny = (x.x < kTiny).logical_or(y.x < kTiny);
      const Tensor log_draw = (log_of(x) - a.log()) - (log_of(y) - b.log());
      draw = at::where(is_tiny, log_draw.exp(), draw);
    }
    draw = rounded_to_range(draw, dtype);
  }
  if (!may_be_differentiated(a) && !may_be_differentiated(b)) return draw.to(dtype);
  return differentiable_draw(draw, dtype, [&](const Tensor& is_constant) {
    const auto log_mean = [&](const Tensor& half, const GammaDraws& gamma) {  // of 2 half squares
      const Tensor c = half.masked_fill(is_constant, 1);
      return log_gamma_draw(c, log_of(gamma).masked_fill(is_constant, 0)) - c.log();
    };
    return log_mean(a, x) - log_mean(b, y);
  });
}

Tensor sample_student_t(const Tensor& df, at::ScalarType dtype,
                        std::optional<Generator> generator) {
  const Tensor normal = at::empty(df.sizes(), df.options().dtype(at::toOpMathType(dtype)))
                            .normal_(0, 1, generator)
                            .to(at::kDouble);
  // The result is normal / sqrt(x / a) with a draw x of Gamma(a) and a = df / 2. If a is infinite,
  // x / a is 1.
  const Tensor half = 0.5 * df.to(at::kDouble), is_infinite = half.detach() == kInfinity;
  Tensor draws;
  GammaDraws gamma;
  {
    const at::NoGradGuard no_grad;
    gamma = draw_any_gammas(half, generator);
    draws = normal * (gamma.x / half).masked_fill(is_infinite, 1).rsqrt();
    if (gamma.log_x.defined()) {
      const Tensor is_tiny = gamma.x < std::numeric_limits<double>::min();
      const Tensor log_size = normal.abs().log() - 0.5 * (gamma.log_x - half.log());
      draws = at::where(is_tiny, normal.sign() * log_size.exp(), draws);
    }
  }
  if (!may_be_differentiated(half)) return draws;
  const Tensor a = half.masked_fill(is_infinite, 1);
  const Tensor log_quotient =
      log_gamma_draw(a, log_of(gamma).masked_fill(is_infinite, 0)) - a.log();
  return draws * (-0.5 * (log_quotient - log_quotient.detach())).exp();
}

Tensor sample_bartlett(const Tensor& df, int64_t n, at::ScalarType dtype,
                       std::optional<Generator> generator) {
  const Tensor wide = df.to(at::kDouble);
  const Tensor a = 0.5 * (wide.unsqueeze(-1) - at::arange(n, wide.options()));
  GammaDraws gamma;
  Tensor root, below;
  {
    const at::NoGradGuard no_grad;
    gamma = draw_any_gammas(a, generator);
    root = (2 * gamma.x).sqrt();
    if (gamma.log_x.defined()) {
      const Tensor is_tiny = gamma.x < std::numeric_limits<double>::min();
      root = at::where(is_tiny, (0.5 * (kLog2 + gamma.log_x)).exp(), root);
    }
    at::DimVector shape(df.sizes());
    shape.push_back(n * (n - 1) / 2);
    const Tensor noise = at::empty(shape, wide.options().dtype(at::toOpMathType(dtype)))
                             .normal_(0, 1, std::move(generator));
    const Tensor places = at::tril_indices(n, n, -1, wide.options().dtype(at::kLong));
    shape.back() = n * n;
    below = at::zeros(shape, wide.options());
    below.index_copy_(-1, places[0] * n + places[1], noise.to(at::kDouble));
    shape.back() = n;
    shape.push_back(n);
    below = below.view(shape);
  }
  if (may_be_differentiated(a)) {
    const Tensor log_root = 0.5 * log_gamma_draw(a, log_of(gamma));
    root = root * (log_root - log_root.detach()).exp();
  }
  return below + root.diag_embed(0, -2, -1);
}

Tensor sample_poisson(const Tensor& rate, std::optional<Generator> generator) {
  // Draws of larger rates are normal: their skewness is below 1e-6 on the CPU and 1e-4 elsewhere.
  // The CPU's sampler compares differences of log-gammas, which have no digits left at 1e15. Other
  // devices' samplers draw 32-bit integers.
  const double most = rate.is_cpu() ? 1e12 : 1e9;
  const auto in_dtype = [&](const Tensor& draws) {
    return draws.clamp_max(float_limits(rate.scalar_type()).largest).to(rate.scalar_type());
  };
  const Tensor mean = rate.to(at::kDouble);
  if (is_readable(mean) && (mean.numel() == 0 || mean.max().item<double>() <= most)) {
    return in_dtype(at::poisson(mean, std::move(generator)));
  }
  const Tensor is_large = mean > most;
  const Tensor counts = at::poisson(mean.masked_fill(is_large, 0), generator);
  const Tensor noise = at::empty_like(counts).normal_(0, 1, generator);
  const Tensor normal = (mean + mean.sqrt() * noise).round_();
  return in_dtype(at::where(is_large, normal.masked_fill_(mean == kInfinity, kNaN), counts));
}

// With half the uniform angle of a proposal, h = pi u / 2, the wrapped Cauchy variable is
// 2 atan(s tan h). Best and Fisher's r is (1 + s^2) / (1 - s^2), and their c = k (r - f) for
// f = (1 + r z) / (r + z) and z = cos 2h is w s / (cos^2 h + s^2 sin^2 h), with s = 1 / (w + k / w)
// and w^2 = (1 + sqrt(1 + 4 k^2)) / 2. Nothing cancels in these forms, while 1 - f and r - 1 vanish
// for large k, and r is infinite for k = 0.
Tensor sample_von_mises(const Tensor& concentration, Uniforms uniforms) {
  constexpr int kMostRounds = 40;  // the probability that an element needs more is 1e-18
  constexpr double kMost = 1e300;  // so that 2 k is finite; the draws of larger k are 0
  const Tensor k = concentration.clamp_max(kMost);
  const Tensor w = (0.5 * at::hypot(2 * k, at::ones({}, k.options())) + 0.5).sqrt();
  const Tensor s = (w + k / w).reciprocal(), ws = w * s;
  Tensor angle = at::zeros_like(k), done = at::zeros_like(k, at::kBool);
  for (int round = 0; round < kMostRounds; ++round) {
    const Tensor u = uniforms(), h = u[0] * (kPi / 2);
    const Tensor x = h.cos(), y = s * h.sin();
    const Tensor c = ws / (x.square() + y.square());
    const Tensor accepted = (c * (2 - c) > u[1]).logical_or_((c / u[1]).log_() + 1 >= c);
    // An accepted angle may be replaced until all elements are done, as in Python.
    angle = at::where(accepted, 2 * (u[2] - 0.5).sign_() * at::atan2(y, x), angle);
    done.logical_or_(accepted);
    // On a GPU this question would wait for the device.
    if (done.is_cpu() && is_readable(done) && done.all().item<bool>()) break;
  }
  return angle;
}

Tensor wrapped_angle(const Tensor& x) {
  return at::where(x.abs() <= kPi, x, (x + kPi).remainder(2 * kPi) - kPi);
}

Tensor sample_dirichlet(const Tensor& concentration, std::optional<Generator> generator) {
  const auto dtype = concentration.scalar_type();
  Tensor x;
  {
    const at::NoGradGuard no_grad;
    const Tensor a = concentration.to(at::kDouble);
    if (a.device().is_cpu()) {
      const GammaDraws draws = draw_gammas(dense(a), generator);
      // Divide unless a draw underflowed, to get Python's numbers to the bit.
      x = draws.log_x.defined() ? draws.log_x.softmax(-1) : divided_by_sum(draws.x);
    } else {
      x = draw_log_gammas(a, generator).softmax(-1);
    }
    x = rounded_to_simplex(x, dtype);
  }
  if (!at::GradMode::is_enabled() || !concentration.requires_grad()) return x;
  // Each coordinate has a Beta distribution. If one grows, the others shrink in proportion.
  const Tensor a = concentration.to(at::kDouble), draw = x.to(at::kDouble);
  const Tensor gain = special::differentiable(kBetaDraw, {a, sum_of_others(a.detach()), draw});
  return x + (gain - draw * gain.sum(-1, /*keepdim=*/true)).to(dtype);
}

Tensor sample_categorical(const Tensor& weights, Weights form, int64_t count,
                          std::optional<Generator> generator) {
  const int64_t categories = weights.size(-1);
  const auto rows = weights.sizes().slice(0, weights.sizes().size() - 1);
  at::DimVector shape{count};
  shape.append(rows.begin(), rows.end());
  Tensor table = weights.to(at::toOpMathType(weights.scalar_type()))
                     .reshape({c10::multiply_integers(rows), categories});
  if (count == 0 || table.numel() == 0) return at::empty(shape, weights.options().dtype(at::kLong));
  if (count == 1 && engine::has_row_kernel(table) && libtorch_uses_same_exponential_stream()) {
    return race(table, form, generator).view(shape);
  }
  if (count > 1 && may_use_kernels() && is_readable(table)) {
    return invert(table.contiguous(), form, count, generator).view(shape);
  }

  if (form == Weights::kLogits) table = softmax(table);
  const bool standard = table.device().is_cpu() && categories <= kMaxCategories;
  if (count == 1) {
    // An exponential race needs no sums. Other devices do without at::multinomial, because its
    // checks wait for the device.
    return (standard
                ? at::multinomial(table, 1, /*replacement=*/true, std::move(generator))
                : (table / at::empty_like(table).exponential_(1, std::move(generator))).argmax(-1))
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
  const Tensor uniform = at::rand({table.size(0), count}, std::move(generator), sums.options());
  return at::searchsorted(sums, (uniform * total).minimum(at_most), /*out_int32=*/false,
                          /*right=*/true)
      .t()
      .reshape(shape);
}

Tensor sample_relaxed_categorical(const Tensor& temperature, const Tensor& logits, Relaxed form,
                                  at::IntArrayRef shape, at::ScalarType dtype,
                                  std::optional<Generator> generator) {
  const at::ScalarType of_noise = at::toOpMathType(logits.scalar_type());
  const double epsilon = float_limits(of_noise).epsilon;
  Tensor uniform = at::rand(shape, std::move(generator), logits.options().dtype(of_noise));
  if (dtype == of_noise && !may_be_differentiated(logits) && !may_be_differentiated(temperature)) {
    const auto kernel = form == Relaxed::kOneHot ? &engine::RowKernels::relaxed_draw_on_simplex
                                                 : &engine::RowKernels::relaxed_draw;
    const Tensor t = unexpanded(temperature.detach(), 0).to(at::kDouble).squeeze(-1);
    if (overwrite_rows(kernel, uniform, logits.detach(), t)) return uniform;
  }
  uniform = uniform.clamp_(epsilon, 1 - epsilon).to(at::kDouble);
  const Tensor score = logits.to(at::kDouble) - uniform.log_().neg_().log_();
  const Tensor difference = score - score.detach().amax(-1, /*keepdim=*/true);
  const Tensor t = temperature.to(at::kDouble), constant_t = t.detach();
  // Constants where derivatives would overflow: -difference / t^2 and 1 / t.
  constexpr double kLargest = std::numeric_limits<double>::max();
  const Tensor is_steep = (difference.detach() / constant_t / constant_t).abs() > kLargest;
  const Tensor is_tiny = constant_t.abs() < 1 / kLargest;
  const Tensor x =
      at::where(is_tiny, difference.detach(), difference) / at::where(is_steep, constant_t, t);
  const Tensor masked = logits.detach().eq(-kInfinity);
  if (form == Relaxed::kOneHot) return rounded_to_simplex(softmax(x), dtype, masked);
  return log_softmax(x)
      .clamp_min(-float_limits(dtype).largest)
      .to(dtype)
      .masked_fill(masked, -kInfinity);
}

Tensor sample_multinomial(const Tensor& count, const Tensor& probs, at::IntArrayRef shape,
                          at::ScalarType dtype, std::optional<Generator> generator) {
  const Tensor n = count.to(at::kDouble), weights = probs.to(at::kDouble);
  if (may_use_kernels() && is_readable(n) && is_readable(weights)) {
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
