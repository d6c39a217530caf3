#pragma once

#include "ops/special/binomial_log_density.h"
#include "ops/special/entropy_sums.h"

namespace torch::distributions::ops::special {

struct BinomialEntropySum;

/// The entropy of Binomial(n, p) for 0 < p <= 1/2, as a sum over the counts near the mean. On
/// numbers it has no derivative in n.
inline constexpr Function<BinomialEntropySum> binomial_entropy_sum{};

/// The ratio of neighbouring probabilities gives all of them from one. With w = P(k) / P(first) the
/// entropy is log sum w - (sum w log w) / sum w. If `first` is the most likely count, nothing
/// cancels. For few trials, starting at 0 cancels little and takes fewer steps.
struct BinomialEntropySum {
  static constexpr const char* kName = "binomial_entropy_sum";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& n, const T& p) {
    return over_counts(n, p).entropy();
  }
  /// The sum of -P(k) (k - n p) log w, divided by p (1 - p).
  template <class T>
  static constexpr T partial(Argument<1>, const T& n, const T& p) {
    const EntropySums<T> sums = over_counts(n, p);
    return -sums.slope / ((sums.others + 1.0) * p * (1.0 - p));
  }

  /// On tensors: a sum of differentiable terms.
  static constexpr bool kIsComposed = true;
  static auto composed(const auto& n, const auto& p) {
    // Counts farther below or above the mean have less probability than a double's rounding, for
    // the variances where this is used (formulas/binomial.h).
    constexpr int kReachBelow = 110, kReachAbove = 153;
    const auto lowest = max(floor(constant(n * p)) - double(kReachBelow), 0.0);
    const auto term = [](const auto& k, const auto& trials, const auto& probability) {
      // A count whose probability underflows adds nothing, but its derivative may be infinite,
      // which would make that of the sum NaN.
      const auto possible = k <= trials && exp(binomial_log_density(k, constant(trials),
                                                                    constant(probability))) > 0.0;
      const auto log_probability = binomial_log_density(select(possible, k, 0.0), trials,
                                                        select(possible, probability, 0.5));
      return select(possible, exp(log_probability) * log_probability, 0.0);
    };
    return 0.0 - sum_over_counts(term, lowest, kReachBelow + kReachAbove + 1, n, p);
  }

 private:
  template <class T>
  static constexpr EntropySums<T> over_counts(const T& n, const T& p) {
    constexpr double kFew = 16;
    const T odds = p / (1.0 - p), mean = n * p;
    const T first = select(n <= kFew, 0.0, floor(mean + p));
    EntropySums<T> sums(first, mean);
    sums.walk(
        1, [&](const T& k) { return !(k + 1.0 <= n); },
        [&](const T& k) { return (n - k) / (k + 1.0) * odds; });
    sums.walk(
        -1, [&](const T& k) { return !(k >= 1.0); },
        [&](const T& k) { return k / ((n - k + 1.0) * odds); });
    return sums;
  }
};

}  // namespace torch::distributions::ops::special
