#include <torch/distributions/weibull.h>

#include <ATen/OpMathType.h>
#include <ATen/ops/ones_like.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/power.h>

#include "core/drawable.h"
#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/weibull.h"

namespace torch::distributions {

template class core::ScalarFamily<Weibull, TransformedDistribution>;

const Signature<Weibull>& Weibull::signature() {
  static const Signature<Weibull> s{
      .name = "Weibull",
      .fields = {{"scale", &Weibull::scale_, constraints::positive},
                 {"concentration", &Weibull::concentration_, constraints::positive}},
      .support = constraints::positive,
      .has_rsample = true,
      .formulas = {ops::formula<Weibull, ops::formulas::Weibull>(&Weibull::scale_,
                                                                 &Weibull::concentration_)}};
  return s;
}

Weibull::Weibull(Param scale, Param concentration, Validate validate_args)
    : ScalarFamily(validate_args) {
  initialize(scale, concentration);
  transform(Exponential(at::ones_like(scale_), false),
            {PowerTransform(concentration_.reciprocal()), AffineTransform(0, scale_)});
}

Tensor Weibull::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return do_rsample(shape, std::move(generator));
}

/// Draws of the base, in the dtype of computations.
Tensor Weibull::exponential(IntArrayRef shape, std::optional<Generator> generator) const {
  return base_dist()
      ->sample(sample_shape(shape), std::move(generator))
      .to(at::toOpMathType(scale_.scalar_type()))
      .clamp_min_(float_limits(scale_.scalar_type()).least);  // in half, a draw may round to 0
}

/// Draws of the base, transformed by their logarithm, since a power of them may overflow or
/// underflow.
Tensor Weibull::transformed(const Tensor& t) const {
  const Tensor y = t.log() / concentration_.to(t.scalar_type());
  return with_nan(ops::scaled_exp(scale_, y),
                  undrawable(validates(), {{scale_, constraints::nonnegative},
                                           {concentration_, constraints::nonnegative}}));
}

Tensor Weibull::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return transformed(exponential(shape, std::move(generator)));
}

// A large shape magnifies the rounding of a draw, and of a small one many draws are out of range.
std::pair<Tensor, Tensor> Weibull::scored_draws(IntArrayRef shape,
                                                std::optional<Generator> generator) const {
  const Tensor t = exponential(shape, std::move(generator));
  const Tensor log_prob = ops::evaluate_at<ops::functions::LogProb, ops::formulas::WeibullDraw>(
      scale_, concentration_, t);
  return {transformed(t), log_prob.to(do_dtype())};
}

}  // namespace torch::distributions
