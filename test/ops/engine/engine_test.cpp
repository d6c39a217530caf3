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
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <torch/distributions.h>

#include "ops/engine/evaluate.h"
#include "ops/engine/formula_table.h"
#include "ops/formulas/kumaraswamy.h"
#include "support/data.h"
#include "support/families.h"
#include "support/gradcheck.h"

// Compares the kernels with the composed path, which the golden and accuracy tests check.

namespace torch::distributions::test {
namespace {

namespace engine = ops::engine;
using engine::InstructionSet;
using Tensors = std::vector<Tensor>;

using Law = Family::Law;
using Range = std::pair<double, double>;

/// All forms of the families that have formulas.
std::vector<Law> scalar_laws() {
  std::vector<Law> all;
  for (const Family& f : families()) {
    if (!f.is_scalar()) continue;
    for (const Law& law : f.laws()) all.push_back(law);
  }
  return all;
}

/// A public operation that the engine evaluates. Each of its inputs is uniform in an interval.
struct Operation {
  std::string name;
  std::function<Tensor(const Tensors&)> f;
  std::vector<Range> intervals;
  std::vector<bool> differentiable;
  std::vector<bool> whole = {};  // whether the input is rounded down
  bool saves_last = true;        // whether the last input itself is saved for backward

  bool is_whole(std::size_t i) const { return i < whole.size() && whole[i]; }
};

std::ostream& operator<<(std::ostream& out, const Operation& c) { return out << c.name; }

constexpr double kNumberOfTrials = 9;
const Range kRealRange{-3, 3}, kPositiveRange{0.2, 5}, kUnitRange{0.05, 0.95};

/// The interval for a parameter of a kind. [-1, 1] lies above every lower end and below
/// every `high`, and kPositiveRange above every least value.
Range interval_of(const std::string& kind) {
  if (kind == "low" || kind == "lower end") return {-3, -1};
  if (kind == "high") return {1, 3};
  if (kind == "least value") return {0.05, 0.15};
  if (kind.ends_with("probability")) return kUnitRange;
  if (kind == "shape") return {-0.05, 3};  // the upper end, if there is one, lies above 1
  if (kind == "real" || kind == "log location" || kind == "logit") return kRealRange;
  return kPositiveRange;
}

/// The tensor parameters of a law. The number of trials is kNumberOfTrials.
struct Parameters {
  explicit Parameters(const Law& of) : law(of) {
    for (const auto& [name, column] : of.ordinary(at::kDouble)) {
      const std::string kind = law.family->kind_of(name);
      if (kind == "trials") continue;
      names.push_back(name);
      intervals.push_back(interval_of(kind));
    }
  }

  DistributionPtr make(const Tensor* first) const {
    Inputs inputs;
    for (std::size_t i = 0; i < names.size(); ++i) inputs.emplace(names[i], first[i]);
    if (law.family->data->at("parameters").contains("total_count"))
      inputs.emplace("total_count", at::full({}, kNumberOfTrials, first->options()));
    return law.make(inputs);
  }

