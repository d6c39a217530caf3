#include "constraints/scan.h"

#include <ATen/native/TypeProperties.h>

namespace torch::distributions::constraints::scan {

at::ScalarType common_dtype(const Tensor& value, c10::ArrayRef<Bound> bounds) {
  const at::ScalarType dtype = value.scalar_type();
  bool same = true, real_number = false;
  for (const Bound& bound : bounds) {
    if (bound.is_number) {
      real_number = real_number || !bound.is_integer;
    } else {
      same = same && bound.tensor.scalar_type() == dtype;
    }
  }
  at::ScalarType common = dtype;
  if (!same) {
    auto state = at::native::update_result_type_state(value, {});
    for (const Bound& bound : bounds) {
      if (!bound.is_number) state = at::native::update_result_type_state(bound.tensor, state);
    }
    common = at::native::result_type(state);
  }
  return real_number && c10::isIntegralType(common, /*includeBool=*/true) ? at::kDouble : common;
}

}  // namespace torch::distributions::constraints::scan
