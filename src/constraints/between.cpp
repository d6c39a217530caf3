#include "constraints/between.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include <algorithm>

#include "core/float_limits.h"
#include "ops/special/constants.h"

namespace torch::distributions::constraints {
namespace {

/// A bound in the dtype in which points with these options are computed (float for half types). A
/// number becomes a CPU scalar, which LibTorch accepts beside tensors of every device.
Tensor widened(const Param& bound, const TensorOptions& options) {
  const at::ScalarType wide = at::toOpMathType(options.dtype().toScalarType());
  if (bound.is_number()) return at::full({}, bound.number(), at::kDouble).to(wide);
  return bound.tensor(options).to(options.dtype(wide));
}

double largest(const TensorOptions& options) {
  return float_limits(options.dtype().toScalarType()).largest;
}

/// Two bounds, and finite numbers `low` and `high` that replace infinite bounds.
struct Ends {
  Ends(const Param& lower_bound, const Param& upper_bound, const TensorOptions& options)
      : lower(widened(lower_bound, options)), upper(widened(upper_bound, options)) {
    const Tensor no_lower = lower.eq(-ops::kInfinity), no_upper = upper.eq(ops::kInfinity);
    low = at::where(no_lower, at::where(no_upper, -1, upper - reach(upper)), lower);
    high = at::where(no_upper, at::where(no_lower, 1, lower + reach(lower)), upper);
    low = low.clamp_min(-largest(options));
    high = high.clamp_max(largest(options));
  }

  static Tensor reach(const Tensor& bound) { return 2 * bound.maximum(-bound).clamp_min(1); }

  Tensor lower, upper, low, high;
};

}  // namespace

Tensor number_between(const Param& lower, const Param& upper, IntArrayRef shape,
                      const TensorOptions& options) {
  if (options.device().is_meta()) return at::empty(shape, options);
  const at::NoGradGuard no_grad;
  const Ends ends(lower, upper, options);
  const auto rounded = [&](const Tensor& x) { return x.to(options.dtype().toScalarType()); };
  // Rounding may move the midpoint to a bound that is not in the set.
  Tensor middle = rounded(0.5 * ends.low + 0.5 * ends.high);
  middle = at::where(middle > rounded(ends.lower), middle, rounded(ends.high));
  middle = at::where(middle < rounded(ends.upper), middle, rounded(ends.low));
  return at::zeros(shape, options) + middle;
}

Tensor integer_between(const Param& lower, const Param& upper, IntArrayRef shape,
                       const TensorOptions& options) {
  if (options.device().is_meta()) return at::empty(shape, options);
  const at::NoGradGuard no_grad;
  const Ends ends(lower, upper, options);
  const Tensor middle = (0.5 * ends.low.ceil() + 0.5 * ends.high.floor()).floor();
  return at::zeros(shape, options) + middle.to(options.dtype().toScalarType());
}

Tensor counts_below(const Param& total, IntArrayRef shape, const TensorOptions& options) {
  if (options.device().is_meta()) return at::empty(shape, options);
  const at::NoGradGuard no_grad;
  const auto count = static_cast<double>(std::max<int64_t>(shape.back(), 1));
  Tensor share = (widened(total, options) / (2 * count)).floor();
  if (share.dim() > 0) share = share.unsqueeze(-1);
  return at::zeros(shape, options) +
         share.clamp_max(largest(options)).to(options.dtype().toScalarType());
}

}  // namespace torch::distributions::constraints
