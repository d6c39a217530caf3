#include <torch/distributions/transforms/abs.h>

#include <ATen/ops/empty_like.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

namespace torch::distributions {
inline namespace transforms {

ConstraintPtr AbsTransform::domain() const { return constraints::real; }

ConstraintPtr AbsTransform::codomain() const { return constraints::positive; }

Tensor AbsTransform::do_forward(const Tensor& x) const {
  // LibTorch has no meta kernel for `abs`.
  return x.is_meta() ? at::empty_like(x) : x.abs();
}

Tensor AbsTransform::do_inverse(const Tensor& y) const { return y; }

}  // namespace transforms
}  // namespace torch::distributions
