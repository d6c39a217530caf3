#pragma once

#include <torch/distributions/core/scalar_family.h>
#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// Pareto distribution of type 1 with the least value \f$m\f$ (`scale`) and the shape
/// \f$\alpha\f$ (`alpha`):
/// \f[ p(x) = \frac{\alpha m^\alpha}{x^{\alpha+1}}, \quad x \ge m. \f]
/// It is the distribution of \f$m e^Y\f$ for an exponential variable \f$Y\f$ with rate
/// \f$\alpha\f$. The mean is infinite for \f$\alpha \le 1\f$, and the variance for
/// \f$\alpha \le 2\f$.
///
/// A draw that overflows is the largest finite number.
class TORCH_DISTRIBUTIONS_API Pareto : public core::ScalarFamily<Pareto, TransformedDistribution> {
 public:
  static const Signature<Pareto>& signature();

  Pareto(Param scale, Param alpha, Validate validate_args = {});

  const Tensor& scale() const { return scale_; }
  const Tensor& alpha() const { return alpha_; }

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
  Tensor transformed(const Tensor& excess) const;

  Tensor scale_, alpha_;
};

}  // namespace torch::distributions
