#pragma once

/// Every special function of the library.
///
/// Each is an element-wise function of floating tensors (integers are promoted to the default
/// dtype, half and bfloat16 are computed in float) that broadcasts as an ATen operation does, and
/// unless its comment says otherwise has derivatives of all orders, backward and forward.
///
/// Errors are stated in units: the dtype's epsilon times max(1, |result|), or, where the comment
/// says "relative", times |result|. "n + m log" is n units and m more for each unit of |log
/// |result||, for results that are exponentials of large numbers. The error of the first
/// derivatives follows after "gradient". They hold for float and double, on the CPU and by the
/// tensor operations that other devices run, and are what test/ops/special asserts against
/// references of 60 digits and more.

#include "ops/special/bregman.h"
#include "ops/special/elementary.h"
#include "ops/special/gamma.h"
#include "ops/special/incomplete_gamma.h"
#include "ops/special/log_densities.h"
#include "ops/special/normal.h"
