/// Draws by rejection, and others with parameters of their own, are a function of the draw, of the element and of its parameters, and of
/// nothing else. rejection_laws_test.cpp compares them with their distributions.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <ATen/Parallel.h>

#include "core/float_limits.h"
#include "ops/engine/each_instruction_set.h"
#include "ops/random/fill.h"
#include "support/tensors.h"

namespace torch::distributions::ops::random {
namespace {

using test::doubles;
using test::kInfinity;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr Draw kDraw{0x243f6a8885a308d3, 41, 0};

/// A sampler, and parameters: ordinary, extreme and invalid ones.
struct Sampler {
  std::string name;
  std::function<void(const Tensor& to, const Draw&, const Tensor& a, const Tensor& b)> fill;
  std::vector<double> a, b;
  bool are_vectors = false;
};

const Sampler kSamplers[] = {
    {"gamma",
     [](auto& to, auto& draw, auto& a, auto&) { fill_gamma(to, draw, a); },
     {2.5, 1e-30, 0.3, 1, kNaN, 1e30, 77, -1, 0, kInfinity, 1e-3},
     {1}},
    {"log_gamma",
     [](auto& to, auto& draw, auto& a, auto&) { fill_log_gamma(to, draw, a); },
     {2.5, 1e-30, 0.3, 1, kNaN, 1e30, 77, -1, 0, kInfinity, 1e-3},
     {1}},
    {"inverse_gamma",
     [](auto& to, auto& draw, auto& a, auto& b) { fill_inverse_gamma(to, draw, a, b); },
     {2.5, 1e-30, 0.3, 1, kNaN, 1e30, 77, -1, 0, kInfinity, 1e-3},
     {1, 2e-30, 5, 1e30, 0.7}},
    {"fisher_snedecor",
     [](auto& to, auto& draw, auto& a, auto& b) {
       fill_fisher_snedecor(to, draw, {draw.key, draw.number + 5, draw.shard}, a, b);
     },
     {2.5, 1e-30, 0.3, 1, kNaN, 1e30, 77, -1, 0, kInfinity, 1e-3},
     {1, 2e-30, 5, 1e30, 0.7}},
    {"student_t",
     [](auto& to, auto& draw, auto& a, auto& b) { fill_student_t(to, draw, a, b, b + 1); },
     {2.5, 1e-30, 0.3, 1, kNaN, 1e30, 77, -1, 0, kInfinity, 1e-3},
     {1, 2e-30, 5, 1e3, 0.7}},
    {"log_student_t",
     [](auto& to, auto& draw, auto& a, auto&) { fill_log_student_t(to, draw, a); },
     {2.5, 1e-30, 0.3, 1, kNaN, 1e30, 77, -1, 0, kInfinity, 1e-3},
     {1}},
    {"beta",
     [](auto& to, auto& draw, auto& a, auto& b) { fill_beta(to, draw, a, b); },
     {2.5, 1e-30, 0.3, 1, kNaN, 1e30, 77, -1, 0, kInfinity, 1e-3},
     {1, 2e-30, 5, 1e30, 0.7}},
    {"dirichlet",
     [](auto& to, auto& draw, auto& a, auto&) { fill_dirichlet(to, draw, a); },
     {2.5, 1e-30, 0.3, 1, 1e30, 77, 1e-3, 4, 1e-30, 0.1, 2},
     {1},
     true},
    {"poisson",
     [](auto& to, auto& draw, auto& a, auto&) { fill_poisson(to, draw, a); },
     {2.5, 1e-30, 0, 31.999, 32, kNaN, 1e15, 77, -1, kInfinity, 300},
     {1}},
    {"binomial",
     [](auto& to, auto& draw, auto& a, auto& b) { fill_binomial(to, draw, a, b); },
     {25, 0, 100, 1e6, kNaN, 0x1p53, 77, -1, 2.5, kInfinity, 1},
     {0.3, 1e-12, 0.99, 0.5, 1, 0, 1.5}},
    {"von_mises",
     [](auto& to, auto& draw, auto& a, auto&) { fill_von_mises(to, draw, a); },
     {2.5, 1e-30, 0, 1, kNaN, 1e30, 77, -1, 3, kInfinity, 1e-3},
     {1}},
};

/// `count` numbers that repeat those of a list.
Tensor repeated(const std::vector<double>& numbers, int64_t count, at::ScalarType dtype) {
  const auto size = static_cast<int64_t>(numbers.size());
  return doubles(numbers).repeat({count / size + 1}).slice(0, 0, count).to(dtype);
}

constexpr int64_t kRows = 4009, kColumns = 11;  // as many columns as concentrations of vectors

/// Draws of a sampler with its parameters, which are shared by all elements or not.
struct Case {
  const Sampler& sampler;
  at::ScalarType dtype;
  bool are_shared;

