#include <torch/distributions/wishart.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/matrix.h>

#include "constraints/points.h"
#include "constraints/scan.h"
#include "core/derived.h"
#include "core/drawable.h"
#include "core/given_covariance.h"
#include "core/raise.h"
#include "ops/draws/gamma.h"
#include "ops/draws/noise.h"
#include "ops/special/constants.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/sum_rightmost.h"
#include "ops/vectors/cholesky.h"
#include "ops/vectors/matrices.h"
#include "ops/vectors/wishart.h"

namespace torch::distributions {
namespace {

ConstraintPtr of_df(const Wishart& wishart) {
  return constraints::greater_than(wishart.event_shape().front() - 1);
}

}  // namespace

const Signature<Wishart>& Wishart::signature() {
  using Self = Wishart;
  static const Signature<Self> s{
      .name = "Wishart",
      .fields = {{"covariance_matrix", &Self::covariance_matrix_, constraints::positive_definite,
                  core::Presence::kAlternative},
                 {"precision_matrix", &Self::precision_matrix_, constraints::positive_definite,
                  core::Presence::kAlternative},
                 {"scale_tril", &Self::scale_tril_, constraints::lower_cholesky,
                  core::Presence::kAlternative},
                 {"df", &Self::df_, of_df}},
      .support = constraints::positive_definite,
      .has_rsample = true};
  return s;
}

Wishart::Wishart(Param df, Covariance given, Validate validate_args) : Implements(validate_args) {
  core::require_exactly_one(signature().name, {{"covariance_matrix", &given.covariance_matrix},
                                               {"precision_matrix", &given.precision_matrix},
                                               {"scale_tril", &given.scale_tril}});
  assign_members(given.covariance_matrix, given.precision_matrix, given.scale_tril, df);
  GivenCovariance covariance(covariance_matrix_, precision_matrix_, scale_tril_);
  Tensor& matrix = covariance.matrix();
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, covariance.is_square(), "Wishart: ", covariance.name(),
      " must be a square matrix, with optional leading batch dimensions, got shape ",
      core::repr(matrix.sizes()));
  const auto dtype = at::promote_types(df_.scalar_type(), matrix.scalar_type());
  for (Tensor* t : {&df_, &matrix})
    if (t->scalar_type() != dtype) *t = t->to(dtype);

  covariance.prepare(validates());
  set_event_shape(matrix.sizes().slice(static_cast<std::size_t>(matrix.dim()) - 2));
  join_members();
  if (validates()) validate_parameter("df", df_, *of_df(*this));
  factor_ = covariance
                .factor([this](const char* name, const Tensor& value, const Constraint& set) {
                  validate_parameter(name, value, set);
                })
                .to(at::kDouble);
}

Tensor Wishart::to_batch(const Tensor& matrix) const {
  at::DimVector shape(batch_shape());
  shape.append(event_shape().begin(), event_shape().end());
  return matrix.to(df_.scalar_type()).expand(shape);
}

Tensor Wishart::covariance() const {
  return covariance_matrix_.defined() ? covariance_matrix_.to(at::kDouble)
                                      : factor_.matmul(factor_.mT());
}

Tensor Wishart::covariance_matrix() const {
  return covariance_matrix_.defined() ? covariance_matrix_ : to_batch(covariance());
}

Tensor Wishart::precision_matrix() const {
  return precision_matrix_.defined() ? precision_matrix_ : to_batch(at::cholesky_inverse(factor_));
}

Tensor Wishart::scale_tril() const {
  return scale_tril_.defined() ? scale_tril_ : to_batch(factor_);
}

Tensor Wishart::draw(const Tensor& bartlett) const {
  const Tensor root = factor_.matmul(bartlett);
  const Tensor draws = root.matmul(root.mT());
  const Tensor x = draws.to(df_.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
  // The detached tensor is changed, so that rounding does not change the gradient.
  x.detach().copy_(
      ops::rounded_to_positive_definite(ops::symmetrized(draws.detach()), df_.scalar_type()));
  return x;
}

Tensor Wishart::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  const int64_t n = event_shape().front();
  const Tensor bad = undrawable(validates(), {{df_, *of_df(*this)}});
  const Tensor df = ops::expanded(with_stand_in(df_, bad, static_cast<double>(n)),
                                  shape.slice(0, shape.size() - 2));
  const Tensor x = draw(ops::sample_bartlett(df, n, df_.scalar_type(), std::move(generator)));
  return bad.defined() ? with_nan(x, with_event(bad, 2)) : x;
}

