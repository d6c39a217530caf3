#include <torch/distributions/constraints/simplex.h>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>

#include <cmath>
#include <ostream>

#include "constraints/numbers.h"
#include "constraints/scan.h"
#include "core/float_limits.h"
#include "ops/tensor/total.h"

namespace torch::distributions::constraints {
namespace {

/// How far the sum of `n` probabilities of this dtype may be from 1.
///
/// In Python the tolerance is 1e-6, but the sum is rounded. Each probability was rounded, with a
/// relative error of eps / 2 or an absolute error of half a subnormal. Their divisor, a sum in float
/// or in double, has a rounding error that grows as sqrt(n).
double tolerance(at::ScalarType dtype, int64_t n) {
  constexpr double kPython = 1e-6;
  const FloatLimits limits = float_limits(dtype);
  const double of_sum = std::min(limits.epsilon, float_limits(at::kFloat).epsilon);
  const auto count = static_cast<double>(n);
  return kPython + 2 * limits.epsilon + of_sum * std::sqrt(count) + limits.least / 2 * count;
}

/// A predicate: whether a vector of `value`, given by its elements, lies on the simplex.
auto on_simplex(const Tensor& value) {
  const int64_t n = value.size(-1);
  return [n, most = tolerance(value.scalar_type(), n)]<class T>(const T* x) {
    bool negative = false;
    for (int64_t i = 0; i < n; ++i) negative |= !(x[i] >= T{0});
    return !negative && std::abs(ops::total(x, n) - 1) < most;
  };
}

}  // namespace

Tensor Simplex::check(const Tensor& value) const {
  require_numbers(*this, value);
  scan::require_event(*this, value);
  if (scan::readable(value)) return scan::check_events(*this, value, on_simplex(value));
  const at::NoGradGuard no_grad;
  const at::ScalarType dtype = value.scalar_type();
  const bool narrow = dtype == at::kHalf || dtype == at::kBFloat16;
  const Tensor sum = narrow ? value.sum(-1, /*keepdim=*/false, at::kFloat) : value.sum(-1);
  return value.ge(0).all(-1).bitwise_and(sum.sub(1).abs().lt(tolerance(dtype, value.size(-1))));
}

std::optional<int64_t> Simplex::first_violation(const Tensor& value) const {
  if (value.dim() < 1) return Constraint::first_violation(value);
  return scan::first_violation_of_events(*this, value, on_simplex(value));
}

std::optional<Tensor> Simplex::interior_point(IntArrayRef shape,
                                              const TensorOptions& options) const {
  if (shape.empty()) return std::nullopt;
  return at::full(shape, 1.0 / static_cast<double>(shape.back()), options);
}

void Simplex::print(std::ostream& out) const { out << "Simplex()"; }

}  // namespace torch::distributions::constraints
