#include "ops/formulas/kl_uniform.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(Kl, UniformUniform)
