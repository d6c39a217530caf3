#pragma once

#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include <torch/distributions/core/formula_table.h>

#include "ops/composed.h"
#include "ops/formulas/formula.h"

/// Evaluates formulas on tensors: what stands between a distribution and its mathematics.
///
/// A formula is a struct of static functions of its parameters over an abstract scalar. Functions
/// of a value are curried: `log_prob(parameters...)` returns the function of the value, so that
/// what depends on the parameters alone is worked out once and at their shape. `kParameters` says
/// how many there are, and `kInDouble` which functions compute float inputs in double.

namespace torch::distributions::ops {

/// The dtypes and shape of one evaluation: inputs promoted to the dtype that it computes in, its
/// result cast back.
class Evaluation {
 public:
  /// \param inputs the parameters, then the value if there is one.
  Evaluation(c10::ArrayRef<const at::Tensor*> inputs, bool in_double);

  Composed input(const at::Tensor& tensor) const;

  at::Tensor result(const Composed& value) const;
  at::Tensor result(double value) const;

 private:
  at::DimVector shape_;
  at::TensorOptions result_;
  at::ScalarType compute_;
};

/// Evaluates `function(inputs...)`, a function over an abstract scalar, on tensors.
template <class Function, std::same_as<at::Tensor>... Tensors>
at::Tensor evaluate(bool in_double, Function&& function, const Tensors&... inputs) {
  const std::array<const at::Tensor*, sizeof...(Tensors)> all{&inputs...};
  const Evaluation evaluation(all, in_double);
  return evaluation.result(function(evaluation.input(inputs)...));
}

/// Evaluates `Formula::kl(p's parameters..., q's parameters...)`.
template <class Formula, std::same_as<at::Tensor>... Tensors>
at::Tensor kl(const Tensors&... parameters) {
  return evaluate(
      Formula::kInDouble == InDouble::kAlways, [](const auto&... t) { return Formula::kl(t...); },
      parameters...);
}

/// The functions that a formula may have, as types. `Name::of<Formula>(parameters...)` calls
/// `Formula::name`, where there is one.
namespace functions {

#define TORCH_DISTRIBUTIONS_FUNCTION(Name, name)                                        \
  struct Name {                                                                         \
    static constexpr bool kIsCdf = std::string_view(#name) == "cdf";                    \
    template <class Formula, class... Scalars>                                          \
      requires requires(const Scalars&... parameters) { Formula::name(parameters...); } \
    static auto of(const Scalars&... parameters) {                                      \
      return Formula::name(parameters...);                                              \
    }                                                                                   \
  };

TORCH_DISTRIBUTIONS_FUNCTION(LogProb, log_prob)
TORCH_DISTRIBUTIONS_FUNCTION(Cdf, cdf)
TORCH_DISTRIBUTIONS_FUNCTION(Mean, mean)
TORCH_DISTRIBUTIONS_FUNCTION(Mode, mode)
TORCH_DISTRIBUTIONS_FUNCTION(Variance, variance)
TORCH_DISTRIBUTIONS_FUNCTION(Stddev, stddev)
TORCH_DISTRIBUTIONS_FUNCTION(Entropy, entropy)

#undef TORCH_DISTRIBUTIONS_FUNCTION

/// A quantile: NaN for what is no probability, by one rule for every family.
struct Icdf {
  static constexpr bool kIsCdf = true;

  template <class Formula, class... Scalars>
    requires requires(const Scalars&... parameters) { Formula::icdf(parameters...); }
  static auto of(const Scalars&... parameters) {
    return [quantile = Formula::icdf(parameters...)](const auto& p) {
      return quantile(select(p >= 0.0 && p <= 1.0, p, std::numeric_limits<double>::quiet_NaN()));
    };
  }
};

}  // namespace functions

namespace internal {

/// Calls `Function` of `Formula` with its parameters.
template <class Formula, class Function, std::size_t... I>
auto apply(const Evaluation& evaluation, const at::Tensor* const* parameters,
           std::index_sequence<I...>) {
  return Function::template of<Formula>(evaluation.input(*parameters[I])...);
}

template <class Formula, class Function>
concept Has = requires(const Evaluation& evaluation, const at::Tensor* const* parameters) {
  []<std::size_t... I>(std::index_sequence<I...>)
    requires requires(const Composed& scalar) {
      Function::template of<Formula>(((void)I, scalar)...);
    }
  {}
  (std::make_index_sequence<Formula::kParameters>{});
};

template <class Formula, class Function>
constexpr FormulaTable::OfValue of_value() {
  if constexpr (!Has<Formula, Function>) {
    return nullptr;
  } else {
    return [](const at::Tensor& value, const at::Tensor* const* parameters) {
      std::array<const at::Tensor*, Formula::kParameters + 1> inputs;
      std::copy_n(parameters, Formula::kParameters, inputs.begin());
      inputs.back() = &value;
      const Evaluation evaluation(inputs,
                                  Formula::kInDouble == InDouble::kAlways ||
                                      (Formula::kInDouble == InDouble::kCdf && Function::kIsCdf));
      const auto function = apply<Formula, Function>(
          evaluation, parameters, std::make_index_sequence<Formula::kParameters>{});
      return evaluation.result(function(evaluation.input(value)));
    };
  }
}

template <class Formula, class Function>
constexpr FormulaTable::OfParameters of_parameters() {
  if constexpr (!Has<Formula, Function>) {
    return nullptr;
  } else {
    return [](const at::Tensor* const* parameters) {
      const Evaluation evaluation(c10::ArrayRef(parameters, Formula::kParameters),
                                  Formula::kInDouble == InDouble::kAlways);
      return evaluation.result(apply<Formula, Function>(
          evaluation, parameters, std::make_index_sequence<Formula::kParameters>{}));
    };
  }
}

}  // namespace internal

/// The table of the functions that `Formula` has.
template <class Formula>
const FormulaTable& table() {
  static constexpr FormulaTable table{
      .log_prob = internal::of_value<Formula, functions::LogProb>(),
      .cdf = internal::of_value<Formula, functions::Cdf>(),
      .icdf = internal::of_value<Formula, functions::Icdf>(),
      .mean = internal::of_parameters<Formula, functions::Mean>(),
      .mode = internal::of_parameters<Formula, functions::Mode>(),
      .variance = internal::of_parameters<Formula, functions::Variance>(),
      .stddev = internal::of_parameters<Formula, functions::Stddev>(),
      .entropy = internal::of_parameters<Formula, functions::Entropy>()};
  return table;
}

}  // namespace torch::distributions::ops
