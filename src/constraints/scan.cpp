#include "constraints/scan.h"

#include <ATen/native/TypeProperties.h>

#include <algorithm>

namespace torch::distributions::constraints::scan {
namespace {

/// The dtype in which ATen compares the value with the bound.
at::ScalarType promoted(const Tensor& value, const Bound& bound) {
  if (bound.is_number || bound.tensor.scalar_type() == value.scalar_type())
    return value.scalar_type();
  const auto state = at::native::update_result_type_state(value, {});
  return at::native::result_type(at::native::update_result_type_state(bound.tensor, state));
}

}  // namespace

std::optional<at::ScalarType> common_dtype(const Tensor& value, c10::ArrayRef<Bound> bounds) {
  if (!value.is_floating_point()) {
    const bool all_integers = std::all_of(bounds.begin(), bounds.end(), [](const Bound& bound) {
      return bound.is_number ? bound.is_integer : !bound.tensor.is_floating_point();
    });
    return all_integers ? at::kLong : at::kDouble;
  }
  std::optional<at::ScalarType> common = value.scalar_type();
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const at::ScalarType dtype = promoted(value, bounds[i]);
    if (i > 0 && dtype != common) return std::nullopt;
    common = dtype;
  }
  return common;
}

}  // namespace torch::distributions::constraints::scan
