#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include "ops/constants.h"
#include "ops/special/scalar.h"

namespace torch::distributions::ops {

/// A formula may say, by `in_range(parameters...)`, for which parameters it holds: those that the
/// class accepts, and their limits. All its functions are NaN for others. By `is_possible(value,
/// parameters...)` it may say for which values, or NaN, the density is not 0 (see functions.h).
///
/// At the ends of the support and where a number overflows the chain rule would multiply 0 by
/// infinity. There `within(condition, otherwise, f, inputs...)` is the constant `otherwise`, with
/// no derivative of any order.

/// Which functions of a formula compute float inputs in double: where float's own rounding of an
/// intermediate result would show. Only `cdf` and `icdf` where just the tails suffer; all where
/// log-gammas or counts are involved; all and with a result in double where this is a part of what
/// becomes a float when everything is added up.
enum class InDouble : char { kNever, kCdf, kAlways, kAndResult };

namespace formulas {

using namespace special;  // formulas are written in its functions

/// What a divergence between two families has: the range of the parameters of both.
template <class P, class Q>
struct Between {
  template <class... Scalars>
    requires(sizeof...(Scalars) == P::kParameters + Q::kParameters)
  static constexpr auto in_range(const Scalars&... parameters) {
    const auto all = std::tie(parameters...);
    return [&]<std::size_t... i, std::size_t... j>(std::index_sequence<i...>,
                                                   std::index_sequence<j...>) {
      return P::in_range(std::get<i>(all)...) && Q::in_range(std::get<P::kParameters + j>(all)...);
    }(std::make_index_sequence<P::kParameters>(), std::make_index_sequence<Q::kParameters>());
  }
};

/// x, or half of it: where a sum or difference of two numbers would overflow it is taken of halves.
constexpr auto halved_where(const auto& overflows, const auto& x) {
  return select(overflows, 0.5 * x, x);
}

}  // namespace formulas

}  // namespace torch::distributions::ops
