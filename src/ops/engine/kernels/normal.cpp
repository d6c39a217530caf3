#include "ops/formulas/normal.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, Normal)
TORCH_DISTRIBUTIONS_INSTANTIATE(Cdf, Normal)
TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, NormalNormal)
