#pragma once

#include <torch/distributions/independent.h>

namespace torch::distributions::kl {

/// An `Independent`, of an `Independent` of ... `base`, as one: its last `dims` batch dimensions
/// belong to the event.
struct FlatIndependent {
  explicit FlatIndependent(const Independent& d);

  DistributionPtr base;
  int64_t dims;
};

}  // namespace torch::distributions::kl
