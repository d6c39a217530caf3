#include "ops/draws/counts.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "ops/tensor/path.h"

#include "support/tensors.h"

namespace torch::distributions::ops {
namespace {

using distributions::test::doubles;

TEST(SampleMultinomialTest, BothPathsHaveTheMeans) {
  constexpr int64_t kDraws = 40000;
  const Tensor n = doubles({3, 500}),
               p = doubles({0.1, 0, 0.3, 0.6, 0.2, 0.5, 0, 0.3}).view({2, 4});
  const auto check = [&](const char* path) {
    const Tensor x =
        sample_multinomial(n, p, {kDraws, 2, 4}, at::kDouble, at::detail::createCPUGenerator(5));
    EXPECT_TRUE(x.sum(-1).eq(n).all().item<bool>()) << path;
    const Tensor mean = n.unsqueeze(-1) * p, error = (mean * (1 - p) / kDraws).sqrt();
    EXPECT_TRUE(((x.mean(0) - mean).abs() <= 5 * error).all().item<bool>()) << path << x.mean(0);
  };
  check("in a loop");
  const ComposedGuard guard;
  check("composed");
}

}  // namespace
}  // namespace torch::distributions::ops
