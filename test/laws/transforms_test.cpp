/// Laws of every transform: shapes, inverses, Jacobians, compositions, caches and dtypes.

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <limits>
#include <thread>
#include <utility>

#include "laws/laws.h"
#include "support/test_dir.h"
#include "support/transforms.h"

namespace torch::distributions::test {
namespace {

/// A transform and the shape of an x, which has a batch dimension of size 2. For an inverse, the
/// shape of a y.
struct Subject {
  std::string name;
  TransformPtr transform;
  std::vector<int64_t> shape;
  bool is_inverse = false;
};

std::ostream& operator<<(std::ostream& out, const Subject& subject) { return out << subject.name; }

struct SubjectName {
  template <class Info>
  std::string operator()(const Info& info) const {
    return info.param.name;
  }
};

/// Each name begins with that of the class, without "Transform".
std::vector<Subject> subjects() {
  const Tensor three = at::tensor({0.5f, -2.0f, 1.25f}), positive = three.abs();
  std::vector<Subject> all{
      {"Abs", AbsTransform(), {2, 3}},
      {"Affine", AffineTransform(three, -2), {2, 3}},
      {"AffineOfVectors", AffineTransform(1, three.slice(0, 0, 1), 1), {2, 3}},
      {"AffineOfMatrices", AffineTransform(three, 0.25, 2), {2, 2, 3}},
      {"Cat", CatTransform({ExpTransform(), TanhTransform()}, -1, {1, 2}), {2, 3}},
      {"CatOfSimplexes",
       CatTransform({StickBreakingTransform(), StickBreakingTransform()}, -1, {2, 3}),
       {2, 5}},
      {"Compose", ComposeTransform({TanhTransform(), AffineTransform(three, 2)}), {2, 3}},
      {"ComposeToSimplex",
       ComposeTransform({ExpTransform(), AffineTransform(0.5, 2, 1), StickBreakingTransform()}),
       {2, 3}},
      {"CorrCholesky", CorrCholeskyTransform(), {2, 6}},
      {"CumulativeDistribution", CumulativeDistributionTransform(Laplace(three, 2)), {2, 3}},
      {"CumulativeDistributionOfHalfLine",
       CumulativeDistributionTransform(Exponential(0.25 * positive)),
       {2, 3}},
      {"Exp", ExpTransform(), {2, 3}},
      {"IdentityTransform", identity_transform, {2, 3}},
      {"Independent", IndependentTransform(TanhTransform(), 1), {2, 3}},
      {"IndependentOfSimplexes", IndependentTransform(StickBreakingTransform(), 1), {2, 2, 3}},
      {"LowerCholesky", LowerCholeskyTransform(), {2, 3, 3}},
      {"PositiveDefinite", PositiveDefiniteTransform(), {2, 3, 3}},
      {"Power", PowerTransform(three), {2, 3}},
      {"Reshape", ReshapeTransform({3, 2}, {6}), {2, 3, 2}},
      {"Sigmoid", SigmoidTransform(), {2, 3}},
      {"Softmax", SoftmaxTransform(), {2, 3}},
      {"Softplus", SoftplusTransform(), {2, 3}},
      {"Stack", StackTransform({ExpTransform(), TanhTransform()}, -1), {2, 2}},
      {"StackOfSimplexes",
       StackTransform({StickBreakingTransform(), StickBreakingTransform()}, -2),
       {2, 2, 3}},
      {"StickBreaking", StickBreakingTransform(), {2, 3}},
      {"Tanh", TanhTransform(), {2, 3}}};
  for (std::size_t i = 0, count = all.size(); i < count; ++i) {
    const Subject subject = all[i];
    if (!subject.transform->bijective()) continue;
    all.push_back({subject.name + "Inverse", subject.transform->inv(), subject.shape, true});
  }
  return all;
}

TEST(TransformLaws, AreOfEveryClass) {
  const auto key = [](std::string name) {
    std::erase(name, '_');
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    return name;
  };
  const std::filesystem::path headers =
      std::filesystem::path(std::string(test_dir() / "../include/torch/distributions/transforms"));
  int count = 0;
  for (const auto& header : std::filesystem::directory_iterator(headers)) {
    const std::string name = header.path().stem();
    if (name == "transform") continue;
    const auto all = subjects();
    EXPECT_TRUE(std::ranges::any_of(
        all, [&](const Subject& subject) { return key(subject.name).starts_with(key(name)); }))
        << "no subject for " << header;
    ++count;
  }
  EXPECT_GE(count, 16);
}

class TransformLaws : public ::testing::TestWithParam<Subject> {
 protected:
  const Subject& subject_ = GetParam();

