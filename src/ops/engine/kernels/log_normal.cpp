#include "ops/formulas/log_normal.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, LogNormal)
TORCH_DISTRIBUTIONS_INSTANTIATE(Cdf, LogNormal)
TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, LogNormal)
