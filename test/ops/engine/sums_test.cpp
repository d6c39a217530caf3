#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <torch/distributions.h>

#include "ops/engine/comparison.h"
#include "support/gradcheck.h"

// Sums over dimensions of an event, and sums of gradients.

namespace torch::distributions::test {
namespace {

/// An evaluation that is summed over its last dimensions.
struct Summed {
  const char* name;
  std::function<Tensor(const Tensors&)> f;
  std::vector<std::vector<int64_t>> sizes;
};

std::ostream& operator<<(std::ostream& out, const Summed& s) { return out << s.name; }

class EngineSum : public ::testing::TestWithParam<Summed> {};

TEST_P(EngineSum, AgreesWithTheComposedPath) {
  at::manual_seed(5);
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    Tensors inputs;
    for (const auto& sizes : GetParam().sizes)
      inputs.push_back(at::rand(sizes, at::kDouble).mul(0.8).add(0.1).to(dtype));
    const Operation c{GetParam().name, GetParam().f, {}, std::vector<bool>(inputs.size(), true)};
    const ops::Calls before = ops::calls();
    const Evaluation got = run(c, inputs);
    EXPECT_EQ(ops::calls().forward, before.forward + 1);
    EXPECT_EQ(ops::calls().backward, before.backward + 1);
    EXPECT_EQ(ops::calls().composed, before.composed);
    expect_close(got, run_composed(c, inputs), kUnits, c10::toString(dtype));
  }
  Tensors inputs;
  for (const auto& sizes : GetParam().sizes)
    inputs.push_back(at::rand(sizes, at::kDouble).mul(0.8).add(0.1));
  if (inputs.back().numel() > 100) return;  // gradcheck perturbs each element of every input
  const ValidateArgsGuard no_validation(false);
  EXPECT_TRUE(gradcheck(GetParam().f, inputs));
  EXPECT_TRUE(gradgradcheck(GetParam().f, inputs));
}

Tensor independent_normal(const Tensors& t, int64_t dims) {
  return Independent(Normal(t[0], t[1]), dims).log_prob(t[2]);
}

std::vector<Summed> sums() {
  return {
      Summed{"vector",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{70}, {70}, {41, 70}}},
      Summed{"same",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{41, 70}, {41, 70}, {41, 70}}},
      Summed{"short",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{3}, {3}, {5000, 3}}},
      Summed{"long",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{3000}, {3000}, {5, 3000}}},
      Summed{"all",
             [](const Tensors& t) { return independent_normal(t, 2); },
             {{41, 70}, {41, 70}, {41, 70}}},
      Summed{"two_of_three",
             [](const Tensors& t) { return independent_normal(t, 2); },
             {{6, 7}, {6, 1}, {5, 6, 7}}},
      Summed{"vectors_for_each_row",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{6, 20}, {6, 1}, {50, 6, 20}}},
      Summed{"rows_between",
             [](const Tensors& t) { return independent_normal(t, 0); },
             {{6, 20}, {6, 1}, {50, 6, 20}}},
      Summed{"short_rows_between",
             [](const Tensors& t) { return independent_normal(t, 0); },
             {{6, 3}, {6, 1}, {50, 6, 3}}},
      Summed{"across",
             [](const Tensors& t) { return independent_normal(t, 2); },
             {{60, 1}, {1, 70}, {60, 70}}},
      Summed{"value_smaller",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{9, 13}, {9, 13}, {13}}},
      Summed{"no_dimension",
             [](const Tensors& t) { return independent_normal(t, 0); },
             {{70}, {70}, {70}}},
      Summed{
          "nothing", [](const Tensors& t) { return independent_normal(t, 1); }, {{0}, {0}, {3, 0}}},
      Summed{"Gamma",
             [](const Tensors& t) { return Independent(Gamma(t[0], t[1]), 1).log_prob(t[2]); },
             {{4, 6}, {6}, {4, 6}}}};
}

INSTANTIATE_TEST_SUITE_P(All, EngineSum, ::testing::ValuesIn(sums()),
                         [](const auto& tested) { return tested.param.name; });

TEST(EngineTest, CategoriesAreSummedInTheSamePass) {
  const Tensor p = at::randn({50, 7}, at::kDouble), q = at::randn({50, 7}, at::kDouble);
  const Categorical left({.logits = p}), right({.logits = q});
  const Categorical left_probs(p.softmax(-1)), right_probs(q.softmax(-1));
  const auto before = ops::calls();
  const Tensors got{left.entropy(), left_probs.entropy(), kl_divergence(left, right),
                    kl_divergence(left_probs, right_probs)};
  EXPECT_EQ(ops::calls().forward, before.forward + 4);
  const ops::ComposedGuard guard;
  const Tensors want{left.entropy(), left_probs.entropy(), kl_divergence(left, right),
                     kl_divergence(left_probs, right_probs)};
  for (std::size_t i = 0; i < got.size(); ++i) expect_close(got[i], want[i], kUnits, "sum");
}

