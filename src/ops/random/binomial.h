#pragma once

#include "ops/random/counts.h"
#include "ops/special/binomial_log_density.h"

namespace torch::distributions::ops::random {
namespace {

/// Draws of Binomial(n, p). W. Hoermann, "The generation of binomial random variates", 1993:
/// algorithm BTRS. It draws how often the rarer of both outcomes happens. The logarithm of the ratio of
/// densities that decides is right to 1e-8, and for large n to 1e-14.
struct Binomial {
  static constexpr int kParameters = 2, kNumbers = 2, kResults = 1, kStates = 3;

  static constexpr auto is_valid(const auto& n, const auto& p) {
    return n >= 0.0 && n < kInfinity && n == floor(n) && p >= 0.0 && p <= 1.0;
  }
  static constexpr auto is_small(const auto& n, const auto& p) { return n * rarer(p) < kSmallMean; }

  static constexpr auto first(const auto& n, const auto& p) { return exp(n * log1p(-rarer(p))); }
  template <class T>
  static constexpr auto ratio(const Lanes<T>& n, const Lanes<T>& p) {
    const Lanes<T> rare = rarer(p), odds = rare / (1.0 - rare), more = n + 1.0;
    return [=](double k, double inverse) { return odds * ((more - k) * inverse); };
  }
  template <class T>
  static constexpr auto count(const Lanes<T>& n, const Lanes<T>& p) {
    const Mask<T> is_other = p > 0.5;
    return [=](const Lanes<T>& k) {
      const Lanes<T> possible = min(k, n);  // sums of probabilities may end below 1
      return select(is_other, n - possible, possible);
    };
  }

  template <class T>
  static constexpr auto proposal(const Lanes<T>& n, const Lanes<T>& p) {
    const Hat<T> hat(n, rarer(p));
    const Lanes<T> most = 0.92 - 4.2 / hat.b, shift = n * rarer(p) + 0.5;
    return [=, result = count(n, p)](const std::array<BitLanes<T>, kNumbers>& bits) {
      const Lanes<T> u = open_uniform<T>(bits[0]) - 0.5, v = open_uniform<T>(bits[1]);
      const Lanes<T> distance = 0.5 - abs(u);
      const Lanes<T> k = floor((2.0 * hat.a / distance + hat.b) * u + shift);
      const Mask<T> succeeds = distance >= 0.07 && v <= most;
      return Proposal<T, kResults, kStates>{
          {result(k)}, {k, v, distance}, succeeds, k >= 0.0 && k <= n};
    };
  }

  template <class T>
  static constexpr auto test(const Lanes<T>& n, const Lanes<T>& p) {
    const Lanes<T> rare = rarer(p);
    const Hat<T> hat(n, rare);
    const Lanes<T> factor = (2.83 + 5.1 / hat.b) * hat.deviation;
    const Lanes<T> mode = floor((n + 1.0) * rare), more = n - mode + 1.0,
                   odds = rare / (1.0 - rare);
    const Lanes<T> inverse_mode = 1.0 / (mode + 1.0), inverse_more = 1.0 / more;
    const Lanes<T> of_mode = (mode + 0.5) * log((mode + 1.0) * inverse_more / odds) +
                             special::stirlerr_of_inverse(inverse_mode) +
                             special::stirlerr_of_inverse(inverse_more);
    const Mask<T> is_usual = n < special::kLargestForFloat;
    return [=](const std::array<Lanes<T>, kStates>& states) {
      const auto& [k, v, distance] = states;
      const Lanes<T> left = n - k + 1.0, inverse_k = 1.0 / (k + 1.0), inverse_left = 1.0 / left;
      const Lanes<T> usual = (n + 1.0) * log(more * inverse_left) +
                             (k + 0.5) * log(odds * (left * inverse_k)) + of_mode -
                             special::stirlerr_of_inverse(inverse_k) -
                             special::stirlerr_of_inverse(inverse_left);
      return log(v * factor / (hat.a / (distance * distance) + hat.b)) <=
             special::usual_or_value<LogRatio>(is_usual, usual, k, mode, n, rare);
    };
  }

 private:
  /// The logarithm of the probability of k over that of the mode.
  struct LogRatio {
    static constexpr auto value(const auto& k, const auto& mode, const auto& n, const auto& p) {
      return special::binomial_log_density(k, n, p) - special::binomial_log_density(mode, n, p);
    }
  };

  static constexpr auto rarer(const auto& p) { return select(p > 0.5, 1.0 - p, p); }

  template <class T>
  struct Hat {
    Lanes<T> deviation, b, a;

    constexpr Hat(const Lanes<T>& n, const Lanes<T>& p)
        : deviation(sqrt(n * p * (1.0 - p))),
          b(1.15 + 2.53 * deviation),
          a((0.0248 * b + 0.01 * p) - 0.0873) {}
  };
};

}  // namespace
}  // namespace torch::distributions::ops::random
