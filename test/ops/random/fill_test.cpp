// Which numbers an element gets, and where they are written.

#include "ops/random/fill.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/PhiloxRNGEngine.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/function.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/float_limits.h"
#include "ops/engine/instruction_set.h"
#include "ops/random/samplers.h"

namespace torch::distributions::ops::random::test {
namespace {

constexpr Draw kDraw{.key = 0x9e3779b97f4a7c15, .number = 0x123456789};

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type() &&
         std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()) == 0;
}

/// The words of a block, by LibTorch's implementation.
std::array<std::uint32_t, 4> words(const Draw& draw, std::uint64_t block,
                                   std::uint64_t attempt = 0) {
  at::Philox4_32 philox(draw.key, draw.number, block | attempt << 48);
  return {philox(), philox(), philox(), philox()};
}

/// The 64 bits of an element: those that doubles and integers have.
std::uint64_t bits_of_double(const Draw& draw, std::uint64_t element) {
  const auto block = words(draw, element / 128 * 64 + element % 64);
  const std::size_t i = element % 128 / 64;
  return std::uint64_t{block[2 * i]} << 32 | block[2 * i + 1];
}
/// The 32 bits of an element: those that floats and trials have.
std::uint32_t bits_of_float(const Draw& draw, std::uint64_t element, std::uint64_t attempt = 0) {
  return words(draw, element / 256 * 64 + element % 64, attempt)[element % 256 / 64];
}

