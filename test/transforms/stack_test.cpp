#include <torch/distributions/transforms/stack.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <torch/distributions/constraints/joint.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/identity_transform.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>

#include "support/parts.h"
#include "support/transforms.h"

namespace torch::distributions {
namespace {

using test::error_of;
using test::numbers;
using ::testing::ElementsAre;

TEST(StackTransform, IsWhatTheOraclesSay) { test::expect_golden("StackTransform"); }

TEST(StackTransform, IsABijectionWithDerivatives) {
  const TransformPtr exp = ExpTransform(), tanh = TanhTransform(),
                     vector = AffineTransform(1, -3, 1), matrix = AffineTransform(1, 0.5, 2);
  for (const int64_t dim : {-3, -2, -1, 0, 1, 2}) {
    std::vector<int64_t> shape{2, 3, 3};
    shape[static_cast<std::size_t>((dim + 3) % 3)] = 2;
    const Tensor x = numbers(shape);
    test::expect_bijection(StackTransform({exp, tanh}, dim), x);
    test::expect_differentiable(StackTransform({exp, tanh}, dim), x);
    // Another dimension that is not negative must be a batch dimension.
    if (dim < 0 || dim + 1 < 3) {
      test::expect_bijection(StackTransform({vector, tanh}, dim), x);
      test::expect_bijection(StackTransform({exp, IndependentTransform(tanh, 1)}, dim), x);
    }
    if (dim <= 0) {
      test::expect_bijection(StackTransform({matrix, tanh}, dim), x);
      test::expect_bijection(StackTransform({vector, matrix}, dim), x);
    }
  }
}

// https://github.com/pytorch/pytorch/issues/121220
TEST(StackTransform, EventsOfNumbersStayNumbers) {
  at::manual_seed(0);
  const Tensor loc = at::tensor({1.0, -2.0, 0.5}, at::kDouble),
               scale = at::tensor({0.5, 2.0, 3.0}, at::kDouble);
  std::vector<TransformPtr> parts;
  for (int64_t i = 0; i < 3; ++i) parts.emplace_back(AffineTransform(loc[i], scale[i]));
  for (const int64_t dim : {-3, -2, -1, 0, 1, 2}) {
    std::vector<int64_t> shape{4, 5, 2};
    shape[static_cast<std::size_t>((dim + 3) % 3)] = 3;
    const StackTransform t(parts, dim);
    EXPECT_EQ(t.event_dim(), 0) << dim;
    const auto along = [&](const Tensor& x) {
      std::vector<int64_t> ones{1, 1, 1};
      ones[static_cast<std::size_t>((dim + 3) % 3)] = 3;
      return x.view(ones).expand(shape);
    };
    const Normal base(at::zeros(shape, at::kDouble), 1), want(along(loc), along(scale));
    const TransformedDistribution d(base, t);
    EXPECT_TRUE(d.event_shape().empty());
    EXPECT_EQ(d.batch_shape(), IntArrayRef(shape));
    const Tensor y = want.sample();
    EXPECT_TRUE(t.codomain()->check(y).all().item<bool>());
    EXPECT_EQ(t.codomain()->check(y).sizes(), IntArrayRef(shape));
    EXPECT_EQ(t.log_abs_det_jacobian(y, t(y)).sizes(), IntArrayRef(shape));
    EXPECT_TRUE(d.log_prob(y).allclose(want.log_prob(y), 1e-12, 1e-12)) << dim;
    for (const int64_t n : {1, 2}) {
      const Tensor sum = Independent(want, n).log_prob(y);
      EXPECT_TRUE(Independent(d, n).log_prob(y).allclose(sum, 1e-12, 1e-12)) << dim;
      EXPECT_TRUE(TransformedDistribution(Independent(base, n), t).log_prob(y).allclose(sum));
      EXPECT_TRUE(
          TransformedDistribution(base, IndependentTransform(t, n)).log_prob(y).allclose(sum));
    }
  }
}

TEST(StackTransform, CountsADimensionBetweenEventDimensions) {
  const TransformPtr number = ExpTransform(), vector = StickBreakingTransform(),
                     matrix = AffineTransform(0, 1, 2);
  const auto event_dim = [](std::vector<TransformPtr> parts, int64_t dim) {
    const StackTransform t(std::move(parts), dim);
    EXPECT_EQ(t.codomain()->event_dim(), t.domain()->event_dim());
    return t.event_dim();
  };
  EXPECT_EQ(event_dim({number, number}, -1), 0);
  EXPECT_EQ(event_dim({number, number}, -7), 0);
  EXPECT_EQ(event_dim({vector, number}, 0), 1);
  EXPECT_EQ(event_dim({vector, number}, -1), 2);
  EXPECT_EQ(event_dim({vector, number}, -2), 1);
  EXPECT_EQ(event_dim({matrix, vector}, -1), 3);
  EXPECT_EQ(event_dim({matrix, vector}, -2), 3);
  EXPECT_EQ(event_dim({matrix, vector}, -3), 2);
  EXPECT_EQ(event_dim({matrix, vector}, 5), 2);
}

TEST(StackTransform, ShapesAreThoseOfItsOutput) {
  const StickBreakingTransform stick;
  for (const int64_t dim : {0, -2, -1}) {
    const StackTransform t({stick, stick}, dim);
    const Tensor x = dim == -1 ? numbers({3, 2}) : numbers({2, 3}), y = t(x);
    EXPECT_EQ(y.sizes(), dim == -1 ? IntArrayRef({4, 2}) : IntArrayRef({2, 4}));
    EXPECT_EQ(IntArrayRef(t.forward_shape(x.sizes())), y.sizes());
    EXPECT_EQ(IntArrayRef(t.inverse_shape(y.sizes())), x.sizes());
    EXPECT_TRUE(t.inv()(y).allclose(x, 1e-12, 1e-12));
    const Tensor each = stick.log_abs_det_jacobian(dim == -1 ? x.t() : x, y);
    const Tensor ladj = t.log_abs_det_jacobian(x, y);
    EXPECT_TRUE(ladj.allclose(dim == -1 ? each.sum() : each, 1e-12, 1e-12)) << dim;
    const TransformedDistribution d(Normal(at::zeros(x.sizes(), at::kDouble), 1), t);
    EXPECT_EQ(d.event_shape(), dim == -1 ? IntArrayRef({4, 2}) : IntArrayRef({4}));
    EXPECT_EQ(d.log_prob(y).sizes(), dim == -1 ? IntArrayRef() : IntArrayRef({2}));
    EXPECT_TRUE(d.log_prob(y).sum().allclose(
        Normal(at::zeros({}, at::kDouble), 1).log_prob(x).sum() - each.sum(), 1e-12, 1e-12));
  }
}

TEST(StackTransform, PartsMayAddEventDimensions) {
  const test::ColumnTransform column;
  for (const int64_t dim : {0, -2}) {
    const StackTransform t({column, column}, dim);
    const Tensor x = numbers({2, 3}), y = t(x);
    EXPECT_TRUE(y.equal(column(x)));
    EXPECT_EQ(t.codomain()->event_dim(), 2);
    EXPECT_EQ(t.codomain()->check(y).sizes(), IntArrayRef({2}));
    EXPECT_TRUE(t.inv()(y).allclose(x));
    EXPECT_TRUE(t.log_abs_det_jacobian(x, y).equal(x.sum(-1)));
    EXPECT_THAT(t.forward_shape({2, 3}), ElementsAre(2, 3, 1));
    EXPECT_THAT(t.inverse_shape({2, 3, 1}), ElementsAre(2, 3));
  }
  // Within the event, the dimension is counted from the right on both sides.
  const StackTransform inside({column, column}, -1);
  const Tensor x = numbers({3, 2}), y = inside(x);
  EXPECT_EQ(y.sizes(), IntArrayRef({3, 1, 2}));
  EXPECT_EQ(inside.domain()->event_dim(), 2);
  EXPECT_EQ(inside.codomain()->event_dim(), 3);
  EXPECT_TRUE(inside.inv()(y).allclose(x));
  EXPECT_TRUE(inside.log_abs_det_jacobian(x, y).allclose(x.sum()));
  EXPECT_THAT(error_of([&] {
                StackTransform({column.inv(), column.inv()}, -2).codomain();
              }),
              "no ValueError");
}

TEST(StackTransform, NamesWhatIsWrong) {
  const TransformPtr exp = ExpTransform();
  EXPECT_EQ(error_of([] { StackTransform({}); }), "StackTransform: `transforms` is empty");
  EXPECT_EQ(error_of([] { StackTransform({TransformPtr()}); }),
            "StackTransform: `transforms` is an empty handle");
  EXPECT_EQ(error_of([&] { StackTransform({exp}, 64); }),
            "StackTransform: `dim` must be >= -64 and < 64, got 64");
  const StackTransform t({exp, exp});
  const std::string size =
      "to have the size 2 in dimension -1, one for each part, got 3 in the shape torch.Size([3])";
  const Tensor x = at::ones({3});
  EXPECT_EQ(error_of([&] { t(x); }), "StackTransform: expected x " + size);
  EXPECT_EQ(error_of([&] { t.inv()(x); }), "StackTransform: expected y " + size);
  EXPECT_EQ(error_of([&] { t.log_abs_det_jacobian(x, x); }), "StackTransform: expected x " + size);
  EXPECT_EQ(error_of([&] { t.preimage(x); }), "StackTransform: expected y " + size);
  EXPECT_EQ(error_of([&] { t.forward_shape({3}); }), "StackTransform: expected x " + size);
  EXPECT_EQ(error_of([&] { t.inverse_shape({3}); }), "StackTransform: expected y " + size);
  EXPECT_EQ(error_of([&] { t(at::ones({})); }),
            "StackTransform: expected x to have at least 1 dimension, got 0");
  EXPECT_EQ(error_of([&] {
              StackTransform({exp, exp}, -2)(at::ones({2}));
            }),
            "StackTransform: `dim` is -2, but x has 1 dimension");
  // The number of event dimensions would depend on x.
  const StackTransform inside({AffineTransform(0, 2, 1), exp}, 1);
  const Tensor y = at::ones({3, 2});
  EXPECT_EQ(inside(y).sizes(), y.sizes());
  EXPECT_EQ(error_of([&] { inside.log_abs_det_jacobian(y, y); }),
            "StackTransform: dimension 1 of x is a dimension of its events, so it must be counted "
            "from the right: `dim` must be -1");
  EXPECT_THROW(inside.domain()->check(y), c10::ValueError);
  EXPECT_THROW(inside.domain()->first_violation(y), c10::ValueError);
  EXPECT_THROW(inside.preimage(y), c10::ValueError);
}

}  // namespace
}  // namespace torch::distributions
