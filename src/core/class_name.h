#pragma once

#include <c10/util/Type.h>

#include <string>
#include <typeinfo>

namespace torch::distributions {

/// The name of a class without its namespaces.
inline std::string class_name(const std::type_info& type) {
  const std::string full = c10::demangle(type.name());
  const auto scope = full.rfind("::", full.find('<'));
  return scope == std::string::npos ? full : full.substr(scope + 2);
}

}  // namespace torch::distributions
