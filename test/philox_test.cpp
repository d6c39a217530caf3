#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <torch/types.h>

#include <algorithm>
#include <barrier>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <torch/distributions/categorical.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/philox.h>

#include "ops/random/philox.h"
#include "support/tensors.h"

namespace torch::distributions::test {
namespace {

using testing::HasSubstr;

Tensor draw(const Generator& random, at::IntArrayRef shape = {64}) {
  return torch::rand(shape, random, kDoubles);
}

/// The word of a state that begins at a byte.
std::uint64_t word(const Tensor& state, int64_t first) {
  std::uint64_t word = 0;
  for (int64_t i = 7; i >= 0; --i) word = word << 8 | state[first + i].item<std::uint8_t>();
  return word;
}
std::uint64_t key_of(const Philox& random) { return word(random.state(), 16); }

TEST(Philox, HasTheWordsOfItsAuthors) {  // kat_vectors of Random123
  using ops::random::philox_block;
  using Block = std::array<std::uint32_t, 4>;
  constexpr std::uint32_t kAll = 0xffffffff;
  static_assert(philox_block({}, {}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  static_assert(philox_block({kAll, kAll, kAll, kAll}, {kAll, kAll}) ==
                Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  static_assert(
      philox_block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
      Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

// Computed by a separate implementation of docs/sampling.md in Python.
TEST(Philox, DerivesKeysAsDocumented) {
  EXPECT_EQ(key_of(Philox(0)), 0x836ad205ddb3d022);
  EXPECT_EQ(key_of(Philox(7)), 0x167dd6de547b66bf);
  EXPECT_EQ(key_of(Philox(~std::uint64_t{0})), 0x2a2fb8a46e18b7f4);
  EXPECT_EQ(key_of(Philox(7).split(0)), 0x5f34c73f8da6ab93);
  EXPECT_EQ(key_of(Philox(7).split((std::uint64_t{1} << 40) + 3)), 0x6fc2c09c2c7778ee);
  EXPECT_EQ(key_of(Philox(7).split(1).split(2)), 0xd5ac667e7697641e);
}

// --- Conversions ----------------------------------------------------------------------------------

TEST(Philox, GoesWhereAGeneratorGoes) {
  static_assert(std::is_convertible_v<Philox, Generator>);
  static_assert(std::is_convertible_v<const Philox&, std::optional<Generator>>);
  static_assert(!std::is_convertible_v<int, Philox>);
  const Philox random(7);
  const Normal normal(0.0, 1.0);
  EXPECT_EQ(normal.sample({3}, random).sizes(), at::IntArrayRef({3}));
  EXPECT_EQ(normal.rsample({3}, random).sizes(), at::IntArrayRef({3}));
  EXPECT_EQ(normal.rsample_with_log_prob({3}, random).second.sizes(), at::IntArrayRef({3}));
  kl_divergence_monte_carlo(normal, Normal(1.0, 1.0), 10, random);
  DistributionPtr(normal)->sample({}, random);
  at::randn({3}, random);
  torch::randn({3}, random);
  torch::rand({3}, random, at::kDouble);
  torch::randint(10, {3}, random);
  torch::randperm(3, random);
  torch::empty({3}).normal_(0, 1, random).uniform_(0, 1, random);
  torch::bernoulli(torch::full({3}, 0.5), random);
  const Generator generator = random;
  EXPECT_EQ(generator.get_offset(), 13u);  // each of these took a draw
}

TEST(Philox, OfTheSameSeedRepeats) {
  const Philox a(7), b(7), c(8);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(draw(a).equal(draw(b)));
  EXPECT_FALSE(draw(a).equal(draw(c)));
  EXPECT_EQ(a.seed(), 7u);
  EXPECT_FALSE(draw(a).equal(draw(a))) << "the next draw";
}

TEST(Philox, DoesNotHaveTheNumbersOfLibTorch) {
  EXPECT_FALSE(
      draw(Philox(7)).equal(torch::rand({64}, at::detail::createCPUGenerator(7), kDoubles)));
}

TEST(Philox, CopiesShareTheStateAndClonesDoNot) {
  Philox random(7);
  const Philox copy = random, clone = random.clone();
  const Generator generator = random;
  const Tensor first = draw(random), second = draw(copy), third = draw(generator);
  EXPECT_TRUE(draw(clone).equal(first));
  EXPECT_TRUE(draw(clone).equal(second));
  EXPECT_TRUE(draw(Generator(clone).clone()).equal(third)) << "a clone by LibTorch's method";
  EXPECT_TRUE(draw(clone).equal(third)) << "which left this one alone";
  Philox moved = std::move(random);
  EXPECT_TRUE(draw(random).equal(draw(clone))) << "a move leaves a usable stream";  // NOLINT
  random = Philox(3);
  EXPECT_EQ(moved.seed(), 7u);
}

// --- State ----------------------------------------------------------------------------------------

TEST(Philox, ContinuesFromAState) {
  const Philox random = Philox(7).split(3).shard(1, 4);
  draw(random);
  const Tensor state = random.state();
  EXPECT_EQ(state.scalar_type(), at::kByte);
  const std::vector<Tensor> expected{draw(random), draw(random)};

  Philox other(1);
  draw(other);
  other.set_state(state);
  EXPECT_EQ(other.seed(), 7u);
  for (const Tensor& each : expected) EXPECT_TRUE(draw(other).equal(each));
  other.set_state(at::stack({state, state}, 1).select(1, 0));
  EXPECT_TRUE(draw(other).equal(expected[0])) << "a state of other strides";

  Generator generator = Philox(2);
  generator.set_state(state);
  EXPECT_TRUE(generator.get_state().equal(state)) << "LibTorch's methods";
  EXPECT_TRUE(draw(generator).equal(expected[0]));
}

TEST(Philox, KeepsItsStateIfAnotherIsInvalid) {
  Philox random(7);
  draw(random);
  const Tensor state = random.state();
  const auto with = [&](int64_t byte, int value) {
    Tensor changed = state.clone();
    changed[byte].fill_(value);
    return changed;
  };
  const std::vector<std::pair<Tensor, const char*>> invalid{
      {Tensor(), "needs a tensor of bytes on the CPU, got an undefined tensor"},
      {state.to(at::kInt), "needs a tensor of bytes on the CPU, got a tensor of the dtype Int"},
      {state.to(at::kMeta), "on the device meta"},
      {state.to_sparse(), "and the layout Sparse"},
      {state.slice(0, 1), "needs 40 bytes, got shape torch.Size([39])"},
      {state.unsqueeze(0), "needs 40 bytes, got shape torch.Size([1, 40])"},
      {with(0, 0), "these bytes are no state of a Philox stream"},
      {with(5, 0), "these bytes are no state"},
      {with(6, 2), "this state has the version 2 of the format, but version 1 is needed"},
      {with(7, 1), "this state has the version 257 of the format"},
      {with(31, 0x80), "these bytes are no state"},  // number 2^63
      {with(32, 1), "these bytes are no state"},     // shard 1 of 1
      {with(36, 0), "these bytes are no state"},     // shard 0 of 0
      {at::detail::getDefaultCPUGenerator().get_state(), "needs 40 bytes"}};
  for (const auto& [other, message] : invalid) {
    EXPECT_THAT(refusal([&] { random.set_state(other); }), HasSubstr(message));
    EXPECT_TRUE(random.state().equal(state));
  }
  Generator generator = random;
  EXPECT_THAT(refusal([&] { generator.set_state(with(0, 0)); }), HasSubstr("no state"));
  EXPECT_TRUE(random.state().equal(state));
}

TEST(Philox, HasTheMethodsOfAGenerator) {
  Philox random = Philox(7).shard(1, 2);
  Generator generator = random;
  const Tensor first = draw(random), second = draw(random);
  EXPECT_EQ(generator.get_offset(), 2u);
  generator.set_offset(1);
  EXPECT_TRUE(draw(random).equal(second));
  EXPECT_THAT(refusal([&] { generator.set_offset(std::uint64_t{1} << 63); }),
              HasSubstr("below 2^63"));
  EXPECT_EQ(generator.get_offset(), 2u);

  Generator split = random.split(1);
  split.set_current_seed(7);
  EXPECT_TRUE(draw(split).equal(first)) << "a seed undoes splits, not shards";
  EXPECT_EQ(split.current_seed(), 7u);

  const std::uint64_t seed = generator.seed();
  EXPECT_EQ(random.seed(), seed);
  EXPECT_NE(generator.seed(), seed) << "a new seed at each call";
  EXPECT_EQ(generator.get_offset(), 0u);
  EXPECT_EQ(generator.device(), at::kMeta);
}

TEST(Philox, StartsAgainAfterItsLastDraw) {
  const Philox random(7);
  Generator generator = random;
  const Tensor first = draw(random);
  generator.set_offset((std::uint64_t{1} << 63) - 1);
  draw(random);
  EXPECT_TRUE(draw(random).equal(first));
}

// --- Splits and shards ----------------------------------------------------------------------------

TEST(Philox, SplitsAreIndependentStreams) {
  const Philox random(7);
  const Tensor state = random.state();
  const std::vector<Philox> streams{random,
                                    random.split(0),
                                    random.split(1),
                                    random.split(std::uint64_t{1} << 32),
                                    random.split(~std::uint64_t{0}),
                                    random.split(0).split(1),
                                    random.split(1).split(0),
                                    random.split(0).split(0),
                                    Philox(8),
                                    Philox(8).split(0)};
  EXPECT_TRUE(random.state().equal(state)) << "a split does not move the stream";
  std::set<std::uint64_t> keys;
  std::vector<Tensor> draws;
  for (const Philox& each : streams) {
    keys.insert(key_of(each));
    draws.push_back(draw(each, {10000}) - 0.5);
  }
  EXPECT_EQ(keys.size(), streams.size());
  // The correlation of two independent samples is below 5 / sqrt(10000) but for one pair in 10^6.
  const Tensor correlations = at::corrcoef(at::stack(draws)) - at::eye(std::ssize(draws), kDoubles);
  EXPECT_LT(correlations.abs().max().item<double>(), 0.05);
}

/// The numbers of streams, and how far they are behind one another, are correlated as little as
/// independent ones: a comparison fails by chance once in a million choices of all of them.
TEST(Philox, SplitsAreUncorrelatedAtEveryLag) {
  constexpr int64_t kStreams = 64, kLags = 64, kOwnLags = 256, kCount = 8192;
  constexpr double kComparisons =
      4. * (kStreams * kStreams * (kLags + 1) + kStreams * (kOwnLags - kLags));
  const double most = -at::special_ndtri(number(1e-6 / (2 * kComparisons))).item<double>();
  const auto expect_uncorrelated = [&](const char* what, const auto& draws_of) {
    std::vector<Tensor> streams;
    for (int64_t i = 0; i < kStreams; ++i)
      streams.push_back(draws_of(Generator(Philox(20).split(static_cast<std::uint64_t>(i)))));
    const Tensor x = at::stack(streams);  // of mean 0 and variance 1
    const auto expect_small = [&](const Tensor& sums, int64_t lag) {
      EXPECT_LT(sums.abs().max().item<double>(), most * std::sqrt(kCount - lag))
          << what << " at the lag " << lag;
    };
    for (int64_t lag = 0; lag <= kLags; ++lag) {
      const Tensor sums = x.slice(1, 0, kCount - lag).matmul(x.slice(1, lag).t());
      expect_small(lag == 0 ? sums.triu(1) : sums, lag);
    }
    for (int64_t lag = kLags + 1; lag <= kOwnLags; ++lag)
      expect_small((x.slice(1, 0, kCount - lag) * x.slice(1, lag)).sum(1), lag);
  };
  const auto bits = [](const Generator& random) {
    return at::empty({kCount}, at::kLong)
        .random_(std::numeric_limits<int64_t>::min(), std::nullopt, random);
  };
  const double of_words = std::sqrt(3) * 0x1p-31;
  expect_uncorrelated("first words", [&](const Generator& random) {
    return (bits(random).bitwise_right_shift(32).to(at::kDouble) + 0.5) * of_words;
  });
  expect_uncorrelated("second words", [&](const Generator& random) {
    return (bits(random).bitwise_left_shift(32).bitwise_right_shift(32).to(at::kDouble) + 0.5) *
           of_words;
  });
  expect_uncorrelated("normal floats", [](const Generator& random) {
    return torch::randn({kCount}, random).to(at::kDouble);
  });
  expect_uncorrelated("normal doubles", [](const Generator& random) {
    return torch::randn({kCount}, random, kDoubles);
  });
}

TEST(Philox, SplitsDependOnSeedAndIndexAlone) {
  Philox random(7);
  const Philox before = random.split(3);
  draw(random);
  EXPECT_TRUE(random.split(3).state().equal(before.state()));
  EXPECT_EQ(Generator(random.split(3)).get_offset(), 0u);
  EXPECT_EQ(random.split(3).seed(), 7u);
}

TEST(Philox, ShardsDrawTheRowsOfTheWhole) {
  const Gamma gamma(doubles({0.5, 3.0, 20.0}), 1.0);
  for (const int64_t shards : {1, 2, 3, 7}) {
    for (const int64_t rows : {1, 5, 85, 256, 1000}) {
      const Philox whole(7);
      draw(whole, {3});  // shards begin where the whole is
      std::vector<Philox> parts;
      for (int64_t i = 0; i < shards; ++i) parts.push_back(whole.shard(i, shards));
      const auto expect_rows = [&](const auto& sample, const char* what) {
        std::vector<Tensor> drawn;
        for (const Philox& each : parts) drawn.push_back(sample(each, rows));
        EXPECT_TRUE(at::cat(drawn).equal(sample(whole, shards * rows)))
            << what << ": " << shards << " shards of " << rows;
      };
      expect_rows([](const Philox& r, int64_t n) { return torch::rand({n}, r); }, "rand");
      expect_rows(
          [](const Philox& r, int64_t n) {
            return torch::randn({n, 3}, r, kDoubles);
          },
          "randn");
      expect_rows([](const Philox& r, int64_t n) { return torch::randint(9, {n}, r); }, "randint");
      expect_rows([&](const Philox& r, int64_t n) { return gamma.sample({n}, r); }, "Gamma");
    }
  }
}

TEST(Philox, ShardsOfShardsAndSplits) {
  const Philox random(7);
  EXPECT_TRUE(random.shard(1, 3).shard(2, 4).state().equal(random.shard(6, 12).state()));
  EXPECT_TRUE(random.shard(1, 3).split(5).state().equal(random.split(5).shard(1, 3).state()));
  EXPECT_TRUE(random.shard(0, 1).state().equal(random.state()));
  EXPECT_EQ(random.shard(1, 3).seed(), 7u);
}

TEST(Philox, RefusesAShardThatDoesNotExist) {
  const Philox random(7);
  EXPECT_EQ(refusal([&] { random.shard(2, 2); }),
            "Philox::shard: needs 0 <= i < k, got i = 2 and k = 2");
  EXPECT_THAT(refusal([&] { random.shard(-1, 2); }), HasSubstr("got i = -1 and k = 2"));
  EXPECT_THAT(refusal([&] { random.shard(0, 0); }), HasSubstr("got i = 0 and k = 0"));
  EXPECT_THAT(refusal([&] { random.shard(0, int64_t{1} << 32); }),
              HasSubstr("at most 2^32 - 1 parts are possible, got 4294967296 parts"));
  const Philox part = random.shard(65534, 65535);
  part.shard(65536, 65537);  // the last of 2^32 - 1
  EXPECT_THAT(refusal([&] { part.shard(0, 65538); }),
              HasSubstr("got 65538 parts of each of 65535 parts"));
}

TEST(Philox, RefusesADrawOfTooManyElements) {
  constexpr int64_t kParts = (int64_t{1} << 32) - 1, kMost = (int64_t{1} << 48) / kParts;
  for (const int64_t i : {int64_t{0}, kParts - 1}) {
    const Philox part = Philox(7).shard(i, kParts);
    const auto refuses = [&](const auto& sample) {
      EXPECT_EQ(refusal([&] { sample(kMost + 1); }),
                c10::str("Philox: all parts of a draw together have at most 2^48 elements, got ",
                         kMost + 1, " elements for part ", i, " of ", kParts));
      EXPECT_EQ(Generator(part).get_offset(), 0u) << "an error takes no draw";
    };
    refuses([&](int64_t n) { torch::rand({n}, part); });
    refuses([&](int64_t n) { torch::bernoulli(torch::full({n}, 0.5), part); });
    refuses([&](int64_t n) { Normal(0.0, 1.0).sample({n}, part); });
    refuses([&](int64_t n) { Gamma(0.5, 1.0).sample({n}, part); });
    refuses([&](int64_t n) { Gamma(0.5, 1.0).rsample_with_log_prob({n}, part); });
    refuses([&](int64_t n) { Categorical(probs(doubles({0.5, 0.5}))).sample({n}, part); });
    Normal(0.0, 1.0).sample({kMost}, part);
  }
}

// --- Threads --------------------------------------------------------------------------------------

/// The draws of `count` calls, each a row of numbers.
std::vector<std::vector<double>> draws_of(const std::function<Tensor(const Philox&)>& sample,
                                          const Philox& random, int count) {
  std::vector<std::vector<double>> rows;
  for (int i = 0; i < count; ++i) {
    const Tensor x = sample(random).to(at::kDouble).contiguous();
    rows.emplace_back(x.const_data_ptr<double>(), x.const_data_ptr<double>() + x.numel());
  }
  return rows;
}

// Each of several threads has draws that no other has, and all of them together are those that one
// thread would have. Every call here takes one draw of the stream.
TEST(Philox, ThreadsShareAStream) {
  constexpr int kThreads = 8, kDraws = 50;
  const Tensor ones = at::ones({300});
  const std::vector<std::pair<const char*, std::function<Tensor(const Philox&)>>> samplers{
      {"rand", [](const Philox& random) { return draw(random, {300}); }},
      {"random_", [&](const Philox& random) { return ones.to(at::kInt).random_(random); }},
      {"Normal", [&](const Philox& random) { return Normal(0.5 * ones, ones).sample({}, random); }},
      {"Gamma", [&](const Philox& random) { return Gamma(0.5 * ones, ones).sample({}, random); }}};
  for (const auto& [name, sample] : samplers) {
    SCOPED_TRACE(name);
    const Philox shared(7);
    std::vector<std::vector<std::vector<double>>> drawn(kThreads);
    std::barrier start(kThreads);
    std::vector<std::thread> threads;
    for (auto& own : drawn) {
      threads.emplace_back([&, &sampler = sample] {
        start.arrive_and_wait();
        own = draws_of(sampler, shared, kDraws);
      });
    }
    for (auto& thread : threads) thread.join();
    std::vector<std::vector<double>> all, expected = draws_of(sample, Philox(7), kThreads * kDraws);
    for (const auto& own : drawn) all.insert(all.end(), own.begin(), own.end());
    std::sort(all.begin(), all.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_TRUE(all == expected);
    EXPECT_EQ(Generator(shared).get_offset(), kThreads * kDraws);
  }
}

TEST(Philox, ThreadsUseEveryMethod) {
  constexpr int kThreads = 8, kRounds = 100;
  Philox shared(7);
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      start.arrive_and_wait();
      for (int round = 0; round < kRounds; ++round) {
        Philox own = shared;
        Generator generator = own;
        if (thread % 2 == 0) {
          own.set_state(shared.clone().state());
          generator.set_current_seed(7);
          generator.set_offset(3);
        }
        draw(own.split(1), {2});
        draw(shared.shard(1, 2), {2});
        EXPECT_EQ(own.seed(), 7u);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(key_of(shared), key_of(Philox(7)));
}

}  // namespace
}  // namespace torch::distributions::test
