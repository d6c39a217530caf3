#include "core/drawable.h"

#include <ATen/TensorOperators.h>

#include "constraints/points.h"
#include "constraints/scan.h"
#include "ops/special/constants.h"

namespace torch::distributions {

Tensor undrawable(bool validated, std::initializer_list<Drawable> parameters) {
  Tensor mask;
  if (validated) return mask;
  for (const auto& [parameter, set] : parameters) {
    if (parameter.is_meta()) continue;  // it has no data
    // If the memory can be read directly, a scan that stops early is cheaper than a mask.
    if (constraints::scan::readable(parameter) && !set.first_violation(parameter)) continue;
    mask = either(mask, set.check(parameter.detach()).logical_not());
  }
  return mask;
}

Tensor with_nan(const Tensor& draws, const Tensor& undrawable) {
  return undrawable.defined() ? draws.masked_fill(undrawable, ops::kNaN) : draws;
}

Tensor with_stand_in(const Tensor& parameter, const Tensor& undrawable, double stand_in) {
  return undrawable.defined() ? parameter.masked_fill(undrawable, stand_in) : parameter;
}

}  // namespace torch::distributions
