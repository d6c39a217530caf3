#include <torch/distributions/logistic_normal.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/constraints/simplex.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transforms/stick_breaking.h>

#include "core/float_limits.h"

namespace torch::distributions {
namespace {

/// The normal variables, at least one of them.
Normal variables(const Param& loc, const Param& scale) {
  const Normal normal(loc, scale, false);
  return normal.batch_shape().empty() ? normal.expand({1}) : normal;
}

/// `x`, at least the smallest positive number.
Tensor above_zero(Tensor x) {
  // Clamp the detached tensor in place, so that rounding does not change the gradient.
  x.detach().clamp_min_(float_limits(x.scalar_type()).least);
  return x;
}

const Normal& base(const LogisticNormal& distribution) {
  const auto& event = static_cast<const Independent&>(*distribution.base_dist());
  return static_cast<const Normal&>(*event.base_dist());
}

}  // namespace

const Signature<LogisticNormal>& LogisticNormal::signature() {
  static const Signature<LogisticNormal> s{
      .name = "LogisticNormal",
      .fields = {{"loc", &LogisticNormal::loc, constraints::real},
                 {"scale", &LogisticNormal::scale, constraints::positive}},
      .support = constraints::simplex,
      .has_rsample = true};
  return s;
}

// Validated here and not by Normal, so that errors name LogisticNormal.
LogisticNormal::LogisticNormal(Param loc, Param scale, Validate validate_args)
    : Implements(variables(require("loc", std::move(loc)), require("scale", std::move(scale))),
                 StickBreakingTransform(), validate_args) {
  validate_fields();
}

const Tensor& LogisticNormal::loc() const { return base(*this).loc(); }

const Tensor& LogisticNormal::scale() const { return base(*this).scale(); }

Tensor LogisticNormal::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return do_rsample(shape, std::move(generator));
}

Tensor LogisticNormal::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return above_zero(TransformedDistribution::do_rsample(shape, std::move(generator)));
}

std::pair<Tensor, Tensor> LogisticNormal::do_rsample_with_log_prob(
    IntArrayRef shape, std::optional<Generator> generator) const {
  auto [x, log_prob] =
      TransformedDistribution::do_rsample_with_log_prob(shape, std::move(generator));
  return {above_zero(x), log_prob};
}

}  // namespace torch::distributions
