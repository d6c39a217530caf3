#pragma once

#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>
#include <c10/util/TypeIndex.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "ops/engine/engine.h"
#include "ops/engine/formula_table.h"
#include "ops/formulas/formula.h"
#include "ops/formulas/functions.h"
#include "ops/special/tensor_scalar.h"
#include "ops/tensor/sum_rightmost.h"

/// Evaluates formulas on tensors.
///
/// A formula is a struct of static functions of its parameters over an abstract scalar type.
/// Functions of a value are curried: `log_prob(parameters...)` returns the function of the value,
/// so that terms in the parameters alone are computed once, at the parameters' shape. `kParameters`
/// is the number of parameters. `kInDouble` and `kResultInDouble` state the precision (see
/// formula.h).

namespace torch::distributions::ops {

/// The dtypes and the shape of one evaluation. Inputs are converted to the dtype of the
/// computation, and its value to the dtype of the result.
class Evaluation {
 public:
  /// \param inputs The parameters, then the value if there is one.
  Evaluation(c10::ArrayRef<const at::Tensor*> inputs, bool in_double,
             bool result_in_double = false);

  TensorScalar input(const at::Tensor& tensor) const;

  at::Tensor result(const TensorScalar& value) const;
  at::Tensor result(double value) const;

 private:
  at::DimVector shape_;
  at::TensorOptions result_;
  at::ScalarType compute_;
};

/// Evaluates `function(inputs...)`, a function over an abstract scalar type, by tensor operations.
template <class Function, std::same_as<at::Tensor>... Tensors>
at::Tensor evaluate(bool in_double, Function&& function, const Tensors&... inputs) {
  const std::array<const at::Tensor*, sizeof...(Tensors)> all{&inputs...};
  const Evaluation evaluation(all, in_double);
  return evaluation.result(function(evaluation.input(inputs)...));
}

namespace internal {

/// Calls `Function` of `Formula` with its parameters.
template <class Formula, class Function, std::size_t... I>
auto apply([[maybe_unused]] const Evaluation& evaluation, [[maybe_unused]] engine::Inputs inputs,
           std::index_sequence<I...>) {
  return Function::template of<Formula>(evaluation.input(*inputs[I])...);
}

template <class Formula, class Function, std::size_t kParameters>
concept Has = requires(const Evaluation& evaluation) {
  []<std::size_t... I>(std::index_sequence<I...>)
    requires requires(const TensorScalar& scalar) {
      Function::template of<Formula>(((void)I, scalar)...);
    }
  {}
  (std::make_index_sequence<kParameters>{});
};

/// A formula whose parameters are known to be in range.
template <class Formula>
struct InRange : Formula {
  static void in_range();
};

/// The elements of a tensor, if a loop can read them in place.
class Numbers {
 public:
  explicit Numbers(const at::Tensor& tensor);

  /// Whether a loop can read the elements, and their number is `size` or 1.
  bool readable(int64_t size) const { return data_ != nullptr && (is_one_ || numel_ == size); }
  int64_t numel() const { return numel_; }
  double operator[](int64_t i) const {
    const int64_t at = is_one_ ? 0 : i;
    return is_double_ ? static_cast<const double*>(data_)[at]
                      : double{static_cast<const float*>(data_)[at]};
  }

