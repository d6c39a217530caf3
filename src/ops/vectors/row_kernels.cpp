#include <algorithm>
#include <limits>
#include <type_traits>

#include "ops/engine/elementary.h"
#include "ops/special/constants.h"
#include "ops/special/deviance.h"
#include "ops/special/stirling.h"
#include "ops/vectors/block.h"
#include "ops/vectors/row_kernels.h"

namespace torch::distributions::ops::engine {
namespace {

/// A compensated sum: the result is rounded once.
template <class T>
class Sum {
 public:
  void add(const Lanes<T>& term) {
    const auto sum = special::two_sum(high_, term);
    high_ = sum.high;
    low_ = low_ + sum.low;
  }
  Lanes<T> value() const { return high_ + low_; }

 private:
  Lanes<T> high_{0.0}, low_{0.0};
};

template <class T>
Lanes<T> largest_of(const Block<T>& x) {
  Lanes<T> largest = x[0];
  for (int64_t i = 1; i < x.columns(); ++i) largest = max(largest, x[i]);
  return largest;
}

/// Replaces x by x - largest, and sets y = exp(x - largest).
/// \returns the sum of y minus 1, the term of a largest element. It is summed without that term, so
///     that small terms are not lost.
template <class T>
Lanes<T> exponentials(const Lanes<T>& largest, Block<T>& x, Block<T>& y) {
  Sum<T> others;
  Mask<T> is_left_out = largest != largest;  // false, except for rows with a NaN
  for (int64_t i = 0; i < x.columns(); ++i) {
    const Lanes<T> d = x[i] - largest, power = exp(d);
    x.set(i, d);
    y.set(i, power);
    const Mask<T> is_first = d == 0.0 && !is_left_out;
    is_left_out = is_left_out || is_first;
    others.add(select(is_first, Lanes<T>(0.0), power));
  }
  return others.value();
}

struct LogSoftmax {
  /// \returns a mask of the rows of -inf alone.
  template <class T>
  static Mask<T> run(Block<T>& x, Block<T>& y) {
    const Lanes<T> largest = largest_of(x);
    const Lanes<T> log_sum = log1p(exponentials(largest, x, y));
    for (int64_t i = 0; i < x.columns(); ++i) y.set(i, x[i] - log_sum);
    return largest == -kInfinity;
  }
};

struct Softmax {
  template <class T>
  static void run(Block<T>& x, Block<T>& y) {
    const Lanes<T> sum = exponentials(largest_of(x), x, y) + 1.0;
    for (int64_t i = 0; i < x.columns(); ++i) y.set(i, y[i] / sum);
  }
};

/// A power of 2. The weights times this power have a finite sum, and the products are exact.
template <class T>
Lanes<T> scale_of(const Lanes<T>& largest) {
  constexpr double kLarge = std::numeric_limits<T>::max() / (2 * kMostColumns);
  return select(largest > kLarge, Lanes<T>(0.5 / kMostColumns), Lanes<T>(1.0));
}

struct Normalize {
  template <class T>
  static void run(Block<T>& x, Block<T>& y) {
    const Lanes<T> scale = scale_of(largest_of(x));
    Sum<T> sum;
    for (int64_t i = 0; i < x.columns(); ++i) sum.add(x[i] * scale);
    const Lanes<T> total = sum.value();
    for (int64_t i = 0; i < x.columns(); ++i) y.set(i, x[i] * scale / total);
  }
};

struct LogSoftmaxBackward {
  template <class T>
  static void run(const Block<T>& gradient, Block<T>& y) {
    Sum<T> sum;
    for (int64_t i = 0; i < y.columns(); ++i) sum.add(gradient[i]);
    const Lanes<T> total = sum.value();
    for (int64_t i = 0; i < y.columns(); ++i) y.set(i, gradient[i] - exp(y[i]) * total);
  }
};

struct SoftmaxBackward {
  template <class T>
  static void run(const Block<T>& gradient, Block<T>& y) {
    Sum<T> sum;
    for (int64_t i = 0; i < y.columns(); ++i) sum.add(gradient[i] * y[i]);
    const Lanes<T> mean = sum.value();
    for (int64_t i = 0; i < y.columns(); ++i) y.set(i, y[i] * (gradient[i] - mean));
  }
};

/// Adding a constant to the gradient of a row has no effect. The gradient of the largest weight is
/// subtracted first, so that little cancels when the mean is subtracted.
struct NormalizeBackward {
  template <class T>
  static void run(const Block<T>& gradient, Block<T>& weights) {
    Lanes<T> largest = weights[0], offset = gradient[0];
    for (int64_t i = 1; i < weights.columns(); ++i) {
      const Lanes<T> weight = weights[i];
      offset = select(weight > largest, gradient[i], offset);
      largest = max(largest, weight);
    }
    const Lanes<T> scale = scale_of(largest);
    Sum<T> sum;
    for (int64_t i = 0; i < weights.columns(); ++i) sum.add(weights[i] * scale);
    const Lanes<T> total = sum.value();
    Sum<T> weighted;
    for (int64_t i = 0; i < weights.columns(); ++i)
      weighted.add(weights[i] * scale / total * (gradient[i] - offset));
    const Lanes<T> mean = weighted.value();
    const Mask<T> is_empty = total == 0.0;
    for (int64_t i = 0; i < weights.columns(); ++i) {
      weights.set(i,
                  select(is_empty, Lanes<T>(0.0), (gradient[i] - offset - mean) / total * scale));
    }
  }
};

struct IndexOfOne {
  template <class T>
  static Lanes<T> run(const Block<T>& x, const Block<T>&) {
    const Lanes<T> none(-1.0), nan(-2.0);
    Lanes<T> place = none;
    Mask<T> is_hot = place == none, is_number = is_hot;  // all true
    for (int64_t i = 0; i < x.columns(); ++i) {
      const Mask<T> is_one = x[i] == 1.0;
      is_hot = is_hot && (x[i] == 0.0 || (is_one && place == none));
      is_number = is_number && x[i] == x[i];
      place = select(is_one, Lanes<T>(static_cast<double>(i)), place);
    }
    return select(is_hot, place, select(is_number, none, nan));
  }
};

/// An exponential race: category i arrives at draw_i / weight_i, and the first one wins.
template <class Weight>
struct Race {
  template <class T>
  static Lanes<T> run(const Block<T>& weights, const Block<T>& draws) {
    const Lanes<T> none(-1.0);
    Lanes<T> highest(0.0), winner = none;
    Mask<T> are_weights = winner == none;  // all true
    for (int64_t i = 0; i < weights.columns(); ++i) {
      const Lanes<T> weight = Weight::of(weights[i]), speed = weight / draws[i];
      are_weights = are_weights && weight >= 0.0 && weight < kInfinity;
      // A category of weight 0 never leads, even if the speeds of all others underflow.
      const Mask<T> leads = weight > 0.0 && (speed > highest || winner == none);
      highest = select(leads, speed, highest);
      winner = select(leads, Lanes<T>(static_cast<double>(i)), winner);
    }
    return select(are_weights, winner, none);
  }
};
struct Probability {
  template <class T>
  static Lanes<T> of(const Lanes<T>& weight) {
    return weight;
  }
};
struct Logit {
  template <class T>
  static Lanes<T> of(const Lanes<T>& logit) {
    return exp(logit);
  }
};

template <class T>
void exponential(const double* from, int64_t count, void* to) {
  constexpr int64_t kCount = Lanes<double>::kCount;
  const auto draw = [](const Lanes<double>& uniform) { return -log1p(-uniform); };
  T* const draws = static_cast<T*>(to);
  int64_t i = 0;
  for (; i + kCount <= count; i += kCount) draw(Lanes<double>::load(from + i)).store(draws + i);
  if (i < count)
    store_part(draw(Lanes<double>::load_part(from + i, count - i)), draws + i, count - i);
}

/// The given weights of a block of rows.
template <class T, class Memory>
class GivenWeights {
 public:
  explicit GivenWeights(const WeightedRows& rows)
      : table_(static_cast<const Memory*>(rows.weights)),
        total_(rows.weight_rows),
        given_(rows.columns) {}

