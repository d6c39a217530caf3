#include "ops/formulas/kl_gamma.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, ExponentialExponential)
TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, GammaGamma)
