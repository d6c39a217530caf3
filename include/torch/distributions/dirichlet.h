#pragma once

#include <torch/distributions/core/exponential_family.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Dirichlet distribution over the simplex, with concentrations \f$\alpha_i\f$ along the last
/// dimension of `concentration`:
/// \f[ p(x) = \frac{\Gamma(\sum_i\alpha_i)}{\prod_i \Gamma(\alpha_i)} \prod_i x_i^{\alpha_i-1}. \f]
///
/// If no concentration is above 1 and one is below 1, the density is unbounded at the boundary of
/// the simplex, and `mode()` is the vertex of the largest concentration. If all are 1, `mode()` is
/// NaN. On the boundary the density may grow without bound in one coordinate and vanish in another.
/// Its limit then depends on the path, and `log_prob` is NaN. Samples for tiny concentrations lie
/// at the vertices, as they should.
///
/// \throws c10::ValueError if `concentration` has no dimension.
class TORCH_DISTRIBUTIONS_API Dirichlet : public Implements<Dirichlet, ExponentialFamily> {
 public:
  static const Signature<Dirichlet>& signature();

  explicit Dirichlet(Param concentration, Validate validate_args = {});

  const Tensor& concentration() const { return concentration_; }

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> do_rsample_with_log_prob(
      IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_mean() const override;
  Tensor do_mode() const override;
  Tensor do_variance() const override;
  Tensor do_entropy() const override;
  std::vector<Tensor> do_natural_params() const override;
  Tensor do_log_normalizer(at::TensorList natural_params) const override;

  Tensor concentration_;
};

}  // namespace torch::distributions
