#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "ops/special/constants.h"
#include "ops/special/scalar.h"

namespace torch::distributions::ops {

/// A formula may define `in_range(parameters...)`, which is true for the parameters that the class
/// accepts and for their limits. For other parameters all its functions are NaN. It may define
/// `is_possible(value, parameters...)`, which is true for NaN and for the values with a density
/// other than 0 (see functions.h).
///
/// At the ends of the support, and where a number overflows, the chain rule would multiply 0 by
/// infinity. There, `within(condition, otherwise, f, inputs...)` is the constant `otherwise`, whose
/// derivatives of all orders are 0.

/// A set of functions of a formula, as bits.
using Functions = unsigned;
inline constexpr Functions kLogProb = 1u << 0;
inline constexpr Functions kCdf = 1u << 1;
inline constexpr Functions kIcdf = 1u << 2;
inline constexpr Functions kMean = 1u << 3;
inline constexpr Functions kMode = 1u << 4;
inline constexpr Functions kVariance = 1u << 5;
inline constexpr Functions kStddev = 1u << 6;
inline constexpr Functions kEntropy = 1u << 7;
inline constexpr Functions kKl = 1u << 8;
inline constexpr Functions kInverse = 1u << 9;
inline constexpr Functions kLogAbsDetJacobian = 1u << 10;
inline constexpr Functions kLogCdf = 1u << 11;
inline constexpr Functions kSurvivalFunction = 1u << 12;
inline constexpr Functions kLogSurvivalFunction = 1u << 13;
inline constexpr Functions kForward = 1u << 14;
inline constexpr Functions kNone = 0;
inline constexpr Functions kEvery = ~Functions{0};
/// The tails. Each ends in an exponential or a logarithm, so they compute in double as a rule.
inline constexpr Functions kTails = kLogCdf | kSurvivalFunction | kLogSurvivalFunction;

/// A set of inputs of a function, as bits. The lowest bits are the parameters.
using Inputs = unsigned;
constexpr Inputs parameter(unsigned i) { return 1u << i; }
inline constexpr Inputs kEveryParameter = 1u << 30;
inline constexpr Inputs kValue = 1u << 31;

/// A function with kernels, and the gradients that these compute.
///
/// A kernel takes a second or two to compile and 50 KB for all instruction sets, so not every
/// function has one. Kernels exist for `log_prob` of every scalar family, since training calls it
/// on large tensors; for `cdf` if it needs no iteration; for `icdf` if draws use it; and for
/// entropies and for divergences within one family, if the composed path would make many tensors.
/// The tails have none, since they are called less often than `cdf`. The same formula runs on
/// tensors for all other functions, and for gradients in inputs that are not named here.
struct KernelOf {
  Functions function;
  Inputs training;  // the inputs that training usually differentiates
  Inputs also = 0;  // further kernels differentiate these and `training` together
};

// Two sets define the precision of a formula. `kInDouble`: functions that compute in double even
// for float inputs, both in kernels and by tensor operations. These are functions in which the
// rounding of intermediate floats would show, such as log-gammas, counts, tails and divergences.
// `kResultInDouble` (optional): functions of `kInDouble` whose result stays a double, since it is a
// term of a sum that is rounded to float later.

namespace internal {
template <class Formula, std::size_t... i>
constexpr bool has_range(std::index_sequence<i...>) {
  return requires {
    requires !std::is_void_v<decltype(Formula::in_range((static_cast<void>(i), 0.0)...))>;
  };
}
}  // namespace internal

/// Whether a formula defines `in_range`.
template <class Formula>
inline constexpr bool kHasRange =
    internal::has_range<Formula>(std::make_index_sequence<Formula::kParameters>());

namespace formulas {

using namespace special;  // the functions that formulas call

/// The formula of KL(p || q): `kl(parameters of p..., parameters of q...)`. P and Q are the
/// formulas of the two families. The header of P specialises it; Q need only be declared there. If
/// the rules for one Q share code, the header of Q specialises them.
///
/// The table of rules (kl/table.cpp) finds the classes and their parameters from P and Q. Therefore
/// a formula names its class: `using Family = distributions::Gamma`. If a class takes probabilities
/// or logits, the formula for probabilities names the one for logits:
/// `using Logits = BernoulliLogits`.
template <class P, class Q>
struct Kl;

/// Base class of the divergences. They compute in double, since rounded differences of float
/// parameters would show.
template <class P, class Q>
struct Between {
  static constexpr std::size_t kParameters = P::kParameters + Q::kParameters;
  static constexpr Functions kInDouble = kEvery;

  /// Whether both ranges hold. If P or Q has no range, the divergence has none.
  static constexpr auto in_range(const auto&... parameters) {
    if constexpr (kHasRange<P> && kHasRange<Q>) {
      const auto all = std::tie(parameters...);
      return [&]<std::size_t... i, std::size_t... j>(std::index_sequence<i...>,
                                                     std::index_sequence<j...>) {
        return P::in_range(std::get<i>(all)...) &&
               Q::in_range(std::get<P::kParameters + j>(all)...);
      }(std::make_index_sequence<P::kParameters>(), std::make_index_sequence<Q::kParameters>());
    }
  }
};

/// The divergence within a family of one parameter, if one side has a probability and the other a
/// logit: the probability is converted. `logits(p)` is the logit of p.
template <class P>
  requires(P::kParameters == 1)
struct Kl<P, typename P::Logits> : Between<P, typename P::Logits> {
  static constexpr auto kl(const auto& p, const auto& q) {
    return Kl<typename P::Logits, typename P::Logits>::kl(P::logits(p), q);
  }
};
template <class Q>
  requires(Q::kParameters == 1)
struct Kl<typename Q::Logits, Q> : Between<typename Q::Logits, Q> {
  static constexpr auto kl(const auto& p, const auto& q) {
    return Kl<typename Q::Logits, typename Q::Logits>::kl(p, Q::logits(q));
  }
};

/// x / 2 where `overflows`, else x: a sum or difference that would overflow uses halves.
constexpr auto halved_where(const auto& overflows, const auto& x) {
  return select(overflows, 0.5 * x, x);
}

}  // namespace formulas

}  // namespace torch::distributions::ops
