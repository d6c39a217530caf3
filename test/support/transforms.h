#pragma once

#include <string>

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions::test {

/// Compares a transform class with its cases in test/transforms/transforms.json: texts,
/// constraints, shapes, sign, and the values of the map, its inverse and log|det J|, to within 8
/// epsilons of their magnitudes.
void expect_golden(const std::string& transform);

/// Compares first and second derivatives of the map, its inverse and log|det J| with differences.
void expect_differentiable(const Transform& transform, const Tensor& x);

/// Expects the inverse of `t(x)` to be x, and log|det J| to be the logarithm of the determinant of
/// the Jacobian by autograd, for each event.
/// \param dropped The number of last elements of y that follow from the others, as on the simplex.
void expect_bijection(const Transform& transform, const Tensor& x, int64_t dropped = 0);

}  // namespace torch::distributions::test
