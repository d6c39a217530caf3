#include <gmock/gmock.h>

#include <torch/distributions/log_normal.h>
#include <torch/distributions/normal.h>

namespace torch::distributions {
namespace {

TEST(LogNormal, IsTheExponentialOfANormal) {
  const Tensor x = at::tensor({0.1, 1.0, 7.0}, at::kDouble);
  const LogNormal log_normal(at::full({}, 0.5, at::kDouble), 2.0);
  const Normal normal(log_normal.loc(), log_normal.scale());
  EXPECT_TRUE(log_normal.log_prob(x).allclose(normal.log_prob(x.log()) - x.log(), 1e-14, 1e-14));
  EXPECT_TRUE(log_normal.cdf(x).allclose(normal.cdf(x.log()), 1e-14, 1e-14));
}

TEST(LogNormal, ASmallVarianceDoesNotVanish) {
  EXPECT_NEAR(LogNormal(0, 1e-6).variance().item<double>() / 1e-12, 1, 1e-6);
}

TEST(LogNormal, HasNoMassAtOrBelowZero) {
  const LogNormal unchecked(0, 1, false);
  EXPECT_TRUE(unchecked.log_prob(at::tensor({-1.0, 0.0})).equal(at::full({2}, -INFINITY)));
  EXPECT_TRUE(unchecked.cdf(at::tensor({-1.0, 0.0})).equal(at::zeros({2})));
}

TEST(LogNormal, AnErrorSpeaksOfIt) {
  try {
    LogNormal(0, -1);
    FAIL();
  } catch (const c10::ValueError& error) {
    EXPECT_THAT(error.what_without_backtrace(),
                ::testing::HasSubstr("of distribution LogNormal()"));
  }
}

TEST(LogNormal, MomentsThatOverflowAreInfinite) {
  const auto number = [](double x) { return at::full({}, x, at::kDouble); };
  for (const Tensor& moment :
       {LogNormal(number(1e16), 1.0).mode(), LogNormal(number(0), 1e13).mean(),
        LogNormal(number(-1), 1.5e8).mean(), LogNormal(number(-1), 1e8).variance(),
        LogNormal(number(-1), 1e8).stddev(), LogNormal(at::full({}, 1e17), 1.0).mode()})
    EXPECT_EQ(moment.item<double>(), INFINITY);
}

}  // namespace
}  // namespace torch::distributions