class EverySampler : public ::testing::TestWithParam<Sampler> {};
INSTANTIATE_TEST_SUITE_P(All, EverySampler, ::testing::ValuesIn(samplers()),
                         [](const auto& tested) {
                           std::string name = tested.param.name;
                           for (char& c : name)
                             c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

TEST_P(EverySampler, HasTheSameBitsOnEveryInstructionSet) {
  for (const auto dtype : GetParam().dtypes) {
    const auto best = engine::best_instruction_set();
    engine::set_instruction_set(engine::InstructionSet::kDefault);
    const Tensor expected = GetParam().draw({20011}, dtype, kDraw);
    for (const auto set : {engine::InstructionSet::kAvx2, engine::InstructionSet::kAvx512}) {
      if (set > best) continue;
      engine::set_instruction_set(set);
      EXPECT_TRUE(same_bits(GetParam().draw({20011}, dtype, kDraw), expected)) << dtype;
    }
    engine::set_instruction_set(best);
  }
}

TEST_P(EverySampler, HasTheSameBitsOnAnyNumberOfThreads) {
  constexpr std::int64_t kSize = 100003;
  const int before = at::get_num_threads();
  for (const auto dtype : GetParam().dtypes) {
    at::set_num_threads(1);
    const Tensor expected = GetParam().draw({kSize}, dtype, kDraw);
    for (const int threads : {2, 7}) {
      at::set_num_threads(threads);
      EXPECT_TRUE(same_bits(GetParam().draw({kSize}, dtype, kDraw), expected)) << dtype;
    }
  }
  at::set_num_threads(before);
}

TEST_P(EverySampler, DrawsPartsOfTheWholeByShards) {
  constexpr int kShards = 3;
  for (const auto dtype : GetParam().dtypes) {
    for (const std::int64_t size : {1, 5, 63, 64, 65, 127, 200, 255, 257, 1001, 5000}) {
      const Tensor whole = GetParam().draw({kShards, size}, dtype, kDraw);
      for (std::uint32_t i = 0; i < kShards; ++i) {
        const Draw part{kDraw.key, kDraw.number, i};
        ASSERT_TRUE(same_bits(GetParam().draw({size}, dtype, part), whole[i]))
            << dtype << ": part " << i << " of " << size;
      }
    }
  }
}

TEST_P(EverySampler, WritesStridedTensors) {
  for (const auto dtype : GetParam().dtypes) {
    const Tensor dense = GetParam().draw({7, 300}, dtype, kDraw);
    const Tensor transposed = at::zeros({300, 7}, dtype).t();
    GetParam().fill(transposed, kDraw);
    EXPECT_TRUE(at::equal(transposed, dense)) << dtype;
    const Tensor around = at::full({7, 600}, 77, dtype), every_other = around.slice(1, 0, 600, 2);
    GetParam().fill(every_other, kDraw);
    EXPECT_TRUE(at::equal(every_other, dense)) << dtype;
    EXPECT_TRUE(around.slice(1, 1, 600, 2).eq(77).all().item<bool>()) << dtype;
  }
}

TEST_P(EverySampler, WritesOnlyItsElements) {
  for (const auto dtype : GetParam().dtypes) {
    for (const std::int64_t size : {1, 2, 64, 100, 256, 1000}) {
      const Tensor around = at::full({size + 200}, 77, dtype);
      GetParam().fill(around.slice(0, 100, 100 + size), kDraw);
      EXPECT_TRUE(
          at::equal(around.slice(0, 100, 100 + size), GetParam().draw({size}, dtype, kDraw)));
      EXPECT_TRUE(around.slice(0, 0, 100).eq(77).all().item<bool>()) << dtype;
      EXPECT_TRUE(around.slice(0, 100 + size).eq(77).all().item<bool>()) << dtype;
    }
  }
}

TEST_P(EverySampler, LeavesEmptyAndMetaTensorsAndRecordsNoGraph) {
  for (const auto dtype : GetParam().dtypes) {
    GetParam().fill(at::empty({0, 3}, dtype), kDraw);
    GetParam().fill(at::empty({5}, at::TensorOptions(dtype).device(at::kMeta)), kDraw);
    if (!at::isFloatingType(dtype)) continue;
    const Tensor leaf = at::ones({4, 5}, at::TensorOptions(dtype).requires_grad(true));
    const Tensor strided = (leaf * 2).t();
    const auto graph = strided.grad_fn();
    GetParam().fill(strided, kDraw);
    EXPECT_EQ(strided.grad_fn(), graph);
    EXPECT_TRUE(strided.ne(2).any().item<bool>());
  }
}

TEST_P(EverySampler, DrawsOtherNumbersForOtherDraws) {
  const auto dtype = GetParam().dtypes[0];
  const Tensor first = GetParam().draw({10000}, dtype, kDraw);
  for (const int bit : {0, 1, 31, 32, 33, 63}) {
    const std::uint64_t change = std::uint64_t{1} << bit;
    EXPECT_FALSE(
        at::equal(GetParam().draw({10000}, dtype, {kDraw.key ^ change, kDraw.number, 0}), first));
    EXPECT_FALSE(
        at::equal(GetParam().draw({10000}, dtype, {kDraw.key, kDraw.number ^ change, 0}), first));
  }
}

/// Half types are rounded floats, and integers are doubles without their fraction.
TEST_P(EverySampler, ConvertsToOtherDtypes) {
  const auto& dtypes = GetParam().dtypes;
  for (const auto dtype : dtypes) {
    if (dtype == at::kFloat || dtype == at::kDouble) continue;
    const bool is_half = at::isReducedFloatingType(dtype);
    const auto compute = is_half ? at::kFloat : dtypes[0] == at::kLong ? at::kLong : at::kDouble;
    Tensor expected = GetParam().draw({10000}, compute, kDraw);
    if (dtype == at::kByte && GetParam().name.starts_with("geometric")) expected.clamp_max_(255);
    expected = expected.to(dtype);
    const Tensor draws = GetParam().draw({10000}, dtype, kDraw);
    const Tensor differ = draws.ne(expected);
    if (GetParam().name.starts_with("uniform")) {  // the upper limit is excluded
      EXPECT_TRUE(expected.masked_select(differ).ge(draws.max()).all().item<bool>()) << dtype;
      EXPECT_LT(differ.sum().item<std::int64_t>(), 100) << dtype;
    } else if (GetParam().name.starts_with("cauchy") && dtype == at::kHalf) {
      EXPECT_TRUE(expected.masked_select(differ).isinf().all().item<bool>());
    } else {
      EXPECT_FALSE(differ.any().item<bool>()) << dtype;
    }
  }
}

// --- Which words -----------------------------------------------------------------------------------

/// The numbers are those of the documented block and word, also of the elements of a late shard,
/// whose blocks have numbers of more than 32 bits.
TEST(Fill, TakesTheWordsOfTheElement) {
  constexpr std::int64_t kSize = 1003;
  for (const std::uint32_t shard : {0u, 1u, 12345u, 0xffffffffu}) {
    const Draw draw{kDraw.key, kDraw.number, shard};
    const Tensor bits = at::empty({kSize}, at::kLong), floats = at::empty({kSize}, at::kFloat),
                 doubles = at::empty({kSize}, at::kDouble);
    fill_integers(bits, draw, 0, 0);
    fill_uniform(floats, draw, 0, 1);
    fill_uniform(doubles, draw, 0, 1);
    for (std::int64_t i = 0; i < kSize; ++i) {
      const std::uint64_t element =
          std::uint64_t{shard} * std::uint64_t{kSize} + static_cast<std::uint64_t>(i);
      const std::uint64_t expected = bits_of_double(draw, element);
      ASSERT_EQ(static_cast<std::uint64_t>(bits.const_data_ptr<std::int64_t>()[i]), expected) << i;
      ASSERT_EQ(doubles.const_data_ptr<double>()[i],
                std::ldexp(static_cast<double>(expected >> 11), -53));
      ASSERT_EQ(floats.const_data_ptr<float>()[i],
                std::ldexp(static_cast<float>(bits_of_float(draw, element) >> 8), -24));
    }
  }
}

TEST(Fill, DrawsIntegersByTheUpperProduct) {
  constexpr std::int64_t kSize = 300;
  const Tensor draws = at::empty({kSize}, at::kLong);
  for (const std::uint64_t count :
       {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{1} << 32, (std::uint64_t{1} << 32) + 1,
        std::uint64_t{0xfedcba9876543211}, ~std::uint64_t{0}}) {
    fill_integers(draws, kDraw, -5, count);
    for (std::int64_t i = 0; i < kSize; ++i) {
      __extension__ using Product = unsigned __int128;
      const Product product = Product{bits_of_double(kDraw, static_cast<std::uint64_t>(i))} * count;
      ASSERT_EQ(static_cast<std::uint64_t>(draws.const_data_ptr<std::int64_t>()[i]),
                static_cast<std::uint64_t>(product >> 64) - 5)
          << i << " of " << count;
    }
  }
}

// --- Bounds ----------------------------------------------------------------------------------------

TEST(Fill, UniformNumbersStayBelowTheUpperLimit) {
  struct Interval {
    double low, high;
  };
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    const double epsilon = float_limits(dtype).epsilon;
    for (const auto& [low, high] : {Interval{0, 1},
                                    {1, 1 + epsilon},
                                    {1, 1 + 2 * epsilon},
                                    {-1, 0},
                                    {-3, -2},
                                    {1000, 1000 + 2048 * epsilon},
                                    {-1e-4, 2},
                                    {2, 2}}) {
      const Tensor draws = at::empty({200000}, dtype);
      fill_uniform(draws, kDraw, low, high);
      const Tensor wide = draws.to(at::kDouble);
      EXPECT_GE(wide.min().item<double>(), low) << dtype;
      if (low < high) {
        EXPECT_LT(wide.max().item<double>(), high) << dtype << " below " << high;
      }
    }
  }
}

TEST(Fill, ExtremeParametersKeepTheSupport) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    const FloatLimits limits = float_limits(dtype);
    const Tensor draws = at::empty({5000}, dtype);
    const auto within = [&](double least) {
      const Tensor wide = draws.to(at::kDouble);
      return wide.min().item<double>() >= least && wide.max().item<double>() <= limits.largest;
    };
    for (const double rate : {1e-300, 1e-30, 1e30, 1e300}) {
      fill_exponential(draws, kDraw, rate);
      EXPECT_TRUE(within(limits.least)) << dtype << " at the rate " << rate;
    }
    for (const double mean : {-1e4, 1e4}) {
      fill_log_normal(draws, kDraw, mean, 2);
      EXPECT_TRUE(within(limits.least)) << dtype << " about " << mean;
    }
    fill_cauchy(draws, kDraw, 0, limits.largest);
    EXPECT_TRUE(within(-limits.largest)) << dtype;
    fill_normal(draws, kDraw, 0, limits.largest);
    EXPECT_TRUE(within(-limits.largest)) << dtype;
    for (const double p : {1e-300, 1e-9, 0.5, 1.0}) {
      fill_geometric(draws, kDraw, p);
      EXPECT_TRUE(within(1)) << dtype << " of the probability " << p;
    }
  }
  const Tensor counts = at::empty({5000}, at::kLong);
  fill_geometric(counts, kDraw, 1e-300);
  EXPECT_GT(counts.min().item<std::int64_t>(), 0);
  fill_geometric(counts, kDraw, 1);
  EXPECT_TRUE(counts.eq(1).all().item<bool>());
}

