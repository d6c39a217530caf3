#pragma once

#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Makes the last `reinterpreted_batch_ndims` batch dimensions of a base distribution part of the
/// event. Log probabilities and entropies are summed over these dimensions; the cdf is a product.
/// `Independent(Normal(loc, scale), 1)` is a diagonal multivariate normal distribution.
///
/// `enumerate_support` returns all combinations of the values of the base in row-major order: the
/// last element of the event varies fastest. It throws c10::ValueError for more than 2^20 values.
///
/// By default only the base validates values, so errors name the base. `validate_args = true` also
/// checks the shape and support of the whole. `icdf` is not implemented.
///
/// \throws c10::ValueError unless the base has at least `reinterpreted_batch_ndims` batch
///     dimensions, and that number is not negative.
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
  std::pair<Tensor, Tensor> do_rsample_with_log_prob(
      IntArrayRef shape, std::optional<Generator> generator) const override;
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
