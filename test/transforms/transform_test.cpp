#include <torch/distributions/transforms/transform.h>

#include <ATen/ATen.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/functorch/TensorWrapper.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <sstream>
#include <thread>
#include <unordered_map>
#include <vector>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/constraints/simplex.h>
#include <torch/distributions/transforms/abs.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/compose.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/power.h>
#include <torch/distributions/transforms/sigmoid.h>
#include <torch/distributions/transforms/softmax.h>
#include <torch/distributions/transforms/softplus.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>

namespace torch::distributions {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// A user's transform, x^3, that counts its calls.
class Cube final : public ImplementsTransform<Cube> {
 public:
  explicit Cube(std::shared_ptr<std::atomic<int>> calls, int64_t cache_size = 0)
      : ImplementsTransform(cache_size), calls_(std::move(calls)) {}

  bool bijective() const override { return true; }
  ConstraintPtr domain() const override { return constraints::real; }
  ConstraintPtr codomain() const override { return constraints::real; }

 private:
  Tensor do_forward(const Tensor& x) const override {
    ++*calls_;
    return x.pow(3);
  }
  Tensor do_inverse(const Tensor& y) const override {
    ++*calls_;
    return y.sign() * y.abs().pow(1.0 / 3);
  }

  std::shared_ptr<std::atomic<int>> calls_;
};

std::shared_ptr<std::atomic<int>> counter() { return std::make_shared<std::atomic<int>>(0); }

/// Elementwise transforms.
std::vector<TransformPtr> one_of_each() {
  const AffineTransform affine(1, at::full({2}, 2.0));
  return {AbsTransform(),
          affine,
          ComposeTransform({ExpTransform(), affine}),
          ExpTransform(),
          IndependentTransform(ExpTransform(), 1),
          PowerTransform(at::full({2}, 2.0)),
          SigmoidTransform(),
          SoftmaxTransform(),
          SoftplusTransform(),
          StickBreakingTransform(),
          TanhTransform(/*cache_size=*/1)};
}

/// Overrides only the pure virtual methods. The domain and the codomain have different event
/// dimensions.
class Bare final : public ImplementsTransform<Bare> {
 public:
  ConstraintPtr domain() const override { return constraints::real_vector; }
  ConstraintPtr codomain() const override { return constraints::real; }
};

template <class Function>
std::string message_of(Function function) {
  try {
    function();
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  }
  return "nothing was thrown";
}

TEST(Transform, RefusesWhatIsUndefinedOrHoldsNoNumbers) {
  const Tensor x = at::full({2}, 0.5);
  for (const TransformPtr& t : one_of_each()) {
    const auto refused = [&]<class Error>(const Error*, const Tensor& bad) {
      EXPECT_THROW(t(bad), Error) << *t;
      EXPECT_THROW(t->inv()(bad), Error) << *t;
      EXPECT_THROW(t->log_abs_det_jacobian(bad, x), Error) << *t;
      EXPECT_THROW(t->log_abs_det_jacobian(x, bad), Error) << *t;
      EXPECT_THROW(t->inv()->log_abs_det_jacobian(bad, x), Error) << *t;
    };
    refused(static_cast<c10::ValueError*>(nullptr), {});
    for (const auto dtype : {at::kComplexFloat, at::kUInt16, at::kFloat8_e4m3fn})
      refused(static_cast<c10::TypeError*>(nullptr), x.to(dtype));
    EXPECT_THROW(t->to(at::kLong), c10::TypeError);
    EXPECT_THROW(t->to(TensorOptions().requires_grad(true)), c10::ValueError);
    EXPECT_NO_THROW(t->to(at::kDouble));
  }
  EXPECT_EQ(message_of([] { ExpTransform()(Tensor()); }), "ExpTransform: `x` is undefined");
}

TEST(Transform, WhatAClassLacksIsNamed) {
  const Tensor x = at::ones({2});
  EXPECT_EQ(message_of([&] { Bare()(x); }), "Bare::operator() is not implemented");
  EXPECT_EQ(message_of([&] { Bare().inv()(x); }), "Bare::inv is not implemented");
  EXPECT_EQ(message_of([&] { Bare().log_abs_det_jacobian(x, x); }),
            "Bare::log_abs_det_jacobian is not implemented");
  EXPECT_EQ(message_of([&] { Bare().sign(); }), "Bare::sign is not implemented");
  EXPECT_FALSE(Bare().bijective());
  EXPECT_THROW(Bare().event_dim(), c10::ValueError);
  EXPECT_THROW(ExpTransform(2), c10::ValueError);
  EXPECT_THROW(ExpTransform().with_cache(-1), c10::ValueError);
}

TEST(Transform, EqualsItsCopiesByDefault) {
  const Cube one(counter());
  const Cube copy(one);
  EXPECT_TRUE(one == copy);
  EXPECT_TRUE(one == one.with_cache());
  EXPECT_TRUE(one.inv()->inv() == one);
  EXPECT_TRUE(one.inv() == copy.inv());
  EXPECT_FALSE(one == Cube(counter()));
  EXPECT_FALSE(one.inv() == one);
  EXPECT_FALSE(one == ExpTransform());
  EXPECT_TRUE(one != ExpTransform());
}

TEST(Transform, MapsMetaTensors) {
  const Tensor x = at::empty({2, 3}, at::kMeta);
  const std::vector<TransformPtr> all{
      AbsTransform(),     ExpTransform(),           SigmoidTransform(),
      TanhTransform(),    SoftplusTransform(),      PowerTransform(-2),
      SoftmaxTransform(), AffineTransform(1, 2, 1), StickBreakingTransform()};
  for (const TransformPtr& t : all) {
    const Tensor y = t(x);
    EXPECT_TRUE(y.is_meta()) << *t;
    EXPECT_EQ(y.sizes().vec(), t->forward_shape(x.sizes())) << *t;
    EXPECT_EQ(t->inv()(y).sizes(), x.sizes()) << *t;
    if (!t->bijective()) continue;
    EXPECT_EQ(t->log_abs_det_jacobian(x, y).dim(), 2 - t->event_dim()) << *t;
  }
}

TEST(Transform, IsPrinted) {
  std::ostringstream out;
  out << ExpTransform() << ' ' << *Cube(counter()).inv();
  EXPECT_EQ(out.str(), "ExpTransform() _InverseTransform(Cube())");
  EXPECT_EQ(fmt::format("{}", ExpTransform()), "ExpTransform()");
}

TEST(Transform, PositiveResultsDoNotUnderflow) {
  for (const TransformPtr& t : std::vector<TransformPtr>{ExpTransform(), SoftplusTransform()}) {
    for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
      const Tensor x = at::full({3}, -900.0, dtype).requires_grad_(), y = t(x);
      EXPECT_TRUE(y.gt(0).all().item<bool>()) << *t << dtype;
      EXPECT_TRUE(constraints::positive.check(y).all().item<bool>());
      EXPECT_TRUE(autograd::grad({y.sum()}, {x})[0].eq(0).all().item<bool>()) << *t;
    }
    const Tensor ends = t(at::tensor({-kInfinity, kInfinity, std::nan("")}));
    EXPECT_GT(ends[0].item<double>(), 0) << *t;
    EXPECT_EQ(ends[1].item<double>(), kInfinity) << *t;
    EXPECT_TRUE(ends[2].isnan().item<bool>()) << *t;
  }
}

