#include <torch/distributions/multivariate_normal.h>

#include <ATen/OpMathType.h>

#include <ostream>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/matrix.h>

#include "ops/constants.h"
#include "ops/gaussian.h"

namespace torch::distributions {
namespace {

/// positive_definite, of matrices that have been factored.
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

/// A tensor in the dtype of linear algebra, which half and bfloat16 have none of.
Tensor wide(const Tensor& tensor) { return tensor.to(at::toOpMathType(tensor.scalar_type())); }

}  // namespace

const Signature<MultivariateNormal>& MultivariateNormal::signature() {
  using Self = MultivariateNormal;
  static const Signature<Self> s{
      .name = "MultivariateNormal",
      .fields = {{"loc", &Self::loc_, constraints::real_vector},
                 {"covariance_matrix", &Self::covariance_matrix_, constraints::positive_definite,
                  Presence::kAlternative},
                 {"precision_matrix", &Self::precision_matrix_, constraints::positive_definite,
                  Presence::kAlternative},
                 {"scale_tril", &Self::scale_tril_, constraints::lower_cholesky,
                  Presence::kAlternative}},
      .support = constraints::real_vector,
      .has_rsample = true};
  return s;
}

MultivariateNormal::MultivariateNormal(Param loc, Covariance given, Validate validate_args)
    : Implements(validate_args) {
  require_exactly_one(signature().name, {{"covariance_matrix", &given.covariance_matrix},
                                         {"precision_matrix", &given.precision_matrix},
                                         {"scale_tril", &given.scale_tril}});
  assign_members(loc, given.covariance_matrix, given.precision_matrix, given.scale_tril);
  const Tensor mean = loc_, covariance = covariance_matrix_, precision = precision_matrix_,
               scale_tril = scale_tril_;
  const Tensor& matrix = covariance.defined()  ? covariance
                         : precision.defined() ? precision
                                               : scale_tril;
  TORCH_CHECK_VALUE(loc_.dim() >= 1, "MultivariateNormal: loc must be at least one-dimensional.");
  TORCH_CHECK_VALUE(
      matrix.dim() >= 2 && matrix.size(-1) == loc_.size(-1) && matrix.size(-2) == loc_.size(-1),
      "MultivariateNormal: a loc of shape ", repr(loc_.sizes()), " needs a square matrix of size ",
      loc_.size(-1), ", with optional leading batch dimensions, got shape ", repr(matrix.sizes()));
  set_event_shape(loc_.sizes().slice(static_cast<std::size_t>(loc_.dim()) - 1));
  join_members();

  // Looked at as they were; an error shows them as Python does, expanded.
  const auto check = [&](const char* name, const Tensor& given_one, const Tensor& expanded,
                         const Constraint& constraint) {
    if (validates() && constraint.first_violation(given_one))
      validate_parameter(name, expanded, constraint);
  };
  check("loc", mean, loc_, constraints::real_vector);
  if (covariance.defined()) {
    factor_ = factor_of("covariance_matrix", covariance, covariance_matrix_, /*inverse=*/false);
  } else if (precision.defined()) {
    factor_ = factor_of("precision_matrix", precision, precision_matrix_, /*inverse=*/true);
  } else {
    check("scale_tril", scale_tril, scale_tril_, constraints::lower_cholesky);
    factor_ = scale_tril;
  }
}

// In double: in float an ill-conditioned matrix loses all digits of its small eigenvalues.
Tensor MultivariateNormal::factor_of(const char* name, const Tensor& matrix, const Tensor& expanded,
                                     bool inverse) const {
  const Tensor precise = matrix.to(at::kDouble);
  auto [factor, info] = at::linalg_cholesky_ex(inverse ? precise.flip({-2, -1}) : precise);
  Tensor good = info == 0;
  if (validates()) {
    if (constraints::symmetric.first_violation(matrix))
      good = good.logical_and(constraints::symmetric.check(matrix));
    validate_parameter(name, expanded, Factored(good));
  } else {
    factor = factor.masked_fill(good.logical_not().unsqueeze(-1).unsqueeze(-1), ops::kNaN);
  }
  if (inverse) {
    // P = U U^T for the factor U of P with its rows and columns reversed, reversed back; so the
    // inverse is L L^T for the lower triangular L = U^-T.
    const Tensor transposed = factor.flip({-2, -1}).mT();
    factor = at::linalg_solve_triangular(transposed, at::eye(matrix.size(-1), transposed.options()),
                                         /*upper=*/false);
  }
  return factor.to(matrix.scalar_type());
}

Tensor MultivariateNormal::to_batch(const Tensor& matrix) const {
  at::DimVector shape(batch_shape());
  shape.append(2, event_shape().front());
  return matrix.to(loc_.scalar_type()).expand(shape);
}

Tensor MultivariateNormal::covariance_matrix() const {
  if (covariance_matrix_.defined()) return covariance_matrix_;
  const Tensor factor = wide(factor_);
  return to_batch(factor.matmul(factor.mT()));
}

Tensor MultivariateNormal::precision_matrix() const {
  if (precision_matrix_.defined()) return precision_matrix_;
  return to_batch(at::cholesky_inverse(wide(factor_)));
}

Tensor MultivariateNormal::scale_tril() const {
  return scale_tril_.defined() ? scale_tril_ : to_batch(factor_);
}

Tensor MultivariateNormal::half_log_det() const {
  return wide(factor_).diagonal(0, -2, -1).log().sum(-1);
}

Tensor MultivariateNormal::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor noise = at::empty(shape, wide(loc_).options()).normal_(0, 1, std::move(generator));
  return (loc_ + ops::times_factor(wide(factor_), noise)).to(loc_.scalar_type());
}

Tensor MultivariateNormal::do_log_prob(const Tensor& value) const {
  const Tensor difference = wide(value) - wide(loc_);
  return ops::gaussian_log_density(factor_.to(difference.scalar_type()), difference)
      .to(at::result_type(value, loc_));
}

Tensor MultivariateNormal::do_variance() const {
  if (covariance_matrix_.defined()) return covariance_matrix_.diagonal(0, -2, -1);
  return wide(factor_).square().sum(-1).to(loc_.scalar_type()).expand_as(loc_);
}

Tensor MultivariateNormal::do_entropy() const {
  const double constant = ops::kNormalEntropy * static_cast<double>(event_shape().front());
  return (half_log_det() + constant).to(loc_.scalar_type()).expand(batch_shape());
}

void MultivariateNormal::change(const Change& change) {
  Implements::change(change);
  if (!change.is_expand()) factor_ = change(factor_, 2);
}

}  // namespace torch::distributions
