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

/// \f$\Sigma = \operatorname{diag}(d) + W W^\top\f$ for a matrix W of r columns, so that
/// \f$L = (\operatorname{diag}(\sqrt d), W)\f$ has n + r columns. All functions compute in double:
/// if the elements of d are small beside those of W, digits cancel.
///
/// Time and memory are linear in n, except for `dense` and `precision_matrix`.
class LowRankCovariance final : public CovarianceForm {
 public:
  /// Factors the capacitance \f$I + W^\top \operatorname{diag}(d)^{-1} W\f$.
  /// \param factor W, of shape `[..., n, r]`.
  /// \param specific d, which is positive, of shape `[..., n]`. Its batch and that of W broadcast.
  LowRankCovariance(const at::Tensor& factor, const at::Tensor& specific);

  /// The tensors that it holds. All have the same batch.
  struct Parts {
    at::Tensor factor, specific;  // W and d, both in float or both in double
    at::Tensor capacitance;       // its lower Cholesky factor C, `[..., r, r]`
    at::Tensor basis;             // diag(d)^-1/2 W C^-T without a gradient; undefined if by kernels
    at::Tensor half_log_det;      // as a constant; undefined unless by kernels
  };
  const Parts& parts() const { return parts_; }
  /// Whether kernels have factored it. Then no element of C is large, and C has no gradient.
  bool is_by_kernels() const { return parts_.half_log_det.defined(); }

  at::Tensor factor() const { return parts_.factor.to(at::kDouble); }
  /// d, the specific variances of factor analysis.
  at::Tensor specific() const { return parts_.specific.to(at::kDouble); }
  int64_t rank() const { return parts_.factor.size(-1); }

  int64_t dims() const override { return parts_.factor.size(-2); }
  at::Tensor whiten(const at::Tensor& vectors) const override;
  at::Tensor unwhiten(const at::Tensor& vectors) const override;
  /// \f$L (u, z) = \operatorname{diag}(\sqrt d) u + W z\f$ in the dtype of both, which also may be
  /// float.
  at::Tensor unwhiten(const at::Tensor& u, const at::Tensor& z) const;
  at::Tensor half_log_det() const override;
  at::Tensor diagonal() const override { return factor().square().sum(-1) + specific(); }
  at::Tensor is_finite() const override {
    return parts_.factor.isfinite().flatten(-2).all(-1).logical_and(
        parts_.specific.isfinite().all(-1));
  }

  at::Tensor half_log_det_of_capacitance() const {
    return capacitance().diagonal(0, -2, -1).log().sum(-1);
  }

  /// In W and in d, for each covariance of the batch.
  std::pair<at::Tensor, at::Tensor> half_log_det_gradients() const;

  /// \f$C^{-1} M^\top \operatorname{diag}(d)^{-1/2}\f$ for matrices M, `[..., n, r]`. The squares of
  /// a column of that of W sum up to the share of W in the variance of one coordinate, given all
  /// others.
  at::Tensor projected(const at::Tensor& matrices) const;

  /// \f$d_i (\Sigma^{-1})_{ii} \in (0, 1]\f$, the share of d in the variance of each coordinate,
  /// given all others.
  /// \param projected `projected(factor())`.
  at::Tensor specific_shares(const at::Tensor& projected) const;

  /// The squared length of the whitened columns of matrices, `[..., n, c]`, in total.
  at::Tensor squared_length(const at::Tensor& matrices) const;

  at::Tensor precision_matrix() const;
  DenseCovariance dense() const;

  /// The covariance with `change(tensor, event_dim)` for all its tensors.
  template <class Change>
  LowRankCovariance changed(const Change& change) const {
    LowRankCovariance copy(*this);
    const auto replace = [&](at::Tensor& tensor, int64_t event_dim) {
      if (tensor.defined()) tensor = change(tensor, event_dim);
    };
    for (at::Tensor* matrix : {&copy.parts_.factor, &copy.parts_.basis, &copy.parts_.capacitance})
      replace(*matrix, 2);
    replace(copy.parts_.specific, 1);
    replace(copy.parts_.half_log_det, 0);
    return copy;
  }

 private:
  /// The covariance that all rows of a matrix share.
  LowRankCovariance of_rows() const;

  /// C, with its gradient if one may be required.
  at::Tensor capacitance() const;
  /// The root of d.
  at::Tensor scales() const { return specific().sqrt(); }
  /// diag(d)^-1/2 W.
  at::Tensor scaled() const { return factor() / scales().unsqueeze(-1); }

  Parts parts_;
};

}  // namespace torch::distributions::ops
