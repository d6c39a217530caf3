#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>

/// The covariance of n-dimensional Gaussian vectors. `gaussian.h` has the functions that are
/// written once for all its forms.
///
/// Vectors lie along the last dimension of a tensor, `[..., n]`. The batch dimensions of a
/// covariance broadcast to those of the vectors. A covariance is not copied for each vector that
/// shares it.
namespace torch::distributions::ops {

/// \f$\Sigma = L L^\top\f$. Each form implements these functions in its cheapest way, without
/// computing \f$\Sigma\f$ itself.
class CovarianceForm {
 public:
  virtual int64_t dims() const = 0;

  /// The vector x with \f$L x = v\f$, so that \f$|x|^2 = v^\top \Sigma^{-1} v\f$. If L has more
  /// columns than rows, x is the shortest such vector.
  virtual at::Tensor whiten(const at::Tensor& vectors) const = 0;

  /// \f$L z\f$, which has covariance \f$\Sigma\f$ if z is standard normal.
  virtual at::Tensor unwhiten(const at::Tensor& vectors) const = 0;

  /// \f$\frac12 \log \det \Sigma\f$.
  virtual at::Tensor half_log_det() const = 0;

  /// The diagonal of \f$\Sigma\f$: the variances.
  virtual at::Tensor diagonal() const = 0;

  /// Whether all elements of a covariance are finite, for each one in the batch.
  virtual at::Tensor is_finite() const = 0;

 protected:
  ~CovarianceForm() = default;
};

/// L is a lower triangular matrix with a positive diagonal.
class DenseCovariance final : public CovarianceForm {
 public:
  /// \param factor L, of shape `[..., n, n]`.
  explicit DenseCovariance(at::Tensor factor) : factor_(std::move(factor)) {}

  const at::Tensor& factor() const { return factor_; }
  /// The diagonal of L.
  at::Tensor scales() const { return factor_.diagonal(0, -2, -1); }
  at::ScalarType scalar_type() const { return factor_.scalar_type(); }
  DenseCovariance to(at::ScalarType dtype) const { return DenseCovariance(factor_.to(dtype)); }

  /// L^-1 M for matrices M, `[..., n, n]`.
  at::Tensor whiten_columns(const at::Tensor& matrices) const;

  int64_t dims() const override { return factor_.size(-1); }
  at::Tensor whiten(const at::Tensor& vectors) const override;
  at::Tensor unwhiten(const at::Tensor& vectors) const override;
  at::Tensor half_log_det() const override { return scales().log().sum(-1); }
  at::Tensor diagonal() const override { return factor_.square().sum(-1); }
  at::Tensor is_finite() const override { return factor_.isfinite().flatten(-2).all(-1); }

 private:
  at::Tensor factor_;
};

/// L is a diagonal matrix.
class DiagonalCovariance final : public CovarianceForm {
 public:
  /// \param scales the diagonal of L, which is positive, of shape `[..., n]`.
  explicit DiagonalCovariance(at::Tensor scales) : scales_(std::move(scales)) {}

  const at::Tensor& scales() const { return scales_; }
  at::ScalarType scalar_type() const { return scales_.scalar_type(); }
  DiagonalCovariance to(at::ScalarType dtype) const {
    return DiagonalCovariance(scales_.to(dtype));
  }

  int64_t dims() const override { return scales_.size(-1); }
  at::Tensor whiten(const at::Tensor& vectors) const override { return vectors / scales_; }
  at::Tensor unwhiten(const at::Tensor& vectors) const override { return vectors * scales_; }
  at::Tensor half_log_det() const override { return scales_.log().sum(-1); }
  at::Tensor diagonal() const override { return scales_.square(); }
  at::Tensor is_finite() const override { return scales_.isfinite().all(-1); }

 private:
  at::Tensor scales_;
};

}  // namespace torch::distributions::ops
