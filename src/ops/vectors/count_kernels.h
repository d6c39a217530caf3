#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "ops/engine/elementary.h"
#include "ops/special/constants.h"
#include "ops/special/deviance.h"
#include "ops/special/stirling.h"
#include "ops/vectors/block.h"
#include "ops/vectors/block_sums.h"
#include "ops/vectors/counts.h"
#include "ops/vectors/weighted_block.h"

/// Counts of categories: computed in double, because large terms cancel.
namespace torch::distributions::ops::engine {
namespace {

/// log_factorial_remainder of counts. Those of small counts are in a table.
class Remainders {
 public:
  Lanes<double> operator()(const Lanes<double>& counts) const {
    if (!all(counts <= kMostTabulated)) [[unlikely]]
      return special::log_factorial_remainder(counts);
    double numbers[Lanes<double>::kCount];
    counts.store(numbers);
    for (double& number : numbers) number = table_[static_cast<int>(number)];
    return Lanes<double>::load(numbers);
  }

  static const Remainders& all_of() {
    static const Remainders made;
    return made;
  }

 private:
  Remainders() {
    for (int i = 0; i <= kMostTabulated; ++i)
      store_part(special::log_factorial_remainder(Lanes<double>(i)), table_ + i, 1);
  }

  double table_[kMostTabulated + 1];
};

/// The log density of counts: the operations of multinomial.cpp.
template <bool are_logs>
struct Multinomial {
  template <class T>
  static void forward(const WeightedRows& rows) {
    const Remainders& remainder = Remainders::all_of();
    Block<double> x(rows.columns);
    GivenWeights<double, T> weights(rows);
    for_each_block<T>(rows, x, weights, [&](int64_t row, int64_t count) {
      const Lanes<double> total = numbers_of(rows, row, count);
      const Counts counts = check<T>(total, x);
      const Lanes<double> n = select(counts.is_total, total, 0.0);
      Lanes<double> remainders = remainder(n), deviances(0.0);
      for (int64_t i = 0; i < rows.columns; ++i) {
        const Lanes<double> k = select(counts.are_possible, x[i], 0.0);
        remainders = remainders - remainder(k);
        deviances = deviances + deviance_of<T>(n, weights[i], k);
      }
      const Lanes<double> log_density =
          select(counts.are_possible, remainders - deviances, -kInfinity);
      store_results<T>(rows, row, count, select(counts.are_known, log_density, kNaN));
    });
  }

  template <class T>
  static void backward(const WeightedRows& rows) {
    if (rows.outputs[1] == nullptr) return;
    Block<double> x(rows.columns);
    GivenWeights<double, T> weights(rows);
    for_each_block<T>(rows, x, weights, [&](int64_t row, int64_t count) {
      const Lanes<double> n = numbers_of(rows, row, count);
      const Lanes<double> gradient = gradients_of<T>(rows, row, count);
      const Counts counts = check<T>(n, x);
      const Mask<double> varies = counts.are_possible && counts.are_known && gradient != 0.0;
      for (int64_t i = 0; i < rows.columns; ++i)
        x.set(i, select(varies, gradient * slope(n, weights[i], x[i]), 0.0));
      x.store(static_cast<T*>(rows.outputs[1]) + row * rows.columns, count);
    });
  }

 private:
  struct Counts {
    Mask<double> is_total, are_possible, are_known;
  };

  static Mask<double> is_count(const Lanes<double>& x) { return x >= 0.0 && floor(x) == x; }

  /// How much smaller or larger than n the sum of counts may be.
  static std::pair<Lanes<double>, Lanes<double>> sum_tolerance(const Lanes<double>& n,
                                                               double columns, double epsilon) {
    const Lanes<double> of_sum = select(n > kExactSums, n * (columns / kExactSums), 0.0);
    return {select(n > 2 / epsilon, n * epsilon, 0.0) + of_sum, of_sum};
  }

  template <class T>
  static Counts check(const Lanes<double>& n, const Block<double>& x) {
    const Mask<double> is_total = is_count(n) && n < kInfinity;
    Mask<double> are_counts = is_count(x[0]), is_unknown = isnan(x[0]);
    Lanes<double> sum = x[0];
    for (int64_t i = 1; i < x.columns(); ++i) {
      are_counts = are_counts && is_count(x[i]);
      is_unknown = is_unknown || isnan(x[i]);
      sum = sum + x[i];
    }
    const auto columns = static_cast<double>(x.columns());
    const auto [most_missing, most_extra] =
        sum_tolerance(n, columns, double{std::numeric_limits<T>::epsilon()});
    const Lanes<double> missing = n - sum;
    return {is_total, are_counts && missing <= most_missing && -missing <= most_extra,
            is_total && !is_unknown};
  }