  TransformPtr in(at::ScalarType dtype) const { return subject_.transform->to(dtype); }

  /// A point of the domain; for an inverse, of the image of the transform. It is the same number in
  /// every dtype, up to rounding.
  Tensor x(at::ScalarType dtype, const std::vector<int64_t>& batch = {}) const {
    at::manual_seed(7);
    std::vector<int64_t> shape = batch;
    shape.insert(shape.end(), subject_.shape.begin(), subject_.shape.end());
    const TransformPtr wide = in(at::kDouble), forward = subject_.is_inverse ? wide->inv() : wide;
    const TransformPtr onto = biject_to(forward->domain());
    const Tensor point = onto(at::randn(onto->inverse_shape(shape), at::kDouble));
    return (subject_.is_inverse ? forward(point) : point).to(dtype);
  }
};

constexpr double kUnits = 64;

TEST_P(TransformLaws, TheDomainIsMappedIntoTheCodomain) {
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    const TransformPtr t = in(dtype);
    const Tensor from = x(dtype);
    EXPECT_FALSE(t->domain()->first_violation(from)) << from;
    EXPECT_FALSE(t->codomain()->first_violation(t(from))) << t(from);
    EXPECT_TRUE(t->inv()->domain()->check(t(from)).all().item<bool>());
  }
}

TEST_P(TransformLaws, ShapesAreThoseOfTheResults) {
  const TransformPtr t = in(at::kDouble);
  for (const auto& batch : std::vector<std::vector<int64_t>>{{}, {4}, {3, 1}, {0}}) {
    const Tensor from = x(at::kDouble, batch), to = t(from);
    EXPECT_EQ(to.sizes().vec(), t->forward_shape(from.sizes()));
    EXPECT_EQ(from.sizes().vec(), t->inverse_shape(to.sizes()));
    EXPECT_EQ(t->inv()(to).sizes(), from.sizes());
    if (!t->bijective()) continue;
    const auto events = static_cast<std::size_t>(from.dim() - t->domain()->event_dim());
    EXPECT_EQ(t->log_abs_det_jacobian(from, to).sizes(), from.sizes().slice(0, events));
  }
}

TEST_P(TransformLaws, TheInverseUndoesIt) {
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    const TransformPtr t = in(dtype);
    const Tensor from = x(dtype), to = t(from), back = t->inv()(to);
    EXPECT_TRUE(agrees(t(back), to, kUnits, dtype));
    if (t->bijective()) {
      EXPECT_TRUE(agrees(back, from, 64 * kUnits, dtype));
    }
  }
}

TEST_P(TransformLaws, TheJacobianIsThatOfAutograd) {
  const TransformPtr t = in(at::kDouble);
  if (!t->bijective()) {
    EXPECT_THROW(t->log_abs_det_jacobian(x(at::kDouble), t(x(at::kDouble))),
                 c10::NotImplementedError);
  } else if (subject_.is_inverse) {
    const Tensor from = x(at::kDouble), to = t(from);
    EXPECT_TRUE(agrees(t->log_abs_det_jacobian(from, to),
                       t->inv()->log_abs_det_jacobian(to, from).neg(), kUnits, at::kDouble));
  } else {
    expect_bijection(t, x(at::kDouble));
  }
}

// The x of a draw is known exactly, while y may have been rounded. An inverse knows its own y, the x
// of the transform, no better than by computing it.
TEST_P(TransformLaws, TheJacobianIsThatOfXWhateverYIs) {
  if (!subject_.transform->bijective() || subject_.is_inverse) return;
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    const TransformPtr t = in(dtype);
    for (const int64_t cache_size : {0, 1}) {
      const TransformPtr cached = t->with_cache(cache_size);
      const Tensor from = x(dtype), to = cached(from), jacobian = t->log_abs_det_jacobian(from, to);
      for (const double other : {std::numeric_limits<double>::quiet_NaN(), 0.0}) {
        EXPECT_TRUE(cached->log_abs_det_jacobian(from, at::full_like(to, other)).equal(jacobian))
            << other;
      }
    }
  }
}