  Tensor draw(const Draw& of = kDraw, int64_t first_row = 0, int64_t rows = kRows) const {
    const Tensor to = at::full({rows, kColumns}, 3, dtype);
    sampler.fill(to, of, parameter(sampler.a, first_row, rows),
                 parameter(sampler.b, first_row, rows));
    return to;
  }

 private:
  Tensor parameter(const std::vector<double>& numbers, int64_t first_row, int64_t rows) const {
    const Tensor all = repeated(numbers, kRows * kColumns, dtype).view({kRows, kColumns});
    if (!are_shared) return all.slice(0, first_row, first_row + rows);
    return sampler.are_vectors ? all[0] : all[0][0];
  }
};

void for_each_case(const std::function<void(const Case&)>& check) {
  for (const Sampler& sampler : kSamplers) {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      for (const bool are_shared : {true, false}) {
        const ::testing::ScopedTrace trace(
            __FILE__, __LINE__,
            sampler.name + " " + c10::toString(dtype) + (are_shared ? " shared" : ""));
        check({sampler, dtype, are_shared});
      }
    }
  }
}

void expect_same(const Tensor& a, const Tensor& b) {
  EXPECT_TRUE(at::allclose(a, b, 0, 0, /*equal_nan=*/true));
}

TEST(Rejection, GivesTheSameBitsOnEveryInstructionSetAndAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  for_each_case([](const Case& c) {
    at::set_num_threads(1);
    const Tensor expected = c.draw();
    engine::with_each_instruction_set([&] {
      for (const int n : {1, 2, 7}) {
        at::set_num_threads(n);
        expect_same(c.draw(), expected);
      }
    });
  });
  at::set_num_threads(threads);
}

TEST(Rejection, GivesAShardItsPart) {
  for_each_case([](const Case& c) {
    constexpr uint32_t kShards = 19;
    constexpr int64_t kPart = kRows / kShards;
    static_assert(kPart * kShards == kRows);
    const Tensor whole = c.draw();
    for (const uint32_t shard : {0u, 1u, kShards - 1}) {
      Draw draw = kDraw;
      draw.shard = shard;
      expect_same(c.draw(draw, shard * kPart, kPart),
                  whole.slice(0, shard * kPart, (shard + 1) * kPart));
    }
  });
}

TEST(Rejection, DependsOnTheParametersOfTheElementAlone) {
  for (const Sampler& sampler : kSamplers) {
    SCOPED_TRACE(sampler.name);
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      const Tensor shared = Case{sampler, dtype, true}.draw();
      const Tensor all = Case{sampler, dtype, false}.draw();
      if (sampler.are_vectors) {
        expect_same(shared, all);
      } else {
        // Elements with the first of the parameters are among others with other parameters.
        const int64_t a = static_cast<int64_t>(sampler.a.size());
        const int64_t step = a * static_cast<int64_t>(sampler.b.size());
        expect_same(shared.view(-1).slice(0, 0, std::nullopt, step),
                    all.view(-1).slice(0, 0, std::nullopt, step));
      }
    }
  }
}

/// The number of elements decides how counts are found, but not which.
TEST(Rejection, DependsOnTheElementAlone) {
  for (const Sampler& sampler : kSamplers) {
    if (sampler.are_vectors) continue;
    SCOPED_TRACE(sampler.name);
    const auto drawn = [&](int64_t count) {
      const Tensor to = at::empty({count}, at::kFloat);
      sampler.fill(to, kDraw, doubles({sampler.a[0]}), doubles({sampler.b[0]}));
      return to;
    };
    const Tensor all = drawn(50000);
    for (const int64_t count : {1, 7, 8, 100, 1025, 20000})
      expect_same(drawn(count), all.slice(0, 0, count));
  }
}

TEST(Rejection, CountsElementsBeyondTheLowerHalf) {
  for (const Sampler& sampler : kSamplers) {
    SCOPED_TRACE(sampler.name);
    // The number of element `last` is 2^32.
    Draw draw = kDraw;
    draw.shard = static_cast<uint32_t>((int64_t{1} << 32) / (kRows * kColumns));
    const int64_t last = (int64_t{1} << 32) - int64_t{draw.shard} * (kRows * kColumns);
    const Case c{sampler, at::kFloat, true};
    const Tensor around = c.draw(draw), first = c.draw();
    EXPECT_FALSE(at::equal(around.view(-1).slice(0, last),
                           first.view(-1).slice(0, 0, kRows * kColumns - last)));
    engine::with_each_instruction_set([&] { expect_same(c.draw(draw), around); });
  }
}

