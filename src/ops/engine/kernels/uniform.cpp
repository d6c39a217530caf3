#include "ops/formulas/uniform.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, Uniform)
TORCH_DISTRIBUTIONS_INSTANTIATE(Cdf, Uniform)
