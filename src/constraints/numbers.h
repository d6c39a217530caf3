#pragma once

#include <torch/distributions/constraints/constraint.h>

#include "core/class_name.h"

namespace torch::distributions::constraints {

/// \throws c10::ValueError when `value` is undefined, c10::TypeError when it does not hold numbers.
inline void require_numbers(const Constraint& set, const Tensor& value) {
  if (!core::holds_numbers(value)) [[unlikely]]
    core::refuse_tensor(class_name(typeid(set)).c_str(), "value", value);
}

}  // namespace torch::distributions::constraints
