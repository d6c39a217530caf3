#pragma once

#include <string>

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions::test {

/// Expects of the transform class what test/transforms/transforms.json says of each of its cases:
/// texts, constraints, shapes, sign, and the values of the map, its inverse and log|det J| to
/// within 8 epsilons of the magnitude that stands there.
void expect_golden(const std::string& transform);

/// Expects the derivatives of the map, of its inverse and of log|det J| to agree with differences,
/// to second order.
void expect_differentiable(const Transform& transform, const Tensor& x);

/// Expects the inverse of `t(x)` to be x and log|det J| to be the log of the Jacobian's
/// determinant, by autograd, for each event.
/// \param dropped how many of y's last numbers follow from the others, as on the simplex.
void expect_bijection(const Transform& transform, const Tensor& x, int64_t dropped = 0);

}  // namespace torch::distributions::test
