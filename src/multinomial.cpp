#include <torch/distributions/multinomial.h>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/simplex.h>

#include "ops/draws/counts.h"
#include "ops/vectors/multinomial.h"

namespace torch::distributions {

const Signature<Multinomial>& Multinomial::signature() {
  static const Signature<Multinomial> s{
      .name = "Multinomial",
      .fields = {{"probs", &Multinomial::probs, constraints::simplex},
                 {"logits", &Multinomial::logits, constraints::real_vector}},
      .support = [](const Multinomial& m) { return constraints::multinomial(m.total_count_); }};
  return s;
}

// The constructor of `categorical_` validates the weights.
Multinomial::Multinomial(Param total_count, ProbsOrLogits given, Validate validate_args)
    : Implements(validate_args),
      categorical_(core::require_one(signature().name, std::move(given)), validate_args,
                   signature().name,
                   [this](const char* name, const Tensor& weights, const Constraint& constraint) {
                     validate_parameter(name, weights, constraint);
                   }) {
  total_count_ = require("total_count", std::move(total_count))
                     .tensor(categorical_.given().options().dtype(at::kDouble))
                     .to(at::kDouble);
  set_batch_shape(categorical_.batch_shape());
  set_event_shape(categorical_.param_shape().slice(categorical_.batch_shape().size()));
  const Member member{"total_count", &total_count_, /*event_dim=*/0, /*required=*/true};
  join_batch(member);
  if (categorical_.batch_shape() != batch_shape())
    categorical_ = categorical_.expand(batch_shape());
  if (validates())
    validate_parameter("total_count", total_count_, constraints::nonnegative_integer);
}

Tensor Multinomial::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return ops::sample_multinomial(total_count_, probs(), shape, do_dtype(), std::move(generator));
}

Tensor Multinomial::do_log_prob(const Tensor& value) const {
  const bool by_logits = categorical_.given_by_logits();
  const Tensor& given = categorical_.given();
  return ops::multinomial_log_prob(total_count_, by_logits ? Tensor() : given,
                                   by_logits ? given : Tensor(), value);
}

Tensor Multinomial::do_mean() const {
  return (total_count_.unsqueeze(-1) * probs()).to(do_dtype());
}

Tensor Multinomial::do_variance() const {
  const Tensor p = probs();
  return (total_count_.unsqueeze(-1) * (p * (1 - p))).to(do_dtype());
}

Tensor Multinomial::do_entropy() const { return ops::multinomial_entropy(total_count_, probs()); }

at::ScalarType Multinomial::do_dtype() const { return categorical_.given().scalar_type(); }

void Multinomial::change(const core::Change& change) {
  Implements::change(change);
  categorical_ = static_cast<const Categorical&>(*categorical_.changed(change));
  total_count_ = change.converts() ? total_count_.to(categorical_.given().device())
                                   : change(total_count_, /*event_dim=*/0);
}

}  // namespace torch::distributions
