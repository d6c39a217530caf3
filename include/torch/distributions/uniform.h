#pragma once

#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Uniform distribution on the closed interval from `low` to `high`:
/// \f[ p(x) = \frac{1}{\text{high} - \text{low}}, \quad \text{low} \le x \le \text{high}. \f]
/// Draws lie in `[low, high)`. The mode is not unique, so `mode()` is NaN.
class TORCH_DISTRIBUTIONS_API Uniform : public core::ScalarFamily<Uniform> {
 public:
  static const Signature<Uniform>& signature();

  Uniform(Param low, Param high, Validate validate_args = {});

  const Tensor& low() const { return low_; }
  const Tensor& high() const { return high_; }

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;

  Tensor low_, high_;
};

}  // namespace torch::distributions
