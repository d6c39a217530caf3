#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include <torch/distributions/core/signature.h>

/// What a formula is at run time: its functions, and where an object holds its parameters.

namespace torch::distributions::ops {

/// The functions that a formula has, as a scalar family calls them; null where it has none.
struct FormulaTable {
  static constexpr std::size_t kMaxParameters = 4;

  /// \param summed over how many of its last dimensions the result is summed.
  /// \param is_finite set to true if every element that contributes to the result is known to be
  ///     finite.
  using OfValue = at::Tensor (*)(const at::Tensor& value, const at::Tensor* const* parameters,
                                 int64_t summed, bool* is_finite);
  using OfParameters = at::Tensor (*)(const at::Tensor* const* parameters);

  OfValue log_prob, cdf, icdf;
  OfParameters mean, mode, variance, stddev, entropy;
};

/// Where a formula finds one of its parameters: a tensor member, or an accessor of a tensor that a
/// base holds.
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

/// A formula that the signature of `Self` names; in force when all its parameters are defined.
template <class Self>
struct FormulaBinding {
  const ops::FormulaTable& table;
  std::vector<ops::FormulaParameter<Self>> parameters;
};

}  // namespace torch::distributions::core

namespace torch::distributions::ops {

/// The formula in force for an object, and the object's parameters.
struct FormulaInForce {
  const FormulaTable* table = nullptr;  // null where none is in force
  std::array<const at::Tensor*, FormulaTable::kMaxParameters> parameters;
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
