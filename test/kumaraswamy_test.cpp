#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/beta.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/kumaraswamy.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/power.h>
#include <torch/distributions/uniform.h>

#include "support/counted_transform.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::number;

TEST(Kumaraswamy, WithAConcentrationOfOneIsBeta) {
  const Tensor x = doubles({1e-3, 0.25, 0.5, 0.99});
  for (const auto& [a, b] : {std::pair(1.0, 3.0), std::pair(2.5, 1.0)}) {
    const Kumaraswamy kumaraswamy(number(a), b);
    const Beta beta(number(a), b);
    EXPECT_TRUE(kumaraswamy.log_prob(x).allclose(beta.log_prob(x), 1e-13, 1e-13));
    EXPECT_TRUE(kumaraswamy.mean().allclose(beta.mean(), 1e-14, 1e-14));
    EXPECT_TRUE(kumaraswamy.variance().allclose(beta.variance(), 1e-14, 1e-14));
    EXPECT_TRUE(kumaraswamy.entropy().allclose(beta.entropy(), 1e-14, 1e-14));
  }
}

TEST(Kumaraswamy, FormulasReplaceTheTransforms) {
  test::expect_no_transform_is_called(Kumaraswamy(doubles({0.5, 2.0}), 3.0), doubles({0.25, 0.75}),
                                      doubles({0.1, 0.9}));
}

TEST(Kumaraswamy, BaseAndTransformsArePythons) {
  const Kumaraswamy kumaraswamy(at::tensor({0.5f, 2.0f}), 4.0f);
  EXPECT_TRUE(kumaraswamy.base_dist().as<Uniform>().low().equal(at::zeros({2})));
  EXPECT_TRUE(kumaraswamy.base_dist().as<Uniform>().high().equal(at::ones({2})));
  ASSERT_EQ(kumaraswamy.transforms().size(), 3u);
  EXPECT_TRUE(*kumaraswamy.transforms()[0] == PowerTransform(at::full({2}, 0.25f)));
  EXPECT_TRUE(*kumaraswamy.transforms()[1] == AffineTransform(1, -1));
  EXPECT_TRUE(*kumaraswamy.transforms()[2] == PowerTransform(at::tensor({2.0f, 0.5f})));
}

// 1 - x^a rounds to 1.
TEST(Kumaraswamy, SmallValuesHaveADensity) {
  EXPECT_NEAR(Kumaraswamy(2.0, 2.0).log_prob(at::tensor(1e-4f)).item<double>(), -7.824, 1e-3);
  EXPECT_NEAR(Kumaraswamy(number(2), 3.0).log_prob(number(1e-200)).item<double>(),
              -458.7252591295810818, 1e-12);
}

TEST(Kumaraswamy, TailsKeepTheirDigits) {
  const Kumaraswamy kumaraswamy(number(2), 3.0);
  EXPECT_NEAR(kumaraswamy.cdf(number(1e-100)).item<double>() / 3e-200, 1, 1e-13);
  EXPECT_NEAR(kumaraswamy.log_cdf(number(1e-300)).item<double>(),
              std::log(3) + 2 * std::log(1e-300), 1e-12);
  const double near_one = 1 - 0x1p-53;
  EXPECT_NEAR(kumaraswamy.survival_function(number(near_one)).item<double>() / 0x1p-156, 1, 1e-14);
  EXPECT_NEAR(kumaraswamy.log_survival_function(number(near_one)).item<double>(),
              -156 * std::log(2), 1e-12);
  EXPECT_NEAR(kumaraswamy.icdf(number(1e-200)).item<double>() / std::sqrt(1e-200 / 3), 1, 1e-13);
}

