#include <torch/distributions/core/shared.h>

#include "core/class_name.h"
#include "core/raise.h"

namespace torch::distributions::core {

void refuse_empty_handle(const std::type_info& base) {
  const std::string name = class_name(base);
  raise<c10::ValueError>("An empty ", name, "Ptr was used: it holds no ", name);
}

void refuse_class(const std::type_info& object, const std::type_info& wanted) {
  raise<c10::TypeError>("as<", class_name(wanted), ">: the object is of the class ",
                        class_name(object));
}

}  // namespace torch::distributions::core
