#include <gmock/gmock.h>

#include <torch/distributions/core/change.h>
#include <torch/distributions/core/repr.h>

namespace torch::distributions::core {
namespace {

TEST(Change, ExpandsBeforeTheEvent) {
  const Change change = Change::expand({4, 3});
  EXPECT_EQ(repr(change(at::ones({3}), 0).sizes()), "torch.Size([4, 3])");
  EXPECT_EQ(repr(change(at::ones({3, 2, 2}), 2).sizes()), "torch.Size([4, 3, 2, 2])");
  EXPECT_EQ(repr(IntArrayRef(change.batch_shape({3}))), "torch.Size([4, 3])");
}

TEST(Change, KeepsTheExtraBatchDimensionsOfThePartsOfAPart) {
  const Change change = Change::expand({4}).within({5});
  EXPECT_EQ(repr(change(at::ones({1, 5, 2}), 1).sizes()), "torch.Size([4, 5, 2])");
  EXPECT_EQ(repr(change(at::ones({2}), 1).sizes()), "torch.Size([4, 5, 2])");
  EXPECT_EQ(repr(IntArrayRef(change.batch_shape({1, 5}))), "torch.Size([4, 5])");
  EXPECT_EQ(repr(IntArrayRef(change.within({3}).batch_shape({}))), "torch.Size([4, 5, 3])");
  EXPECT_EQ(repr(IntArrayRef(Change::detach().within({3}).batch_shape({2}))), "torch.Size([2])");
}

TEST(Change, RefusesImpossibleSizes) {
  for (const int64_t size : {INT64_MIN, int64_t{-1} << 62, int64_t{-1}}) {
    EXPECT_THROW(Change::expand({size})(at::ones({1}), 0), c10::ValueError) << size;
    EXPECT_THROW(Change::expand({2, size})(at::ones({}), 0), c10::ValueError) << size;
  }
}

TEST(Change, ExpandingToTheSameShapeIsTheSameTensor) {
  const Tensor tensor = at::ones({2, 3});
  EXPECT_TRUE(Change::expand({2, 3})(tensor, 0).is_same(tensor));
}

TEST(Change, ConvertsNumbersAndLeavesCounts) {
  const Change change = Change::to(at::kDouble);
  EXPECT_EQ(change(at::ones({2}), 0).scalar_type(), at::kDouble);
  EXPECT_EQ(change(at::ones({2}, at::kLong), 0).scalar_type(), at::kLong);
  EXPECT_EQ(Change::to(at::kMeta)(at::ones({2}, at::kLong), 0).device(), at::kMeta);
}

TEST(Change, Detaches) {
  EXPECT_FALSE(Change::detach()(at::ones({2}).requires_grad_() * 2, 0).requires_grad());
}

TEST(Change, ConvertsToFloatingDtypesOnly) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16})
    EXPECT_NO_THROW(Change::to(dtype).check("Mine"));
  for (const auto dtype : {at::kLong, at::kBool, at::kByte, at::kComplexFloat, at::kFloat8_e5m2,
                           at::kQInt8, at::kUInt16}) {
    EXPECT_THROW(Change::to(dtype).check("Mine"), c10::TypeError) << dtype;
  }
  EXPECT_NO_THROW(Change::to(at::kMeta).check("Mine"));
  EXPECT_NO_THROW(Change::to(TensorOptions().requires_grad(false)).check("Mine"));
  EXPECT_THROW(Change::to(TensorOptions().requires_grad(true)).check("Mine"), c10::ValueError);
  EXPECT_NO_THROW(Change::expand({2}).check("Mine"));
}

}  // namespace
}  // namespace torch::distributions::core
