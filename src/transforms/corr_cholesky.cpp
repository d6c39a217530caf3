#include <torch/distributions/transforms/corr_cholesky.h>

#include <ATen/ATen.h>

#include <cmath>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/utils.h>

#include "core/floating.h"
#include "core/raise.h"
#include "core/shape.h"
#include "ops/special/hyperbolic.h"
#include "ops/special/tensor_scalar.h"
#include "transforms/choose.h"
#include "transforms/rounded.h"
#include "transforms/square_shape.h"
#include "transforms/widened.h"

namespace torch::distributions {
inline namespace transforms {
namespace {

/// asinh(a / b) for b > 0. The ratio may overflow, and so may its derivatives.
Tensor asinh_of_ratio(const Tensor& a, const Tensor& b) {
  constexpr double kFar = 1e100;  // a ratio to which no 1 need be added
  const Tensor sign = a.sign(), size = sign * a, is_far = size > kFar * b;
  const Tensor near = (choose(is_far, 0, a) / b).asinh();
  const Tensor far = sign * (choose(is_far, 2 * size, 1).log() - b.log());
  return choose(is_far, far, near);
}

}  // namespace

ConstraintPtr CorrCholeskyTransform::domain() const { return constraints::real_vector; }

ConstraintPtr CorrCholeskyTransform::codomain() const { return constraints::corr_cholesky; }

std::vector<int64_t> CorrCholeskyTransform::forward_shape(IntArrayRef shape) const {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, !shape.empty(),
                            "CorrCholeskyTransform: Too few dimensions on input");
  require_sizes("CorrCholeskyTransform", "a shape", shape);
  const int64_t length = shape.back();
  const auto size =
      static_cast<int64_t>(std::round(0.5 + std::sqrt(0.25 + 2 * static_cast<double>(length))));
  TORCH_DISTRIBUTIONS_CHECK(ValueError, size * (size - 1) / 2 == length,
                            "CorrCholeskyTransform: the length of a vector must be D (D - 1) / 2 "
                            "for matrices of size D, got ",
                            length);
  std::vector<int64_t> matrices = shape.vec();
  matrices.back() = size;
  matrices.push_back(size);
  require_sizes("CorrCholeskyTransform", "the shape of the matrices", matrices);
  return matrices;
}

std::vector<int64_t> CorrCholeskyTransform::inverse_shape(IntArrayRef shape) const {
  std::vector<int64_t> vectors = square_shape("CorrCholeskyTransform", shape);
  const int64_t size = vectors.back();
  TORCH_DISTRIBUTIONS_CHECK(ValueError, size > 0,
                            "CorrCholeskyTransform: matrices must have at least one element, got "
                            "shape ",
                            core::repr(shape));
  vectors.pop_back();
  vectors.back() = size * (size - 1) / 2;
  return vectors;
}

Tensor CorrCholeskyTransform::do_forward(const Tensor& x) const {
  std::vector<int64_t> column = forward_shape(x.sizes());
  column.back() = 1;
  const Tensor wide = widened(x);
  // -log sech, which is summed so that no product underflows before the end.
  const Tensor log_cosh = vec_to_tril_matrix(ops::special::log_cosh(wide), -1);
  const Tensor sums = log_cosh.cumsum(-1).narrow(-1, 0, column[column.size() - 2] - 1);
  const Tensor length = at::cat({at::zeros(column, wide.options()), sums}, -1).neg().exp();
  const Tensor below = (vec_to_tril_matrix(ops::special::tanh(wide), -1) * length).tril(-1);
  const auto dtype = floating(x.scalar_type());
  const Tensor diagonal = rounded_to_positive(length.diagonal(0, -2, -1).to(dtype));
  return below.to(dtype) + diagonal.diag_embed();
}

// The columns from last to first. `length` is that of the part of each row that follows the column.
// Above the diagonal the elements are 0, which change nothing.
Tensor CorrCholeskyTransform::do_inverse(const Tensor& y) const {
  inverse_shape(y.sizes());
  // In float, ratios would overflow from |x| = 89 on.
  const Tensor wide = y.to(at::kDouble), below = wide.tril(-1);
  Tensor length = wide.diagonal(0, -2, -1);
  const int64_t size = y.size(-1);
  std::vector<Tensor> lengths(static_cast<std::size_t>(size));
  for (int64_t j = size - 1; j >= 0; --j) {
    lengths[static_cast<std::size_t>(j)] = length;
    length = at::hypot(length, below.select(-1, j));
  }
  const Tensor x =
      asinh_of_ratio(tril_matrix_to_vec(wide, -1), tril_matrix_to_vec(at::stack(lengths, -1), -1));
  return x.to(floating(y.scalar_type()));
}

Tensor CorrCholeskyTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const {
  const int64_t size = forward_shape(x.sizes()).back();
  const Tensor wide = widened(x), j = at::arange(size, wide.options());
  const Tensor count = tril_matrix_to_vec(j.unsqueeze(-1) + 1 - j, -1);  // i + 1 - j
  return (count * ops::special::log_cosh(wide)).sum(-1).neg().to(floating(x.scalar_type()));
}

}  // namespace transforms
}  // namespace torch::distributions
