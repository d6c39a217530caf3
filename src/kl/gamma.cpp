#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/normal.h>

#include "kl/rules.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/kl_gamma.h"

namespace torch::distributions::kl {

namespace f = ops::formulas;

Tensor divergence(const Gamma& p, const Exponential& q) {
  return ops::kl<f::GammaExponential>(p.concentration(), p.rate(), q.rate());
}

Tensor divergence(const Gamma& p, const Gamma& q) {
  return ops::kl<f::GammaGamma>(p.concentration(), p.rate(), q.concentration(), q.rate());
}

Tensor divergence(const Gamma& p, const Normal& q) {
  return ops::kl<f::GammaNormal>(p.concentration(), p.rate(), q.loc(), q.scale());
}

}  // namespace torch::distributions::kl
