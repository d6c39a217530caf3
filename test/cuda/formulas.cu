// Instantiates every function of every formula, with its derivatives, in device code. That it compiles is the test.

#include "ops/engine/dual.h"
#include "ops/engine/kernel_list.h"
#include "ops/formulas/bernoulli.h"
#include "ops/formulas/beta.h"
#include "ops/formulas/binomial.h"
#include "ops/formulas/category.h"
#include "ops/formulas/dirichlet.h"
#include "ops/formulas/exponential.h"
#include "ops/formulas/gamma.h"
#include "ops/formulas/kl_bernoulli.h"
#include "ops/formulas/kl_beta.h"
#include "ops/formulas/kl_categorical.h"
#include "ops/formulas/kl_gamma.h"
#include "ops/formulas/kl_uniform.h"
#include "ops/formulas/log_normal.h"
#include "ops/formulas/normal.h"
#include "ops/formulas/transforms.h"
#include "ops/formulas/uniform.h"
#include "ops/functions.h"

namespace torch::distributions::ops::engine {
namespace {

template <class Dual>
constexpr void store(const Dual& result, double* to) {
  *to = result.value.lanes();
  for (const auto& partial : result.partials) *++to = partial.lanes();
}

/// The number of parameters of a function with these derivatives.
template <class Function, class Formula, unsigned M>
constexpr std::size_t parameters_of() {
  if constexpr (requires { Formula::kParameters; } && (kOfValue<Function> || M == 0)) {
    return Formula::kParameters;
  } else {
    return std::bit_width(M);
  }
}

/// `Function` of `Formula` with the derivatives in the inputs of `M`: the parameters, and a value
/// if the function has one.
template <class Function, class Formula, class S, unsigned M, std::size_t... i>
constexpr void evaluate(const double* inputs, double* outputs, std::index_sequence<i...>) {
  const auto result = Function::template of<Formula>(seed<S, i, M>(LanesOf<S>(inputs[i]))...);
  if constexpr (kOfValue<Function>) {
    constexpr unsigned kValue = sizeof...(i);
    store(result(seed<S, kValue, M>(LanesOf<S>(inputs[kValue]))), outputs);
  } else if constexpr (!std::is_same_v<decltype(result), const double>) {
    store(result, outputs);
  }
}

/// A function that has kernels, for results in double and in float.
template <class Function, class Formula, unsigned M, unsigned All>
__global__ void with_derivatives(const double* inputs, double* outputs) {
  constexpr auto parameters =
      std::make_index_sequence<parameters_of<Function, Formula, M>()>();
  evaluate<Function, Formula, Double, M>(inputs, outputs, parameters);
  evaluate<Function, Formula, FloatInDouble, All == 0 ? M : All>(inputs, outputs, parameters);
}
#define TORCH_DISTRIBUTIONS_COMPILE(Function, Formula, M, all)                         \
  template __global__ void                                                             \
  with_derivatives<functions::Function, formulas::Formula, M, all>(const double*, double*);
TORCH_DISTRIBUTIONS_KERNELS(TORCH_DISTRIBUTIONS_COMPILE)

/// The moments, which have no kernels.
template <class Formula>
__global__ void moments(const double* inputs, double* outputs) {
  constexpr auto parameters = std::make_index_sequence<Formula::kParameters>();
  evaluate<functions::Mean, Formula, Double, 0>(inputs, outputs, parameters);
  evaluate<functions::Mode, Formula, Double, 0>(inputs, outputs, parameters);
  evaluate<functions::Variance, Formula, Double, 0>(inputs, outputs, parameters);
  evaluate<functions::Stddev, Formula, Double, 0>(inputs, outputs, parameters);
  evaluate<functions::Entropy, Formula, Double, 0>(inputs, outputs, parameters);
}
template __global__ void moments<formulas::Bernoulli>(const double*, double*);
template __global__ void moments<formulas::BernoulliLogits>(const double*, double*);
template __global__ void moments<formulas::Beta>(const double*, double*);
template __global__ void moments<formulas::Binomial>(const double*, double*);
template __global__ void moments<formulas::BinomialLogits>(const double*, double*);
template __global__ void moments<formulas::Exponential>(const double*, double*);
template __global__ void moments<formulas::Gamma>(const double*, double*);
template __global__ void moments<formulas::LogNormal>(const double*, double*);
template __global__ void moments<formulas::Normal>(const double*, double*);
template __global__ void moments<formulas::Uniform>(const double*, double*);

}  // namespace
}  // namespace torch::distributions::ops::engine
