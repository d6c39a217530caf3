#include "ops/vectors/dirichlet.h"

#include <ATen/ATen.h>
#include <ATen/ScalarOps.h>

#include "ops/engine/evaluate.h"
#include "ops/formulas/dirichlet.h"
#include "ops/special/deviance.h"
#include "ops/special/lbeta.h"
#include "ops/special/log_power.h"
#include "ops/special/rounding.h"
#include "ops/special/stirling.h"
#include "ops/special/tensor_scalar.h"
#include "ops/tensor/sum_of_others.h"
#include "ops/tensor/total.h"
#include "ops/vectors/softmax.h"

namespace torch::distributions::ops {

using at::Tensor;

namespace {

using Component = formulas::DirichletComponent;
using Divergence = formulas::DirichletComponentDivergence;

/// log B(a) - (sum a log a - A log A), where A = sum a and log B(a) = sum lgamma(a) - lgamma(A).
/// The large terms of Stirling's formula cancel, so that only its remainder of each lgamma is
/// computed.
Tensor log_beta_beside_entropy(const Tensor& a) {
  const Tensor total = a.sum(-1);
  return (special::log_factorial_remainder(a) - a.log()).sum(-1) -
         special::log_factorial_remainder(total) + total.log();
}

/// sum x - 1, with an error that is small even relative to a small result: the high parts of the
/// terms are multiples of 2^-26, which add up exactly.
Tensor excess(const Tensor& x) {
  constexpr double kGrid = 1 << 26;
  const Tensor high = (x.detach() * kGrid).floor() / kGrid;
  return (high.sum(-1) - 1) + (x - high).sum(-1);
}

/// The log density in terms of deviances, where no large terms cancel. With A = sum a and m = A x,
/// sum (a - 1) log x - log B(a)
///   = -sum bd0(a, m) + A (sum x - 1) - sum log x - (log B(a) - (sum a log a - A log A)).
Tensor log_density_by_deviance(const Tensor& a, const Tensor& x) {
  const Tensor total = a.sum(-1, /*keepdim=*/true);
  const Tensor m = total * x, rest = special::product_error(total, x);
  const Tensor deviance = special::bd0(a, m) + rest * (1 - a / m);
  return total.squeeze(-1) * excess(x) - (deviance + x.log()).sum(-1) - log_beta_beside_entropy(a);
}

/// log B(a). With S_i = a_1 + ... + a_(i-1), B(a) is the product of B(S_i, a_i) over i > 1, whose
/// derivatives do not cancel.
Tensor log_beta(const Tensor& a) {
  return special::lbeta(a.cumsum(-1).slice(-1, 0, -1), a.slice(-1, 1)).sum(-1);
}

/// The log density by the textbook formula. Its derivatives are exact even where its value is not.
Tensor log_density(const Tensor& a, const Tensor& x) {
  return special::log_power(a, x).sum(-1) - log_beta(a);
}

/// The log density for a result in float: the rounding errors of double are below its precision.
Tensor log_density_of_floats(const Tensor& a, const Tensor& x) {
  const Tensor total = ops::total(a), one = c10::scalar_to_tensor(1.0, total.device());
  return log_prob_of_event<Component>(1, a, total, x) -
         log_prob_of_event<Component>(1, total, total, one);
}

}  // namespace

Tensor dirichlet_divergence(bool of_doubles, const Tensor& a, const Tensor& b, const Tensor& growth,
                            const Tensor& ratio) {
  if (!of_doubles) return kl_of_event<Divergence>(1, a, b, growth, ratio);
  // The kernel only has the precision of a float.
  const auto divergence = [](const auto&... inputs) { return Divergence::kl(inputs...); };
  return evaluate(/*in_double=*/true, divergence, a, b, growth, ratio).sum(-1);
}

Tensor dirichlet_log_prob(const Tensor& a, const Tensor& x) {
  if (at::result_type(a, x) != at::kDouble) return log_density_of_floats(a, x);
  const Tensor concentration = a.to(at::kDouble), value = x.to(at::kDouble);
  const Tensor log_prob = log_density(concentration, value);
  // The correction is as small as the rounding errors of the textbook formula, so it is detached:
  // the derivatives are those of the textbook formula.
  return log_prob +
         (log_density_by_deviance(concentration.detach(), value.detach()) - log_prob.detach())
             .nan_to_num(0, 0, 0);
}

Tensor dirichlet_log_prob_of_log(const Tensor& a, const Tensor& log_x) {
  const Tensor concentration = a.to(at::kDouble);
  return ((concentration - 1) * log_x).sum(-1) - log_beta(concentration);
}

Tensor dirichlet_mean(const Tensor& a) { return normalize(a.to(at::kDouble)).to(a.scalar_type()); }

Tensor dirichlet_mode(const Tensor& a) {
  if (a.size(-1) <= 1) return dirichlet_mean(a);  // the only point
  const Tensor interior = normalize((a.to(at::kDouble) - 1).clamp_min(0)).to(a.scalar_type());
  const Tensor vertex = at::zeros_like(a).scatter_(-1, a.argmax(-1, /*keepdim=*/true), 1);
  // No concentration is above 1, and one is below. If all are 1, every point is a mode, and
  // `interior` is NaN.
  const Tensor unbounded =
      (a <= 1).all(-1, /*keepdim=*/true).logical_and((a < 1).any(-1, /*keepdim=*/true));
  return at::where(unbounded, vertex, interior);
}

Tensor dirichlet_variance(const Tensor& a) {
  const Tensor concentration = a.to(at::kDouble), mean = normalize(concentration);
  return (mean * sum_of_others(mean) / (concentration.sum(-1, /*keepdim=*/true) + 1))
      .to(a.scalar_type());
}

// log B(a) + (A - K) psi(A) - sum (a - 1) psi(a). The logarithms in lgamma and psi mostly cancel,
// so they are taken out.
Tensor dirichlet_entropy(const Tensor& a) {
  const Tensor total = ops::total(a);
  const auto number = [&](double n) { return c10::scalar_to_tensor(n, total.device()); };
  return (entropy_of_event<Component>(1, number(1), a) -
          entropy_of_event<Component>(1, number(static_cast<double>(a.size(-1))), total))
      .to(a.scalar_type());
}

Tensor dirichlet_log_normalizer(const Tensor& a) {
  const Tensor concentration = a.to(at::kDouble);
  return (special::lgamma(concentration).sum(-1) - special::lgamma(concentration.sum(-1)))
      .to(a.scalar_type());
}

Tensor dirichlet_kl(const Tensor& a, const Tensor& b) {
  // With one category, both distributions are the same point.
  if (a.size(-1) <= 1) return (0 * a + 0 * b).sum(-1);
  const auto dtype = at::result_type(a, b);
  const bool of_doubles = dtype == at::kDouble;
  const Tensor total_a = ops::total(a), total_b = ops::total(b);
  // Floats are summed in double, with an error that does not show in a float result.
  const Tensor difference = of_doubles ? (b - a).sum(-1, /*keepdim=*/true) : total_b - total_a;
  const Tensor growth = difference / total_a, ratio = total_b / total_a;
  return special::nonnegative(dirichlet_divergence(of_doubles, a, b, growth, ratio) -
                              dirichlet_divergence(of_doubles, total_a, total_b, growth, ratio))
      .to(dtype);
}

}  // namespace torch::distributions::ops