  Law law;
  std::vector<std::string> names;
  std::vector<Range> intervals;
};

Operation of_value(const Law& law, const std::string& name,
                   Tensor (Distribution::*method)(const Tensor&) const) {
  const Parameters p(law);
  const std::string kind = law.family->data->at("value");
  const bool has_ends = std::any_of(p.names.begin(), p.names.end(), [&](const std::string& of) {
    return law.family->kind_of(of) == "low" || law.family->kind_of(of) == "lower end";
  });
  const bool is_count = kind == "count" || kind == "outcome";
  std::vector<Range> intervals = p.intervals;
  intervals.push_back(name == "icdf"       ? kUnitRange
                      : has_ends           ? Range{-0.9, 0.9}
                      : kind == "count"    ? Range{0, kNumberOfTrials - 0.01}
                      : kind == "outcome"  ? Range{0, 1.99}
                      : kind == "unit"     ? kUnitRange
                      : kind == "positive" ? kPositiveRange
                                           : kRealRange);
  std::vector<bool> differentiable(intervals.size(), true), whole(intervals.size(), false);
  // Kernels of quantiles are for draws, which do not differentiate the probability.
  differentiable.back() = !is_count && !(has_ends && name == "log_prob") && name != "icdf";
  whole.back() = is_count;
  return {law.name + '_' + name,
          [p, method](const Tensors& t) { return ((*p.make(t.data())).*method)(t.back()); },
          intervals, differentiable, whole};
}

/// Parameters inside their intervals, with gradients.
Tensors differentiable(const Parameters& p) {
  Tensors inputs;
  for (const auto& [low, high] : p.intervals)
    inputs.push_back(at::full({}, low + (high - low) / 3, at::kDouble).requires_grad_());
  return inputs;
}

/// The formula of an object of one of the classes `D`.
template <class... D>
ops::FormulaInForce formula_of(const Distribution& d) {
  ops::FormulaInForce formula;
  const auto look = [&]<class Self>() {
    if (d.type() == Self::static_type()) formula = ops::in_force(static_cast<const Self&>(d));
  };
  (look.template operator()<D>(), ...);
  if (formula.table == nullptr)
    throw std::runtime_error(std::string(d.type().name) + " has no formula");
  return formula;
}

/// Whether the formula takes the last parameter as it is given. That of Chi2 takes half of it.
bool takes_last(const Parameters& p) {
  const Tensors inputs = differentiable(p);
  const DistributionPtr d = p.make(inputs.data());
  const auto all = formula_of<DISTRIBUTIONS>(*d).parameters;
  return std::any_of(all.begin(), all.end(), [&](const Tensor* parameter) {
    return parameter != nullptr && parameter->is_alias_of(inputs.back());
  });
}

Operation entropy_of(const Law& law) {
  const Parameters p(law);
  const auto entropy = [p](const Tensors& t) { return p.make(t.data())->entropy(); };
  const Tensors inputs = differentiable(p);
  std::vector<bool> depends;  // StudentT's does not depend on loc
  for (const Tensor& slope : torch::autograd::grad({entropy(inputs)}, inputs, {}, std::nullopt,
                                                   /*create_graph=*/false, /*allow_unused=*/true))
    depends.push_back(slope.defined() && slope.item<double>() != 0);
  return {law.name + "_entropy", entropy, p.intervals, depends, {}, takes_last(p)};
}

Operation kl_of(const Law& law) {
  const Parameters p(law);
  const std::size_t n = p.names.size();
  std::vector<Range> intervals = p.intervals;
  std::vector<bool> is_shared(n);  // a parameter that must be the same for both
  for (std::size_t i = 0; i < n; ++i) {
    is_shared[i] = p.names[i] == "total_count";
    if (is_shared[i]) continue;
    const Range range = intervals[i];
    intervals.push_back(range);
    if (!law.family->has("jumps")) continue;  // else the second gets the wider support
    const bool is_least = law.family->kind_of(p.names[i]) == "least value";
    (is_least ? intervals.back() : intervals[i]) = {range.first / 4, range.second / 4};
  }
  return {law.name + "_kl",
          [p, n, is_shared](const Tensors& t) {
            Tensors q(t.begin(), t.begin() + static_cast<std::ptrdiff_t>(n));
            std::size_t next = n;
            for (std::size_t i = 0; i < n; ++i) {
              if (!is_shared[i]) q[i] = t[next++];
            }
            return kl_divergence(p.make(t.data()), p.make(q.data()));
          },
          intervals,
          std::vector<bool>(intervals.size(), true),
          {},
          takes_last(p)};
}

/// The number of operations in the graph of a result.
std::size_t operations_of(const Tensor& result) {
  std::set<const torch::autograd::Node*> all;
  std::vector<const torch::autograd::Node*> next{result.grad_fn().get()};
  while (!next.empty()) {
    const auto* node = next.back();
    next.pop_back();
    if (node == nullptr || !all.insert(node).second) continue;
    for (const auto& edge : node->next_edges()) next.push_back(edge.function.get());
  }
  return all.size();
}

/// Whether the composed entropy makes many tensors.
bool is_entropy_long(const Law& law) {
  constexpr std::size_t kFew = 6;
  const Parameters p(law);
  const ops::ComposedGuard guard;
  return operations_of(p.make(differentiable(p).data())->entropy()) > kFew;
}

/// The functions of a law that have kernels: those that its formula states, and those that it must
/// state (see KernelOf in formula.h).
ops::Functions with_kernels(const Law& law) {
  const DistributionPtr d = law.make(law.ordinary(at::kDouble));
  const ops::FormulaTable& formula = *formula_of<DISTRIBUTIONS>(*d).table;
  ops::Functions all = formula.kernels | ops::kLogProb;
  // A cdf that needs iterations makes the gradient of draws implicit.
  if (formula.cdf != nullptr && !law.family->has("implicit gradient")) all |= ops::kCdf;
  if (formula.entropy != nullptr && is_entropy_long(law)) all |= ops::kEntropy;
  if (law.family->has_divergence_to(*law.family)) all |= ops::kKl;
  return all;
}

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = [] {
    std::vector<Operation> made;
    for (const Law& law : scalar_laws()) {
      const ops::Functions kernels = with_kernels(law);
      made.push_back(of_value(law, "log_prob", &Distribution::log_prob));
      if (kernels & ops::kCdf) made.push_back(of_value(law, "cdf", &Distribution::cdf));
      if (kernels & ops::kIcdf) made.push_back(of_value(law, "icdf", &Distribution::icdf));
      if (kernels & ops::kEntropy) made.push_back(entropy_of(law));
      if (kernels & ops::kKl) made.push_back(kl_of(law));
    }
    const std::vector<Operation> more{
        {"Gamma_log_prob_of_large_shapes",
         [](const Tensors& t) { return Gamma(t[0], t[1]).log_prob(t[2]); },
         {{200, 5000}, kPositiveRange, {200, 5000}},
         {true, true, true}},
        {"Poisson_log_prob_of_large_rates",
         [](const Tensors& t) { return Poisson(t[0]).log_prob(t[1]); },
         {{200, 5000}, {200, 5000}},
         {true, false},
         {false, true}},
        {"Binomial_entropy_of_many_trials",  // variances on both sides of the series' limit
         [](const Tensors& t) { return Binomial(600, t[0]).entropy(); },
         {kUnitRange},
         {true}},
        {"Binomial_entropy_of_logits_of_some_trials",
         [](const Tensors& t) { return Binomial(40, {.logits = t[0]}).entropy(); },
         {kRealRange},
         {true}},
        {"Kumaraswamy_log_draw",
         [](const Tensors& t) {
           return ops::evaluate_at<ops::functions::Inverse, ops::formulas::KumaraswamyLogDraw>(
               t[0], t[1], t[2]);
         },
         {kPositiveRange, kPositiveRange, kUnitRange},
         {true, true, false}},
        {"Tanh_inverse",
         [](const Tensors& t) { return TanhTransform().inv()(t[0]); },
         {{-0.95, 0.95}},
         {true}},
        {"Tanh_log_abs_det_jacobian",
         [](const Tensors& t) { return TanhTransform().log_abs_det_jacobian(t[0], t[0]); },
         {kRealRange},
         {true}},
        {"Power_log_abs_det_jacobian",
         [](const Tensors& t) { return PowerTransform(t[0]).log_abs_det_jacobian(t[1], t[1]); },
         {kPositiveRange, kPositiveRange},
         {true, true}},
        {"Sigmoid_inverse",
         [](const Tensors& t) { return SigmoidTransform().inv()(t[0]); },
         {kUnitRange},
         {true}},
        {"Sigmoid_log_abs_det_jacobian",
         [](const Tensors& t) { return SigmoidTransform().log_abs_det_jacobian(t[0], t[0]); },
         {kRealRange},
         {true}},
        {"Softplus_inverse",
         [](const Tensors& t) { return SoftplusTransform().inv()(t[0]); },
         {kPositiveRange},
         {true}},
        {"Softplus_log_abs_det_jacobian",
         [](const Tensors& t) { return SoftplusTransform().log_abs_det_jacobian(t[0], t[0]); },
         {kRealRange},
         {true}}};
    made.insert(made.end(), more.begin(), more.end());
    return made;
  }();
  return all;
}

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

/// The value of an operation, and the gradients of its weighted sum.
struct Evaluation {
  Tensor value;
  Tensors gradients;
};

Evaluation run(const Operation& c, const Tensors& inputs) {
  const ValidateArgsGuard no_validation(false);
  Tensors leaves;
  Tensors differentiable;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool takes_part = c.differentiable[i] && inputs[i].is_floating_point();
    leaves.push_back(takes_part ? inputs[i].detach().requires_grad_() : inputs[i]);
    if (takes_part) differentiable.push_back(leaves.back());
  }
  Evaluation result{c.f(leaves), {}};
  const Tensor weights =
      at::linspace(0.5, 1.5, result.value.numel(), result.value.options().dtype(at::kDouble))
          .view(result.value.sizes())
          .to(result.value.dtype());
  result.gradients = torch::autograd::grad({result.value}, differentiable, {weights});
  return result;
}

