#include "ops/special/log_densities.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <type_traits>

#include "ops/special/differentiable.h"
#include "ops/special/elementary.h"
#include "ops/special/elementwise.h"
#include "ops/special/gamma.h"
#include "ops/special/log_density_kernels.h"

namespace torch::distributions::ops::special {
namespace {

// The derivative of x log y in y: x / y, and 0 where both are 0.
Tensor ratio_or_zero(const Tensor& x, const Tensor& y) {
  return x / at::where((x == 0) & (y == 0), 1.0, y);
}

constexpr Rule kBd0{"bd0",
                    [](TensorList args) {
                      return elementwise(
                          [](const auto& x, const auto& m) { return kernels::bd0(x, m); }, args[0],
                          args[1]);
                    },
                    {[](TensorList args) { return at::log(args[0] / args[1]); },
                     [](TensorList args) { return (args[1] - args[0]) / args[1]; }}};

constexpr Rule kPoissonLogKernel{
    "poisson_log_kernel",
    [](TensorList args) {
      return elementwise(
          [](const auto& x, const auto& m) { return kernels::poisson_log_kernel(x, m); }, args[0],
          args[1]);
    },
    {[](TensorList args) { return log_minus_digamma1p(args[1], args[0]); },
     [](TensorList args) { return ratio_or_zero(args[0], args[1]) - 1; }}};

// count - rate x.
constexpr Rule kGammaResidual{
    "gamma_residual",
    [](TensorList args) {
      return elementwise([](const auto& count, const auto& rate,
                            const auto& x) { return kernels::gamma_residual(count, rate, x); },
                         args[0], args[1], args[2]);
    },
    {[](TensorList args) { return at::ones_like(args[0]); },
     [](TensorList args) { return -args[2]; }, [](TensorList args) { return -args[1]; }}};

Tensor gamma_residual(const Tensor& count, const Tensor& rate, const Tensor& x) {
  return differentiable(kGammaResidual, {count, rate, x});
}

// (a - 1) / x - r.
constexpr Rule kGammaScore{
    "gamma_score",
    [](TensorList args) {
      return elementwise(
          [](const auto& x, const auto& a, const auto& r) { return kernels::gamma_score(x, a, r); },
          args[0], args[1], args[2]);
    },
    {[](TensorList args) { return ratio_or_zero(1 - args[1], at::square(args[0])); },
     [](TensorList args) { return at::reciprocal(args[0]); },
     [](TensorList args) { return -at::ones_like(args[2]); }}};

// (a - 1) / x - (b - 1) / (1 - x).
constexpr Rule kBetaScore{"beta_score",
                          [](TensorList args) {
                            return elementwise(
                                [](const auto& x, const auto& a, const auto& b) {
                                  return kernels::bernoulli_score<std::decay_t<decltype(x)>>(
                                      a - 1.0, b - 1.0, x);
                                },
                                args[0], args[1], args[2]);
                          },
                          {[](TensorList args) {
                             return ratio_or_zero(1 - args[1], at::square(args[0])) +
                                    ratio_or_zero(1 - args[2], at::square(1 - args[0]));
                           },
                           [](TensorList args) { return at::reciprocal(args[0]); },
                           [](TensorList args) { return -at::reciprocal(1 - args[0]); }}};

// k / p - (n - k) / (1 - p).
constexpr Rule kBinomialScore{
    "binomial_score",
    [](TensorList args) {
      return elementwise(
          [](const auto& k, const auto& n, const auto& p) {
            return kernels::bernoulli_score<std::decay_t<decltype(k)>>(k, n - k, p);
          },
          args[0], args[1], args[2]);
    },
    {[](TensorList args) { return at::reciprocal(args[2]) + at::reciprocal(1 - args[2]); },
     [](TensorList args) { return -at::reciprocal(1 - args[2]); },
     [](TensorList args) {
       return -ratio_or_zero(args[0], at::square(args[2])) -
              ratio_or_zero(args[1] - args[0], at::square(1 - args[2]));
     }}};

// log(rate x) - psi(a), the derivative of the gamma density's logarithm in the concentration.
constexpr Rule kGammaConcentrationScore{
    "gamma_concentration_score",
    [](TensorList args) {
      return elementwise([](const auto& x, const auto& a,
                            const auto& r) { return kernels::gamma_concentration_score(x, a, r); },
                         args[0], args[1], args[2]);
    },
    {[](TensorList args) { return at::reciprocal(args[0]); },
     [](TensorList args) { return -special::trigamma(args[1]); },
     [](TensorList args) { return at::reciprocal(args[2]); }}};

constexpr Rule kGammaLogKernel{
    "gamma_log_kernel",
    [](TensorList args) {
      return elementwise([](const auto& x, const auto& a,
                            const auto& r) { return kernels::gamma_log_kernel(x, a, r); },
                         args[0], args[1], args[2]);
    },
    {[](TensorList args) {
       return differentiable(kGammaScore, {args[0], args[1], args[2]});
     },
     [](TensorList args) {
       return differentiable(kGammaConcentrationScore, {args[0], args[1], args[2]});
     },
     [](TensorList args) { return gamma_residual(args[1], args[2], args[0]) / args[2]; }}};

// log x + psi(a + b) - psi(a), from log x.
constexpr Rule kBetaShapeScore{
    "beta_shape_score",
    [](TensorList args) {
      return elementwise([](const auto& log_x, const auto& a,
                            const auto& b) { return kernels::beta_shape_score(log_x, a, b); },
                         args[0], args[1], args[2]);
    },
    {[](TensorList args) { return at::ones_like(args[0]); },
     [](TensorList args) {
       return special::trigamma(args[1] + args[2]) - special::trigamma(args[1]);
     },
     [](TensorList args) { return special::trigamma(args[1] + args[2]); }}};

constexpr Rule kBetaLogKernel{
    "beta_log_kernel",
    [](TensorList args) {
      return elementwise([](const auto& x, const auto& a,
                            const auto& b) { return kernels::beta_log_kernel(x, a, b); },
                         args[0], args[1], args[2]);
    },
    {[](TensorList args) {
       return differentiable(kBetaScore, {args[0], args[1], args[2]});
     },
     [](TensorList args) {
       return differentiable(kBetaShapeScore, {at::log(args[0]), args[1], args[2]});
     },
     [](TensorList args) {
       return differentiable(kBetaShapeScore, {at::log1p(-args[0]), args[2], args[1]});
     }}};

// The derivatives of log C(n, k) in k and n.
Tensor log_choose_dk(const Tensor& k, const Tensor& n) {
  return special::digamma(n - k + 1) - special::digamma(k + 1);
}
Tensor log_choose_dn(const Tensor& k, const Tensor& n) { return digamma_difference(n - k + 1, k); }

constexpr Rule kBinomialLogKernel{
    "binomial_log_kernel",
    [](TensorList args) {
      return elementwise([](const auto& k, const auto& n,
                            const auto& p) { return kernels::binomial_log_kernel(k, n, p); },
                         args[0], args[1], args[2]);
    },
    {[](TensorList args) {
       return at::log(args[2]) - at::log1p(-args[2]) + log_choose_dk(args[0], args[1]);
     },
     [](TensorList args) { return at::log1p(-args[2]) + log_choose_dn(args[0], args[1]); },
     [](TensorList args) {
       return differentiable(kBinomialScore, {args[0], args[1], args[2]});
     }}};

// k - n sigmoid(t).
constexpr Rule kBinomialScoreLogits{
    "binomial_score_logits",
    [](TensorList args) {
      return elementwise([](const auto& k, const auto& n,
                            const auto& t) { return kernels::binomial_score_logits(k, n, t); },
                         args[0], args[1], args[2]);
    },
    {[](TensorList args) { return at::ones_like(args[0]); },
     [](TensorList args) { return -special::sigmoid(args[2]); },
     [](TensorList args) {
       return -args[1] * special::sigmoid(args[2]) * special::sigmoid(-args[2]);
     }}};

constexpr Rule kBinomialLogKernelLogits{
    "binomial_log_kernel_logits",
    [](TensorList args) {
      return elementwise([](const auto& k, const auto& n,
                            const auto& t) { return kernels::binomial_log_kernel_logits(k, n, t); },
                         args[0], args[1], args[2]);
    },
    {[](TensorList args) { return args[2] + log_choose_dk(args[0], args[1]); },
     [](TensorList args) {
       return special::log_sigmoid(-args[2]) + log_choose_dn(args[0], args[1]);
     },
     [](TensorList args) {
       return differentiable(kBinomialScoreLogits, {args[0], args[1], args[2]});
     }}};

}  // namespace

Tensor bd0(const Tensor& x, const Tensor& m) { return differentiable(kBd0, {x, m}); }

Tensor poisson_log_kernel(const Tensor& x, const Tensor& m) {
  return differentiable(kPoissonLogKernel, {x, m});
}

Tensor gamma_log_kernel(const Tensor& x, const Tensor& concentration, const Tensor& rate) {
  return differentiable(kGammaLogKernel, {x, concentration, rate});
}

Tensor beta_log_kernel(const Tensor& x, const Tensor& a, const Tensor& b) {
  return differentiable(kBetaLogKernel, {x, a, b});
}

Tensor binomial_log_kernel(const Tensor& k, const Tensor& n, const Tensor& p) {
  return differentiable(kBinomialLogKernel, {k, n, p});
}

Tensor binomial_log_kernel_logits(const Tensor& k, const Tensor& n, const Tensor& logits) {
  return differentiable(kBinomialLogKernelLogits, {k, n, logits});
}

}  // namespace torch::distributions::ops::special
