#include <torch/distributions/pareto.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/pareto.h"

namespace torch::distributions {

template class core::ScalarFamily<Pareto, TransformedDistribution>;

const Signature<Pareto>& Pareto::signature() {
  static const Signature<Pareto> s{
      .name = "Pareto",
      .fields = {{"alpha", &Pareto::alpha_, constraints::positive},
                 {"scale", &Pareto::scale_, constraints::positive}},
      .support = [](const Pareto& p) { return constraints::greater_than_eq(p.scale_); },
      .has_rsample = true,
      .formulas = {ops::formula<Pareto, ops::formulas::Pareto>(&Pareto::scale_, &Pareto::alpha_)}};
  return s;
}

Pareto::Pareto(Param scale, Param alpha, Validate validate_args) : ScalarFamily(validate_args) {
  initialize(alpha, scale);
  transform(Exponential(alpha_, false), {ExpTransform(), AffineTransform(0, scale_)});
}

Tensor Pareto::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return do_rsample(shape, std::move(generator));
}

/// Draws of the base, transformed in one step.
Tensor Pareto::transformed(const Tensor& excess) const {
  return with_nan(ops::scaled_exp(scale_, excess),
                  undrawable(validates(), {{alpha_, constraints::nonnegative},
                                           {scale_, constraints::nonnegative}}));
}

Tensor Pareto::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return transformed(base_dist()->rsample(sample_shape(shape), std::move(generator)));
}

// A large shape magnifies the rounding of a draw, and of a small one many draws overflow.
std::pair<Tensor, Tensor> Pareto::scored_draws(IntArrayRef shape,
                                               std::optional<Generator> generator) const {
  const Tensor excess = base_dist()->rsample(sample_shape(shape), std::move(generator));
  return {transformed(excess), ops::evaluate_at<ops::functions::LogProb, ops::formulas::ParetoDraw>(
                                   scale_, alpha_, excess)};
}

}  // namespace torch::distributions
