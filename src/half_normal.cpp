#include <torch/distributions/half_normal.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transforms/abs.h>

#include "core/scalar_family.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/half_normal.h"

namespace torch::distributions {

template class core::ScalarFamily<HalfNormal, TransformedDistribution>;

const Signature<HalfNormal>& HalfNormal::signature() {
  static const Signature<HalfNormal> s{
      .name = "HalfNormal",
      .fields = {{"scale", &HalfNormal::scale, constraints::positive}},
      .support = constraints::nonnegative,
      .has_rsample = true,
      .formulas = {ops::formula<HalfNormal, ops::formulas::HalfNormal>(&HalfNormal::scale)}};
  return s;
}

// Validated here and not by Normal, so that errors name HalfNormal.
HalfNormal::HalfNormal(Param scale, Validate validate_args)
    : ScalarFamily(Normal(0, require("scale", std::move(scale)), false), AbsTransform(),
                   validate_args) {
  validate_fields();
}

const Tensor& HalfNormal::scale() const { return static_cast<const Normal&>(*base_dist()).scale(); }

}  // namespace torch::distributions
