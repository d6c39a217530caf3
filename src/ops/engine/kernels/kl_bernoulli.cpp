#include "ops/formulas/kl_bernoulli.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, BernoulliBernoulli)
TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, BernoulliLogitsBernoulliLogits)
TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, BinomialBinomial<formulas::BernoulliBernoulli>)
TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, BinomialBinomial<formulas::BernoulliLogitsBernoulliLogits>)
