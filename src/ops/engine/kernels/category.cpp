#include "ops/formulas/category.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, Category)
TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, CategoryLogits)
TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, Category)
TORCH_DISTRIBUTIONS_INSTANTIATE(LogProb, CategoryLogits)
