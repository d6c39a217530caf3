#include "ops/vectors/pick.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "ops/engine/engine.h"
#include "ops/special/constants.h"
#include "support/gradcheck.h"

// Compares the kernel with the composed path.

namespace torch::distributions::ops {
namespace {

using at::Tensor;
using Sizes = std::vector<int64_t>;

constexpr int64_t kPickedCategories = 5;

/// The form of a value: an index or a one-hot vector.
struct Form {
  const char* name;
  Tensor (*pick)(const Tensor& table, const Tensor& value, double otherwise);
  bool is_hot;

  /// The values for these indices.
  Tensor value(const Tensor& index, at::ScalarType dtype) const {
    return (is_hot ? index.unsqueeze(-1).eq(at::arange(kPickedCategories)) : index).to(dtype);
  }
};

std::ostream& operator<<(std::ostream& out, const Form& form) { return out << form.name; }

struct Result {
  Tensor value, gradient;
};

Result run(const Form& form, const Tensor& table, const Tensor& value) {
  const Tensor leaf = table.detach().requires_grad_();
  const Tensor picked = form.pick(leaf, value, -kInfinity);
  const Tensor weights =
      at::linspace(-1, 2, picked.numel(), at::kDouble).view(picked.sizes()).to(picked.dtype());
  return {picked.detach(), torch::autograd::grad({picked}, {leaf}, {weights})[0]};
}

Result run_composed(const Form& form, const Tensor& table, const Tensor& value) {
  const ComposedGuard guard;
  return run(form, table, value);
}

void expect_same(const Form& form, const Tensor& table, const Tensor& value,
                 const std::string& what) {
  const auto before = calls();
  const Result got = run(form, table, value);
  EXPECT_EQ(calls().forward, before.forward + 1) << what;
  EXPECT_EQ(calls().backward, before.backward + 1) << what;
  EXPECT_EQ(calls().composed, before.composed) << what;
  const Result want = run_composed(form, table, value);
  EXPECT_EQ(got.value.scalar_type(), want.value.scalar_type());
  EXPECT_TRUE(got.value.equal(want.value)) << what;
  const double epsilon = table.scalar_type() == at::kDouble  ? 1e-13
                         : table.scalar_type() == at::kFloat ? 1e-5
                                                             : 5e-2;
  EXPECT_TRUE(got.gradient.allclose(want.gradient, epsilon, epsilon)) << what;
}

class PickTest : public ::testing::TestWithParam<Form> {};

TEST_P(PickTest, AgreesWithTheComposedPathOnEveryBroadcast) {
  at::manual_seed(0);
  struct Shapes {
    Sizes batch, value;
  };
  for (const auto& [batch, value] : std::vector<Shapes>{{{}, {}},
                                                        {{}, {700}},
                                                        {{3}, {3}},
                                                        {{3}, {4, 3}},
                                                        {{4, 1}, {3}},
                                                        {{2000}, {2000}},
                                                        {{2, 1, 3}, {4, 1}},
                                                        {{2, 3}, {}},
                                                        {{64}, {50, 64}},
                                                        {{0}, {0}},
                                                        {{3}, {0, 3}},
                                                        {{1, 2, 1, 2, 1}, {2, 1, 3, 2, 2}}}) {
    Sizes table_sizes = batch;
    table_sizes.push_back(kPickedCategories);
    const Tensor table = at::randn(table_sizes, at::kDouble);
    const Tensor index = at::randint(-1, kPickedCategories + 1, value, at::kLong);
    expect_same(GetParam(), table, GetParam().value(index, at::kLong),
                ::testing::PrintToString(batch) + ::testing::PrintToString(value));
  }
}

TEST_P(PickTest, OfNaNIsNaN) {
  for (const auto of_table : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor table = at::randn({4, kPickedCategories}, at::kDouble).to(of_table);
    for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
      Tensor value =
          GetParam().value(at::tensor(std::vector<int64_t>{0, 1, kPickedCategories, 3}), dtype);
      value[1].fill_(std::nan(""));
      if (GetParam().is_hot) value[1].slice(0, 1).zero_();  // one element is enough
      const auto picked = [&] { return GetParam().pick(table, value, -kInfinity); };
      const Tensor got = picked();
      const ComposedGuard guard;
      for (const Tensor& result : {got, picked()}) {
        EXPECT_TRUE(result[0].isfinite().item<bool>() && result[3].isfinite().item<bool>());
        EXPECT_TRUE(result[1].isnan().item<bool>()) << result;
        EXPECT_EQ(result[2].item<double>(), -kInfinity) << result;
      }
    }
  }
}

TEST_P(PickTest, TakesEveryDtypeAndLayout) {
  at::manual_seed(1);
  const Tensor index = at::randint(0, kPickedCategories, {6, 7}, at::kLong);
  const Tensor wide = at::randn({6, 7, kPickedCategories}, at::kDouble);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor table = wide.to(dtype);
    for (const auto of_value : {at::kLong, at::kInt, at::kShort, at::kChar, at::kByte, at::kDouble,
                                at::kFloat, at::kHalf, at::kBFloat16}) {
      expect_same(GetParam(), table, GetParam().value(index, of_value), c10::toString(of_value));
    }
  }
  const Tensor value = GetParam().value(index, at::kLong);
  expect_same(GetParam(), wide.transpose(0, 1).contiguous().transpose(0, 1), value, "transposed");
  expect_same(GetParam(), at::randn({6, kPickedCategories, 7}, at::kDouble).transpose(1, 2), value,
              "categories apart");
  expect_same(GetParam(),
              at::randn({7, kPickedCategories}, at::kDouble).expand({6, 7, kPickedCategories}),
              value, "expanded");
  expect_same(GetParam(), wide, at::stack({value, value}, 1).select(1, 1), "strided value");
  expect_same(GetParam(), wide, at::stack({value, value}, -1).select(-1, 1), "apart");
  expect_same(GetParam(), wide, value[0].expand_as(value), "expanded value");
  expect_same(GetParam(), wide.slice(0, 1), value.slice(0, 1), "offset");
}