  static Lanes<double> probability(const Lanes<double>& weight) {
    return are_logs ? exp(weight) : weight;
  }
  /// Whether a probability is tiny, but the weight not 0.
  static Mask<double> is_rare(const Lanes<double>& p, const Lanes<double>& weight) {
    return p < kRare && weight > (are_logs ? -kInfinity : 0.0);
  }

  template <class T>
  static Lanes<double> deviance_of(const Lanes<double>& n, const Lanes<double>& weight,
                                   const Lanes<double>& k) {
    const Lanes<double> p = probability(weight);
    const auto [mean, error] = two_product(n, p);
    const Lanes<double> d = (k - mean) - error;
    const Mask<double> none = k == 0.0;
    Lanes<double> deviance;
    if constexpr (sizeof(T) == sizeof(float)) {
      deviance = select(none, -d,
                        special::Deviance::ForFloatResult::value(
                            select(none, 1.0, k), select(none, 2.0, mean), select(none, -1.0, d)));
    } else {
      deviance = special::deviance(k, mean, d);
    }
    if (any(is_rare(p, weight))) [[unlikely]] {
      const Lanes<double> log_p = are_logs ? weight : log(weight);
      const Lanes<double> of_rare =
          select(none, 0.0, k * (log(select(none, 1.0, k)) - log(n) - log_p) - k);
      deviance = select(is_rare(p, weight), of_rare, deviance);
    }
    return deviance;
  }

  /// The derivative of the log density in a weight.
  static Lanes<double> slope(const Lanes<double>& n, const Lanes<double>& weight,
                             const Lanes<double>& k) {
    const Lanes<double> p = probability(weight);
    const auto [mean, error] = two_product(n, p);
    const Mask<double> rare = is_rare(p, weight);
    const Lanes<double> d = select(rare, k, (k - mean) - error);
    if constexpr (are_logs) {
      return select(mean == 0.0 && !rare, 0.0, d);
    } else {
      const Lanes<double> flat = select(k == 0.0, -n, 0.0);
      return select(mean == 0.0 && !rare, flat, d / p);
    }
  }
};

/// The entropy of counts for sums up to a few hundred: -remainder(n), and for each category the
/// mean of remainder + deviance over its counts (multinomial.cpp).
struct MultinomialEntropy {
  template <class T>
  static void forward(const WeightedRows& rows) {
    const Remainders& remainder = Remainders::all_of();
    Block<double> x(rows.columns);
    for (int64_t row = 0; row < rows.count; row += Block<double>::kRows) {
      const int64_t count = std::min(Block<double>::kRows, rows.count - row);
      x.load(static_cast<const T*>(rows.x) + row * rows.columns, count);
      const Lanes<double> n = numbers_of(rows, row, count);
      Sum<double> sum;
      sum.add(-remainder(n));
      for (int64_t i = 0; i < rows.columns; ++i) sum.add(mean_remainder(remainder, n, x[i]));
      store_results<T>(rows, row, count, sum.value());
    }
  }

 private:
  /// The counts are visited from the less likely end on, in terms of their probabilities divided by
  /// that of this end.
  static Lanes<double> mean_remainder(const Remainders& remainder, const Lanes<double>& n,
                                      const Lanes<double>& p) {
    const Mask<double> is_usual = p > 0.5;
    const Lanes<double> rarer = select(is_usual, 1.0 - p, p), odds = rarer / (1.0 - rarer);
    const Lanes<double> mean = n * p;
    Lanes<double> weight(1.0), i(0.0);
    Sum<double> sum, total;
    while (true) {
      const Lanes<double> k = max(select(is_usual, n - i, i), 0.0);
      const Lanes<double> term = remainder(k) + special::deviance(k, mean, k - mean);
      total.add(weight);
      sum.add(select(weight == 0.0, 0.0, weight * term));
      const Mask<double> goes_on = i < n;
      if (!any(goes_on)) break;
      weight = select(goes_on, weight * (odds * ((n - i) / (i + 1.0))), 0.0);
      i = i + 1.0;
    }
    return sum.value() / total.value();
  }
};

}  // namespace
}  // namespace torch::distributions::ops::engine
