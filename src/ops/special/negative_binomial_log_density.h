#pragma once

#include "ops/special/binomial_log_density.h"
#include "ops/special/log_density.h"
#include "ops/special/sigmoid.h"

namespace torch::distributions::ops::special {

struct NegativeBinomialLogDensity;
struct NegativeBinomialLogDensityLogits;
struct NegativeBinomialScore;
struct NegativeBinomialScoreLogits;

/// log [Gamma(r + k) / (Gamma(r) k!) p^k (1 - p)^r]: the log density of NegativeBinomial(r, p) at
/// k, as a function of k, r and p, for any r >= 0. Error: 16 units; gradient 32.
inline constexpr Function<NegativeBinomialLogDensity> negative_binomial_log_density{};

/// k / p - r / (1 - p), the derivative of the log density in p.
inline constexpr Function<NegativeBinomialScore> negative_binomial_score{};

/// The log density as a function of k, r and the log-odds of p. Error: 16 units; gradient 32.
inline constexpr Function<NegativeBinomialLogDensityLogits> negative_binomial_log_density_logits{};

/// k (1 - p) - r p, the derivative of the log density in the log-odds.
inline constexpr Function<NegativeBinomialScoreLogits> negative_binomial_score_logits{};

/// The log density for p + q = 1. Of the sequences of k successes and r failures, a fraction of
/// r / (r + k) ends in a failure.
template <class T>
constexpr T log_negative_binomial_probability(const T& k, const T& r, const Pair<T>& p,
                                              const Pair<T>& q) {
  const T n = r + k;
  const T ends_in_failure = branch(
      k <= r, [&] { return log1p(-(k / select(n == 0.0, 1.0, n))); },
      [&] { return log_ratio(r, n); });
  return ends_in_failure + log_binomial_probability<T>(r, k, q, p);
}

/// The derivatives of log [Gamma(r + k) / (Gamma(r) k!)] in k and in r.
constexpr auto log_sequences_dk(const auto& k, const auto& r) {
  // Of k + r and k + 1, start at the smaller one, so that neither loses digits.
  return branch(
      r >= 1.0, [&] { return digamma_difference(k + 1.0, r - 1.0); },
      [&] { return -digamma_difference(k + r, 1.0 - r); });
}
constexpr auto log_sequences_dr(const auto& k, const auto& r) {
  const auto none = k == 0.0;
  return select(none, 0.0, digamma_difference(select(none, 1.0, r), k));
}

/// The logarithm of the number of sequences, to float precision: it is the sum of
/// k log((n+1) / (k+1)), r log((n+1) / (r+1)) and `remainder` for n = r + k.
template <class T>
class SequencesForFloat : public ChooseForFloat<T> {
 public:
  constexpr SequencesForFloat(const T& k, const T& r) : ChooseForFloat<T>(k, r), k_(k), r_(r) {}

  /// Exactly 0 if k is 0.
  constexpr T remainder() const {
    return select(k_ == 0.0, 0.0, this->log_choose_remainder_times(r_ / (r_ + k_)));
  }
  /// `log_sequences_dr`.
  constexpr T slope() const {
    return select(k_ == 0.0, 0.0,
                  log(this->n1_by_m1()) - this->digamma_remainder_m() + k_ / (r_ + k_) / r_);
  }

 private:
  T k_, r_;
};

struct NegativeBinomialLogDensity {
  static constexpr const char* kName = "negative_binomial_log_density";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& k, const T& r,
                                                        const T& probability) {
    const auto [p, q] = with_complement(probability);
    return log_negative_binomial_probability<T>(k, r, p, q);
  }
  static constexpr auto partial(Argument<0>, const auto& k, const auto& r, const auto& p) {
    return log(p) + log_sequences_dk(k, r);
  }
  static constexpr auto partial(Argument<1>, const auto& k, const auto& r, const auto& p) {
    return log1p(-p) + log_sequences_dr(k, r);
  }
  static constexpr auto partial(Argument<2>, const auto& k, const auto& r, const auto& p) {
    return negative_binomial_score(k, r, p);
  }

