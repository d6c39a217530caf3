#pragma once

#include <cstddef>

#include "ops/constants.h"

namespace torch::distributions::ops {

/// Which functions of a formula compute float inputs in double: where float's own rounding of an
/// intermediate result would show. Only `cdf` and `icdf` where just the tails suffer; all where
/// log-gammas or counts are involved; all and with a result in double where this is a part of what
/// becomes a float when everything is added up.
enum class InDouble : char { kNever, kCdf, kAlways, kAndResult };

}  // namespace torch::distributions::ops