// --- Trials ----------------------------------------------------------------------------------------

TEST(Fill, TrialsWithProbabilities0And1AreSure) {
  const Tensor p =
      at::tensor({0.0, 1.0, -1.0, 2.0, std::numeric_limits<double>::quiet_NaN()}).unsqueeze(1);
  const Tensor expected = at::tensor({0, 1, 0, 1, 0}).unsqueeze(1);
  for (const auto of_p : {at::kDouble, at::kFloat, at::kHalf}) {
    for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBool, at::kLong}) {
      const Tensor draws = at::empty({5, 1000}, dtype);
      fill_bernoulli(draws, kDraw, p.to(of_p));
      EXPECT_TRUE(draws.eq(expected).all().item<bool>()) << dtype << " of " << of_p;
      for (std::int64_t i = 0; i < 5; ++i) {
        fill_bernoulli(draws, kDraw, p[i].to(of_p));
        EXPECT_TRUE(draws.eq(expected[i]).all().item<bool>()) << dtype << " of " << of_p;
      }
    }
  }
}

/// If the first word leaves a trial open, the second one decides: p = (word + f) / 2^32.
TEST(Fill, OpenTrialsAreDecidedByTheNextWord) {
  constexpr std::int64_t kSize = 700;
  const Tensor p = at::empty({kSize}, at::kDouble), expected = at::empty({kSize}, at::kFloat);
  for (const double fraction : {0.0, 0x1p-20, 0.25, 0.5, 0.75, 1 - 0x1p-20}) {
    for (std::int64_t i = 0; i < kSize; ++i) {
      const auto element = static_cast<std::uint64_t>(i);
      const double word = bits_of_float(kDraw, element), next = bits_of_float(kDraw, element, 1);
      p.mutable_data_ptr<double>()[i] = (word + fraction) * 0x1p-32;
      expected.mutable_data_ptr<float>()[i] = next + 1 <= fraction * 0x1p32 ? 1 : 0;
    }
    for (const auto dtype : {at::kFloat, at::kDouble, at::kByte}) {
      const Tensor draws = at::empty({kSize}, dtype);
      fill_bernoulli(draws, kDraw, p);
      EXPECT_TRUE(draws.eq(expected).all().item<bool>()) << dtype << " with " << fraction;
    }
    // One probability for all: only its own element is open.
    for (const std::int64_t i : {std::int64_t{0}, std::int64_t{300}, kSize - 1}) {
      for (const auto dtype : {at::kFloat, at::kDouble}) {
        const Tensor draws = at::empty({kSize}, dtype);
        fill_bernoulli(draws, kDraw, p[i]);
        EXPECT_EQ(draws[i].item<double>(), expected[i].item<double>()) << dtype;
      }
    }
  }
}

