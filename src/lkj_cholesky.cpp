#include <torch/distributions/lkj_cholesky.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/matrix.h>

#include "constraints/points.h"
#include "constraints/scan.h"
#include "core/drawable.h"
#include "core/raise.h"
#include "core/supported.h"
#include "ops/draws/lkj_cholesky.h"
#include "ops/special/constants.h"
#include "ops/vectors/lkj_cholesky.h"

namespace torch::distributions {

const Signature<LKJCholesky>& LKJCholesky::signature() {
  static const Signature<LKJCholesky> s{
      .name = "LKJCholesky",
      .fields = {{"concentration", &LKJCholesky::concentration_, constraints::positive}},
      .support = constraints::corr_cholesky};
  return s;
}

LKJCholesky::LKJCholesky(int64_t dim, Param concentration, Validate validate_args)
    : Implements(validate_args), dim_(dim) {
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, dim >= 2,
      "LKJCholesky: Expected dim to be an integer greater than or equal to 2. Found dim=", dim);
  set_event_shape({dim, dim});
  initialize(concentration);
}

Tensor LKJCholesky::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor bad = undrawable(validates(), {{concentration_, constraints::positive}});
  const Tensor draws =
      ops::sample_lkj_cholesky(with_stand_in(concentration_, bad, 1), shape, std::move(generator));
  return with_nan(draws, bad.defined() ? with_event(bad, /*event_dim=*/2) : bad);
}

Tensor LKJCholesky::do_log_prob(const Tensor& value) const {
  const bool is_inside = validates() || (constraints::scan::readable(value) &&
                                         !constraints::corr_cholesky.first_violation(value));
  const auto [inside, outside] =
      is_inside ? Replaced{value, {}} : replace_unsupported(constraints::corr_cholesky, value);
  Tensor log_prob = ops::lkj_cholesky_log_prob(concentration_, inside);
  if (outside.defined()) log_prob = log_prob.masked_fill(outside, -ops::kInfinity);
  // The density depends on the diagonal only, but a NaN elsewhere is no factor either.
  if (!is_inside) log_prob = with_nan(log_prob, any_rightmost(value.isnan(), 2));
  return log_prob.to(at::result_type(concentration_, value));
}

}  // namespace torch::distributions
