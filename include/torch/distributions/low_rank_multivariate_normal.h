#pragma once

#include <memory>

#include <torch/distributions/core/implements.h>

namespace torch::distributions {

namespace core {
/// The factored covariance of a LowRankMultivariateNormal. Defined inside the library.
struct LowRank;
}  // namespace core

/// Multivariate normal distribution with mean \f$\mu\f$ (`loc`, of shape `batch + [n]`) and a
/// covariance that is the sum of a diagonal matrix and one of low rank:
/// \f[ \Sigma = \operatorname{diag}(d) + W W^\top \f]
/// with the positive numbers \f$d\f$ (`cov_diag`, of shape `batch + [n]`) and the matrix \f$W\f$
/// (`cov_factor`, of shape `batch + [n, r]`). The density is that of `MultivariateNormal`.
///
/// The constructor factors the capacitance \f$I + W^\top \operatorname{diag}(d)^{-1} W\f$ of size
/// \f$r\f$. All functions take time and memory in proportion to \f$n\f$, except for
/// `covariance_matrix`, `precision_matrix` and `scale_tril`, whose results are matrices of size
/// \f$n\f$. Densities, entropies and divergences are computed in double, because digits cancel
/// where \f$W\f$ is large beside \f$\sqrt d\f$.
///
/// Parameters of different dtypes are promoted to a common one.
///
/// Without validation, all results where an element of `cov_diag` is not positive are NaN.
///
/// \throws c10::ValueError unless `cov_factor` and `cov_diag` have as many rows as `loc`.
class TORCH_DISTRIBUTIONS_API LowRankMultivariateNormal
    : public Implements<LowRankMultivariateNormal> {
 public:
  static const Signature<LowRankMultivariateNormal>& signature();

  LowRankMultivariateNormal(Param loc, Param cov_factor, Param cov_diag,
                            Validate validate_args = {});

  const Tensor& loc() const { return loc_; }
  const Tensor& cov_factor() const { return cov_factor_; }
  const Tensor& cov_diag() const { return cov_diag_; }
  Tensor covariance_matrix() const;
  Tensor precision_matrix() const;
  Tensor scale_tril() const;

 private:
  friend struct core::LowRank;

  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> do_rsample_with_log_prob(
      IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_mean() const override { return loc_; }
  Tensor do_mode() const override { return loc_; }
  Tensor do_variance() const override;
  Tensor do_entropy() const override;
  void change(const core::Change& change) override;

  void factor(const Tensor& cov_factor, const Tensor& cov_diag);
  Tensor to_batch(const Tensor& result, int64_t event_dim) const;

  Tensor loc_, cov_factor_, cov_diag_;
  std::shared_ptr<const core::LowRank> low_rank_;  // not expanded to the batch
};

}  // namespace torch::distributions