TEST(Transform, PreimageSaysWhatIsNoImage) {
  const auto nan = std::nan("");
  const std::vector<std::pair<TransformPtr, std::vector<double>>> all{
      {ExpTransform(), {0, -1, kInfinity}},
      {TanhTransform(), {1, -1, 1.5}},
      {SigmoidTransform(), {0, 1, -2}},
      {SoftplusTransform(), {0, -1, kInfinity}},
      {PowerTransform(2), {0, -1, kInfinity}},
      {PowerTransform(-2), {0, -1, kInfinity}},
      {TanhTransform(1).with_cache(0), {1, -1, 7}}};
  for (const auto& [t, outside] : all) {
    const Tensor inside = at::tensor({0.25, nan}, at::kDouble);
    const Tensor y = at::cat({at::tensor(outside, at::kDouble), inside}).requires_grad_();
    const auto found = t->preimage(y);
    EXPECT_TRUE(found.outside.equal(at::tensor({1, 1, 1, 0, 0}).to(at::kBool))) << *t;
    EXPECT_EQ(found.x[3].item<double>(), t->inv()(inside)[0].item<double>()) << *t;
    EXPECT_TRUE(found.x[4].isnan().item<bool>()) << *t;
    const Tensor known = (found.x + found.log_abs_det_jacobian).slice(0, 0, 4).sum();
    EXPECT_TRUE(autograd::grad({known}, {y})[0].slice(0, 0, 3).eq(0).all().item<bool>()) << *t;
    const auto all_inside = t->preimage(inside[0], /*with_jacobian=*/false);
    EXPECT_FALSE(all_inside.outside.defined()) << *t;
    EXPECT_FALSE(all_inside.log_abs_det_jacobian.defined()) << *t;
  }
}

