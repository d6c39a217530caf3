#include <torch/distributions/transforms/abs.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/compose.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

TEST(AbsTransform, IsWhatTheOraclesSay) { test::expect_golden("AbsTransform"); }

TEST(AbsTransform, HasADerivative) {
  test::expect_differentiable(AbsTransform(), at::tensor({-3.0, -1.1, 0.2, 2.5}, at::kDouble));
}

TEST(AbsTransform, EqualsItsKind) {
  EXPECT_TRUE(AbsTransform() == AbsTransform(1));
  EXPECT_TRUE(AbsTransform().with_cache() == AbsTransform());
  EXPECT_TRUE(AbsTransform().inv()->inv() == AbsTransform());
  EXPECT_FALSE(*AbsTransform().inv() == AbsTransform());
  EXPECT_FALSE(AbsTransform() == AffineTransform(0, 1));
}

TEST(AbsTransform, ItsInverseIsTheIdentity) {
  const Tensor y = at::tensor({-1.0, 0.0, 2.0}, at::kDouble);
  EXPECT_TRUE(AbsTransform().inv()(y).is_same(y));
  EXPECT_EQ(AbsTransform()(y)[1].item<double>(), 0);
  // A cache returns the x from which y was computed, as in Python.
  const AbsTransform cached(1);
  EXPECT_TRUE(cached.inv()(cached(y)).is_same(y));
}

TEST(AbsTransform, NamesWhatItLacks) {
  const Tensor x = at::ones({2});
  const auto expect_named = [](const char* method, const auto& call) {
    try {
      call();
      ADD_FAILURE() << method;
    } catch (const c10::NotImplementedError& error) {
      EXPECT_STREQ(error.what_without_backtrace(),
                   (std::string("AbsTransform::") + method + " is not implemented").c_str());
    }
  };
  const auto jacobian_of = [&](const TransformPtr& t) { return t->log_abs_det_jacobian(x, x); };
  expect_named("sign", [] { return AbsTransform().sign(); });
  expect_named("sign", [] { return AbsTransform().inv()->sign(); });
  expect_named("log_abs_det_jacobian", [&] { return jacobian_of(AbsTransform()); });
  expect_named("log_abs_det_jacobian", [&] { return jacobian_of(AbsTransform().inv()); });
  expect_named("log_abs_det_jacobian", [&] {
    return jacobian_of(ComposeTransform({AffineTransform(0, 2), AbsTransform()}));
  });
}

TEST(AbsTransform, KeepsItsDtypeAndShape) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong}) {
    const Tensor x = at::tensor({-1, 2}).to(dtype);
    EXPECT_TRUE(AbsTransform()(x).equal(at::tensor({1, 2}).to(dtype))) << dtype;
  }
  EXPECT_TRUE(AbsTransform()(at::empty({2, 3}, at::kMeta)).is_meta());
  EXPECT_EQ(AbsTransform().event_dim(), 0);
  EXPECT_EQ(AbsTransform().to(at::kDouble), AbsTransform());
}

}  // namespace
}  // namespace torch::distributions
