#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <vector>

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions::test {

/// Expects `first_violation` to agree with `check`, in its result or its error. Tries the value as
/// it is, transposed, strided, expanded, with a graph, and lazily negated.
/// \return Whether `check` returned. If it throws, the other layouts are not tried.
bool expect_consistent(const Constraint& constraint, const Tensor& value);

/// Every dtype that a value may have.
inline const std::vector<at::ScalarType> kDtypes = {
    at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong,
    at::kInt,    at::kShort, at::kChar, at::kByte,     at::kBool};

/// The elements of `check(value)`, after `expect_consistent`.
std::vector<bool> checked(const Constraint& constraint, const Tensor& value);

}  // namespace torch::distributions::test
