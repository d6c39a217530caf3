#include <torch/distributions/inverse_gamma.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/transforms/power.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "ops/draws/gamma.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/inverse_gamma.h"

namespace torch::distributions {
namespace {

const Gamma& base(const InverseGamma& distribution) {
  return static_cast<const Gamma&>(*distribution.base_dist());
}

}  // namespace

template class core::ScalarFamily<InverseGamma, TransformedDistribution>;

const Signature<InverseGamma>& InverseGamma::signature() {
  static const Signature<InverseGamma> s{
      .name = "InverseGamma",
      .fields = {{"concentration", &InverseGamma::concentration, constraints::positive},
                 {"rate", &InverseGamma::rate, constraints::positive}},
      .support = constraints::positive,
      .has_rsample = true,
      .formulas = {ops::formula<InverseGamma, ops::formulas::InverseGamma>(
          &InverseGamma::concentration, &InverseGamma::rate)}};
  return s;
}

// Validated here and not by Gamma, so that errors name InverseGamma.
InverseGamma::InverseGamma(Param concentration, Param rate, Validate validate_args)
    : ScalarFamily(Gamma(require("concentration", std::move(concentration)),
                         require("rate", std::move(rate)), false),
                   PowerTransform(-1), validate_args) {
  validate_fields();
}

const Tensor& InverseGamma::concentration() const { return base(*this).concentration(); }

const Tensor& InverseGamma::rate() const { return base(*this).rate(); }

Tensor InverseGamma::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return do_rsample(shape, std::move(generator));
}

Tensor InverseGamma::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return with_nan(ops::sample_inverse_gamma(ops::expanded(concentration(), shape),
                                            ops::expanded(rate(), shape), std::move(generator)),
                  undrawable(validates(), {{concentration(), constraints::positive},
                                           {rate(), constraints::positive}}));
}

}  // namespace torch::distributions