 private:
  const void* data_ = nullptr;
  int64_t numel_ = 0;
  bool is_one_ = false, is_double_ = false;
};

/// Whether all parameters are in the range of the formula. False if a loop cannot read them.
template <class Formula, std::size_t... I>
bool are_in_range(engine::Inputs inputs, std::index_sequence<I...>) {
  if constexpr (kHasRange<Formula>) {
    const std::array<Numbers, sizeof...(I)> numbers{Numbers(*inputs[I])...};
    const int64_t size = std::max({numbers[I].numel()...});
    if (!(numbers[I].readable(size) && ...)) return false;
    for (int64_t i = 0; i < size; ++i) {
      if (!Formula::in_range(numbers[I][i]...)) return false;
    }
  }
  return true;
}

/// `Function` of `Formula` by tensor operations. The value, if any, follows the parameters.
template <class Formula, class Function, std::size_t kParameters>
at::Tensor composed(engine::Inputs inputs) {
  const Evaluation evaluation(inputs, engine::kComputesInDouble<Function, Formula>,
                              engine::kReturnsDouble<Function, Formula>);
  constexpr auto kAll = std::make_index_sequence<kParameters>{};
  if constexpr (kParameters > 0 && !functions::kIsOfValue<Function>) {
    if (are_in_range<Formula>(inputs, kAll)) {
      return evaluation.result(apply<InRange<Formula>, Function>(evaluation, inputs, kAll));
    }
  }
  const auto result = apply<Formula, Function>(evaluation, inputs, kAll);
  if constexpr (requires { result(TensorScalar(at::Tensor())); }) {
    return evaluation.result(result(evaluation.input(*inputs[kParameters])));
  } else {
    return evaluation.result(result);
  }
}

/// The name of the formula's struct, or the names of both sides of a divergence.
template <class Formula>
struct NameOf {
  static std::string name() {
    const auto name = c10::util::get_fully_qualified_type_name<Formula>();
    return std::string(name.substr(name.rfind(':') + 1));
  }
};
template <class P, class Q>
struct NameOf<formulas::Kl<P, Q>> {
  static std::string name() { return NameOf<P>::name() + NameOf<Q>::name(); }
};

/// `Function` of `Formula`, summed over the last `summed` dimensions: by a kernel where it has one.
template <class Formula, class Function, std::size_t kParameters>
at::Tensor evaluate(engine::Inputs inputs, int64_t summed,
                    [[maybe_unused]] bool* is_finite = nullptr) {
  if constexpr (engine::kernel_index<Function, Formula>() >= 0) {
    using Masks = engine::KernelMasks<Function, Formula>;
    static_assert(kParameters == Formula::kParameters);
    static const engine::Operation operation{
        .name = NameOf<Formula>::name() + Function::kName,
        .kernels = engine::all_kernels<Function, Formula>(),
        .in_double = engine::kComputesInDouble<Function, Formula>,
        .result_in_double = engine::kReturnsDouble<Function, Formula>,
        .parameters = kParameters,
        .typical = Masks::kTypical,
        .all = Masks::kAll,
        .composed = &composed<Formula, Function, kParameters>};
    return engine::evaluate(operation, inputs, summed, is_finite);
  } else {
    return sum_rightmost(composed<Formula, Function, kParameters>(inputs), summed);
  }
}

template <class Formula, class Function>
constexpr FormulaTable::OfValue of_value() {
  if constexpr (!Has<Formula, Function, Formula::kParameters>) {
    return nullptr;
  } else {
    return [](const at::Tensor& value, const at::Tensor* const* parameters, int64_t summed,
              bool* is_finite) {
      std::array<const at::Tensor*, Formula::kParameters + 1> inputs;
      std::copy_n(parameters, Formula::kParameters, inputs.begin());
      inputs.back() = &value;
      return evaluate<Formula, Function, Formula::kParameters>(inputs, summed, is_finite);
    };
  }
}

template <class Formula, class Function>
constexpr FormulaTable::OfParameters of_parameters() {
  if constexpr (!Has<Formula, Function, Formula::kParameters>) {
    return nullptr;
  } else {
    return [](const at::Tensor* const* parameters) {
      return evaluate<Formula, Function, Formula::kParameters>(
          engine::Inputs(parameters, Formula::kParameters), /*summed=*/0);
    };
  }
}

/// The functions of `Formula` that have kernels.
template <class Formula>
constexpr Functions with_kernels() {
  Functions all = kNone;
  if constexpr (requires { Formula::kKernels; }) {
    for (const KernelOf& kernel : Formula::kKernels) all |= kernel.function;
  }
  return all;
}

}  // namespace internal

/// Evaluates `Formula::log_prob(parameters...)(value)`, summed over the last `dims` dimensions.
/// \param inputs The parameters, then the value.
template <class Formula, std::same_as<at::Tensor>... Tensors>
at::Tensor log_prob_of_event(int64_t dims, const Tensors&... inputs) {
  const std::array<const at::Tensor*, sizeof...(Tensors)> all{&inputs...};
  return internal::evaluate<Formula, functions::LogProb, sizeof...(Tensors) - 1>(all, dims);
}

/// Evaluates `Function` of `Formula` at a value.
/// \param inputs The parameters, then the value.
template <class Function, class Formula, std::same_as<at::Tensor>... Tensors>
at::Tensor evaluate_at(const Tensors&... inputs) {
  const std::array<const at::Tensor*, sizeof...(Tensors)> all{&inputs...};
  return internal::evaluate<Formula, Function, sizeof...(Tensors) - 1>(all, /*summed=*/0);
}

/// Evaluates `Formula::entropy(parameters...)`, summed over the last `dims` dimensions.
template <class Formula, std::same_as<at::Tensor>... Tensors>
at::Tensor entropy_of_event(int64_t dims, const Tensors&... parameters) {
  const std::array<const at::Tensor*, sizeof...(Tensors)> inputs{&parameters...};
  return internal::evaluate<Formula, functions::Entropy, sizeof...(Tensors)>(inputs, dims);
}

/// Evaluates `Formula::kl(p's parameters..., q's parameters...)`, summed over the last `dims`
/// dimensions.
template <class Formula, std::same_as<at::Tensor>... Tensors>
at::Tensor kl_of_event(int64_t dims, const Tensors&... parameters) {
  const std::array<const at::Tensor*, sizeof...(Tensors)> inputs{&parameters...};
  return internal::evaluate<Formula, functions::Kl, sizeof...(Tensors)>(inputs, dims);
}

/// Evaluates KL(p || q) for the formulas P and Q of p and q.
/// \param parameters The parameters of p, then those of q.
template <class P, class Q>
at::Tensor kl(engine::Inputs parameters) {
  constexpr std::size_t kParameters = P::kParameters + Q::kParameters;
  return internal::evaluate<formulas::Kl<P, Q>, functions::Kl, kParameters>(parameters,
                                                                            /*summed=*/0);
}

/// The table of the functions that `Formula` has.
template <class Formula>
const FormulaTable& table() {
  static constexpr FormulaTable table{
      .log_prob = internal::of_value<Formula, functions::LogProb>(),
      .cdf = internal::of_value<Formula, functions::Cdf>(),
      .icdf = internal::of_value<Formula, functions::Icdf>(),
      .log_cdf = internal::of_value<Formula, functions::LogCdf>(),
      .survival_function = internal::of_value<Formula, functions::SurvivalFunction>(),
      .log_survival_function = internal::of_value<Formula, functions::LogSurvivalFunction>(),
      .mean = internal::of_parameters<Formula, functions::Mean>(),
      .mode = internal::of_parameters<Formula, functions::Mode>(),
      .variance = internal::of_parameters<Formula, functions::Variance>(),
      .stddev = internal::of_parameters<Formula, functions::Stddev>(),
      .entropy = internal::of_parameters<Formula, functions::Entropy>(),
      .kernels = internal::with_kernels<Formula>() |
                 internal::with_kernels<formulas::Kl<Formula, Formula>>()};
  return table;
}

/// Binds `Formula` to the signature of `Self`.
/// \param parameters Where an object holds each of the formula's parameters, in order.
template <class Self, class Formula, class... Parameters>
std::shared_ptr<const core::FormulaBinding<Self>> formula(Parameters... parameters) {
  static_assert(sizeof...(Parameters) == Formula::kParameters,
                "the signature names another number of parameters than the formula has");
  static_assert(Formula::kParameters <= FormulaTable::kMaxParameters);
  if constexpr (requires { typename Formula::Family; }) {
    static_assert(std::derived_from<Self, typename Formula::Family>);
  }
  return std::make_shared<const core::FormulaBinding<Self>>(
      core::FormulaBinding<Self>{table<Formula>(), {FormulaParameter<Self>(parameters)...}});
}

}  // namespace torch::distributions::ops
