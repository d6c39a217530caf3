#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "ops/engine/elementary.h"
#include "ops/special/function.h"

/// Dual numbers: a value and its partial derivatives with respect to the inputs in the mask `M`.
/// Partial derivatives outside `M` are not compiled.
///
/// `S` is the kind of the numbers: their type, and the precision that the result needs.

namespace torch::distributions::ops::engine {
namespace {

struct Float {
  using Element = float;
  using Memory = float;
};
struct Double {
  using Element = double;
  using Memory = double;
};
/// Floats, computed in double: results only need the precision of a float.
struct FloatInDouble {
  using Element = double;
  using Memory = float;
};
/// Doubles that only need the precision of a float: terms of a sum that is rounded to float in the
/// end. (Also used for the entropy of a Dirichlet distribution of doubles.)
struct DoubleForFloat {
  using Element = double;
  using Memory = double;
};

/// Whether float precision is enough, because the result is rounded to float.
template <class S>
inline constexpr bool kIsForFloat =
    std::is_same_v<S, FloatInDouble> || std::is_same_v<S, DoubleForFloat>;

template <class S>
using LanesOf = Lanes<typename S::Element>;
template <class S>
using MaskOf = Mask<typename S::Element>;

template <class S, unsigned M>
struct Dual {
  using Numbers = LanesOf<S>;

  template <unsigned input>
  static constexpr bool kDependsOn = (M >> input & 1) != 0;
  template <unsigned input>
  constexpr const LanesOf<S>& partial() const {
    return partials[std::popcount(M & ((1u << input) - 1))];
  }

  template <unsigned input>
  constexpr LanesOf<S>& partial() {
    return partials[std::popcount(M & ((1u << input) - 1))];
  }

  template <unsigned input>
  constexpr LanesOf<S> partial_or_zero() const {
    if constexpr (kDependsOn<input>) {
      return partial<input>();
    } else {
      return LanesOf<S>(0.0);
    }
  }

