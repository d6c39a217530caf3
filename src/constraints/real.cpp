#include <torch/distributions/constraints/real.h>

#include <ATen/ops/zeros.h>

#include <ostream>

#include "constraints/numbers.h"
#include "constraints/scan.h"

namespace torch::distributions::constraints {

Tensor Real::check(const Tensor& value) const {
  require_numbers(*this, value);
  return value.eq(value);
}

std::optional<int64_t> Real::first_violation(const Tensor& value) const {
  return scan::first_violation(*this, value, [](auto x) { return x == x; });
}

std::optional<Tensor> Real::interior_point(IntArrayRef shape, const TensorOptions& options) const {
  return at::zeros(shape, options);
}

void Real::print(std::ostream& out) const { out << "Real()"; }

}  // namespace torch::distributions::constraints
