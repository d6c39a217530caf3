// Runs all kernels, and the SIMD functions that they call, at the same points on every machine:
//
//   kernels        writes the results
//   kernels FILE   compares the results with a file that another machine wrote
//
// Machines with and without fused multiply-add round differently. The result of each may have the
// documented error of the function, so the results may differ by twice this error. Neither LibTorch
// nor GoogleTest is needed.

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ops/engine/formula_kernels.h"
#include "ops/engine/lane_functions.h"
#include "ops/engine/lanes.h"
#include "ops/formulas/with_kernels.h"
#include "ops/random/kernels.h"
#include "ops/vectors/matrix_kernels.h"
#include "ops/vectors/row_kernels.h"

namespace torch::distributions::ops::engine::test {
namespace {

#if defined(__aarch64__)
static_assert(Lanes<double>::kCount == 2 && Lanes<float>::kCount == 4);
#endif

// --- Errors -------------------------------------------------------------------------------------

/// The bound of an error. special/function.h defines its units.
struct Error {
  double units;
  bool is_relative = false;
};

/// The documented errors of a function and of its derivatives.
struct Stated {
  Error value, derivative;
};
const std::map<std::string_view, Stated> kStated{
    {"log", {{0.8, true}, {0.5, true}}},
    {"log_minus", {{2}, {}}},
    {"log1p", {{1.4, true}, {1, true}}},
    {"exp", {{1.1, true}, {1.1, true}}},
    {"expm1", {{2.1, true}, {1.1, true}}},
    {"sqrt", {{0.5, true}, {1, true}}},
    {"sigmoid", {{2, true}, {4, true}}},
    {"softplus", {{2, true}, {2, true}}},
    {"log_sigmoid", {{2, true}, {2, true}}},
    {"atanh", {{4, true}, {4, true}}},
    {"log_cosh", {{2}, {2, true}}},
    {"xlogy", {{2, true}, {2, true}}},
    {"xlog1py", {{2, true}, {2, true}}},
    {"standardized", {{2, true}, {2, true}}},
    {"exp_divergence", {{8, true}, {8, true}}},
    {"ndtr", {{4, true}, {4, true}}},
    {"lbeta", {{4}, {4, true}}},
    {"log_of_ratio", {{2, true}, {2, true}}},
    {"bd0", {{6, true}, {4}}},
    {"deviance", {{8, true}, {4, true}}},
    {"gamma_log_density", {{16}, {4}}},
    {"beta_log_density", {{32}, {32}}},
    {"stirling_divergence", {{16, true}, {32}}},
    {"itakura_saito", {{8, true}, {4, true}}},
    {"softplus_divergence", {{16, true}, {16, true}}},
    {"log_minus_digamma", {{4, true}, {16, true}}},
    {"log_factorial_remainder", {{2, true}, {4, true}}},
    {"log_mean_gap", {{32, true}, {32}}},
    {"binomial_log_density", {{16}, {32}}},
    {"binomial_log_density_logits", {{16}, {32}}},
    {"binomial_entropy_sum", {{16}, {32}}},  // as for a log density
};
/// The error of a formula: the largest error of any function above.
constexpr Error kOfFormulas{32};

// --- Writing and comparing ----------------------------------------------------------------------

class Results {
 public:
  /// \param file The results of another machine to compare with. If it is null, the results are
  ///     written to standard output.
  explicit Results(const char* file) : compares_(file != nullptr) {
    if (!compares_) return;
    std::ifstream stream(file, std::ios::binary);
    for (double number = 0; stream.read(reinterpret_cast<char*>(&number), sizeof number);)
      expected_.push_back(number);
  }

  template <class T, class Result>
  void add(const std::string& name, const std::vector<Result>& results, const Error& stated) {
    for (const Result& result : results) {
      const double number = static_cast<double>(result);
      if (!compares_) std::fwrite(&number, sizeof number, 1, stdout);
      const double expected = next_ < expected_.size() ? expected_[next_] : -number;
      const double error = compares_ ? difference<T>(number, expected, stated) : 0;
      ++next_;
      ordinary_ += std::isfinite(number) && number != 0;
      if (error > worst_) worst_ = error, worst_name_ = name;
      if (error > 2) fail(name, number, expected);
    }
  }

