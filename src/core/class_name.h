#pragma once

#include <c10/util/Type.h>

#include <string>
#include <typeinfo>

namespace torch::distributions {

/// The name of a class without its namespaces. \param mangled The name in its `std::type_info`.
inline std::string class_name(const char* mangled) {
  const std::string full = c10::demangle(mangled);
  const auto scope = full.rfind("::", full.find('<'));
  return scope == std::string::npos ? full : full.substr(scope + 2);
}
inline std::string class_name(const std::type_info& type) { return class_name(type.name()); }

}  // namespace torch::distributions
