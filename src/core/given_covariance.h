#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <torch/distributions/constraints/constraint.h>
#include <torch/distributions/core/covariance.h>

namespace torch::distributions {

/// Converts half and bfloat16, which have no linear algebra, to float.
Tensor wide(const Tensor& tensor);

/// The matrix that a constructor was given as a `Covariance`, in one of three members. It is
/// checked and factored once.
class GivenCovariance {
 public:
  /// Throws an error if a parameter violates a constraint.
  using Check =
      std::function<void(const char* name, const Tensor& value, const Constraint& constraint)>;

  /// Exactly one of the members is defined. They must outlive this object.
  GivenCovariance(Tensor& covariance_matrix, Tensor& precision_matrix, Tensor& scale_tril);

  const char* name() const;
  /// The member.
  Tensor& matrix() const { return matrix_; }
  /// Whether the matrix is square, and of size `n` if that is given.
  bool is_square(std::optional<int64_t> n = std::nullopt) const;

  /// Without validation, only the lower triangle of the matrix counts: numbers above the diagonal
  /// are replaced. Call it before the member is expanded to the batch: the unexpanded matrix is
  /// checked and factored, which is less work.
  void prepare(bool validates);

  /// Checks the matrix and returns the lower Cholesky factor of the covariance, not expanded:
  /// `scale_tril` itself, else a double. Errors report the shape of the expanded member, as Python
  /// does. Without validation, the factor of a matrix that is not positive definite is NaN.
  Tensor factor(const Check& check) const;

 private:
  enum class Form : char { kCovariance, kPrecision, kFactor };

  Form form_;
  Tensor& matrix_;
  Tensor unexpanded_;
  bool validates_ = true;
};

}  // namespace torch::distributions
