#include "ops/formulas/kl_categorical.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, CategoryCategory)
TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, CategoryLogitsCategoryLogits)
