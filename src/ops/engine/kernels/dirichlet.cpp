#include "ops/formulas/dirichlet.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, DirichletComponent)
TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, DirichletComponent)
TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, DirichletComponent)
