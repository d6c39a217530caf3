#pragma once

#include <string>

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions::constraints {

/// Why a matrix lies outside a set of matrices, as the end of an error message: "; it is not
/// symmetric: ...". Empty for other sets.
/// \param event One event, which lies outside.
std::string reason(const Constraint& set, const Tensor& event);

}  // namespace torch::distributions::constraints
