#include "ops/draws/gamma.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "ops/special/elementwise.h"
#include "ops/special/incomplete_gamma.h"

#include "support/tensors.h"

namespace torch::distributions::ops {
namespace {

using distributions::test::doubles;
using distributions::test::gradient;

TEST(SampleGammaTest, IsLibTorchsStream) {
  const Tensor concentration = at::tensor({0.01f, 0.5f, 3.0f}).expand({1000, 3}),
               rate = at::tensor({2.0f});
  at::manual_seed(5);
  const Tensor expected =
      (at::_standard_gamma(concentration) / rate).clamp_min(std::numeric_limits<float>::min());
  at::manual_seed(5);
  EXPECT_TRUE(sample_gamma(concentration, rate, std::nullopt).equal(expected));
}

// A draw x moves with its concentration a so that P(a, x) stays constant, to second order in the
// step.
TEST(SampleGammaTest, GradientsKeepTheDistributionFunction) {
  const Tensor a = doubles({0.01, 0.5, 1, 3, 50, 1e4}).requires_grad_(),
               one = at::ones({}, at::kDouble);
  at::manual_seed(7);
  const Tensor x = sample_gamma(a, one, std::nullopt);
  const Tensor first = gradient(x, a, true), second = gradient(first, a);
  const Tensor h = 1e-4 * a.detach();
  const auto moved = [&](double sign) {
    const Tensor step = sign * h;
    return special::gammainc(a.detach() + step,
                             x.detach() + step * first.detach() + 0.5 * step.square() * second);
  };
  const Tensor p = special::gammainc(a.detach(), x.detach());
  EXPECT_LT((moved(1) - moved(-1)).abs().max().item<double>(), 1e-9);
  EXPECT_LT((moved(1) + moved(-1) - 2 * p).abs().max().item<double>(), 1e-10);
  // The first derivative alone does not suffice.
  const Tensor straight = special::gammainc(a.detach() + h, x.detach() + h * first.detach());
  EXPECT_GT((straight - p).abs().max().item<double>(), 1e-9);
}

TEST(SampleGammaTest, RateAndHalf) {
  const Tensor a = doubles({2}), rate = doubles({4}).requires_grad_();
  const Tensor x = sample_gamma(a, rate, std::nullopt);
  EXPECT_DOUBLE_EQ(gradient(x, rate).item<double>(), -x.item<double>() / 4);
  const Tensor half = sample_gamma(at::ones({8}, at::kHalf), at::ones({}, at::kHalf), std::nullopt);
  EXPECT_EQ(half.scalar_type(), at::kHalf);
  EXPECT_TRUE((half > 0).all().item<bool>());
}

}  // namespace
}  // namespace torch::distributions::ops
