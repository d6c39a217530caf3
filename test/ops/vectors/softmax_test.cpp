#include "ops/vectors/softmax.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "ops/engine/each_instruction_set.h"
#include "ops/engine/engine.h"
#include "ops/special/constants.h"
#include "support/gradcheck.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;

struct Function {
  const char* name;
  Tensor (*ours)(const Tensor& x);
  Tensor (*torchs)(const Tensor& x);
};

std::ostream& operator<<(std::ostream& out, const Function& f) { return out << f.name; }

struct SoftmaxResult {
  Tensor value, gradient;
};

/// The value, and the gradient of its weighted sum.
SoftmaxResult run(Tensor (*f)(const Tensor&), const Tensor& x) {
  const Tensor leaf = x.detach().requires_grad_();
  const Tensor value = f(leaf);
  const Tensor weights = at::linspace(-1, 2, x.numel(), at::kDouble).view(x.sizes()).to(x.dtype());
  return {value.detach(), torch::autograd::grad({value}, {leaf}, {weights})[0]};
}

double error(const Tensor& got, const Tensor& want) {
  return (got.to(at::kDouble) - want).abs().max().item<double>();
}

class SoftmaxTest : public ::testing::TestWithParam<Function> {};

TEST_P(SoftmaxTest, IsRightForRowsOfEveryLength) {
  at::manual_seed(0);
  engine::with_each_instruction_set([] {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      const double epsilon = dtype == at::kFloat ? 0x1p-23 : 0x1p-52;
      for (const int64_t columns : {1, 2, 3, 5, 8, 15, 16, 17, 31, 32}) {
        for (const int64_t rows : {1, 2, 7, 16, 19, 1000}) {
          const Tensor x = at::randn({rows, columns}, at::kDouble).mul(3).add(50).to(dtype);
          const auto before = calls();
          const SoftmaxResult got = run(GetParam().ours, x);
          EXPECT_EQ(calls().forward, before.forward + 1);
          EXPECT_EQ(calls().backward, before.backward + 1);
          // LibTorch's result in double is accurate enough as the reference.
          const SoftmaxResult want = run(GetParam().torchs, x.to(at::kDouble));
          EXPECT_EQ(got.value.scalar_type(), dtype);
          EXPECT_LE(error(got.value, want.value), 16 * epsilon) << rows << "x" << columns;
          EXPECT_LE(error(got.gradient, want.gradient), static_cast<double>(16 * columns) * epsilon)
              << rows << "x" << columns;
        }
      }
    }
  });
}

TEST_P(SoftmaxTest, InfiniteElementsAreLibTorchs) {
  if (GetParam().ours == normalize) return;                           // its weights are finite
  const Tensor x = at::tensor({-kInfinity, -kInfinity,   -kInfinity,  //
                               kInfinity,  0.0,          -kInfinity,  //
                               -kInfinity, 1.0,          -kInfinity,  //
                               2.0,        -kInfinity,   2.0,         //
                               0.0,        std::nan(""), 1.0,         //
                               kInfinity,  kInfinity,    0.0,         //
                               1e30,       -1e30,        0.0})
                       .view({7, 3});
  engine::with_each_instruction_set([&] {
    for (const Tensor& t : {x, x.to(at::kDouble)}) {
      EXPECT_TRUE(GetParam().ours(t).allclose(GetParam().torchs(t), 1e-6, 1e-6, /*equal_nan=*/true))
          << GetParam().ours(t);
    }
  });
}

TEST_P(SoftmaxTest, HasDerivatives) {
  at::manual_seed(1);
  const auto f = [](const std::vector<Tensor>& x) { return GetParam().ours(x[0]); };
  for (const int64_t columns : {4, 40}) {
    const Tensor x = at::rand({3, columns}, at::kDouble) + 0.1;
    EXPECT_TRUE(test::gradcheck(f, {x}));
    EXPECT_TRUE(test::gradgradcheck(f, {x}));
  }
}

TEST_P(SoftmaxTest, OtherTensorsAreLibTorchs) {
  at::manual_seed(2);
  const Tensor x = at::randn({6, 5});
  const auto before = calls();
  for (const Tensor& t : {x.t(), x.to(at::kHalf), x.to(at::kBFloat16), at::ones({0, 5}),
                          at::ones({5, 0}), x.expand({2, 6, 5}), at::randn({3, 33})}) {
    EXPECT_TRUE(GetParam().ours(t).equal(GetParam().torchs(t))) << t.sizes();
  }
  EXPECT_EQ(calls().composed, before.composed + 7);
  EXPECT_EQ(GetParam().ours(at::empty({6, 5}, at::kMeta)).sizes(), x.sizes());
  const ComposedGuard guard;
  EXPECT_TRUE(GetParam().ours(x).equal(GetParam().torchs(x)));
}

TEST_P(SoftmaxTest, GradientsOfAnyLayout) {
  at::manual_seed(3);
  const Tensor x = at::rand({6, 5}, at::kDouble).requires_grad_();
  const auto gradient = [&](Tensor (*f)(const Tensor&), const Tensor& weights) {
    return torch::autograd::grad({f(x)}, {x}, {weights})[0];
  };
  for (const Tensor& weights :
       {at::ones({}, at::kDouble).expand({6, 5}), at::randn({5, 6}, at::kDouble).t()}) {
    EXPECT_TRUE(gradient(GetParam().ours, weights)
                    .allclose(gradient(GetParam().torchs, weights), 1e-12, 1e-14));
  }
}

