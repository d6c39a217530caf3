#include <torch/distributions/transforms/cat.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/joint.h>
#include <torch/distributions/constraints/simplex.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/identity_transform.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/softmax.h>
#include <torch/distributions/transforms/stack.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>

#include "support/parts.h"
#include "support/transforms.h"

namespace torch::distributions {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using test::error_of;
using test::numbers;

TEST(CatTransform, IsWhatTheOraclesSay) { test::expect_golden("CatTransform"); }

TEST(CatTransform, IsABijectionWithDerivatives) {
  const TransformPtr exp = ExpTransform(), tanh = TanhTransform(), stick = StickBreakingTransform(),
                     event = AffineTransform(1, -3, 1);
  // Along a dimension of the event, the Jacobian is that of the whole event, otherwise each part
  // has its own.
  for (const int64_t dim : {-2, 0, -1, 1}) {
    const std::vector<int64_t> lengths =
        dim == -1 || dim == 1 ? std::vector<int64_t>{1, 2} : std::vector<int64_t>{3, 1};
    const Tensor x = numbers({4, 3});
    test::expect_bijection(CatTransform({exp, tanh}, dim, lengths), x);
    test::expect_bijection(CatTransform({event, tanh}, dim, lengths), x);
    test::expect_bijection(CatTransform({exp, IndependentTransform(event, 1)}, dim, lengths), x);
    test::expect_bijection(CatTransform({event, IndependentTransform(tanh, 2)}, dim, lengths), x);
    test::expect_differentiable(CatTransform({event, tanh}, dim, lengths), x);
  }
  test::expect_bijection(CatTransform({exp, tanh}), numbers({2}));
  test::expect_bijection(CatTransform({stick, stick}, -2, {1, 2}), numbers({2, 3, 3}));
  test::expect_bijection(CatTransform({stick, stick}, 1, {1, 2}), numbers({2, 3, 3}));
  test::expect_differentiable(CatTransform({exp, stick}, -1, {2, 2}), numbers({2, 4}));
}

TEST(CatTransform, PartsMayChangeTheirLengths) {
  const StickBreakingTransform stick;
  for (const int64_t dim : {-1, 0}) {
    const CatTransform t({ExpTransform(), stick}, dim, {2, 3});
    const Tensor x = numbers({5}), y = t(x);
    EXPECT_EQ(t.event_dim(), 1);
    EXPECT_THAT(t.forward_shape({5}), ElementsAre(6));
    EXPECT_THAT(t.inverse_shape({6}), ElementsAre(5));
    EXPECT_TRUE(y.slice(0, 0, 2).equal(x.slice(0, 0, 2).exp()));
    EXPECT_TRUE(y.slice(0, 2).equal(stick(x.slice(0, 2))));
    EXPECT_TRUE(constraints::simplex.check(y.slice(0, 2)).item<bool>());
    test::expect_bijection(t, x);
    EXPECT_TRUE(t.codomain()->check(y).item<bool>());
    EXPECT_FALSE(t.codomain()->check(y.neg()).item<bool>());
    EXPECT_THAT(t.codomain().as<constraints::Cat>().lengths(), ElementsAre(2, 4));
    EXPECT_THAT(t.domain().as<constraints::Cat>().lengths(), ElementsAre(2, 3));
  }
  const CatTransform before({stick, ExpTransform()}, -1, {3, 2});
  const Tensor x = numbers({2, 5}), y = before(x);
  EXPECT_TRUE(before.inv()(y).allclose(x, 1e-12, 1e-12));
  EXPECT_TRUE(before.log_abs_det_jacobian(x, y).allclose(
      stick.log_abs_det_jacobian(x.slice(-1, 0, 3), stick(x.slice(-1, 0, 3))) +
          x.slice(-1, 3).sum(-1),
      1e-12, 1e-12));
  // Nested, with an inverse that shortens its part.
  const CatTransform nested({before, stick.inv(), CatTransform({stick}, -1, {1})}, -1, {5, 3, 1});
  const Tensor wide = at::cat({x, stick(x.slice(-1, 0, 2)), x.slice(-1, 0, 1)}, -1);
  EXPECT_THAT(nested.forward_shape({2, 9}), ElementsAre(2, 10));
  EXPECT_TRUE(nested.inv()(nested(wide)).allclose(wide, 1e-12, 1e-12));
  EXPECT_TRUE(nested.inv()->inv() == nested);
  // A part of several event dimensions that lengthens another dimension than its own.
  const CatTransform rows({IndependentTransform(stick, 1), IndependentTransform(stick, 1)}, -2,
                          {1, 2});
  EXPECT_THAT(rows.forward_shape({3, 4}), ElementsAre(3, 5));
  EXPECT_THAT(rows.inverse_shape({3, 5}), ElementsAre(3, 4));
}

// Whether dimension 0 is a batch dimension depends on the value.
TEST(CatTransform, CountsFromTheLeft) {
  const StickBreakingTransform stick;
  const CatTransform t({stick, stick}, 0, {2, 3});
  EXPECT_THAT(t.codomain().as<constraints::Cat>().lengths(), ElementsAre(2, 3));
  const Tensor x = numbers({5}), y = t(x);
  EXPECT_EQ(y.sizes(), IntArrayRef({7}));
  EXPECT_TRUE(t.codomain()->check(y).item<bool>());
  EXPECT_FALSE(t.codomain()->check(y.neg()).item<bool>());
  EXPECT_TRUE(t.inv()(y).allclose(x, 1e-12, 1e-12));
  EXPECT_TRUE(t.log_abs_det_jacobian(x, y).allclose(
      stick.log_abs_det_jacobian(x.slice(0, 0, 2), y.slice(0, 0, 3)) +
          stick.log_abs_det_jacobian(x.slice(0, 2), y.slice(0, 3)),
      1e-12, 1e-12));
}

TEST(CatTransform, LengthsDoNotChangeAlongABatchDimension) {
  const StickBreakingTransform stick;
  for (const int64_t dim : {0, -2}) {
    const CatTransform t({stick, stick}, dim, {2, 3});
    const Tensor x = numbers({5, 4}), y = t(x);
    EXPECT_EQ(y.sizes(), IntArrayRef({5, 5}));
    EXPECT_TRUE(y.allclose(stick(x)));
    EXPECT_EQ(t.log_abs_det_jacobian(x, y).sizes(), IntArrayRef({5}));
    EXPECT_TRUE(t.inv()(y).allclose(x, 1e-12, 1e-12));
    EXPECT_TRUE(t.codomain()->check(y).all().item<bool>());
    EXPECT_EQ(t.codomain()->check(y).sizes(), IntArrayRef({5}));
    // Validation asks the codomain.
    const TransformedDistribution d(Normal(at::zeros({5, 4}, at::kDouble), 1), t);
    EXPECT_EQ(d.batch_shape(), IntArrayRef({5}));
    EXPECT_THROW(d.log_prob(at::zeros({5, 5}, at::kDouble)), c10::ValueError);
  }
}

TEST(CatTransform, PartsMayAddEventDimensions) {
  const test::ColumnTransform column;
  for (const int64_t dim : {0, -2}) {
    const CatTransform t({column, column}, dim, {1, 2});
    const Tensor x = numbers({3, 2}), y = t(x);
    EXPECT_TRUE(y.equal(column(x)));
    EXPECT_TRUE(t.inv()(y).allclose(x));
    EXPECT_TRUE(t.log_abs_det_jacobian(x, y).equal(x.sum(-1)));
    EXPECT_EQ(t.domain()->event_dim(), 1);
    EXPECT_EQ(t.codomain()->event_dim(), 2);
    EXPECT_EQ(t.codomain()->check(y).sizes(), IntArrayRef({3}));
    EXPECT_THAT(t.forward_shape({3, 2}), ElementsAre(3, 2, 1));
    EXPECT_THAT(t.inverse_shape({3, 2, 1}), ElementsAre(3, 2));
    EXPECT_TRUE(t.preimage(y).x.allclose(x));
  }
  EXPECT_THAT(error_of([&] {
                CatTransform({column, ExpTransform()});
              }),
              HasSubstr("CatTransform: all `transforms` must add the same number of event "
                        "dimensions, but ColumnTransform() adds 1 and ExpTransform() adds 0"));
}

TEST(CatTransform, PartsMayBeEmpty) {
  const CatTransform t({ExpTransform(), TanhTransform(), AffineTransform(0, 2, 1)}, -1, {2, 0, 1});
  test::expect_bijection(t, numbers({2, 3}));
  const CatTransform along_batch({ExpTransform(), TanhTransform()}, 0, {0, 2});
  test::expect_bijection(along_batch, numbers({2, 3}));
  EXPECT_FALSE(along_batch.preimage(numbers({2, 3}).tanh()).outside.defined());
  // A simplex of one number has no free coordinate.
  const CatTransform stick({ExpTransform(), StickBreakingTransform()}, -1, {1, 0});
  EXPECT_TRUE(stick(at::zeros({1})).equal(at::ones({2})));
  EXPECT_TRUE(stick.inv()(at::ones({2})).equal(at::zeros({1})));
  EXPECT_EQ(CatTransform({ExpTransform()}, 0, {0})(at::ones({0, 3})).sizes(), IntArrayRef({0, 3}));
  for (const int64_t dim : {0, 1}) {
    const CatTransform of_none({ExpTransform(), AffineTransform(1, 2, 1)}, dim, {1, 2});
    const Tensor x = at::ones(dim == 0 ? IntArrayRef({3, 0}) : IntArrayRef({0, 3}));
    EXPECT_EQ(of_none.preimage(of_none(x)).log_abs_det_jacobian.numel(), dim == 0 ? 3 : 0);
  }
}

TEST(CatTransform, NamesWhatIsWrong) {
  const TransformPtr exp = ExpTransform();
  EXPECT_EQ(error_of([] { CatTransform({}); }), "CatTransform: `transforms` is empty");
  EXPECT_EQ(error_of([&] {
              CatTransform({exp, TransformPtr()});
            }),
            "CatTransform: `transforms` is an empty handle");
  EXPECT_EQ(error_of([&] {
              CatTransform({exp, exp}, 0, {1});
            }),
            "CatTransform: expected 2 `lengths`, one for each of `transforms`, got 1");
  EXPECT_EQ(error_of([&] {
              CatTransform({exp, exp}, 0, {3, -1});
            }),
            "CatTransform: `lengths` must be >= 0 and have a sum below 2^63, got [3, -1]");
  EXPECT_THAT(error_of([&] {
                CatTransform({exp, exp}, 0, {INT64_MAX, 1});
              }),
              HasSubstr("a sum below 2^63"));
  EXPECT_EQ(error_of([&] { CatTransform({exp}, INT64_MIN); }),
            "CatTransform: `dim` must be >= -64 and < 64, got -9223372036854775808");
  EXPECT_EQ(error_of([&] { CatTransform({exp}, 0, {}, 2); }), "cache_size must be 0 or 1, got 2");
  const CatTransform t({exp, exp}, 1, {2, 1});
  const std::string size =
      "to have the size 3 in dimension -1, the sum of `lengths`, got 4 in the shape torch.Size([2, "
      "4])";
  const Tensor wide = at::ones({2, 4}), right = at::ones({2, 3});
  EXPECT_EQ(error_of([&] { t(wide); }), "CatTransform: expected x " + size);
  EXPECT_EQ(error_of([&] { t.inv()(wide); }), "CatTransform: expected y " + size);
  EXPECT_EQ(error_of([&] { t.log_abs_det_jacobian(wide, right); }),
            "CatTransform: expected x " + size);
  EXPECT_EQ(error_of([&] { t.log_abs_det_jacobian(right, wide); }),
            "CatTransform: expected y " + size);
  EXPECT_EQ(error_of([&] { t.preimage(wide); }), "CatTransform: expected y " + size);
  EXPECT_EQ(error_of([&] { t.forward_shape({2, 4}); }), "CatTransform: expected x " + size);
  EXPECT_EQ(error_of([&] { t.inverse_shape({2, 4}); }), "CatTransform: expected y " + size);
  EXPECT_THAT(error_of([&] { t.forward_shape({-2, 3}); }), HasSubstr("negative size"));
  EXPECT_EQ(error_of([&] { t(at::ones({3})); }), "CatTransform: `dim` is 1, but x has 1 dimension");
  const CatTransform of_events({AffineTransform(0, 1, 2), exp}, -1);
  EXPECT_EQ(error_of([&] { of_events(at::ones({2})); }),
            "CatTransform: expected x to have at least 2 dimensions, got 1");
  const CatTransform torn(
      {AffineTransform(at::zeros({2, 1}), 1), AffineTransform(at::zeros({3, 1}), 1)}, -1);
  EXPECT_EQ(
      error_of([&] { torn(at::ones({2})); }),
      "CatTransform: the parts of y do not fit together: their shapes include torch.Size([2, 1]) "
      "and torch.Size([3, 1])");
}

TEST(CatTransform, PartsBroadcast) {
  const CatTransform t({AffineTransform(at::arange(3.0).view({3, 1}), 1), ExpTransform()}, -1);
  const Tensor y = t(at::zeros({2}));
  EXPECT_EQ(y.sizes(), IntArrayRef({3, 2}));
  EXPECT_TRUE(y.select(-1, 1).equal(at::ones({3})));
  EXPECT_THAT(t.forward_shape({2}), ElementsAre(3, 2));
  const TransformedDistribution d(Normal(at::zeros({2}), 1), t);
  EXPECT_EQ(d.batch_shape(), IntArrayRef({3, 2}));
  EXPECT_EQ(d.expand({5, 3, 2}).sample().sizes(), IntArrayRef({5, 3, 2}));
}

TEST(CatTransform, ItsDensityIsThatOfItsParts) {
  at::manual_seed(0);
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    const Normal base(at::zeros({5}, dtype), 1);
    const AffineTransform affine(1.0, -2.0);
    const CatTransform t({ExpTransform(), affine, TanhTransform()}, -1, {2, 1, 2});
    const TransformedDistribution whole(base, t);
    EXPECT_TRUE(whole.event_shape().empty());
    const Tensor y = whole.sample({7});
    const Normal one(at::zeros({}, dtype), 1);
    const auto part = [&](const TransformPtr& transform, int64_t start, int64_t length) {
      return TransformedDistribution(one, transform).log_prob(y.narrow(-1, start, length));
    };
    const Tensor want =
        at::cat({part(ExpTransform(), 0, 2), part(affine, 2, 1), part(TanhTransform(), 3, 2)}, -1);
    EXPECT_TRUE(whole.log_prob(y).allclose(want, 1e-6, 1e-6)) << dtype;
    EXPECT_EQ(whole.log_prob(y).scalar_type(), dtype);
    EXPECT_TRUE(TransformedDistribution(Independent(base, 1), t)
                    .log_prob(y)
                    .allclose(want.sum(-1), 1e-5, 1e-5));
    // One event, part of which is a simplex.
    const CatTransform event({ExpTransform(), StickBreakingTransform()}, -1, {2, 3});
    const TransformedDistribution of_event(base, event);
    EXPECT_EQ(of_event.event_shape(), IntArrayRef({6}));
    const Tensor z = of_event.sample({7}), head = z.narrow(-1, 0, 2), tail = z.narrow(-1, 2, 4);
    const Tensor expected =
        TransformedDistribution(one, ExpTransform()).log_prob(head).sum(-1) +
        TransformedDistribution(Normal(at::zeros({3}, dtype), 1), StickBreakingTransform())
            .log_prob(tail);
    EXPECT_TRUE(of_event.log_prob(z).allclose(expected, 1e-5, 1e-5)) << dtype;
  }
}

TEST(CatTransform, IsBijectiveIfAllPartsAre) {
  EXPECT_TRUE(CatTransform({ExpTransform(), StickBreakingTransform()}).bijective());
  EXPECT_FALSE(CatTransform({ExpTransform(), SoftmaxTransform()}).bijective());
  const CatTransform one_way({ExpTransform(), SoftmaxTransform()}, -1, {1, 2});
  const Tensor x = numbers({3}), y = one_way(x);
  EXPECT_TRUE(one_way(one_way.inv()(y)).allclose(y));
  EXPECT_THROW(one_way.log_abs_det_jacobian(x, y), c10::NotImplementedError);
  EXPECT_THROW(one_way.sign(), c10::NotImplementedError);
}

}  // namespace
}  // namespace torch::distributions
