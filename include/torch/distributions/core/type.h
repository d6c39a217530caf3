#pragma once

#include <torch/distributions/core/export.h>

#include <typeindex>

namespace torch::distributions::core {

/// A distribution class and its chain of bases, for the dispatch of KL divergences.
///
/// Types are compared by `id` alone, so a class compares equal across shared libraries.
struct Type {
  std::type_index id;
  const char* name;
  const Type* base;  // nullptr for Distribution

  bool operator==(const Type& other) const noexcept { return id == other.id; }

  /// Number of steps from this class up to `ancestor`: 0 for itself, -1 if `ancestor` is no base.
  int distance_to(std::type_index ancestor) const noexcept {
    int steps = 0;
    for (const Type* type = this; type != nullptr; type = type->base, ++steps) {
      if (type->id == ancestor) return steps;
    }
    return -1;
  }
};

}  // namespace torch::distributions::core
