#include <gmock/gmock.h>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/categorical.h>

namespace torch::distributions {
namespace {

TEST(HasProbs, KeepsWhatWasGiven) {
  const Tensor probs = at::tensor({0.0, 0.25, 1.0}),
               logits = at::tensor({-INFINITY, 0.5F, INFINITY});
  EXPECT_TRUE(Bernoulli(probs).probs().is_same(probs));
  EXPECT_TRUE(Bernoulli({.logits = logits}).logits().is_same(logits));
}

TEST(HasProbs, TheOtherIsExactAtTheEnds) {
  const Tensor logits = Bernoulli(at::tensor({0.0, 0.5, 1.0})).logits();
  EXPECT_TRUE(logits.equal(at::tensor({-INFINITY, 0.0F, INFINITY})));
  const Tensor probs = Bernoulli({.logits = at::tensor({-INFINITY, 0.0F, INFINITY})}).probs();
  EXPECT_TRUE(probs.equal(at::tensor({0.0, 0.5, 1.0})));
  EXPECT_TRUE(Categorical(at::tensor({0.0, 2.0})).logits().equal(at::tensor({-INFINITY, 0.0F})));
}

TEST(HasProbs, NormalisesAVector) {
  EXPECT_TRUE(Categorical(at::tensor({1.0, 3.0})).probs().equal(at::tensor({0.25, 0.75})));
  EXPECT_TRUE(
      Categorical({.logits = at::zeros({4})}).logits().allclose(at::full({4}, -std::log(4.0))));
}

TEST(HasProbs, WantsExactlyOne) {
  EXPECT_THROW(Bernoulli(ProbsOrLogits{}), c10::ValueError);
  EXPECT_THROW(Bernoulli({.probs = 0.5, .logits = 0.0}), c10::ValueError);
  EXPECT_THROW(Categorical(ProbsOrLogits{}), c10::ValueError);
}

}  // namespace
}  // namespace torch::distributions
