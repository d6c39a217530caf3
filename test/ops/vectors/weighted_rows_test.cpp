#include "ops/vectors/weighted_rows.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ops/draws/simplex.h"
#include "ops/engine/each_instruction_set.h"
#include "ops/special/constants.h"
#include "ops/tensor/path.h"
#include "ops/vectors/multinomial.h"
#include "ops/vectors/relaxed_categorical.h"

// Compares the kernels with the composed path. log_sum_test.cpp tests the arrangement of rows too.

namespace torch::distributions::ops {
namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;
using OfTensors = std::function<Tensor(const Tensors&)>;

constexpr int64_t kLengths[] = {1, 2, 5, 8, 17, 32}, kRows[] = {1, 3, 16, 37};

/// The value, and the gradients of its weighted sum in the first `differentiated` inputs.
Tensors evaluated(const OfTensors& f, const Tensors& inputs, std::size_t differentiated) {
  Tensors leaves = inputs;
  for (std::size_t i = 0; i < differentiated; ++i) leaves[i] = inputs[i].clone().requires_grad_();
  const Tensor value = f(leaves);
  leaves.resize(differentiated);
  Tensors all{value.detach()};
  const Tensor gradient =
      at::linspace(-1, 2, value.numel(), at::kDouble).view(value.sizes()).to(value.dtype());
  for (const Tensor& found : torch::autograd::grad({value}, leaves, {gradient}))
    all.push_back(found);
  return all;
}

/// \param backward Whether the gradient has a kernel.
void expect_kernels(const OfTensors& f, const Tensors& inputs, std::size_t differentiated,
                    const std::string& what, bool backward = true) {
  const auto dtype = inputs[0].scalar_type();
  const double tolerance = dtype == at::kDouble ? 3e-13 : 2e-6;
  const auto before = calls();
  const Tensors got = evaluated(f, inputs, differentiated);
  EXPECT_EQ(calls().forward, before.forward + 1) << what;
  EXPECT_EQ(calls().backward, before.backward + static_cast<int>(backward)) << what;
  Tensors wide;
  for (const Tensor& input : inputs) wide.push_back(input.to(at::kDouble));
  const ComposedGuard guard;
  const Tensors want = evaluated(f, wide, differentiated);
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].scalar_type(), dtype) << what;
    const double size = want[i].nan_to_num(0, 0, 0).abs().max().item<double>();
    EXPECT_TRUE(got[i].to(at::kDouble).allclose(want[i], tolerance, tolerance * (1 + size), true))
        << what << ": " << i << "\n"
        << got[i] << want[i];
  }
}

/// Calls f(dtype, rows, columns, what) for dtypes and sizes, with each instruction set.
void for_each_size(const std::function<void(at::ScalarType, int64_t, int64_t, std::string)>& f) {
  at::manual_seed(0);
  engine::with_each_instruction_set([&] {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      for (const int64_t columns : kLengths) {
        for (const int64_t rows : kRows) {
          f(dtype, rows, columns, std::to_string(rows) + "x" + std::to_string(columns));
        }
      }
    }
  });
}

Tensor log_weights(int64_t rows, int64_t columns, at::ScalarType dtype) {
  return at::randn({rows, columns}, at::kDouble).log_softmax(-1).to(dtype);
}

Tensor of_relaxed(const Tensors& t) { return relaxed_categorical_log_prob(t[0], t[1], t[2]); }
Tensor of_one_hot(const Tensors& t) { return relaxed_one_hot_log_prob(t[0], t[1], t[2]); }

TEST(RelaxedCategoricalKernel, EqualsComposed) {
  for_each_size([](auto dtype, int64_t rows, int64_t columns, const std::string& what) {
    const Tensor x = log_weights(rows, columns, dtype).mul_(2), y = x.softmax(-1);
    for (const int64_t of_logits : {int64_t{1}, rows}) {
      const Tensor logits = log_weights(of_logits, columns, dtype);
      for (const int64_t of_t : {int64_t{1}, rows}) {
        const Tensor t = at::rand({of_t, 1}, dtype).add_(0.2);
        expect_kernels(of_relaxed, {t, logits, x}, 3, what);
        expect_kernels(of_one_hot, {t, logits, y}, 3, what);
      }
    }
  });
}

TEST(RelaxedCategoricalKernel, ElementsOfAnExpandedTemperatureHaveTheirGradients) {
  const Tensor t = at::full({1}, 0.5, at::kDouble).expand({3, 1}).detach().requires_grad_();
  const Tensor logits = log_weights(3, 4, at::kDouble), x = log_weights(3, 4, at::kDouble);
  const auto of_t = [&] {
    return torch::autograd::grad({of_relaxed({t, logits, x}).sum()}, {t})[0];
  };
  const Tensor got = of_t();
  const ComposedGuard guard;
  EXPECT_TRUE(got.allclose(of_t(), 1e-13, 1e-13)) << got;
}

// Beside an ordinary row: the composed path evaluates these.
TEST(RelaxedCategoricalKernel, LeavesInfiniteScores) {
  for (const double special : {-kInfinity, kInfinity, kNaN}) {
    const Tensor x = at::tensor({-1.0, -2.0, -1.0, special}).view({2, 2});
    const Tensor logits = log_weights(2, 2, at::kDouble), t = at::full({1}, 0.5, at::kDouble);
    const auto before = calls();
    const Tensor got = of_relaxed({t, logits, x});
    EXPECT_EQ(calls().composed, before.composed + 1);
    const ComposedGuard guard;
    EXPECT_TRUE(got.equal(of_relaxed({t, logits, x})) || got.isnan().any().item<bool>());
  }
}

