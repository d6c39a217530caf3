#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "ops/special/constants.h"
#include "ops/special/scalar.h"

namespace torch::distributions::ops {

/// A formula may say, by `in_range(parameters...)`, for which parameters it holds: those that the
/// class accepts, and their limits. All its functions are NaN for others. By `is_possible(value,
/// parameters...)` it may say for which values, or NaN, the density is not 0 (see functions.h).
///
/// At the ends of the support and where a number overflows the chain rule would multiply 0 by
/// infinity. There `within(condition, otherwise, f, inputs...)` is the constant `otherwise`, with
/// no derivative of any order.

/// The functions that a formula may have, as the bits of a set.
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
inline constexpr Functions kNone = 0;
inline constexpr Functions kEvery = ~Functions{0};

/// Inputs of a function, as the bits of a set: the parameters from the lowest bit on.
using Inputs = unsigned;
constexpr Inputs parameter(unsigned i) { return 1u << i; }
inline constexpr Inputs kEveryParameter = 1u << 30;
inline constexpr Inputs kValue = 1u << 31;

/// A function of a formula that has kernels, and their gradients.
///
/// A kernel costs a second or two to compile and 50 KB over the instruction sets, so that not every
/// function has one: `log_prob` of every scalar family has, since training calls it on large
/// tensors; `cdf` where no iteration is needed; entropies and the divergences between two of one
/// family, where the composed path makes many tensors. Everything else runs the same formula
/// composed, and so does a gradient in an input that is not named.
struct KernelOf {
  Functions function;
  Inputs training;  // the inputs that training usually differentiates
  Inputs also = 0;  // differentiated together with those by kernels of their own
};

// The precision of a formula is stated once, by two sets. `kInDouble` are the functions that
// compute float inputs in double, in kernels and by tensor operations: where float's own rounding
// of an intermediate result would show, as with log-gammas, counts, tails and divergences.
// `kResultInDouble`, if there is one, are those of them whose result stays a double, since it is a
// part of what becomes a float when everything is added up.

namespace internal {
template <class Formula, std::size_t... i>
constexpr bool has_range(std::index_sequence<i...>) {
  return requires {
    requires !std::is_void_v<decltype(Formula::in_range((static_cast<void>(i), 0.0)...))>;
  };
}
}  // namespace internal

/// Whether a formula says for which parameters it holds.
template <class Formula>
inline constexpr bool kHasRange =
    internal::has_range<Formula>(std::make_index_sequence<Formula::kParameters>());

namespace formulas {

using namespace special;  // formulas are written in its functions

/// KL(p || q) as a formula, `kl(p's parameters..., q's parameters...)`, where P is the formula of
/// p's family and Q that of q's. The header of P specialises it; Q need only be declared there.
///
/// The table of rules (kl/table.cpp) finds the classes and their parameters by P and Q. So these
/// name their class, `using Family = distributions::Gamma`. If a class takes probabilities or
/// logits, the formula of probabilities names the one of logits, `using Logits = BernoulliLogits`.
template <class P, class Q>
struct Kl;

/// What divergences have in common. They compute in double, since float's own rounding of the
/// differences of parameters would show.
template <class P, class Q>
struct Between {
  static constexpr std::size_t kParameters = P::kParameters + Q::kParameters;
  static constexpr Functions kInDouble = kEvery;

  /// The ranges of both. A divergence has none if P or Q has none.
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

/// The divergence between the forms of a family of one parameter, if one side is given by its
/// probability and the other by its logit: that of two logits. `logits(p)` is the logit of p.
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

/// x, or half of it: where a sum or difference of two numbers would overflow it is taken of halves.
constexpr auto halved_where(const auto& overflows, const auto& x) {
  return select(overflows, 0.5 * x, x);
}

}  // namespace formulas

}  // namespace torch::distributions::ops
