#pragma once

#include <torch/distributions/core/scalar_family.h>
#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// Kumaraswamy distribution with the shapes \f$a\f$ (`concentration1`) and \f$b\f$
/// (`concentration0`), which resembles Beta and has an elementary cdf:
/// \f[ p(x) = a b x^{a-1} (1-x^a)^{b-1}, \quad 0 \le x \le 1. \f]
/// It is the distribution of \f$(1-U^{1/b})^{1/a}\f$ for a uniform \f$U\f$. If the density is
/// infinite at both ends, or constant, the mode is not unique and `mode()` is NaN.
///
/// Draws lie between the smallest positive number and the largest number below 1.
class TORCH_DISTRIBUTIONS_API Kumaraswamy
    : public core::ScalarFamily<Kumaraswamy, TransformedDistribution> {
 public:
  static const Signature<Kumaraswamy>& signature();

  Kumaraswamy(Param concentration1, Param concentration0, Validate validate_args = {});

  const Tensor& concentration1() const { return concentration1_; }
  const Tensor& concentration0() const { return concentration0_; }

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
  Tensor uniform(IntArrayRef shape, std::optional<Generator> generator) const;
  Tensor transformed(const Tensor& uniform) const;

  Tensor concentration1_, concentration0_;
};

}  // namespace torch::distributions
