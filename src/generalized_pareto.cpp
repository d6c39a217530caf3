#include <torch/distributions/generalized_pareto.h>

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/drawable.h"
#include "core/float_limits.h"
#include "core/origin.h"
#include "core/scalar_family.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/generalized_pareto.h"
#include "ops/special/constants.h"
#include "ops/tensor/dtypes.h"
#include "ops/tensor/holds_for_all.h"

namespace torch::distributions {

template class core::ScalarFamily<GeneralizedPareto>;

const Signature<GeneralizedPareto>& GeneralizedPareto::signature() {
  static const Signature<GeneralizedPareto> s{
      .name = "GeneralizedPareto",
      .fields = {{"loc", &GeneralizedPareto::loc_, constraints::real},
                 {"scale", &GeneralizedPareto::scale_, constraints::positive},
                 {"concentration", &GeneralizedPareto::concentration_, constraints::real}},
      .support =
          [](const GeneralizedPareto& d) { return constraints::interval(d.loc_, d.upper()); },
      .has_rsample = true,
      .formulas = {ops::formula<GeneralizedPareto, ops::formulas::GeneralizedPareto>(
          &GeneralizedPareto::loc_, &GeneralizedPareto::scale_,
          &GeneralizedPareto::concentration_)}};
  return s;
}

GeneralizedPareto::GeneralizedPareto(Param loc, Param scale, Param concentration,
                                     Validate validate_args)
    : ScalarFamily(validate_args) {
  initialize(loc, scale, concentration);
}

/// The upper end of the support, rounded down, so that the density is defined up to there.
Tensor GeneralizedPareto::upper() const {
  const Tensor unbounded = concentration_ >= 0;
  const Tensor exact =
      (loc_.to(at::kDouble) -
       scale_.to(at::kDouble) / concentration_.to(at::kDouble).masked_fill(unbounded, -1))
          .masked_fill(unbounded, ops::kInfinity);
  const auto dtype = ops::result_dtype({{&loc_, &scale_, &concentration_}});
  if (dtype == at::kDouble) return exact;
  const Tensor rounded = exact.to(dtype), fixed = rounded.detach();
  return at::where(fixed > exact, at::nextafter(fixed, at::full_like(fixed, -ops::kInfinity)),
                   rounded);
}

// The upper end must not be rounded up.
Tensor GeneralizedPareto::do_mode() const {
  const Tensor mode = ScalarFamily::do_mode(), end = upper().detach();
  return at::where(mode.detach() > end, mode + (end - mode.detach()), mode);
}

/// Half types draw uniform numbers in float: in their own precision they would be too coarse for
/// the tail.
Tensor GeneralizedPareto::uniform(IntArrayRef shape, std::optional<Generator> generator) const {
  return ops::uniform_noise(shape, loc_.options().dtype(at::toOpMathType(loc_.scalar_type())),
                            std::move(generator));
}

/// The draws that uniform numbers give by inversion.
Tensor GeneralizedPareto::inverted(const Tensor& u) const {
  const auto dtype = ops::result_dtype({{&loc_, &scale_, &concentration_}});
  const Tensor x = do_icdf(u).to(dtype);
  // Clamp the detached tensor in place, so that rounding does not change the gradient.
  const double largest = float_limits(dtype).largest;
  if (ops::holds_for_all(concentration_, [](double c) { return c >= 0; })) {
    x.detach().clamp_max_(largest);
  } else {
    x.detach().clamp_max_(upper().detach().clamp_max(largest));
  }
  return with_nan(x, undrawable(validates(), {{loc_, constraints::real},
                                              {scale_, constraints::nonnegative},
                                              {concentration_, constraints::real}}));
}

Tensor GeneralizedPareto::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return inverted(uniform(shape, std::move(generator)));
}

// Far from 0, and near the upper end, a draw has fewer digits than its distance from the ends.
std::pair<Tensor, Tensor> GeneralizedPareto::scored_draws(
    IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor u = uniform(shape, std::move(generator));
  const Tensor log_prob =
      ops::evaluate_at<ops::functions::LogProb, ops::formulas::GeneralizedParetoDraw>(
          scale_, concentration_, u);
  const Tensor x = inverted(u);
  return {x, (log_prob + 0 * core::origin(loc_)).to(x.scalar_type())};
}

}  // namespace torch::distributions
