#include "ops/vectors/log_sum.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ops/engine/each_instruction_set.h"
#include "ops/engine/engine.h"
#include "ops/special/constants.h"
#include "support/gradcheck.h"

// Compares the kernels with the composed path.

namespace torch::distributions::ops {
namespace {

using at::Tensor;
using Sizes = std::vector<int64_t>;

struct LogSumResult {
  Tensor value, of_x, of_weights;
};

/// The value, and the gradients of its weighted sum.
LogSumResult run(const Tensor& x, const Tensor& weights, bool are_logs) {
  const Tensor leaf = x.detach().requires_grad_(), of_weights = weights.detach().requires_grad_();
  const Tensor value = log_sum(leaf, of_weights, are_logs);
  const Tensor gradient =
      at::linspace(-1, 2, value.numel(), at::kDouble).view(value.sizes()).to(value.dtype());
  const auto found = torch::autograd::grad({value}, {leaf, of_weights}, {gradient});
  return {value.detach(), found[0], found[1]};
}

LogSumResult run_composed(const Tensor& x, const Tensor& weights, bool are_logs) {
  const ComposedGuard guard;
  return run(x, weights, are_logs);
}

/// Normalised weights, or their logarithms.
Tensor some_weights(const Sizes& sizes, bool are_logs) {
  const Tensor x = at::randn(sizes, at::kDouble).mul(2);
  return are_logs ? x.log_softmax(-1) : x.softmax(-1);
}

void expect_kernels(const Tensor& x, const Tensor& weights, bool are_logs,
                    const std::string& what) {
  const double tolerance = x.scalar_type() == at::kDouble ? 1e-14 : 5e-6;
  const auto before = calls();
  const LogSumResult got = run(x, weights, are_logs);
  EXPECT_EQ(calls().forward, before.forward + 1) << what;
  EXPECT_EQ(calls().backward, before.backward + 1) << what;
  EXPECT_EQ(calls().composed, before.composed) << what;
  // Double is accurate enough as the reference.
  const LogSumResult want = run_composed(x.to(at::kDouble), weights.to(at::kDouble), are_logs);
  const auto is_close = [&](const Tensor& a, const Tensor& b, double scale) {
    return a.scalar_type() == x.scalar_type() &&
           a.to(at::kDouble).allclose(b, tolerance, tolerance * scale);
  };
  EXPECT_TRUE(is_close(got.value, want.value, 1)) << what << got.value << want.value;
  EXPECT_TRUE(is_close(got.of_x, want.of_x, 1)) << what << got.of_x << want.of_x;
  const double largest = want.of_weights.abs().max().item<double>();
  EXPECT_TRUE(is_close(got.of_weights, want.of_weights, std::max(1.0, largest))) << what;
}

class LogSumTest : public ::testing::TestWithParam<bool> {};

TEST_P(LogSumTest, IsRightForRowsOfEveryLength) {
  at::manual_seed(0);
  engine::with_each_instruction_set([] {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      for (const int64_t columns : {1, 2, 3, 8, 16, 17, 32}) {
        for (const int64_t rows : {1, 2, 7, 16, 19, 1000}) {
          const Tensor x = at::randn({rows, columns}, at::kDouble).mul(3).to(dtype);
          for (const int64_t weight_rows : {int64_t{1}, rows}) {
            expect_kernels(x, some_weights({weight_rows, columns}, GetParam()).to(dtype),
                           GetParam(), std::to_string(rows) + "x" + std::to_string(columns));
          }
        }
      }
    }
  });
}

TEST_P(LogSumTest, WeightsBroadcast) {
  at::manual_seed(1);
  const std::vector<std::pair<Sizes, Sizes>> shapes{
      {{5}, {5}},           {{2, 3, 5}, {5}},       {{2, 3, 5}, {1, 1, 5}}, {{2, 3, 5}, {3, 5}},
      {{40, 3, 5}, {3, 5}}, {{2, 3, 5}, {2, 1, 5}}, {{5}, {4, 5}},          {{3, 5}, {2, 1, 5}},
      {{1, 5}, {4, 5}},     {{2, 1, 5}, {3, 5}}};
  for (const auto& [sizes, of_weights] : shapes) {
    const Tensor x = at::randn(sizes, at::kDouble), weights = some_weights(of_weights, GetParam());
    std::string what = at::str(at::IntArrayRef(sizes), at::IntArrayRef(of_weights));
    expect_kernels(x, weights, GetParam(), what);
    expect_kernels(x.to(at::kFloat), weights.to(at::kFloat), GetParam(), what);
  }
}

TEST_P(LogSumTest, EveryLayout) {
  at::manual_seed(2);
  const Tensor x = at::randn({5, 4, 6}, at::kDouble), weights = some_weights({4, 6}, GetParam());
  const Tensor columns = weights.t().contiguous().t(), rows = x.mT().contiguous().mT();
  expect_kernels(rows, weights, GetParam(), "x strided");
  expect_kernels(x, columns, GetParam(), "weights strided");
  expect_kernels(x.select(1, 0).unsqueeze(1).expand({5, 4, 6}), weights, GetParam(), "x expanded");
  expect_kernels(x, weights.select(0, 1).expand({4, 6}), GetParam(), "weights expanded");
  // A gradient of any layout.
  const Tensor leaf = x.clone().requires_grad_();
  const Tensor value = log_sum(leaf, weights, GetParam());
  for (const Tensor& gradient :
       {at::ones({}, at::kDouble).expand({5, 4}), at::randn({4, 5}, at::kDouble).t()}) {
    const Tensor got = torch::autograd::grad({value}, {leaf}, {gradient}, true)[0];
    const ComposedGuard guard;
    const Tensor same = log_sum(leaf, weights, GetParam());
    EXPECT_TRUE(got.allclose(torch::autograd::grad({same}, {leaf}, {gradient})[0], 1e-13, 1e-15));
  }
}

// Rows, and rows of the weights that have a zero.
TEST_P(LogSumTest, Limits) {
  const double nan = std::nan("");
  const Tensor x = at::tensor({0.0,        1.0,        2.0,         // an ordinary row
                               0.0,        kInfinity,  2.0,         //
                               kInfinity,  1.0,        2.0,         //
                               kInfinity,  kInfinity,  -kInfinity,  //
                               -kInfinity, 1.0,        -kInfinity,  //
                               -kInfinity, -kInfinity, -kInfinity,  //
                               3.0,        -kInfinity, -kInfinity,  //
                               nan,        1.0,        2.0,         //
                               0.0,        nan,        2.0,         //
                               1e4,        1.0,        2.0,         //
                               -1e4,       -2e4,       1e4,         //
                               -1e30,      1e30,       -1e30},
                              at::kDouble)
                       .view({12, 3});
  const Tensor each = at::tensor({0.0, 0.25, 0.75,     //
                                  1e-200, 0.25, 0.75,  //
                                  0.5, 0.25, 0.25,     //
                                  1.0, 0.0, 0.0},
                                 at::kDouble)
                          .view({4, 1, 3});
  engine::with_each_instruction_set([&] {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      const Tensor given = (GetParam() ? each.log() : each).to(dtype);
      const LogSumResult got = run(x.to(dtype), given, GetParam()),
                         want = run_composed(x.to(dtype), given, GetParam());
      const double tolerance = dtype == at::kFloat ? 1e-5 : 1e-13;
      const auto is_close = [&](const Tensor& a, const Tensor& b) {
        return a.allclose(b, tolerance, tolerance, /*equal_nan=*/true);
      };
      EXPECT_TRUE(is_close(got.value, want.value)) << got.value << want.value;
      EXPECT_TRUE(is_close(got.of_x, want.of_x)) << got.of_x << want.of_x;
      EXPECT_TRUE(got.of_x.isfinite().all().item<bool>());
      // Where all terms are 0, the gradient is 0 after it passes the normalisation.
      const auto before = [&](const LogSumResult& result) {
        const Tensor raw = given.detach().clone().requires_grad_();
        const Tensor weights = GetParam() ? raw.log_softmax(-1) : raw / raw.sum(-1, true);
        return torch::autograd::grad({weights}, {raw}, {result.of_weights})[0];
      };
      EXPECT_TRUE(is_close(before(got), before(want))) << before(got) << before(want);
    }
  });
}

