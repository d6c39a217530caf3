#pragma once

#include <torch/distributions/core/exponential_family.h>
#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Beta distribution with shapes \f$\alpha\f$ (`concentration1`), \f$\beta\f$ (`concentration0`):
/// \f[ p(x) = \frac{x^{\alpha-1} (1-x)^{\beta-1}}{B(\alpha, \beta)}, \quad 0 \le x \le 1. \f]
/// `mode()` is NaN where it is not unique: if both shapes are below 1, or both equal 1.
class TORCH_DISTRIBUTIONS_API Beta : public core::ScalarFamily<Beta, ExponentialFamily> {
 public:
  static const Signature<Beta>& signature();

  Beta(Param concentration1, Param concentration0, Validate validate_args = {});

  const Tensor& concentration1() const { return concentration1_; }
  const Tensor& concentration0() const { return concentration0_; }

  /// Writes `Beta()`, as Python does.
  void print(std::ostream& out) const override;

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
  /// Both shapes along a new last dimension.
  Tensor concentrations(IntArrayRef shape) const;
  std::vector<Tensor> do_natural_params() const override;
  Tensor do_log_normalizer(at::TensorList natural_params) const override;

  Tensor concentration1_, concentration0_;
};

}  // namespace torch::distributions
