#include <torch/distributions/dirichlet.h>

#include <ATen/ScalarOps.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/simplex.h>

#include "core/raise.h"
#include "core/supported.h"
#include "ops/constants.h"
#include "ops/evaluate.h"
#include "ops/formulas/dirichlet.h"
#include "ops/sampling.h"
#include "ops/softmax.h"
#include "ops/special/differentiable.h"
#include "ops/special/special.h"
#include "ops/special/tensor_scalar.h"
#include "ops/sum_of_others.h"
#include "ops/total.h"

namespace torch::distributions {
namespace {

namespace special = ops::special;

/// log B(a) - (sum a log a - A log A), where A = sum a and log B(a) = sum lgamma(a) - lgamma(A):
/// the terms of Stirling's formula that are subtracted are large and cancel, so that each lgamma
/// enters by its remainder alone.
Tensor log_beta_beside_entropy(const Tensor& a) {
  const Tensor total = a.sum(-1);
  return (special::stirling_remainder(a) - a.log()).sum(-1) - special::stirling_remainder(total) +
         total.log();
}

/// sum x - 1, with an error that is small even beside a small result: the high parts of the terms
/// are multiples of 2^-26, which add up exactly.
Tensor excess(const Tensor& x) {
  constexpr double kGrid = 1 << 26;
  const Tensor high = (x.detach() * kGrid).floor() / kGrid;
  return (high.sum(-1) - 1) + (x - high).sum(-1);
}

/// The density by deviances, in which nothing large cancels. With A = sum a and m = A x,
/// sum (a - 1) log x - log B(a)
///   = -sum bd0(a, m) + A (sum x - 1) - sum log x - (log B(a) - (sum a log a - A log A)).
Tensor log_density_by_deviance(const Tensor& a, const Tensor& x) {
  const Tensor total = a.sum(-1, /*keepdim=*/true);
  const auto [m, rest] = special::kernels::two_product(total, x);
  const Tensor deviance = special::bd0(a, m) + rest * (1 - a / m);
  return total.squeeze(-1) * excess(x) - (deviance + x.log()).sum(-1) - log_beta_beside_entropy(a);
}

/// (a - 1) log x, and 0 where `a` is 1. Unlike xlogy it has the slope log x in `a` there, too: at
/// x = 0 the density jumps from infinity to 0 as `a` passes 1.
constexpr special::Rule kLogPower{
    "the density of a component",
    [](at::TensorList args) { return at::xlogy(args[0] - 1, args[1]); },
    {[](at::TensorList args) { return args[1].log(); },
     [](at::TensorList args) {
       const Tensor exponent = args[0] - 1;
       return exponent / args[1].masked_fill((exponent == 0) & (args[1] == 0), 1);
     },
     nullptr}};

/// The textbook's density, whose derivatives are exact where its value is not. B(a) is a product of
/// Beta functions of two arguments, each a concentration and the sum of those before it: their
/// derivatives do not cancel.
Tensor log_density(const Tensor& a, const Tensor& x) {
  const Tensor log_beta = special::lbeta(a.cumsum(-1).slice(-1, 0, -1), a.slice(-1, 1)).sum(-1);
  return special::differentiable(kLogPower, {a, x}).sum(-1) - log_beta;
}

using Component = ops::formulas::DirichletComponent;

/// The same for a result in float, in which the digits that cancel in double do not show.
Tensor log_density_of_floats(const Tensor& a, const Tensor& x) {
  const Tensor total = ops::total(a), one = c10::scalar_to_tensor(1.0, total.device());
  return ops::log_prob_of_event<Component>(1, a, total, x) -
         ops::log_prob_of_event<Component>(1, total, total, one);
}

}  // namespace

const Signature<Dirichlet>& Dirichlet::signature() {
  static const Signature<Dirichlet> s{
      .name = "Dirichlet",
      .fields = {{"concentration", &Dirichlet::concentration_,
                  constraints::independent(constraints::positive, 1)}},
      .support = constraints::simplex,
      .has_rsample = true};
  return s;
}

Dirichlet::Dirichlet(Param concentration, Validate validate_args) : Implements(validate_args) {
  assign_members(concentration);
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, concentration_.dim() > 0,
      "Dirichlet: `concentration` parameter must be at least one-dimensional.");
  set_event_shape(concentration_.sizes().slice(static_cast<std::size_t>(concentration_.dim()) - 1));
  initialize();
}

// In double, as everything here: sums and differences of concentrations lose digits of small ones
// beside large ones.
Tensor Dirichlet::precise() const { return concentration_.to(at::kDouble); }

Tensor Dirichlet::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return ops::sample_dirichlet(ops::expanded(concentration_, shape), std::move(generator));
}

Tensor Dirichlet::do_log_prob(const Tensor& value) const {
  const auto draw = [&] { return draw_apart(*this, value.device()); };
  const auto [inside, outside] =
      validates() ? Supported{value, {}} : supported(constraints::simplex, value, draw);
  const auto dtype = at::result_type(concentration_, value);
  Tensor log_prob;
  if (dtype == at::kDouble) {
    const Tensor a = precise(), x = inside.to(at::kDouble);
    log_prob = log_density(a, x);
    // The correction is of the size of the textbook's rounding: a constant to every derivative.
    log_prob =
        log_prob +
        (log_density_by_deviance(a.detach(), x.detach()) - log_prob.detach()).nan_to_num(0, 0, 0);
  } else {
    log_prob = log_density_of_floats(concentration_, inside);
  }
  if (outside.defined()) log_prob = log_prob.masked_fill(outside, -ops::kInfinity);
  return log_prob.to(dtype);
}

Tensor Dirichlet::do_mean() const {
  return ops::normalize(precise()).to(concentration_.scalar_type());
}

Tensor Dirichlet::do_mode() const {
  if (event_shape().front() <= 1) return do_mean();  // all there is
  const Tensor& a = concentration_;
  const Tensor interior =
      ops::normalize((precise() - 1).clamp_min(0)).to(concentration_.scalar_type());
  const Tensor vertex = at::zeros_like(a).scatter_(-1, a.argmax(-1, /*keepdim=*/true), 1);
  // Where no concentration is above 1 and one is below. Where all are 1, every point is a mode, and
  // the interior is NaN.
  const Tensor unbounded =
      (a <= 1).all(-1, /*keepdim=*/true).logical_and((a < 1).any(-1, /*keepdim=*/true));
  return at::where(unbounded, vertex, interior);
}

Tensor Dirichlet::do_variance() const {
  const Tensor a = precise(), mean = ops::normalize(a);
  return (mean * ops::sum_of_others(mean) / (a.sum(-1, /*keepdim=*/true) + 1))
      .to(concentration_.scalar_type());
}

// log B(a) + (A - K) psi(A) - sum (a - 1) psi(a), with logarithms taken out of lgamma and psi, as
// most of them cancel.
Tensor Dirichlet::do_entropy() const {
  const Tensor total = ops::total(concentration_);
  const auto number = [&](double n) { return c10::scalar_to_tensor(n, total.device()); };
  const auto size = static_cast<double>(event_shape().front());
  return (ops::entropy_of_event<Component>(1, number(1), concentration_) -
          ops::entropy_of_event<Component>(1, number(size), total))
      .to(concentration_.scalar_type());
}

std::vector<Tensor> Dirichlet::do_natural_params() const { return {concentration_}; }

Tensor Dirichlet::do_log_normalizer(at::TensorList natural_params) const {
  const Tensor& a = natural_params[0];
  return special::lgamma(a).sum(-1) - special::lgamma(a.sum(-1));
}

}  // namespace torch::distributions
