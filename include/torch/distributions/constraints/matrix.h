#pragma once

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions::constraints {

/// Matrices that are 0 above the diagonal.
class TORCH_DISTRIBUTIONS_API LowerTriangular final : public Constraint {
 public:
  int64_t event_dim() const override { return 2; }
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;
};

/// Lower triangular matrices with a positive diagonal: Cholesky factors.
class TORCH_DISTRIBUTIONS_API LowerCholesky final : public Constraint {
 public:
  int64_t event_dim() const override { return 2; }
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;
};

/// Cholesky factors of correlation matrices of size n. The rows have length 1, to within 10 n eps
/// and the rounding errors of a length.
class TORCH_DISTRIBUTIONS_API CorrCholesky final : public Constraint {
 public:
  int64_t event_dim() const override { return 2; }
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;
};

/// Square matrices.
class TORCH_DISTRIBUTIONS_API Square : public Constraint {
 public:
  int64_t event_dim() const override { return 2; }
  Tensor check(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;
};

/// Matrices that are symmetric up to rounding: |a - b| <= atol + rtol |b| for mirrored entries a
/// and b, with rtol = max(1e-5, 4 eps) and atol = max(1e-6, rtol max|x|) for the entries x. Both
/// are rounded up in the dtype.
class TORCH_DISTRIBUTIONS_API Symmetric : public Square {
 public:
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  void print(std::ostream& out) const override;
};

/// Symmetric matrices of size n without negative eigenvalues, up to rounding: every eigenvalue
/// lambda is at least -n eps max|lambda|.
class TORCH_DISTRIBUTIONS_API PositiveSemidefinite final : public Symmetric {
 public:
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  void print(std::ostream& out) const override;
};

/// Symmetric matrices that have a Cholesky factor in double precision or in their own dtype. A
/// matrix that is singular up to rounding may have only one of these.
class TORCH_DISTRIBUTIONS_API PositiveDefinite : public Symmetric {
 public:
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  void print(std::ostream& out) const override;
};

inline const LowerTriangular lower_triangular;
inline const LowerCholesky lower_cholesky;
inline const CorrCholesky corr_cholesky;
inline const Square square;
inline const Symmetric symmetric;
inline const PositiveSemidefinite positive_semidefinite;
inline const PositiveDefinite positive_definite;

}  // namespace torch::distributions::constraints