Evaluation run_composed(const Operation& c, const Tensors& inputs) {
  const ops::ComposedGuard guard;
  return run(c, inputs);
}

double epsilon(at::ScalarType dtype) {
  return dtype == at::kDouble  ? std::numeric_limits<double>::epsilon()
         : dtype == at::kFloat ? std::numeric_limits<float>::epsilon()
         : dtype == at::kHalf  ? 0x1p-10
                               : 0x1p-7;
}

/// Expects `got` to be within `units` roundings of the largest finite element of `want`.
void expect_close(const Tensor& got, const Tensor& want, double units, const std::string& what) {
  ASSERT_EQ(got.sizes(), want.sizes()) << what;
  ASSERT_EQ(got.scalar_type(), want.scalar_type()) << what;
  if (got.numel() == 0) return;
  const Tensor a = got.detach().to(at::kDouble), b = want.detach().to(at::kDouble);
  const Tensor scale = b.abs().masked_fill(b.isinf(), 0).max().clamp_min(1.0);
  const Tensor error = at::where(a.eq(b), 0, (a - b).abs() / scale).nan_to_num(INFINITY).max();
  EXPECT_LE(error.item<double>(), units * epsilon(got.scalar_type())) << what;
}

void expect_close(const Evaluation& got, const Evaluation& want, double units,
                  const std::string& what) {
  expect_close(got.value, want.value, units, what);
  ASSERT_EQ(got.gradients.size(), want.gradients.size());
  for (std::size_t i = 0; i < got.gradients.size(); ++i) {
    expect_close(got.gradients[i], want.gradients[i], units,
                 what + ", gradient " + std::to_string(i));
  }
}

