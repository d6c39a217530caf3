#include "ops/formulas/binomial.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, Binomial)
TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, BinomialLogits)
TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, Binomial)
TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, BinomialLogits)