TEST(Rejection, TellsDrawsAndStreamsApart) {
  for_each_case([](const Case& c) {
    const Tensor first = c.draw();
    EXPECT_FALSE(at::equal(first, c.draw({kDraw.key, kDraw.number + 1, 0})));
    EXPECT_FALSE(at::equal(first, c.draw({kDraw.key + 1, kDraw.number, 0})));
    EXPECT_FALSE(at::equal(first, c.draw({kDraw.key, kDraw.number + (uint64_t{1} << 32), 0})));
  });
}

TEST(Rejection, GivesNanForInvalidParametersAlone) {
  const auto is_valid = [](const std::string& name, double a, double b) {
    if (name == "poisson") return a >= 0 && a < kInfinity;
    if (name == "binomial") {
      return a >= 0 && a < kInfinity && a == std::floor(a) && b >= 0 && b <= 1;
    }
    if (name == "von_mises") return a >= 0;
    if (name == "student_t" || name == "log_student_t" || name == "inverse_gamma") return a > 0;
    return a > 0 && a < kInfinity && b > 0;
  };
  for_each_case([&](const Case& c) {
    if (c.are_shared || c.sampler.are_vectors) return;
    const Tensor nan = c.draw().view(-1).isnan();
    const auto &a = c.sampler.a, &b = c.sampler.b;
    for (size_t i = 0; i < 1000; ++i) {
      EXPECT_EQ(nan[static_cast<int64_t>(i)].item<bool>(),
                !is_valid(c.sampler.name, a[i % a.size()], b[i % b.size()]))
          << i;
    }
  });
  for (const double invalid : {kNaN, -1.0, kInfinity}) {
    const Tensor to = at::zeros({3000}, at::kFloat);
    fill_gamma(to, kDraw, at::tensor(invalid));
    EXPECT_TRUE(to.isnan().all().item<bool>());
    fill_poisson(to, kDraw, at::tensor(invalid));
    EXPECT_TRUE(to.isnan().all().item<bool>());
  }
  const Tensor vectors = at::zeros({5, 3}, at::kDouble);
  fill_dirichlet(vectors, kDraw,
                 doubles({1, 2, 3, 1, -2, 3, 1, 2, 3, kNaN, 1, 1, 1, 1, 1}).view({5, 3}));
  EXPECT_TRUE(at::equal(vectors.isnan().any(1), doubles({0, 1, 0, 1, 0}).to(at::kBool)));
}

TEST(Rejection, StaysInsideTheSupport) {
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    SCOPED_TRACE(c10::toString(dtype));
    const FloatLimits limits = float_limits(dtype);
    const auto all = [](const Tensor& condition) { return condition.all().item<bool>(); };
    const Tensor to = at::empty({30000}, dtype);
    for (const double a : {1e-30, 1e-3, 0.1, 1.0, 3e4, 1e30}) {
      const Tensor concentration = at::tensor(a, at::kDouble);
      fill_gamma(to, kDraw, concentration);
      EXPECT_TRUE(all(to >= limits.least_normal) && all(to <= limits.largest)) << a;
      fill_log_gamma(to, kDraw, concentration);
      EXPECT_TRUE(all(to.isfinite())) << a;
      fill_log_student_t(to, kDraw, concentration);
      EXPECT_TRUE(all(to.isfinite())) << a;
      fill_inverse_gamma(to, kDraw, concentration, at::ones({}));
      EXPECT_TRUE(all(to >= limits.least_normal) && all(to <= limits.largest)) << a;
      for (const double b : {1e-30, 1e-3, 1.0, 1e30}) {
        fill_beta(to, kDraw, concentration, at::tensor(b, at::kDouble));
        EXPECT_TRUE(all(to > 0) && all(to < 1)) << a << " " << b;
        fill_fisher_snedecor(to, kDraw, {kDraw.key, 0, 0}, concentration,
                             at::tensor(b, at::kDouble));
        EXPECT_TRUE(all(to >= limits.least_normal) && all(to <= limits.largest)) << a << " " << b;
      }
      for (const int64_t columns : {1, 2, 10, 3000}) {
        const Tensor vectors = at::empty({30000 / columns, columns}, dtype);
        fill_dirichlet(vectors, kDraw, concentration);
        EXPECT_TRUE(columns == 1 ? all(vectors == 1) : all(vectors > 0) && all(vectors < 1)) << a;
        EXPECT_TRUE(all((vectors.to(at::kDouble).sum(-1) - 1).abs() <=
                        static_cast<double>(columns) * limits.epsilon))
            << a << " " << columns;
      }
    }
    for (const double rate : {0.0, 1e-30, 4.0, 1e4, 1e30}) {
      fill_poisson(to, kDraw, at::tensor(rate, at::kDouble));
      EXPECT_TRUE(all(to >= 0) && all(to <= limits.largest) && all(to == to.floor())) << rate;
    }
    for (const double n : {0.0, 1.0, 9.0, 1e3, 0x1p53}) {
      for (const double p : {0.0, 1e-17, 0.5, 1 - 0x1p-53, 1.0}) {
        const Tensor counts = at::empty({3000}, at::kDouble);
        fill_binomial(counts, kDraw, at::tensor(n, at::kDouble), at::tensor(p, at::kDouble));
        EXPECT_TRUE(all(counts >= 0) && all(counts <= n) && all(counts == counts.floor()));
        if (p == 0 || p == 1) {
          EXPECT_TRUE(all(counts == n * p));
        }
      }
    }
    for (const double k : {0.0, 1e-30, 1.0, 1e30, kInfinity}) {
      fill_von_mises(to, kDraw, at::tensor(k, at::kDouble));
      EXPECT_TRUE(all(to.abs() <= at::full({}, M_PI, dtype))) << k;
      if (k == kInfinity) {
        EXPECT_TRUE(all(to == 0));
      }
    }
  }
}

