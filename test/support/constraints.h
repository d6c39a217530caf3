#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <vector>

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions::test {

/// Expects of `first_violation` what `check` says or throws, of these values: as they are,
/// transposed, strided, expanded, with a graph, and lazily negated.
/// \return whether `check` returned; where it throws, the other layouts are not tried.
bool expect_consistent(const Constraint& constraint, const Tensor& value);

/// Every dtype that a value may have.
inline const std::vector<at::ScalarType> kDtypes = {
    at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong,
    at::kInt,    at::kShort, at::kChar, at::kByte,     at::kBool};

/// What `check` says of each event, after `expect_consistent`.
std::vector<bool> checked(const Constraint& constraint, const Tensor& value);

}  // namespace torch::distributions::test