  /// \returns whether other weights than before were loaded.
  bool load(int64_t first, int64_t rows) {
    if (is_loaded_) return false;
    is_loaded_ = total_ == 1;  // all rows have the same weights
    given_.load_repeated(table_, total_, first, rows);
    return true;
  }
  Lanes<T> operator[](int64_t i) const { return given_[i]; }

 private:
  const Memory* table_;
  int64_t total_;
  bool is_loaded_ = false;
  Block<T> given_;
};

/// The weights of a block of rows: weights, or their logarithms if `are_logs`.
template <class T, bool are_logs>
class RowWeights {
 public:
  explicit RowWeights(const WeightedRows& rows)
      : columns_(rows.columns), given_(rows), logs_(are_logs ? 0 : rows.columns) {}

  void load(int64_t first, int64_t rows) {
    if (!given_.load(first, rows)) return;
    if constexpr (!are_logs) {
      for (int64_t i = 0; i < columns_; ++i) logs_.set(i, log(given_[i]));
    }
  }
  Lanes<T> given(int64_t i) const { return given_[i]; }
  Lanes<T> log_of(int64_t i) const { return are_logs ? given_[i] : logs_[i]; }

 private:
  int64_t columns_;
  GivenWeights<T, T> given_;
  Block<T> logs_;
};

/// Loads each block of rows x, and its weights, and calls f(first row, rows of the block).
template <class Memory, class T, class Weights, class F>
void for_each_block(const WeightedRows& rows, Block<T>& x, Weights& weights, const F& f) {
  for (int64_t row = 0; row < rows.count; row += Block<T>::kRows) {
    const int64_t count = std::min(Block<T>::kRows, rows.count - row);
    x.load(static_cast<const Memory*>(rows.x) + row * rows.columns, count);
    weights.load(rows.first + row, count);
    f(row, count);
  }
}

/// The numbers of a block of rows.
template <class T, class Memory>
Lanes<T> load_numbers(const Memory* from, int64_t count) {
  return count == Lanes<T>::kCount ? Lanes<T>::load(from) : Lanes<T>::load_part(from, count);
}
template <class T, class Memory>
void store_numbers(const Lanes<T>& numbers, Memory* to, int64_t count) {
  if (count == Lanes<T>::kCount) {
    numbers.store(to);
  } else {
    store_part(numbers, to, count);
  }
}

/// The largest logarithm of a term w exp(x) in each row, without the terms of weight 0.
template <class T, bool are_logs>
Lanes<T> largest_term(const Block<T>& x, const RowWeights<T, are_logs>& weights) {
  Lanes<T> largest(-kInfinity);
  for (int64_t i = 0; i < x.columns(); ++i) {
    const Lanes<T> log_weight = weights.log_of(i);
    largest = max(largest, select(log_weight == -kInfinity, log_weight, x[i] + log_weight));
  }
  return largest;
}

/// x - largest. It is NaN if both are infinite, and inf only for a term of weight 0. Both become 0.
template <class T>
Lanes<T> relative_to(const Lanes<T>& largest, const Lanes<T>& x) {
  const Lanes<T> d = x - largest;
  return select(isnan(d) || d == kInfinity, Lanes<T>(0.0), d);
}

/// log S for the sum S of the terms w exp(x) of a row: the operations of log_sum.cpp.
template <bool are_logs>
struct LogSum {
  template <class T>
  static void forward(const WeightedRows& rows) {
    Block<T> x(rows.columns), slopes(rows.columns);
    RowWeights<T, are_logs> weights(rows);
    for_each_block<T>(rows, x, weights, [&](int64_t row, int64_t count) {
      const Lanes<T> largest = largest_term(x, weights), total = sum(largest, x, weights, slopes);
      // If the weight of an infinite term underflows, the sum is 0.
      const Mask<T> is_lost = total == 0.0 && largest == kInfinity;
      store_numbers(log(select(is_lost, Lanes<T>(1.0), total)) + largest,
                    static_cast<T*>(rows.outputs[0]) + row, count);
    });
  }

