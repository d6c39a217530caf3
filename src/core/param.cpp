#include <torch/distributions/core/param.h>

#include <fmt/format.h>

#include <string>

namespace torch::distributions {

Tensor Param::tensor() const {
  return tensor(TensorOptions().dtype(at::typeMetaToScalarType(at::get_default_dtype())));
}

Tensor Param::tensor(const TensorOptions& options) const {
  return is_number() ? at::scalar_tensor(number_, options) : tensor_;
}

TensorOptions common_options(std::initializer_list<const Param*> params) {
  const auto default_dtype = at::typeMetaToScalarType(at::get_default_dtype());
  TensorOptions options = TensorOptions().dtype(default_dtype);
  bool seen = false;
  for (const Param* param : params) {
    if (!param->defined() || param->is_number()) continue;
    const Tensor tensor = param->tensor();
    if (tensor.is_floating_point()) return tensor.options();
    if (!seen) options = options.device(tensor.device());
    seen = true;
  }
  return options;
}

void require_exactly_one(const char* class_name,
                         std::initializer_list<std::pair<const char*, const Param*>> alternatives) {
  int given = 0;
  std::string names;
  for (const auto& [name, param] : alternatives) {
    given += param->defined() ? 1 : 0;
    names += fmt::format("{}`{}`", names.empty() ? "" : " or ", name);
  }
  TORCH_CHECK_VALUE(given == 1, class_name, ": either ", names,
                    " must be specified, but not both, and ", given, " were.");
}

}  // namespace torch::distributions
