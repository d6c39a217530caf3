#include "ops/special/bregman.h"

#include <tuple>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "ops/special/bregman_kernels.h"
#include "ops/special/differentiable.h"
#include "ops/special/elementary.h"
#include "ops/special/elementwise.h"
#include "ops/special/gamma.h"
#include "ops/special/gamma_kernels.h"

namespace torch::distributions::ops::special {
namespace {

constexpr Rule kItakuraSaito{
    "itakura_saito",
    [](TensorList args) {
      return elementwise(
          [](const auto& x, const auto& y) { return kernels::itakura_saito(x, y, x - y); }, args[0],
          args[1]);
    },
    {[](TensorList args) { return (args[0] - args[1]) / args[1] / args[0]; },
     [](TensorList args) { return (args[1] - args[0]) / args[1] / args[1]; }}};

Tensor deviance_dx(TensorList args) {
  const auto& [x, m, d] = std::tie(args[0], args[1], args[2]);
  const Tensor flat = (x == 0) | (m == 0);
  const Tensor is_near = (d.abs() <= 0.5 * m) & flat.bitwise_not();
  const Tensor safe_m = at::where(flat, 1.0, m);
  return at::where(is_near, at::log1p(at::where(is_near, d, 0.0) / safe_m),
                   at::log(at::where(flat, 1.0, x) / safe_m));
}

Tensor deviance_dm(TensorList args) {
  const auto& [x, m, d] = std::tie(args[0], args[1], args[2]);
  const Tensor is_zero = m == 0;
  const Tensor difference = at::where(d.abs() <= 0.5 * m, d, x - m);
  const Tensor slope = -at::where(is_zero, 0.0, difference) / at::where(is_zero, 1.0, m);
  return at::where((x == 0).logical_and(is_zero), 1.0, slope);
}

Tensor zeros_like_third(TensorList args) { return at::zeros_like(args[2]); }

constexpr Rule kDeviance{
    "deviance",
    [](TensorList args) {
      return elementwise(
          [](const auto& x, const auto& m, const auto& d) { return kernels::deviance(x, m, d); },
          args[0], args[1], args[2]);
    },
    {deviance_dx, deviance_dm, zeros_like_third}};

// x - y where it is small, else 0, so that the branch that is not taken has finite derivatives.
struct Difference {
  Difference(const Tensor& x, const Tensor& y)
      : is_small((x - y).abs() <= 1), small(at::where(is_small, x - y, 0.0)) {}

