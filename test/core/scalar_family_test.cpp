#include <gmock/gmock.h>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/chi2.h>

namespace torch::distributions {
namespace {

TEST(ScalarFamily, TheBindingInForceIsTheOneWhoseParametersAreGiven) {
  const Tensor one = at::ones({}), logits = at::scalar_tensor(0.4);
  EXPECT_TRUE(Bernoulli({.logits = logits})
                  .log_prob(one)
                  .allclose(Bernoulli(logits.sigmoid()).log_prob(one)));
}

TEST(ScalarFamily, ADerivedClassHasItsBasesFormula) {
  EXPECT_TRUE(Chi2(3).mean().equal(at::scalar_tensor(3.0)));
  EXPECT_THROW(Chi2(3).icdf(at::scalar_tensor(0.5)), c10::NotImplementedError);
}

}  // namespace
}  // namespace torch::distributions
