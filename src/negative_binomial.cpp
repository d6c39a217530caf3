#include <torch/distributions/negative_binomial.h>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/drawable.h"
#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "ops/draws/counts.h"
#include "ops/draws/gamma.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/negative_binomial.h"
#include "ops/special/constants.h"

namespace torch::distributions {

template class core::ScalarFamily<NegativeBinomial>;

const Signature<NegativeBinomial>& NegativeBinomial::signature() {
  using Self = NegativeBinomial;
  static const Signature<Self> s{
      .name = "NegativeBinomial",
      .fields = {{"total_count", &Self::total_count_, constraints::greater_than_eq(0)},
                 {"probs", &Self::probs_, constraints::half_open_interval(0.0, 1.0),
                  core::Presence::kAlternative},
                 {"logits", &Self::logits_, constraints::real, core::Presence::kAlternative}},
      .support = constraints::nonnegative_integer,
      .formulas = {
          ops::formula<Self, ops::formulas::NegativeBinomial>(&Self::total_count_, &Self::probs_),
          ops::formula<Self, ops::formulas::NegativeBinomialLogits>(&Self::total_count_,
                                                                    &Self::logits_)}};
  return s;
}

NegativeBinomial::NegativeBinomial(Param total_count, ProbsOrLogits given, Validate validate_args)
    : ScalarFamily(validate_args), HasProbs(Kind::kBinary, signature().name, given) {
  initialize(total_count, given.probs, given.logits);
}

// A Poisson variable whose rate is a gamma variable. Both are drawn in double.
Tensor NegativeBinomial::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const bool by_logits = given_by_logits();
  const Tensor bad =
      by_logits ? undrawable(validates(), {{total_count_, constraints::nonnegative},
                                           {logits_, constraints::real}})
                : undrawable(validates(), {{total_count_, constraints::nonnegative},
                                           {probs_, constraints::half_open_interval(0.0, 1.0)}});
  const auto prepared = [&](const Tensor& t, double stand_in) {
    return with_stand_in(t, bad, stand_in).to(at::kDouble);
  };
  const Tensor success = by_logits ? Tensor() : prepared(probs_, 0.5);
  const Tensor inverse_odds = by_logits ? (-prepared(logits_, 0)).exp() : (1 - success) / success;
  const Tensor count = prepared(total_count_, 1);
  Tensor rate = ops::sample_gamma(ops::expanded(count, shape), inverse_odds, generator);
  // Without failures the rate is 0, which is no gamma variable. A rate that overflows becomes the
  // largest number. The draw of an infinite rate is NaN, while the sampler refuses a rate of NaN,
  // which infinitely many failures may cause.
  rate = rate.masked_fill(count == 0, 0);
  if (!rate.is_meta()) rate = rate.nan_to_num(/*nan=*/ops::kInfinity);
  const auto dtype = at::promote_types(total_count_.scalar_type(), given().scalar_type());
  return with_nan(ops::sample_poisson(rate, std::move(generator))
                      .clamp_max(float_limits(dtype).largest)
                      .to(dtype),
                  bad);
}

}  // namespace torch::distributions
