#include <torch/distributions/low_rank_multivariate_normal.h>

#include <ATen/OpMathType.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "constraints/scan.h"
#include "core/derived.h"
#include "core/low_rank.h"
#include "core/origin.h"
#include "core/raise.h"
#include "ops/draws/noise.h"
#include "ops/special/constants.h"
#include "ops/tensor/unexpanded.h"
#include "ops/vectors/gaussian.h"

namespace torch::distributions {
namespace {

ConstraintPtr real_matrix() { return constraints::independent(constraints::real, 2); }
ConstraintPtr positive_vector() { return constraints::independent(constraints::positive, 1); }

}  // namespace

const Signature<LowRankMultivariateNormal>& LowRankMultivariateNormal::signature() {
  using Self = LowRankMultivariateNormal;
  static const Signature<Self> s{.name = "LowRankMultivariateNormal",
                                 .fields = {{"loc", &Self::loc_, constraints::real_vector},
                                            {"cov_factor", &Self::cov_factor_, real_matrix()},
                                            {"cov_diag", &Self::cov_diag_, positive_vector()}},
                                 .support = constraints::real_vector,
                                 .has_rsample = true};
  return s;
}

LowRankMultivariateNormal::LowRankMultivariateNormal(Param loc, Param cov_factor, Param cov_diag,
                                                     Validate validate_args)
    : Implements(validate_args) {
  assign_members(loc, cov_factor, cov_diag);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, loc_.dim() >= 1,
                            "LowRankMultivariateNormal: loc must be at least one-dimensional.");
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, cov_factor_.dim() >= 2 && cov_factor_.size(-2) == loc_.size(-1),
      "LowRankMultivariateNormal: a loc of shape ", core::repr(loc_.sizes()),
      " needs a cov_factor of ", loc_.size(-1),
      " rows, with optional leading batch dimensions, got shape ", core::repr(cov_factor_.sizes()));
  TORCH_DISTRIBUTIONS_CHECK(ValueError, cov_diag_.dim() >= 1 && cov_diag_.size(-1) == loc_.size(-1),
                            "LowRankMultivariateNormal: a loc of shape ", core::repr(loc_.sizes()),
                            " needs a cov_diag of ", loc_.size(-1),
                            " elements, with optional leading batch dimensions, got shape ",
                            core::repr(cov_diag_.sizes()));
  const auto dtype = at::promote_types(
      loc_.scalar_type(), at::promote_types(cov_factor_.scalar_type(), cov_diag_.scalar_type()));
  for (Tensor* t : {&loc_, &cov_factor_, &cov_diag_})
    if (t->scalar_type() != dtype) *t = t->to(dtype);

  // The unexpanded tensors are checked and factored, which is less work.
  const Tensor given_loc = loc_, given_factor = cov_factor_, given_diag = cov_diag_;
  set_event_shape(loc_.sizes().slice(static_cast<std::size_t>(loc_.dim()) - 1));
  join_members();
  if (validates() && (constraints::real_vector.first_violation(given_loc) ||
                      real_matrix()->first_violation(given_factor) ||
                      positive_vector()->first_violation(given_diag))) {
    validate_fields();
  }
  factor(given_factor, given_diag);
}

void LowRankMultivariateNormal::factor(const Tensor& cov_factor, const Tensor& cov_diag) {
  Tensor specific = cov_diag;
  const bool all_positive =
      constraints::scan::readable(specific) && !positive_vector()->first_violation(specific);
  if (!validates() && !all_positive) specific = specific.masked_fill(specific <= 0, ops::kNaN);
  low_rank_ = std::make_shared<const core::LowRank>(ops::LowRankCovariance(cov_factor, specific));
  if (!validates() || low_rank_->covariance.is_by_kernels()) return;
  const Tensor& capacitance = low_rank_->covariance.parts().capacitance;
  if (!constraints::scan::readable(capacitance) || capacitance.isfinite().all().item<bool>())
    return;
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, !low_rank_->covariance.is_finite().all().item<bool>(),
      "LowRankMultivariateNormal: the elements of cov_factor are too large beside the root of "
      "cov_diag: their ratio overflows");
}

Tensor LowRankMultivariateNormal::to_batch(const Tensor& result, int64_t event_dim) const {
  at::DimVector shape(batch_shape());
  shape.append(static_cast<std::size_t>(event_dim), event_shape().front());
  return result.to(loc_.scalar_type()).expand(shape);
}

Tensor LowRankMultivariateNormal::covariance_matrix() const {
  const Tensor factor = low_rank_->covariance.factor();
  return to_batch(factor.matmul(factor.mT()) + low_rank_->covariance.specific().diag_embed(), 2);
}

Tensor LowRankMultivariateNormal::precision_matrix() const {
  return to_batch(low_rank_->covariance.precision_matrix(), 2);
}

Tensor LowRankMultivariateNormal::scale_tril() const {
  return to_batch(low_rank_->covariance.dense().factor(), 2);
}

Tensor LowRankMultivariateNormal::do_rsample(IntArrayRef shape,
                                             std::optional<Generator> generator) const {
  // The stream of Python: first the noise of the factor, then that of the diagonal.
  const auto options = loc_.options().dtype(at::toOpMathType(loc_.scalar_type()));
  at::DimVector of_factor(shape);
  of_factor.back() = cov_factor_.size(-1);
  const Tensor z = ops::normal_noise(of_factor, options, generator);
  const Tensor u = ops::normal_noise(shape, options, std::move(generator));
  return (loc_ + low_rank_->covariance.unwhiten(u, z)).to(loc_.scalar_type());
}

std::pair<Tensor, Tensor> LowRankMultivariateNormal::do_rsample_with_log_prob(
    IntArrayRef shape, std::optional<Generator> generator) const {
  const auto draw = [&](const LowRankMultivariateNormal& from) {
    return from.Distribution::do_rsample_with_log_prob(shape, std::move(generator));
  };
  if (core::is_derived(*this)) return draw(*this);
  return core::scored_around_origin(*this, &LowRankMultivariateNormal::loc_, draw);
}

Tensor LowRankMultivariateNormal::do_log_prob(const Tensor& value) const {
  const Tensor difference = value.to(at::kDouble) - loc_.to(at::kDouble);
  return ops::gaussian_log_density(low_rank_->covariance, difference)
      .to(at::result_type(value, loc_));
}

Tensor LowRankMultivariateNormal::do_variance() const {
  return to_batch(low_rank_->covariance.diagonal(), 1);
}

Tensor LowRankMultivariateNormal::do_entropy() const {
  return to_batch(ops::gaussian_entropy(low_rank_->covariance), 0);
}

void LowRankMultivariateNormal::change(const core::Change& change) {
  change.check(signature().name);
  if (change.converts()) {  // the converted parameters may be rounded
    factor(change(ops::unexpanded(cov_factor_, 2), 2), change(ops::unexpanded(cov_diag_, 1), 1));
  } else if (!change.is_expand()) {
    low_rank_ = std::make_shared<const core::LowRank>(low_rank_->covariance.changed(change));
  }
  Implements::change(change);
}

}  // namespace torch::distributions