TEST(Cache, ServesTheVeryTensorsInBothDirections) {
  const auto calls = counter();
  const Cube t(calls, 1);
  const Tensor x = at::randn({3});
  const Tensor y = t(x);
  EXPECT_TRUE(t(x).is_same(y));
  EXPECT_TRUE(t.inv()(y).is_same(x));
  EXPECT_TRUE(Cube(t)(x).is_same(y)) << "copies share the cache";
  EXPECT_TRUE(t.inv()->inv()(x).is_same(y));
  EXPECT_TRUE(t.with_cache()(x).is_same(y));
  EXPECT_EQ(*calls, 1);
  EXPECT_FALSE(t.with_cache(0)->with_cache()(x).is_same(y));
  EXPECT_EQ(*calls, 2);
  const Tensor z = at::randn({3});
  const Tensor w = t.inv()(z);
  EXPECT_TRUE(t(w).is_same(z));
  EXPECT_FALSE(t(x).is_same(y)) << "one entry";
}

TEST(Cache, HoldsNothingWithoutASize) {
  const auto calls = counter();
  const Cube t(calls);
  const Tensor x = at::randn({3});
  EXPECT_FALSE(t(x).is_same(t(x)));
  EXPECT_EQ(*calls, 2);
}

TEST(Cache, NoticesModificationInPlace) {
  const Cube t(counter(), 1);
  Tensor x = at::ones({3});
  Tensor y = t(x);
  x.add_(1);
  EXPECT_TRUE(t(x).equal(at::full({3}, 8.0f)));
  y = t(x);
  y.fill_(27);
  EXPECT_TRUE(t.inv()(y).allclose(at::full({3}, 3.0f)));
  y = t(x);
  x.zero_();
  EXPECT_TRUE(t.inv()(y).allclose(at::full({3}, 2.0f))) << "the partner was modified";
}

TEST(Cache, WorksInInferenceMode) {
  const Cube t(counter(), 1);
  Tensor x, y;
  {
    const c10::InferenceMode inference;
    x = at::ones({3});
    y = t(x);
    EXPECT_TRUE(t.inv()(y).is_same(x));
  }
  EXPECT_TRUE(t.inv()(y).is_same(x));
}

