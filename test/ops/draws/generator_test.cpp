#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "ops/draws/categories.h"
#include "ops/draws/gamma.h"
#include "ops/draws/simplex.h"

namespace torch::distributions::ops {
namespace {

TEST(SamplersTest, HonourTheGenerator) {
  const Tensor a = at::full({50, 3}, 0.5);
  const auto draws = [&](uint64_t seed) {
    const auto own = [&] { return at::detail::createCPUGenerator(seed); };
    return at::cat(
        {sample_dirichlet(a, own()), sample_gamma(a, a, own()),
         sample_categorical(a, Weights::kProbs, 3, own()).t().to(at::kFloat),
         sample_categorical(a, Weights::kProbs, 1, own()).t().to(at::kFloat).expand({50, 3})});
  };
  at::manual_seed(1);
  const Tensor next = at::rand({4});
  at::manual_seed(1);
  const Tensor first = draws(11);
  EXPECT_TRUE(at::rand({4}).equal(next)) << "the default generator was used";
  EXPECT_TRUE(draws(11).equal(first));
  EXPECT_FALSE(draws(12).equal(first));
}

}  // namespace
}  // namespace torch::distributions::ops
