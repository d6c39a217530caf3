#pragma once

#include <type_traits>

#include "ops/engine/kernel.h"
#include "ops/formulas/formula.h"
#include "ops/functions.h"

/// Which functions of which formulas have kernels, and with which gradients.
///
/// A kernel costs a second or two to compile and 50 KB over the instruction sets, so that not every
/// function has one: `log_prob` of every scalar family has, since training calls it on large
/// tensors; `cdf` where no iteration is needed; entropies and the divergences between two of one
/// family, where the composed path makes many tensors. Everything else runs the same formula
/// composed.

// K(function, formula, inputs that training differentiates, all inputs or 0), as bit masks: the
// parameters first, from the lowest bit, then the value. A gradient in an input of neither mask is
// computed by the composed path.
#define TORCH_DISTRIBUTIONS_KERNELS(K)                                         \
  K(LogProb, Bernoulli, 0b01, 0b11)                                            \
  K(LogProb, BernoulliLogits, 0b01, 0b11)                                      \
  K(LogProb, Beta, 0b011, 0b111)                                               \
  K(LogProb, Binomial, 0b010, 0)                                               \
  K(LogProb, BinomialLogits, 0b010, 0)                                         \
  K(LogProb, DirichletComponent, 0b011, 0b111)                                 \
  K(LogProb, Exponential, 0b01, 0b11)                                          \
  K(LogProb, Gamma, 0b011, 0b111)                                              \
  K(LogProb, LogNormal, 0b011, 0b111)                                          \
  K(LogProb, Normal, 0b011, 0b111)                                             \
  K(LogProb, Uniform, 0b011, 0b111)                                            \
  K(Cdf, Exponential, 0b11, 0)                                                 \
  K(Cdf, LogNormal, 0b111, 0)                                                  \
  K(Cdf, Normal, 0b111, 0)                                                     \
  K(Cdf, Uniform, 0b111, 0)                                                    \
  K(Entropy, Bernoulli, 0b1, 0)                                                \
  K(Entropy, BernoulliLogits, 0b1, 0)                                          \
  K(Entropy, Beta, 0b11, 0)                                                    \
  K(Entropy, Binomial, 0b10, 0)                                                \
  K(Entropy, BinomialLogits, 0b10, 0)                                          \
  K(Entropy, Category, 0b1, 0)                                                 \
  K(Entropy, CategoryLogits, 0b1, 0)                                           \
  K(Entropy, DirichletComponent, 0b10, 0)                                      \
  K(Entropy, Gamma, 0b11, 0)                                                   \
  K(Entropy, LogNormal, 0b11, 0)                                               \
  K(Kl, BernoulliBernoulli, 0b11, 0)                                           \
  K(Kl, BernoulliLogitsBernoulliLogits, 0b11, 0)                               \
  K(Kl, BetaBeta, 0b1111, 0)                                                   \
  K(Kl, BinomialBinomial<formulas::BernoulliBernoulli>, 0b1010, 0)             \
  K(Kl, BinomialBinomial<formulas::BernoulliLogitsBernoulliLogits>, 0b1010, 0) \
  K(Kl, CategoryCategory, 0b11, 0)                                             \
  K(Kl, CategoryLogitsCategoryLogits, 0b11, 0)                                 \
  K(Kl, DirichletComponent, 0b1111, 0)                                         \
  K(Kl, ExponentialExponential, 0b11, 0)                                       \
  K(Kl, GammaGamma, 0b1111, 0)                                                 \
  K(Kl, NormalNormal, 0b1111, 0)                                               \
  K(Kl, UniformUniform, 0b1111, 0)                                             \
  K(Inverse, Tanh, 0b1, 0)                                                     \
  K(LogAbsDetJacobian, Sigmoid, 0b1, 0)                                        \
  K(LogAbsDetJacobian, Softplus, 0b1, 0)                                       \
  K(LogAbsDetJacobian, Tanh, 0b1, 0)

namespace torch::distributions::ops::formulas {
struct Bernoulli;
struct BernoulliBernoulli;
struct BernoulliLogits;
struct BernoulliLogitsBernoulliLogits;
struct Beta;
struct BetaBeta;
struct Binomial;
template <class Trial>
struct BinomialBinomial;
struct BinomialLogits;
struct Category;
struct CategoryCategory;
struct CategoryLogits;
struct CategoryLogitsCategoryLogits;
struct DirichletComponent;
struct Exponential;
struct ExponentialExponential;
struct Gamma;
struct GammaGamma;
struct LogNormal;
struct Normal;
struct NormalNormal;
struct Sigmoid;
struct Softplus;
struct Tanh;
struct Uniform;
struct UniformUniform;
}  // namespace torch::distributions::ops::formulas

namespace torch::distributions::ops::engine {

/// The instruction sets, as `CPU_CAPABILITY` names them.
namespace isa {
struct DEFAULT;
struct AVX2;
struct AVX512;
}  // namespace isa

/// The kernels that a file of kernels/ defines for an instruction set.
template <class Isa, class Function, class Formula>
const Kernels& kernels_of();

/// What the list says of a function of a formula.
template <class Function, class Formula>
struct Listed {
  static constexpr bool kHasKernels = false;
};

#define TORCH_DISTRIBUTIONS_LIST(Function, Formula, typical, all)                    \
  template <>                                                                        \
  struct Listed<functions::Function, formulas::Formula> {                            \
    static constexpr bool kHasKernels = true;                                        \
    static constexpr const char* kName = #Formula #Function;                         \
    static constexpr unsigned kTypical = typical, kAll = all;                        \
  };                                                                                 \
  template <>                                                                        \
  const Kernels& kernels_of<isa::DEFAULT, functions::Function, formulas::Formula>(); \
  template <>                                                                        \
  const Kernels& kernels_of<isa::AVX2, functions::Function, formulas::Formula>();    \
  template <>                                                                        \
  const Kernels& kernels_of<isa::AVX512, functions::Function, formulas::Formula>();
TORCH_DISTRIBUTIONS_KERNELS(TORCH_DISTRIBUTIONS_LIST)
#undef TORCH_DISTRIBUTIONS_LIST

/// Whether the last input is a value; all others are parameters.
template <class Function>
inline constexpr bool kOfValue =
    std::is_same_v<Function, functions::LogProb> || std::is_same_v<Function, functions::Cdf> ||
    std::is_same_v<Function, functions::Inverse> ||
    std::is_same_v<Function, functions::LogAbsDetJacobian>;

/// Whether the result is a double, whatever the inputs are.
template <class Formula>
inline constexpr bool kResultInDouble = Formula::kInDouble == InDouble::kAndResult;

/// Whether the composed path computes float inputs in double.
template <class Function, class Formula>
inline constexpr bool kComposesInDouble =
    Formula::kInDouble == InDouble::kAlways || kResultInDouble<Formula> ||
    (Formula::kInDouble == InDouble::kCdf && Function::kIsCdf);

/// Whether kernels do: a divergence's special functions are in double on either path, unless it
/// says `kFloatsSuffice`.
template <class Function, class Formula>
inline constexpr bool kInDouble =
    kComposesInDouble<Function, Formula> ||
    (std::is_same_v<Function, functions::Kl> && !requires { requires Formula::kFloatsSuffice; });

}  // namespace torch::distributions::ops::engine
