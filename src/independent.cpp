#include <torch/distributions/independent.h>

#include <torch/distributions/constraints/independent.h>

#include <ostream>

#include "constraints/points.h"
#include "core/raise.h"
#include "ops/sum_rightmost.h"

namespace torch::distributions {

const Signature<Independent>& Independent::signature() {
  static const Signature<Independent> s{.name = "Independent",
                                        .support = [](const Independent& d) -> ConstraintPtr {
                                          const ConstraintPtr base = d.base_dist_->support();
                                          const int64_t ndims = d.reinterpreted_batch_ndims_;
                                          if (ndims == 0) return base;
                                          return constraints::independent(base, ndims);
                                        }};
  return s;
}

Independent::Independent(DistributionPtr base_distribution, int64_t reinterpreted_batch_ndims,
                         Validate validate_args)
    : Implements(validate_args.value().value_or(false)),
      base_dist_(std::move(base_distribution)),
      reinterpreted_batch_ndims_(reinterpreted_batch_ndims) {
  require_handle("Independent", "base_distribution", base_dist_);
  const auto batch = base_dist_->batch_shape(), event = base_dist_->event_shape();
  const auto batch_dims = static_cast<int64_t>(batch.size());
  TORCH_CHECK_VALUE(reinterpreted_batch_ndims >= 0 && reinterpreted_batch_ndims <= batch_dims,
                    "Independent: expected 0 <= reinterpreted_batch_ndims <= "
                    "len(base_distribution.batch_shape), actual ",
                    reinterpreted_batch_ndims, " vs ", batch_dims);
  const auto kept = static_cast<std::size_t>(batch_dims - reinterpreted_batch_ndims);
  at::DimVector event_shape(batch.slice(kept));
  event_shape.append(event.begin(), event.end());
  set_batch_shape(batch.slice(0, kept));
  set_event_shape(event_shape);
}

IntArrayRef Independent::sample_shape(IntArrayRef shape) const {
  return shape.slice(0, shape.size() - batch_shape().size() - event_shape().size());
}

Tensor Independent::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return base_dist_->sample(sample_shape(shape), std::move(generator));
}

Tensor Independent::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return base_dist_->rsample(sample_shape(shape), std::move(generator));
}

Tensor Independent::do_log_prob(const Tensor& value) const {
  return base_dist_->log_prob_of_event(value, reinterpreted_batch_ndims_);
}

Tensor Independent::do_entropy() const {
  return ops::sum_rightmost(base_dist_->entropy(), reinterpreted_batch_ndims_);
}

Tensor Independent::do_enumerate_support(bool expand) const {
  // The values of a vector are those of the Cartesian product.
  if (reinterpreted_batch_ndims_ > 0) not_implemented("enumerate_support");
  return base_dist_->enumerate_support(expand);
}

Tensor Independent::do_impossible(const Tensor& value) const {
  return any_rightmost(impossible_of_part(*base_dist_, value), reinterpreted_batch_ndims_);
}

void Independent::change(const Change& change) {
  Implements::change(change);
  base_dist_ = base_dist_->changed(change.within(reinterpreted_batch_ndims_));
}

void Independent::print(std::ostream& out) const {
  out << "Independent(" << *base_dist_ << ", " << reinterpreted_batch_ndims_ << ')';
}

}  // namespace torch::distributions
