#include <torch/distributions/log_normal.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transforms/exp.h>

#include "core/scalar_family.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/log_normal.h"

namespace torch::distributions {
namespace {

const Normal& base(const LogNormal& distribution) {
  return static_cast<const Normal&>(*distribution.base_dist());
}

}  // namespace

template class core::ScalarFamily<LogNormal, TransformedDistribution>;

const Signature<LogNormal>& LogNormal::signature() {
  static const Signature<LogNormal> s{
      .name = "LogNormal",
      .fields = {{"loc", &LogNormal::loc, constraints::real},
                 {"scale", &LogNormal::scale, constraints::positive}},
      .support = constraints::positive,
      .has_rsample = true,
      .formulas = {
          ops::formula<LogNormal, ops::formulas::LogNormal>(&LogNormal::loc, &LogNormal::scale)}};
  return s;
}

// Validated here and not by Normal, so that errors name LogNormal.
LogNormal::LogNormal(Param loc, Param scale, Validate validate_args)
    : ScalarFamily(
          Normal(require("loc", std::move(loc)), require("scale", std::move(scale)), false),
          ExpTransform(), validate_args) {
  validate_fields();
}

const Tensor& LogNormal::loc() const { return base(*this).loc(); }

const Tensor& LogNormal::scale() const { return base(*this).scale(); }

// The draw rounds log x, which a small scale magnifies in the density.
std::pair<Tensor, Tensor> LogNormal::scored_draws(IntArrayRef shape,
                                                  std::optional<Generator> generator) const {
  return TransformedDistribution::do_rsample_with_log_prob(shape, std::move(generator));
}

}  // namespace torch::distributions