/// The roundings by which the two paths may differ. Each path adds a few terms in its own order,
/// and the gradient of a broadcast input is a sum.
constexpr double kUnits = 64;

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

/// The role of an input, which determines its hostile numbers.
enum class Role : char {
  kLoc,
  kLogLoc,
  kPositive,
  kProbability,
  kLogits,
  kTrials,
  kValue,
  kOutcome
};

/// The ends of the support and of the dtype, both zeros, infinities, NaN, and ordinary numbers.
/// Parameters stay in the range where their squares and reciprocals are finite.
std::vector<double> hostile_numbers(Role role, at::ScalarType dtype) {
  const auto of = [&]<class T>(T) -> std::vector<double> {
    using Limits = std::numeric_limits<T>;
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    const double largest = Limits::max(), smallest = Limits::denorm_min();
    const double large = std::sqrt(largest) / 8, small = 8 * std::sqrt(double{Limits::min()});
    switch (role) {
      case Role::kLoc:
        return {0, -2.5, large, kNaN};
      case Role::kLogLoc:  // the exponential is finite
        return {0, -2.5, 80, kNaN};
      case Role::kPositive:
        return {small, 0.5, 1, 2.5, large, kNaN};
      case Role::kProbability:
        return {0, small, 0.25, 0.5, 1 - double{Limits::epsilon()}, 1, kNaN};
      case Role::kLogits:
        return {-kInfinity, -large, -1000, -1, 0, 0.5, 1000, large, kInfinity, kNaN};
      case Role::kTrials:
        return {0, 1, 2, 1000, 1e6, kNaN};
      case Role::kOutcome:
        return {-1, -0.0, 0.5, 1, 2, 1000, largest, kInfinity, kNaN};
      case Role::kValue:
        return {-kInfinity, -largest, -1,  -smallest, -0.0,    0,         smallest, small,
                0.5,        1,        2.5, large,     largest, kInfinity, kNaN};
    }
    return {};
  };
  return dtype == at::kDouble ? of(double{}) : of(float{});
}

/// A function of a scalar family, with the roles of its inputs.
struct Hostile {
  std::string name;
  std::function<Tensor(const Tensors&)> f;
  std::vector<Role> roles;

