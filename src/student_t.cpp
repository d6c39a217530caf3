#include <torch/distributions/student_t.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/drawable.h"
#include "core/origin.h"
#include "core/scalar_family.h"
#include "core/score.h"
#include "ops/draws/gamma.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/gamma_draws.h"
#include "ops/formulas/student_t.h"
#include "ops/special/constants.h"
#include "ops/tensor/graph.h"

namespace torch::distributions {

template class core::ScalarFamily<StudentT>;

const Signature<StudentT>& StudentT::signature() {
  static const Signature<StudentT> s{
      .name = "StudentT",
      .fields = {{"df", &StudentT::df_, constraints::positive},
                 {"loc", &StudentT::loc_, constraints::real},
                 {"scale", &StudentT::scale_, constraints::positive}},
      .support = constraints::real,
      .has_rsample = true,
      .formulas = {ops::formula<StudentT, ops::formulas::StudentT>(&StudentT::df_, &StudentT::loc_,
                                                                   &StudentT::scale_)}};
  return s;
}

StudentT::StudentT(Param df, Param loc, Param scale, Validate validate_args)
    : ScalarFamily(validate_args) {
  initialize(df, loc, scale);
}

/// `draws` with NaN where there is no distribution.
static Tensor valid(const Tensor& draws, bool validated, const Tensor& df, const Tensor& scale) {
  return with_nan(draws, undrawable(validated, {{df, constraints::positive},
                                                {scale, constraints::nonnegative}}));
}

Tensor StudentT::moved(const Tensor& draws) const {
  // Gradients far out would overflow in half precision; they are added in double.
  return valid((loc_ + scale_ * draws).to(do_dtype()), validates(), df_, scale_);
}

Tensor StudentT::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  const auto [t, value] =
      ops::sample_student_t(df_, loc_, scale_, shape, do_dtype(), std::move(generator));
  if (!value.defined()) return moved(t);
  const Tensor known = valid(value, validates(), df_, scale_);
  return t.defined() ? ops::with_value(moved(t), known) : known;
}

// Most draws of few degrees of freedom overflow.
std::pair<Tensor, Tensor> StudentT::scored_draws(IntArrayRef shape,
                                                 std::optional<Generator> generator) const {
  StudentT centred(*this);
  centred.loc_ = core::origin(loc_);
  const Tensor df = ops::expanded(df_.to(at::kDouble), shape);
  ops::NormalOverGamma parts;
  const auto [t, value] =
      ops::sample_student_t(df_, loc_, scale_, shape, do_dtype(), std::move(generator), &parts);
  const auto of_draws = [&, &t = t](const Tensor& outside) {
    return centred.do_log_prob(centred.moved(core::replaced(t, outside)));
  };
  const auto of_logs = [&](const auto& selected) {
    // With an infinite df there is no gamma variable, and the log density stays -inf.
    const Tensor half = 0.5 * selected(df), is_infinite = half.detach() == ops::kInfinity;
    const Tensor log_gamma =
        ops::log_gamma_draw(half.masked_fill(is_infinite, 1),
                            selected(ops::log_of(parts.gamma)).masked_fill(is_infinite, 0));
    const Tensor log_square = 2 * selected(parts.normal).abs().log() - ops::kLog2 - log_gamma;
    return ops::evaluate_at<ops::functions::LogProb, ops::formulas::StudentTDraw>(
        selected(df), selected(ops::expanded(scale_, shape)), log_square);
  };
  const Tensor log_prob = core::score(centred.moved(t.detach()), false,
                                      {-ops::kInfinity, ops::kInfinity}, of_draws, of_logs);
  const Tensor draws = moved(t);
  if (!value.defined()) return {draws, log_prob};
  return {ops::with_value(draws, valid(value, validates(), df_, scale_)), log_prob};
}

}  // namespace torch::distributions
