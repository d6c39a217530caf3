#include "ops/engine/operations.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>

#include <torch/distributions.h>

#include "ops/engine/evaluate.h"
#include "ops/engine/formula_table.h"
#include "ops/formulas/kumaraswamy.h"
#include "ops/tensor/path.h"
#include "support/families.h"

namespace torch::distributions::test {
namespace {

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

}  // namespace

std::vector<Law> scalar_laws() {
  std::vector<Law> all;
  for (const Family& f : families()) {
    if (!f.is_scalar()) continue;
    for (const Law& law : f.laws()) all.push_back(law);
  }
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
        {"Kumaraswamy_log_draw_log_prob",
         [](const Tensors& t) {
           return ops::evaluate_at<ops::functions::LogProb, ops::formulas::KumaraswamyLogDraw>(
               t[0], t[1], t[2]);
         },
         {kPositiveRange, kPositiveRange, kUnitRange},
         {true, true, false}},
        {"Exp_forward",
         [](const Tensors& t) { return ExpTransform()(t[0]); },
         {kRealRange},
         {true}},
        {"Tanh_forward",
         [](const Tensors& t) { return TanhTransform()(t[0]); },
         {kRealRange},
         {true}},
        {"Sigmoid_forward",
         [](const Tensors& t) { return SigmoidTransform()(t[0]); },
         {kRealRange},
         {true}},
        {"Softplus_forward",
         [](const Tensors& t) { return SoftplusTransform()(t[0]); },
         {kRealRange},
         {true}},
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

}  // namespace torch::distributions::test
