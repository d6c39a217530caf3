#pragma once

#include <cstddef>
#include <type_traits>

/// What a special function is.
///
/// A function of numbers that needs care is one struct, which states everything about it:
///
///     /// log(1 + exp(x)) for every x. Error: relative, 2 units; gradient the same.
///     struct Softplus;
///     inline constexpr Function<Softplus> softplus{};
///     struct Softplus {
///       static constexpr const char* kName = "softplus";
///       static constexpr auto value(const auto& x) { return max(x, 0.0) + log1p(exp(-abs(x))); }
///       static constexpr auto partial(Argument<0>, const auto& x) { return sigmoid(x); }
///     };
///
/// `value` computes it of numbers: a double, or a SIMD register of the engine. `partial` is the
/// derivative in one argument, written in special functions. From these two `Function` makes the
/// function object that formulas call, for every scalar type: on dual numbers it applies the chain
/// rule; on tensors it makes one autograd node, and since a partial derivative of tensors is
/// differentiable, derivatives of all orders follow.
///
/// A struct may also state
///   * `partial(Argument<i>, Value<T> value, x...)`: a derivative that is made of the value;
///   * `partial` with the result `NoGradient`: the argument is a constant to every derivative. If
///     an argument has no `partial` at all, asking for its gradient is c10::NotImplementedError;
///   * `ForFloatResult`, a struct with a `value`, and perhaps partial derivatives, of doubles that
///     are rounded to float in the end: half of the digits are enough. Or with `prepare`, of all
///     arguments but the first, which returns an object whose `value` and `partial` take the first:
///     what depends on parameters alone is computed once;
///   * `of_tensor`: LibTorch's own function of a tensor, where that is faster;
///   * `kIsComposed` and `composed`: the function of tensors by other differentiable functions,
///     without a node of its own;
///   * `kIsElementary`: every scalar type has the function itself, with its derivative.
///
/// The text of a special function needs no header of LibTorch and no intrinsic, and all of it is
/// `constexpr`, since that is what the CUDA compiler takes for device code. Nothing is evaluated at
/// compile time.
///
/// Errors are stated in units: the dtype's epsilon times max(1, |result|), or, where the comment
/// says "relative", times |result|. "n + m log" is n units and m more for each unit of |log
/// |result||, for results that are exponentials of large numbers. The error of the first
/// derivatives follows after "gradient". They hold for float and double, on the CPU and by the
/// tensor operations that other devices run, and are what test/ops/special asserts against
/// references of 60 digits and more.

namespace torch::distributions::ops::special {

/// The number of an argument, as a type.
template <std::size_t i>
struct Argument {};

/// The value of a function at the arguments of its partial derivative.
template <class T>
struct Value {
  T of;
};
template <class T>
Value(T) -> Value<T>;

/// The partial derivative in an argument that is a constant to every derivative.
struct NoGradient {};

/// Functions of LibTorch's that are no methods of its tensors, by name.
template <class Tensor>
struct LibTorch;

/// How a function is called with arguments of a scalar type: `Scalar` is the first type among them
/// that is not double.
template <class Scalar>
struct Face;

namespace internal {

template <class First, class... Rest>
struct LeadingScalar {
  using Type = First;
};
template <class Second, class... Rest>
struct LeadingScalar<double, Second, Rest...> : LeadingScalar<Second, Rest...> {};

}  // namespace internal

template <class F>
struct Function {
  template <class... Scalars>
  [[gnu::always_inline]] constexpr auto operator()(const Scalars&... x) const {
    return Face<typename internal::LeadingScalar<Scalars...>::Type>::template call<F>(x...);
  }

  /// The function of the first argument, given the others.
  template <class... Scalars>
  [[gnu::always_inline]] constexpr auto given(const Scalars&... parameters) const {
    using F_ = Face<typename internal::LeadingScalar<Scalars...>::Type>;
    if constexpr (requires { F_::template given<F>(parameters...); }) {
      return F_::template given<F>(parameters...);
    } else {
      return [=](const auto& x) { return Function<F>()(x, parameters...); };
    }
  }
};

template <>
struct Face<double> {
  template <class F, class... Numbers>
  static constexpr double call(const Numbers&... x) {
    return F::value(x...);
  }
};

}  // namespace torch::distributions::ops::special