// With df near n - 1 most draws are nearly singular, and rounding changes their smallest eigenvalues.
// The density is that of the factor that a draw is made of.
std::pair<Tensor, Tensor> Wishart::do_rsample_with_log_prob(
    IntArrayRef shape, std::optional<Generator> generator) const {
  // A derived class may have another density.
  if (core::is_derived(*this) || undrawable(validates(), {{df_, *of_df(*this)}}).defined())
    return Distribution::do_rsample_with_log_prob(shape, std::move(generator));
  const Tensor df = ops::expanded(df_, shape.slice(0, shape.size() - 2));
  Tensor log_gammas;
  const Tensor bartlett = ops::sample_bartlett(df, event_shape().front(), df_.scalar_type(),
                                               std::move(generator), &log_gammas);
  const Tensor log_prob = ops::wishart_log_prob_of_bartlett(
      df_.to(at::kDouble), ops::DenseCovariance(factor_), bartlett, log_gammas);
  return {draw(bartlett), log_prob.to(df_.scalar_type())};
}

Tensor Wishart::do_log_prob(const Tensor& value) const { return density(value, false); }

// Factors the value once, for validation and for the density.
Tensor Wishart::log_prob_of(const Tensor& value, const LogProbOptions& options) const {
  if (core::is_derived(*this)) return Implements::log_prob_of(value, options);
  if (options.validate) validate_shape(value);
  return ops::sum_rightmost(density(value, options.validate), options.dims);
}

Tensor Wishart::density(const Tensor& value, bool validate) const {
  const auto dtype = value.is_floating_point()
                         ? at::promote_types(value.scalar_type(), df_.scalar_type())
                         : df_.scalar_type();
  const ops::DenseCovariance covariance(factor_);
  const auto from_squares = [&](const Tensor& squares) {
    return ops::wishart_log_prob(df_.to(at::kDouble), covariance, squares);
  };
  const auto by_kernel = [&]() -> Tensor {
    const bool is_symmetric =
        constraints::scan::readable(value) && !constraints::symmetric.first_violation(value);
    const Tensor squares = is_symmetric ? ops::bartlett_squares(factor_, value) : Tensor();
    return squares.defined() ? from_squares(squares) : Tensor();
  };
  const auto composed = [&] {
    const Tensor x = ops::symmetrized(value.to(at::kDouble));
    ops::Cholesky root = ops::cholesky(x, value);
    // The density of an infinite matrix is 0.
    const Tensor outside = constraints::symmetric.check(value)
                               .logical_and(root.exists)
                               .logical_and(value.isfinite().flatten(-2).all(-1))
                               .logical_not();
    const bool is_inside = constraints::scan::readable(outside) && !outside.any().item<bool>();
    if (!is_inside) {
      if (validate) validate_possible(value);
      // A derivative through a failed factorisation would be NaN.
      const Tensor eye = at::eye(x.size(-1), x.options());
      const auto inside = [&](const Tensor& matrices) {
        return at::where(with_event(outside, 2), eye.to(matrices.scalar_type()), matrices);
      };
      root = ops::cholesky(inside(x), inside(value));
    }
    const Tensor log_prob = from_squares(ops::wishart_squares(covariance, root.factor));
    if (is_inside) return log_prob;
    const Tensor nan = value.isnan().flatten(-2).any(-1).logical_or(log_prob.isnan());
    return log_prob.masked_fill(outside, -ops::kInfinity).masked_fill(nan, ops::kNaN);
  };
  return ops::kernel_or_composed(by_kernel, composed).to(dtype);
}

Tensor Wishart::do_mean() const {
  return to_batch(with_event(df_.to(at::kDouble), 2) * covariance());
}

Tensor Wishart::do_mode() const {
  const Tensor factor = df_.to(at::kDouble) - static_cast<double>(event_shape().front() + 1);
  return to_batch(with_event(factor.masked_fill(factor <= 0, ops::kNaN), 2) * covariance());
}

Tensor Wishart::do_variance() const {
  const Tensor sigma = covariance(), variances = sigma.diagonal(0, -2, -1);
  return to_batch(with_event(df_.to(at::kDouble), 2) *
                  (sigma.square() + variances.unsqueeze(-1) * variances.unsqueeze(-2)));
}

// Without the variance, which may overflow.
Tensor Wishart::do_stddev() const {
  const Tensor sigma = covariance(), scales = sigma.diagonal(0, -2, -1).sqrt();
  const Tensor products = scales.unsqueeze(-1) * scales.unsqueeze(-2);
  return to_batch(with_event(df_.to(at::kDouble).sqrt(), 2) * products *
                  (1 + (sigma / products).square()).sqrt());
}

Tensor Wishart::do_entropy() const {
  return ops::wishart_entropy(df_.to(at::kDouble), ops::DenseCovariance(factor_))
      .to(df_.scalar_type());
}

std::vector<Tensor> Wishart::do_natural_params() const {
  return {-0.5 * precision_matrix(), 0.5 * (df_ - (event_shape().front() + 1))};
}

Tensor Wishart::do_log_normalizer(at::TensorList natural_params) const {
  return ops::wishart_log_normalizer(natural_params[0].to(at::kDouble),
                                     natural_params[1].to(at::kDouble))
      .to(natural_params[1].scalar_type());
}

void Wishart::change(const core::Change& change) {
  Implements::change(change);
  if (!change.is_expand()) factor_ = change(factor_, 2).to(at::kDouble);
}

}  // namespace torch::distributions
