#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// \f$y = |x|\f$, from the reals to the positive numbers.
///
/// It is not bijective, so it has neither a sign nor a `log_abs_det_jacobian`. Its inverse is the
/// identity, which returns the one of the two preimages that is positive. A
/// `TransformedDistribution` with it can be sampled, but has no density and no cdf. 0 is mapped to
/// itself, although the codomain, as in Python, does not contain it.
class TORCH_DISTRIBUTIONS_API AbsTransform final : public ImplementsTransform<AbsTransform> {
 public:
  explicit AbsTransform(int64_t cache_size = 0) : ImplementsTransform(cache_size) {}

  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  bool do_equals(const Transform& /*other*/) const override { return true; }
};

}  // namespace transforms
}  // namespace torch::distributions
