#include "ops/engine/engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "ops/engine/comparison.h"
#include "support/gradcheck.h"

namespace torch::distributions::test {
namespace {

namespace engine = ops::engine;
using engine::InstructionSet;

/// The sizes of the parameters and of the last input, and the view taken of each.
struct Pattern {
  const char* name;
  std::vector<int64_t> parameters, last;
  std::function<Tensor(const Tensor&)> view = [](const Tensor& t) { return t; };
};

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all{
      {"number", {}, {}},
      {"same", {37}, {37}},
      {"long", {5000}, {5000}},
      {"scalar", {}, {70, 37}},
      {"one_element", {1}, {2500}},
      {"row", {70}, {41, 70}},
      {"short_row", {3}, {700, 3}},
      {"column", {41, 1}, {41, 70}},
      {"short_column", {700, 1}, {700, 3}},
      {"middle", {4, 1, 33}, {4, 6, 33}},
      {"value_smaller", {41, 70}, {70}},
      {"value_scalar", {41, 70}, {}},
      {"outer_product", {41, 1}, {70}},
      {"transposed",
       {37, 41},
       {37, 41},
       [](const Tensor& t) {
         return t.dim() < 2 ? t : t.transpose(0, 1).contiguous().transpose(0, 1);
       }},
      {"strided",
       {37},
       {50, 37},
       [](const Tensor& t) { return t.repeat_interleave(2, -1).slice(-1, 0, std::nullopt, 2); }},
      {"reversed_dims",
       {5, 6, 7},
       {5, 6, 7},
       [](const Tensor& t) {
         return t.permute({2, 1, 0}).contiguous().permute({2, 1, 0});
       }},
      {"expanded",
       {37},
       {50, 37},
       [](const Tensor& t) {
         return t.expand({50, 37});
       }},
      {"empty", {0}, {3, 0}},
      {"high_dimensional", {2, 1, 2, 1, 2, 1, 2}, {1, 2, 2, 2, 1, 2, 2}}};
  return all;
}

Tensors make_inputs(const Operation& c, const Pattern& pattern, at::ScalarType dtype) {
  at::manual_seed(3);
  Tensors inputs;
  for (std::size_t i = 0; i < c.intervals.size(); ++i) {
    const bool is_last = i + 1 == c.intervals.size();
    const auto [low, high] = c.intervals[i];
    Tensor input = at::rand(is_last ? pattern.last : pattern.parameters, at::kDouble);
    input = input * (high - low) + low;
    if (c.is_whole(i)) input = input.floor();
    inputs.push_back(pattern.view(input.to(dtype)));
  }
  return inputs;
}

class Engine : public ::testing::TestWithParam<Operation> {
 protected:
  ~Engine() override { engine::set_instruction_set(engine::best_instruction_set()); }

  static std::vector<InstructionSet> sets() {
    std::vector<InstructionSet> all;
    for (const auto set :
         {InstructionSet::kDefault, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
      if (set <= engine::best_instruction_set()) all.push_back(set);
    }
    return all;
  }
};

TEST_P(Engine, AgreesWithTheComposedPathOnEveryPattern) {
  for (const auto set : sets()) {
    engine::set_instruction_set(set);
    for (const Pattern& pattern : patterns()) {
      for (const auto dtype : {at::kDouble, at::kFloat}) {
        const Tensors inputs = make_inputs(GetParam(), pattern, dtype);
        const ops::Calls before = ops::calls();
        const Evaluation got = run(GetParam(), inputs);
        EXPECT_EQ(ops::calls().forward, before.forward + 1) << pattern.name;
        EXPECT_EQ(ops::calls().backward, before.backward + 1) << pattern.name;
        EXPECT_EQ(ops::calls().composed, before.composed) << pattern.name;
        expect_close(got, run_composed(GetParam(), inputs), kUnits,
                     std::string(pattern.name) + " in " + c10::toString(dtype) + " by set " +
                         std::to_string(static_cast<int>(set)));
      }
    }
  }
}

TEST_P(Engine, ComputesHalfTypesInFloat) {
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    const Tensors inputs = make_inputs(GetParam(), {"row", {70}, {41, 70}}, dtype);
    Tensors wide;
    for (const Tensor& input : inputs) wide.push_back(input.to(at::kDouble));
    const Evaluation got = run(GetParam(), inputs);
    const Evaluation want = run(GetParam(), wide);
    expect_close(got.value, want.value.to(dtype), 1, c10::toString(dtype));
    EXPECT_EQ(got.gradients[0].scalar_type(), dtype);
  }
}

TEST_P(Engine, TakesIntegersAndMixedDtypes) {
  const Operation& c = GetParam();
  Tensors inputs = make_inputs(c, {"same", {37}, {37}}, at::kDouble);
  inputs[0] = inputs[0].to(at::kFloat);
  expect_close(run(c, inputs), run_composed(c, inputs), kUnits / epsilon(at::kDouble) * 1e-6,
               "a float parameter");
  if (!c.is_whole(inputs.size() - 1)) return;
  inputs = make_inputs(c, {"same", {37}, {37}}, at::kFloat);
  for (const auto dtype : {at::kLong, at::kInt, at::kByte}) {
    if (dtype == at::kByte && inputs.back().gt(255).any().item<bool>()) continue;
    Tensors whole = inputs;
    whole.back() = whole.back().to(dtype);
    const auto before = ops::calls().forward;
    expect_close(run(c, whole), run(c, inputs), 0, c10::toString(dtype));
    EXPECT_EQ(ops::calls().forward, before + 2);
  }
}

TEST_P(Engine, DoesNotDependOnThreads) {
  const Tensors inputs = make_inputs(GetParam(), {"scalar", {}, {300, 400}}, at::kFloat);
  const int threads = at::get_num_threads();
  const Evaluation many = run(GetParam(), inputs);
  at::set_num_threads(1);
  const Evaluation one = run(GetParam(), inputs);
  at::set_num_threads(threads);
  expect_close(one, many, 0, "one thread");
}

TEST_P(Engine, AgreesAcrossInstructionSets) {
  const Tensors inputs = make_inputs(GetParam(), {"row", {70}, {41, 70}}, at::kDouble);
  engine::set_instruction_set(InstructionSet::kDefault);
  const Evaluation plain = run(GetParam(), inputs);
  for (const auto set : sets()) {
    engine::set_instruction_set(set);
    expect_close(run(GetParam(), inputs), plain, kUnits, std::to_string(static_cast<int>(set)));
  }
}

TEST_P(Engine, HasDerivatives) {
  const ValidateArgsGuard no_validation(false);
  const Operation& c = GetParam();
  const Tensors inputs = make_inputs(c, {"row", {3}, {2, 3}}, at::kDouble);
  Tensors differentiable;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (c.differentiable[i]) differentiable.push_back(inputs[i]);
  }
  const auto f = [&](const Tensors& given) {
    Tensors all = inputs;
    for (std::size_t i = 0, next = 0; i < inputs.size(); ++i) {
      if (c.differentiable[i]) all[i] = given[next++];
    }
    return c.f(all);
  };
  EXPECT_TRUE(gradcheck(f, differentiable)) << c;
  EXPECT_TRUE(gradgradcheck(f, differentiable)) << c;
}

