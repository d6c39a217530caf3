#include <torch/distributions/mixture_same_family.h>

#include <ATen/ExpandUtils.h>
#include <ATen/OpMathType.h>

#include <ostream>

#include <torch/distributions/constraints/mixture_same_family.h>

#include "constraints/points.h"
#include "constraints/scan.h"
#include "core/derived.h"
#include "core/raise.h"
#include "core/supported.h"
#include "ops/special/constants.h"
#include "ops/tensor/sum_rightmost.h"
#include "ops/vectors/log_sum.h"
#include "ops/vectors/softmax.h"

namespace torch::distributions {
namespace {

/// `t.to(dtype)`, without a call if `t` has that dtype.
Tensor as(at::ScalarType dtype, const Tensor& t) {
  return t.scalar_type() == dtype ? t : t.to(dtype);
}

/// The dtype to which `numbers` and the weights of a mixture promote.
at::ScalarType common_dtype(const Tensor& numbers, const Categorical& mixture) {
  const Tensor given = mixture.given_by_logits() ? mixture.logits() : mixture.probs();
  return at::promote_types(numbers.scalar_type(), given.scalar_type());
}

/// The weights of a mixture, or their logarithms if logits were given. After a conversion to
/// another dtype they are normalised again, since they were rounded in their own dtype.
Tensor given_weights(const Categorical& mixture, at::ScalarType dtype) {
  const bool are_logs = mixture.given_by_logits();
  const Tensor own = are_logs ? mixture.logits() : mixture.probs();
  if (own.scalar_type() == dtype) return own;
  const Tensor weights = own.to(dtype);
  return are_logs ? ops::log_softmax(weights) : weights / weights.sum(-1, /*keepdim=*/true);
}

/// Mask of the components of nonzero weight.
Tensor has_weight(const Categorical& mixture) {
  return mixture.given_by_logits() ? mixture.logits() > -ops::kInfinity : mixture.probs() > 0;
}

Tensor weights_in(const Categorical& mixture, at::ScalarType dtype) {
  const Tensor weights = given_weights(mixture, dtype);
  return mixture.given_by_logits() ? ops::softmax(weights) : weights;
}

/// min(x, bound) with the gradient of x, for an x that only rounding moves above the bound.
Tensor at_most(const Tensor& x, double bound) { return x - (x.detach() - bound).clamp_min(0); }

}  // namespace

const Signature<MixtureSameFamily>& MixtureSameFamily::signature() {
  static const Signature<MixtureSameFamily> s{
      .name = "MixtureSameFamily", .support = [](const MixtureSameFamily& d) {
        return constraints::MixtureSameFamilyConstraint(d.component_distribution_->support(),
                                                        has_weight(d.mixture_distribution_));
      }};
  return s;
}

MixtureSameFamily::MixtureSameFamily(Categorical mixture_distribution,
                                     DistributionPtr component_distribution, Validate validate_args)
    : Implements(validate_args),
      mixture_distribution_(std::move(mixture_distribution)),
      component_distribution_(std::move(component_distribution)) {
  require_handle("MixtureSameFamily", "component_distribution", component_distribution_);
  const auto mixture_batch = mixture_distribution_.batch_shape(),
             component = component_distribution_->batch_shape();
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError,
      !component.empty() && component.back() == mixture_distribution_.param_shape().back(),
      "MixtureSameFamily: the number of categories of mixture_distribution, ",
      mixture_distribution_.param_shape().back(),
      ", does not equal the last dimension of component_distribution.batch_shape, ",
      core::repr(component));
  const auto component_batch = component.slice(0, component.size() - 1);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, at::are_expandable(mixture_batch, component_batch),
                            "MixtureSameFamily: `mixture_distribution.batch_shape` (",
                            core::repr(mixture_batch),
                            ") is not compatible with `component_distribution.batch_shape` (",
                            core::repr(component_batch), ") without its last dimension");
  set_batch_shape(at::infer_size_dimvector(mixture_batch, component_batch));
  set_event_shape(component_distribution_->event_shape());
}

Tensor MixtureSameFamily::with_components(const Tensor& value) const {
  return value.unsqueeze(-1 - static_cast<int64_t>(event_shape().size()));
}

Tensor MixtureSameFamily::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  at::DimVector components(batch_shape());
  components.push_back(mixture_distribution_.param_shape().back());

  const IntArrayRef of_draws = sample_shape(shape);
  const Tensor chosen = mixture_distribution_.expand(batch_shape()).sample(of_draws, generator);
  const Tensor draws = component_distribution_->expand(components)->sample(of_draws, generator);
  const int64_t dim = chosen.dim(), event_dim = draws.dim() - dim - 1;
  const Tensor index = with_event(chosen.unsqueeze(-1), event_dim);
  at::DimVector one(draws.sizes());
  one[static_cast<std::size_t>(dim)] = 1;
  return draws.gather(dim, index.expand(one)).squeeze(dim);
}

Tensor MixtureSameFamily::do_log_prob(const Tensor& value) const {
  // A component is not evaluated at impossible values: `stand_in` replaces them.
  const auto support = stated_support(*component_distribution_);
  Tensor inside = with_components(value), outside;
  if (support) outside = violations(**support, inside);
  if (!outside.defined()) return density(inside, support);
  outside = outside.logical_and(impossible_of_part(*component_distribution_, inside));
  const at::ScalarType dtype =
      inside.is_floating_point() ? inside.scalar_type() : dtype_of_part(*component_distribution_);
  inside = at::where(with_event(outside, (*support)->event_dim()),
                     stand_in(*component_distribution_, inside.options().dtype(dtype)), inside);
  return density(inside, support, outside);
}

