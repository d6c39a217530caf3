#include "ops/formulas/category.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, Category)
TORCH_DISTRIBUTIONS_INSTANTIATE(Entropy, CategoryLogits)
