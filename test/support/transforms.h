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

/// The elements of y that determine all of it, if y lies in `set`: all but the last one of a
/// simplex, those below the diagonal of the Cholesky factor of a correlation matrix, else all.
Tensor independent_elements(const Constraint& set, const Tensor& y);

/// Expects the inverse of `t(x)` to be x, and log|det J| to be the logarithm of the determinant of
/// the Jacobian of the independent elements by autograd, for each event.
void expect_bijection(const Transform& transform, const Tensor& x);

}  // namespace torch::distributions::test
