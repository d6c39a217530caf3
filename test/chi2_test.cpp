#include <gmock/gmock.h>

#include <limits>

#include <torch/distributions/chi2.h>

namespace torch::distributions {
namespace {

TEST(Chi2, IsAGamma) {
  const Chi2 chi2(at::tensor({1.0, 5.0}));
  EXPECT_TRUE(chi2.df().equal(at::tensor({1.0, 5.0})));
  EXPECT_TRUE(chi2.concentration().equal(at::tensor({0.5, 2.5})));
  EXPECT_TRUE(chi2.rate().equal(at::tensor({0.5, 0.5})));
  const Chi2 wide = chi2.expand({3, 2});
  EXPECT_EQ(wide.df().size(0), 3);
}

TEST(Chi2, TakesTheLeastPositiveNumber) {
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    const double least = dtype == at::kDouble ? std::numeric_limits<double>::denorm_min()
                                              : std::numeric_limits<float>::denorm_min();
    const Tensor df = at::full({2}, least, dtype).requires_grad_();
    const Chi2 chi2(df);
    EXPECT_GT(chi2.concentration()[0].item<double>(), 0);
    EXPECT_EQ(chi2.cdf(at::zeros({}, dtype))[0].item<double>(), 0);
    chi2.mean().sum().backward();
    EXPECT_TRUE(df.grad().eq(1).all().item<bool>());
  }
  EXPECT_THROW(Chi2(at::tensor({1.0, 0.0})), c10::ValueError);
}

TEST(Chi2, AnErrorSpeaksOfDf) {
  try {
    Chi2(-1);
    FAIL();
  } catch (const c10::ValueError& error) {
    EXPECT_THAT(error.what_without_backtrace(), ::testing::HasSubstr("parameter df"));
  }
}

}  // namespace
}  // namespace torch::distributions