TEST(Cache, GivesAGraphWhereOneIsNeeded) {
  const Cube t(counter(), 1);
  const Tensor x = at::ones({3}).requires_grad_();
  {
    const at::NoGradGuard no_grad;
    EXPECT_FALSE(t(x).requires_grad());
  }
  EXPECT_TRUE(t(x).requires_grad());

  const Tensor plain = at::ones({3});
  const Tensor y = t(plain);
  y.requires_grad_();
  EXPECT_TRUE(t.inv()(y).requires_grad()) << "y has become a leaf";
  plain.requires_grad_();
  EXPECT_TRUE(t(plain).requires_grad()) << "x has become a leaf";
}

TEST(Cache, ServesASampleThatWasDrawnWithoutAGraph) {
  const TanhTransform t(1);
  const Tensor x = at::full({3}, 40.0);
  Tensor y;
  {
    const at::NoGradGuard no_grad;
    y = t(x);
  }
  EXPECT_TRUE(t.inv()(y).is_same(x));
}

// https://github.com/pytorch/pytorch/issues/59822
TEST(Cache, DoesNotChangeGradients) {
  for (const bool drawn_with_graph : {false, true}) {
    std::vector<Tensor> gradients;
    for (const int64_t cache_size : {0, 1}) {
      const Tensor loc = at::ones({}).requires_grad_(), scale = at::full({}, 2.0f).requires_grad_();
      const AffineTransform t(loc, scale, 0, cache_size);
      const Tensor noise = at::full({}, 0.7f);
      Tensor y;
      {
        const at::AutoGradMode mode(drawn_with_graph);
        y = t(noise);
      }
      const Tensor x = t.inv()(y);
      const Tensor log_density = -0.5 * x.square() - t.log_abs_det_jacobian(x, y);
      for (const Tensor& gradient :
           autograd::grad({log_density}, {loc, scale}, {}, true, false, true)) {
        gradients.push_back(gradient.defined() ? gradient : at::zeros({}));
      }
    }
    EXPECT_NEAR(gradients[0].item<double>(), gradients[2].item<double>(), 1e-6) << drawn_with_graph;
    EXPECT_NEAR(gradients[1].item<double>(), gradients[3].item<double>(), 1e-6) << drawn_with_graph;
  }
}

TEST(Cache, AKeyThatRequiredAGradientWithoutAGraphIsAConstantLater) {
  const Cube t(counter(), 1);
  const Tensor x = at::ones({3}).requires_grad_();
  Tensor y;
  {
    const at::NoGradGuard no_grad;
    y = t(x);
  }
  EXPECT_FALSE(t.inv()(y).requires_grad());
}

TEST(Cache, IsEmptyAfterAMove) {
  const Cube t(counter(), 1);
  const Tensor x = at::ones({3});
  const Tensor y = t(x);
  EXPECT_FALSE(t.detach()(x).is_same(y));
  EXPECT_TRUE(t.changed(core::Change::expand({2, 3}))(x).is_same(y));
}

TEST(Transform, NoCycleKeepsItAlive) {
  const auto calls = counter();
  {
    const TransformPtr t = Cube(calls, 1);
    const TransformPtr inverse = t->inv();
    const TransformPtr again = inverse->inv();
    again(inverse(t(at::ones({3}))));
  }
  EXPECT_EQ(calls.use_count(), 1);
}

