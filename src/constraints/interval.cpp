#include <torch/distributions/constraints/interval.h>

#include "constraints/between.h"
#include "constraints/compare.h"
#include "constraints/numbers.h"
#include "constraints/scan.h"
#include "ops/special/constants.h"

// The comparisons are true inside the set. Comparisons with NaN are false, so NaN lies outside.
namespace torch::distributions::constraints {

Tensor GreaterThan::check(const Tensor& value) const {
  require_numbers(*this, value);
  return greater(comparable(value, {&lower()}), lower());
}

std::optional<int64_t> GreaterThan::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value, [](auto x, auto low) { return x > low; }, lower());
}

std::optional<Tensor> GreaterThan::interior_point(IntArrayRef shape,
                                                  const TensorOptions& options) const {
  return number_between(lower(), ops::kInfinity, shape, options);
}

Tensor GreaterThanEq::check(const Tensor& value) const {
  require_numbers(*this, value);
  return greater_equal(comparable(value, {&lower()}), lower());
}

std::optional<int64_t> GreaterThanEq::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value, [](auto x, auto low) { return x >= low; }, lower());
}

std::optional<Tensor> GreaterThanEq::interior_point(IntArrayRef shape,
                                                    const TensorOptions& options) const {
  return number_between(lower(), ops::kInfinity, shape, options);
}

Tensor LessThan::check(const Tensor& value) const {
  require_numbers(*this, value);
  return less(comparable(value, {&upper()}), upper());
}

std::optional<int64_t> LessThan::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value, [](auto x, auto high) { return x < high; }, upper());
}

std::optional<Tensor> LessThan::interior_point(IntArrayRef shape,
                                               const TensorOptions& options) const {
  return number_between(-ops::kInfinity, upper(), shape, options);
}

Tensor Interval::check(const Tensor& value) const {
  require_numbers(*this, value);
  const Tensor x = comparable(value, {&lower(), &upper()});
  return greater_equal(x, lower()).bitwise_and(less_equal(x, upper()));
}

std::optional<int64_t> Interval::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value, [](auto x, auto low, auto high) { return (low <= x) & (x <= high); }, lower(),
      upper());
}

std::optional<Tensor> Interval::interior_point(IntArrayRef shape,
                                               const TensorOptions& options) const {
  return number_between(lower(), upper(), shape, options);
}

Tensor HalfOpenInterval::check(const Tensor& value) const {
  require_numbers(*this, value);
  const Tensor x = comparable(value, {&lower(), &upper()});
  return greater_equal(x, lower()).bitwise_and(less(x, upper()));
}

std::optional<int64_t> HalfOpenInterval::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value, [](auto x, auto low, auto high) { return (low <= x) & (x < high); }, lower(),
      upper());
}

std::optional<Tensor> HalfOpenInterval::interior_point(IntArrayRef shape,
                                                       const TensorOptions& options) const {
  return number_between(lower(), upper(), shape, options);
}

}  // namespace torch::distributions::constraints
