#include <torch/distributions/mixture_same_family.h>

#include <ATen/ExpandUtils.h>

#include <ostream>

#include <torch/distributions/constraints/mixture_same_family.h>

#include "core/raise.h"
#include "core/supported.h"
#include "ops/constants.h"

namespace torch::distributions {
namespace {

/// log sum exp over the last dimension; where all are -inf it is that, with a gradient of 0.
Tensor logsumexp(const Tensor& t) {
  const Tensor largest = t.detach().amax(-1, /*keepdim=*/true);
  const Tensor nothing = largest == -ops::kInfinity;
  const Tensor shift = largest.masked_fill(nothing, 0);
  const Tensor sum = (t - shift).exp().sum(-1).masked_fill(nothing.squeeze(-1), 1);
  return (sum.log() + shift.squeeze(-1)).masked_fill(nothing.squeeze(-1), -ops::kInfinity);
}

}  // namespace

const Signature<MixtureSameFamily>& MixtureSameFamily::signature() {
  static const Signature<MixtureSameFamily> s{
      .name = "MixtureSameFamily", .support = [](const MixtureSameFamily& d) {
        return constraints::MixtureSameFamilyConstraint(d.component_distribution_->support(),
                                                        d.mixture_distribution_.probs());
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
  TORCH_CHECK_VALUE(
      !component.empty() && component.back() == mixture_distribution_.param_shape().back(),
      "MixtureSameFamily: the number of categories of mixture_distribution, ",
      mixture_distribution_.param_shape().back(),
      ", does not equal the last dimension of component_distribution.batch_shape, ",
      repr(component));
  const auto component_batch = component.slice(0, component.size() - 1);
  for (std::size_t i = 1; i <= std::min(mixture_batch.size(), component_batch.size()); ++i) {
    const int64_t m = mixture_batch[mixture_batch.size() - i],
                  c = component_batch[component_batch.size() - i];
    TORCH_CHECK_VALUE(
        m == c || m == 1 || c == 1, "MixtureSameFamily: `mixture_distribution.batch_shape` (",
        repr(mixture_batch), ") is not compatible with `component_distribution.batch_shape` (",
        repr(component_batch), ") without its last dimension");
  }
  set_batch_shape(at::infer_size_dimvector(mixture_batch, component_batch));
  set_event_shape(component_distribution_->event_shape());
}

Tensor MixtureSameFamily::with_components(const Tensor& value) const {
  return value.unsqueeze(-1 - static_cast<int64_t>(event_shape().size()));
}

Tensor MixtureSameFamily::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const auto sample_shape =
      shape.slice(0, shape.size() - batch_shape().size() - event_shape().size());
  at::DimVector components(batch_shape());
  components.push_back(mixture_distribution_.param_shape().back());

  Tensor index = mixture_distribution_.expand(batch_shape()).sample(sample_shape, generator);
  const Tensor draws = component_distribution_->expand(components)->sample(sample_shape, generator);
  const int64_t dim = index.dim();
  index = index.unsqueeze(-1);
  for (std::size_t i = 0; i < event_shape().size(); ++i) index = index.unsqueeze(-1);
  at::DimVector one(draws.sizes());
  one[static_cast<std::size_t>(dim)] = 1;
  return draws.gather(dim, index.expand(one)).squeeze(dim);
}

Tensor MixtureSameFamily::do_log_prob(const Tensor& value) const {
  // A component is asked about values of its own support only.
  const auto draw = [&] { return draw_apart(*component_distribution_, value.device()); };
  const auto [inside, outside] =
      supported(*component_distribution_->support(), with_components(value), draw);
  Tensor log_prob = component_distribution_->log_prob(inside);
  if (outside.defined()) log_prob = log_prob.masked_fill(outside, -ops::kInfinity);
  return logsumexp(log_prob + mixture_distribution_.logits());
}

Tensor MixtureSameFamily::do_cdf(const Tensor& value) const {
  return (component_distribution_->cdf(with_components(value)) * mixture_distribution_.probs())
      .sum(-1);
}

Tensor MixtureSameFamily::average(const Tensor& moments) const {
  Tensor weights = mixture_distribution_.probs();
  for (std::size_t i = 0; i < event_shape().size(); ++i) weights = weights.unsqueeze(-1);
  // A component without weight may have an infinite moment, or none.
  return (weights * moments.masked_fill(weights == 0, 0))
      .sum(-1 - static_cast<int64_t>(event_shape().size()));
}

Tensor MixtureSameFamily::do_mean() const { return average(component_distribution_->mean()); }

// The law of total variance.
Tensor MixtureSameFamily::do_variance() const {
  const Tensor means = component_distribution_->mean();
  return average(component_distribution_->variance()) +
         average((means - with_components(average(means))).square());
}

void MixtureSameFamily::change(const Change& change) {
  Implements::change(change);
  mixture_distribution_ = static_cast<const Categorical&>(*mixture_distribution_.changed(change));
  component_distribution_ = component_distribution_->changed(change.within(1));
}

void MixtureSameFamily::print(std::ostream& out) const {
  out << "MixtureSameFamily(\n  " << mixture_distribution_ << ",\n  " << *component_distribution_
      << ')';
}

}  // namespace torch::distributions
