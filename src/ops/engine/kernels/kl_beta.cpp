#include "ops/formulas/kl_beta.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, BetaBeta)
