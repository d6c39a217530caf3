#include <torch/distributions/categorical.h>

#include <fmt/format.h>

#include <ostream>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/simplex.h>

#include "constraints/scan.h"
#include "core/raise.h"
#include "ops/draws/categories.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/category.h"
#include "ops/special/constants.h"
#include "ops/special/log_of_probability.h"
#include "ops/special/tensor_scalar.h"
#include "ops/vectors/pick.h"

namespace torch::distributions {
namespace {

/// Weights of categories, or their logarithms, that can be normalised to a point of the simplex:
/// none is negative or infinite, and not all are zero. The check precedes the normalisation, after
/// which negative weights would pass and long vectors in a short dtype would miss the sum of 1.
class Weights final : public Constraint {
 public:
  /// \param zero The weight of a masked category: 0, or -inf for logarithms.
  explicit Weights(double zero) : zero_(zero) {}

  int64_t event_dim() const override { return 1; }

  Tensor check(const Tensor& value) const override {
    const Tensor is_weight = value.ge(zero_).logical_and(value.lt(ops::kInfinity));
    return is_weight.all(-1).logical_and(value.gt(zero_).any(-1));
  }

  std::optional<int64_t> first_violation(const Tensor& value) const override {
    return constraints::scan::first_violation_of_events(
        *this, value, [n = value.size(-1), zero = zero_]<class T>(const T* weights) {
          bool are_weights = true, any = false;
          for (int64_t k = 0; k < n; ++k) {
            const auto weight = static_cast<double>(weights[k]);
            are_weights &= (weight >= zero) & (weight < ops::kInfinity);
            any |= weight > zero;
          }
          return are_weights && any;
        });
  }

  void print(std::ostream& out) const override {
    zero_ == 0 ? constraints::simplex.print(out) : constraints::real_vector.print(out);
  }

 private:
  double zero_;
};

}  // namespace

const Signature<Categorical>& Categorical::signature() {
  static const Signature<Categorical> s{
      .name = "Categorical",
      .fields = {{"probs", &Categorical::probs_, constraints::simplex,
                  core::Presence::kAlternative},
                 {"logits", &Categorical::logits_, constraints::real_vector,
                  core::Presence::kAlternative}},
      .support =
          [](const Categorical& c) { return constraints::integer_interval(0, c.num_events() - 1); },
      .has_enumerate_support = true};
  return s;
}

Categorical::Categorical(ProbsOrLogits given_params, Validate validate_args)
    : Categorical(std::move(given_params), validate_args, signature().name,
                  [this](const char* name, const Tensor& weights, const Constraint& constraint) {
                    validate_parameter(name, weights, constraint);
                  }) {}

Categorical::Categorical(ProbsOrLogits given_params, Validate validate_args, const char* class_name,
                         Refuse refuse)
    : Implements(validate_args), HasProbs(Kind::kCategorical, class_name, given_params) {
  assign_members(given_params.probs, given_params.logits);
  const auto sizes = given().sizes();
  TORCH_DISTRIBUTIONS_CHECK(ValueError, !sizes.empty(), class_name, ": `", name(),
                            "` parameter must be at least one-dimensional.");
  TORCH_DISTRIBUTIONS_CHECK(ValueError, sizes.back() > 0, class_name, ": `", name(), "` of shape ",
                            core::repr(sizes), " has no category.");
  set_batch_shape(sizes.slice(0, sizes.size() - 1));
  if (validates()) validate_weights(refuse);
  normalize(/*may_be_empty=*/!validates());
}

const char* Categorical::name() const { return given_by_logits() ? "logits" : "probs"; }

double Categorical::zero() const { return given_by_logits() ? -ops::kInfinity : 0; }

void Categorical::validate_weights(Refuse refuse) const {
  const Weights weights(zero());
  const auto row = weights.first_violation(given());
  if (!row) return;
  try {
    refuse(name(), given(), weights);
  } catch (c10::ValueError& error) {
    const Tensor offender = given().detach().reshape({-1, num_events()}).select(0, *row);
    if (offender.eq(zero()).all().item<bool>()) {
      error.add_context(batch_shape().empty()
                            ? "every category is masked"
                            : fmt::format("every category of row {} is masked", *row));
    }
    throw;
  }
}

Tensor Categorical::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const int64_t count = c10::multiply_integers(sample_shape(shape));
  const auto form = given_by_logits() ? ops::Weights::kLogits : ops::Weights::kProbs;
  if (!validates() && count > 0 && constraints::scan::readable(given())) {
    const auto row = Weights(zero()).first_violation(given());
    TORCH_DISTRIBUTIONS_CHECK(
        ValueError, !row, "Categorical::sample: row ", *row, " of ", name(),
        " is not a distribution: it has a negative, an infinite or a NaN weight, or "
        "every category is masked");
  }
  const Tensor draws = ops::sample_categorical(given(), form, count, std::move(generator));
  return draws.sizes() == shape ? draws : draws.reshape(shape);
}

Tensor Categorical::do_log_prob(const Tensor& value) const {
  return given_by_logits() ? ops::pick(logits_, value, -ops::kInfinity)
                           : ops::special::log_of_probability(ops::pick(probs_, value, 0));
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