  template <class T>
  static void backward(const WeightedRows& rows) {
    Block<T> x(rows.columns), slopes(rows.columns);
    RowWeights<T, are_logs> weights(rows);
    for_each_block<T>(rows, x, weights, [&](int64_t row, int64_t count) {
      const Lanes<T> largest = largest_term(x, weights), total = sum(largest, x, weights, slopes);
      const auto gradient = load_numbers<T>(static_cast<const T*>(rows.gradient) + row, count);
      const Mask<T> is_constant = gradient == 0.0 || largest == -kInfinity || total == 0.0;
      const Lanes<T> scale = select(is_constant, Lanes<T>(0.0), gradient / total);
      for (int64_t i = 0; i < x.columns(); ++i) {
        const Lanes<T> d = x[i] - largest, term = value(slopes[i], weights.given(i));
        // Weights clamp the exponent; without a clamp, infinite differences became 0.
        const Mask<T> below = are_logs ? d < kInfinity : d <= kMost<T>;
        const Mask<T> varies = !is_constant && below && d > -kInfinity;
        x.set(i, select(varies, term * scale, Lanes<T>(0.0)));
        slopes.set(i, select(is_constant, Lanes<T>(0.0), slopes[i] * scale));
      }
      const int64_t offset = row * rows.columns;
      if (rows.outputs[0] != nullptr) x.store(static_cast<T*>(rows.outputs[0]) + offset, count);
      if (rows.outputs[1] != nullptr)
        slopes.store(static_cast<T*>(rows.outputs[1]) + offset, count);
    });
  }

