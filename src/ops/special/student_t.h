#pragma once

#include <type_traits>

#include "ops/special/exponential.h"
#include "ops/special/half_step_remainder.h"

/// Student's t-distribution with v degrees of freedom, which is normal at v = infinity.

namespace torch::distributions::ops::special {

struct StudentTDrop;
struct StudentTEntropyExcess;
struct StudentTEntropyExcessD1;

/// (v + 1)/2 log(1 + (y/s)^2 / v) for s, v > 0: the log density at the mode minus that at a
/// distance y from it. Error: relative, 4 units; gradient 4, not relative.
inline constexpr Function<StudentTDrop> student_t_drop{};

/// The entropy for a scale of 1, minus that of the standard normal distribution, for v > 0. Error:
/// relative, 4 units; gradient the same.
inline constexpr Function<StudentTEntropyExcess> student_t_entropy_excess{};
/// The derivative of the excess in v.
inline constexpr Function<StudentTEntropyExcessD1> student_t_entropy_excess_d1{};

/// Computed from z = y/s and w = z^2 / v. For large w, where 1 + w = w in double and w may
/// overflow, log w is computed from logarithms of y, s and v.
struct StudentTDrop {
  static constexpr const char* kName = "student_t_drop";

  static constexpr auto value(const auto& y, const auto& s, const auto& v) {
    const auto z = y / s, w = z_squared_by_v(z, v);
    return branch(
        w <= kFar,
        [&] {  // For tiny w, log(1 + w) = w. Then w may underflow and v be infinite.
          const auto as_normal = 0.5 * (z * z) * (1.0 / v + 1.0);
          return select(w < kFlat, as_normal, 0.5 * (v + 1.0) * log1p(w));
        },
        [&] { return 0.5 * (v + 1.0) * log_of_far(y, s, v); });
  }

  static constexpr auto partial(Argument<0>, const auto& y, const auto& s, const auto& v) {
    const auto at = apart(y, s, v);
    return branch(
        at.is_far, [&] { return (at.far_v + 1.0) / at.far_y; },
        [&] { return (at.inverse_v + 1.0) * at.z / (at.w + 1.0) / s; });
  }
  static constexpr auto partial(Argument<1>, const auto& y, const auto& s, const auto& v) {
    const auto at = apart(y, s, v);
    return branch(
        at.is_far, [&] { return -(at.far_v + 1.0) / s; },
        [&] { return -((at.inverse_v + 1.0) * at.z / (at.w + 1.0) * at.z / s); });
  }
  /// (log(1 + w) - u - u/v) / 2 with u = w / (1 + w), so log(1 + w) = -log(1 - u).
  static constexpr auto partial(Argument<2>, const auto& y, const auto& s, const auto& v) {
    const auto at = apart(y, s, v);
    return branch(
        at.is_far,
        [&] { return 0.5 * (log_of_far(at.far_y, s, at.far_v) - (1.0 / at.far_v + 1.0)); },
        [&] {
          const auto u = at.w / (at.w + 1.0);
          const auto is_near = at.w <= 1.0;
          return branch(
              is_near,
              [&] { return -0.5 * (log1pmx(-select(is_near, u, 0.0)) + u * at.inverse_v); },
              [&] { return 0.5 * (log1p(at.w) - u * (at.inverse_v + 1.0)); });
        });
  }

 private:
  static constexpr double kFlat = 1e-17;
  static constexpr double kFar = 1e17;

  /// z^2 / v in an order that avoids overflow; 0 for v = infinity.
  static constexpr auto z_squared_by_v(const auto& z, const auto& v) {
    const auto is_normal = v == kInfinity;
    const auto y = select(is_normal, 0.0, z);
    return y / select(is_normal, 1.0, v) * y;
  }

  /// log w, for v < infinity.
  static constexpr auto log_of_far(const auto& y, const auto& s, const auto& v) {
    return 2.0 * (log(abs(y)) - log(s)) - log(v);
  }

  /// The arguments of both branches of a derivative. Where one branch is taken, the arguments of
  /// the other are harmless numbers.
  template <class Condition, class T>
  struct Apart {
    Condition is_far;
    T z, w, inverse_v, far_y, far_v;
  };
  static constexpr auto apart(const auto& y, const auto& s, const auto& v) {
    const auto is_far = !(z_squared_by_v(y / s, v) <= kFar);
    const auto z = select(is_far, 0.0, y) / s;
    const auto is_normal = v == kInfinity;
    const auto w = z_squared_by_v(select(is_far || is_normal, 0.0, y) / s, v);
    const auto inverse_v = select(is_normal, 0.0, 1.0 / select(is_normal, 1.0, v));
    return Apart<std::remove_const_t<decltype(is_far)>, std::remove_const_t<decltype(z)>>{
        is_far, z, w, inverse_v, select(is_far, y, 1.0), select(is_far, v, 1.0)};
  }
};

/// (x + 1/2) R'(x) + 1/(4x) - R(x) for x = v/2, R = half_step_remainder. All terms are positive.
struct StudentTEntropyExcess {
  static constexpr const char* kName = "student_t_entropy_excess";
  static constexpr auto value(const auto& v) {
    const auto x = 0.5 * v;
    return (0.5 / x + 1.0) * HalfStepRemainderD1::times_x(x) + 0.25 / x -
           HalfStepRemainder::value(x);
  }
  static constexpr auto partial(Argument<0>, const auto& v) {
    return student_t_entropy_excess_d1(v);
  }
};

/// Half of (x + 1/2) R''(x) - 1/(4x^2), for the same x and R.
struct StudentTEntropyExcessD1 {
  static constexpr const char* kName = "student_t_entropy_excess_d1";
  static constexpr auto value(const auto& v) {
    const auto x = 0.5 * v;
    return 0.5 * (((0.5 / x + 1.0) * HalfStepRemainderD2::times_x_squared(x) - 0.25 / x) / x);
  }
  static constexpr auto partial(Argument<0>, const auto& v) {
    const auto is_finite = v < kInfinity;
    const auto x = 0.5 * select(is_finite, v, 1.0), inverse = 1.0 / x;
    const auto third = polygamma(2, x + 0.5) - polygamma(2, x) - inverse * inverse * inverse;
    const auto slope = (x + 0.5) * third + half_step_remainder_d2(x);
    return select(is_finite, 0.25 * (slope + 0.5 * inverse * inverse * inverse), 0.0);
  }
};

}  // namespace torch::distributions::ops::special
