#include <torch/distributions/fisher_snedecor.h>

#include <torch/distributions/constraints/interval.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "core/score.h"
#include "ops/draws/gamma.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/fisher_snedecor.h"
#include "ops/formulas/gamma_draws.h"

namespace torch::distributions {

template class core::ScalarFamily<FisherSnedecor>;

const Signature<FisherSnedecor>& FisherSnedecor::signature() {
  static const Signature<FisherSnedecor> s{
      .name = "FisherSnedecor",
      .fields = {{"df1", &FisherSnedecor::df1_, constraints::positive},
                 {"df2", &FisherSnedecor::df2_, constraints::positive}},
      .support = constraints::positive,
      .has_rsample = true,
      .formulas = {ops::formula<FisherSnedecor, ops::formulas::FisherSnedecor>(
          &FisherSnedecor::df1_, &FisherSnedecor::df2_)}};
  return s;
}

FisherSnedecor::FisherSnedecor(Param df1, Param df2, Validate validate_args)
    : ScalarFamily(validate_args) {
  initialize(df1, df2);
}

Tensor FisherSnedecor::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return with_nan(
      ops::sample_fisher_snedecor(ops::expanded(df1_, shape), ops::expanded(df2_, shape),
                                  std::move(generator)),
      undrawable(validates(), {{df1_, constraints::positive}, {df2_, constraints::positive}}));
}

// Most draws of few degrees of freedom underflow or overflow.
std::pair<Tensor, Tensor> FisherSnedecor::scored_draws(IntArrayRef shape,
                                                       std::optional<Generator> generator) const {
  const Tensor bad =
      undrawable(validates(), {{df1_, constraints::positive}, {df2_, constraints::positive}});
  if (bad.defined()) return ScalarFamily::scored_draws(shape, std::move(generator));
  const Tensor df1 = ops::expanded(df1_, shape), df2 = ops::expanded(df2_, shape);
  ops::TwoGammaDraws gammas;
  const Tensor x = ops::sample_fisher_snedecor(df1, df2, std::move(generator), &gammas);
  const auto of_draws = [&](const Tensor& outside) {
    return do_log_prob(core::replaced(x, outside));
  };
  const auto of_logs = [&](const auto& selected) {
    const Tensor v = selected(df1).to(at::kDouble), w = selected(df2).to(at::kDouble);
    const Tensor log_ratio = ops::log_gamma_draw(0.5 * v, selected(ops::log_of(gammas.first))) -
                             ops::log_gamma_draw(0.5 * w, selected(ops::log_of(gammas.second)));
    return ops::evaluate_at<ops::functions::LogProb, ops::formulas::FisherSnedecorDraw>(v, w,
                                                                                        log_ratio);
  };
  return {x, core::score(x, false, core::positive_range(x.scalar_type()), of_draws, of_logs)};
}

}  // namespace torch::distributions
