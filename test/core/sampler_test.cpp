#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <torch/types.h>

#include <thread>

#include <torch/distributions/core/sampler.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/philox.h>

namespace torch::distributions {
namespace {

const Normal& normal() {
  static const Normal normal(at::zeros({3}), 1.0);
  return normal;
}

/// The stream of the next draw without a generator.
Philox next_stream() {
  return Philox(
      at::detail::getDefaultCPUGenerator().clone().get<at::CPUGeneratorImpl>()->random64());
}

TEST(Sampler, IsLibTorchsByDefault) {
  EXPECT_EQ(default_sampler(), Sampler::kLibTorch);
  at::manual_seed(7);
  const Tensor expected = at::randn({3});
  at::manual_seed(7);
  EXPECT_TRUE(normal().sample().equal(expected));
}

TEST(Sampler, IsTheStreamOfANumberOfTheDefaultGenerator) {
  const SamplerGuard guard(Sampler::kPhilox);
  at::manual_seed(7);
  const Tensor expected = normal().sample({4}, next_stream());
  EXPECT_TRUE(normal().sample({4}).equal(expected));
  EXPECT_FALSE(normal().sample({4}).equal(expected)) << "the next call has another stream";
  at::manual_seed(7);
  EXPECT_TRUE(normal().sample({4}).equal(expected));
}

TEST(Sampler, IsThatOfEveryMethod) {
  const SamplerGuard guard(Sampler::kPhilox);
  EXPECT_TRUE([] {
    const Philox random = next_stream();
    return normal().rsample({2}, random).equal(normal().rsample({2}));
  }());
  EXPECT_TRUE([] {
    const Philox random = next_stream();
    const auto expected = normal().rsample_with_log_prob({2}, random);
    const auto drawn = normal().rsample_with_log_prob({2});
    return drawn.first.equal(expected.first) && drawn.second.equal(expected.second);
  }());
  EXPECT_TRUE([] {
    const Philox random = next_stream();
    const Normal q(1.0, 2.0);
    return kl_divergence_monte_carlo(normal(), q, 10, random)
        .estimate.equal(kl_divergence_monte_carlo(normal(), q, 10).estimate);
  }());
  EXPECT_TRUE([] {  // one number of the default generator for a call, however many parts it has
    const Independent independent(normal(), 1);
    const Philox random = next_stream();
    const Tensor expected = independent.sample({2}, random);
    return independent.sample({2}).equal(expected);
  }());
}

TEST(Sampler, LeavesDrawsWithAGeneratorAlone) {
  const Tensor expected = normal().sample({2}, at::detail::createCPUGenerator(5));
  const Generator untouched = at::detail::getDefaultCPUGenerator().clone();
  const SamplerGuard guard(Sampler::kPhilox);
  EXPECT_TRUE(normal().sample({2}, at::detail::createCPUGenerator(5)).equal(expected));
  EXPECT_TRUE(at::detail::getDefaultCPUGenerator().get_state().equal(untouched.get_state()));
}

TEST(SamplerGuard, HoldsInItsScopeAndNests) {
  {
    const SamplerGuard philox(Sampler::kPhilox);
    EXPECT_EQ(default_sampler(), Sampler::kPhilox);
    {
      const SamplerGuard libtorch(Sampler::kLibTorch);
      EXPECT_EQ(default_sampler(), Sampler::kLibTorch);
    }
    EXPECT_EQ(default_sampler(), Sampler::kPhilox);
    Sampler other = Sampler::kPhilox;
    std::thread([&] { other = default_sampler(); }).join();
    EXPECT_EQ(other, Sampler::kLibTorch);
  }
  EXPECT_EQ(default_sampler(), Sampler::kLibTorch);
}

TEST(DefaultSampler, IsForEveryThread) {
  set_default_sampler(Sampler::kPhilox);
  Sampler other = Sampler::kLibTorch, guarded = Sampler::kPhilox;
  std::thread([&] { other = default_sampler(); }).join();
  {
    const SamplerGuard guard(Sampler::kLibTorch);
    guarded = default_sampler();
  }
  set_default_sampler(Sampler::kLibTorch);
  EXPECT_EQ(other, Sampler::kPhilox);
  EXPECT_EQ(guarded, Sampler::kLibTorch);
}

}  // namespace
}  // namespace torch::distributions
