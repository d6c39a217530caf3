#include <torch/distributions/exp_relaxed_categorical.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/simplex.h>

#include "core/drawable.h"
#include "core/raise.h"
#include "ops/draws/simplex.h"
#include "ops/vectors/relaxed_categorical.h"

namespace torch::distributions {
namespace {

/// The parameters of the categories as tensors. Numbers take the dtype of the temperature if that
/// is a floating tensor.
ProbsOrLogits beside(const Param& temperature, ProbsOrLogits given) {
  const TensorOptions options = core::common_options({&temperature, &given.probs, &given.logits});
  for (Param* param : {&given.probs, &given.logits}) {
    if (!param->defined()) continue;
    const Tensor tensor = param->tensor(options);
    *param = tensor.is_floating_point() ? tensor : tensor.to(options.dtype());
  }
  return given;
}

}  // namespace

const Signature<ExpRelaxedCategorical>& ExpRelaxedCategorical::signature() {
  static const Signature<ExpRelaxedCategorical> s{
      .name = "ExpRelaxedCategorical",
      .fields = {{"probs", &ExpRelaxedCategorical::probs, constraints::simplex},
                 {"logits", &ExpRelaxedCategorical::logits, constraints::real_vector}},
      .support = constraints::real_vector,
      .has_rsample = true};
  return s;
}

ExpRelaxedCategorical::ExpRelaxedCategorical(Param temperature, ProbsOrLogits given,
                                             Validate validate_args)
    : ExpRelaxedCategorical(
          temperature, std::move(given), validate_args, signature().name,
          [this](const char* name, const Tensor& parameter, const Constraint& constraint) {
            validate_parameter(name, parameter, constraint);
          }) {}

// The constructor of `categorical_` validates the weights.
ExpRelaxedCategorical::ExpRelaxedCategorical(const Param& temperature, ProbsOrLogits given,
                                             Validate validate_args, const char* class_name,
                                             Categorical::Refuse refuse)
    : Implements(validate_args),
      categorical_(beside(temperature, core::require_one(class_name, std::move(given))),
                   validate_args, class_name, refuse) {
  core::require_numbers(class_name, "temperature", temperature);
  const TensorOptions options = categorical_.given().options();
  temperature_ = temperature.tensor(options);
  if (!temperature_.is_floating_point()) temperature_ = temperature_.to(options.dtype());
  if (temperature_.dim() == 0) temperature_ = temperature_.unsqueeze(0);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, temperature_.size(-1) == 1, class_name,
                            ": the last dimension of `temperature`, which broadcasts with the "
                            "categories, must be of size 1, but its shape is ",
                            core::repr(temperature_.sizes()));
  set_batch_shape(categorical_.batch_shape());
  set_event_shape(categorical_.param_shape().slice(categorical_.batch_shape().size()));
  const Member member{"temperature", &temperature_, /*event_dim=*/1, /*required=*/true};
  join_batch(member);
  if (categorical_.batch_shape() != batch_shape())
    categorical_ = categorical_.expand(batch_shape());
  if (validates()) refuse("temperature", temperature_, constraints::positive);
}

Tensor ExpRelaxedCategorical::do_rsample(IntArrayRef shape,
                                         std::optional<Generator> generator) const {
  return with_nan(ops::sample_relaxed_categorical(temperature_, logits(), ops::Relaxed::kLogarithm,
                                                  shape, do_dtype(), std::move(generator)),
                  undrawable(validates(), {{temperature_, constraints::positive}}));
}

Tensor ExpRelaxedCategorical::do_log_prob(const Tensor& value) const {
  return ops::relaxed_categorical_log_prob(temperature_, logits(), value);
}

at::ScalarType ExpRelaxedCategorical::do_dtype() const {
  return at::promote_types(temperature_.scalar_type(), categorical_.given().scalar_type());
}

void ExpRelaxedCategorical::change(const core::Change& change) {
  Implements::change(change);
  categorical_ = static_cast<const Categorical&>(*categorical_.changed(change));
  temperature_ = change(temperature_, /*event_dim=*/1);
  if (change.converts() && validates())
    validate_parameter("temperature", temperature_, constraints::positive);
}

}  // namespace torch::distributions