  /// Counts are not differentiable.
  bool is_differentiable(std::size_t i) const {
    return roles[i] != Role::kTrials && roles[i] != Role::kOutcome;
  }
  /// All combinations of hostile numbers, as a vector for each input.
  Tensors inputs(at::ScalarType dtype) const {
    Tensors axes, all;
    for (const Role role : roles) axes.push_back(at::tensor(hostile_numbers(role, dtype), dtype));
    for (const Tensor& input : at::meshgrid(axes, "ij")) all.push_back(input.flatten().clone());
    return all;
  }
};

std::ostream& operator<<(std::ostream& out, const Hostile& h) { return out << h.name; }

Role role_of(const std::string& kind) {
  if (kind == "real" || kind == "lower end" || kind == "shape") return Role::kLoc;
  if (kind == "log location") return Role::kLogLoc;
  if (kind.ends_with("probability")) return Role::kProbability;
  if (kind == "logit") return Role::kLogits;
  if (kind == "trials") return Role::kTrials;
  return Role::kPositive;
}

std::vector<Hostile> hostile() {
  std::vector<Hostile> all;
  for (const Law& law : scalar_laws()) {
    std::vector<std::string> names;
    std::vector<Role> roles;
    for (const auto& [name, column] : law.ordinary(at::kDouble)) {
      names.push_back(name);
      roles.push_back(role_of(law.family->kind_of(name)));
    }
    const auto make = [law, names](const Tensors& t) {
      Inputs inputs;
      for (std::size_t i = 0; i < names.size(); ++i)
        inputs.emplace(names[i], law.family->kind_of(names[i]) == "low" ? -t[i] : t[i]);
      return law.make(inputs);
    };
    const DistributionPtr ordinary = law.make(law.ordinary(at::kDouble));
    const auto add_of_value = [&](const std::string& name, Role role,
                                  Tensor (Distribution::*method)(const Tensor&) const) {
      try {
        ((*ordinary).*method)(at::full({}, 0.5, at::kDouble));
      } catch (const c10::NotImplementedError&) {
        return;
      } catch (const c10::ValueError&) {
        // The function exists, but 0.5 is not a valid outcome.
      }
      std::vector<Role> with_value(roles);
      with_value.push_back(role);
      all.push_back({law.name + '_' + name,
                     [make, method](const Tensors& t) { return ((*make(t)).*method)(t.back()); },
                     with_value});
    };
    const auto add = [&](const std::string& name, Tensor (Distribution::*method)() const) {
      try {
        ((*ordinary).*method)();
      } catch (const c10::NotImplementedError&) {
        return;
      }
      all.push_back({law.name + '_' + name,
                     [make, method](const Tensors& t) { return ((*make(t)).*method)(); }, roles});
    };
    const std::string kind = law.family->data->at("value");
    add_of_value("log_prob", kind == "count" || kind == "outcome" ? Role::kOutcome : Role::kValue,
                 &Distribution::log_prob);
    add_of_value("cdf", Role::kValue, &Distribution::cdf);
    add_of_value("icdf", Role::kProbability, &Distribution::icdf);
    add("mean", &Distribution::mean);
    add("mode", &Distribution::mode);
    add("variance", &Distribution::variance);
    add("stddev", &Distribution::stddev);
    add("entropy", &Distribution::entropy);
  }
  return all;
}

class HostileInputs : public ::testing::TestWithParam<Hostile> {
 protected:
  /// Value and gradients.
  struct Derived {
    Tensor value;
    Tensors first;
    std::vector<bool> depends = {};  // whether the value depends on each input
  };

  static Derived derive(const Hostile& h, const Tensors& inputs, bool create_graph) {
    const ValidateArgsGuard no_validation(false);
    Tensors leaves, differentiable;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      leaves.push_back(inputs[i].detach());
      if (!h.is_differentiable(i)) continue;
      leaves.back().requires_grad_();
      differentiable.push_back(leaves.back());
    }
    Derived derived{h.f(leaves), {}};
    if (derived.value.requires_grad()) {
      derived.first =
          torch::autograd::grad({derived.value}, differentiable, {at::ones_like(derived.value)},
                                /*retain_graph=*/true, create_graph, /*allow_unused=*/true);
    }
    derived.first.resize(differentiable.size());
    for (std::size_t i = 0, next = 0; i < inputs.size(); ++i) {
      derived.depends.push_back(!h.is_differentiable(i) || derived.first[next++].defined());
    }
    for (std::size_t i = 0; i < differentiable.size(); ++i) {
      if (!derived.first[i].defined()) derived.first[i] = at::zeros_like(differentiable[i]);
    }
    return derived;
  }

  /// "at 0, 1, inf": the inputs at the first place where the condition holds.
  static std::string where(const Tensor& condition, const Tensors& inputs) {
    std::ostringstream text;
    const int64_t place = condition.to(at::kLong).argmax().item<int64_t>();
    for (const Tensor& input : inputs) {
      text << (text.str().empty() ? "at " : ", ") << input[place].item<double>();
    }
    return text.str();
  }
  static bool any(const Tensor& condition) { return condition.any().item<bool>(); }
};