TEST_P(LogSumTest, AGradientOfZeroAddsZero) {
  const Tensor x =
      at::tensor({1.0, kInfinity, 2.0, 3.0}, at::kDouble).view({2, 2}).requires_grad_();
  const Tensor weights = some_weights({2}, GetParam()).requires_grad_();
  const Tensor value = log_sum(x, weights, GetParam());
  for (const Tensor& slope : torch::autograd::grad({value}, {x, weights}, {at::zeros_like(value)}))
    EXPECT_TRUE(slope.eq(0).all().item<bool>());
}

// The sum of many small terms beside a large one keeps them.
TEST_P(LogSumTest, SmallTermsAreNotLost) {
  const int64_t n = 32;
  Tensor x = at::full({n}, std::log(0x1p-25)), weights = at::full({n}, 1.0 / n);
  x[0] = 0;
  const Tensor got = log_sum(x, GetParam() ? weights.log() : weights, GetParam());
  // log((1 + 31 / 2^25) / 32)
  const Tensor want = log_sum(x.to(at::kDouble),
                              (GetParam() ? weights.log() : weights).to(at::kDouble), GetParam());
  EXPECT_NEAR(want.item<double>(), -std::log(32) + 31 * 0x1p-25, 1e-7);
  EXPECT_NEAR(got.item<double>(), want.item<double>(), 3e-7);
}