TEST_P(TransformLaws, FloatHasTheDigitsOfAFloat) {
  const TransformPtr t = in(at::kFloat), wide = t->to(at::kDouble);
  const Tensor from = x(at::kFloat), from_wide = from.to(at::kDouble), to = t(from);
  EXPECT_TRUE(agrees(to, wide(from_wide), kUnits, at::kFloat));
  EXPECT_TRUE(agrees(t->inv()(to), wide->inv()(to.to(at::kDouble)), kUnits, at::kFloat));
  if (!t->bijective()) return;
  EXPECT_TRUE(agrees(t->log_abs_det_jacobian(from, to),
                     wide->log_abs_det_jacobian(from_wide, wide(from_wide)),
                     subject_.is_inverse ? 64 * kUnits : kUnits, at::kFloat));
}

TEST_P(TransformLaws, NarrowDtypesAreKept) {
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    SCOPED_TRACE(at::toString(dtype));
    const TransformPtr t = in(dtype), wide = t->to(at::kDouble);
    const Tensor from = x(dtype), to = t(from);
    EXPECT_EQ(to.scalar_type(), dtype);
    EXPECT_TRUE(agrees(to, wide(from.to(at::kDouble)), 8, dtype));
    EXPECT_EQ(t->inv()(to).scalar_type(), dtype);
    if (t->bijective()) {
      EXPECT_EQ(t->log_abs_det_jacobian(from, to).scalar_type(), dtype);
    }
  }
}

TEST_P(TransformLaws, TheInverseOfTheInverseIsTheTransform) {
  const TransformPtr& t = subject_.transform;
  const TransformPtr again = t->inv()->inv();
  EXPECT_TRUE(again == t);
  EXPECT_EQ(hash_value(*again), hash_value(*t));
  EXPECT_EQ(format_as(again), format_as(t));
  EXPECT_EQ(format_as(t->inv()->domain()), format_as(t->codomain()));
  EXPECT_EQ(format_as(t->inv()->codomain()), format_as(t->domain()));
  const Tensor from = x(at::kFloat);
  EXPECT_TRUE(again(from).equal(t(from)));
}

TEST_P(TransformLaws, CopiesAreEqual) {
  const TransformPtr& t = subject_.transform;
  for (const TransformPtr& copy :
       {t->with_cache(1), t->changed(core::Change::expand({5, 2, 3})), TransformPtr(t)}) {
    EXPECT_TRUE(copy == t);
    EXPECT_EQ(std::hash<TransformPtr>()(copy), std::hash<TransformPtr>()(t));
  }
  EXPECT_FALSE(t == AffineTransform(0.75, 3));
}

TEST_P(TransformLaws, CompositionIsAssociative) {
  const TransformPtr t = in(at::kDouble), u = AffineTransform(1, -2), v = TanhTransform();
  const ComposeTransform left({ComposeTransform({t, u}), v}), right({t, ComposeTransform({u, v})});
  const Tensor from = x(at::kDouble), to = t(from);
  EXPECT_TRUE(left(from).equal(v(u(to))));
  EXPECT_TRUE(right(from).equal(v(u(to))));
  EXPECT_EQ(left.bijective(), t->bijective());
  if (!t->bijective()) return;
  const auto sum = [&](const Tensor& of_elements) {
    const int64_t dim = t->codomain()->event_dim();
    return dim == 0 ? of_elements : of_elements.flatten(-dim).sum(-1);
  };
  const Tensor chained = t->log_abs_det_jacobian(from, to) +
                         sum(u->log_abs_det_jacobian(to, u(to))) +
                         sum(v->log_abs_det_jacobian(u(to), v(u(to))));
  EXPECT_TRUE(agrees(left.log_abs_det_jacobian(from, left(from)), chained, 8, at::kDouble));
  EXPECT_TRUE(agrees(right.log_abs_det_jacobian(from, right(from)), chained, 8, at::kDouble));
}

TEST_P(TransformLaws, TheIdentityIsNeutral) {
  const TransformPtr t = in(at::kDouble);
  const Tensor from = x(at::kDouble), to = t(from);
  for (const ComposeTransform& same :
       {ComposeTransform({t}), ComposeTransform({identity_transform, t}),
        ComposeTransform({t, identity_transform})}) {
    EXPECT_TRUE(same(from).equal(to));
    EXPECT_TRUE(same.inv()(to).equal(t->inv()(to)));
    if (!t->bijective()) continue;
    EXPECT_TRUE(same.log_abs_det_jacobian(from, to).equal(t->log_abs_det_jacobian(from, to)));
  }
}