 private:
  /// The largest exponent of a term of weight 0: the derivative in its weight stays finite.
  template <class T>
  static constexpr double kMost = (1 - std::numeric_limits<T>::min_exponent) * kLog2;

  /// A term from its derivative in what `weights` holds.
  template <class T>
  static Lanes<T> value(const Lanes<T>& slope, const Lanes<T>& weight) {
    return are_logs ? slope : slope * weight;
  }

  /// The sum of the terms, divided by exp(largest). Sets `slopes` to the terms' derivatives.
  template <class T>
  static Lanes<T> sum(const Lanes<T>& largest, const Block<T>& x,
                      const RowWeights<T, are_logs>& weights, Block<T>& slopes) {
    Sum<T> sum;
    for (int64_t i = 0; i < x.columns(); ++i) {
      const Lanes<T> relative = relative_to(largest, x[i]), weight = weights.given(i);
      const Lanes<T> slope = exp(are_logs ? relative + weight : min(relative, kMost<T>));
      slopes.set(i, slope);
      sum.add(value(slope, weight));
    }
    return sum.value();
  }
};

// --- Relaxed categories and counts ---------------------------------------------------------------

// These compute in double, because large terms cancel.

/// The numbers of the rows of a block from `row` on.
Lanes<double> numbers_of(const WeightedRows& rows, int64_t row, int64_t count) {
  return rows.number_stride == 0 ? Lanes<double>(*rows.numbers)
                                 : load_numbers<double>(rows.numbers + row, count);
}

template <class T>
Lanes<double> gradients_of(const WeightedRows& rows, int64_t row, int64_t count) {
  return load_numbers<double>(static_cast<const T*>(rows.gradient) + row, count);
}

template <class T>
void store_results(const WeightedRows& rows, int64_t row, int64_t count, const Lanes<double>& x) {
  store_numbers(x, static_cast<T*>(rows.outputs[0]) + row, count);
}

/// The log density of relaxed categories: the operations of relaxed_categorical.cpp for finite
/// scores. A point y of the simplex has x = log y.
template <bool on_simplex>
struct Relaxed {
  template <class T>
  static void forward(const WeightedRows& rows) {
    Block<double> x(rows.columns), scores(rows.columns), powers(rows.columns);
    GivenWeights<double, T> logits(rows);
    const double size = static_cast<double>(rows.columns);
    const Lanes<double> log_factorial = special::log_factorial(Lanes<double>(size - 1));
    for_each_block<T>(rows, x, logits, [&](int64_t row, int64_t count) {
      const Lanes<double> t = numbers_of(rows, row, count);
      Sum<double> sum;
      const Lanes<double> largest = set_scores(t, logits, x, scores, sum);
      const Lanes<double> log_total = log1p(exponentials(largest, scores, powers));
      for (int64_t i = 0; i < rows.columns; ++i) sum.add(scores[i]);
      const Lanes<double> log_density =
          log_factorial + log(t) * (size - 1) + (sum.value() - log_total * size);
      if (any(!(abs(largest + sum.value()) < kInfinity))) *rows.is_special = true;
      store_results<T>(rows, row, count, log_density);
    });
  }

