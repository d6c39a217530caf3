#include <torch/distributions/half_cauchy.h>

#include <torch/distributions/cauchy.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/transforms/abs.h>

#include "core/scalar_family.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/half_cauchy.h"

namespace torch::distributions {

template class core::ScalarFamily<HalfCauchy, TransformedDistribution>;

const Signature<HalfCauchy>& HalfCauchy::signature() {
  static const Signature<HalfCauchy> s{
      .name = "HalfCauchy",
      .fields = {{"scale", &HalfCauchy::scale, constraints::positive}},
      .support = constraints::nonnegative,
      .has_rsample = true,
      .formulas = {ops::formula<HalfCauchy, ops::formulas::HalfCauchy>(&HalfCauchy::scale)}};
  return s;
}

// Validated here and not by Cauchy, so that errors name HalfCauchy.
HalfCauchy::HalfCauchy(Param scale, Validate validate_args)
    : ScalarFamily(Cauchy(0, require("scale", std::move(scale)), false), AbsTransform(),
                   validate_args) {
  validate_fields();
}

const Tensor& HalfCauchy::scale() const { return static_cast<const Cauchy&>(*base_dist()).scale(); }

}  // namespace torch::distributions
