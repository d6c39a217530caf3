#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/normal.h>

#include "kl/rules.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/kl_gamma.h"

namespace torch::distributions::kl {

namespace f = ops::formulas;

Tensor divergence(const Exponential& p, const Exponential& q) {
  return ops::kl<f::ExponentialExponential>(p.rate(), q.rate());
}

Tensor divergence(const Exponential& p, const Gamma& q) {
  return ops::kl<f::ExponentialGamma>(p.rate(), q.concentration(), q.rate());
}

Tensor divergence(const Exponential& p, const Normal& q) {
  return ops::kl<f::ExponentialNormal>(p.rate(), q.loc(), q.scale());
}

}  // namespace torch::distributions::kl
