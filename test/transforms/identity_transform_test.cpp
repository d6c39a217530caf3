#include <torch/distributions/transforms/identity_transform.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

TEST(IdentityTransform, IsTheIdentity) {
  const Tensor x = at::tensor({-1.0, 2.0}, at::kDouble);
  EXPECT_TRUE(identity_transform(x).is_same(x));
  EXPECT_TRUE(identity_transform.inv()(x).is_same(x));
  EXPECT_TRUE(identity_transform == ComposeTransform(std::vector<TransformPtr>{}));
  EXPECT_EQ(identity_transform.event_dim(), 0);
  EXPECT_EQ(format_as(identity_transform), "ComposeTransform(\n    \n)");
  test::expect_bijection(identity_transform, x);
}

}  // namespace
}  // namespace torch::distributions
