#pragma once

#include "ops/special/entropy_sums.h"
#include "ops/special/poisson_log_density.h"
#include "ops/special/stirling.h"

namespace torch::distributions::ops::special {

struct PoissonEntropySum;

/// The entropy of Poisson(m) for 0 < m < 100, as a sum over the counts near the mean. Error: 8
/// units; gradient the same.
inline constexpr Function<PoissonEntropySum> poisson_entropy_sum{};

/// The ratio of neighbouring probabilities gives all of them from that of the most likely count.
/// With w = P(k) / P(first) the entropy is log sum w - (sum w log w) / sum w: nothing cancels.
struct PoissonEntropySum {
  static constexpr const char* kName = "poisson_entropy_sum";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& m) {
    return over_counts(m).entropy();
  }
  /// The sum of -P(k) (k - m) log w, divided by m.
  template <class T>
  static constexpr T partial(Argument<0>, const T& m) {
    const EntropySums<T> sums = over_counts(m);
    return -sums.slope / ((sums.others + 1.0) * m);
  }

  /// On tensors: a sum of differentiable terms.
  static constexpr bool kIsComposed = true;
  static auto composed(const auto& m) {
    // Counts farther below or above the mean have less probability than a double's rounding.
    constexpr int kReachBelow = 110, kReachAbove = 160;
    const auto lowest = max(floor(constant(m)) - double(kReachBelow), 0.0);
    // For m < 1 the rounding of P(1) as an exponential would count: there the entropy is
    // m - m log m + E[log k!].
    const auto few = m < 1.0;
    const auto term = [&few](const auto& k, const auto&, const auto& mean) {
      // A count whose probability underflows adds nothing, but its derivative may be infinite,
      // which would make that of the sum NaN.
      const auto possible = exp(poisson_log_density(k, constant(mean))) > 0.0;
      const auto count = select(possible, k, 0.0), rate = select(possible, mean, 0.5);
      const auto log_probability = poisson_log_density(count, rate);
      return select(possible,
                    exp(log_probability) * select(few, log_factorial(count), -log_probability),
                    0.0);
    };
    const auto no_limit = like(m, 1e300);
    const auto sum = sum_over_counts(term, lowest, kReachBelow + kReachAbove + 1, no_limit, m);
    return sum + select(few, m - m * log(m), 0.0);
  }

 private:
  template <class T>
  static constexpr EntropySums<T> over_counts(const T& m) {
    EntropySums<T> sums(floor(m), m);
    sums.walk(
        1, [](const T& k) { return k < 0.0; }, [&](const T& k) { return m / (k + 1.0); });
    sums.walk(
        -1, [](const T& k) { return !(k >= 1.0); }, [&](const T& k) { return k / m; });
    return sums;
  }
};

}  // namespace torch::distributions::ops::special
