#include <gmock/gmock.h>

#include <torch/distributions/core/repr.h>

namespace torch::distributions::core {
namespace {

// The expected texts are PyTorch 2.13's.

TEST(Repr, OfNumbersIsPythons) {
  EXPECT_EQ(repr(1.0), "1.0");
  EXPECT_EQ(repr(static_cast<double>(0.3F)), "0.30000001192092896");
  EXPECT_EQ(repr(1e-5), "1e-05");
  EXPECT_EQ(repr(1e20), "1e+20");
  EXPECT_EQ(repr(1e15), "1000000000000000.0");
  EXPECT_EQ(repr(-INFINITY), "-inf");
  EXPECT_EQ(repr(std::nan("")), "nan");
  EXPECT_EQ(repr(Param(0)), "0");
  EXPECT_EQ(repr(Param(0.0)), "0.0");
}

TEST(Repr, OfTensorsIsPythons) {
  EXPECT_EQ(repr(at::scalar_tensor(2.5)), "2.5");
  EXPECT_EQ(repr(at::tensor({2}, at::kLong).squeeze()), "2");
  EXPECT_EQ(repr(at::tensor({0.3}, at::kFloat)), "tensor([0.3000])");
  EXPECT_EQ(repr(at::tensor({2.0}, at::kFloat)), "tensor([2.])");
  EXPECT_EQ(repr(at::tensor({1e-5}, at::kFloat)), "tensor([1.0000e-05])");
  EXPECT_EQ(repr(at::tensor({-1.5, 20.25}, at::kFloat)), "tensor([-1.5000, 20.2500])");
  EXPECT_EQ(repr(at::tensor({1.0, INFINITY}, at::kFloat)), "tensor([1., inf])");
  EXPECT_EQ(repr(at::tensor({1.0, 1e10}, at::kFloat)), "tensor([1.0000e+00, 1.0000e+10])");
  EXPECT_EQ(repr(at::tensor({1, 20}, at::kLong)), "tensor([ 1, 20])");
  EXPECT_EQ(repr(at::tensor({1, 0}, at::kLong).to(at::kBool)), "tensor([ True, False])");
  EXPECT_EQ(repr(at::tensor({0.5}, at::kDouble)), "tensor([0.5000], dtype=torch.float64)");
  EXPECT_EQ(repr(at::ones({2, 2})), "tensor([[1., 1.],\n        [1., 1.]])");
  EXPECT_EQ(repr(at::ones({2}).requires_grad_()), "tensor([1., 1.], requires_grad=True)");
  EXPECT_EQ(repr(at::ones({2}).requires_grad_() * at::ones({2})),
            "tensor([1., 1.], grad_fn=<MulBackward0>)");
  EXPECT_EQ(repr(at::ones({0})), "tensor([])");
  EXPECT_EQ(repr(at::ones({1001})), "tensor([1., 1., 1.,  ..., 1., 1., 1.])");
}

TEST(Repr, OfShapesIsPythons) {
  EXPECT_EQ(repr(IntArrayRef{}), "torch.Size([])");
  EXPECT_EQ(repr(IntArrayRef({2, 3})), "torch.Size([2, 3])");
  EXPECT_EQ(repr_or_size(at::ones({1})), "tensor([1.])");
  EXPECT_EQ(repr_or_size(at::ones({2})), "torch.Size([2])");
}

}  // namespace
}  // namespace torch::distributions::core
