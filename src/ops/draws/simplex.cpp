#include "ops/draws/simplex.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include <limits>
#include <utility>

#include "core/float_limits.h"
#include "ops/draws/from_stream.h"
#include "ops/draws/gamma_variables.h"
#include "ops/draws/noise.h"
#include "ops/random/fill.h"
#include "ops/special/beta_draw.h"
#include "ops/special/constants.h"
#include "ops/special/differentiable.h"
#include "ops/special/tensor_scalar.h"
#include "ops/tensor/graph.h"
#include "ops/tensor/sum_of_others.h"
#include "ops/tensor/unexpanded.h"
#include "ops/vectors/rows.h"
#include "ops/vectors/softmax.h"
#include "ops/vectors/weighted_rows.h"

namespace torch::distributions::ops {
namespace {

/// Derivatives of draws as the caller needs them, which subtracts some from others: infinite ones
/// are replaced by large numbers.
Tensor subtractable(const Tensor& derivative) {
  constexpr double kLargest = 1e300;
  return derivative.nan_to_num(0, kLargest, -kLargest);
}

/// Zeros, with the derivative of the Beta draw args[2] with respect to its concentration args[0].
/// args[1], the total of the other concentrations, is a constant.
constexpr special::TensorFunction kBetaDraw{
    "the Dirichlet sampler",
    [](at::TensorList args) { return at::zeros_like(args[2]); },
    {[](at::TensorList args) {
       // The draw of a single category is always 1, so its derivative is 0.
       return subtractable(
           special::beta_draw_da(args[2], args[0], args[1]).masked_fill(args[1] == 0, 0));
     },
     nullptr, nullptr}};

/// The same for the logarithm args[2] of a Beta draw.
constexpr special::TensorFunction kLogBetaDraw{
    "the Dirichlet sampler",
    [](at::TensorList args) { return at::zeros_like(args[2]); },
    {[](at::TensorList args) {
       constexpr double kSmall = -200;  // below, F(x) is x^a / (a B(a, b)) to the last digit
       const Tensor &a = args[0], &b = args[1], &log_x = args[2];
       const Tensor x = log_x.clamp_min(kSmall).exp();
       return subtractable(at::where(
           log_x < kSmall, (special::digamma(a + 1) - special::digamma(a + b) - log_x) / a,
           special::beta_draw_da(x, a, b) / x));
     },
     nullptr, nullptr}};

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

/// Draws as a differentiable function of the concentration. Each coordinate has a Beta distribution.
/// If one grows, the others shrink in proportion.
Tensor with_gradient(const Tensor& concentration, const Tensor& x) {
  if (!at::GradMode::is_enabled() || !concentration.requires_grad()) return x;
  const Tensor a = concentration.to(at::kDouble), draw = x.to(at::kDouble);
  const Tensor gain = special::differentiable(kBetaDraw, {a, sum_of_others(a.detach()), draw});
  return x + (gain - draw * gain.sum(-1, /*keepdim=*/true)).to(x.scalar_type());
}

}  // namespace

Tensor sample_dirichlet(const Tensor& concentration, std::optional<Generator> generator,
                        GammaDraws* gammas) {
  const auto dtype = concentration.scalar_type();
  Tensor x;
  {
    const at::NoGradGuard no_grad;
    if (const auto draw = draw_of_stream(generator, concentration.numel())) {
      x = at::empty(concentration.sizes(), concentration.options());
      random::fill_dirichlet(x, *draw, concentration);
      if (gammas != nullptr) {
        const Tensor log_x = at::empty_like(x, at::toOpMathType(dtype));
        random::fill_log_gamma(log_x, *draw, concentration);  // those of the same draw
        gammas->log_x = log_x.to(at::kDouble);
      }
    } else {
      const GammaDraws draws = draw_gammas(concentration.to(at::kDouble), generator);
      if (gammas != nullptr) *gammas = draws;
      // Divide unless a draw underflowed, to get Python's numbers to the bit.
      x = draws.log_x.defined() ? draws.log_x.softmax(-1) : divided_by_sum(draws.x);
      x = rounded_to_simplex(x, dtype);
    }
  }
  return with_gradient(concentration, x);
}

Tensor sample_beta(const Tensor& concentration1, const Tensor& concentration0,
                   at::IntArrayRef shape, std::optional<Generator> generator) {
  at::DimVector vectors(shape);
  vectors.push_back(2);
  const auto concentration = [&] {
    return expanded(at::stack({concentration1, concentration0}, -1), vectors);
  };
  const auto dtype = at::promote_types(concentration1.scalar_type(), concentration0.scalar_type());
  const Tensor x = drawn_from_stream(generator, shape, concentration1.options().dtype(dtype),
                                     random::fill_beta, concentration1, concentration0);
  if (!x.defined()) return sample_dirichlet(concentration(), std::move(generator)).select(-1, 0);
  if (!may_be_differentiated(concentration1) && !may_be_differentiated(concentration0)) return x;
  return with_gradient(concentration(), at::stack({x, 1 - x}, -1)).select(-1, 0);
}

Tensor log_dirichlet_draw(const Tensor& concentration, const Tensor& log_gammas) {
  const Tensor log_x = log_softmax(log_gammas.detach());
  if (!at::GradMode::is_enabled() || !concentration.requires_grad()) return log_x;
  const Tensor a = concentration.to(at::kDouble);
  const Tensor gain = special::differentiable(kLogBetaDraw, {a, sum_of_others(a.detach()), log_x});
  return log_x + gain - (log_x.exp() * gain).sum(-1, /*keepdim=*/true);
}

Tensor sample_relaxed_categorical(const Tensor& temperature, const Tensor& logits, Relaxed form,
                                  at::IntArrayRef shape, at::ScalarType dtype,
                                  std::optional<Generator> generator) {
  const at::ScalarType of_noise = at::toOpMathType(logits.scalar_type());
  const double epsilon = float_limits(of_noise).epsilon;
  Tensor uniform = uniform_noise(shape, logits.options().dtype(of_noise), std::move(generator));
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

}  // namespace torch::distributions::ops
