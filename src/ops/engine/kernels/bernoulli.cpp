#include "ops/formulas/bernoulli.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, Bernoulli)
TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, BernoulliLogits)
TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, Bernoulli)
TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, BernoulliLogits)
