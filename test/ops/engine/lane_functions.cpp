// Compiled once for each instruction set, like the kernels.

#include "ops/engine/lane_functions.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "ops/engine/dual.h"
#include "ops/engine/formula_kernels.h"
#include "ops/special/beta_log_density.h"
#include "ops/special/binomial_entropy.h"
#include "ops/special/exp_divergence.h"
#include "ops/special/gamma_log_density.h"
#include "ops/special/hyperbolic.h"
#include "ops/special/log_mean_gap.h"
#include "ops/special/log_of_ratio.h"
#include "ops/special/normal.h"
#include "ops/special/poisson_log_density.h"
#include "ops/special/rounding.h"
#include "ops/special/softplus_divergence.h"
#include "ops/special/stirling_divergence.h"
#include "ops/special/xlogy.h"

namespace torch::distributions::ops::engine::test {
namespace {

using namespace special;

/// Runs F over arrays: its value if M is 0, else its derivative in the argument of the bit of M.
template <class F, class S, unsigned M, std::size_t... i>
void run(const typename S::Memory* const* from, typename S::Memory* to, int64_t count) {
  using Numbers = LanesOf<S>;
  for (int64_t k = 0; k < count; k += Numbers::kCount) {
    const int64_t left = std::min(Numbers::kCount, count - k);
    const auto result = Function<F>()(seed<S, i, M>(Numbers::load_part(from[i] + k, left))...);
    if constexpr (M == 0) {
      store_part(result.value, to + k, left);
    } else {
      store_part(result.partials[0], to + k, left);
    }
  }
}

/// A list of functions and of their derivatives in each argument.
template <class S>
class List {
 public:
  using T = typename S::Memory;

  template <class F, std::size_t arity>
  void add(const char* name, const double (&ordinary)[arity]) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      const std::vector<double> arguments{ordinary[i]...};
      functions.push_back({name, -1, arguments, &run<F, S, 0, i...>});
      (add_derivative<F, i, i...>(name, arguments), ...);
    }(std::make_index_sequence<arity>());
  }
  std::vector<LaneFunction<T>> functions;

 private:
  template <class F, std::size_t k, std::size_t... i>
  void add_derivative(const char* name, const std::vector<double>& ordinary) {
    using Numbers = LanesOf<S>;
    constexpr bool has = requires(const Numbers& x) {
      requires requires { F::partial(Argument<k>(), ((void)i, x)...); } ||
                   requires { F::partial(Argument<k>(), Value{x}, ((void)i, x)...); };
    };
    if constexpr (has) {
      constexpr bool is_constant = requires(const Numbers& x) {
        { F::partial(Argument<k>(), ((void)i, x)...) } -> std::same_as<NoGradient>;
      };
      if constexpr (!is_constant) {
        functions.push_back({name, static_cast<int>(k), ordinary, &run<F, S, 1u << k, i...>});
      }
    }
  }
};

/// log x - y by `log_in_parts`.
struct LogMinus {
  static constexpr auto value(const auto& x, const auto& y) {
    const auto parts = log_in_parts(x);
    return parts.high - y + parts.low;
  }
};

/// The functions that kernels compute in float as well.
template <class S>
List<S> elementary() {
  List<S> list;
  list.template add<Log>("log", {0.7});
  list.template add<LogMinus>("log_minus", {0.7, -0.3});
  list.template add<Log1p>("log1p", {0.7});
  list.template add<Exp>("exp", {0.7});
  list.template add<Expm1>("expm1", {0.7});
  list.template add<Sqrt>("sqrt", {0.7});
  list.template add<Sigmoid>("sigmoid", {0.7});
  list.template add<Softplus>("softplus", {0.7});
  list.template add<LogSigmoid>("log_sigmoid", {0.7});
  list.template add<Atanh>("atanh", {0.7});
  list.template add<LogCosh>("log_cosh", {0.7});
  list.template add<Xlogy>("xlogy", {0.7, 0.3});
  list.template add<Xlog1py>("xlog1py", {0.7, 0.3});
  list.template add<Standardized>("standardized", {0.7, 0.3, 1.2});
  list.template add<ExpDivergence>("exp_divergence", {0.7, 0.3});
  return list;
}

template <class S>
List<S> all() {
  List<S> list = elementary<S>();
  list.template add<Ndtr>("ndtr", {0.7});
  list.template add<Lbeta>("lbeta", {0.7, 2.3});
  list.template add<LogOfRatio>("log_of_ratio", {0.7, 0.3});
  list.template add<Bd0>("bd0", {0.7, 0.3});
  list.template add<Deviance>("deviance", {0.7, 0.3, 0.4});
  list.template add<GammaLogDensity>("gamma_log_density", {0.7, 2.3, 1.2});
  list.template add<BetaLogDensity>("beta_log_density", {0.7, 2.3, 1.2});
  list.template add<StirlingDivergence>("stirling_divergence", {0.7, 0.3, 0.4});
  list.template add<ItakuraSaito>("itakura_saito", {0.7, 0.3});
  list.template add<SoftplusDivergence>("softplus_divergence", {0.7, 0.3});
  list.template add<LogMinusDigamma>("log_minus_digamma", {0.7});
  list.template add<LogFactorialRemainder>("log_factorial_remainder", {0.7});
  list.template add<LogMeanGap>("log_mean_gap", {0.3, 0.7});
  // These have no kernels for derivatives in counts.
  list.functions.push_back(
      {"binomial_log_density", -1, {3, 7, 0.3}, &run<BinomialLogDensity, S, 0, 0, 1, 2>});
  list.functions.push_back(
      {"binomial_log_density", 2, {3, 7, 0.3}, &run<BinomialLogDensity, S, 4, 0, 1, 2>});
  list.functions.push_back({"binomial_log_density_logits",
                            -1,
                            {3, 7, 0.3},
                            &run<BinomialLogDensityLogits, S, 0, 0, 1, 2>});
  list.functions.push_back({"binomial_log_density_logits",
                            2,
                            {3, 7, 0.3},
                            &run<BinomialLogDensityLogits, S, 4, 0, 1, 2>});
  list.functions.push_back(
      {"binomial_entropy_sum", -1, {7, 0.3}, &run<BinomialEntropySum, S, 0, 0, 1>, 1e3});
  list.functions.push_back(
      {"binomial_entropy_sum", 1, {7, 0.3}, &run<BinomialEntropySum, S, 2, 0, 1>, 1e3});
  return list;
}

}  // namespace

template <>
std::vector<LaneFunction<float>> lane_functions<isa::CPU_CAPABILITY, float>() {
  auto functions = elementary<Float>().functions;
  for (const auto& function : all<FloatInDouble>().functions) functions.push_back(function);
  return functions;
}
template <>
std::vector<LaneFunction<double>> lane_functions<isa::CPU_CAPABILITY, double>() {
  return all<Double>().functions;
}

}  // namespace torch::distributions::ops::engine::test
