#include "ops/formulas/gamma.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, Gamma)
TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, Gamma)
