#include <torch/distributions/constraints/discrete.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <ostream>

#include "constraints/between.h"
#include "constraints/compare.h"
#include "constraints/numbers.h"
#include "constraints/scan.h"
#include "ops/special/constants.h"
#include "ops/tensor/total.h"
#include "ops/vectors/counts.h"

namespace torch::distributions::constraints {
namespace {

Tensor is_zero_or_one(const Tensor& x) { return x.eq(0).bitwise_or(x.eq(1)); }

Tensor is_integer(const Tensor& x) { return x.remainder(1).eq(0); }

/// The least sum of `n` counts that may have been rounded to this one.
template <class Sum>
Sum least_sum(const Sum& rounded, int64_t n) {
  return rounded - ops::rounding_of_sum(rounded, static_cast<double>(n));
}

/// A predicate of an event: all `n` numbers are >= 0, and their sum is at most `most`.
auto are_at_most(int64_t n, double most) {
  return [=]<class T>(const T* x) {
    return std::none_of(x, x + n, [](T number) { return !(number >= T{0}); }) &&
           least_sum(ops::total(x, n), n) <= most;
  };
}

}  // namespace

Tensor Boolean::check(const Tensor& value) const {
  require_numbers(*this, value);
  return is_zero_or_one(value);
}

std::optional<int64_t> Boolean::first_violation(const Tensor& value) const {
  return scan::first_violation(*this, value,
                               []<class T>(T x) { return (x == T{0}) | (x == T{1}); });
}

std::optional<Tensor> Boolean::interior_point(IntArrayRef shape,
                                              const TensorOptions& options) const {
  return at::zeros(shape, options);
}

void Boolean::print(std::ostream& out) const { out << "Boolean()"; }

Tensor OneHot::check(const Tensor& value) const {
  require_numbers(*this, value);
  scan::require_event(*this, value);
  return is_zero_or_one(value).all(-1).bitwise_and(value.eq(1).sum(-1).eq(1));
}

std::optional<int64_t> OneHot::first_violation(const Tensor& value) const {
  if (value.dim() < 1) return Constraint::first_violation(value);
  const int64_t n = value.size(-1);
  return scan::first_violation_of_events(*this, value, [n]<class T>(const T* x) {
    int64_t zeros = 0, ones = 0;
    for (int64_t i = 0; i < n; ++i) {
      zeros += x[i] == T{0} ? 1 : 0;
      ones += x[i] == T{1} ? 1 : 0;
    }
    return ones == 1 && zeros == n - 1;
  });
}

std::optional<Tensor> OneHot::interior_point(IntArrayRef shape,
                                             const TensorOptions& options) const {
  if (shape.empty()) return std::nullopt;
  return at::arange(shape.back(), options).eq(0).to(options).expand(shape);
}

void OneHot::print(std::ostream& out) const { out << "OneHot()"; }

Tensor IntegerInterval::check(const Tensor& value) const {
  require_numbers(*this, value);
  const Tensor x = comparable(value, {&lower(), &upper()});
  return is_integer(x).bitwise_and(greater_equal(x, lower())).bitwise_and(less_equal(x, upper()));
}

std::optional<int64_t> IntegerInterval::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value,
      [](auto x, auto low, auto high) { return scan::is_integer(x) & (low <= x) & (x <= high); },
      lower(), upper());
}

std::optional<Tensor> IntegerInterval::interior_point(IntArrayRef shape,
                                                      const TensorOptions& options) const {
  return integer_between(lower(), upper(), shape, options);
}

Tensor IntegerGreaterThan::check(const Tensor& value) const {
  require_numbers(*this, value);
  const Tensor x = comparable(value, {&lower()});
  return is_integer(x).bitwise_and(greater_equal(x, lower()));
}

std::optional<int64_t> IntegerGreaterThan::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value, [](auto x, auto low) { return scan::is_integer(x) & (x >= low); }, lower());
}

std::optional<Tensor> IntegerGreaterThan::interior_point(IntArrayRef shape,
                                                         const TensorOptions& options) const {
  return integer_between(lower(), ops::kInfinity, shape, options);
}

Tensor IntegerLessThan::check(const Tensor& value) const {
  require_numbers(*this, value);
  const Tensor x = comparable(value, {&upper()});
  return is_integer(x).bitwise_and(less_equal(x, upper()));
}

std::optional<int64_t> IntegerLessThan::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value, [](auto x, auto high) { return scan::is_integer(x) & (x <= high); }, upper());
}

std::optional<Tensor> IntegerLessThan::interior_point(IntArrayRef shape,
                                                      const TensorOptions& options) const {
  return integer_between(-ops::kInfinity, upper(), shape, options);
}

// Counts are summed in double, which does not overflow.
Tensor Multinomial::check(const Tensor& value) const {
  require_numbers(*this, value);
  scan::require_event(*this, value);
  if (upper().is_number() && scan::readable(value))
    return scan::check_events(*this, value, are_at_most(value.size(-1), upper().number()));
  return value.ge(0).all(-1).bitwise_and(less_equal(
      least_sum(value.sum(-1, /*keepdim=*/false, at::kDouble), value.size(-1)), upper()));
}

std::optional<int64_t> Multinomial::first_violation(const Tensor& value) const {
  if (value.dim() < 1 || !upper().is_number()) return Constraint::first_violation(value);
  return scan::first_violation_of_events(*this, value,
                                         are_at_most(value.size(-1), upper().number()));
}

std::optional<Tensor> Multinomial::interior_point(IntArrayRef shape,
                                                  const TensorOptions& options) const {
  if (shape.empty()) return std::nullopt;
  return counts_below(upper(), shape, options);
}

void Multinomial::print(std::ostream& out) const { out << "Multinomial()"; }

}  // namespace torch::distributions::constraints
