#include "ops/tensor/kernel_or_composed.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <ostream>
#include <string>
#include <vector>

#include "ops/special/tensor_scalar.h"
#include "ops/special/xlogy.h"
#include "ops/tensor/total.h"
#include "ops/vectors/gaussian.h"
#include "ops/vectors/pick.h"
#include "ops/vectors/softmax.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;

/// The gradient of x^2, which has a kernel for contiguous tensors.
struct SquareGradient {
  bool* is_released;

  static const char* name() { return "Square"; }
  variable_list composed(at::TensorList saved, const Tensor& gradient, Wanted wanted) const {
    EXPECT_TRUE(wanted[0]);
    return {2 * saved[0] * gradient};
  }
  variable_list by_kernel(at::TensorList saved, const Tensor& gradient, Wanted) const {
    if (!gradient.is_contiguous()) return {};
    return {2 * saved[0] * gradient};
  }
  void release() { *is_released = true; }
};

bool is_released = false;

Tensor squared(const Tensor& x) {
  return kernel_or_composed(
      [&]() -> Tensor {
        if (!is_readable(x) || !x.is_contiguous()) return {};
        const Tensor y = x.detach() * x.detach();
        if (requires_graph({&x})) record(y, {&x}, /*saved=*/{&x}, SquareGradient{&is_released});
        return y;
      },
      [&] { return x * x; });
}

/// The increments of the counters by a call.
template <class F>
std::vector<int64_t> counted(const F& call) {
  const Calls before = calls();
  call();
  return {calls().forward - before.forward, calls().backward - before.backward,
          calls().composed - before.composed};
}

Tensor leaf() { return at::rand({3, 3}, at::kDouble).requires_grad_(); }

TEST(KernelOrComposedTest, CountsTheWayThatWasTaken) {
  using testing::ElementsAre;
  const Tensor x = leaf();
  const Tensor y = squared(x), gradient = at::ones({3, 3}, at::kDouble);
  const auto backward = [&](const Tensor& of_y, bool create_graph = false) {
    const Tensor of_x = torch::autograd::grad({y}, {x}, {of_y}, true, create_graph)[0];
    EXPECT_TRUE(of_x.equal(2 * x * of_y));
    EXPECT_EQ(of_x.requires_grad(), create_graph);
  };
  EXPECT_THAT(counted([&] { squared(x); }), ElementsAre(1, 0, 0));
  EXPECT_THAT(counted([&] { squared(x.mT()); }), ElementsAre(0, 0, 1)) << "the kernel declines";
  EXPECT_THAT(counted([&] { backward(gradient); }), ElementsAre(0, 1, 0));
  EXPECT_THAT(counted([&] {
                backward(at::rand({3, 3}, at::kDouble).mT());
              }),
              ElementsAre(0, 0, 1))
      << "the kernel declines";
  EXPECT_THAT(counted([&] { backward(gradient, true); }), ElementsAre(0, 0, 1)) << "a graph";
  const ComposedGuard guard;
  EXPECT_THAT(counted([&] { squared(x); }), ElementsAre(0, 0, 1));
  EXPECT_THAT(counted([&] { backward(gradient); }), ElementsAre(0, 0, 1));
}

TEST(KernelOrComposedTest, RecordsOnlyWhatRequiresAGradient) {
  const Tensor x = leaf();
  EXPECT_FALSE(squared(x.detach()).requires_grad());
  {
    const at::NoGradGuard no_grad;
    EXPECT_FALSE(squared(x).requires_grad());
  }
  Tensor y = squared(x);
  EXPECT_EQ(y.grad_fn()->name(), "SquareBackward");
  is_released = false;
  y.sum().backward();
  EXPECT_TRUE(is_released);
}

enum class Saves : char { kNothing, kInput, kOutput, kConstant };
/// A function with an autograd node of its own.
struct Case {
  std::string node;
  Saves saves;
  Tensor (*function)(const Tensor& x);
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.node; }

class NodeTest : public testing::TestWithParam<Case> {};

TEST_P(NodeTest, HasItsName) {
  EXPECT_EQ(GetParam().function(leaf()).grad_fn()->name(), GetParam().node);
}

TEST_P(NodeTest, RunsOnceUnlessTheGraphIsRetained) {
  const Tensor x = leaf();
  const Tensor y = GetParam().function(x).sum();
  y.backward({}, /*retain_graph=*/true);
  const Tensor once = x.grad().clone();
  y.backward();
  EXPECT_TRUE(x.grad().equal(2 * once));
  if (GetParam().saves == Saves::kNothing) return;
  EXPECT_THAT([&] { y.backward(); },
              testing::ThrowsMessage<c10::Error>(testing::HasSubstr("backward through the graph")));
}

TEST_P(NodeTest, RefusesSavedTensorsThatHaveChanged) {
  const auto changed = [](const Tensor& y, const Tensor& t, bool is_saved) {
    t.detach().mul_(0.5);
    const auto backward = [&] { y.sum().backward(); };
    if (is_saved) {
      EXPECT_THAT(backward,
                  testing::ThrowsMessage<c10::Error>(testing::HasSubstr("inplace operation")));
    } else {
      EXPECT_NO_THROW(backward());
    }
  };
  const Tensor x = leaf(), y = GetParam().function(x);
  changed(y, x, GetParam().saves == Saves::kInput);
  const Tensor other = GetParam().function(leaf());
  changed(other, other, GetParam().saves == Saves::kOutput);
}

TEST_P(NodeTest, OutputThatIsDroppedLeavesNoCycle) {
  c10::weak_intrusive_ptr<c10::TensorImpl> weak(GetParam().function(leaf()).getIntrusivePtr());
  EXPECT_TRUE(weak.expired());
}

INSTANTIATE_TEST_SUITE_P(
    All, NodeTest,
    testing::Values(
        Case{"SquareBackward", Saves::kInput, squared},
        Case{"TotalBackward", Saves::kNothing,
             [](const Tensor& x) { return total(x.to(at::kFloat)); }},
        Case{"xlogyBackward", Saves::kInput, [](const Tensor& x) { return special::xlogy(x, x); }},
        Case{"LogSoftmaxBackward", Saves::kOutput, [](const Tensor& x) { return log_softmax(x); }},
        Case{"NormalizeBackward", Saves::kInput, normalize},
        Case{"PickBackward", Saves::kConstant,
             [](const Tensor& x) { return pick(x, at::zeros({3}, at::kLong), -1); }},
        Case{"GaussianLogDensityBackward", Saves::kInput,
             [](const Tensor& x) {
               return gaussian_log_density(DenseCovariance(x), at::ones({3}, at::kDouble));
             }},
        Case{"GaussianLogDensityBackward", Saves::kInput, [](const Tensor& x) {
               return gaussian_log_density(DenseCovariance(x.unsqueeze(0)),
                                           at::ones({1, 3}, at::kDouble));
             }}));

}  // namespace
}  // namespace torch::distributions::ops
