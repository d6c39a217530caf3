#pragma once

#include <torch/distributions/core/exponential_family.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Dirichlet distribution over the simplex, with a concentration \f$\alpha\f$ along the last
/// dimension:
/// \f[ p(x) = \frac{\Gamma(\sum_i \alpha_i)}{\prod_i \Gamma(\alpha_i)}
///     \prod_i x_i^{\alpha_i - 1}. \f]
///
/// Where no concentration is above 1 and one is below, the density is unbounded at the edge of the
/// simplex, and `mode()` is the vertex of the largest concentration; where all are 1 it is NaN. At
/// a point where some coordinates are 0 and the density grows without bound in one of them and
/// vanishes in another its limit depends on the path: `log_prob` is NaN there. Samples of tiny
/// concentrations are right: they lie at the vertices.
///
/// \throws c10::ValueError for a concentration without a dimension.
class TORCH_DISTRIBUTIONS_API Dirichlet : public Implements<Dirichlet, ExponentialFamily> {
 public:
  static const Signature<Dirichlet>& signature();

  explicit Dirichlet(Param concentration, Validate validate_args = {});

  const Tensor& concentration() const { return concentration_; }

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
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
