#pragma once

#include <torch/distributions/core/scalar_family.h>
#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// Weibull distribution with the scale \f$\lambda\f$ (`scale`) and the shape \f$k\f$
/// (`concentration`), a lifetime whose rate of failure is a power of the age:
/// \f[ p(x) = \frac{k}{\lambda} \left(\frac{x}{\lambda}\right)^{k-1} e^{-(x/\lambda)^k},
///     \quad x > 0. \f]
/// It is the distribution of \f$\lambda T^{1/k}\f$ for an exponential variable \f$T\f$ with rate 1.
/// For \f$k \le 1\f$ the density decreases, and `mode()` is 0.
///
/// A draw that overflows is the largest finite number, and one that underflows the smallest.
class TORCH_DISTRIBUTIONS_API Weibull
    : public core::ScalarFamily<Weibull, TransformedDistribution> {
 public:
  static const Signature<Weibull>& signature();

  Weibull(Param scale, Param concentration, Validate validate_args = {});

  const Tensor& scale() const { return scale_; }
  const Tensor& concentration() const { return concentration_; }

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
  Tensor exponential(IntArrayRef shape, std::optional<Generator> generator) const;
  Tensor transformed(const Tensor& t) const;

  Tensor scale_, concentration_;
};

}  // namespace torch::distributions