  template <class T>
  static void backward(const WeightedRows& rows) {
    Block<double> y(rows.columns), x(rows.columns), scores(rows.columns), powers(rows.columns);
    GivenWeights<double, T> logits(rows);
    const double size = static_cast<double>(rows.columns);
    for_each_block<T>(rows, y, logits, [&](int64_t row, int64_t count) {
      const Lanes<double> t = numbers_of(rows, row, count);
      const Lanes<double> gradient = gradients_of<T>(rows, row, count);
      Sum<double> unused, of_t;
      for (int64_t i = 0; i < rows.columns; ++i) x.set(i, y[i]);
      const Lanes<double> largest = set_scores(t, logits, x, scores, unused);
      const Lanes<double> factor = size / (exponentials(largest, scores, powers) + 1.0);
      of_t.add(gradient * (size - 1) / t);
      for (int64_t i = 0; i < rows.columns; ++i) {
        const Lanes<double> of_score = gradient * (1.0 - powers[i] * factor);
        const Lanes<double> of_x = -(t * of_score);
        of_t.add(-(of_score * x[i]));
        scores.set(i, of_score);
        y.set(i, on_simplex ? (of_x - gradient) / y[i] : of_x);
      }
      const int64_t offset = row * rows.columns;
      if (rows.outputs[0] != nullptr) y.store(static_cast<T*>(rows.outputs[0]) + offset, count);
      if (rows.outputs[1] != nullptr)
        scores.store(static_cast<T*>(rows.outputs[1]) + offset, count);
      if (rows.of_numbers != nullptr) store_numbers(of_t.value(), rows.of_numbers + row, count);
    });
  }

