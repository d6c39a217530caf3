#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "ops/engine/operations.h"
#include "ops/tensor/path.h"
#include "support/data.h"

// Both paths have the same values and derivatives at the ends of the ranges of the inputs.

namespace torch::distributions::test {
namespace {

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

}  // namespace
}  // namespace torch::distributions::test
