#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <torch/serialize.h>
#include <torch/types.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <torch/distributions/core/distribution.h>
#include <torch/distributions/fisher_snedecor.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/gumbel.h>
#include <torch/distributions/inverse_gamma.h>
#include <torch/distributions/philox.h>
#include <torch/distributions/student_t.h>
#include <torch/distributions/von_mises.h>

#include "core/float_limits.h"
#include "support/data.h"
#include "support/test_dir.h"

// Draws of every class by a Philox stream.

namespace torch::distributions::test {
namespace {

/// Whether both have the same numbers or, at extreme parameters, both have NaN.
bool same(const Tensor& a, const Tensor& b, double tolerance = 0) {
  return at::allclose(a, b, tolerance, tolerance, /*equal_nan=*/true);
}

double epsilon_of(const Tensor& x) {
  return x.is_floating_point() ? float_limits(x.scalar_type()).epsilon : 0;
}

class Streams : public testing::TestWithParam<Case> {};

TEST_P(Streams, RepeatForASeed) {
  const DistributionPtr d = GetParam().make();
  const Tensor x = d->sample({5}, Philox(7));
  EXPECT_TRUE(same(d->sample({5}, Philox(7)), x));
  if (d->has_rsample()) {
    EXPECT_TRUE(same(d->rsample({5}, Philox(7)), x));
  }
}

// Whoever takes draws in the same order must be at the same place of the stream afterwards, whatever
// numbers were drawn.
TEST_P(Streams, TakeAsManyDrawsForEverySeed) {
  const DistributionPtr d = GetParam().make();
  const auto draws = [&](std::uint64_t seed, int64_t count) {
    const Generator random = Philox(seed);
    d->sample({count}, random);
    return random.get_offset();
  };
  const std::uint64_t once = draws(7, 1);
  EXPECT_EQ(draws(8, 1), once);
  EXPECT_EQ(draws(9, 1000), once);
}

// Whoever has no rows must be at the same place, too.
TEST_P(Streams, TakeAsManyDrawsForNoRows) {
  const DistributionPtr d = GetParam().make();
  at::DimVector batch(d->batch_shape());
  batch.insert(batch.begin(), 0);
  const DistributionPtr none = d->expand(batch);
  const auto draws = [](const auto& sample) {
    const Generator random = Philox(7);
    sample(random);
    return random.get_offset();
  };
  const auto expect_equal = [&](const auto& sample, const char* what) {
    const std::uint64_t once = draws([&](const Generator& random) { sample(*d, 1, random); });
    EXPECT_EQ(draws([&](const Generator& random) { sample(*d, 0, random); }), once) << what;
    EXPECT_EQ(draws([&](const Generator& random) { sample(*none, 1, random); }), once) << what;
  };
  expect_equal(
      [](const Distribution& of, int64_t n, const Generator& random) { of.sample({n}, random); },
      "sample");
  if (!d->has_rsample()) return;
  expect_equal(
      [](const Distribution& of, int64_t n, const Generator& random) {
        try {
          of.rsample_with_log_prob({n}, random);
        } catch (const c10::NotImplementedError&) {  // the density of some transforms
        }
      },
      "rsample_with_log_prob");
}

// A product of matrices may add in another order for another number of rows.
TEST_P(Streams, DivideIntoShards) {
  const DistributionPtr d = GetParam().make();
  const Philox whole(7);
  for (const int64_t rows : {1, 3, 70}) {
    std::vector<Tensor> parts;
    for (int64_t i = 0; i < 3; ++i) parts.push_back(d->sample({rows}, whole.shard(i, 3)));
    const Tensor x = d->sample({3 * rows}, whole);
    EXPECT_TRUE(same(at::cat(parts), x, 16 * epsilon_of(x))) << rows << " rows";
  }
}

INSTANTIATE_TEST_SUITE_P(All, Streams, testing::ValuesIn(all_cases()), CaseName());

// --- Processors and threads -----------------------------------------------------------------------

/// A draw of each case.
std::vector<Tensor> draw_all() {
  std::vector<Tensor> draws;
  for (const Case& each : all_cases()) draws.push_back(each.make()->sample({67}, Philox(7)));
  return draws;
}

/// The classes whose draws are equal to the bit, as docs/sampling.md says.
std::set<std::string> exact_classes() {
  std::ifstream file(test_dir().parent_path() / "docs/sampling.md");
  std::set<std::string> classes;
  for (std::string line; std::getline(file, line);) {
    if (line.find("| to the bit |") == std::string::npos) continue;
    const std::regex name("`([A-Z][A-Za-z0-9]*)`");
    for (std::sregex_iterator i(line.begin(), line.end(), name), end; i != end; ++i)
      classes.insert((*i)[1]);
  }
  return classes;
}

void expect_equal(const std::vector<Tensor>& draws, const std::vector<Tensor>& others) {
  static const std::set<std::string> exact = exact_classes();
  ASSERT_GT(exact.size(), 10u);
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const Case& each = all_cases()[i];
    const bool is_exact = exact.contains(each.distribution);
    // Rounding errors grow where a sampler takes a power.
    EXPECT_TRUE(same(draws[i], others[i], is_exact ? 0 : std::sqrt(epsilon_of(draws[i]))))
        << each.text << (is_exact ? ": to the bit" : ": to rounding");
  }
}

constexpr const char* kFile = "TORCH_DISTRIBUTIONS_STREAMS";

// Writes the draws to a file, if another process asks for them.
TEST(DrawsOfStreams, AreWritten) {
  if (const char* file = std::getenv(kFile)) torch::save(draw_all(), file);
}

TEST(DrawsOfStreams, AreThoseOfEveryInstructionSet) {
  if (std::getenv(kFile) != nullptr) return;
  const std::vector<Tensor> own = draw_all();
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  const std::string file = testing::TempDir() + "streams_" + std::to_string(::getpid()) + ".pt";
  for (const char* set : {"default", "avx2"}) {
    SCOPED_TRACE(set);
    const std::string command = std::string("ATEN_CPU_CAPABILITY=") + set + " " + kFile + "=" +
                                file + " " + program +
                                " --gtest_filter=DrawsOfStreams.AreWritten > /dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
    std::vector<Tensor> theirs;
    torch::load(theirs, file);
    expect_equal(own, theirs);
  }
  std::filesystem::remove(file);
}

TEST(DrawsOfStreams, AreThoseOfAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  const auto draw_many = [](int count) {
    at::set_num_threads(count);
    std::vector<Tensor> draws;
    for (const Case& each : all_cases()) draws.push_back(each.make()->sample({3000}, Philox(7)));
    return draws;
  };
  const std::vector<Tensor> alone = draw_many(1);
  for (const int count : {2, 7}) {
    SCOPED_TRACE(count);
    expect_equal(alone, draw_many(count));
  }
  at::set_num_threads(threads);
}

// A graph changes no bit of a draw.
TEST(DrawsOfStreams, AreTheSameWithAGraph) {
  const auto check = [](const auto& make, at::ScalarType dtype) {
    const Tensor a = at::tensor({0.01, 0.3, 4.0, 1e4}, at::kDouble).to(dtype),
                 b = at::tensor({0.7, 2.0}, at::kDouble).to(dtype).view({2, 1});
    const DistributionPtr plain = make(a, b);
    const DistributionPtr differentiated =
        make(a.clone().requires_grad_(), b.clone().requires_grad_());
    SCOPED_TRACE(testing::Message() << *plain << " " << dtype);
    const Tensor x = plain->sample({300}, Philox(7));
    EXPECT_TRUE(at::equal(differentiated->rsample({300}, Philox(7)), x));
    EXPECT_TRUE(at::equal(plain->rsample_with_log_prob({300}, Philox(7)).first, x));
    EXPECT_TRUE(at::equal(differentiated->rsample_with_log_prob({300}, Philox(7)).first, x));
    const Generator one = Philox(7), other = Philox(7);
    plain->sample({300}, one);
    differentiated->rsample({300}, other);
    EXPECT_EQ(one.get_offset(), other.get_offset());
  };
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    const auto of = [&]<class D>() {
      check([](const Tensor& a, const Tensor& b) { return std::make_shared<D>(a, b); }, dtype);
    };
    of.operator()<Gamma>();
    of.operator()<InverseGamma>();
    of.operator()<FisherSnedecor>();
    check([](const Tensor& a, const Tensor& b) { return std::make_shared<StudentT>(a, 0.3, b); },
          dtype);
  }
}

// Infinite concentrations are points, and every element counts from its place in the whole draw.
TEST(DrawsOfStreams, KeepTheEdgesOfTheirClasses) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Gamma(infinity, 1.0).sample({}, Philox(1)).item<double>(), infinity);
  EXPECT_LT(InverseGamma(infinity, 1.0).sample({}, Philox(1)).item<double>(), 1e-30);
  EXPECT_GT(Gamma(0.0, 1.0, false).sample({}, Philox(1)).item<double>(), 0);

  const Gumbel gumbel(at::zeros({3}), at::ones({3}, at::kDouble));
  EXPECT_EQ(gumbel.sample({}, Philox(1)).scalar_type(), at::kDouble);
  // Half types are rounded once. The sum of 3 and an angle, in bfloat16, would have steps of 1 / 64.
  const Tensor angles = VonMises(at::full({}, 3.0, at::kBFloat16), at::full({}, 0.5, at::kBFloat16))
                            .sample({10000}, Philox(1))
                            .to(at::kDouble);
  EXPECT_TRUE((64 * angles).frac().ne(0).logical_and(angles.abs() < 1).any().item<bool>());
}

}  // namespace
}  // namespace torch::distributions::test
