#include "ops/draws/noise.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "ops/draws/few.h"
#include "ops/tensor/path.h"

#include "support/tensors.h"

namespace torch::distributions::ops {
namespace {

using distributions::test::doubles;

// Around the sizes up to which numbers are drawn without LibTorch's operations, the numbers are those
// of the operation, and so are the numbers after them.
TEST(NoiseTest, HasTheStreamOfLibTorch) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    for (const int64_t count : {0, 1, 2, 7, 14, 15, 16, 17, 100}) {
      const at::TensorOptions options(dtype);
      const auto expect_same = [&](const auto& ours, const auto& theirs) {
        const Generator a = at::detail::createCPUGenerator(5),
                        b = at::detail::createCPUGenerator(5);
        for (int repetition = 0; repetition < 2; ++repetition) {
          const Tensor x = ours(a), y = theirs(b);
          EXPECT_EQ(x.scalar_type(), dtype);
          EXPECT_TRUE(x.equal(y)) << x << "\n" << y;
        }
        EXPECT_TRUE(at::rand({3}, a).equal(at::rand({3}, b))) << dtype << " " << count;
      };
      expect_same([&](const Generator& g) { return normal_noise({count}, options, g); },
                  [&](const Generator& g) { return at::empty({count}, options).normal_(0, 1, g); });
      expect_same([&](const Generator& g) { return uniform_noise({count}, options, g); },
                  [&](const Generator& g) { return at::rand({count}, g, options); });
      expect_same(
          [&](const Generator& g) { return exponential_noise({count}, options, g); },
          [&](const Generator& g) { return at::empty({count}, options).exponential_(1, g); });
    }
  }
}

TEST(NoiseTest, WithoutAGeneratorTheDefaultOneIsRead) {
  at::manual_seed(3);
  const Tensor expected = at::rand({4});
  at::manual_seed(3);
  EXPECT_TRUE(uniform_noise({4}, at::TensorOptions(), std::nullopt).equal(expected));
  at::manual_seed(3);
  EXPECT_TRUE(uniform_noise({4}, at::TensorOptions(), Generator()).equal(expected));
}

TEST(CombineFewTest, RefusesWhatNeedsAnOperation) {
  const auto sum = [](auto x, auto a) { return x + a; };
  const Tensor noise = doubles({1, 2, 3}), one = doubles({10});
  EXPECT_TRUE(combine_few(noise, sum, one));
  EXPECT_TRUE(noise.equal(doubles({11, 12, 13})));
  EXPECT_TRUE(combine_few(noise, sum, doubles({1, 2, 3})));
  EXPECT_TRUE(noise.equal(doubles({12, 14, 16})));

  const Tensor before = noise.clone();
  EXPECT_FALSE(combine_few(noise, sum, one.to(at::kFloat)));
  EXPECT_FALSE(combine_few(noise, sum, one.clone().requires_grad_()));
  EXPECT_FALSE(combine_few(noise, sum, doubles({1, 2}).unsqueeze(-1)));
  EXPECT_FALSE(combine_few(noise, sum, doubles({1, 2, 3, 4, 5, 6}).slice(0, 0, 6, 2)));
  EXPECT_FALSE(combine_few(noise, sum, one.to(at::kMeta)));
  EXPECT_FALSE(combine_few(at::zeros({kFew + 1}, at::kDouble), sum, one));
  const ComposedGuard composed;
  EXPECT_FALSE(combine_few(noise, sum, one));
  EXPECT_TRUE(noise.equal(before));
}

}  // namespace
}  // namespace torch::distributions::ops
