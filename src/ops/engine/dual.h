#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "ops/engine/elementary.h"

/// The differentiating face of a formula's scalar: a value and its partial derivatives in those
/// inputs that a bit of `M` stands for. Partials that nobody asks for have no code.
///
/// `S` says which numbers these are: how wide, and how many of their digits are needed.

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
/// Floats, computed in double: half of the digits are to spare.
struct FloatInDouble {
  using Element = double;
  using Memory = float;
};
/// Doubles of which a float is made in the end, or an entropy of Dirichlet (see float_kernels.h).
struct DoubleForFloat {
  using Element = double;
  using Memory = double;
};

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
  const LanesOf<S>& partial() const {
    return partials[std::popcount(M & ((1u << input) - 1))];
  }

  template <unsigned input>
  LanesOf<S>& partial() {
    return partials[std::popcount(M & ((1u << input) - 1))];
  }

  template <unsigned input>
  LanesOf<S> partial_or_zero() const {
    if constexpr (kDependsOn<input>) {
      return partial<input>();
    } else {
      return LanesOf<S>(0.0);
    }
  }

  LanesOf<S> value;
  [[no_unique_address]] std::array<LanesOf<S>, std::popcount(M)> partials;
};

template <class S>
using Constant = Dual<S, 0>;

/// The input of that number, with a derivative of 1 in itself if `M` has it.
template <class S, unsigned input, unsigned M>
auto seed(const LanesOf<S>& value) {
  if constexpr ((M >> input & 1) != 0) {
    return Dual<S, (1u << input)>{value, {LanesOf<S>(1.0)}};
  } else {
    return Constant<S>{value, {}};
  }
}

/// A Dual of this value whose partial in each input of `M` is partial(integral_constant<input>).
template <class S, unsigned M, class Partial>
[[gnu::always_inline]] inline Dual<S, M> with_partials(const LanesOf<S>& value,
                                                       const Partial& partial) {
  Dual<S, M> result;
  result.value = value;
  std::size_t next = 0;
  const auto set = [&](auto input) {
    if constexpr ((M >> decltype(input)::value & 1) != 0) result.partials[next++] = partial(input);
  };
  [&]<unsigned... input>(std::integer_sequence<unsigned, input...>) {
    (set(std::integral_constant<unsigned, input>()), ...);
  }(std::make_integer_sequence<unsigned, std::bit_width(M)>());
  return result;
}

/// An argument of a function, with the function's partial derivative in it.
template <class S, unsigned M>
struct Along {
  static constexpr unsigned kInputs = M;
  const Dual<S, M>& argument;
  LanesOf<S> slope;
};

/// `slope` is called if the argument varies.
template <class S, unsigned M, class Slope>
[[gnu::always_inline]] inline Along<S, M> along(const Dual<S, M>& argument, const Slope& slope) {
  if constexpr (M != 0) {
    return {argument, slope()};
  } else {
    return {argument, LanesOf<S>()};
  }
}

/// f(a, b ...) by the chain rule.
template <class S, unsigned... M>
[[gnu::always_inline]] inline Dual<S, (M | ...)> chain(const LanesOf<S>& value,
                                                       const Along<S, M>&... arguments) {
  return with_partials<S, (M | ...)>(value, [&](auto input) {
    constexpr unsigned i = decltype(input)::value;
    LanesOf<S> sum;
    bool first = true;  // known at compile time
    const auto add = [&](const auto& along) {
      if constexpr ((std::decay_t<decltype(along)>::kInputs >> i & 1) != 0) {
        const LanesOf<S> term = along.argument.template partial<i>() * along.slope;
        sum = first ? term : sum + term;
        first = false;
      }
    };
    (add(arguments), ...);
    return sum;
  });
}

// Arithmetic.

