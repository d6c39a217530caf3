#include <torch/distributions/beta.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/uniform.h>

#include "kl/rules.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/kl_uniform.h"

namespace torch::distributions::kl {

namespace f = ops::formulas;

Tensor divergence(const Uniform& p, const Beta& q) {
  return ops::kl<f::UniformBeta>(p.low(), p.high(), q.concentration1(), q.concentration0());
}

Tensor divergence(const Uniform& p, const Exponential& q) {
  return ops::kl<f::UniformExponential>(p.low(), p.high(), q.rate());
}

Tensor divergence(const Uniform& p, const Gamma& q) {
  return ops::kl<f::UniformGamma>(p.low(), p.high(), q.concentration(), q.rate());
}

Tensor divergence(const Uniform& p, const Normal& q) {
  return ops::kl<f::UniformNormal>(p.low(), p.high(), q.loc(), q.scale());
}

Tensor divergence(const Uniform& p, const Uniform& q) {
  return ops::kl<f::UniformUniform>(p.low(), p.high(), q.low(), q.high());
}

}  // namespace torch::distributions::kl