TEST(RelaxedCategoricalKernel, DrawsThoseOfTheComposedPath) {
  for_each_size([](auto dtype, int64_t rows, int64_t columns, const std::string& what) {
    for (const int64_t of_logits : {int64_t{1}, rows}) {
      Tensor logits = log_weights(of_logits, columns, dtype);
      if (columns > 2) logits.select(-1, 1).fill_(-kInfinity);
      for (const double number : {1e-3, 0.7, 1e3}) {
        const Tensor t = at::full({1}, number, dtype);
        for (const auto form : {Relaxed::kOneHot, Relaxed::kLogarithm}) {
          const auto draw = [&] {
            return sample_relaxed_categorical(t, logits, form, {rows, columns}, dtype,
                                              at::detail::createCPUGenerator(7));
          };
          const Tensor got = draw();
          const ComposedGuard guard;
          const Tensor want = draw();
          const double tolerance = dtype == at::kDouble ? 1e-12 : 1e-6;
          EXPECT_EQ(got.scalar_type(), dtype);
          EXPECT_TRUE(got.allclose(want, tolerance, tolerance)) << what << got << want;
        }
      }
    }
  });
}

OfTensors multinomial(bool by_logits) {
  return [by_logits](const Tensors& t) {
    return multinomial_log_prob(t[2], by_logits ? Tensor() : t[0], by_logits ? t[0] : Tensor(),
                                t[1]);
  };
}

/// Counts, and their sums in double.
std::pair<Tensor, Tensor> some_counts(int64_t rows, int64_t columns, double most,
                                      at::ScalarType dtype) {
  const Tensor x = at::rand({rows, columns}, at::kDouble).mul_(most).floor_();
  return {x.to(dtype), x.sum(-1)};
}

TEST(MultinomialKernel, EqualsComposed) {
  for_each_size([](auto dtype, int64_t rows, int64_t columns, const std::string& what) {
    for (const int64_t of_weights : {int64_t{1}, rows}) {
      const Tensor logits = log_weights(of_weights, columns, dtype);
      for (const double most : {1.0, 4.0, 1e5}) {
        const auto [x, n] = some_counts(rows, columns, most, dtype);
        expect_kernels(multinomial(true), {logits, x, n}, 1, what);
        expect_kernels(multinomial(false), {logits.exp(), x, n}, 1, what);
      }
    }
  });
}

TEST(MultinomialKernel, Limits) {
  const double nan = kNaN;
  const Tensor x =
      at::tensor({1.,  0., 3., 1.,        1., 2., 2., 0., 1., -1., 2., 3., 0.5, 0.5, 3.,
                  nan, 1., 3., kInfinity, 0., 0., 4., 0., 0., 0.,  0., 4., 5.,  0.,  0.},
                 at::kDouble)
          .view({-1, 3});
  const Tensor n = at::full({}, 4, at::kDouble);
  for (const double p : {0.0, 1e-30, 1e-290}) {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      if (dtype == at::kFloat && p == 1e-290) continue;  // it is 0
      const Tensor probs = at::tensor({0.4, p, 0.6}, at::kDouble).to(dtype);
      expect_kernels(multinomial(false), {probs, x.to(dtype), n}, 1, std::to_string(p));
      expect_kernels(multinomial(true), {probs.log(), x.to(dtype), n}, 1, std::to_string(p));
    }
  }
  // n p underflows.
  const Tensor tiny = at::tensor({0., -1000., -kInfinity}, at::kDouble);
  const Tensor counts = at::tensor({3., 1., 0., 1., 3., 0., 4., 0., 0.}, at::kDouble).view({3, 3});
  expect_kernels(multinomial(true), {tiny, counts, n}, 1, "tiny");
  // No possible sums, beside a possible one.
  const Tensor sums = at::tensor({4., -1., nan, 2.5, kInfinity}, at::kDouble);
  expect_kernels(multinomial(true), {tiny, counts.select(0, 0).expand({5, 3}), sums}, 1, "sums");
}

TEST(MultinomialKernel, EntropyEqualsComposed) {
  for_each_size([](auto dtype, int64_t rows, int64_t columns, const std::string& what) {
    if (rows > 3 || columns > 8) return;
    const Tensor p = log_weights(rows, columns, dtype).exp_();
    for (const double n : {0., 1., 2., 10., 100., 256.}) {
      const Tensor total = at::full({}, n, at::kDouble);
      expect_kernels([&](const Tensors& t) { return multinomial_entropy(total, t[0]); }, {p}, 1,
                     what + " " + std::to_string(n), /*backward=*/false);
    }
  });
  const Tensor totals = at::tensor({0., 3., 20.}, at::kDouble);
  const Tensor p = at::tensor({0., 1., 0.3, 0.7, 1e-20, 1.}, at::kDouble).view({3, 2});
  const Tensor got = multinomial_entropy(totals, p);
  const ComposedGuard guard;
  EXPECT_TRUE(got.allclose(multinomial_entropy(totals, p), 1e-13, 1e-15)) << got;
}

}  // namespace
}  // namespace torch::distributions::ops