template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> operator-(const Dual<S, M>& a) {
  return with_partials<S, M>(-a.value, [&](auto i) { return -a.template partial<i>(); });
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline Dual<S, A | B> operator+(const Dual<S, A>& a, const Dual<S, B>& b) {
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
[[gnu::always_inline]] inline Dual<S, A | B> operator-(const Dual<S, A>& a, const Dual<S, B>& b) {
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
[[gnu::always_inline]] inline Dual<S, A | B> operator*(const Dual<S, A>& a, const Dual<S, B>& b) {
  return chain(a.value * b.value, along(a, [&] { return b.value; }),
               along(b, [&] { return a.value; }));
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline Dual<S, A | B> operator/(const Dual<S, A>& a, const Dual<S, B>& b) {
  const LanesOf<S> quotient = a.value / b.value, inverse = 1.0 / b.value;
  return chain(quotient, along(a, [&] { return inverse; }),
               along(b, [&] { return -quotient * inverse; }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> operator+(const Dual<S, M>& a, double b) {
  return {a.value + b, a.partials};
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> operator+(double a, const Dual<S, M>& b) {
  return b + a;
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> operator-(const Dual<S, M>& a, double b) {
  return {a.value - b, a.partials};
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> operator-(double a, const Dual<S, M>& b) {
  return with_partials<S, M>(a - b.value, [&](auto i) { return -b.template partial<i>(); });
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> operator*(const Dual<S, M>& a, double b) {
  return with_partials<S, M>(a.value * b, [&](auto i) { return a.template partial<i>() * b; });
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> operator*(double a, const Dual<S, M>& b) {
  return b * a;
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> operator/(const Dual<S, M>& a, double b) {
  return with_partials<S, M>(a.value / b, [&](auto i) { return a.template partial<i>() / b; });
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> operator/(double a, const Dual<S, M>& b) {
  return Constant<S>{LanesOf<S>(a), {}} / b;
}

// Comparison and choice.

#define TORCH_DISTRIBUTIONS_COMPARISON(op)                          \
  template <class S, unsigned A, unsigned B>                        \
  MaskOf<S> operator op(const Dual<S, A>& a, const Dual<S, B>& b) { \
    return a.value op b.value;                                      \
  }                                                                 \
  template <class S, unsigned M>                                    \
  MaskOf<S> operator op(const Dual<S, M>& a, double b) {            \
    return a.value op b;                                            \
  }
TORCH_DISTRIBUTIONS_COMPARISON(<)
TORCH_DISTRIBUTIONS_COMPARISON(<=)
TORCH_DISTRIBUTIONS_COMPARISON(>)
TORCH_DISTRIBUTIONS_COMPARISON(>=)
TORCH_DISTRIBUTIONS_COMPARISON(==)
TORCH_DISTRIBUTIONS_COMPARISON(!=)
#undef TORCH_DISTRIBUTIONS_COMPARISON

template <class S, unsigned M>
MaskOf<S> isnan(const Dual<S, M>& a) {
  return isnan(a.value);
}

template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline Dual<S, A | B> select(const MaskOf<S>& condition, const Dual<S, A>& a,
                                                    const Dual<S, B>& b) {
  return with_partials<S, A | B>(select(condition, a.value, b.value), [&](auto i) {
    return select(condition, a.template partial_or_zero<i>(), b.template partial_or_zero<i>());
  });
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> select(const MaskOf<S>& condition, double a,
                                                const Dual<S, M>& b) {
  return select(condition, Constant<S>{LanesOf<S>(a), {}}, b);
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> select(const MaskOf<S>& condition, const Dual<S, M>& a,
                                                double b) {
  return select(condition, a, Constant<S>{LanesOf<S>(b), {}});
}
/// f(inputs...) where the condition holds, else that constant, and nothing of what `f` makes of the
/// other inputs.
template <class T, class Function, class... Inputs>
[[gnu::always_inline]] inline auto within(const Mask<T>& condition, double otherwise,
                                          const Function& f, const Inputs&... inputs) {
  return select(condition, f(inputs...), otherwise);
}
/// f(parameters...), which is a function of the value, and of that `within`: called with the
/// condition, the constant and the value.
template <class Function, class S, unsigned... M>
[[gnu::always_inline]] inline auto prepared(const Function& f, const Dual<S, M>&... parameters) {
  return [of_value = f(parameters...)](const auto& condition, double otherwise, const auto& x) {
    return select(condition, of_value(x), otherwise);
  };
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> min(const Dual<S, M>& a, double b) {
  return select(a.value > b, b, a);
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> max(const Dual<S, M>& a, double b) {
  return select(a.value < b, b, a);
}

}  // namespace
}  // namespace torch::distributions::ops::engine
