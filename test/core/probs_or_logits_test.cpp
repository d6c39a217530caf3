#include <gmock/gmock.h>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/binomial.h>
#include <torch/distributions/categorical.h>
#include <torch/distributions/one_hot_categorical.h>

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

template <class Family>
void expect_every_form() {
  const Tensor p = at::tensor({0.25, 0.75}), l = p.log();
  const int one = 1, three = 3;
  const std::vector<double> list{0.25, 0.75};
  for (const Family& family :
       {Family(p), Family(list), Family({0.25, 0.75}), Family({0.25F, 0.75F}), Family(Param(p)),
        Family({.probs = p}), Family({.probs = {0.25, 0.75}}), Family({.probs = list}, true),
        Family(probs(p), true), Family({0.25, 0.75}, false)}) {
    EXPECT_TRUE(family.probs().equal(p)) << family;
  }
  for (const Family& family :
       {Family({.logits = l}), Family(logits(l)), Family({.logits = l}, true),
        Family({.logits = {l[0].item<float>(), l[1].item<float>()}})}) {
    EXPECT_TRUE(family.given_by_logits()) << family;
  }
  EXPECT_NO_THROW(Family({one, three}, false));
  EXPECT_NO_THROW(Family({1, 0.75F, c10::Half(0.5)}, true));
  EXPECT_NO_THROW(Family({0, 1}));
  EXPECT_THROW(Family({}), c10::ValueError);
}

TEST(ProbsOrLogits, IsGivenInEveryForm) {
  expect_every_form<Bernoulli>();
  expect_every_form<Categorical>();
  EXPECT_EQ(Bernoulli(0.3).probs().item<float>(), 0.3F);
  EXPECT_EQ(Bernoulli({.probs = 0.3}, true).probs().item<float>(), 0.3F);
  EXPECT_EQ(Bernoulli(at::Scalar(0.5)).probs().item<float>(), 0.5F);
  EXPECT_EQ(Categorical({0.2, 0.3, 0.5}).param_shape(), IntArrayRef({3}));
  EXPECT_TRUE(OneHotCategorical({1, 3}).probs().equal(at::tensor({0.25, 0.75})));
  EXPECT_TRUE(OneHotCategoricalStraightThrough({1, 3}).probs().equal(at::tensor({0.25, 0.75})));
  EXPECT_TRUE(OneHotCategoricalStraightThrough({.logits = at::zeros({2})})
                  .probs()
                  .equal(at::tensor({0.5, 0.5})));

  const Tensor p = at::tensor({0.25, 0.75}), l = p.logit();
  for (const Binomial& binomial :
       {Binomial(10, p), Binomial({10, 10}, p), Binomial(10, {0.25, 0.75}), Binomial(10, probs(p)),
        Binomial(10, {.probs = p}), Binomial(at::full({2}, 10), {.probs = {0.25, 0.75}}, true)}) {
    EXPECT_TRUE(binomial.probs().equal(p)) << binomial;
  }
  EXPECT_TRUE(Binomial(10, {.logits = l}).logits().equal(l));
  EXPECT_EQ(Binomial(10, 0.5).probs().dim(), 0);
}

template <class Family, class T>
concept TakesOneOutcome = requires(T t) { Family({t}); };
template <class Family, class T>
concept TakesTwoOutcomes = requires(T t) {
  Family({t, t});
};

TEST(ProbsOrLogits, IsNotFilledByPosition) {
  static_assert(!TakesTwoOutcomes<Categorical, Tensor>);
  static_assert(!TakesTwoOutcomes<Bernoulli, Param>);
  static_assert(!TakesTwoOutcomes<ProbsOrLogits, Param>);
  static_assert(!TakesTwoOutcomes<Categorical, std::string>);
  static_assert(TakesTwoOutcomes<Categorical, double>);
  static_assert(TakesTwoOutcomes<Categorical, int>);
  static_assert(!std::is_constructible_v<Categorical, char>);
  static_assert(!std::is_constructible_v<Bernoulli, const char*>);
}

}  // namespace
}  // namespace torch::distributions
