#pragma once

#include <torch/distributions/core/scalar_family.h>
#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// Gumbel distribution with mode \f$\mu\f$ (`loc`) and scale \f$\beta\f$ (`scale`), the limit of
/// the largest of many independent variables:
/// \f[ p(x) = \frac{1}{\beta} e^{-(z + e^{-z})}, \quad z = \frac{x-\mu}{\beta}. \f]
/// It is the distribution of \f$\mu - \beta\log(-\log U)\f$ for a uniform \f$U\f$.
///
/// As in Python, draws transform a uniform variable between the least positive normal number and
/// 1 - epsilon. In float32, \f$z\f$ therefore lies between -4.5 and 16.
class TORCH_DISTRIBUTIONS_API Gumbel : public core::ScalarFamily<Gumbel, TransformedDistribution> {
 public:
  static const Signature<Gumbel>& signature();

  Gumbel(Param loc, Param scale, Validate validate_args = {});

  const Tensor& loc() const { return loc_; }
  const Tensor& scale() const { return scale_; }

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
  void change(const core::Change& change) override;
  void transform_uniform();

  Tensor loc_, scale_;
};

}  // namespace torch::distributions