TEST(EngineTest, DirichletOfFloatsIsSummedInTheSamePass) {
  const Tensor raw = at::rand({50, 5, 8}).add(0.1), x = raw / raw.sum(-1, /*keepdim=*/true);
  const std::vector<std::function<Tensor(const Dirichlet&, const Dirichlet&)>> functions{
      [&](const Dirichlet& p, const Dirichlet&) {
        return p.log_prob(x.to(p.concentration().scalar_type()));
      },
      [](const Dirichlet& p, const Dirichlet&) { return p.entropy(); },
      [](const Dirichlet& p, const Dirichlet& q) { return kl_divergence(p, q); }};
  const Tensor q = at::rand({5, 8}).mul(40).add(0.2);
  for (const auto& f : functions) {
    for (const auto& sizes : {std::vector<int64_t>{8}, {5, 8}, {50, 5, 8}}) {
      const Tensor p = at::rand(sizes).mul(40).add(0.2).requires_grad_();
      const auto before = ops::calls();
      const Tensor got = f(Dirichlet(p, false), Dirichlet(q, false));
      EXPECT_EQ(ops::calls().forward, before.forward + 2) << "the components, and the total";
      const auto gradient = torch::autograd::grad({got.sum()}, {p})[0];
      EXPECT_EQ(ops::calls().backward, before.backward + 2);
      EXPECT_EQ(ops::calls().composed, before.composed);

      const ops::ComposedGuard guard;
      const Tensor wide = p.detach().to(at::kDouble).requires_grad_();
      const Tensor want = f(Dirichlet(wide, false), Dirichlet(q.to(at::kDouble), false));
      const auto wide_gradient = torch::autograd::grad({want.sum()}, {wide})[0];
      expect_close(got, want.to(at::kFloat), 4, "value");
      expect_close(gradient, wide_gradient.to(at::kFloat), 4, "gradient");
    }
  }
}

TEST(EngineTest, ComposesWhatHasNoKernelForAGradient) {
  const Tensor trials = at::full({4}, 9.0, at::kDouble).requires_grad_();
  const Tensor k = at::full({4}, 3.0, at::kDouble);
  const auto before = ops::calls();
  const Tensor value = Binomial(trials, 0.25, /*validate_args=*/false).log_prob(k);
  EXPECT_EQ(ops::calls().forward, before.forward + 1);
  value.sum().backward();
  EXPECT_EQ(ops::calls().composed, before.composed + 1);
  // d/dn log[C(n, k) (1 - p)^(n - k)] = psi(n + 1) - psi(n - k + 1) + log(1 - p)
  const double want = 1. / 9 + 1. / 8 + 1. / 7 + std::log(0.75);
  EXPECT_NEAR(trials.grad()[0].item<double>(), want, 1e-14);
}

// An element with an infinite slope and a weight of 0 must not make the sum of the gradients NaN.
TEST(EngineTest, AGradientOfZeroIsZeroHoweverSteepTheSlope) {
  const Tensor scale = at::ones({}).requires_grad_(), weights = at::tensor({0.f, 1.f, 0.f});
  const Tensor x = at::tensor({3e19f, 2.f, -3e19f}).requires_grad_();
  const auto before = ops::calls();
  const auto gradients =
      torch::autograd::grad({Normal(0.f, scale, false).log_prob(x)}, {scale, x}, {weights});
  EXPECT_EQ(ops::calls().backward, before.backward + 1);
  EXPECT_EQ(gradients[0].item<float>(), 3);  // x^2 - 1
  EXPECT_TRUE(gradients[1].equal(at::tensor({0.f, -2.f, 0.f})));
}

TEST(EngineTest, GradientsOfDependentInputsAreApart) {
  // The value depends on a parameter. The second derivative must not follow that path twice.
  const Tensor loc = at::full({3}, 0.5, at::kDouble).requires_grad_();
  const Tensor scale = at::full({3}, 2.0, at::kDouble).requires_grad_();
  const Tensor x = loc * loc;
  const auto gradient = torch::autograd::grad({Normal(loc, scale).log_prob(x).sum()}, {loc}, {},
                                              std::nullopt, /*create_graph=*/true)[0];
  // The first and the second derivative of -(m^2 - m)^2 / 8.
  const double m = 0.5;
  EXPECT_NEAR(gradient[0].item<double>(), -(m * m - m) * (2 * m - 1) / 4, 1e-15);
  const auto second = torch::autograd::grad({gradient.sum()}, {loc})[0];
  EXPECT_NEAR(second[0].item<double>(), -((2 * m - 1) * (2 * m - 1) + 2 * (m * m - m)) / 4, 1e-15);
}

TEST(EngineTest, SumsOfManyFloatsKeepTheirDigits) {
  const Tensor loc = at::zeros({}).requires_grad_();
  const Tensor x = at::full({1 << 20}, 0.1f);
  Normal(loc, 1.0).log_prob(x).sum().backward();
  // Sums are in float only within a tile, with 64 numbers in each lane.
  const double sum = 0.1f * (1 << 20);
  EXPECT_NEAR(loc.grad().item<double>(), sum, sum * 32 * epsilon(at::kFloat));
}

}  // namespace
}  // namespace torch::distributions::test
