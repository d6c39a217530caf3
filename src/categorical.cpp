#include <torch/distributions/categorical.h>

#include <ATen/OpMathType.h>

#include <cmath>
#include <ostream>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/simplex.h>

#include "constraints/scan.h"
#include "ops/constants.h"
#include "ops/evaluate.h"
#include "ops/formulas/category.h"
#include "ops/log_of_probability.h"
#include "ops/pick.h"
#include "ops/sampling.h"

namespace torch::distributions {
namespace {

/// What normalising makes a point of the simplex: weights that are not negative, finite and not all
/// zero. The normalised ones are not checked: negative weights would pass, and a long vector in a
/// short dtype would miss the sum of 1.
class Weights final : public Constraint {
 public:
  int64_t event_dim() const override { return 1; }

  Tensor check(const Tensor& value) const override {
    const Tensor sum =
        value.detach().sum(-1, /*keepdim=*/false, at::toOpMathType(value.scalar_type()));
    return value.ge(0).all(-1).logical_and(sum.gt(0)).logical_and(sum.isfinite());
  }

  std::optional<int64_t> first_violation(const Tensor& value) const override {
    return constraints::scan::first_violation_of_events(
        *this, value, [n = value.size(-1)]<class T>(const T* weights) {
          T sum = 0;
          bool good = true;
          for (int64_t k = 0; k < n; ++k) {
            good &= weights[k] >= T{0};
            sum += weights[k];
          }
          return good && sum > T{0} && std::isfinite(static_cast<double>(sum));
        });
  }

  void print(std::ostream& out) const override { constraints::simplex.print(out); }
};

}  // namespace

const Signature<Categorical>& Categorical::signature() {
  static const Signature<Categorical> s{
      .name = "Categorical",
      .fields = {{"probs", &Categorical::probs_, constraints::simplex, Presence::kAlternative},
                 {"logits", &Categorical::logits_, constraints::real_vector,
                  Presence::kAlternative}},
      .support =
          [](const Categorical& c) { return constraints::integer_interval(0, c.num_events() - 1); },
      .has_enumerate_support = true};
  return s;
}

Categorical::Categorical(ProbsOrLogits given_params, Validate validate_args)
    : Implements(validate_args), HasProbs(Kind::kCategorical, signature().name, given_params) {
  assign_members(given_params.probs, given_params.logits);
  TORCH_CHECK_VALUE(given().dim() > 0, "Categorical: `", probs_.defined() ? "probs" : "logits",
                    "` parameter must be at least one-dimensional.");
  const auto sizes = given().sizes();
  set_batch_shape(sizes.slice(0, sizes.size() - 1));
  if (probs_.defined() && validates()) validate_parameter("probs", probs_, Weights());
  normalize();
  if (logits_.defined() && validates())
    validate_parameter("logits", logits_, constraints::real_vector);
}

Tensor Categorical::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const int64_t count = c10::multiply_integers(shape.slice(0, shape.size() - batch_shape().size()));
  const auto form = given_by_logits() ? ops::WeightsAre::kLogits : ops::WeightsAre::kProbs;
  return ops::sample_categorical(given(), form, count, std::move(generator)).reshape(shape);
}

Tensor Categorical::do_log_prob(const Tensor& value) const {
  return given_by_logits() ? ops::pick(logits_, value, -ops::kInfinity)
                           : ops::log_of_probability(ops::pick(probs_, value, 0));
}

Tensor Categorical::do_mean() const {
  return at::full(batch_shape(), ops::kNaN, given().options());
}

Tensor Categorical::do_mode() const { return given().argmax(-1); }

Tensor Categorical::do_variance() const { return do_mean(); }

Tensor Categorical::do_entropy() const {
  return probs_.defined() ? ops::entropy_of_event<ops::formulas::Category>(1, probs_)
                          : ops::entropy_of_event<ops::formulas::CategoryLogits>(1, logits_);
}

Tensor Categorical::do_enumerate_support(bool expand) const {
  return enumerate_range(num_events(), given().options().dtype(at::kLong), expand);
}

}  // namespace torch::distributions