  void fail(const std::string& name, double number, double expected) {
    if (++failures_ <= 20) {
      std::fprintf(stderr, "%s: %.17g instead of %.17g\n", name.c_str(), number, expected);
    }
  }

  /// Prints a summary of the results since the last call.
  void report(const char* what) {
    if (compares_) {
      std::printf(
          "%s: %zu results, %zu of them numbers other than 0; at most %.2g of the error in %s\n",
          what, next_ - first_, ordinary_, worst_, worst_name_.c_str());
    }
    first_ = next_;
    ordinary_ = 0;
    worst_ = 0;
  }

  int exit_status() {
    if (compares_ && next_ != expected_.size())
      fail("results", static_cast<double>(next_), static_cast<double>(expected_.size()));
    return failures_ == 0 ? 0 : 1;
  }

 private:
  /// |a - b| as a multiple of `error`.
  template <class T>
  static double difference(double a, double b, const Error& error) {
    if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
    using Limits = std::numeric_limits<T>;
    const double least = error.is_relative ? double{Limits::min()} : 1;
    const double unit = double{Limits::epsilon()} * std::max(std::abs(b), least);
    const double result = std::abs(a - b) / unit / error.units;
    return result < kInfinity ? result : kInfinity;  // NaN becomes infinity
  }

  bool compares_;
  std::vector<double> expected_;
  std::size_t next_ = 0, first_ = 0, ordinary_ = 0, failures_ = 0;
  double worst_ = 0;
  std::string worst_name_;
};

// --- Points -------------------------------------------------------------------------------------

/// Random numbers that do not depend on the C library of the machine.
class Random {
 public:
  double probability() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  int64_t whole(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  /// A number that differs from `size` by a factor of at most 64.
  double near(double size) {
    const double number = size * (1 + probability());
    return std::ldexp(number, static_cast<int>(whole(-6, 5)));
  }
  template <class T>
  double edge() {
    using Limits = std::numeric_limits<T>;
    const double edges[] = {
        0, -0.0, double{Limits::min()} / 4, double{Limits::max()}, kInfinity, kNaN, -kInfinity};
    return edges[whole(0, 6)];
  }
  /// A parameter or value: an edge case, a number, a count or a probability.
  template <class T>
  double input() {
    const int64_t kind = whole(0, 15);
    if (kind < 1) return edge<T>();
    if (kind < 4) return -near(1);
    if (kind < 7) return near(1);
    if (kind < 11) return static_cast<double>(whole(0, 12));
    return probability();
  }

 private:
  std::mt19937_64 engine_{0};
};

template <class T>
using Columns = std::vector<std::vector<T>>;

template <class T>
std::string of(const std::string& name) {
  return name + (sizeof(T) == sizeof(double) ? " of doubles" : " of floats");
}

// --- SIMD functions -----------------------------------------------------------------------------

template <class T>
void run_function(const LaneFunction<T>& f, Results& results) {
  constexpr std::size_t kPoints = 2000;
  const std::string_view name(f.name);
  // The third argument of these functions is the difference of the first two.
  const bool has_difference = name == "deviance" || name == "stirling_divergence";
  Random random;
  Columns<T> x(f.ordinary.size(), std::vector<T>(kPoints));
  for (std::size_t i = 0; i < kPoints; ++i) {
    for (std::size_t k = 0; k < x.size(); ++k) {
      const double ordinary = f.ordinary[k], near = random.near(ordinary), edge = random.edge<T>();
      const bool is_edge = random.whole(0, 15) == 0 && f.largest == kInfinity;
      const bool is_count = ordinary == std::floor(ordinary);
      x[k][i] = static_cast<T>(is_edge ? edge : is_count ? std::floor(near) : near);
    }
    if (has_difference) x[2][i] = x[0][i] - x[1][i];
  }
  std::vector<const T*> from;
  for (const auto& column : x) from.push_back(column.data());
  std::vector<T> y(kPoints);
  f.run(from.data(), y.data(), kPoints);
  const std::string whole_name =
      of<T>(f.name) + (f.derivative < 0 ? "" : ", derivative " + std::to_string(f.derivative));
  const Stated& stated = kStated.at(name);
  results.add<T>(whole_name, y, f.derivative < 0 ? stated.value : stated.derivative);

  // A result does not depend on the other lanes of the register.
  for (const T together : y) {
    T alone;
    f.run(from.data(), &alone, 1);
    for (const T*& argument : from) ++argument;
    if (!(alone == together || (std::isnan(alone) && std::isnan(together))))
      results.fail(whole_name + " beside others", together, alone);
  }
}

// --- Kernels of formulas ------------------------------------------------------------------------

/// Runs a kernel on tiles with `columns` points in each row. Adds its output or its gradients.
template <class T>
void run_kernel(const std::string& name, Kernels::Run run, bool is_forward, const Columns<T>& x,
                bool has_value, int64_t columns, Results& results) {
  if (run == nullptr) return;
  const std::size_t points = x[0].size();
  std::vector<T> output(points), weights(points);
  Columns<T> gradients(x.size(), std::vector<T>(points));
  bool is_finite = true;
  Tile tile{};
  tile.rows = static_cast<int64_t>(points) / columns;
  tile.columns = columns;
  for (std::size_t i = 0; i < x.size(); ++i) {
    tile.inputs[i] = x[i].data();
    tile.row_strides[i] = has_value && i + 1 == x.size() ? columns : 1;
    tile.gradients[i] = gradients[i].data();
  }
  tile.output = output.data();
  tile.output_row_stride = tile.gradient_row_stride = tile.value_gradient_row_stride = columns;
  tile.is_finite = &is_finite;
  // One element of each row has a gradient, so that a sum over the row has one term.
  for (int64_t i = 0; i < static_cast<int64_t>(points); ++i)
    weights[static_cast<std::size_t>(i)] = tile.rows == 1 || i % columns == i / columns % columns;
  tile.gradient = weights.data();
  tile.gradient_column_stride = 1;
  run(tile);
  if (is_forward) {
    results.add<T>(name, output, kOfFormulas);
  } else {
    for (std::size_t i = 0; i < x.size(); ++i)
      results.add<T>(name + ", gradient " + std::to_string(i), gradients[i], kOfFormulas);
  }
}

/// Divergences that are NaN unless p and q have the same first parameter.
template <class Formula>
constexpr bool kNeedsEqualCounts = false;
template <class P, class Q>
  requires std::derived_from<formulas::Kl<P, Q>, formulas::BetweenFailures<P, Q>>
constexpr bool kNeedsEqualCounts<formulas::Kl<P, Q>> = true;

template <class T>
void run_kernels(const std::string& name, std::size_t inputs, bool has_value,
                 bool needs_equal_counts, const Kernels& kernels, Results& results) {
  constexpr int64_t kColumns = 7, kPoints = kColumns * 301;  // not a multiple of the lanes
  constexpr std::size_t kDtype = std::is_same_v<T, double>;
  Random random;
  Columns<T> x(inputs, std::vector<T>(kPoints));
  for (std::size_t i = 0; i < kPoints; ++i) {
    for (auto& column : x) column[i] = static_cast<T>(random.input<T>());
  }
  if (needs_equal_counts) x[inputs / 2] = x[0];
  for (const auto* runs : {&kernels.forward, &kernels.backward_typical, &kernels.backward_all}) {
    const bool is_forward = runs == &kernels.forward;
    const auto& [of_columns, of_rows] = (*runs)[kDtype];
    run_kernel(name + " of columns", of_columns, is_forward, x, has_value, kPoints, results);
    run_kernel(name + " of rows", of_rows, is_forward, x, has_value, kColumns, results);
  }
}

template <class Formula>
void run_formula(const std::string& name, Results& results) {
  const Kernels* const kernels = kernels_of<isa::DEFAULT, Formula>();
  for (std::size_t i = 0; i < std::size(Formula::kKernels); ++i) {
    const bool has_value = functions::is_of_value(Formula::kKernels[i].function);
    const std::size_t inputs = Formula::kParameters + has_value;
    const std::string kernel = name + ", kernel " + std::to_string(i) + ",";
    constexpr bool kEqual = kNeedsEqualCounts<Formula>;
    run_kernels<float>(of<float>(kernel), inputs, has_value, kEqual, kernels[i], results);
    run_kernels<double>(of<double>(kernel), inputs, has_value, kEqual, kernels[i], results);
  }
}

// --- Kernels of rows ----------------------------------------------------------------------------

template <class T>
void run_rows(Results& results) {
  constexpr std::size_t kRows = 401, kColumns = 5, kDtype = std::is_same_v<T, double>;
  Random random;
  std::vector<double> uniform(kRows * kColumns);
  std::vector<T> x(uniform.size()), y(uniform.size()), one(uniform.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    uniform[i] = random.probability();
    x[i] = static_cast<T>(random.probability());
    y[i] = static_cast<T>(random.probability());
    one[i] = static_cast<T>(random.whole(0, 5) == 0);
  }
  const auto run = [&]<class Result>(const char* name, const RowKernels::Run(&runs)[2],
                                     const std::vector<T>& first, std::vector<Result> to) {
    Rows rows{kRows, kColumns, {first.data(), y.data()}, to.data()};
    bool has_empty_row = false;
    rows.has_empty_row = &has_empty_row;
    runs[kDtype](rows);
    results.add<T>(of<T>(name), to, kOfFormulas);
  };
  const RowKernels& kernels = row_kernels_of<isa::DEFAULT>();
  const std::vector<T> numbers(x.size());
  const std::vector<int64_t> places(kRows);
  run("log_softmax", kernels.log_softmax, x, numbers);
  run("softmax", kernels.softmax, x, numbers);
  run("normalize", kernels.normalize, x, numbers);
  run("log_softmax backward", kernels.log_softmax_backward, x, y);
  run("softmax backward", kernels.softmax_backward, x, y);
  run("normalize backward", kernels.normalize_backward, x, y);
  run("index_of_one", kernels.index_of_one, one, places);
  run("race", kernels.race, x, places);
  run("race_of_logits", kernels.race_of_logits, x, places);
  const auto run_weighted = [&](const char* name, const RowKernels::RunWeighted(&runs)[2],
                                const std::vector<T>& values, int64_t weight_rows, bool backward,
                                const std::vector<double>& of_rows = {}) {
    std::vector<T> to(backward || name == std::string_view("relaxed_draw") ? x.size() : kRows),
        of_weights(x.size());
    std::vector<double> of_numbers(kRows);
    bool is_special = false;
    WeightedRows rows{};
    rows.count = kRows;
    rows.columns = kColumns;
    rows.x = values.data();
    rows.weights = y.data();
    rows.weight_rows = weight_rows;
    rows.numbers = of_rows.data();
    rows.number_stride = 1;
    rows.is_special = &is_special;
    rows.gradient = one.data();
    rows.outputs[0] = to.data();
    rows.outputs[1] = backward ? of_weights.data() : nullptr;
    rows.of_numbers = backward && !of_rows.empty() ? of_numbers.data() : nullptr;
    runs[kDtype](rows);
    results.add<T>(of<T>(name), to, kOfFormulas);
    if (backward) {
      results.add<T>(of<T>(name) + " of weights", of_weights, kOfFormulas);
      results.add<T>(of<T>(name) + " of numbers", of_numbers, kOfFormulas);
    }
  };
  std::vector<T> counts(x.size());
  std::vector<double> temperatures(kRows), sums(kRows);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i] = static_cast<T>(random.whole(0, 5));
    sums[i / kColumns] += double{counts[i]};
  }
  for (double& each : temperatures) each = 0.5 + random.probability();
  for (const int64_t weight_rows : {int64_t{1}, int64_t{7}, int64_t{kRows}}) {
    run_weighted("log_sum", kernels.log_sum, x, weight_rows, false);
    run_weighted("log_sum_of_logs", kernels.log_sum_of_logs, x, weight_rows, false);
    run_weighted("log_sum backward", kernels.log_sum_backward, x, weight_rows, true);
    run_weighted("log_sum_of_logs backward", kernels.log_sum_of_logs_backward, x, weight_rows,
                 true);
    run_weighted("relaxed", kernels.relaxed, x, weight_rows, false, temperatures);
    run_weighted("relaxed backward", kernels.relaxed_backward, x, weight_rows, true, temperatures);
    run_weighted("relaxed_draw", kernels.relaxed_draw, x, weight_rows, false, temperatures);
    run_weighted("multinomial", kernels.multinomial, counts, weight_rows, false, sums);
    run_weighted("multinomial backward", kernels.multinomial_backward, counts, weight_rows, true,
                 sums);
  }
  std::vector<T> draws(uniform.size());
  kernels.exponential[kDtype](uniform.data(), static_cast<int64_t>(uniform.size()), draws.data());
  results.add<T>(of<T>("exponential"), draws, kOfFormulas);
}

// --- Kernels of matrices ------------------------------------------------------------------------

template <class T>
void run_matrices(Results& results) {
  constexpr std::size_t kMatrices = 37, kSize = 3, kElements = kSize * kSize,
                        kDtype = std::is_same_v<T, double>;
  Random random;
  std::vector<T> factors(kMatrices * kElements), matrices(factors.size());
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const bool is_diagonal = i % kElements % (kSize + 1) == 0;
    factors[i] = static_cast<T>(random.probability() + (is_diagonal ? 1 : 0));
    matrices[i] = static_cast<T>(random.probability() + (is_diagonal ? 4 : 0));
  }
  const std::vector<double> wide(factors.begin(), factors.end());
  const MatrixKernels& kernels = matrix_kernels_of<isa::DEFAULT>();

