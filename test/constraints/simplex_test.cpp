#include <torch/distributions/constraints/simplex.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/constraints.h"

namespace torch::distributions::constraints {
namespace {

using ::testing::ElementsAre;

TEST(Simplex, HoldsVectorsOfProbabilities) {
  const Tensor x =
      at::tensor({.2, .8, 0., .2, .7, 0., 1.2, -.2, 0., NAN, .5, .5, 1., 0., 0.}).view({5, 3});
  EXPECT_THAT(test::checked(simplex, x), ElementsAre(true, false, false, false, true));
  EXPECT_THAT(test::checked(simplex, at::tensor({1, 0, 1, 1}).view({2, 2})),
              ElementsAre(true, false));
  EXPECT_EQ(simplex.event_dim(), 1);
  EXPECT_FALSE(simplex.is_discrete());
  EXPECT_EQ(format_as(simplex), "Simplex()");
}

TEST(Simplex, IsNeverStricterThanPython) {
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    EXPECT_THAT(test::checked(
                    simplex,
                    at::tensor({.5, .5 + 9e-7, .5, .5 - 9e-7}, at::kDouble).view({2, 2}).to(dtype)),
                ElementsAre(true, true));
    EXPECT_THAT(test::checked(
                    simplex,
                    at::tensor({.5, .5 + 2e-6, .5, .5 - 2e-6}, at::kDouble).view({2, 2}).to(dtype)),
                ElementsAre(false, false));
  }
}

TEST(Simplex, HoldsWhatWasNormalisedInItsDtype) {
  at::manual_seed(0);
  for (const auto dtype : {at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const int64_t n : {2, 10, 1000, 100000}) {
      const Tensor p = at::rand({3, n}).pow(4).to(dtype);
      EXPECT_FALSE(simplex.first_violation(p / p.sum(-1, true))) << dtype << ' ' << n;
      EXPECT_FALSE(simplex.first_violation(at::randn({3, n}).mul(3).to(dtype).softmax(-1)))
          << dtype << ' ' << n;
      EXPECT_FALSE(simplex.first_violation(at::full({n}, 1.0 / static_cast<double>(n)).to(dtype)))
          << dtype << ' ' << n;
    }
  }
  // Normalised by a sequential sum of floats, as a program may do it.
  const Tensor p = at::rand({1000000});
  float sum = 0;
  for (int64_t i = 0; i < p.numel(); ++i) sum += p.const_data_ptr<float>()[i];
  EXPECT_FALSE(simplex.first_violation(p / sum));
}

TEST(Simplex, StaysATestInEveryDtype) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const int64_t n : {2, 100}) {
      const Tensor p = at::full({n}, 1.05 / static_cast<double>(n)).to(dtype);
      EXPECT_EQ(simplex.first_violation(p), 0) << dtype << ' ' << n;
    }
  }
}

TEST(Simplex, HoldsVectors) {
  for (const auto device : {at::kCPU, at::kMeta}) {
    EXPECT_THROW(simplex.check(at::ones({}, device)), c10::ValueError);
    EXPECT_THROW(simplex.first_violation(at::ones({}, device)), c10::ValueError);
  }
  // Rows of many floats, whose sum in float differs from their sum in double.
  at::manual_seed(0);
  for (int i = 0; i < 20; ++i) {
    const Tensor x = at::rand({100, 300}).softmax(-1);
    test::expect_consistent(simplex, x * (1 + 2e-6 * at::rand({100, 1})));
  }
}

}  // namespace
}  // namespace torch::distributions::constraints
