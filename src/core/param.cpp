#include <torch/distributions/core/param.h>

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <string>

#include "core/floating.h"
#include "core/raise.h"

namespace torch::distributions {
namespace {

TensorOptions default_options() {
  return TensorOptions().dtype(at::typeMetaToScalarType(at::get_default_dtype()));
}

}  // namespace

void core::refuse_tensor(const char* class_name, const char* argument, const Tensor& tensor) {
  if (!tensor.defined()) raise<c10::ValueError>(class_name, ": `", argument, "` is undefined");
  if (tensor.layout() != at::kStrided) {
    raise<c10::TypeError>(class_name, ": `", argument, "` has the layout ", tensor.layout(),
                          ", which is not supported. Convert it by to_dense()");
  }
  raise<c10::TypeError>(class_name, ": `", argument, "` has the dtype ", tensor.scalar_type(),
                        ", which is not supported. Convert it to Double, Float, Half, BFloat16, "
                        "Long, Int, Short, Char, Byte or Bool");
}

void core::require_numbers(const char* class_name, const char* argument, const Param& param) {
  if (param.is_tensor()) return core::require_numbers(class_name, argument, param.tensor());
  if (!param.defined()) core::refuse_tensor(class_name, argument, {});
}

// A complex number becomes a tensor, which `require_numbers` rejects with an error that names the
// argument.
Param Param::of_scalar(const at::Scalar& scalar) {
  if (scalar.isComplex()) return at::scalar_tensor(scalar, at::kComplexDouble);
  Param param(scalar.toDouble());
  if (scalar.isIntegral(/*includeBool=*/true)) param.kind_ = Kind::kInteger;
  return param;
}

// Creates the tensor outside inference mode, because the parameter may outlive that mode.
Param Param::of_doubles(const std::vector<double>& list) {
  const c10::InferenceMode off(false);
  Param param(at::tensor(list, at::kDouble));
  param.kind_ = Kind::kList;
  return param;
}

Tensor Param::tensor() const { return tensor(default_options()); }

Tensor Param::tensor(const TensorOptions& options) const {
  if (is_number()) return at::scalar_tensor(number_, options);
  return kind_ == Kind::kList ? tensor_.to(options) : tensor_;
}

TensorOptions core::options_beside(const Tensor& tensor) {
  return is_floating(tensor.scalar_type()) ? tensor.options()
                                           : default_options().device(tensor.device());
}

TensorOptions core::common_options(std::initializer_list<const Param*> params) {
  Tensor first;
  for (const Param* param : params) {
    if (!param->is_tensor()) continue;
    Tensor tensor = param->tensor();
    if (is_floating(tensor.scalar_type())) return tensor.options();
    if (!first.defined()) first = std::move(tensor);
  }
  return first.defined() ? core::options_beside(first) : default_options();
}

void core::require_exactly_one(
    const char* class_name,
    std::initializer_list<std::pair<const char*, const Param*>> alternatives) {
  int given = 0;
  std::string names;
  for (const auto& [name, param] : alternatives) {
    given += param->defined() ? 1 : 0;
    names += fmt::format("{}`{}`", names.empty() ? "" : " or ", name);
  }
  TORCH_DISTRIBUTIONS_CHECK(ValueError, given == 1, class_name, ": either ", names,
                            " must be specified, but not both, and ", given, " were.");
}

}  // namespace torch::distributions