TEST_P(LogSumTest, HasDerivatives) {
  at::manual_seed(3);
  const auto f = [](const std::vector<Tensor>& inputs) {
    return log_sum(inputs[0], GetParam() ? inputs[1].log_softmax(-1) : inputs[1].softmax(-1),
                   GetParam());
  };
  for (const int64_t columns : {4, 40}) {
    const Tensor x = at::randn({2, 3, columns}, at::kDouble);
    for (const Sizes& sizes : {Sizes{columns}, {3, columns}, {2, 1, columns}, {2, 3, columns}}) {
      const Tensor weights = at::randn(sizes, at::kDouble);
      EXPECT_TRUE(test::gradcheck(f, {x, weights}));
      EXPECT_TRUE(test::gradgradcheck(f, {x, weights}));
    }
  }
}

TEST_P(LogSumTest, OtherTensorsAreComposed) {
  at::manual_seed(4);
  const Tensor weights = some_weights({5}, GetParam()).to(at::kFloat);
  const auto before = calls();
  EXPECT_EQ(log_sum(at::ones({0, 5}), weights, GetParam()).sizes(), at::IntArrayRef({0}));
  log_sum(at::randn({3, 33}), some_weights({33}, GetParam()).to(at::kFloat), GetParam());
  log_sum(at::randn({3, 5}).to(at::kHalf), weights.to(at::kHalf), GetParam());
  EXPECT_EQ(calls().composed, before.composed + 3);
  EXPECT_EQ(calls().forward, before.forward);
}

TEST_P(LogSumTest, DoesNotDependOnThreads) {
  at::manual_seed(5);
  const Tensor x = at::randn({10007, 7});
  const int threads = at::get_num_threads();
  for (const int64_t weight_rows : {1, 10007}) {
    const Tensor weights = some_weights({weight_rows, 7}, GetParam()).to(at::kFloat);
    at::set_num_threads(2);
    const LogSumResult two = run(x, weights, GetParam());
    at::set_num_threads(1);
    const LogSumResult one = run(x, weights, GetParam());
    at::set_num_threads(threads);
    EXPECT_TRUE(one.value.equal(two.value));
    EXPECT_TRUE(one.of_x.equal(two.of_x));
    EXPECT_TRUE(one.of_weights.allclose(two.of_weights, 1e-5, 1e-5));
  }
}

INSTANTIATE_TEST_SUITE_P(Both, LogSumTest, ::testing::Bool(),
                         [](const auto& tested) { return tested.param ? "logs" : "weights"; });

}  // namespace
}  // namespace torch::distributions::ops
