#include "core/given_covariance.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include <tuple>
#include <utility>

#include <torch/distributions/constraints/matrix.h>

#include "constraints/scan.h"
#include "ops/special/constants.h"
#include "ops/vectors/cholesky.h"

namespace torch::distributions {
namespace {

/// The constraint positive_definite for matrices that have been factored. `good` is the mask of
/// those for which the factorisation succeeded.
class Factored final : public constraints::PositiveDefinite {
 public:
  explicit Factored(Tensor good) : good_(std::move(good)) {}
  Tensor check(const Tensor& value) const override {
    return good_.expand(value.sizes().slice(0, static_cast<std::size_t>(value.dim()) - 2));
  }

 private:
  Tensor good_;
};

/// Whether all matrices are in the set. False if their memory cannot be read directly.
bool is_known_to_hold(const Constraint& set, const Tensor& matrices) {
  return constraints::scan::readable(matrices) && !set.first_violation(matrices);
}

// Only the lower triangle of a matrix is used. The next two functions replace the numbers above the
// diagonal by zeros, or by the mirror image of those below.
Tensor lower_triangle(const Tensor& matrix) {
  // If a gradient is required, tril is needed to restrict it to the lower triangle.
  const bool is_lower =
      !matrix.requires_grad() && is_known_to_hold(constraints::lower_triangular, matrix);
  return is_lower ? matrix : matrix.tril();
}
Tensor mirrored(const Tensor& matrix) {
  return is_known_to_hold(constraints::symmetric, matrix) ? matrix
                                                          : matrix.tril() + matrix.tril(-1).mT();
}

/// The factor of a matrix with reversed rows and columns.
ops::Cholesky reversed_cholesky(const Tensor& matrices) {
  const Tensor reversed = matrices.flip({-2, -1});
  ops::Cholesky result = ops::cholesky(reversed.to(at::kDouble), reversed);
  if (result.is_complete()) return result;
  // A matrix that is singular up to rounding may have a factor, but not its reverse. The reversed
  // factor U of the matrix is upper triangular. With U^T = Q R, the product U U^T is R^T R.
  const auto [factor, exists] = ops::cholesky(matrices.to(at::kDouble), matrices);
  const Tensor r = std::get<1>(at::linalg_qr(factor.flip({-2, -1}).mT()));
  const Tensor lower = (r * r.detach().diagonal(0, -2, -1).sign().unsqueeze(-1)).mT();
  return {at::where(result.exists.unsqueeze(-1).unsqueeze(-1), result.factor, lower),
          result.exists.logical_or(exists)};
}

}  // namespace

Tensor wide(const Tensor& tensor) { return tensor.to(at::toOpMathType(tensor.scalar_type())); }

GivenCovariance::GivenCovariance(Tensor& covariance_matrix, Tensor& precision_matrix,
                                 Tensor& scale_tril)
    : form_(scale_tril.defined()         ? Form::kFactor
            : precision_matrix.defined() ? Form::kPrecision
                                         : Form::kCovariance),
      matrix_(form_ == Form::kFactor      ? scale_tril
              : form_ == Form::kPrecision ? precision_matrix
                                          : covariance_matrix) {}

const char* GivenCovariance::name() const {
  return form_ == Form::kFactor      ? "scale_tril"
         : form_ == Form::kPrecision ? "precision_matrix"
                                     : "covariance_matrix";
}

bool GivenCovariance::is_square(std::optional<int64_t> n) const {
  return matrix_.dim() >= 2 && matrix_.size(-1) == matrix_.size(-2) &&
         matrix_.size(-1) == n.value_or(matrix_.size(-1));
}

void GivenCovariance::prepare(bool validates) {
  validates_ = validates;
  if (!validates) matrix_ = form_ == Form::kFactor ? lower_triangle(matrix_) : mirrored(matrix_);
  unexpanded_ = matrix_;
}

Tensor GivenCovariance::factor(const Check& check) const {
  if (form_ == Form::kFactor) {
    if (validates_ && constraints::lower_cholesky.first_violation(unexpanded_))
      check(name(), matrix_, constraints::lower_cholesky);
    return unexpanded_;
  }
  const bool inverse = form_ == Form::kPrecision;
  auto [factor, good] = inverse ? reversed_cholesky(unexpanded_)
                                : ops::cholesky(unexpanded_.to(at::kDouble), unexpanded_);
  if (validates_) {
    if (constraints::symmetric.first_violation(unexpanded_))
      good = good.logical_and(constraints::symmetric.check(unexpanded_));
    check(name(), matrix_, Factored(good));
  } else {
    factor = factor.masked_fill(good.logical_not().unsqueeze(-1).unsqueeze(-1), ops::kNaN);
  }
  if (!inverse) return factor;
  // `factor` is that of P with reversed rows and columns. Reversed back it is an upper triangular
  // U with P = U U^T, so P^-1 = L L^T with the lower triangular L = U^-T.
  const Tensor transposed = factor.flip({-2, -1}).mT();
  return at::linalg_solve_triangular(transposed,
                                     at::eye(unexpanded_.size(-1), transposed.options()),
                                     /*upper=*/false);
}

}  // namespace torch::distributions
