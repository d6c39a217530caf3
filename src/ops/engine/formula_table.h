#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include <torch/distributions/core/signature.h>

#include "ops/formulas/formula.h"

/// A formula at run time: its functions, and where an object holds its parameters.

namespace torch::distributions::ops {

/// The functions of a formula, as scalar families call them. A missing function is null.
struct FormulaTable {
  static constexpr std::size_t kMaxParameters = 4;

  /// \param summed The number of last dimensions over which the result is summed.
  /// \param is_finite Set to true if every element that contributes to the result is known to be
  ///     finite.
  using OfValue = at::Tensor (*)(const at::Tensor& value, const at::Tensor* const* parameters,
                                 int64_t summed, bool* is_finite);
  using OfParameters = at::Tensor (*)(const at::Tensor* const* parameters);

  OfValue log_prob, cdf, icdf, log_cdf, survival_function, log_survival_function;
  OfParameters mean, mode, variance, stddev, entropy;

  /// The functions that have kernels; kKl if the divergence between two of the family has one.
  Functions kernels;
};

/// Where an object holds a parameter: in a tensor member, or behind an accessor of a base class.
template <class Self>
class FormulaParameter {
 public:
  FormulaParameter(at::Tensor Self::*member) : member_(member) {}
  FormulaParameter(const at::Tensor& (Self::*accessor)() const) : accessor_(accessor) {}

  const at::Tensor& operator()(const Self& self) const {
    return member_ != nullptr ? self.*member_ : (self.*accessor_)();
  }

 private:
  at::Tensor Self::*member_ = nullptr;
  const at::Tensor& (Self::*accessor_)() const = nullptr;
};

}  // namespace torch::distributions::ops

namespace torch::distributions::core {

/// A formula that the signature of `Self` names. It is in force if all its parameters are defined.
template <class Self>
struct FormulaBinding {
  const ops::FormulaTable& table;
  std::vector<ops::FormulaParameter<Self>> parameters;
};

}  // namespace torch::distributions::core

namespace torch::distributions::ops {

/// The formula in force for an object, and its parameters.
struct FormulaInForce {
  const FormulaTable* table = nullptr;  // null if none is in force
  std::array<const at::Tensor*, FormulaTable::kMaxParameters> parameters{};
};

template <class Self>
FormulaInForce in_force(const Self& self) {
  FormulaInForce formula;
  for (const auto& binding : Self::signature().formulas) {
    std::size_t count = 0;
    for (const auto& parameter : binding->parameters) {
      const at::Tensor& tensor = parameter(self);
      if (!tensor.defined()) break;
      formula.parameters[count++] = &tensor;
    }
    if (count == binding->parameters.size()) {
      formula.table = &binding->table;
      break;
    }
  }
  return formula;
}

}  // namespace torch::distributions::ops