TEST_P(PickTest, HasDerivatives) {
  at::manual_seed(2);
  const Tensor index = at::tensor({0, 4, 7, 2, 2, 1}).view({2, 3});
  const Tensor value = GetParam().value(index, at::kDouble);
  for (const Sizes& batch : std::vector<Sizes>{{}, {3}, {2, 3}}) {
    Sizes sizes = batch;
    sizes.push_back(kPickedCategories);
    const auto f = [&](const std::vector<Tensor>& x) { return GetParam().pick(x[0], value, 0.5); };
    EXPECT_TRUE(test::gradcheck(f, {at::randn(sizes, at::kDouble)}));
    EXPECT_TRUE(test::gradgradcheck(f, {at::randn(sizes, at::kDouble)}));
  }
}

TEST_P(PickTest, OneGradientForAllIsSpread) {
  const Tensor value = GetParam().value(at::tensor({3, 0, 3}), at::kLong);
  const Tensor table = at::zeros({kPickedCategories}, at::kDouble).requires_grad_();
  GetParam().pick(table, value, 0).sum().backward();
  EXPECT_TRUE(table.grad().equal(at::tensor({1.0, 0.0, 0.0, 2.0, 0.0}, at::kDouble)));
}

TEST_P(PickTest, DoesNotDependOnThreads) {
  at::manual_seed(3);
  const Tensor index = at::randint(0, kPickedCategories, {30011}, at::kLong);
  const Tensor value = GetParam().value(index, at::kLong);
  const int threads = at::get_num_threads();
  for (const Tensor& table :
       {at::randn({30011, kPickedCategories}), at::randn({kPickedCategories})}) {
    at::set_num_threads(2);
    const Result two = run(GetParam(), table, value);
    at::set_num_threads(1);
    const Result one = run(GetParam(), table, value);
    EXPECT_TRUE(one.value.equal(two.value));
    EXPECT_TRUE(one.gradient.equal(two.gradient));
  }
  at::set_num_threads(threads);
}

