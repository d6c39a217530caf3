#include <gmock/gmock.h>

#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>

namespace torch::distributions {
namespace {

TEST(FormulaTable, HoldsTheFunctionsThatAFormulaHas) {
  const auto& exponential = Exponential::signature().formulas.front().table;
  EXPECT_NE(exponential.icdf, nullptr);
  EXPECT_NE(exponential.stddev, nullptr);
  const auto& gamma = Gamma::signature().formulas.front().table;
  EXPECT_NE(gamma.cdf, nullptr);
  EXPECT_EQ(gamma.icdf, nullptr);
  EXPECT_NE(gamma.stddev, nullptr);
}

TEST(FormulaTable, AFunctionOfParametersHasTheirShape) {
  const Tensor rate = at::full({2, 3}, 4.0);
  const Tensor* const parameters[] = {&rate};
  EXPECT_TRUE(
      Exponential::signature().formulas.front().table.mode(parameters).equal(at::zeros({2, 3})));
}

}  // namespace
}  // namespace torch::distributions