TEST(Kumaraswamy, TheModeIsThatOfTheDensity) {
  EXPECT_NEAR(Kumaraswamy(number(3), 5.0).mode().item<double>(), 0.5227579585747102, 1e-15);
  const Tensor a = doubles({0.5, 0.5, 1, 1, 1, 2, 2}), b = doubles({2, 1, 2, 0.5, 1, 1, 0.5});
  const Tensor mode = Kumaraswamy(a, b).mode();
  EXPECT_TRUE(mode.nan_to_num(-1).equal(doubles({0, 0, 0, 1, -1, 1, 1})));
  EXPECT_TRUE(Kumaraswamy(0.5, 0.5).mode().isnan().item<bool>());
}

// The derivatives of the density at the ends: of log(a) + (a - 1) log x and log(b (1 - x)^(b-1)).
TEST(Kumaraswamy, TheDensityHasSlopesAtTheEnds) {
  const auto slope = [](double a, double b, double at) {
    const Tensor x = number(at).requires_grad_();
    const Tensor found = test::gradient(Kumaraswamy(number(a), b).log_prob(x), x);
    const Tensor with_graph =
        test::gradient(Kumaraswamy(number(a), b).log_prob(x), x, /*create_graph=*/true);
    EXPECT_EQ(found.item<double>(), with_graph.item<double>());
    return found.item<double>();
  };
  EXPECT_EQ(slope(1, 3, 0), -2);
  EXPECT_EQ(slope(2, 3, 0), INFINITY);
  EXPECT_EQ(slope(0.5, 3, 0), -INFINITY);
  EXPECT_EQ(slope(3, 1, 1), 2);
  EXPECT_EQ(slope(3, 2, 1), -INFINITY);
  EXPECT_EQ(slope(3, 0.5, 1), INFINITY);
}

// The value needs no gradient, and the derivatives in the other elements are infinite.
TEST(Kumaraswamy, GradientsWithAGraphAreThoseOfTheKernels) {
  const Tensor x = doubles({0, 0.5, 1, 20}), a = number(4).requires_grad_();
  const Tensor log_prob = Kumaraswamy(a, number(2.5), false).log_prob(x);
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(test::gradient(log_prob[i], a)
                    .allclose(test::gradient(log_prob[i], a, /*create_graph=*/true), 1e-14));
  }
}

// With both concentrations 0.2, 2 % of the distribution rounds to 1 in float.
TEST(Kumaraswamy, NoDrawIsZeroOrOne) {
  at::manual_seed(3);
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf}) {
    for (const double c : {0.2, 0.01}) {
      const Tensor a = at::full({10000}, c, dtype).requires_grad_(),
                   b = at::full({10000}, c, dtype).requires_grad_();
      const Kumaraswamy kumaraswamy(a, b);
      const Tensor x = kumaraswamy.rsample();
      EXPECT_TRUE(((x > 0) & (x < 1)).all().item<bool>());
      EXPECT_TRUE(kumaraswamy.log_prob(x).isfinite().all().item<bool>());
      EXPECT_TRUE(test::gradient(x, a).isfinite().all().item<bool>());
      EXPECT_TRUE(test::gradient(x, b).isfinite().all().item<bool>());
    }
  }
}

TEST(Kumaraswamy, DrawsOfAnInvalidParameterAreNaN) {
  const Kumaraswamy kumaraswamy(at::tensor({-1.0, 1.0, 1.0}), at::tensor({1.0, -1.0, 1.0}), false);
  const Tensor draws = kumaraswamy.sample({5}).isnan();
  EXPECT_TRUE(draws.narrow(1, 0, 2).all().item<bool>());
  EXPECT_FALSE(draws.select(1, 2).any().item<bool>());
}

// By the rule for equal transforms; there is no closed form otherwise.
TEST(Kumaraswamy, OnlyEqualsHaveADivergence) {
  const Kumaraswamy p(number(2), 3.0);
  EXPECT_EQ(kl_divergence(p, Kumaraswamy(number(2), 3.0)).item<double>(), 0);
  EXPECT_THROW(kl_divergence(p, Kumaraswamy(number(2), 4.0)), c10::NotImplementedError);
}

}  // namespace
}  // namespace torch::distributions
