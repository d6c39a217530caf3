#include "ops/special/beta_log_density.h"

#include "ops/special/binomial_log_density.h"
#include "ops/special/fisher_snedecor_log_density.h"
#include "ops/special/gamma_log_density.h"
#include "ops/special/inverse_gamma_log_density.h"
#include "ops/special/negative_binomial_log_density.h"
#include "ops/special/poisson_log_density.h"
#include "ops/special/reference.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

TEST(LogDensitiesTest, IsAccurate) {
  test::expect_accurate("bd0", 2, [](const auto& x) { return bd0(x[0], x[1]); }, {6, 4, true});
  test::expect_accurate("poisson_log_density", 2,
                        [](const auto& x) { return poisson_log_density(x[0], x[1]); }, {4, 4});
  test::expect_accurate("gamma_log_density", 3,
                        [](const auto& x) { return gamma_log_density(x[0], x[1], x[2]); }, {16, 4});
  test::expect_accurate("inverse_gamma_log_density", 3,
                        [](const auto& x) { return inverse_gamma_log_density(x[0], x[1], x[2]); },
                        {32, 4});
  test::expect_accurate("fisher_snedecor_log_density", 3,
                        [](const auto& x) { return fisher_snedecor_log_density(x[0], x[1], x[2]); },
                        {32, 32});
  test::expect_accurate("beta_log_density", 3,
                        [](const auto& x) { return beta_log_density(x[0], x[1], x[2]); }, {32, 32});
  test::expect_accurate("binomial_log_density", 3,
                        [](const auto& x) { return binomial_log_density(x[0], x[1], x[2]); },
                        {16, 32});
  test::expect_accurate("binomial_log_density_logits", 3,
                        [](const auto& x) { return binomial_log_density_logits(x[0], x[1], x[2]); },
                        {16, 32});
  test::expect_accurate(
      "negative_binomial_log_density", 3,
      [](const auto& x) { return negative_binomial_log_density(x[0], x[1], x[2]); }, {16, 32});
  test::expect_accurate(
      "negative_binomial_log_density_logits", 3,
      [](const auto& x) { return negative_binomial_log_density_logits(x[0], x[1], x[2]); },
      {16, 32});
}

TEST(LogDensitiesTest, HasDerivatives) {
  const Tensor x = doubles({0.3, 0.9, 1.2, 4.5, 30}), y = doubles({0.2, 7, 0.8, 1.4, 33}),
               z = doubles({2, 0.3, 1, 1.5, 2});
  const Tensor p = doubles({0.1, 0.4, 0.7, 0.999, 1e-3});
  const auto check = [](const distributions::test::Differentiable& f,
                        const std::vector<Tensor>& inputs) {
    EXPECT_TRUE(gradcheck(f, inputs, {.step = 1e-7}));
    EXPECT_TRUE(gradgradcheck(f, inputs, {.step = 1e-7}));
  };
  check([](const auto& t) { return bd0(t[0], t[1]); }, {x, y});
  check([](const auto& t) { return poisson_log_density(t[0], t[1]); }, {x, y});
  check([](const auto& t) { return gamma_log_density(t[0], t[1], t[2]); }, {x, y, z});
  check([](const auto& t) { return inverse_gamma_log_density(t[0], t[1], t[2]); }, {x, y, z});
  check([](const auto& t) { return fisher_snedecor_log_density(t[0], t[1], t[2]); }, {x, y, z});
  check([](const auto& t) { return beta_log_density(t[0], t[1], t[2]); }, {p, x, y});
  check([](const auto& t) { return binomial_log_density(t[0], t[1], t[2]); }, {x, x + y, p});
  check([](const auto& t) { return binomial_log_density_logits(t[0], t[1], t[2]); },
        {x, x + y, z - 1.2});
  check([](const auto& t) { return negative_binomial_log_density(t[0], t[1], t[2]); }, {x, y, p});
  check([](const auto& t) { return negative_binomial_log_density_logits(t[0], t[1], t[2]); },
        {x, y, z - 1.2});
}