  LanesOf<S> value;
  // An array of no elements would take as much memory as a register.
  struct None {
    constexpr const LanesOf<S>* begin() const { return nullptr; }
    constexpr const LanesOf<S>* end() const { return nullptr; }
  };
  [[no_unique_address]] std::conditional_t<M == 0, None, std::array<LanesOf<S>, std::popcount(M)>>
      partials;
};

template <class S>
using Constant = Dual<S, 0>;

/// The dual number of an input. Its derivative with respect to `input` is 1, if `M` contains
/// `input`.
template <class S, unsigned input, unsigned M>
constexpr auto seed(const LanesOf<S>& value) {
  if constexpr ((M >> input & 1) != 0) {
    return Dual<S, (1u << input)>{value, {LanesOf<S>(1.0)}};
  } else {
    return Constant<S>{value, {}};
  }
}

/// A dual number whose partial derivative with respect to each input of `M` is
/// partial(integral_constant<input>).
template <class S, unsigned M, class Partial>
[[gnu::always_inline]] constexpr Dual<S, M> with_partials(const LanesOf<S>& value,
                                                          const Partial& partial) {
  Dual<S, M> result;
  result.value = value;
  if constexpr (M != 0) {
    std::size_t next = 0;
    const auto set = [&](auto input) {
      if constexpr ((M >> decltype(input)::value & 1) != 0)
        result.partials[next++] = partial(input);
    };
    [&]<unsigned... input>(std::integer_sequence<unsigned, input...>) {
      (set(std::integral_constant<unsigned, input>()), ...);
    }(std::make_integer_sequence<unsigned, std::bit_width(M)>());
  }
  return result;
}

// --- The chain rule -----------------------------------------------------------------------------

/// An argument of a function, and the partial derivative of the function with respect to it.
template <class S, unsigned M>
struct Along {
  const Dual<S, M>& argument;
  LanesOf<S> slope;
};
template <class S>
struct Along<S, 0> {};

/// An argument with its `slope()`, which is only called if the argument has derivatives.
template <class S, unsigned M, class Slope>
[[gnu::always_inline]] constexpr auto along(const Dual<S, M>& argument, const Slope& slope) {
  if constexpr (M == 0) {
    return Along<S, 0>{};
  } else if constexpr (std::is_same_v<decltype(slope()), special::NoGradient>) {
    return Along<S, 0>{};
  } else {
    return Along<S, M>{argument, slope()};
  }
}

/// An empty sum.
struct Nothing {};
template <class Term>
[[gnu::always_inline]] constexpr Term operator+(Nothing, const Term& term) {
  return term;
}
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> operator+(const Lanes<T>& sum, Nothing) {
  return sum;
}

/// The term of an argument in the partial derivative with respect to `input`.
template <unsigned input, class S, unsigned M>
[[gnu::always_inline]] constexpr auto term(const Along<S, M>& along) {
  if constexpr ((M >> input & 1) != 0) {
    return along.argument.template partial<input>() * along.slope;
  } else {
    return Nothing();
  }
}

/// f(arguments...) with this value and the derivatives of the chain rule.
template <class S, unsigned... M>
[[gnu::always_inline]] constexpr Dual<S, (M | ...)> chain(const LanesOf<S>& value,
                                                          const Along<S, M>&... arguments) {
  return with_partials<S, (M | ...)>(value, [&](auto input) {
    return (Nothing() + ... + term<decltype(input)::value>(arguments));
  });
}

// Arithmetic.

template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> operator-(const Dual<S, M>& a) {
  return with_partials<S, M>(-a.value, [&](auto i) { return -a.template partial<i>(); });
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] constexpr Dual<S, A | B> operator+(const Dual<S, A>& a,
                                                          const Dual<S, B>& b) {
  return with_partials<S, A | B>(a.value + b.value, [&](auto i) {
    if constexpr (!Dual<S, B>::template kDependsOn<i>) {
      return a.template partial<i>();
    } else if constexpr (!Dual<S, A>::template kDependsOn<i>) {
      return b.template partial<i>();
    } else {
      return a.template partial<i>() + b.template partial<i>();
    }
  });
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] constexpr Dual<S, A | B> operator-(const Dual<S, A>& a,
                                                          const Dual<S, B>& b) {
  return with_partials<S, A | B>(a.value - b.value, [&](auto i) {
    if constexpr (!Dual<S, B>::template kDependsOn<i>) {
      return a.template partial<i>();
    } else if constexpr (!Dual<S, A>::template kDependsOn<i>) {
      return -b.template partial<i>();
    } else {
      return a.template partial<i>() - b.template partial<i>();
    }
  });
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] constexpr Dual<S, A | B> operator*(const Dual<S, A>& a,
                                                          const Dual<S, B>& b) {
  return chain(a.value * b.value, along(a, [&] { return b.value; }),
               along(b, [&] { return a.value; }));
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] constexpr Dual<S, A | B> operator/(const Dual<S, A>& a,
                                                          const Dual<S, B>& b) {
  const LanesOf<S> quotient = a.value / b.value, inverse = 1.0 / b.value;
  return chain(quotient, along(a, [&] { return inverse; }),
               along(b, [&] { return -quotient * inverse; }));
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> operator+(const Dual<S, M>& a, double b) {
  return {a.value + b, a.partials};
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> operator+(double a, const Dual<S, M>& b) {
  return b + a;
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> operator-(const Dual<S, M>& a, double b) {
  return {a.value - b, a.partials};
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> operator-(double a, const Dual<S, M>& b) {
  return with_partials<S, M>(a - b.value, [&](auto i) { return -b.template partial<i>(); });
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> operator*(const Dual<S, M>& a, double b) {
  return with_partials<S, M>(a.value * b, [&](auto i) { return a.template partial<i>() * b; });
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> operator*(double a, const Dual<S, M>& b) {
  return b * a;
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> operator/(const Dual<S, M>& a, double b) {
  return with_partials<S, M>(a.value / b, [&](auto i) { return a.template partial<i>() / b; });
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> operator/(double a, const Dual<S, M>& b) {
  return Constant<S>{LanesOf<S>(a), {}} / b;
}

// Comparison and choice.

#define TORCH_DISTRIBUTIONS_COMPARISON(op)                                    \
  template <class S, unsigned A, unsigned B>                                  \
  constexpr MaskOf<S> operator op(const Dual<S, A>& a, const Dual<S, B>& b) { \
    return a.value op b.value;                                                \
  }                                                                           \
  template <class S, unsigned M>                                              \
  constexpr MaskOf<S> operator op(const Dual<S, M>& a, double b) {            \
    return a.value op b;                                                      \
  }
TORCH_DISTRIBUTIONS_COMPARISON(<)
TORCH_DISTRIBUTIONS_COMPARISON(<=)
TORCH_DISTRIBUTIONS_COMPARISON(>)
TORCH_DISTRIBUTIONS_COMPARISON(>=)
TORCH_DISTRIBUTIONS_COMPARISON(==)
TORCH_DISTRIBUTIONS_COMPARISON(!=)
#undef TORCH_DISTRIBUTIONS_COMPARISON

template <class S, unsigned M>
constexpr MaskOf<S> isnan(const Dual<S, M>& a) {
  return isnan(a.value);
}

template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] constexpr Dual<S, A | B> select(const MaskOf<S>& condition,
                                                       const Dual<S, A>& a, const Dual<S, B>& b) {
  return with_partials<S, A | B>(select(condition, a.value, b.value), [&](auto i) {
    return select(condition, a.template partial_or_zero<i>(), b.template partial_or_zero<i>());
  });
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> select(const MaskOf<S>& condition, double a,
                                                   const Dual<S, M>& b) {
  return select(condition, Constant<S>{LanesOf<S>(a), {}}, b);
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> select(const MaskOf<S>& condition, const Dual<S, M>& a,
                                                   double b) {
  return select(condition, a, Constant<S>{LanesOf<S>(b), {}});
}
/// f(inputs...) where the condition holds, else the constant `otherwise`, which has no derivatives.
template <class T, class Function, class... Inputs>
[[gnu::always_inline]] constexpr auto within(const Mask<T>& condition, double otherwise,
                                             const Function& f, const Inputs&... inputs) {
  return select(condition, f(inputs...), otherwise);
}
/// Prepares g = f(parameters...), a function of the value. Returns a function of a condition,
/// `otherwise` and x: `within(condition, otherwise, g, x)`.
template <class Function, class S, unsigned... M>
[[gnu::always_inline]] constexpr auto prepared(const Function& f, const Dual<S, M>&... parameters) {
  return [of_value = f(parameters...)](const auto& condition, double otherwise, const auto& x) {
    return select(condition, of_value(x), otherwise);
  };
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] constexpr Dual<S, A | B> min(const Dual<S, A>& a, const Dual<S, B>& b) {
  return select(a.value < b.value || isnan(a.value), a, b);
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> min(const Dual<S, M>& a, double b) {
  return select(a.value > b, b, a);
}
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Dual<S, M> max(const Dual<S, M>& a, double b) {
  return select(a.value < b, b, a);
}

/// The constant `c` as a scalar of x's type.
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Constant<S> like(const Dual<S, M>&, double c) {
  return {LanesOf<S>(c), {}};
}

/// x as a constant, without derivatives.
template <class S, unsigned M>
[[gnu::always_inline]] constexpr Constant<S> constant(const Dual<S, M>& x) {
  return {x.value, {}};
}

/// f(log x), or f(log x, e) with the rounding error e of log x, a constant for derivatives. The
/// slope of f is divided by x, since 1 / x may overflow. At infinity the slope is 0.
template <class S, unsigned M, class F>
[[gnu::always_inline]] constexpr auto of_log(const F& f, const Dual<S, M>& x) {
  static_assert(std::popcount(M) <= 1);
  auto result = [&] {
    if constexpr (std::is_invocable_v<F, Dual<S, M>, Constant<S>>) {
      const auto parts = log_in_parts(x.value);
      return f(Dual<S, M>{parts.high, x.partials}, Constant<S>{parts.low, {}});
    } else {
      return f(Dual<S, M>{log(x.value), x.partials});
    }
  }();
  if constexpr (M != 0) {
    constexpr unsigned kInput = std::countr_zero(M);
    LanesOf<S>& slope = result.template partial<kInput>();
    slope = select(x.value == kInfinity, LanesOf<S>(0.0), slope / x.value);
  }
  return result;
}

}  // namespace
}  // namespace torch::distributions::ops::engine

namespace torch::distributions::ops::special {

/// A special function on dual numbers, by its partial derivatives and the chain rule.
template <class S, unsigned M>
struct Face<engine::Dual<S, M>> {
  template <class F, class... Scalars>
  [[gnu::always_inline]] static constexpr auto call(const Scalars&... x) {
    return on_duals<F>(as_dual(x)...);
  }

  /// The function of the first argument, for fixed other arguments.
  template <class F, unsigned... P>
    requires(engine::kIsForFloat<S> &&
             requires(const engine::LanesOf<S>& x) { F::ForFloatResult::prepare(((void)P, x)...); })
  [[gnu::always_inline]] static constexpr auto given(const engine::Dual<S, P>&... parameters) {
    return [=, function = F::ForFloatResult::prepare(parameters.value...)]<unsigned C>(
               const engine::Dual<S, C>& x) {
      return apply([&] { return function.value(x.value); },
                   [&](auto argument) { return function.partial(argument, x.value); }, x,
                   parameters...);
    };
  }

 private:
  template <unsigned A>
  [[gnu::always_inline]] static constexpr const engine::Dual<S, A>& as_dual(
      const engine::Dual<S, A>& x) {
    return x;
  }
  [[gnu::always_inline]] static constexpr engine::Constant<S> as_dual(double c) {
    return {engine::LanesOf<S>(c), {}};
  }

  template <class F, unsigned... A>
  [[gnu::always_inline]] static constexpr auto on_duals(const engine::Dual<S, A>&... x) {
    const auto value = value_of<F>(x.value...);
    return apply([&] { return value; },
                 [&](auto argument) { return partial_of<F>(argument, value, x.value...); }, x...);
  }

  /// value(), with the derivative partial(Argument<i>()) with respect to the i-th argument.
  template <class MakeValue, class Partial, unsigned... A>
  [[gnu::always_inline]] static constexpr auto apply(const MakeValue& value, const Partial& partial,
                                                     const engine::Dual<S, A>&... x) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return engine::chain(value(), along_argument<i>(x, partial)...);
    }(std::index_sequence_for<engine::Dual<S, A>...>());
  }

  template <std::size_t i, class Partial, unsigned A>
  [[gnu::always_inline]] static constexpr auto along_argument(const engine::Dual<S, A>& x,
                                                              const Partial& partial) {
    if constexpr (A == 0) {  // this partial derivative may not exist
      return engine::Along<S, 0>{};
    } else {
      return engine::along(x, [&] { return partial(Argument<i>()); });
    }
  }

  template <class F, class... Numbers>
  [[gnu::always_inline]] static constexpr auto value_of(const Numbers&... x) {
    if constexpr (engine::kIsForFloat<S> && requires { F::ForFloatResult::value(x...); }) {
      return F::ForFloatResult::value(x...);
    } else {
      return F::value(x...);
    }
  }

  template <class F, std::size_t i, class Number, class... Numbers>
  [[gnu::always_inline]] static constexpr auto partial_of(Argument<i> argument, const Number& value,
                                                          const Numbers&... x) {
    if constexpr (engine::kIsForFloat<S> &&
                  requires { F::ForFloatResult::partial(argument, x...); }) {
      return F::ForFloatResult::partial(argument, x...);
    } else if constexpr (requires { F::partial(argument, Value{value}, x...); }) {
      return F::partial(argument, Value{value}, x...);
    } else {
      return F::partial(argument, x...);
    }
  }
};

}  // namespace torch::distributions::ops::special
