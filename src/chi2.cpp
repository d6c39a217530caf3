#include <torch/distributions/chi2.h>

#include <utility>

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>

#include <torch/distributions/constraints/interval.h>

#include "constraints/scan.h"
#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/gamma.h"

namespace torch::distributions {

template class core::ScalarFamily<Chi2, Gamma>;

const Signature<Chi2>& Chi2::signature() {
  static const Signature<Chi2> s{
      .name = "Chi2",
      .fields = {{"df", &Chi2::df, constraints::positive}},
      .support = constraints::nonnegative,
      .has_rsample = true,
      .formulas = {ops::formula<Chi2, ops::formulas::Gamma>(&Chi2::concentration, &Chi2::rate)}};
  return s;
}

// df / 2, but the least positive number instead of 0: a positive df must not underflow to a
// concentration of 0, which is invalid.
static Tensor half_of(const Tensor& df) {
  const Tensor half = df / 2;
  if (half.is_meta()) return half;
  if (constraints::scan::readable(half) && !constraints::positive.first_violation(half)) {
    return half;
  }
  return at::where((half == 0).logical_and(df > 0), half + float_limits(half.scalar_type()).least,
                   half);
}

// Validated here and not by Gamma, so that errors name df.
Chi2::Chi2(Param df, Validate validate_args)
    : ScalarFamily(half_of(require("df", std::move(df)).tensor()), 0.5, Validate(false)) {
  set_validate_args(validate_args);
  validate_fields();
}

std::pair<Tensor, Tensor> Chi2::scored_draws(IntArrayRef shape,
                                             std::optional<Generator> generator) const {
  return Gamma::scored_draws(shape, std::move(generator));
}

}  // namespace torch::distributions