Tensor MixtureSameFamily::density(const Tensor& inside, const std::optional<ConstraintPtr>& support,
                                  const Tensor& outside) const {
  Tensor log_prob = log_prob_of_part(*component_distribution_, inside);
  if (outside.defined()) log_prob = log_prob.masked_fill(outside, -ops::kInfinity);
  return mix_logs(log_prob, support && (*support)->is_discrete() ? 0 : ops::kInfinity);
}

// Usually a value is in the support of every component, so that only its density is needed. If that
// is finite, a component has a weight.
Tensor MixtureSameFamily::log_prob_of(const Tensor& value, const LogProbOptions& options) const {
  if (!options.validate || core::is_derived(*this)) return Implements::log_prob_of(value, options);
  validate_shape(value);
  const auto support = stated_support(*component_distribution_);
  const Tensor inside = with_components(value);
  if (!support || !constraints::scan::readable(inside) || (*support)->first_violation(inside))
    return Implements::log_prob_of(value, options);
  const Tensor log_prob = density(inside, support);
  if (!constraints::scan::readable(log_prob) || !all_finite(log_prob)) validate_sample(value);
  return ops::sum_rightmost(log_prob, options.dims);
}

Tensor MixtureSameFamily::mix_logs(const Tensor& logs, double bound) const {
  const auto dtype = common_dtype(logs, mixture_distribution_);
  const auto wide = at::toOpMathType(dtype);
  const Tensor weights = given_weights(mixture_distribution_, wide);
  const Tensor result =
      ops::log_sum(as(wide, logs), weights, mixture_distribution_.given_by_logits());
  return as(dtype, bound < ops::kInfinity ? at_most(result, bound) : result);
}

Tensor MixtureSameFamily::mix(const Tensor& probabilities) const {
  const auto dtype = common_dtype(probabilities, mixture_distribution_);
  const Tensor weights = weights_in(mixture_distribution_, at::toOpMathType(dtype));
  return at_most((probabilities * weights).sum(-1), 1).to(dtype);
}

Tensor MixtureSameFamily::of_components(OfValue function, const Tensor& value) const {
  return of_part(*component_distribution_, function, with_components(value));
}

Tensor MixtureSameFamily::do_cdf(const Tensor& value) const {
  return mix(of_components(&Distribution::cdf, value));
}

Tensor MixtureSameFamily::do_log_cdf(const Tensor& value) const {
  return mix_logs(of_components(&Distribution::log_cdf, value), 0);
}

Tensor MixtureSameFamily::do_survival_function(const Tensor& value) const {
  return mix(of_components(&Distribution::survival_function, value));
}

Tensor MixtureSameFamily::do_log_survival_function(const Tensor& value) const {
  return mix_logs(of_components(&Distribution::log_survival_function, value), 0);
}

Tensor MixtureSameFamily::do_impossible(const Tensor& value) const {
  // A value is impossible if it is impossible for every component of nonzero weight.
  const Tensor of_each = impossible_of_part(*component_distribution_, with_components(value));
  return of_each.logical_or(has_weight(mixture_distribution_).logical_not()).all(-1);
}

Tensor MixtureSameFamily::average(const Tensor& moments) const {
  const auto event_dim = static_cast<int64_t>(event_shape().size());
  const Tensor weights =
      with_event(weights_in(mixture_distribution_, moments.scalar_type()), event_dim);
  // A component of weight 0 must not contribute, even if its moment is infinite or NaN.
  const Tensor absent = moments.isfinite().logical_not().logical_and(weights == 0);
  return (weights * moments.masked_fill(absent, 0)).sum(-1 - event_dim);
}

Tensor MixtureSameFamily::do_mean() const {
  const Tensor means = component_distribution_->mean();
  const auto dtype = common_dtype(means, mixture_distribution_);
  return average(means.to(at::toOpMathType(dtype))).to(dtype);
}

// The law of total variance.
Tensor MixtureSameFamily::do_variance() const {
  const Tensor own_means = component_distribution_->mean();
  const auto dtype = common_dtype(own_means, mixture_distribution_);
  const auto wide = at::toOpMathType(dtype);
  const Tensor means = own_means.to(wide), mean = with_components(average(means));
  // The distance of an infinite mean is 0 from itself and infinite from all others, never NaN.
  const Tensor infinite = means.isinf();
  const Tensor distance = (means - mean)
                              .masked_fill(infinite, ops::kInfinity)
                              .masked_fill(infinite.logical_and(means == mean), 0);
  return (average(component_distribution_->variance().to(wide)) + average(distance.square()))
      .to(dtype);
}

void MixtureSameFamily::change(const core::Change& change) {
  Implements::change(change);
  mixture_distribution_ = static_cast<const Categorical&>(*mixture_distribution_.changed(change));
  component_distribution_ =
      component_distribution_->changed(change.within({mixture_distribution_.param_shape().back()}));
}

void MixtureSameFamily::print(std::ostream& out) const {
  out << "MixtureSameFamily(\n  " << mixture_distribution_ << ",\n  " << *component_distribution_
      << ')';
}

}  // namespace torch::distributions
