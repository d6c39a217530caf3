#include <torch/distributions/kumaraswamy.h>

#include <ATen/OpMathType.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/power.h>
#include <torch/distributions/uniform.h>

#include "core/drawable.h"
#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "ops/draws/sampling.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/kumaraswamy.h"
#include "ops/special/exponential.h"

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

// By logarithms, since a power of the uniform number may round to 0 or 1.
Tensor Kumaraswamy::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor u = base_dist()->sample(sample_shape(shape), std::move(generator));
  const at::ScalarType wide = at::toOpMathType(u.scalar_type());
  const Tensor log_u = u.to(wide).clamp_min(float_limits(wide).least_normal).log();
  const Tensor log_power = ops::special::log1mexp(log_u / concentration0_.to(wide));
  return with_nan(ops::scaled_exp(at::ones({}, u.options()), log_power / concentration1_.to(wide),
                                  /*below_one=*/true),
                  undrawable(validates(), {{concentration1_, constraints::nonnegative},
                                           {concentration0_, constraints::nonnegative}}));
}

}  // namespace torch::distributions
