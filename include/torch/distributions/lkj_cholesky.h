#pragma once

#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// LKJ distribution of the lower Cholesky factors \f$L\f$ of correlation matrices of size \f$d\f$
/// (`dim`), with concentration \f$\eta\f$:
/// \f[ p(L) = \prod_{i=2}^d \frac{\Gamma(\eta + \frac{d-1}{2})}
///     {\pi^{(i-1)/2}\,\Gamma(\eta + \frac{d-i}{2})} L_{ii}^{2(\eta-1) + d - i}. \f]
/// It is a density of the elements below the diagonal: the rows have length 1, so they determine
/// the diagonal. The correlation matrix \f$L L^\top\f$ has a density proportional to
/// \f$\det(L L^\top)^{\eta-1}\f$, which is constant for \f$\eta = 1\f$. Each correlation \f$r\f$
/// has a marginal distribution: \f$\tfrac12(1+r)\f$ follows
/// \f$\mathrm{Beta}(\eta-1+\tfrac d2, \eta-1+\tfrac d2)\f$.
///
/// D. Lewandowski, D. Kurowicka and H. Joe, "Generating random correlation matrices based on vines
/// and extended onion method", 2009.
///
/// \throws c10::ValueError if `dim` is below 2.
class TORCH_DISTRIBUTIONS_API LKJCholesky : public Implements<LKJCholesky> {
 public:
  static const Signature<LKJCholesky>& signature();

  explicit LKJCholesky(int64_t dim, Param concentration = 1.0, Validate validate_args = {});

  int64_t dim() const { return dim_; }
  const Tensor& concentration() const { return concentration_; }

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;

  int64_t dim_;
  Tensor concentration_;
};

}  // namespace torch::distributions
