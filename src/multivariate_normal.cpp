#include <torch/distributions/multivariate_normal.h>

#include <ATen/OpMathType.h>

#include <ostream>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/matrix.h>

#include "constraints/scan.h"
#include "core/raise.h"
#include "ops/special/constants.h"
#include "ops/vectors/gaussian.h"

namespace torch::distributions {
namespace {

/// The constraint positive_definite for matrices that have been factored. `good` is the mask of
/// those for which the factorisation succeeded.
class Factored final : public Constraint {
 public:
  explicit Factored(Tensor good) : good_(std::move(good)) {}
  int64_t event_dim() const override { return 2; }
  Tensor check(const Tensor& value) const override {
    return good_.expand(value.sizes().slice(0, static_cast<std::size_t>(value.dim()) - 2));
  }
  void print(std::ostream& out) const override { constraints::positive_definite.print(out); }

 private:
  Tensor good_;
};

/// Converts half and bfloat16, which have no linear algebra, to float.
Tensor wide(const Tensor& tensor) { return tensor.to(at::toOpMathType(tensor.scalar_type())); }

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

}  // namespace

const Signature<MultivariateNormal>& MultivariateNormal::signature() {
  using Self = MultivariateNormal;
  static const Signature<Self> s{
      .name = "MultivariateNormal",
      .fields = {{"loc", &Self::loc_, constraints::real_vector},
                 {"covariance_matrix", &Self::covariance_matrix_, constraints::positive_definite,
                  core::Presence::kAlternative},
                 {"precision_matrix", &Self::precision_matrix_, constraints::positive_definite,
                  core::Presence::kAlternative},
                 {"scale_tril", &Self::scale_tril_, constraints::lower_cholesky,
                  core::Presence::kAlternative}},
      .support = constraints::real_vector,
      .has_rsample = true};
  return s;
}

/// A parameter. The unexpanded tensor `given` is checked and factored (less work); errors report
/// the shape of the expanded tensor `in_batch`, as Python does.
struct MultivariateNormal::Parameter {
  const char* name;
  Tensor given;
  const Tensor& in_batch;
};

MultivariateNormal::MultivariateNormal(Param loc, Covariance given, Validate validate_args)
    : Implements(validate_args) {
  core::require_exactly_one(signature().name, {{"covariance_matrix", &given.covariance_matrix},
                                               {"precision_matrix", &given.precision_matrix},
                                               {"scale_tril", &given.scale_tril}});
  assign_members(loc, given.covariance_matrix, given.precision_matrix, given.scale_tril);
  const bool is_factor = scale_tril_.defined(), is_precision = precision_matrix_.defined();
  Tensor& matrix = is_factor ? scale_tril_ : is_precision ? precision_matrix_ : covariance_matrix_;
  TORCH_DISTRIBUTIONS_CHECK(ValueError, loc_.dim() >= 1,
                            "MultivariateNormal: loc must be at least one-dimensional.");
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError,
      matrix.dim() >= 2 && matrix.size(-1) == loc_.size(-1) && matrix.size(-2) == loc_.size(-1),
      "MultivariateNormal: a loc of shape ", core::repr(loc_.sizes()),
      " needs a square matrix of size ", loc_.size(-1),
      ", with optional leading batch dimensions, got shape ", core::repr(matrix.sizes()));
  const auto dtype = at::promote_types(loc_.scalar_type(), matrix.scalar_type());
  for (Tensor* t : {&loc_, &matrix})
    if (t->scalar_type() != dtype) *t = t->to(dtype);
  if (!validates()) matrix = is_factor ? lower_triangle(matrix) : mirrored(matrix);

