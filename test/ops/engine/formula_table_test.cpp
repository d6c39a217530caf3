#include "ops/engine/formula_table.h"

#include <gmock/gmock.h>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/log_normal.h>

namespace torch::distributions::ops {
namespace {

TEST(FormulaTable, HoldsTheFunctionsThatAFormulaHas) {
  const FormulaTable& exponential = *in_force(Exponential(1)).table;
  EXPECT_NE(exponential.icdf, nullptr);
  EXPECT_NE(exponential.stddev, nullptr);
  const FormulaTable& gamma = *in_force(Gamma(1, 1)).table;
  EXPECT_NE(gamma.cdf, nullptr);
  EXPECT_EQ(gamma.icdf, nullptr);
  EXPECT_NE(gamma.stddev, nullptr);
}

TEST(FormulaTable, AFunctionOfParametersHasTheirShape) {
  const at::Tensor rate = at::full({2, 3}, 4.0);
  const at::Tensor* const parameters[] = {&rate};
  EXPECT_TRUE(in_force(Exponential(1)).table->mode(parameters).equal(at::zeros({2, 3})));
}

TEST(FormulaInForce, IsTheOneWhoseParametersAreGiven) {
  const Bernoulli by_probs(0.3), by_logits(logits(0.3));
  EXPECT_NE(in_force(by_probs).table, in_force(by_logits).table);
  EXPECT_EQ(in_force(by_probs).parameters[0]->item<float>(), 0.3F);
  EXPECT_EQ(in_force(by_logits).parameters[0]->item<float>(), 0.3F);
}

TEST(FormulaInForce, PointsToTheParametersInTheOrderOfTheFormula) {
  const Gamma gamma(2, 3);
  EXPECT_EQ(in_force(gamma).parameters[0], &gamma.concentration());
  EXPECT_EQ(in_force(gamma).parameters[1], &gamma.rate());
  const LogNormal log_normal(2, 3);
  EXPECT_EQ(in_force(log_normal).parameters[1], &log_normal.scale());
}

}  // namespace
}  // namespace torch::distributions::ops
