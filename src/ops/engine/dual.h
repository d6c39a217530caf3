#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "ops/engine/lanes.h"

/// The differentiating face of a formula's scalar: a value and its partial derivatives in those
/// inputs that a bit of `M` stands for. Partials that nobody asks for have no code.

namespace torch::distributions::ops::engine {
namespace {

template <class T, unsigned M>
struct Dual {
  template <unsigned input>
  static constexpr bool kDependsOn = (M >> input & 1) != 0;
  template <unsigned input>
  const Lanes<T>& partial() const {
    return partials[std::popcount(M & ((1u << input) - 1))];
  }

  template <unsigned input>
  Lanes<T> partial_or_zero() const {
    if constexpr (kDependsOn<input>) {
      return partial<input>();
    } else {
      return Lanes<T>(0.0);
    }
  }

  Lanes<T> value;
  std::array<Lanes<T>, std::popcount(M)> partials;
};

template <class T>
using Constant = Dual<T, 0>;

/// The input of that number, with a derivative of 1 in itself if `M` has it.
template <unsigned input, unsigned M, class T>
auto seed(const Lanes<T>& value) {
  if constexpr ((M >> input & 1) != 0) {
    return Dual<T, (1u << input)>{value, {Lanes<T>(1.0)}};
  } else {
    return Constant<T>{value, {}};
  }
}

/// A Dual of this value whose partial in each input of `M` is partial(integral_constant<input>).
template <unsigned M, class T, class Partial>
Dual<T, M> with_partials(const Lanes<T>& value, const Partial& partial) {
  Dual<T, M> result;
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
template <class T, unsigned M>
struct Along {
  static constexpr unsigned kInputs = M;
  const Dual<T, M>& argument;
  Lanes<T> slope;
};

/// `slope` is called if the argument varies.
template <class T, unsigned M, class Slope>
Along<T, M> along(const Dual<T, M>& argument, const Slope& slope) {
  if constexpr (M != 0) {
    return {argument, slope()};
  } else {
    return {argument, Lanes<T>()};
  }
}

/// f(a, b ...) by the chain rule.
template <class T, unsigned... M>
Dual<T, (M | ...)> chain(const Lanes<T>& value, const Along<T, M>&... arguments) {
  return with_partials<(M | ...)>(value, [&](auto input) {
    constexpr unsigned i = decltype(input)::value;
    Lanes<T> sum;
    bool first = true;  // known at compile time
    const auto add = [&](const auto& along) {
      if constexpr ((std::decay_t<decltype(along)>::kInputs >> i & 1) != 0) {
        const Lanes<T> term = along.argument.template partial<i>() * along.slope;
        sum = first ? term : sum + term;
        first = false;
      }
    };
    (add(arguments), ...);
    return sum;
  });
}

// Arithmetic.

template <class T, unsigned M>
Dual<T, M> operator-(const Dual<T, M>& a) {
  return with_partials<M>(-a.value, [&](auto i) { return -a.template partial<i>(); });
}
template <class T, unsigned A, unsigned B>
Dual<T, A | B> operator+(const Dual<T, A>& a, const Dual<T, B>& b) {
  return with_partials<A | B>(a.value + b.value, [&](auto i) {
    if constexpr (!Dual<T, B>::template kDependsOn<i>) {
      return a.template partial<i>();
    } else if constexpr (!Dual<T, A>::template kDependsOn<i>) {
      return b.template partial<i>();
    } else {
      return a.template partial<i>() + b.template partial<i>();
    }
  });
}
template <class T, unsigned A, unsigned B>
Dual<T, A | B> operator-(const Dual<T, A>& a, const Dual<T, B>& b) {
  return with_partials<A | B>(a.value - b.value, [&](auto i) {
    if constexpr (!Dual<T, B>::template kDependsOn<i>) {
      return a.template partial<i>();
    } else if constexpr (!Dual<T, A>::template kDependsOn<i>) {
      return -b.template partial<i>();
    } else {
      return a.template partial<i>() - b.template partial<i>();
    }
  });
}
template <class T, unsigned A, unsigned B>
Dual<T, A | B> operator*(const Dual<T, A>& a, const Dual<T, B>& b) {
  return chain(a.value * b.value, along(a, [&] { return b.value; }),
               along(b, [&] { return a.value; }));
}
template <class T, unsigned A, unsigned B>
Dual<T, A | B> operator/(const Dual<T, A>& a, const Dual<T, B>& b) {
  const Lanes<T> quotient = a.value / b.value;
  return chain(quotient, along(a, [&] { return 1.0 / b.value; }),
               along(b, [&] { return -quotient / b.value; }));
}
template <class T, unsigned M>
Dual<T, M> operator+(const Dual<T, M>& a, double b) {
  return {a.value + b, a.partials};
}
template <class T, unsigned M>
Dual<T, M> operator+(double a, const Dual<T, M>& b) {
  return b + a;
}
template <class T, unsigned M>
Dual<T, M> operator-(const Dual<T, M>& a, double b) {
  return {a.value - b, a.partials};
}
template <class T, unsigned M>
Dual<T, M> operator-(double a, const Dual<T, M>& b) {
  return with_partials<M>(a - b.value, [&](auto i) { return -b.template partial<i>(); });
}
template <class T, unsigned M>
Dual<T, M> operator*(const Dual<T, M>& a, double b) {
  return with_partials<M>(a.value * b, [&](auto i) { return a.template partial<i>() * b; });
}
template <class T, unsigned M>
Dual<T, M> operator*(double a, const Dual<T, M>& b) {
  return b * a;
}
template <class T, unsigned M>
Dual<T, M> operator/(const Dual<T, M>& a, double b) {
  return with_partials<M>(a.value / b, [&](auto i) { return a.template partial<i>() / b; });
}
template <class T, unsigned M>
Dual<T, M> operator/(double a, const Dual<T, M>& b) {
  return Constant<T>{Lanes<T>(a), {}} / b;
}

// Comparison and choice.

#define TORCH_DISTRIBUTIONS_COMPARISON(op)                        \
  template <class T, unsigned A, unsigned B>                      \
  Mask<T> operator op(const Dual<T, A>& a, const Dual<T, B>& b) { \
    return a.value op b.value;                                    \
  }                                                               \
  template <class T, unsigned M>                                  \
  Mask<T> operator op(const Dual<T, M>& a, double b) {            \
    return a.value op b;                                          \
  }
TORCH_DISTRIBUTIONS_COMPARISON(<)
TORCH_DISTRIBUTIONS_COMPARISON(<=)
TORCH_DISTRIBUTIONS_COMPARISON(>)
TORCH_DISTRIBUTIONS_COMPARISON(>=)
TORCH_DISTRIBUTIONS_COMPARISON(==)
TORCH_DISTRIBUTIONS_COMPARISON(!=)
#undef TORCH_DISTRIBUTIONS_COMPARISON

template <class T, unsigned M>
Mask<T> isnan(const Dual<T, M>& a) {
  return isnan(a.value);
}

template <class T, unsigned A, unsigned B>
Dual<T, A | B> select(const Mask<T>& condition, const Dual<T, A>& a, const Dual<T, B>& b) {
  return with_partials<A | B>(select(condition, a.value, b.value), [&](auto i) {
    return select(condition, a.template partial_or_zero<i>(), b.template partial_or_zero<i>());
  });
}
template <class T, unsigned M>
Dual<T, M> select(const Mask<T>& condition, double a, const Dual<T, M>& b) {
  return select(condition, Constant<T>{Lanes<T>(a), {}}, b);
}
template <class T, unsigned M>
Dual<T, M> select(const Mask<T>& condition, const Dual<T, M>& a, double b) {
  return select(condition, a, Constant<T>{Lanes<T>(b), {}});
}
template <class T, unsigned M>
Dual<T, M> min(const Dual<T, M>& a, double b) {
  return select(a.value > b, b, a);
}
template <class T, unsigned M>
Dual<T, M> max(const Dual<T, M>& a, double b) {
  return select(a.value < b, b, a);
}

}  // namespace
}  // namespace torch::distributions::ops::engine