TEST_P(SoftmaxTest, DoesNotDependOnThreads) {
  at::manual_seed(4);
  const Tensor x = at::randn({10007, 7});
  const int threads = at::get_num_threads();
  at::set_num_threads(2);
  const SoftmaxResult two = run(GetParam().ours, x);
  at::set_num_threads(1);
  const SoftmaxResult one = run(GetParam().ours, x);
  at::set_num_threads(threads);
  EXPECT_TRUE(one.value.equal(two.value));
  EXPECT_TRUE(one.gradient.equal(two.gradient));
}

INSTANTIATE_TEST_SUITE_P(
    All, SoftmaxTest,
    ::testing::Values(Function{"log_softmax", [](const Tensor& x) { return log_softmax(x); },
                               [](const Tensor& x) { return x.log_softmax(-1); }},
                      Function{"softmax", softmax, [](const Tensor& x) { return x.softmax(-1); }},
                      Function{"normalize", normalize,
                               [](const Tensor& x) {
                                 const Tensor wide = x.to(at::toOpMathType(x.scalar_type()));
                                 return (wide / wide.sum(-1, true)).to(x.scalar_type());
                               }}),
    [](const auto& tested) { return tested.param.name; });

TEST_P(SoftmaxTest, OtherTensorsHaveLibTorchsGradients) {
  at::manual_seed(5);
  for (const Tensor& t : {at::rand({5, 6}).t(), at::rand({6, 5}).to(at::kHalf),
                          at::rand({3, 33}, at::kDouble), at::rand({5}).expand({2, 5})}) {
    const SoftmaxResult got = run(GetParam().ours, t), want = run(GetParam().torchs, t);
    const double tolerance = t.scalar_type() == at::kHalf ? 1e-2 : 1e-5;
    EXPECT_TRUE(got.gradient.allclose(want.gradient, tolerance, tolerance)) << got.gradient;
  }
}

TEST(NormalizeTest, SumsThatOverflow) {
  for (const auto& [dtype, large] : {std::pair{at::kFloat, 3e38}, std::pair{at::kDouble, 1e308}}) {
    for (const int64_t columns : {2, 32, 40}) {
      for (const bool composed : {false, true}) {
        std::optional<ComposedGuard> guard;
        if (composed) guard.emplace();
        Tensor x = at::ones({2, columns}, dtype);
        x[1].fill_(large);
        x[1][0] = 1;
        const Tensor y = normalize(x), n = at::full({}, static_cast<double>(columns), dtype);
        EXPECT_TRUE(y[0].allclose(1 / n));
        EXPECT_TRUE(y[1].slice(0, 1).allclose(1 / (n - 1))) << y;
        EXPECT_LE(y[1][0].item<double>(), 1e-38);
        // d log y / dx is 1 / x if the other weights are this large.
        x[1][0] = large * 1e-30;
        x.requires_grad_();
        const Tensor g = torch::autograd::grad({normalize(x)[1][0].log()}, {x})[0];
        EXPECT_NEAR(g[1][0].item<double>() * large * 1e-30, 1, 1e-6) << g;
        EXPECT_TRUE(g.slice(1, 1).abs().le(1e-30).all().item<bool>()) << g;
      }
    }
  }
}

TEST(NormalizeTest, OfNothingIsNaNWithoutAGradient) {
  for (const int64_t columns : {3, 40}) {
    const Tensor x = at::cat({at::zeros({1, columns}), at::ones({1, columns})}).requires_grad_();
    const Tensor y = normalize(x);
    EXPECT_TRUE(y[0].isnan().all().item<bool>());
    const Tensor weights = at::full({2, columns}, std::nan(""));
    const Tensor g = torch::autograd::grad({y}, {x}, {weights})[0];
    EXPECT_TRUE(g[0].eq(0).all().item<bool>());
    EXPECT_TRUE(g[1].isnan().all().item<bool>());
  }
}

TEST(LogSoftmaxTest, OfNothingIsNaNWithoutAGradient) {
  for (const Tensor& zeros : {at::zeros({2, 3}), at::zeros({2, 40}), at::zeros({3, 2}).t()}) {
    Tensor x = zeros.clone(at::MemoryFormat::Preserve);
    x[0].fill_(-kInfinity);
    x.requires_grad_();
    const Tensor y = log_softmax(x, /*may_be_empty=*/true);
    EXPECT_TRUE(y[0].isnan().all().item<bool>());
    EXPECT_TRUE(y[1].isfinite().all().item<bool>());
    const Tensor weights = at::full_like(y, std::nan("")).detach();
    const Tensor g = torch::autograd::grad({y}, {x}, {weights})[0];
    EXPECT_TRUE(g[0].eq(0).all().item<bool>());
    EXPECT_TRUE(g[1].isnan().all().item<bool>());
  }
}

// The log-softmax of a dominating element is -log(1 + t), where t is the sum of the other terms.
// Rounding 1 + t to 1 would lose t.
TEST(LogSoftmaxTest, WhatHasNearlyAllKeepsTheOthers) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const Tensor y = log_softmax(at::tensor({0.0, 30.0, 30.0 - 25.0, -kInfinity}, dtype));
    EXPECT_NEAR(y[1].item<double>() / -(std::exp(-30) + std::exp(-25)), 1, 1e-6);
    EXPECT_EQ(y[3].item<double>(), -kInfinity);
  }
}

}  // namespace
}  // namespace torch::distributions::ops
