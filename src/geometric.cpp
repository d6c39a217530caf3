#include <torch/distributions/geometric.h>

#include <ATen/OpMathType.h>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/drawable.h"
#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/geometric.h"
#include "ops/special/sigmoid.h"
#include "ops/special/tensor_scalar.h"

namespace torch::distributions {

template class core::ScalarFamily<Geometric>;

const Signature<Geometric>& Geometric::signature() {
  static const Signature<Geometric> s{
      .name = "Geometric",
      .fields = {{"probs", &Geometric::probs_, constraints::unit_interval,
                  core::Presence::kAlternative},
                 {"logits", &Geometric::logits_, constraints::real, core::Presence::kAlternative}},
      .support = constraints::nonnegative_integer,
      .formulas = {ops::formula<Geometric, ops::formulas::Geometric>(&Geometric::probs_),
                   ops::formula<Geometric, ops::formulas::GeometricLogits>(&Geometric::logits_)}};
  return s;
}

Geometric::Geometric(ProbsOrLogits given, Validate validate_args)
    : ScalarFamily(validate_args), HasProbs(Kind::kBinary, signature().name, given) {
  initialize(given.probs, given.logits);
  require_success();
}

// As in Python, the stated constraint includes 0, which is refused nevertheless.
void Geometric::require_success() const {
  if (validates() && !given_by_logits()) {
    validate_parameter("probs", probs_, constraints::positive);
  }
}

// A probability may round to 0.
void Geometric::change(const core::Change& change) {
  ScalarFamily::change(change);
  if (change.converts()) require_success();
}

// floor(log U / log(1 - p)) for a uniform U. A draw that overflows is the largest number.
Tensor Geometric::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const auto dtype = given().scalar_type(), compute = at::toOpMathType(dtype);
  const Tensor log_failure = given_by_logits() ? -ops::special::softplus(logits_.to(compute))
                                               : (-probs_.to(compute)).log1p();
  const Tensor uniform = at::empty(shape, log_failure.options())
                             .uniform_(float_limits(compute).least_normal, 1, std::move(generator));
  const Tensor draws = (uniform.log_() / log_failure).floor_();
  const Tensor bad = given_by_logits()
                         ? undrawable(validates(), {{logits_, constraints::real}})
                         : undrawable(validates(), {{probs_, constraints::unit_interval},
                                                    {probs_, constraints::positive}});
  return with_nan(draws.clamp_max(float_limits(dtype).largest).to(dtype), bad);
}

// The formula rounds, and so does the cdf: at a step, the result may be that of a neighbour.
Tensor Geometric::do_icdf(const Tensor& probability) const {
  const Tensor count = ScalarFamily::do_icdf(probability);
  const at::NoGradGuard no_grad;
  const Tensor before = (count - 1).clamp_min(0);
  const Tensor cdf = do_cdf(count), cdf_before = do_cdf(before);
  // If both have the same cdf, nothing says which of them is meant.
  const Tensor is_before = cdf_before.ge(probability).logical_and(cdf_before.lt(cdf));
  return at::where(is_before, before, at::where(cdf.lt(probability), count + 1, count));
}

}  // namespace torch::distributions
