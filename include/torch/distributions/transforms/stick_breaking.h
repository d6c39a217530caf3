#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// From real vectors of length K - 1 to the simplex of K numbers, so from shape `[..., K - 1]` to
/// `[..., K]`:
/// \f[ z_i = \mathrm{sigmoid}(x_i - \log(K - i)), \quad
///     y_i = z_i \prod_{j<i} (1 - z_j), \quad y_K = \prod_j (1 - z_j). \f]
/// x = 0 is mapped to equal numbers;
/// \f$\log |\det J| = \sum_i \left[ \log z_i + (K - i) \log(1 - z_i) \right]\f$.
///
/// The map is bijective, which suits Hamiltonian Monte Carlo. A coordinate of y depends on all
/// previous coordinates of x, which suits optimisers less (Carpenter et al., "Stan: a probabilistic
/// programming language", 2017). z and 1 - z are computed with small relative errors, and the
/// inverse sums the rest of the stick from its end, so a round trip loses no digits.
///
/// A number instead of a vector is a c10::ValueError, and so is a y without elements.
class TORCH_DISTRIBUTIONS_API StickBreakingTransform final
    : public ImplementsTransform<StickBreakingTransform> {
 public:
  explicit StickBreakingTransform(int64_t cache_size = 0) : ImplementsTransform(cache_size) {}

  bool bijective() const override { return true; }
  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  ConstraintPtr image() const override;
  bool do_equals(const Transform& /*other*/) const override { return true; }
};

}  // namespace transforms
}  // namespace torch::distributions
