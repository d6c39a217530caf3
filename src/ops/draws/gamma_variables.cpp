#include "ops/draws/gamma_variables.h"

#include <ATen/ATen.h>
#include <ATen/native/Distributions.h>

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
#include "ops/random/generator.h"
#include "ops/special/constants.h"
#include "ops/special/differentiable.h"
#include "ops/special/digamma.h"
#include "ops/special/incomplete_gamma.h"
#include "ops/special/tensor_scalar.h"
#include "ops/tensor/plain.h"

namespace torch::distributions::ops {
namespace {

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

/// For contiguous tensors of T.
template <class T>
GammaDraws draw_gammas_on_cpu(const Tensor& concentration,
                              const std::optional<Generator>& generator) {
  Stream stream(generator);
  // `boost` and `last_normal` are kept to compute the logarithm of a draw that underflows.
  bool boosts = false;
  double boost = 0, last_normal = 0;
  const auto uniform = [&] { return std::exchange(boosts, false) ? boost : stream.uniform(); };
  const auto normal = [&] { return last_normal = stream.normal(); };
  BaseSampler<double, decltype(uniform)> standard_uniform(uniform);
  BaseSampler<double, decltype(normal)> standard_normal(normal);

  const Tensor x = at::empty_like(concentration);
  const T* const as = concentration.const_data_ptr<T>();
  T* const xs = x.mutable_data_ptr<T>();
  std::vector<std::pair<int64_t, double>> underflown;
  for (int64_t i = 0; i < x.numel(); ++i) {
    if (!(as[i] > 0)) {
      xs[i] = std::numeric_limits<T>::quiet_NaN();
      continue;
    }
    // For a < 1, LibTorch's sampler multiplies a draw of Gamma(a + 1) by (1 - U)^(1/a) with the
    // first uniform U.
    boosts = as[i] < 1;
    if (boosts) boost = stream.uniform();
    xs[i] = sample_gamma<T, double>(as[i], standard_uniform, standard_normal);
    if (xs[i] >= std::numeric_limits<T>::min()) continue;
    // The logarithm of (1 - U)^(1/a) d (1 + z / sqrt(9 d))^3, by Marsaglia and Tsang, with the last
    // normal z.
    const double a = as[i], d = a + 1 - 1.0 / 3;
    underflown.emplace_back(
        i, std::log1p(-boost) / a + std::log(d) + 3 * std::log1p(last_normal / std::sqrt(9 * d)));
  }
  if (underflown.empty()) return {x, {}};
  const Tensor log_x = x.to(at::kDouble).log();
  for (const auto& [i, log] : underflown) log_x.mutable_data_ptr<double>()[i] = log;
  return {x, log_x};
}

/// Logarithms of draws of Gamma(a, 1) on any device.
Tensor draw_log_gammas(const Tensor& concentration, const std::optional<Generator>& generator) {
  const Tensor boosted = concentration < 1;
  const Tensor boost = exponential_noise(concentration.sizes(), concentration.options(), generator)
                           .div_(concentration);
  return at::_standard_gamma(concentration + boosted, generator)
      .log_()
      .sub_(boost.masked_fill_(boosted.logical_not(), 0))
      .masked_fill_((concentration > 0).logical_not(), kNaN);
}

}  // namespace

GammaDraws draw_gammas(const Tensor& concentration, const random::Draw& draw) {
  const Tensor x = at::empty(concentration.sizes(), concentration.options());
  random::fill_gamma(x, draw, concentration);
  random::set_points_of_gamma(x, concentration);
  // The least normal number stands for those that underflow.
  const Tensor is_tiny = x <= float_limits(x.scalar_type()).least_normal;
  if (x.is_cpu() && !is_tiny.any().item<bool>()) return {x, {}};
  const Tensor log_x = at::empty_like(x);
  random::fill_log_gamma(log_x, draw, concentration);  // the same draws
  log_x.masked_fill_(x == kInfinity, kInfinity);
  return {x.masked_fill_(is_tiny, 0), log_x.to(at::kDouble)};
}

GammaDraws draw_gammas(const Tensor& concentration, const std::optional<Generator>& generator) {
  if (const auto draw = draw_of_stream(generator, concentration.numel()))
    return draw_gammas(concentration, *draw);
  if (concentration.device().is_cpu())
    return draw_gammas_on_cpu<double>(dense(concentration), generator);
  if (concentration.is_meta()) return {at::empty_like(concentration), {}};
  const Tensor log_x = draw_log_gammas(concentration, generator);
  return {log_x.exp(), log_x};
}

GammaDraws draw_standard_gammas(const Tensor& concentration,
                                const std::optional<Generator>& generator) {
  if (const auto draw = draw_of_stream(generator, concentration.numel())) {
    GammaDraws draws = draw_gammas(concentration, *draw);
    draws.x.clamp_min_(float_limits(concentration.scalar_type()).least_normal);
    return draws;
  }
  if (concentration.is_meta()) return {at::empty_like(concentration), {}};
  if (!is_plain(concentration) || !is_unobserved())
    return {at::_standard_gamma(concentration, generator), {}};
  const Tensor a = dense(concentration);
  const auto dtype = a.scalar_type();
  const GammaDraws draws = dtype == at::kDouble ? draw_gammas_on_cpu<double>(a, generator)
                                                : draw_gammas_on_cpu<float>(a, generator);
  if (draws.log_x.defined()) draws.x.clamp_min_(float_limits(dtype).least_normal);
  return draws;
}

Tensor log_of(const GammaDraws& draws) {
  return draws.log_x.defined() ? draws.log_x : draws.x.to(at::kDouble).log();
}

Tensor gamma_draw(const Tensor& a, const Tensor& draw) {
  return special::differentiable(kGammaDraw, {a, draw.detach()});
}

Tensor log_gamma_draw(const Tensor& a, const Tensor& log_draw) {
  return special::differentiable(kLogGammaDraw, {a, log_draw.detach()});
}

}  // namespace torch::distributions::ops
