#include <torch/distributions/transforms/cumulative_distribution.h>

#include <ATen/ops/ones.h>

#include <functional>

#include <torch/distributions/constraints/dependent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/core/repr.h>

#include "core/raise.h"
#include "core/supported.h"
#include "core/suspend_validation.h"
#include "transforms/parameters.h"

namespace torch::distributions {
inline namespace transforms {

CumulativeDistributionTransform::CumulativeDistributionTransform(DistributionPtr distribution,
                                                                 int64_t cache_size)
    : ImplementsTransform(cache_size), distribution_(std::move(distribution)) {
  require_handle("CumulativeDistributionTransform", "distribution", distribution_);
  const IntArrayRef event_shape = distribution_->event_shape();
  TORCH_DISTRIBUTIONS_CHECK(ValueError, event_shape.empty(),
                            "CumulativeDistributionTransform: `distribution` must be one of "
                            "numbers, got events of shape ",
                            core::repr(event_shape), ": ", *distribution_);
  const std::optional<ConstraintPtr> support = stated_support(*distribution_);
  const bool is_discrete =
      support && !constraints::is_dependent(**support) && (*support)->is_discrete();
  TORCH_DISTRIBUTIONS_CHECK(ValueError, !is_discrete,
                            "CumulativeDistributionTransform: `distribution` must be continuous, "
                            "so that its cdf has an inverse, got ",
                            *distribution_);
}

ConstraintPtr CumulativeDistributionTransform::codomain() const {
  return constraints::unit_interval;
}

Tensor CumulativeDistributionTransform::sign() const { return at::ones({}); }

std::vector<int64_t> CumulativeDistributionTransform::forward_shape(IntArrayRef shape) const {
  return broadcast_shape("CumulativeDistributionTransform", shape, distribution_->batch_shape());
}

std::vector<int64_t> CumulativeDistributionTransform::inverse_shape(IntArrayRef shape) const {
  return forward_shape(shape);
}

Tensor CumulativeDistributionTransform::do_forward(const Tensor& x) const {
  const SuspendValidation suspended;
  return distribution_->cdf(x);
}

Tensor CumulativeDistributionTransform::do_inverse(const Tensor& y) const {
  const SuspendValidation suspended;
  return distribution_->icdf(y);
}

Tensor CumulativeDistributionTransform::do_log_abs_det_jacobian(const Tensor& x,
                                                                const Tensor& /*y*/) const {
  const SuspendValidation suspended;
  return distribution_->log_prob(x);
}

Tensor CumulativeDistributionTransform::do_limit(const Tensor& x) const { return do_forward(x); }

Tensor CumulativeDistributionTransform::do_inverse_limit(const Tensor& y) const {
  return do_inverse(y);
}

bool CumulativeDistributionTransform::do_equals(const Transform& other) const {
  const auto& transform = static_cast<const CumulativeDistributionTransform&>(other);
  return distribution_.get() == transform.distribution_.get();
}

std::size_t CumulativeDistributionTransform::do_hash() const {
  return std::hash<const Distribution*>()(distribution_.get());
}

void CumulativeDistributionTransform::change(const core::Change& change) {
  distribution_ = distribution_->changed(change);
}

}  // namespace transforms
}  // namespace torch::distributions
