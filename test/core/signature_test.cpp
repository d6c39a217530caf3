#include <gmock/gmock.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {
namespace {

class Box : public Implements<Box> {
 public:
  static const Signature<Box>& signature() {
    static const Signature<Box> s{
        .name = "Box",
        .fields = {{"corner", &Box::corner_, constraints::independent(constraints::positive, 1)},
                   {"side", &Box::side_, constraints::positive}}};
    return s;
  }
  Box(Param corner, Param side) {
    initialize(corner, side);
    set_event_shape(corner_.sizes().slice(corner_.sizes().size() - 1));
  }
  const Tensor& side() const { return side_; }
  const Tensor& corner() const { return corner_; }

 private:
  Tensor corner_, side_;
};

TEST(Signature, AFieldsEventDimensionsStayOutOfTheBatch) {
  const Box box(at::ones({2, 1, 5}), at::ones({3}));
  EXPECT_EQ(core::repr(box.batch_shape()), "torch.Size([2, 3])");
  EXPECT_EQ(core::repr(box.corner().sizes()), "torch.Size([2, 3, 5])");
  EXPECT_EQ(core::repr(box.side().sizes()), "torch.Size([2, 3])");
  EXPECT_THROW(Box(1, 1), c10::ValueError);
}

TEST(Signature, WithoutASupportThereIsNone) {
  EXPECT_THROW(Box(at::ones({5}), 1).support(), c10::NotImplementedError);
}

TEST(ConstraintOf, IsFixedOrAFunctionOfTheObject) {
  const Box box(at::ones({5}), 2);
  EXPECT_FALSE(core::ConstraintOf<Box>().defined());
  EXPECT_EQ(format_as(*core::ConstraintOf<Box>(constraints::positive)(box)),
            "GreaterThan(lower_bound=0.0)");
  const core::ConstraintOf<Box> function(
      [](const Box& b) { return constraints::greater_than(b.side()); });
  EXPECT_EQ(format_as(*function(box)), "GreaterThan(lower_bound=2.0)");
}

}  // namespace
}  // namespace torch::distributions