TEST_P(Engine, GivesOneGradientAlone) {
  const ValidateArgsGuard no_validation(false);
  const Operation& c = GetParam();
  const Tensors inputs = make_inputs(c, {"same", {37}, {37}}, at::kDouble);
  const Evaluation all = run(c, inputs);
  for (std::size_t i = 0, next = 0; i < inputs.size(); ++i) {
    if (!c.differentiable[i]) continue;
    Operation alone = c;
    std::fill(alone.differentiable.begin(), alone.differentiable.end(), false);
    alone.differentiable[i] = true;
    const Evaluation one = run(alone, inputs);
    expect_close(one.gradients[0], all.gradients[next++], 4, "input " + std::to_string(i));
  }
}

TEST_P(Engine, ComposesForwardMode) {
  const ValidateArgsGuard no_validation(false);
  const Operation& c = GetParam();
  Tensors inputs = make_inputs(c, {"same", {5}, {5}}, at::kDouble);
  const Evaluation reverse = run(c, inputs);
  const Tensor gradient = reverse.gradients[0] / at::linspace(0.5, 1.5, 5, at::kDouble);
  const auto level = torch::autograd::ForwardADLevel::get_next_idx();
  inputs[0] = at::_make_dual(inputs[0], at::ones({5}, at::kDouble), static_cast<int64_t>(level));
  const auto composed = ops::calls().composed;
  const Tensor tangent = c.f(inputs)._fw_grad(level);
  EXPECT_GT(ops::calls().composed, composed);
  expect_close(tangent, gradient, kUnits, "tangent");
  inputs.clear();
  torch::autograd::ForwardADLevel::release_idx(level);
}

/// A level of vmap over a dimension of the given size.
struct VmapLevel {
  explicit VmapLevel(int64_t size)
      : level(at::functorch::initAndPushDynamicLayer(at::functorch::TransformType::Vmap, size,
                                                     at::functorch::RandomnessType::Error)) {}
  ~VmapLevel() { at::functorch::popDynamicLayerAndDeleteMetadata(); }
  int64_t level;
};

TEST_P(Engine, ComposesFunctionTransforms) {
  const ValidateArgsGuard no_validation(false);
  const Operation& c = GetParam();
  const Tensors inputs = make_inputs(c, {"same", {4, 5}, {4, 5}}, at::kDouble);
  const Tensor want = c.f(inputs);
  Tensor got;
  {
    const VmapLevel vmap(4);
    Tensors batched;
    for (const Tensor& input : inputs) {
      batched.push_back(at::functorch::makeBatched(input, 0, vmap.level));
    }
    const Tensor value = c.f(batched);
    EXPECT_EQ(value.sizes(), at::IntArrayRef({5}));
    const auto* result = at::functorch::maybeGetBatchedImpl(value);
    ASSERT_NE(result, nullptr);
    got = result->value().movedim(result->bdim(), 0);
  }
  expect_close(got, want, kUnits, "vmap");
}

TEST_P(Engine, RefusesWhatAutogradRefuses) {
  const ValidateArgsGuard no_validation(false);
  const Operation& c = GetParam();
  Tensors inputs = make_inputs(c, {"same", {5}, {5}}, at::kDouble);
  inputs[0].requires_grad_();
  const Tensor twice = c.f(inputs).sum();
  twice.backward();
  EXPECT_THROW(twice.backward(), c10::Error) << "the graph is freed";
  const Tensor value = c.f(inputs).sum();
  if (!c.saves_last) return;
  inputs.back().detach().add_(1);
  EXPECT_THROW(value.backward(), c10::Error) << "a saved tensor has changed";
}

TEST_P(Engine, KeepsNoGraphWithoutGradients) {
  const Tensors inputs = make_inputs(GetParam(), {"same", {5}, {5}}, at::kDouble);
  EXPECT_FALSE(GetParam().f(inputs).requires_grad());
  Tensors leaves = inputs;
  leaves[0] = inputs[0].detach().requires_grad_();
  const at::NoGradGuard no_grad;
  EXPECT_FALSE(GetParam().f(leaves).requires_grad());
}

INSTANTIATE_TEST_SUITE_P(All, Engine, ::testing::ValuesIn(operations()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace torch::distributions::test
