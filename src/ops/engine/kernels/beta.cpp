#include "ops/formulas/beta.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, Beta)
TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, Beta)