// A draw overflows only where scale * t does, and the least df does not underflow to 0.
TEST(Rejection, OverflowsWhereTheNumbersDo) {
  const Tensor small = at::empty({30000}, at::kFloat), exact = at::empty({30000}, at::kFloat);
  for (const double df : {0.05, 0.5, 3.0}) {
    fill_log_student_t(exact, kDraw, at::tensor(df, at::kFloat));
    for (const double scale : {1e-30, 1.0, 1e30}) {
      fill_student_t(small, kDraw, at::tensor(df, at::kFloat), at::zeros({}),
                     at::tensor(scale, at::kFloat));
      const Tensor log = exact.to(at::kDouble) + std::log(scale);
      const Tensor is_inside = log.gt(-85).logical_and(log.lt(88.72));
      EXPECT_TRUE(at::equal(small.isinf(), log.gt(88.7229))) << df << " " << scale;
      EXPECT_TRUE(small.abs()
                      .to(at::kDouble)
                      .log()
                      .masked_select(is_inside)
                      .allclose(log.masked_select(is_inside), 1e-6, 2e-5))
          << df << " " << scale;
    }
  }
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const Tensor to = at::empty({100}, dtype), one = at::ones({}, dtype);
    const Tensor least = at::full({}, float_limits(dtype).least, dtype);
    fill_student_t(to, kDraw, least, 0 * one, one);
    EXPECT_TRUE(to.isinf().all().item<bool>());
    EXPECT_TRUE(to.gt(0).any().item<bool>() && to.lt(0).any().item<bool>());
    fill_fisher_snedecor(to, kDraw, {kDraw.key, 0, 0}, least, one);
    EXPECT_TRUE(to.eq(float_limits(dtype).least_normal).all().item<bool>());
    fill_fisher_snedecor(to, kDraw, {kDraw.key, 0, 0}, one, least);
    EXPECT_TRUE(to.eq(float_limits(dtype).largest).all().item<bool>());
  }
}

TEST(Rejection, WritesTensorsOfAnyStrideAndDtype) {
  for_each_case([](const Case& c) {
    if (!c.are_shared) return;
    const Tensor expected = c.draw();
    const Tensor a = doubles(c.sampler.are_vectors ? c.sampler.a : std::vector{c.sampler.a[0]});
    const Tensor to = at::empty({kRows, 2 * kColumns}, c.dtype).slice(1, 1, std::nullopt, 2);
    c.sampler.fill(to, kDraw, a.to(c.dtype), at::tensor(c.sampler.b[0], c.dtype));
    expect_same(to, expected);
    const Tensor meta = at::empty({3, kColumns}, at::TensorOptions(c.dtype).device(at::kMeta));
    c.sampler.fill(meta, kDraw, a.to(c.dtype), at::tensor(c.sampler.b[0], c.dtype));
    c.sampler.fill(at::empty({0, kColumns}, c.dtype), kDraw, a, doubles({c.sampler.b[0]}));
  });
  const Tensor counts = at::empty({1000}, at::kLong), numbers = at::empty({1000}, at::kDouble);
  fill_poisson(counts, kDraw, doubles({1e6}));
  fill_poisson(numbers, kDraw, doubles({1e6}));
  expect_same(counts.to(at::kDouble), numbers);
}

}  // namespace
}  // namespace torch::distributions::ops::random