  std::vector<T> solutions(factors.size()), of_factors(factors.size()), of_matrices(factors.size());
  Solve solve{};
  solve.count = kMatrices;
  solve.size = solve.columns = kSize;
  solve.factors = factors.data();
  solve.matrices = matrices.data();
  solve.solutions = solutions.data();
  kernels.solve[kDtype](solve);
  results.add<T>(of<T>("solve"), solutions, kOfFormulas);
  solve.gradients = matrices.data();
  solve.of_factors = of_factors.data();
  solve.of_matrices = of_matrices.data();
  kernels.solve_backward[kDtype](solve);
  results.add<T>(of<T>("solve backward"), of_factors, kOfFormulas);
  results.add<T>(of<T>("solve backward of matrices"), of_matrices, kOfFormulas);

  std::vector<double> squares(kMatrices * (kSize + 1)), of_wide(factors.size());
  bool all_exist = true;
  Bartlett bartlett{};
  bartlett.count = kMatrices;
  bartlett.size = kSize;
  bartlett.factors = wide.data();
  bartlett.factor_stride = kElements;
  bartlett.matrices = matrices.data();
  bartlett.squares = squares.data();
  bartlett.all_exist = &all_exist;
  kernels.bartlett[kDtype](bartlett);
  results.add<T>(of<T>("bartlett"), squares, kOfFormulas);
  bartlett.of_factors = of_wide.data();
  bartlett.of_matrices = of_matrices.data();
  kernels.bartlett_backward[kDtype](bartlett);
  results.add<T>(of<T>("bartlett backward"), of_wide, kOfFormulas);
  results.add<T>(of<T>("bartlett backward of matrices"), of_matrices, kOfFormulas);

