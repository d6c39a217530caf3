#include "ops/special/generalized_pareto.h"

#include "ops/special/reference.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

// The arguments of a negative concentration leave at least a quarter of the support above them.
TEST(GeneralizedParetoTest, IsAccurate) {
  test::expect_accurate("pareto_hazard", 3,
                        [](const auto& x) { return pareto_hazard(x[0], x[1], x[2]); },
                        {8, 32, true, true});
  test::expect_accurate("pareto_quantile", 2,
                        [](const auto& x) { return pareto_quantile(x[0], x[1]); },
                        {4, 32, true, true, 2, 4});
}

TEST(GeneralizedParetoTest, HasDerivatives) {
  const Tensor d = doubles({0.3, 0.9, 1.2, 4.5, 30, 0.7, 2}),
               s = doubles({0.2, 7, 0.8, 1.4, 3, 2, 1}),
               c = doubles({2, 0.3, 0, 1e-10, -1e-3, -0.5, -0.4});
  const Tensor p = doubles({0.1, 0.4, 0.7, 0.9, 1e-3, 0.5, 0.99});
  const auto check = [](const distributions::test::Differentiable& f,
                        const std::vector<Tensor>& inputs) {
    EXPECT_TRUE(gradcheck(f, inputs, {.step = 1e-7}));
    EXPECT_TRUE(gradgradcheck(f, inputs, {.step = 1e-7}));
  };
  check([](const auto& t) { return pareto_hazard(t[0], t[1], t[2]); }, {d, s, c});
  check([](const auto& t) { return pareto_quantile(t[0], t[1]); }, {p, c});
  const auto twice = [&](const distributions::test::Differentiable& f,
                         const std::vector<Tensor>& inputs) {
    EXPECT_TRUE(gradcheck(f, inputs, {.step = 1e-7}));
  };
  const auto in_d_and_s = [&](const auto& t) { return pareto_hazard_dc_dc(t[0], t[1], c); };
  twice(in_d_and_s, {d, s});
  twice([&](const auto& t) { return pareto_quantile_dc_dc(t[0], c); }, {p});
}

TEST(GeneralizedParetoTest, KeepsTheLimits) {
  const double inf = INFINITY;
  const auto hazard = [](double d, double s, double c) {
    return pareto_hazard(doubles({d}), doubles({s}), doubles({c})).item<double>();
  };
  EXPECT_EQ(hazard(3, 2, 0), 1.5);
  EXPECT_EQ(hazard(3, 2, 1e-300), 1.5);
  EXPECT_EQ(hazard(0, 2, 5), 0);
  EXPECT_EQ(hazard(inf, 2, 5), inf);
  EXPECT_TRUE(std::isnan(hazard(NAN, 2, 5)));
  EXPECT_TRUE(std::isnan(hazard(1, 2, NAN)));
  const auto quantile = [](double p, double c) {
    return pareto_quantile(doubles({p}), doubles({c})).item<double>();
  };
  EXPECT_EQ(quantile(1, 0), inf);
  EXPECT_EQ(quantile(1, 3), inf);
  EXPECT_EQ(quantile(1, -4), 0.25);
  EXPECT_EQ(quantile(0, 3), 0);
}

}  // namespace
}  // namespace torch::distributions::ops::special
