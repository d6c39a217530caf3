#include "ops/special/student_t.h"

#include "ops/special/half_step_remainder.h"
#include "ops/special/reference.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

TEST(StudentTTest, IsAccurate) {
  test::expect_accurate("half_step_remainder", 1,
                        [](const auto& x) { return half_step_remainder(x[0]); },
                        {4, 4, true, true});
  test::expect_accurate("half_step_remainder_d1", 1,
                        [](const auto& x) { return half_step_remainder_d1(x[0]); },
                        {4, 4, true, true});
  test::expect_accurate("student_t_drop", 3,
                        [](const auto& x) { return student_t_drop(x[0], x[1], x[2]); },
                        {4, 4, true});
  test::expect_accurate("student_t_entropy_excess", 1,
                        [](const auto& x) { return student_t_entropy_excess(x[0]); },
                        {4, 4, true, true});
}

TEST(StudentTTest, HasDerivatives) {
  const Tensor y = doubles({0.3, -0.9, 1.2, 0, -30, 1e10}), s = doubles({0.2, 7, 0.8, 1.4, 33, 2}),
               v = doubles({2, 0.3, 1, 1.5, 2, 3});
  const auto check = [](const distributions::test::Differentiable& f,
                        const std::vector<Tensor>& inputs) {
    EXPECT_TRUE(gradcheck(f, inputs, {.step = 1e-7}));
    EXPECT_TRUE(gradgradcheck(f, inputs, {.step = 1e-7}));
  };
  check([](const auto& t) { return student_t_drop(t[0], t[1], t[2]); }, {y, s, v});
  check([](const auto& t) { return half_step_remainder(t[0]); }, {v});
  check([](const auto& t) { return half_step_remainder_d1(t[0]); }, {v});
  check([](const auto& t) { return student_t_entropy_excess(t[0]); }, {v});
}

TEST(StudentTTest, KeepsTheLimits) {
  const double inf = INFINITY;
  const auto value = [](const Tensor& t) { return t.item<double>(); };
  EXPECT_EQ(value(half_step_remainder(doubles({inf}))), 0);
  EXPECT_EQ(value(half_step_remainder_d1(doubles({inf}))), 0);
  EXPECT_EQ(value(half_step_remainder(doubles({0}))), -inf);
  EXPECT_EQ(value(student_t_entropy_excess(doubles({inf}))), 0);
  const auto drop = [&](double y, double s, double v) {
    return value(student_t_drop(doubles({y}), doubles({s}), doubles({v})));
  };
  EXPECT_EQ(drop(0, 1, 2), 0);
  EXPECT_EQ(drop(3, 2, inf), 1.125);
  EXPECT_EQ(drop(3, 2, 1e300), 1.125);
  EXPECT_EQ(drop(inf, 2, 3), inf);
  EXPECT_EQ(drop(-inf, 2, inf), inf);
  EXPECT_EQ(drop(3, inf, 3), 0);
  EXPECT_TRUE(std::isnan(drop(NAN, 1, 2)));
  EXPECT_TRUE(std::isnan(drop(1, 1, NAN)));
  // mpmath: (v + 1)/2 log1p((y/s)^2 / v)
  EXPECT_NEAR(drop(1e300, 1e-300, 1e-300), 1726.9388197455343, 1e-12);
}

// One branch may have an infinite derivative where the other one is taken.
TEST(StudentTTest, SecondDerivativesAreNumbersEverywhere) {
  for (const double y : {0.0, 1.0, 1e9, 1e160, 1e300, double{INFINITY}}) {
    for (const double v : {0.1, 1.0, 1e10, 1e300, double{INFINITY}}) {
      const Tensor leaf_y = doubles({y}).requires_grad_(), leaf_s = doubles({2}).requires_grad_(),
                   leaf_v = doubles({v}).requires_grad_();
      const std::vector<Tensor> leaves{leaf_y, leaf_s, leaf_v};
      const auto first = autograd::grad({student_t_drop(leaf_y, leaf_s, leaf_v)}, leaves, {},
                                        std::nullopt, /*create_graph=*/true);
      for (const Tensor& slope : first) {
        EXPECT_FALSE(std::isnan(slope.item<double>())) << y << ' ' << v;
        const auto second = autograd::grad({slope}, leaves, {}, /*retain_graph=*/true, false,
                                           /*allow_unused=*/true);
        for (const Tensor& t : second) {
          EXPECT_TRUE(!t.defined() || !std::isnan(t.item<double>())) << y << ' ' << v;
        }
      }
    }
  }
}

}  // namespace
}  // namespace torch::distributions::ops::special
