#include <torch/distributions/kumaraswamy.h>

#include <ATen/OpMathType.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros_like.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/power.h>
#include <torch/distributions/uniform.h>

#include "core/drawable.h"
#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/kumaraswamy.h"

namespace torch::distributions {

template class core::ScalarFamily<Kumaraswamy, TransformedDistribution>;

const Signature<Kumaraswamy>& Kumaraswamy::signature() {
  static const Signature<Kumaraswamy> s{
      .name = "Kumaraswamy",
      .fields = {{"concentration1", &Kumaraswamy::concentration1_, constraints::positive},
                 {"concentration0", &Kumaraswamy::concentration0_, constraints::positive}},
      .support = constraints::unit_interval,
      .has_rsample = true,
      .formulas = {ops::formula<Kumaraswamy, ops::formulas::Kumaraswamy>(
          &Kumaraswamy::concentration1_, &Kumaraswamy::concentration0_)}};
  return s;
}

Kumaraswamy::Kumaraswamy(Param concentration1, Param concentration0, Validate validate_args)
    : ScalarFamily(validate_args) {
  initialize(concentration1, concentration0);
  transform(Uniform(at::zeros_like(concentration0_), at::ones_like(concentration0_), false),
            {PowerTransform(concentration0_.reciprocal()), AffineTransform(1, -1),
             PowerTransform(concentration1_.reciprocal())});
}

Tensor Kumaraswamy::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return do_rsample(shape, std::move(generator));
}

/// Draws of the base, Uniform(0, 1).
Tensor Kumaraswamy::uniform(IntArrayRef shape, std::optional<Generator> generator) const {
  const auto wide = at::toOpMathType(concentration0_.scalar_type());
  return ops::uniform_noise(shape, concentration0_.options(), std::move(generator))
      .to(wide)
      .clamp_min_(float_limits(wide).least_normal);
}

/// Draws of the base, transformed in one step.
Tensor Kumaraswamy::transformed(const Tensor& uniform) const {
  const Tensor log_draw =
      ops::evaluate_at<ops::functions::Inverse, ops::formulas::KumaraswamyLogDraw>(
          concentration1_, concentration0_, uniform);
  return with_nan(
      ops::scaled_exp(at::ones({}, concentration0_.options()), log_draw, /*below_one=*/true),
      undrawable(validates(), {{concentration1_, constraints::nonnegative},
                               {concentration0_, constraints::nonnegative}}));
}

Tensor Kumaraswamy::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return transformed(uniform(shape, std::move(generator)));
}

// Near 0 and 1, a draw has fewer digits than its distance from there.
std::pair<Tensor, Tensor> Kumaraswamy::scored_draws(IntArrayRef shape,
                                                    std::optional<Generator> generator) const {
  const Tensor u = uniform(shape, std::move(generator));
  const Tensor log_prob =
      ops::evaluate_at<ops::functions::LogProb, ops::formulas::KumaraswamyLogDraw>(
          concentration1_, concentration0_, u);
  return {transformed(u), log_prob.to(do_dtype())};
}

}  // namespace torch::distributions
