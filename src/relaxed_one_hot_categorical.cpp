#include <torch/distributions/relaxed_one_hot_categorical.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/simplex.h>
#include <torch/distributions/transforms/exp.h>

#include "core/drawable.h"
#include "core/supported.h"
#include "ops/draws/simplex.h"
#include "ops/special/constants.h"
#include "ops/vectors/relaxed_categorical.h"

namespace torch::distributions {
namespace {

const ExpRelaxedCategorical& base(const RelaxedOneHotCategorical& distribution) {
  return static_cast<const ExpRelaxedCategorical&>(*distribution.base_dist());
}

}  // namespace

const Signature<RelaxedOneHotCategorical>& RelaxedOneHotCategorical::signature() {
  static const Signature<RelaxedOneHotCategorical> s{
      .name = "RelaxedOneHotCategorical",
      .fields = {{"probs", &RelaxedOneHotCategorical::probs, constraints::simplex},
                 {"logits", &RelaxedOneHotCategorical::logits, constraints::real_vector}},
      .support = constraints::simplex,
      .has_rsample = true};
  return s;
}

RelaxedOneHotCategorical::RelaxedOneHotCategorical(Param temperature, ProbsOrLogits given,
                                                   Validate validate_args)
    : Implements(validate_args) {
  const auto refuse = [this](const char* name, const Tensor& parameter,
                             const Constraint& constraint) {
    validate_parameter(name, parameter, constraint);
  };
  transform(
      ExpRelaxedCategorical(temperature, std::move(given), validate_args, signature().name, refuse),
      {ExpTransform()});
}

const Tensor& RelaxedOneHotCategorical::temperature() const { return base(*this).temperature(); }

Tensor RelaxedOneHotCategorical::probs() const { return base(*this).probs(); }

Tensor RelaxedOneHotCategorical::logits() const { return base(*this).logits(); }

Tensor RelaxedOneHotCategorical::do_sample(IntArrayRef shape,
                                           std::optional<Generator> generator) const {
  return do_rsample(shape, std::move(generator));
}

Tensor RelaxedOneHotCategorical::do_rsample(IntArrayRef shape,
                                            std::optional<Generator> generator) const {
  return with_nan(ops::sample_relaxed_categorical(temperature(), logits(), ops::Relaxed::kOneHot,
                                                  shape, do_dtype(), std::move(generator)),
                  undrawable(validates(), {{temperature(), constraints::positive}}));
}

Tensor RelaxedOneHotCategorical::do_log_prob(const Tensor& value) const {
  const auto [inside, outside] =
      validates() ? Replaced{value, {}} : replace_unsupported(constraints::simplex, value);
  const Tensor log_prob = ops::relaxed_one_hot_log_prob(temperature(), logits(), inside);
  return outside.defined() ? log_prob.masked_fill(outside, -ops::kInfinity) : log_prob;
}

/// By the stated support, since a logarithm of 0 is no real number.
Tensor RelaxedOneHotCategorical::do_impossible(const Tensor& value) const {
  return Distribution::do_impossible(value);
}

}  // namespace torch::distributions
