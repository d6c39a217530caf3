#include <torch/distributions/constraints/discrete.h>

#include <ostream>

#include "constraints/compare.h"
#include "constraints/numbers.h"
#include "constraints/scan.h"

namespace torch::distributions::constraints {
namespace {

Tensor is_zero_or_one(const Tensor& x) { return x.eq(0).bitwise_or(x.eq(1)); }

Tensor is_integer(const Tensor& x) { return x.remainder(1).eq(0); }

}  // namespace

Tensor Boolean::check(const Tensor& value) const {
  require_numbers(*this, value);
  return is_zero_or_one(value);
}

std::optional<int64_t> Boolean::first_violation(const Tensor& value) const {
  return scan::first_violation(*this, value,
                               []<class T>(T x) { return (x == T{0}) | (x == T{1}); });
}

void Boolean::print(std::ostream& out) const { out << "Boolean()"; }

Tensor OneHot::check(const Tensor& value) const {
  require_numbers(*this, value);
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

void OneHot::print(std::ostream& out) const { out << "OneHot()"; }

Tensor IntegerInterval::check(const Tensor& value) const {
  require_numbers(*this, value);
  return is_integer(value)
      .bitwise_and(greater_equal(value, lower()))
      .bitwise_and(less_equal(value, upper()));
}

std::optional<int64_t> IntegerInterval::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value,
      [](auto x, auto low, auto high) { return scan::is_integer(x) & (low <= x) & (x <= high); },
      lower(), upper());
}

Tensor IntegerGreaterThan::check(const Tensor& value) const {
  require_numbers(*this, value);
  return is_integer(value).bitwise_and(greater_equal(value, lower()));
}

std::optional<int64_t> IntegerGreaterThan::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value, [](auto x, auto low) { return scan::is_integer(x) & (x >= low); }, lower());
}

Tensor IntegerLessThan::check(const Tensor& value) const {
  require_numbers(*this, value);
  return is_integer(value).bitwise_and(less_equal(value, upper()));
}

std::optional<int64_t> IntegerLessThan::first_violation(const Tensor& value) const {
  return scan::first_violation(
      *this, value, [](auto x, auto high) { return scan::is_integer(x) & (x <= high); }, upper());
}

Tensor Multinomial::check(const Tensor& value) const {
  require_numbers(*this, value);
  return value.ge(0).all(-1).bitwise_and(less_equal(value.sum(-1), upper()));
}

std::optional<int64_t> Multinomial::first_violation(const Tensor& value) const {
  if (value.dim() < 1 || !upper().is_number()) return Constraint::first_violation(value);
  const int64_t n = value.size(-1);
  return scan::first_violation_of_events(*this, value,
                                         [n, most = upper().number()]<class T>(const T* x) {
                                           T sum = 0;
                                           bool negative = false;
                                           for (int64_t i = 0; i < n; ++i) {
                                             negative |= !(x[i] >= T{0});
                                             sum += x[i];
                                           }
                                           return !negative && static_cast<double>(sum) <= most;
                                         });
}

void Multinomial::print(std::ostream& out) const { out << "Multinomial()"; }

}  // namespace torch::distributions::constraints
