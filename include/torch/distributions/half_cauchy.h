#pragma once

#include <torch/distributions/core/scalar_family.h>
#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// Half-Cauchy distribution with scale \f$\gamma\f$ (`scale`), the distribution of \f$|X|\f$ for a
/// Cauchy variable \f$X\f$ with median 0 and this scale:
/// \f[ p(x) = \frac{2}{\pi\gamma} \left(1+\left(\frac{x}{\gamma}\right)^2\right)^{-1},
///     \quad x \ge 0. \f]
/// Its mean and variance are infinite. The scale is the median.
class TORCH_DISTRIBUTIONS_API HalfCauchy
    : public core::ScalarFamily<HalfCauchy, TransformedDistribution> {
 public:
  static const Signature<HalfCauchy>& signature();

  explicit HalfCauchy(Param scale, Validate validate_args = {});

  const Tensor& scale() const;
};

}  // namespace torch::distributions
