#include <torch/distributions/constraints/matrix.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/constraints.h"
#include "support/matrices.h"

namespace torch::distributions::constraints {
namespace {

using ::testing::ElementsAre;

const std::vector<at::ScalarType> kFloating{at::kDouble, at::kFloat, at::kHalf, at::kBFloat16};

/// The number of matrices that `python` accepts and the constraint does not.
int64_t refused(const Constraint& constraint, const Tensor& value, const Tensor& python) {
  return python.logical_and(constraint.check(value).logical_not()).sum().item<int64_t>();
}

Tensor is_symmetric_in_python(const Tensor& x) {
  return at::isclose(x, x.mT(), 1e-5, 1e-6).flatten(-2).all(-1);
}

TEST(LowerTriangular, HasZerosAboveTheDiagonal) {
  const Tensor x = at::tensor({1., 0., 5., -2., 1., 1e-30, 0., 1., NAN, 0., 0., 1., 0., 0., 0., 0.})
                       .view({4, 2, 2});
  EXPECT_THAT(test::checked(lower_triangular, x), ElementsAre(true, false, false, true));
  test::expect_consistent(lower_triangular, at::ones({2, 3, 2}).tril());
  test::expect_consistent(lower_triangular, at::ones({2, 2, 3}));
}

TEST(LowerCholesky, HasAPositiveDiagonalToo) {
  const Tensor x =
      at::tensor({1., 0., 5., 2., 1., 0., 5., -2., 1., 0., 5., 0., 1., 2., 0., 1., 1., 0., 0., NAN})
          .view({5, 2, 2});
  for (const auto dtype : kFloating) {
    EXPECT_THAT(test::checked(lower_cholesky, x.to(dtype)),
                ElementsAre(true, false, false, false, false));
  }
}

TEST(CorrCholesky, HasRowsOfLengthOne) {
  const Tensor good = at::tensor({1., 0., .6, .8}, at::kDouble).view({2, 2}),
               bad = at::tensor({1., 0., .6, 1.}, at::kDouble).view({2, 2});
  for (const auto dtype : kFloating) {
    EXPECT_THAT(test::checked(corr_cholesky, at::stack({good, bad, good.t()}).to(dtype)),
                ElementsAre(true, false, false));
  }
}

TEST(CorrCholesky, IsNeverStricterThanPython) {
  at::manual_seed(0);
  for (const auto dtype : kFloating) {
    for (const int64_t n : {1, 2, 3, 10}) {
      const Tensor eps = at::scalar_tensor(dtype == at::kDouble  ? 0x1p-52
                                           : dtype == at::kFloat ? 0x1p-23
                                           : dtype == at::kHalf  ? 0x1p-10
                                                                 : 0x1p-7,
                                           at::kDouble);
      Tensor x = at::randn({400, n, n}, at::kDouble).tril(-1) +
                 at::eye(n, at::kDouble) * (0.1 + at::rand({400, n, n}, at::kDouble));
      x = x / x.norm(2, -1, true);
      // Rows whose length is close to Python's limits.
      const double tolerance = 10 * static_cast<double>(n) * eps.item<double>();
      x = x * (1 + tolerance * (0.95 + 0.1 * at::rand({400, 1, 1}, at::kDouble)));
      x = x.to(dtype);
      const Tensor python = at::linalg_vector_norm(x, 2, at::IntArrayRef{-1})
                                .sub(1)
                                .abs()
                                .le(tolerance)
                                .all(-1)
                                .logical_and(lower_cholesky.check(x));
      EXPECT_GT(python.sum().item<int64_t>(), 10) << dtype << ' ' << n;
      EXPECT_EQ(refused(corr_cholesky, x, python), 0) << dtype << ' ' << n;
      test::expect_consistent(corr_cholesky, x.slice(0, 0, 20));
    }
  }
}

TEST(Square, HasAsManyRowsAsColumns) {
  EXPECT_THAT(test::checked(square, at::ones({2, 3, 3})), ElementsAre(true, true));
  EXPECT_THAT(test::checked(square, at::ones({2, 3, 2})), ElementsAre(false, false));
  EXPECT_THROW(square.check(at::ones({3})), c10::ValueError);
}

TEST(Symmetric, AllowsForRounding) {
  for (const auto dtype : kFloating) {
    const double eps = dtype == at::kDouble  ? 1e-6
                       : dtype == at::kFloat ? 1e-5
                       : dtype == at::kHalf  ? 2e-3
                                             : 1e-2;
    const Tensor x = at::tensor({2., .3, .3, 1.}, at::kDouble).view({2, 2});
    Tensor near = x.clone(), far = x.clone();
    near[0][1].add_(eps);
    far[0][1].add_(100 * eps);
    EXPECT_THAT(test::checked(symmetric, at::stack({x, near, far}).to(dtype)),
                ElementsAre(true, true, false))
        << dtype;
  }
}

TEST(Symmetric, IsNeverStricterThanPython) {
  at::manual_seed(0);
  for (const double scale : {1e-8, 1.0, 1e8}) {
    const Tensor a = at::randn({500, 3, 3}, at::kDouble) * scale;
    const Tensor x = at::matmul(a, a.mT()) + 2e-6 * scale * at::randn({500, 3, 3}, at::kDouble);
    EXPECT_EQ(refused(symmetric, x, is_symmetric_in_python(x)), 0) << scale;
    test::expect_consistent(symmetric, x.slice(0, 0, 20));
  }
  // Python rounds its absolute tolerance to the dtype, and so the sum of both.
  for (const auto dtype : kFloating) {
    for (const double size : {0.0, 1e-5, 1e-3, 0.09}) {
      const Tensor b = size * at::randn({5000}, at::kDouble), tolerance = 1e-6 + 1e-5 * b.abs(),
                   a = b + tolerance * (0.97 + 0.06 * at::rand({5000}, at::kDouble));
      const Tensor zero = at::zeros_like(a),
                   x = at::stack({zero, a, b, zero}, -1).view({-1, 2, 2}).to(dtype);
      const Tensor python = is_symmetric_in_python(x);
      EXPECT_GT(python.sum().item<int64_t>(), 10) << dtype << ' ' << size;
      EXPECT_EQ(refused(symmetric, x, python), 0) << dtype << ' ' << size;
    }
  }
}

TEST(Symmetric, NonfiniteMatrices) {
  const Tensor x = at::tensor({1., INFINITY, INFINITY, 1., 1., INFINITY, 0., 1., NAN, 0., 0., 1.})
                       .view({3, 2, 2});
  EXPECT_THAT(test::checked(symmetric, x), ElementsAre(true, false, false));
  EXPECT_THAT(test::checked(symmetric, at::ones({2, 3, 2})), ElementsAre(false, false));
}

TEST(PositiveDefinite, HasACholeskyFactor) {
  const Tensor x = at::tensor({2., .5, .5, 1., 1.,  2., 2., 1., 1.,  1., 1., 1.,
                               2., .5, .4, 1., NAN, 0., 0., 1., -1., 0., 0., 1.})
                       .view({6, 2, 2});
  for (const auto dtype : kFloating) {
    EXPECT_THAT(test::checked(positive_definite, x.to(dtype)),
                ElementsAre(true, false, false, false, false, false))
        << dtype;
  }
  EXPECT_EQ(positive_definite.first_violation(at::ones({2, 3, 2})), 0);
  EXPECT_EQ(positive_definite.first_violation(at::empty({0, 2, 2})), std::nullopt);
}

TEST(PositiveDefinite, AgreesWithTheDecompositionAtEverySize) {
  at::manual_seed(0);
  for (const int64_t n : {1, 2, 3, 7, 8, 9, 20}) {
    for (const auto dtype : {at::kDouble, at::kFloat}) {
      const Tensor a = at::randn({50, n, n}, dtype),
                   shift = at::linspace(-2, 2, 50, dtype).view({50, 1, 1});
      const Tensor x = at::matmul(a, a.mT()) / static_cast<double>(n) + shift * at::eye(n, dtype);
      const Tensor good = at::linalg_eigvalsh(x).gt(0).all(-1);
      ASSERT_TRUE(n == 1 || (good.any().item<bool>() && !good.all().item<bool>()));
      for (int64_t i = 0; i < 50; ++i) {
        EXPECT_EQ(!positive_definite.first_violation(x[i]), good[i].item<bool>())
            << n << ' ' << dtype << ' ' << i;
      }
      test::expect_consistent(positive_definite, x);
    }
  }
}

TEST(PositiveDefinite, IsOneSetForMatricesThatAreAllButSingular) {
  // For this matrix one factorisation algorithm finds a negative pivot, and another does not.
  const Tensor x =
      at::tensor({.670992136f, -121.255302f, -2.74983995e-6f, -121.255302f, 21913.6094f,
                  -8.55533913e13f, -2.74983995e-6f, -8.55533913e13f, 4.851615e27f})
          .view({3, 3});
  test::expect_consistent(positive_definite, x);
  at::manual_seed(0);
  const Tensor rows = at::randn({2000, 3, 2}), scale = (10 * at::randn({2000, 3, 1})).exp();
  const Tensor singular = (rows * scale).matmul((rows * scale).mT());
  test::expect_consistent(positive_definite, singular);
  for (int64_t i = 0; i < 2000; ++i) test::expect_consistent(positive_definite, singular[i]);
}

TEST(PositiveDefinite, IsNeverStricterThanPython) {
  at::manual_seed(0);
  for (const auto dtype : kFloating) {
    int64_t only_in_own_dtype = 0;
    for (const int64_t n : {2, 3, 5, 12}) {
      const Tensor exact = test::nearly_singular(200, n, dtype);
      // Not quite symmetric: LibTorch reads the lower triangle.
      const Tensor noise = 2e-6 * at::randn(exact.sizes()).triu(1);
      for (const Tensor& x : {exact, exact + noise.to(dtype)}) {
        const Tensor python = test::has_own_factor(x).logical_and(is_symmetric_in_python(x));
        const Tensor in_double = std::get<1>(at::linalg_cholesky_ex(x.to(at::kDouble))) == 0;
        only_in_own_dtype += python.logical_and(in_double.logical_not()).sum().item<int64_t>();
        EXPECT_EQ(refused(positive_definite, x, python), 0) << dtype << ' ' << n;
        EXPECT_EQ(refused(positive_definite, x, in_double.logical_and(symmetric.check(x))), 0)
            << dtype << ' ' << n;
        EXPECT_FALSE(positive_definite.check(x).all().item<bool>()) << dtype << ' ' << n;
      }
    }
    EXPECT_EQ(only_in_own_dtype > 10, dtype != at::kDouble) << dtype;
  }
}

TEST(Matrices, MayBeOfIntegers) {
  for (const auto dtype : test::kDtypes) {
    const Tensor x = at::tensor({1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1}).view({3, 2, 2}).to(dtype);
    EXPECT_THAT(test::checked(lower_triangular, x), ElementsAre(true, false, true));
    EXPECT_THAT(test::checked(lower_cholesky, x), ElementsAre(true, false, true));
    EXPECT_THAT(test::checked(corr_cholesky, x), ElementsAre(true, false, false));
    EXPECT_THAT(test::checked(square, x), ElementsAre(true, true, true));
    EXPECT_THAT(test::checked(symmetric, x), ElementsAre(true, false, false));
    EXPECT_THAT(test::checked(positive_semidefinite, x), ElementsAre(true, false, false));
    EXPECT_THAT(test::checked(positive_definite, x), ElementsAre(true, false, false));
  }
}

TEST(PositiveSemidefinite, MayBeSingular) {
  const Tensor x = at::tensor({1., -1. / 3, -1. / 3, 1. / 9, 1., 2., 2.,  1., 0., 0.,
                               0., 0.,      1.,      0.,     .1, 1., NAN, 0., 0., 1.},
                              at::kDouble)
                       .view({5, 2, 2});
  EXPECT_THAT(test::checked(positive_semidefinite, x),
              ElementsAre(true, false, true, false, false));
  EXPECT_THAT(test::checked(positive_semidefinite, x.to(at::kFloat)),
              ElementsAre(true, false, true, false, false));
  EXPECT_EQ(positive_semidefinite.first_violation(at::ones({2, 3, 2})), 0);
}

TEST(Matrices, HaveTwoDimensionsAndAreChained) {
  const std::vector<std::pair<ConstraintPtr, const char*>> all{
      {lower_triangular, "LowerTriangular()"},
      {lower_cholesky, "LowerCholesky()"},
      {corr_cholesky, "CorrCholesky()"},
      {square, "Square()"},
      {symmetric, "Symmetric()"},
      {positive_semidefinite, "PositiveSemidefinite()"},
      {positive_definite, "PositiveDefinite()"}};
  for (const auto& [constraint, text] : all) {
    EXPECT_EQ(constraint->event_dim(), 2) << text;
    EXPECT_FALSE(constraint->is_discrete()) << text;
    EXPECT_EQ(format_as(constraint), text);
    EXPECT_EQ(constraint->first_violation(at::empty({2, 3, 3}, at::kMeta)), std::nullopt) << text;
    const Tensor good = constraint->check(at::empty({2, 3, 3}, at::kMeta));
    EXPECT_TRUE(good.is_meta() && good.scalar_type() == at::kBool) << text;
    EXPECT_EQ(good.sizes(), IntArrayRef({2})) << text;
    for (const auto device : {at::kCPU, at::kMeta}) {
      EXPECT_THROW(constraint->check(at::empty({3}, device)), c10::ValueError) << text;
      EXPECT_THROW(constraint->first_violation(at::empty({3}, device)), c10::ValueError) << text;
    }
  }
  EXPECT_NE(dynamic_cast<const Symmetric*>(&*all.back().first), nullptr);
  EXPECT_NE(dynamic_cast<const Square*>(&*all.back().first), nullptr);
}

}  // namespace
}  // namespace torch::distributions::constraints
