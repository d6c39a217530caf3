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

/// Cholesky factors of correlation matrices: those with rows of length 1, to within 10 n eps.
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

/// Symmetric matrices: |a - b| <= atol + rtol |b| for entries a, b that mirror each other, with
/// rtol the larger of 1e-5 and 4 eps, and atol the larger of 1e-6 and rtol times the matrix's
/// largest magnitude, as rounding leaves them.
class TORCH_DISTRIBUTIONS_API Symmetric : public Square {
 public:
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  void print(std::ostream& out) const override;
};

/// Symmetric matrices without a negative eigenvalue, to within the rounding of the eigenvalues: n
/// eps times the largest.
class TORCH_DISTRIBUTIONS_API PositiveSemidefinite final : public Symmetric {
 public:
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  void print(std::ostream& out) const override;
};

/// Symmetric matrices that have a Cholesky factor.
class TORCH_DISTRIBUTIONS_API PositiveDefinite final : public Symmetric {
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