  // A covariance of 111 dimensions and rank 3.
  LowRank covariance{};
  covariance.dims = kMatrices * kSize;
  covariance.rank = kSize;
  covariance.factor = factors.data();
  std::vector<T> specific(kMatrices * kSize);
  for (T& each : specific) each = static_cast<T>(0.5 + random.probability());
  covariance.specific = specific.data();
  std::vector<double> product(kElements), weighed(kSize);
  std::vector<double> sums{kernels.gram[kDtype](covariance, product.data())};
  product[1] = product[2] = product[5] = 0;  // above the diagonal
  results.add<T>(of<T>("gram"), product, kOfFormulas);
  sums.push_back(kernels.weigh[kDtype](covariance, wide.data(), weighed.data()));
  results.add<T>(of<T>("weigh"), weighed, kOfFormulas);
  results.add<T>(of<T>("sums of a covariance"), sums, kOfFormulas);
}

// --- Random numbers -----------------------------------------------------------------------------

/// They must have the same bits on all machines.
template <class T>
void run_random(Results& results) {
  constexpr Error kNoError{0};
  constexpr std::size_t kDtype = std::is_same_v<T, double>;
  const random::Draw draw{.key = 0x0123456789abcdef, .number = 0x9876543210};
  const random::Kernels& kernels = random::kernels_of<isa::DEFAULT>();
  std::vector<T> numbers(2000);
  const auto size = static_cast<int64_t>(numbers.size());
  const auto draw_by = [&](const char* name, const random::Kernels::Run(&runs)[2], double scale) {
    runs[kDtype]({draw, 37, size, numbers.data(), 0.5, scale});
    results.add<T>(of<T>(name), numbers, kNoError);
  };
  draw_by("uniform", kernels.uniform, 3);
  draw_by("normal", kernels.normal, 3);
  draw_by("exponential", kernels.exponential, 3);
  draw_by("cauchy", kernels.cauchy, 3);
  draw_by("log_normal", kernels.log_normal, 3);
  draw_by("laplace", kernels.laplace, 3);
  draw_by("gumbel", kernels.gumbel, 3);
  draw_by("logistic", kernels.logistic, 3);
  draw_by("geometric", kernels.geometric, 0.3);
  std::vector<T> p(numbers.size());
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = static_cast<T>(i) / static_cast<T>(p.size());
  kernels.bernoulli[kDtype][kDtype]({draw, 37, size, numbers.data(), p.data(), false});
  results.add<T>(of<T>("bernoulli"), numbers, kNoError);
  std::vector<int64_t> integers(numbers.size());
  kernels.integers({draw, 37, size, integers.data(), 0, std::uint64_t{1} << 53});
  results.add<T>("integers", integers, kNoError);
}

int run(const char* file) {
  Results results(file);
  for (const auto& f : lane_functions<isa::DEFAULT, float>()) run_function(f, results);
  for (const auto& f : lane_functions<isa::DEFAULT, double>()) run_function(f, results);
  results.report("Functions of registers");
#define TORCH_DISTRIBUTIONS_RUN(...) run_formula<__VA_ARGS__>(#__VA_ARGS__, results);
  TORCH_DISTRIBUTIONS_FORMULAS_WITH_KERNELS(TORCH_DISTRIBUTIONS_RUN)
  results.report("Formulas");
  run_rows<float>(results);
  run_rows<double>(results);
  results.report("Rows");
  run_matrices<float>(results);
  run_matrices<double>(results);
  results.report("Matrices");
  run_random<float>(results);
  run_random<double>(results);
  results.report("Random numbers");
  return results.exit_status();
}

}  // namespace
}  // namespace torch::distributions::ops::engine::test

int main(int count, char** arguments) {
  return torch::distributions::ops::engine::test::run(count > 1 ? arguments[1] : nullptr);
}
