#pragma once

#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// A distribution of which the last `reinterpreted_batch_ndims` batch dimensions belong to the
/// event: its log probabilities and entropies are summed over them, and its cdf is the product of
/// the base's. `Independent(Normal(loc, scale), 1)` is a diagonal multivariate normal distribution.
///
/// The values of a discrete one are all combinations of the base's, in row-major order: the last
/// element of the event varies fastest. `enumerate_support` throws c10::ValueError for more than
/// 2^20 of them.
///
/// The base checks values, so that an error speaks of it; `validate_args = true` checks the shape
/// and support of the whole as well. icdf is not implemented.
///
/// \throws c10::ValueError unless the base has that many batch dimensions.
class TORCH_DISTRIBUTIONS_API Independent : public Implements<Independent> {
 public:
  static const Signature<Independent>& signature();

  Independent(DistributionPtr base_distribution, int64_t reinterpreted_batch_ndims,
              Validate validate_args = {});

  const DistributionPtr& base_dist() const& { return base_dist_; }
  DistributionPtr base_dist() && { return base_dist_; }
  int64_t reinterpreted_batch_ndims() const { return reinterpreted_batch_ndims_; }

  bool has_rsample() const override { return base_dist_->has_rsample(); }
  bool has_enumerate_support() const override { return base_dist_->has_enumerate_support(); }
  void print(std::ostream& out) const override;

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_cdf(const Tensor& value) const override;
  Tensor do_mean() const override { return base_dist_->mean(); }
  Tensor do_mode() const override { return base_dist_->mode(); }
  Tensor do_variance() const override { return base_dist_->variance(); }
  Tensor do_stddev() const override { return base_dist_->stddev(); }
  Tensor do_entropy() const override;
  Tensor do_enumerate_support(bool expand) const override;
  Tensor do_impossible(const Tensor& value) const override;
  at::ScalarType do_dtype() const override { return dtype_of_part(*base_dist_); }
  void change(const core::Change& change) override;

  /// The sizes of the base's batch dimensions that belong to the event.
  IntArrayRef reinterpreted_sizes() const;

  DistributionPtr base_dist_;
  int64_t reinterpreted_batch_ndims_;
};

}  // namespace torch::distributions
