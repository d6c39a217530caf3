#include <torch/distributions/weibull.h>

#include <ATen/OpMathType.h>
#include <ATen/ops/ones_like.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/power.h>

#include "core/drawable.h"
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

// By the logarithm, since a power of the exponential variable may overflow or underflow.
Tensor Weibull::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor t = base_dist()->sample(sample_shape(shape), std::move(generator));
  const at::ScalarType wide = at::toOpMathType(scale_.scalar_type());
  const Tensor y = t.to(wide).log() / concentration_.to(wide);
  return with_nan(ops::scaled_exp(scale_, y),
                  undrawable(validates(), {{scale_, constraints::nonnegative},
                                           {concentration_, constraints::nonnegative}}));
}

}  // namespace torch::distributions