/// Small floats have digits beyond the first word.
TEST(Fill, OpenTrialsOfFloatsAreDecidedByTheNextWord) {
  constexpr std::int64_t kSize = 100000;
  const Tensor p = at::zeros({kSize}, at::kFloat);
  int open = 0, successes = 0;
  for (std::int64_t i = 0; i < kSize; ++i) {
    const auto element = static_cast<std::uint64_t>(i);
    const std::uint32_t word = bits_of_float(kDraw, element);
    if (word >= 1u << 23) continue;  // so that (word + 1/2) / 2^32 is a float
    ++open;
    p.mutable_data_ptr<float>()[i] = static_cast<float>((word + 0.5) * 0x1p-32);
    successes += bits_of_float(kDraw, element, 1) < 1u << 31;
  }
  ASSERT_GT(open, 50);
  const Tensor draws = at::empty({kSize}, at::kFloat);
  fill_bernoulli(draws, kDraw, p);
  EXPECT_EQ(draws.sum().item<int>(), successes);
}

TEST(Fill, TrialsOfOneProbabilityAreThoseOfEqualOnes) {
  for (const double p : {1e-9, 0.001, 0.3, 0.5, 0.999}) {
    for (const auto of_p : {at::kDouble, at::kFloat, at::kHalf}) {
      const Tensor one = at::full({}, p, of_p);
      for (const auto dtype : {at::kFloat, at::kDouble, at::kBool}) {
        const Tensor draws = at::empty({3000}, dtype), others = at::empty({3000}, dtype);
        fill_bernoulli(draws, kDraw, one);
        fill_bernoulli(others, kDraw, one.expand({3000}).contiguous());
        EXPECT_TRUE(at::equal(draws, others)) << p << " of " << of_p;
      }
    }
  }
}

TEST(Fill, ProbabilitiesBroadcastAndMayBeStrided) {
  const Tensor p = at::rand({4, 1, 30}, at::kDouble).transpose(0, 2);
  const Tensor draws = at::empty({30, 5, 4}, at::kDouble),
               others = at::empty({30, 5, 4}, at::kDouble);
  fill_bernoulli(draws, kDraw, p);
  fill_bernoulli(others, kDraw, p.expand({30, 5, 4}).contiguous());
  EXPECT_TRUE(at::equal(draws, others));
  EXPECT_GT(draws.sum().item<double>(), 200);
}

}  // namespace
}  // namespace torch::distributions::ops::random::test
