#pragma once

#include <torch/distributions/independent.h>

namespace torch::distributions::kl {

/// Nested `Independent`s as a single one: the last `dims` batch dimensions of `base` belong to the
/// event.
struct FlatIndependent {
  explicit FlatIndependent(const Independent& d);

  DistributionPtr base;
  int64_t dims;
};

}  // namespace torch::distributions::kl