TEST(LogDensitiesTest, KeepsTheLimits) {
  const double inf = INFINITY;
  const auto value = [](const Tensor& t) { return t.item<double>(); };
  EXPECT_EQ(value(bd0(doubles({0}), doubles({3}))), 3);
  EXPECT_EQ(value(bd0(doubles({5}), doubles({5}))), 0);
  EXPECT_EQ(value(poisson_log_density(doubles({0}), doubles({3}))), -3);
  EXPECT_EQ(value(poisson_log_density(doubles({0}), doubles({0}))), 0);
  EXPECT_EQ(value(poisson_log_density(doubles({2}), doubles({0}))), -inf);
  EXPECT_EQ(value(gamma_log_density(doubles({0}), doubles({1}), doubles({2}))), std::log(2));
  EXPECT_EQ(value(gamma_log_density(doubles({0}), doubles({2}), doubles({2}))), -inf);
  EXPECT_EQ(value(gamma_log_density(doubles({0}), doubles({0.5}), doubles({2}))), inf);
  EXPECT_EQ(value(gamma_log_density(doubles({inf}), doubles({3}), doubles({2}))), -inf);
  EXPECT_EQ(value(beta_log_density(doubles({0}), doubles({1}), doubles({2}))), std::log(2));
  EXPECT_EQ(value(beta_log_density(doubles({1}), doubles({1}), doubles({1}))), 0);
  EXPECT_EQ(value(beta_log_density(doubles({1}), doubles({1}), doubles({3}))), -inf);
  EXPECT_EQ(value(binomial_log_density(doubles({0}), doubles({7}), doubles({0}))), 0);
  EXPECT_EQ(value(binomial_log_density(doubles({7}), doubles({7}), doubles({1}))), 0);
  EXPECT_EQ(value(binomial_log_density(doubles({1}), doubles({7}), doubles({0}))), -inf);
  EXPECT_EQ(value(binomial_log_density(doubles({0}), doubles({0}), doubles({0.3}))), 0);
  const auto negative = [&](double k, double r, double p) {
    return value(negative_binomial_log_density(doubles({k}), doubles({r}), doubles({p})));
  };
  EXPECT_EQ(negative(0, 0, 0.3), 0);
  EXPECT_EQ(negative(2, 0, 0.3), -inf);
  EXPECT_EQ(negative(0, 7, 0), 0);
  EXPECT_EQ(negative(1, 7, 0), -inf);
  EXPECT_EQ(negative(1, 7, 1), -inf);
  const auto negative_logits = [&](double k, double r, double t) {
    return value(negative_binomial_log_density_logits(doubles({k}), doubles({r}), doubles({t})));
  };
  EXPECT_EQ(negative_logits(0, 7, 800), -5600);
  EXPECT_NEAR(negative_logits(0, 7, -800), 0, 1e-300);
  EXPECT_EQ(negative_logits(0, 0, 800), 0);
  EXPECT_NEAR(value(binomial_log_density_logits(doubles({0}), doubles({7}), doubles({-800}))), 0,
              1e-300);
  EXPECT_EQ(value(binomial_log_density_logits(doubles({7}), doubles({7}), doubles({-800}))), -5600);
}

// Derivatives that would be NaN if 0 log 0 were differentiated naively.
TEST(LogDensitiesTest, GradientsAreFiniteAtLegalEdges) {
  const auto gradients = [](const Tensor& value, const std::vector<Tensor>& leaves) {
    std::vector<double> result;
    for (const auto& g : autograd::grad({value}, leaves)) result.push_back(g.item<double>());
    return result;
  };
  const auto leaf = [](double x) { return at::scalar_tensor(x, at::kDouble).requires_grad_(); };
  {
    const Tensor m = leaf(0);
    EXPECT_EQ(gradients(poisson_log_density(at::zeros({}, at::kDouble), m), {m}),
              (std::vector<double>{-1}));
  }
  {
    const Tensor x = leaf(0), a = at::ones({}, at::kDouble), r = leaf(2);
    EXPECT_EQ(gradients(gamma_log_density(x, a, r), {x, r}), (std::vector<double>{-2, 0.5}));
  }
  {
    const Tensor x = leaf(0), one = at::ones({}, at::kDouble);
    EXPECT_EQ(gradients(beta_log_density(x, one, one), {x}), (std::vector<double>{0}));
  }
  for (const auto& [k, p, expected] : {std::tuple{0., 0., -7.}, {7., 1., 7.}}) {
    const Tensor q = leaf(p), n = at::full({}, 7., at::kDouble);
    EXPECT_EQ(gradients(binomial_log_density(at::full({}, k, at::kDouble), n, q), {q}),
              (std::vector<double>{expected}));
  }
}

}  // namespace
}  // namespace torch::distributions::ops::special
