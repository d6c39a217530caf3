#include <torch/distributions/transforms/stick_breaking.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/simplex.h>

#include "core/float_limits.h"
#include "core/floating.h"
#include "core/raise.h"
#include "core/shape.h"
#include "ops/special/sigmoid.h"
#include "ops/special/tensor_scalar.h"
#include "transforms/widened.h"

namespace torch::distributions {
inline namespace transforms {
namespace {

/// K - 1, K - 2, ..., 1: how many coordinates of the simplex follow each one.
Tensor remaining(int64_t n, const Tensor& like) { return at::arange(n, 0, -1, like.options()); }

/// `y` with its last dimension reversed. LibTorch has no meta kernel for `flip`.
Tensor reversed(const Tensor& y) {
  if (!y.is_meta()) return y.flip(-1);
  const Tensor positions = at::arange(y.size(-1) - 1, -1, -1, y.options().dtype(at::kLong));
  return y.gather(-1, positions.expand(y.sizes()));
}

/// The interior of the simplex, where all coordinates are positive.
class InnerSimplex final : public Constraint {
 public:
  int64_t event_dim() const override { return 1; }
  Tensor check(const Tensor& value) const override {
    return constraints::simplex.check(value).bitwise_and(value.gt(0).all(-1));
  }
  std::optional<int64_t> first_violation(const Tensor& value) const override {
    const auto boundary = constraints::positive.first_violation(value);
    return boundary ? Constraint::first_violation(value)
                    : constraints::simplex.first_violation(value);
  }
  void print(std::ostream& out) const override { constraints::simplex.print(out); }
};

}  // namespace

ConstraintPtr StickBreakingTransform::domain() const { return constraints::real_vector; }

ConstraintPtr StickBreakingTransform::codomain() const { return constraints::simplex; }

std::vector<int64_t> StickBreakingTransform::forward_shape(IntArrayRef shape) const {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, !shape.empty(),
                            "StickBreakingTransform: Too few dimensions on input");
  require_sizes("StickBreakingTransform", "a shape", shape);
  std::vector<int64_t> longer = shape.vec();
  ++longer.back();
  return longer;
}

std::vector<int64_t> StickBreakingTransform::inverse_shape(IntArrayRef shape) const {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, !shape.empty(),
                            "StickBreakingTransform: Too few dimensions on input");
  require_sizes("StickBreakingTransform", "a shape", shape);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, shape.back() > 0,
                            "StickBreakingTransform: a simplex has at least one number, got shape ",
                            core::repr(shape));
  std::vector<int64_t> shorter = shape.vec();
  --shorter.back();
  return shorter;
}

Tensor StickBreakingTransform::do_forward(const Tensor& x) const {
  const std::vector<int64_t> shape = forward_shape(x.sizes());
  // With several roundings in a half type, the sum of many coordinates would not be 1.
  const Tensor wide = widened(x);
  const Tensor logits = wide - remaining(x.size(-1), wide).log();
  const Tensor taken = ops::special::sigmoid(logits);
  const Tensor left = ops::special::sigmoid(logits.neg()).cumprod(-1);
  const Tensor one = logits.new_ones(1).expand(shape).narrow(-1, 0, 1);
  return (at::cat({taken, one}, -1) * at::cat({one, left}, -1)).to(floating(x.scalar_type()));
}

Tensor StickBreakingTransform::do_inverse(const Tensor& y) const {
  const int64_t n = inverse_shape(y.sizes()).back();
  const Tensor wide = widened(y);
  // Sum from the end, where the numbers may be tiny, so that they are not lost beside the large
  // ones at the start.
  const Tensor left = reversed(reversed(wide).cumsum(-1)).narrow(-1, 1, n);
  const auto dtype = floating(y.scalar_type());
  // 0 is a limit, and a constant for the derivative, which would be infinite.
  const Tensor positive = left.clamp_min(float_limits(dtype).least);
  return (wide.narrow(-1, 0, n).log() - positive.log() + remaining(n, wide).log()).to(dtype);
}

// Points with a zero coordinate are limits, but `do_inverse` may map them to finite numbers,
// because it replaces a remaining length of 0 by a positive number.
ConstraintPtr StickBreakingTransform::image() const { return InnerSimplex(); }

Tensor StickBreakingTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const {
  const Tensor wide = widened(x), count = remaining(x.size(-1), wide);
  const Tensor logits = wide - count.log();
  return (ops::special::log_sigmoid(logits) + count * ops::special::log_sigmoid(logits.neg()))
      .sum(-1)
      .to(floating(x.scalar_type()));
}

}  // namespace transforms
}  // namespace torch::distributions
