#pragma once

#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Generalized Pareto distribution with lower end \f$\mu\f$ (`loc`), scale \f$\sigma\f$ (`scale`)
/// and shape \f$\xi\f$ (`concentration`), the distribution of excesses over a high threshold:
/// \f[ p(x) = \frac{1}{\sigma} (1 + \xi z)^{-1/\xi - 1}, \quad z = \frac{x-\mu}{\sigma} \ge 0. \f]
/// It is exponential for \f$\xi = 0\f$ and uniform for \f$\xi = -1\f$. For \f$\xi < 0\f$ the
/// support ends at \f$\mu - \sigma/\xi\f$. The mean is NaN for \f$\xi \ge 1\f$, the variance for
/// \f$\xi \ge 1/2\f$. A draw that overflows is the largest number.
class TORCH_DISTRIBUTIONS_API GeneralizedPareto : public core::ScalarFamily<GeneralizedPareto> {
 public:
  static const Signature<GeneralizedPareto>& signature();

  GeneralizedPareto(Param loc, Param scale, Param concentration, Validate validate_args = {});

  const Tensor& loc() const { return loc_; }
  const Tensor& scale() const { return scale_; }
  const Tensor& concentration() const { return concentration_; }

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
  Tensor do_mode() const override;
  Tensor uniform(IntArrayRef shape, std::optional<Generator> generator) const;
  Tensor inverted(const Tensor& u) const;
  Tensor upper() const;

  Tensor loc_, scale_, concentration_;
};

}  // namespace torch::distributions
