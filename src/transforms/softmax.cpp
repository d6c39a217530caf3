#include <torch/distributions/transforms/softmax.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/simplex.h>

#include "core/raise.h"

namespace torch::distributions {
inline namespace transforms {

ConstraintPtr SoftmaxTransform::domain() const { return constraints::real_vector; }

ConstraintPtr SoftmaxTransform::codomain() const { return constraints::simplex; }

std::vector<int64_t> SoftmaxTransform::forward_shape(IntArrayRef shape) const {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, !shape.empty(),
                            "SoftmaxTransform: Too few dimensions on input");
  return shape.vec();
}

std::vector<int64_t> SoftmaxTransform::inverse_shape(IntArrayRef shape) const {
  return forward_shape(shape);
}

Tensor SoftmaxTransform::do_forward(const Tensor& x) const { return x.softmax(-1); }

Tensor SoftmaxTransform::do_inverse(const Tensor& y) const { return y.log(); }

}  // namespace transforms
}  // namespace torch::distributions