TEST_P(TransformLaws, WithItsInverseItIsTheIdentity) {
  const TransformPtr t = in(at::kDouble);
  if (!t->bijective()) return;
  const ComposeTransform round({t, t->inv()});
  const Tensor from = x(at::kDouble);
  EXPECT_TRUE(agrees(round(from), from, 64 * kUnits, at::kDouble));
  const Tensor jacobian = round.log_abs_det_jacobian(from, round(from));
  EXPECT_TRUE(agrees(jacobian, at::zeros_like(jacobian), 64 * kUnits, at::kDouble));
}

TEST_P(TransformLaws, IndependentSumsOverTheBatch) {
  const TransformPtr t = in(at::kDouble);
  const IndependentTransform independent(t, 1);
  const Tensor from = x(at::kDouble), to = t(from);
  EXPECT_TRUE(independent(from).equal(to));
  EXPECT_EQ(independent.domain()->event_dim(), t->domain()->event_dim() + 1);
  if (!t->bijective()) return;
  EXPECT_TRUE(agrees(independent.log_abs_det_jacobian(from, to),
                     t->log_abs_det_jacobian(from, to).sum(-1), 8, at::kDouble));
}

TEST_P(TransformLaws, ACacheServesBothDirections) {
  const TransformPtr t = subject_.transform->with_cache(1);
  EXPECT_EQ(t->cache_size(), 1);
  const Tensor from = x(at::kFloat), to = t(from);
  EXPECT_TRUE(t(from).is_same(to));
  EXPECT_TRUE(t->inv()(to).is_same(from));
  EXPECT_TRUE(t->inv()->inv()(from).is_same(to));
  if (t->bijective()) {
    EXPECT_TRUE(t->log_abs_det_jacobian(from, to).equal(
        subject_.transform->log_abs_det_jacobian(from, to)));
  }
}

TEST_P(TransformLaws, ACacheIsSharedByThreads) {
  const TransformPtr t = subject_.transform->with_cache(1), inverse = t->inv();
  const Tensor first = x(at::kFloat);
  std::vector<std::pair<Tensor, Tensor>> pairs;
  for (const int64_t k : {0, 1}) {
    const Tensor from = first.roll({k}, {0});
    pairs.emplace_back(from, subject_.transform->with_cache(0)(from));
  }
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::size_t k = 0; k < 4; ++k) {
    threads.emplace_back([&, k] {
      const auto& [from, to] = pairs[k % pairs.size()];
      for (int i = 0; i < 50; ++i) {
        const Tensor own = t(from);
        if (!own.equal(to)) ++wrong;
        // The inverse is computed where another thread has replaced the pair.
        if (t->bijective() && !inverse(own).allclose(from, 1e-3, 1e-3)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(TransformLaws, ItsSignIsThatOfItsSlope) {
  const TransformPtr t = in(at::kDouble);
  const Tensor from = x(at::kDouble).requires_grad_();
  const auto sign = if_implemented([&] { return t->sign(); });
  if (!sign) return;
  const Tensor slope = autograd::grad({t(from).sum()}, {from})[0];
  EXPECT_TRUE(slope.sign().equal(sign->to(at::kDouble).expand_as(slope))) << slope;
}

TEST_P(TransformLaws, MetaTensorsHaveTheShapes) {
  const TransformPtr t = in(at::kFloat), meta = t->to(at::kMeta);
  const Tensor from = x(at::kFloat), to = t(from), of_meta = meta(from.to(at::kMeta));
  EXPECT_TRUE(of_meta.is_meta());
  EXPECT_EQ(of_meta.sizes(), to.sizes());
  EXPECT_EQ(meta->inv()(to.to(at::kMeta)).sizes(), from.sizes());
  if (!t->bijective()) return;
  EXPECT_EQ(meta->log_abs_det_jacobian(from.to(at::kMeta), of_meta).sizes(),
            t->log_abs_det_jacobian(from, to).sizes());
}

TEST_P(TransformLaws, DetachCutsTheGraphOfItsParametersOnly) {
  const TransformPtr& t = subject_.transform;
  const Tensor from = x(at::kFloat).requires_grad_();
  EXPECT_TRUE(t->detach()(from).equal(t(from)));
  EXPECT_TRUE(t->detach()(from).requires_grad());
  EXPECT_FALSE(t->detach()(from.detach()).requires_grad());
}

INSTANTIATE_TEST_SUITE_P(All, TransformLaws, ::testing::ValuesIn(subjects()), SubjectName());

}  // namespace
}  // namespace torch::distributions::test
