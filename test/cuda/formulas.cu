// Instantiates, as device code, every function of every formula that has kernels, with derivatives, and all moments.
// The test is that this compiles.

#include "ops/engine/dual.h"
#include "ops/engine/formula_kernels.h"
#include "ops/formulas/with_kernels.h"

namespace torch::distributions::ops::engine {
namespace {

template <class Dual>
constexpr void store(const Dual& result, double* to) {
  *to = result.value.lanes();
  for (const auto& partial : result.partials) *++to = partial.lanes();
}

/// Evaluates `Function` of `Formula`, if it exists, with the derivatives in the inputs of `M`. The inputs are the
/// parameters, and a value if the function has one.
template <class Function, class Formula, class S, unsigned M, std::size_t... i>
constexpr void evaluate(const double* inputs, double* outputs, std::index_sequence<i...>) {
  if constexpr (requires(const Constant<S>& x) { Function::template of<Formula>(((void)i, x)...); }) {
    const auto result = Function::template of<Formula>(seed<S, i, M>(LanesOf<S>(inputs[i]))...);
    if constexpr (functions::kIsOfValue<Function>) {
      constexpr unsigned kValue = sizeof...(i);
      store(result(seed<S, kValue, M>(LanesOf<S>(inputs[kValue]))), outputs);
    } else if constexpr (!std::is_same_v<decltype(result), const double>) {
      store(result, outputs);
    }
  }
}

/// Evaluates a function that has kernels, for results in double and in float.
template <class Function, class Formula>
constexpr void with_derivatives(const double* inputs, double* outputs) {
  constexpr auto parameters = std::make_index_sequence<Formula::kParameters>();
  if constexpr (kernel_index<Function, Formula>() >= 0) {
    using Masks = KernelMasks<Function, Formula>;
    evaluate<Function, Formula, Double, 0>(inputs, outputs, parameters);
    evaluate<Function, Formula, Double, Masks::kTypical>(inputs, outputs, parameters);
    evaluate<Function, Formula, FloatInDouble, Masks::kTypical | Masks::kAll>(inputs, outputs, parameters);
  }
}

template <class Formula>
__global__ void of_formula(const double* inputs, double* outputs) {
  with_derivatives<functions::LogProb, Formula>(inputs, outputs);
  with_derivatives<functions::Cdf, Formula>(inputs, outputs);
  with_derivatives<functions::Entropy, Formula>(inputs, outputs);
  with_derivatives<functions::Kl, Formula>(inputs, outputs);
  with_derivatives<functions::Inverse, Formula>(inputs, outputs);
  with_derivatives<functions::LogAbsDetJacobian, Formula>(inputs, outputs);
  constexpr auto parameters = std::make_index_sequence<Formula::kParameters>();
  evaluate<functions::Mean, Formula, Double, 0>(inputs, outputs, parameters);
  evaluate<functions::Mode, Formula, Double, 0>(inputs, outputs, parameters);
  evaluate<functions::Variance, Formula, Double, 0>(inputs, outputs, parameters);
  evaluate<functions::Stddev, Formula, Double, 0>(inputs, outputs, parameters);
}

#define TORCH_DISTRIBUTIONS_FORMULA(...) \
  template __global__ void of_formula<__VA_ARGS__>(const double*, double*);
TORCH_DISTRIBUTIONS_FORMULAS_WITH_KERNELS(TORCH_DISTRIBUTIONS_FORMULA)

}  // namespace
}  // namespace torch::distributions::ops::engine