  Tensor is_small, small;
};

// x - y, but 0 where either is infinite.
Tensor finite_difference(const Tensor& x, const Tensor& y) {
  const Tensor is_infinite = x.isinf() | y.isinf();
  return at::where(is_infinite, 0.0, x) - at::where(is_infinite, 0.0, y);
}

Tensor exp_divergence_dx(TensorList args) {
  const auto& [x, y] = std::tie(args[0], args[1]);
  const Difference d(x, y);
  const Tensor slope = at::where(d.is_small, y.exp() * d.small.expm1(), x.exp() - y.exp());
  return at::where(x == -INFINITY, 0.0, slope);
}

Tensor exp_divergence_dy(TensorList args) {
  const auto& [x, y] = std::tie(args[0], args[1]);
  return -y.exp() * finite_difference(x, y);
}

constexpr Rule kExpDivergence{
    "exp_divergence",
    [](TensorList args) {
      return elementwise([](const auto& x, const auto& y) { return kernels::exp_divergence(x, y); },
                         args[0], args[1]);
    },
    {exp_divergence_dx, exp_divergence_dy}};

constexpr Rule kSoftplusDivergence{
    "softplus_divergence",
    [](TensorList args) {
      return elementwise(
          [](const auto& x, const auto& y) { return kernels::softplus_divergence(x, y); }, args[0],
          args[1]);
    },
    {[](TensorList args) {
       // sigmoid(x) - sigmoid(y), by the tails on which the sigmoids are small.
       const Tensor sign = at::where(args[1] > 0, -1.0, at::ones_like(args[1]));
       const Tensor x = sign * args[0], y = sign * args[1];
       const Difference d(x, y);
       return sign * at::where(d.is_small,
                               -special::sigmoid(x) * special::sigmoid(-y) * (-d.small).expm1(),
                               special::sigmoid(x) - special::sigmoid(y));
     },
     [](TensorList args) {
       const auto& [x, y] = std::tie(args[0], args[1]);
       return -special::sigmoid(y) * special::sigmoid(-y) * finite_difference(x, y);
     }}};

constexpr Rule kStirlerrCurvature{
    "stirlerr_curvature",
    [](TensorList args) {
      return elementwise([](const auto& x) { return kernels::stirlerr_curvature(x); }, args[0]);
    },
    {[](TensorList args) {
      const Tensor inverse = args[0].reciprocal();
      return special::polygamma(2, args[0]) + inverse * inverse * (1.0 + inverse);
    }}};

constexpr Rule kStirlerrSlope{
    "stirlerr_slope",
    [](TensorList args) {
      return elementwise([](const auto& x) { return kernels::stirlerr_slope(x); }, args[0]);
    },
    {[](TensorList args) { return differentiable(kStirlerrCurvature, {args[0]}); }}};

// F''(x) = psi'(x) - 1/x of the function F of stirling_divergence.
Tensor stirling_curvature(const Tensor& x) {
  return 0.5 / (x * x) + differentiable(kStirlerrCurvature, {x});
}

// F'(x) - F'(y).
constexpr Rule kStirlingSlopeDifference{
    "stirling_slope_difference",
    [](TensorList args) {
      return elementwise([](const auto& x, const auto& y,
                            const auto& d) { return kernels::stirling_slope_difference(x, y, d); },
                         args[0], args[1], args[2]);
    },
    {[](TensorList args) { return stirling_curvature(args[0]); },
     [](TensorList args) { return -stirling_curvature(args[1]); }, zeros_like_third}};

constexpr Rule kStirlingDivergence{
    "stirling_divergence",
    [](TensorList args) {
      return elementwise([](const auto& x, const auto& y,
                            const auto& d) { return kernels::stirling_divergence(x, y, d); },
                         args[0], args[1], args[2]);
    },
    {[](TensorList args) { return stirling_slope_difference(args[0], args[1], args[2]); },
     [](TensorList args) { return -stirling_curvature(args[1]) * args[2]; }, zeros_like_third}};

// The derivatives of log_mean_gap: 0 for an interval of no width, and in `low` at 0, where it is
// infinite.
Tensor log_mean_gap_dlow(TensorList args) {
  const auto& [low, high] = std::tie(args[0], args[1]);
  const Tensor flat = (low == 0) | (low == high);
  const Tensor a = at::where(flat, 1.0, low), b = at::where(flat, 2.0, high);
  const Tensor y = (b - a) / (b + a);
  const Tensor is_narrow = y <= 0.5;
  // log(1 - y) + y
  const Tensor log_part = at::where(is_narrow, special::log1pmx(-at::where(is_narrow, y, 0.0)),
                                    at::log(2 * a) - at::log(a + b) + y);
  return at::where(flat, 0.0, (log_part + special::log_mean_gap(a, b)) / (b - a));
}

Tensor log_mean_gap_dhigh(TensorList args) {
  const auto& [low, high] = std::tie(args[0], args[1]);
  const Tensor flat = low == high;
  const Tensor a = at::where(flat, 1.0, low), b = at::where(flat, 2.0, high);
  const Tensor y = (b - a) / (b + a);
  return at::where(flat, 0.0, -(special::log1pmx(y) + special::log_mean_gap(a, b)) / (b - a));
}

constexpr Rule kLogMeanGap{
    "log_mean_gap",
    [](TensorList args) {
      return elementwise(
          [](const auto& low, const auto& high) { return kernels::log_mean_gap(low, high); },
          args[0], args[1]);
    },
    {log_mean_gap_dlow, log_mean_gap_dhigh}};

constexpr Rule kNonnegative{"nonnegative",
                            [](TensorList args) { return args[0].clamp_min(0); },
                            {[](TensorList args) { return at::ones_like(args[0]); }}};

}  // namespace

Tensor itakura_saito(const Tensor& x, const Tensor& y) {
  return differentiable(kItakuraSaito, {x, y});
}
Tensor deviance(const Tensor& x, const Tensor& m, const Tensor& d) {
  return differentiable(kDeviance, {x, m, d});
}
Tensor exp_divergence(const Tensor& x, const Tensor& y) {
  return differentiable(kExpDivergence, {x, y});
}
Tensor softplus_divergence(const Tensor& x, const Tensor& y) {
  return differentiable(kSoftplusDivergence, {x, y});
}
Tensor stirling_divergence(const Tensor& x, const Tensor& y, const Tensor& d) {
  return differentiable(kStirlingDivergence, {x, y, d});
}
Tensor stirling_slope_difference(const Tensor& x, const Tensor& y, const Tensor& d) {
  return differentiable(kStirlingSlopeDifference, {x, y, d});
}
Tensor stirlerr_slope(const Tensor& x) { return differentiable(kStirlerrSlope, {x}); }
Tensor log_mean_gap(const Tensor& low, const Tensor& high) {
  return differentiable(kLogMeanGap, {low, high});
}
Tensor nonnegative(const Tensor& x) { return differentiable(kNonnegative, {x}); }

}  // namespace torch::distributions::ops::special
