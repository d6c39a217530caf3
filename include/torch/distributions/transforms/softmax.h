#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// \f$y_i = e^{x_i} / \sum_j e^{x_j}\f$, from real vectors to the simplex.
///
/// It is not bijective, since adding a constant to x does not change y. Its inverse is
/// \f$\log y\f$. It treats all coordinates alike, which suits coordinate-wise optimisers.
class TORCH_DISTRIBUTIONS_API SoftmaxTransform final
    : public ImplementsTransform<SoftmaxTransform> {
 public:
  explicit SoftmaxTransform(int64_t cache_size = 0) : ImplementsTransform(cache_size) {}

  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  bool do_equals(const Transform& /*other*/) const override { return true; }
};

}  // namespace transforms
}  // namespace torch::distributions
