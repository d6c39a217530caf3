#include <torch/distributions/one_hot_categorical.h>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/simplex.h>

#include "ops/special/constants.h"
#include "ops/special/log_of_probability.h"
#include "ops/special/tensor_scalar.h"
#include "ops/vectors/pick.h"

namespace torch::distributions {
namespace {

Tensor one_hot(const Tensor& index, int64_t size, const TensorOptions& options) {
  at::DimVector shape(index.sizes());
  shape.push_back(size);
  return at::zeros(shape, options).scatter_(-1, index.unsqueeze(-1), 1);
}

}  // namespace

const Signature<OneHotCategorical>& OneHotCategorical::signature() {
  static const Signature<OneHotCategorical> s{
      .name = "OneHotCategorical",
      .fields = {{"probs", &OneHotCategorical::probs, constraints::simplex},
                 {"logits", &OneHotCategorical::logits, constraints::real_vector}},
      .support = constraints::one_hot,
      .has_enumerate_support = true};
  return s;
}

// The constructor of `categorical_` validates the parameters.
OneHotCategorical::OneHotCategorical(ProbsOrLogits given, Validate validate_args)
    : Implements(validate_args),
      categorical_(core::require_one(signature().name, std::move(given)), validate_args,
                   signature().name,
                   [this](const char* name, const Tensor& weights, const Constraint& constraint) {
                     validate_parameter(name, weights, constraint);
                   }) {
  set_batch_shape(categorical_.batch_shape());
  set_event_shape(categorical_.param_shape().slice(categorical_.batch_shape().size()));
}

Tensor OneHotCategorical::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return one_hot(categorical_.sample(sample_shape(shape), std::move(generator)), shape.back(),
                 categorical_.given().options());
}

Tensor OneHotCategorical::do_log_prob(const Tensor& value) const {
  const Tensor& given = categorical_.given();
  return categorical_.given_by_logits()
             ? ops::pick_hot(given, value, -ops::kInfinity)
             : ops::special::log_of_probability(ops::pick_hot(given, value, 0));
}

Tensor OneHotCategorical::do_mean() const { return probs(); }

Tensor OneHotCategorical::do_mode() const {
  return one_hot(categorical_.mode(), event_shape().front(), categorical_.given().options());
}

Tensor OneHotCategorical::do_variance() const {
  const Tensor p = probs();
  return p * (1 - p);
}

Tensor OneHotCategorical::do_entropy() const { return categorical_.entropy(); }

Tensor OneHotCategorical::do_enumerate_support(bool expand) const {
  const int64_t size = event_shape().front();
  at::DimVector shape{size};
  shape.append(batch_shape().size(), 1);
  shape.push_back(size);
  const Tensor values = at::eye(size, categorical_.given().options()).view(shape);
  if (!expand) return values;
  std::copy(batch_shape().begin(), batch_shape().end(), shape.begin() + 1);
  return values.expand(shape);
}

void OneHotCategorical::change(const core::Change& change) {
  Implements::change(change);
  categorical_ = static_cast<const Categorical&>(*categorical_.changed(change));
}

const Signature<OneHotCategoricalStraightThrough>& OneHotCategoricalStraightThrough::signature() {
  using Self = OneHotCategoricalStraightThrough;
  static const Signature<Self> s{.name = "OneHotCategoricalStraightThrough",
                                 .fields = {{"probs", &Self::probs, constraints::simplex},
                                            {"logits", &Self::logits, constraints::real_vector}},
                                 .support = constraints::one_hot,
                                 .has_rsample = true,
                                 .has_enumerate_support = true};
  return s;
}

OneHotCategoricalStraightThrough::OneHotCategoricalStraightThrough(ProbsOrLogits given,
                                                                   Validate validate_args)
    : Implements(core::require_one(signature().name, std::move(given)), validate_args) {}

Tensor OneHotCategoricalStraightThrough::do_rsample(IntArrayRef shape,
                                                    std::optional<Generator> generator) const {
  const Tensor p = probs();
  return do_sample(shape, std::move(generator)) + (p - p.detach());
}

}  // namespace torch::distributions
