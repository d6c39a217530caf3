#include <torch/distributions/beta.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/uniform.h>

#include "kl/rules.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/kl_beta.h"

namespace torch::distributions::kl {

namespace f = ops::formulas;

Tensor divergence(const Beta& p, const Beta& q) {
  return ops::kl<f::BetaBeta>(p.concentration1(), p.concentration0(), q.concentration1(),
                              q.concentration0());
}

Tensor divergence(const Beta& p, const Exponential& q) {
  return ops::kl<f::BetaExponential>(p.concentration1(), p.concentration0(), q.rate());
}

Tensor divergence(const Beta& p, const Gamma& q) {
  return ops::kl<f::BetaGamma>(p.concentration1(), p.concentration0(), q.concentration(), q.rate());
}

Tensor divergence(const Beta& p, const Normal& q) {
  return ops::kl<f::BetaNormal>(p.concentration1(), p.concentration0(), q.loc(), q.scale());
}

Tensor divergence(const Beta& p, const Uniform& q) {
  return ops::kl<f::BetaUniform>(p.concentration1(), p.concentration0(), q.low(), q.high());
}

}  // namespace torch::distributions::kl