TEST(Cache, TakesManyThreads) {
  const AffineTransform t(1, 2, 0, 1);
  const TransformPtr inverse = t.inv();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int k = 0; k < 8; ++k) {
    threads.emplace_back([&, k] {
      const Tensor x = at::full({4}, static_cast<double>(k), at::kDouble);
      for (int i = 0; i < 500; ++i) {
        const Tensor y = t(x);
        if (!y.equal(x * 2 + 1) || !inverse(y).equal(x)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(TransformTest, EqualTransformsHaveEqualHashes) {
  const Tensor twos = at::full({2, 3}, 2.0, at::kDouble);
  const TransformPtr affine = AffineTransform(0.0, 2.0);
  // Each row holds equal transforms, and different rows hold different ones.
  const std::vector<std::vector<TransformPtr>> rows{
      {ExpTransform(), ExpTransform(1), ExpTransform().inv()->inv()},
      {ExpTransform().inv(), ExpTransform(1).inv()},
      {TanhTransform(), TanhTransform().with_cache()},
      {affine, AffineTransform(-0.0, twos), AffineTransform(at::zeros({1}), 2, 0, 1)},
      {AffineTransform(0.0, 3.0), AffineTransform(0, twos + 1)},
      {AffineTransform(NAN, 1.0), AffineTransform(at::full({2}, -NAN), 1.0)},
      {PowerTransform(2.0), PowerTransform(twos)},
      {PowerTransform(3.0)},
      {ComposeTransform({affine, ExpTransform()}), ComposeTransform({affine, ExpTransform()}, 1)},
      {ComposeTransform({ExpTransform(), affine})},
      {IndependentTransform(affine, 1), IndependentTransform(affine, 1, 1)},
      {IndependentTransform(affine, 2)}};
  std::unordered_map<TransformPtr, std::size_t> row_of;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (const TransformPtr& each : rows[row]) {
      EXPECT_EQ(row_of.emplace(each, row).first->second, row) << *each;
      EXPECT_EQ(hash_value(*each), hash_value(*rows[row][0])) << *each;
      EXPECT_EQ(std::hash<TransformPtr>()(each), hash_value(*each));
    }
  }
  EXPECT_EQ(row_of.size(), rows.size());
  // A parameter without numbers equals no parameter with numbers.
  EXPECT_FALSE(PowerTransform(at::zeros({0})) == PowerTransform(2.0));
}

// Then only the very same tensors are equal.
void expect_equal_by_identity(const Tensor& a, const Tensor& b) {
  const auto all_of = [](const Tensor& t) -> std::vector<TransformPtr> {
    return {AffineTransform(t, 2.0), AffineTransform(1.0, t), PowerTransform(t),
            ComposeTransform({AffineTransform(t, t), ExpTransform()}),
            IndependentTransform(AffineTransform(t, 2.0), 0)};
  };
  const std::vector<TransformPtr> of_a = all_of(a), again = all_of(a), of_b = all_of(b),
                                  of_number = all_of(at::full({}, 2.0));
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    EXPECT_TRUE(of_a[i] == again[i]) << i;
    EXPECT_EQ(hash_value(*of_a[i]), hash_value(*again[i])) << i;
    EXPECT_TRUE(of_a[i] == of_a[i]->with_cache()) << i;
    EXPECT_FALSE(of_a[i] == of_b[i]) << i;
    EXPECT_FALSE(of_a[i] == of_number[i]) << i;
    EXPECT_FALSE(of_number[i] == of_a[i]) << i;
  }
}

TEST(TransformTest, EqualityReadsNoHiddenNumbers) {
  expect_equal_by_identity(at::empty({3}, at::kMeta), at::empty({3}, at::kMeta));
  const Tensor twos = at::full({3}, 2.0);
  namespace functorch = at::functorch;
  for (const auto type : {functorch::TransformType::Vmap, functorch::TransformType::Grad}) {
    const auto level = functorch::initAndPushDynamicLayer(type, 3, functorch::RandomnessType::Error,
                                                          /*prev_grad_mode=*/true);
    if (type == functorch::TransformType::Vmap) {
      expect_equal_by_identity(functorch::makeBatched(twos, 0, level),
                               functorch::makeBatched(twos, 0, level));
    } else {
      expect_equal_by_identity(functorch::makeTensorWrapper(twos, level),
                               functorch::makeTensorWrapper(twos, level));
    }
    // Tensors from outside have numbers.
    EXPECT_TRUE(AffineTransform(twos, 1) == AffineTransform(2.0, 1));
    EXPECT_EQ(hash_value(AffineTransform(twos, 1)), hash_value(AffineTransform(2.0, 1)));
    functorch::popDynamicLayerAndDeleteMetadata();
  }
}

}  // namespace
}  // namespace torch::distributions