  const char* const name = is_factor      ? "scale_tril"
                           : is_precision ? "precision_matrix"
                                          : "covariance_matrix";
  const Parameter of_loc{"loc", loc_, loc_}, of_matrix{name, matrix, matrix};
  set_event_shape(loc_.sizes().slice(static_cast<std::size_t>(loc_.dim()) - 1));
  join_members();
  check(of_loc, constraints::real_vector);
  if (is_factor) {
    check(of_matrix, constraints::lower_cholesky);
    factor_ = wide(of_matrix.given);
  } else {
    factor_ = factored(of_matrix, /*inverse=*/is_precision);
  }
}

void MultivariateNormal::check(const Parameter& parameter, const Constraint& constraint) const {
  if (validates() && constraint.first_violation(parameter.given))
    validate_parameter(parameter.name, parameter.in_batch, constraint);
}

// Factors in double: in float an ill-conditioned matrix loses all digits of its small eigenvalues.
Tensor MultivariateNormal::factored(const Parameter& parameter, bool inverse) const {
  const Tensor& matrix = parameter.given;
  const Tensor precise = matrix.to(at::kDouble);
  auto [factor, info] = at::linalg_cholesky_ex(inverse ? precise.flip({-2, -1}) : precise);
  Tensor good = info == 0;
  if (validates()) {
    if (constraints::symmetric.first_violation(matrix))
      good = good.logical_and(constraints::symmetric.check(matrix));
    validate_parameter(parameter.name, parameter.in_batch, Factored(good));
  } else {
    factor = factor.masked_fill(good.logical_not().unsqueeze(-1).unsqueeze(-1), ops::kNaN);
  }
  if (inverse) {
    // `factor` is that of P with reversed rows and columns. Reversed back it is an upper triangular
    // U with P = U U^T, so P^-1 = L L^T with the lower triangular L = U^-T.
    const Tensor transposed = factor.flip({-2, -1}).mT();
    factor = at::linalg_solve_triangular(transposed, at::eye(matrix.size(-1), transposed.options()),
                                         /*upper=*/false);
  }
  return factor.to(at::toOpMathType(matrix.scalar_type()));
}

Tensor MultivariateNormal::to_batch(const Tensor& matrix) const {
  at::DimVector shape(batch_shape());
  shape.append(2, event_shape().front());
  return matrix.to(loc_.scalar_type()).expand(shape);
}

Tensor MultivariateNormal::covariance_matrix() const {
  if (covariance_matrix_.defined()) return covariance_matrix_;
  return to_batch(factor_.matmul(factor_.mT()));
}

Tensor MultivariateNormal::precision_matrix() const {
  if (precision_matrix_.defined()) return precision_matrix_;
  return to_batch(at::cholesky_inverse(factor_));
}

Tensor MultivariateNormal::scale_tril() const {
  return scale_tril_.defined() ? scale_tril_ : to_batch(factor_);
}

Tensor MultivariateNormal::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor noise = at::empty(shape, wide(loc_).options()).normal_(0, 1, std::move(generator));
  return (loc_ + ops::DenseCovariance(factor_).unwhiten(noise)).to(loc_.scalar_type());
}

Tensor MultivariateNormal::do_log_prob(const Tensor& value) const {
  const Tensor difference = wide(value) - wide(loc_);
  const ops::DenseCovariance covariance(factor_.to(difference.scalar_type()));
  return ops::gaussian_log_density(covariance, difference).to(at::result_type(value, loc_));
}

Tensor MultivariateNormal::do_variance() const {
  if (covariance_matrix_.defined()) return covariance_matrix_.diagonal(0, -2, -1);
  return ops::DenseCovariance(factor_).diagonal().to(loc_.scalar_type()).expand_as(loc_);
}

Tensor MultivariateNormal::do_entropy() const {
  return ops::gaussian_entropy(ops::DenseCovariance(factor_))
      .to(loc_.scalar_type())
      .expand(batch_shape());
}

void MultivariateNormal::change(const core::Change& change) {
  Implements::change(change);
  if (!change.is_expand()) factor_ = wide(change(factor_, 2));
}

}  // namespace torch::distributions