/// Kernels, tensor operations, and gradients with a graph give the same numbers. The value is NaN
/// if an input that it depends on is NaN. A gradient is NaN only if the value is.
TEST_P(HostileInputs, HaveTheSameDerivativesOnEveryPath) {
  const Hostile& h = GetParam();
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    SCOPED_TRACE(c10::toString(dtype));
    const Tensors inputs = h.inputs(dtype);
    const Derived kernels = derive(h, inputs, false), graph = derive(h, inputs, true);
    const Derived tensors = [&] {
      const ops::ComposedGuard guard;
      return derive(h, inputs, false);
    }();
    Tensor has_nan = at::zeros(inputs[0].sizes(), at::kBool), has_minus_zero = has_nan;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (tensors.depends[i]) has_nan = has_nan | inputs[i].isnan();
      has_minus_zero = has_minus_zero | ((inputs[i] == 0) & inputs[i].signbit());
    }
    const double tolerance = 1e4 * epsilon(dtype);
    const auto differ = [&](const Tensor& a, const Tensor& b) {
      return at::isclose(a, b, tolerance, 16 * epsilon(dtype), /*equal_nan=*/true).logical_not();
    };
    const Tensor& value = kernels.value;
    EXPECT_FALSE(any(differ(value, tensors.value))) << where(differ(value, tensors.value), inputs);
    EXPECT_FALSE(any(has_nan & ~value.isnan())) << where(has_nan & ~value.isnan(), inputs);
    EXPECT_FALSE(any((value == 0) & value.signbit() & ~has_minus_zero));

    const Tensor is_number = ~value.isnan();
    for (std::size_t i = 0; i < kernels.first.size(); ++i) {
      SCOPED_TRACE("derivative " + std::to_string(i));
      const Tensor& gradient = kernels.first[i];
      const auto check = [&](const Tensor& wrong) {
        EXPECT_FALSE(any(wrong)) << where(wrong, inputs);
      };
      check(is_number & gradient.isnan());
      check(is_number & differ(gradient, tensors.first[i]));
      check(is_number & differ(gradient, graph.first[i]));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, HostileInputs, ::testing::ValuesIn(hostile()),
                         [](const auto& tested) { return tested.param.name; });

/// An evaluation that is summed over its last dimensions.
struct Summed {
  const char* name;
  std::function<Tensor(const Tensors&)> f;
  std::vector<std::vector<int64_t>> sizes;
};

std::ostream& operator<<(std::ostream& out, const Summed& s) { return out << s.name; }

class EngineSum : public ::testing::TestWithParam<Summed> {};

TEST_P(EngineSum, AgreesWithTheComposedPath) {
  at::manual_seed(5);
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    Tensors inputs;
    for (const auto& sizes : GetParam().sizes)
      inputs.push_back(at::rand(sizes, at::kDouble).mul(0.8).add(0.1).to(dtype));
    const Operation c{GetParam().name, GetParam().f, {}, std::vector<bool>(inputs.size(), true)};
    const ops::Calls before = ops::calls();
    const Evaluation got = run(c, inputs);
    EXPECT_EQ(ops::calls().forward, before.forward + 1);
    EXPECT_EQ(ops::calls().backward, before.backward + 1);
    EXPECT_EQ(ops::calls().composed, before.composed);
    expect_close(got, run_composed(c, inputs), kUnits, c10::toString(dtype));
  }
  Tensors inputs;
  for (const auto& sizes : GetParam().sizes)
    inputs.push_back(at::rand(sizes, at::kDouble).mul(0.8).add(0.1));
  if (inputs.back().numel() > 100) return;  // gradcheck perturbs each element of every input
  const ValidateArgsGuard no_validation(false);
  EXPECT_TRUE(gradcheck(GetParam().f, inputs));
  EXPECT_TRUE(gradgradcheck(GetParam().f, inputs));
}

