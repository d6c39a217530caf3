#pragma once

#include <torch/distributions/core/scalar_family.h>
#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// Half-normal distribution with scale \f$\sigma\f$ (`scale`), the distribution of \f$|X|\f$ for a
/// normal variable \f$X\f$ with mean 0 and this standard deviation:
/// \f[ p(x) = \frac{\sqrt 2}{\sigma\sqrt\pi} \exp\left(-\frac{x^2}{2\sigma^2}\right),
///     \quad x \ge 0. \f]
class TORCH_DISTRIBUTIONS_API HalfNormal
    : public core::ScalarFamily<HalfNormal, TransformedDistribution> {
 public:
  static const Signature<HalfNormal>& signature();

  explicit HalfNormal(Param scale, Validate validate_args = {});

  const Tensor& scale() const;
};

}  // namespace torch::distributions
