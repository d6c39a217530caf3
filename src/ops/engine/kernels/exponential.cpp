#include "ops/formulas/exponential.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, Exponential)
TORCH_DISTRIBUTIONS_INSTANTIATE(Cdf, Exponential)