Tensor independent_normal(const Tensors& t, int64_t dims) {
  return Independent(Normal(t[0], t[1]), dims).log_prob(t[2]);
}

std::vector<Summed> sums() {
  return {
      Summed{"vector",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{70}, {70}, {41, 70}}},
      Summed{"same",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{41, 70}, {41, 70}, {41, 70}}},
      Summed{"short",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{3}, {3}, {5000, 3}}},
      Summed{"long",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{3000}, {3000}, {5, 3000}}},
      Summed{"all",
             [](const Tensors& t) { return independent_normal(t, 2); },
             {{41, 70}, {41, 70}, {41, 70}}},
      Summed{"two_of_three",
             [](const Tensors& t) { return independent_normal(t, 2); },
             {{6, 7}, {6, 1}, {5, 6, 7}}},
      Summed{"vectors_for_each_row",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{6, 20}, {6, 1}, {50, 6, 20}}},
      Summed{"rows_between",
             [](const Tensors& t) { return independent_normal(t, 0); },
             {{6, 20}, {6, 1}, {50, 6, 20}}},
      Summed{"short_rows_between",
             [](const Tensors& t) { return independent_normal(t, 0); },
             {{6, 3}, {6, 1}, {50, 6, 3}}},
      Summed{"across",
             [](const Tensors& t) { return independent_normal(t, 2); },
             {{60, 1}, {1, 70}, {60, 70}}},
      Summed{"value_smaller",
             [](const Tensors& t) { return independent_normal(t, 1); },
             {{9, 13}, {9, 13}, {13}}},
      Summed{"no_dimension",
             [](const Tensors& t) { return independent_normal(t, 0); },
             {{70}, {70}, {70}}},
      Summed{
          "nothing", [](const Tensors& t) { return independent_normal(t, 1); }, {{0}, {0}, {3, 0}}},
      Summed{"Gamma",
             [](const Tensors& t) { return Independent(Gamma(t[0], t[1]), 1).log_prob(t[2]); },
             {{4, 6}, {6}, {4, 6}}}};
}

INSTANTIATE_TEST_SUITE_P(All, EngineSum, ::testing::ValuesIn(sums()),
                         [](const auto& tested) { return tested.param.name; });

TEST(EngineTest, CategoriesAreSummedInTheSamePass) {
  const Tensor p = at::randn({50, 7}, at::kDouble), q = at::randn({50, 7}, at::kDouble);
  const Categorical left({.logits = p}), right({.logits = q});
  const Categorical left_probs(p.softmax(-1)), right_probs(q.softmax(-1));
  const auto before = ops::calls();
  const Tensors got{left.entropy(), left_probs.entropy(), kl_divergence(left, right),
                    kl_divergence(left_probs, right_probs)};
  EXPECT_EQ(ops::calls().forward, before.forward + 4);
  const ops::ComposedGuard guard;
  const Tensors want{left.entropy(), left_probs.entropy(), kl_divergence(left, right),
                     kl_divergence(left_probs, right_probs)};
  for (std::size_t i = 0; i < got.size(); ++i) expect_close(got[i], want[i], kUnits, "sum");
}