 private:
  /// Sets the scores logits - t x, replaces y by x = log y, and adds the logarithm of its Jacobian.
  /// \returns the largest score.
  template <class T>
  static Lanes<double> set_scores(const Lanes<double>& t, const GivenWeights<double, T>& logits,
                                  Block<double>& x, Block<double>& scores, Sum<double>& jacobian) {
    Lanes<double> largest(-kInfinity);
    for (int64_t i = 0; i < x.columns(); ++i) {
      if constexpr (on_simplex) {
        x.set(i, log(x[i]));
        jacobian.add(-x[i]);
      }
      scores.set(i, logits[i] - t * x[i]);
      largest = max(largest, scores[i]);
    }
    return largest;
  }
};

/// Draws of relaxed categories: the operations of `sample_relaxed_categorical`.
template <bool on_simplex>
struct RelaxedDraw {
  template <class T>
  static void run(const WeightedRows& rows) {
    constexpr double kEpsilon = std::numeric_limits<T>::epsilon();
    Block<double> x(rows.columns), powers(rows.columns);
    GivenWeights<double, T> logits(rows);
    for_each_block<T>(rows, x, logits, [&](int64_t row, int64_t count) {
      const Lanes<double> t = numbers_of(rows, row, count);
      Lanes<double> largest(-kInfinity);
      for (int64_t i = 0; i < rows.columns; ++i) {
        const Lanes<double> uniform = min(max(x[i], kEpsilon), 1 - kEpsilon);
        x.set(i, logits[i] - log(-log(uniform)));
        largest = max(largest, x[i]);
      }
      for (int64_t i = 0; i < rows.columns; ++i) x.set(i, (x[i] - largest) / t);
      const Lanes<double> others = exponentials(Lanes<double>(0.0), x, powers);
      if constexpr (on_simplex) {
        constexpr double kLeast = std::numeric_limits<T>::min();
        constexpr double kMost = 1 - kEpsilon / 2;  // the largest number below 1
        const Lanes<double> total = others + 1.0;
        for (int64_t i = 0; i < rows.columns; ++i) {
          Lanes<double> y = powers[i] / total;
          if (rows.columns > 1) y = min(max(y, kLeast), kMost);
          x.set(i, select(logits[i] == -kInfinity, 0.0, y));
        }
      } else {
        constexpr double kLowest = std::numeric_limits<T>::lowest();
        const Lanes<double> log_total = log1p(others);
        for (int64_t i = 0; i < rows.columns; ++i) {
          x.set(i, select(logits[i] == -kInfinity, -kInfinity, max(x[i] - log_total, kLowest)));
        }
      }
      x.store(static_cast<T*>(rows.outputs[0]) + row * rows.columns, count);
    });
  }
};

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
    const Lanes<double> missing = n - sum;  // counts may have been rounded down to T
    return {
        is_total,
        are_counts && missing >= 0.0 && missing <= n * double{std::numeric_limits<T>::epsilon()},
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

/// The blocks that a function reads, and whether its result is the second block or an index
/// (int64_t) for each row.
enum class Form : char { kOne, kTwo, kOneToIndex, kTwoToIndex };

template <class Function, class T, Form form>
void run(const Rows& rows) {
  constexpr int64_t kRows = Block<T>::kRows;
  Block<T> first(rows.columns), second(rows.columns);
  for (int64_t row = 0; row < rows.count; row += kRows) {
    const int64_t count = std::min(kRows, rows.count - row), offset = row * rows.columns;
    first.load(static_cast<const T*>(rows.inputs[0]) + offset, count);
    if constexpr (form == Form::kTwo || form == Form::kTwoToIndex) {
      second.load(static_cast<const T*>(rows.inputs[1]) + offset, count);
    }
    if constexpr (form == Form::kOne || form == Form::kTwo) {
      if constexpr (std::is_same_v<decltype(Function::run(first, second)), Mask<T>>) {
        const Mask<T> is_empty = Function::run(first, second);
        if (!is_empty.none()) *rows.has_empty_row = true;
      } else {
        Function::run(first, second);
      }
      second.store(static_cast<T*>(rows.output) + offset, count);
    } else {
      T places[kRows];
      Function::run(first, second).store(places);
      auto* const to = static_cast<int64_t*>(rows.output) + row;
      for (int64_t i = 0; i < count; ++i) to[i] = static_cast<int64_t>(places[i]);
    }
  }
}

}  // namespace

template <>
const RowKernels& row_kernels_of<isa::CPU_CAPABILITY>() {
  static constexpr RowKernels made{
      .log_softmax = {&run<LogSoftmax, float, Form::kOne>, &run<LogSoftmax, double, Form::kOne>},
      .softmax = {&run<Softmax, float, Form::kOne>, &run<Softmax, double, Form::kOne>},
      .normalize = {&run<Normalize, float, Form::kOne>, &run<Normalize, double, Form::kOne>},
      .log_softmax_backward = {&run<LogSoftmaxBackward, float, Form::kTwo>,
                               &run<LogSoftmaxBackward, double, Form::kTwo>},
      .softmax_backward = {&run<SoftmaxBackward, float, Form::kTwo>,
                           &run<SoftmaxBackward, double, Form::kTwo>},
      .normalize_backward = {&run<NormalizeBackward, float, Form::kTwo>,
                             &run<NormalizeBackward, double, Form::kTwo>},
      .log_sum = {&LogSum<false>::forward<float>, &LogSum<false>::forward<double>},
      .log_sum_of_logs = {&LogSum<true>::forward<float>, &LogSum<true>::forward<double>},
      .log_sum_backward = {&LogSum<false>::backward<float>, &LogSum<false>::backward<double>},
      .log_sum_of_logs_backward = {&LogSum<true>::backward<float>, &LogSum<true>::backward<double>},
      .relaxed = {&Relaxed<false>::forward<float>, &Relaxed<false>::forward<double>},
      .relaxed_on_simplex = {&Relaxed<true>::forward<float>, &Relaxed<true>::forward<double>},
      .relaxed_backward = {&Relaxed<false>::backward<float>, &Relaxed<false>::backward<double>},
      .relaxed_on_simplex_backward = {&Relaxed<true>::backward<float>,
                                      &Relaxed<true>::backward<double>},
      .relaxed_draw = {&RelaxedDraw<false>::run<float>, &RelaxedDraw<false>::run<double>},
      .relaxed_draw_on_simplex = {&RelaxedDraw<true>::run<float>, &RelaxedDraw<true>::run<double>},
      .multinomial = {&Multinomial<false>::forward<float>, &Multinomial<false>::forward<double>},
      .multinomial_of_logs = {&Multinomial<true>::forward<float>,
                              &Multinomial<true>::forward<double>},
      .multinomial_backward = {&Multinomial<false>::backward<float>,
                               &Multinomial<false>::backward<double>},
      .multinomial_of_logs_backward = {&Multinomial<true>::backward<float>,
                                       &Multinomial<true>::backward<double>},
      .multinomial_entropy = {&MultinomialEntropy::forward<float>,
                              &MultinomialEntropy::forward<double>},
      .index_of_one = {&run<IndexOfOne, float, Form::kOneToIndex>,
                       &run<IndexOfOne, double, Form::kOneToIndex>},
      .race = {&run<Race<Probability>, float, Form::kTwoToIndex>,
               &run<Race<Probability>, double, Form::kTwoToIndex>},
      .race_of_logits = {&run<Race<Logit>, float, Form::kTwoToIndex>,
                         &run<Race<Logit>, double, Form::kTwoToIndex>},
      .exponential = {&exponential<float>, &exponential<double>}};
  return made;
}

}  // namespace torch::distributions::ops::engine