  struct ForFloatResult {
    template <class T>
    [[gnu::pure]] static constexpr T value(const T& k, const T& r, const T& p) {
      const auto is_usual = r > 0.0 && r + k < kLargestForFloat && p > 0.0 && p < 1.0;
      const SequencesForFloat<T> sequences(k, r);
      const T usual = k * (log(p) + log(sequences.n1_by_k1())) +
                      r * (log1p(-p) + log(sequences.n1_by_m1())) + sequences.remainder();
      return usual_or_value<NegativeBinomialLogDensity>(is_usual, usual, k, r, p);
    }
    template <class T>
    static constexpr T partial(Argument<1>, const T& k, const T& r, const T& p) {
      return log1p(-p) + SequencesForFloat<T>(k, r).slope();
    }
  };
};

struct NegativeBinomialScore {
  static constexpr const char* kName = "negative_binomial_score";
  template <class T>
  static constexpr T value(const T& k, const T& r, const T& p) {
    return bernoulli_score(k, r, p);
  }
  static constexpr auto partial(Argument<0>, const auto&, const auto&, const auto& p) {
    return 1.0 / p;
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto&, const auto& p) {
    return -1.0 / (1.0 - p);
  }
  static constexpr auto partial(Argument<2>, const auto& k, const auto& r, const auto& p) {
    return -ratio_or_zero(k, square(p)) - ratio_or_zero(r, square(1.0 - p));
  }
};

struct NegativeBinomialLogDensityLogits {
  static constexpr const char* kName = "negative_binomial_log_density_logits";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& k, const T& r, const T& logits) {
    return log_probability_of_logits<T>(k, r, r + k, logits,
                                        [&](const Pair<T>& p, const Pair<T>& q) {
                                          return log_negative_binomial_probability<T>(k, r, p, q);
                                        });
  }
  static constexpr auto partial(Argument<0>, const auto& k, const auto& r, const auto& logits) {
    return log_sigmoid(logits) + log_sequences_dk(k, r);
  }
  static constexpr auto partial(Argument<1>, const auto& k, const auto& r, const auto& logits) {
    return log_sigmoid(-logits) + log_sequences_dr(k, r);
  }
  static constexpr auto partial(Argument<2>, const auto& k, const auto& r, const auto& logits) {
    return negative_binomial_score_logits(k, r, logits);
  }

  struct ForFloatResult {
    template <class T>
    [[gnu::pure]] static constexpr T value(const T& k, const T& r, const T& logits) {
      const auto is_usual = r > 0.0 && r + k < kLargestForFloat && abs(logits) < kLargestForFloat;
      const T tail = log1p(exp(-abs(logits)));
      const SequencesForFloat<T> sequences(k, r);
      const T usual = k * (log(sequences.n1_by_k1()) + (min(logits, 0.0) - tail)) +
                      r * (log(sequences.n1_by_m1()) - (max(logits, 0.0) + tail)) +
                      sequences.remainder();
      return usual_or_value<NegativeBinomialLogDensityLogits>(is_usual, usual, k, r, logits);
    }
    template <class T>
    static constexpr T partial(Argument<1>, const T& k, const T& r, const T& logits) {
      return log_sigmoid(-logits) + SequencesForFloat<T>(k, r).slope();
    }
    static constexpr auto partial(Argument<2>, const auto& k, const auto& r, const auto& logits) {
      return k * sigmoid(-logits) - r * sigmoid(logits);
    }
  };
};

struct NegativeBinomialScoreLogits {
  static constexpr const char* kName = "negative_binomial_score_logits";
  template <class T>
  static constexpr T value(const T& k, const T& r, const T& logits) {
    return of_logistic<T>(r + k, logits, [&](const Pair<T>& p, const Pair<T>& q) {
      return binomial_residual<T>(k, r, p, q);
    });
  }
  static constexpr auto partial(Argument<0>, const auto&, const auto&, const auto& logits) {
    return sigmoid(-logits);
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto&, const auto& logits) {
    return -sigmoid(logits);
  }
  static constexpr auto partial(Argument<2>, const auto& k, const auto& r, const auto& logits) {
    return -(r + k) * (sigmoid(logits) * sigmoid(-logits));
  }
};

}  // namespace torch::distributions::ops::special
