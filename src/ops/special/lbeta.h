#pragma once

#include "ops/special/stirling.h"

namespace torch::distributions::ops::special {

/// log B(a, b) = lgamma(a) + lgamma(b) - lgamma(a + b) for a, b > 0 of any size. DiDonato & Morris
/// (1992), TOMS 708. Error: 4 units; gradient relative, 4.
struct Lbeta;
inline constexpr Function<Lbeta> lbeta{};

struct Lbeta {
  static constexpr const char* kName = "lbeta";
  static constexpr auto value(const auto& first, const auto& second) {
    const auto a = select(first < second, second, first);  // the larger
    const auto b = select(first < second, first, second);
    // lgamma(x) = (x - 1/2) log x - x + log(2 pi)/2 + stirlerr(x), with the large terms combined by
    // hand.
    const auto lgamma_a_minus_lgamma_sum = [&] {
      return remainder_difference(kStirlingError, a, b) - (a - 0.5) * log1p(b / a);
    };
    return branch(
        b >= 1.0,
        [&] {
          return lgamma_a_minus_lgamma_sum() - b * log1p(a / b) - 0.5 * log(b) +
                 stirlerr_from_one(b) + kLogSqrt2Pi;
        },
        [&] {
          return branch(
              a >= 1.0,
              [&] {
                return lgamma_a_minus_lgamma_sum() + b * (1.0 - log(a + b)) + lgamma1p_unit(b) -
                       log(b);
              },
              [&] {
                const auto sum = a + b;
                const auto lgamma1p_sum = branch(
                    sum <= 1.0, [&] { return lgamma1p_unit(sum); },
                    [&] { return lgamma1p_unit(sum - 1.0) + log(sum); });
                return lgamma1p_unit(a) + lgamma1p_unit(b) - lgamma1p_sum + log1p(b / a) - log(b);
              });
        });
  }
  static constexpr auto partial(Argument<0>, const auto& a, const auto& b) {
    return -digamma_difference(a, b);
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& b) {
    return -digamma_difference(b, a);
  }
};

}  // namespace torch::distributions::ops::special