TEST_P(PickTest, RefusesAValueThatHasChanged) {
  const Tensor value = GetParam().value(at::tensor({3, 0}), at::kLong);
  const Tensor table = at::zeros({kPickedCategories}).requires_grad_();
  const Tensor picked = GetParam().pick(table, value, 0).sum();
  value.add_(1);
  EXPECT_THROW(picked.backward(), c10::Error);
}

TEST_P(PickTest, TakesMetaTensors) {
  const Tensor value = GetParam().value(at::tensor({3, 0}), at::kLong).to(at::kMeta);
  EXPECT_EQ(GetParam().pick(at::empty({4, 1, kPickedCategories}, at::kMeta), value, 0).sizes(),
            at::IntArrayRef({4, 2}));
}

TEST_P(PickTest, TakesForwardMode) {
  const Tensor value = GetParam().value(at::tensor({3, 0, 9}), at::kLong);
  const Tensor table = at::randn({3, kPickedCategories}, at::kDouble);
  const Tensor direction = at::randn({3, kPickedCategories}, at::kDouble);
  const auto level = torch::autograd::ForwardADLevel::get_next_idx();
  {
    const Tensor dual = at::_make_dual(table, direction, static_cast<int64_t>(level));
    const Tensor tangent = GetParam().pick(dual, value, 0)._fw_grad(level);
    EXPECT_TRUE(tangent.equal(GetParam().pick(direction, value, 0)));
  }
  torch::autograd::ForwardADLevel::release_idx(level);
}

TEST_P(PickTest, TakesFunctionTransforms) {
  const Tensor value = GetParam().value(at::tensor({3, 0, 9}), at::kLong);
  const Tensor table = at::randn({3, kPickedCategories}, at::kDouble);
  const auto level = at::functorch::initAndPushDynamicLayer(at::functorch::TransformType::Vmap, 3,
                                                            at::functorch::RandomnessType::Error);
  const Tensor picked = GetParam().pick(at::functorch::makeBatched(table, 0, level),
                                        at::functorch::makeBatched(value, 0, level), 7);
  EXPECT_EQ(picked.dim(), 0);
  const auto* const batched = at::functorch::maybeGetBatchedImpl(picked);
  ASSERT_NE(batched, nullptr);
  const Tensor got = batched->value();
  at::functorch::popDynamicLayerAndDeleteMetadata();
  EXPECT_TRUE(got.equal(GetParam().pick(table, value, 7)));
}

INSTANTIATE_TEST_SUITE_P(All, PickTest,
                         ::testing::Values(Form{"index", pick, false}, Form{"hot", pick_hot, true}),
                         [](const auto& tested) { return tested.param.name; });

// An index outside of the table is not read, however large it is.
TEST(PickTest, NamesNoCategory) {
  const Tensor table = at::zeros({3});
  for (const double index : {-1.0, 3.0, 0.5, 1e30, -1e30, kInfinity, std::nextafter(1.0, 2.0)}) {
    EXPECT_EQ(pick(table, at::tensor(index, at::kDouble), 7).item<double>(), 7) << index;
  }
  constexpr int64_t kFar = int64_t{1} << 62;
  EXPECT_TRUE(pick(table, at::tensor({kFar, -kFar}, at::kLong), 7).eq(7).all().item<bool>());
  EXPECT_EQ(pick(table, at::tensor(-0.0), 7).item<double>(), 0);
}

TEST(PickHotTest, NamesNoCategory) {
  const Tensor table = at::zeros({3});
  const Tensor hot = at::tensor({0.0,  0.0, 0.0, 1.0,   1.0,       0.0, 2.0, -1.0, 0.0, 1.0, 0.5,
                                 -0.5, 1.0, 0.0, 1e-30, kInfinity, 0.0, 0.0, 1.0,  1.0, -1.0})
                         .view({-1, 3});
  EXPECT_TRUE(pick_hot(table, hot, 7).eq(7).all().item<bool>());
  const ComposedGuard guard;
  EXPECT_TRUE(pick_hot(table, hot, 7).eq(7).all().item<bool>());
}

}  // namespace
}  // namespace torch::distributions::ops
