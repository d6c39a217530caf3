#include "ops/formulas/transforms.h"

#include "ops/engine/loops.h"

TORCH_DISTRIBUTIONS_INSTANTIATE(Inverse, Tanh)
TORCH_DISTRIBUTIONS_INSTANTIATE(LogAbsDetJacobian, Tanh)
TORCH_DISTRIBUTIONS_INSTANTIATE(LogAbsDetJacobian, Sigmoid)
TORCH_DISTRIBUTIONS_INSTANTIATE(LogAbsDetJacobian, Softplus)
