#pragma once

#include <typeinfo>

namespace torch::distributions::core {

/// Whether `object` is of a class derived from `Self`, which may have another density or support.
template <class Self>
bool is_derived(const Self& object) {
  return typeid(object) != typeid(Self);
}

}  // namespace torch::distributions::core
