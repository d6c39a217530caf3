#include <torch/distributions/multivariate_normal.h>

#include <ATen/OpMathType.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/matrix.h>

#include "core/derived.h"
#include "core/given_covariance.h"
#include "core/origin.h"
#include "core/raise.h"
#include "ops/draws/noise.h"
#include "ops/vectors/gaussian.h"

namespace torch::distributions {

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

MultivariateNormal::MultivariateNormal(Param loc, Covariance given, Validate validate_args)
    : Implements(validate_args) {
  core::require_exactly_one(signature().name, {{"covariance_matrix", &given.covariance_matrix},
                                               {"precision_matrix", &given.precision_matrix},
                                               {"scale_tril", &given.scale_tril}});
  assign_members(loc, given.covariance_matrix, given.precision_matrix, given.scale_tril);
  GivenCovariance covariance(covariance_matrix_, precision_matrix_, scale_tril_);
  Tensor& matrix = covariance.matrix();
  TORCH_DISTRIBUTIONS_CHECK(ValueError, loc_.dim() >= 1,
                            "MultivariateNormal: loc must be at least one-dimensional.");
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, covariance.is_square(loc_.size(-1)), "MultivariateNormal: a loc of shape ",
      core::repr(loc_.sizes()), " needs a square matrix of size ", loc_.size(-1),
      ", with optional leading batch dimensions, got shape ", core::repr(matrix.sizes()));
  const auto dtype = at::promote_types(loc_.scalar_type(), matrix.scalar_type());
  for (Tensor* t : {&loc_, &matrix})
    if (t->scalar_type() != dtype) *t = t->to(dtype);

  covariance.prepare(validates());
  const Tensor loc_alone = loc_;
  set_event_shape(loc_.sizes().slice(static_cast<std::size_t>(loc_.dim()) - 1));
  join_members();
  if (validates() && constraints::real_vector.first_violation(loc_alone))
    validate_parameter("loc", loc_, constraints::real_vector);
  factor_ = covariance
                .factor([this](const char* name, const Tensor& value, const Constraint& set) {
                  validate_parameter(name, value, set);
                })
                .to(at::toOpMathType(dtype));
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
  const Tensor noise = ops::normal_noise(shape, wide(loc_).options(), std::move(generator));
  return (loc_ + ops::DenseCovariance(factor_).unwhiten(noise)).to(loc_.scalar_type());
}

std::pair<Tensor, Tensor> MultivariateNormal::do_rsample_with_log_prob(
    IntArrayRef shape, std::optional<Generator> generator) const {
  const auto draw = [&](const MultivariateNormal& from) {
    return from.Distribution::do_rsample_with_log_prob(shape, std::move(generator));
  };
  if (core::is_derived(*this)) return draw(*this);
  return core::scored_around_origin(*this, &MultivariateNormal::loc_, draw);
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