TEST(EngineTest, DirichletOfFloatsIsSummedInTheSamePass) {
  const Tensor raw = at::rand({50, 5, 8}).add(0.1), x = raw / raw.sum(-1, /*keepdim=*/true);
  const std::vector<std::function<Tensor(const Dirichlet&, const Dirichlet&)>> functions{
      [&](const Dirichlet& p, const Dirichlet&) {
        return p.log_prob(x.to(p.concentration().scalar_type()));
      },
      [](const Dirichlet& p, const Dirichlet&) { return p.entropy(); },
      [](const Dirichlet& p, const Dirichlet& q) { return kl_divergence(p, q); }};
  const Tensor q = at::rand({5, 8}).mul(40).add(0.2);
  for (const auto& f : functions) {
    for (const auto& sizes : {std::vector<int64_t>{8}, {5, 8}, {50, 5, 8}}) {
      const Tensor p = at::rand(sizes).mul(40).add(0.2).requires_grad_();
      const auto before = ops::calls();
      const Tensor got = f(Dirichlet(p, false), Dirichlet(q, false));
      EXPECT_EQ(ops::calls().forward, before.forward + 2) << "the components, and the total";
      const auto gradient = torch::autograd::grad({got.sum()}, {p})[0];
      EXPECT_EQ(ops::calls().backward, before.backward + 2);
      EXPECT_EQ(ops::calls().composed, before.composed);

      const ops::ComposedGuard guard;
      const Tensor wide = p.detach().to(at::kDouble).requires_grad_();
      const Tensor want = f(Dirichlet(wide, false), Dirichlet(q.to(at::kDouble), false));
      const auto wide_gradient = torch::autograd::grad({want.sum()}, {wide})[0];
      expect_close(got, want.to(at::kFloat), 4, "value");
      expect_close(gradient, wide_gradient.to(at::kFloat), 4, "gradient");
    }
  }
}

TEST(EngineTest, ComposesWhatHasNoKernelForAGradient) {
  const Tensor trials = at::full({4}, 9.0, at::kDouble).requires_grad_();
  const Tensor k = at::full({4}, 3.0, at::kDouble);
  const auto before = ops::calls();
  const Tensor value = Binomial(trials, 0.25, /*validate_args=*/false).log_prob(k);
  EXPECT_EQ(ops::calls().forward, before.forward + 1);
  value.sum().backward();
  EXPECT_EQ(ops::calls().composed, before.composed + 1);
  // d/dn log[C(n, k) (1 - p)^(n - k)] = psi(n + 1) - psi(n - k + 1) + log(1 - p)
  const double want = 1. / 9 + 1. / 8 + 1. / 7 + std::log(0.75);
  EXPECT_NEAR(trials.grad()[0].item<double>(), want, 1e-14);
}

// An element with an infinite slope and a weight of 0 must not make the sum of the gradients NaN.
TEST(EngineTest, AGradientOfZeroIsZeroHoweverSteepTheSlope) {
  const Tensor scale = at::ones({}).requires_grad_(), weights = at::tensor({0.f, 1.f, 0.f});
  const Tensor x = at::tensor({3e19f, 2.f, -3e19f}).requires_grad_();
  const auto before = ops::calls();
  const auto gradients =
      torch::autograd::grad({Normal(0.f, scale, false).log_prob(x)}, {scale, x}, {weights});
  EXPECT_EQ(ops::calls().backward, before.backward + 1);
  EXPECT_EQ(gradients[0].item<float>(), 3);  // x^2 - 1
  EXPECT_TRUE(gradients[1].equal(at::tensor({0.f, -2.f, 0.f})));
}

TEST(EngineTest, GradientsOfDependentInputsAreApart) {
  // The value depends on a parameter. The second derivative must not follow that path twice.
  const Tensor loc = at::full({3}, 0.5, at::kDouble).requires_grad_();
  const Tensor scale = at::full({3}, 2.0, at::kDouble).requires_grad_();
  const Tensor x = loc * loc;
  const auto gradient = torch::autograd::grad({Normal(loc, scale).log_prob(x).sum()}, {loc}, {},
                                              std::nullopt, /*create_graph=*/true)[0];
  // The first and the second derivative of -(m^2 - m)^2 / 8.
  const double m = 0.5;
  EXPECT_NEAR(gradient[0].item<double>(), -(m * m - m) * (2 * m - 1) / 4, 1e-15);
  const auto second = torch::autograd::grad({gradient.sum()}, {loc})[0];
  EXPECT_NEAR(second[0].item<double>(), -((2 * m - 1) * (2 * m - 1) + 2 * (m * m - m)) / 4, 1e-15);
}

TEST(EngineTest, SumsOfManyFloatsKeepTheirDigits) {
  const Tensor loc = at::zeros({}).requires_grad_();
  const Tensor x = at::full({1 << 20}, 0.1f);
  Normal(loc, 1.0).log_prob(x).sum().backward();
  // Sums are in float only within a tile, with 64 numbers in each lane.
  const double sum = 0.1f * (1 << 20);
  EXPECT_NEAR(loc.grad().item<double>(), sum, sum * 32 * epsilon(at::kFloat));
}

}  // namespace
}  // namespace torch::distributions::test
