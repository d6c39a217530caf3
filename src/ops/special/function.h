#pragma once

#include <cstddef>
#include <type_traits>

/// Special functions.
///
/// A function that needs numerical care is a struct, which holds everything about it:
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
/// `value` computes the function for numbers: a double, or a SIMD register of the engine. `partial`
/// is the derivative in one argument, in terms of special functions. From these, `Function` makes
/// the function object that formulas call with any scalar type. On dual numbers it applies the
/// chain rule. On tensors it records one autograd node; its partial derivatives are differentiable
/// as well, so derivatives of all orders exist.
///
/// Optional members of the struct:
///   * `partial(Argument<i>, Value<T> value, x...)`: a derivative that uses the value;
///   * `partial` that returns `NoGradient`: derivatives treat the argument as a constant. Without a
///     `partial`, the gradient in an argument throws c10::NotImplementedError;
///   * `ForFloatResult`: a struct with a `value`, and optionally `partial`s, for doubles whose
///     result is rounded to float, so half of the digits are enough. Instead of `value` it may have
///     `prepare(parameters...)`, with all arguments but the first. This returns an object whose
///     `value` and `partial` take the first argument, so what depends on the parameters alone is
///     computed once;
///   * `of_tensor`: LibTorch's implementation for tensors, if that is faster;
///   * `kIsComposed` and `composed`: on tensors, a composition of other differentiable functions,
///     without an autograd node of its own;
///   * `kIsElementary`: every scalar type implements the function and its derivative.
///
/// Special functions use no LibTorch headers and no intrinsics, and they are `constexpr`, which
/// makes the CUDA compiler accept them as device code. They are not evaluated at compile time.
///
/// Errors are stated in units of the dtype's epsilon times max(1, |result|), or, if the comment
/// says "relative", times |result|. "n + m log" means n + m |log |result|| units, for results that
/// are exponentials of large numbers. The error of the first derivatives follows after "gradient".
/// The bounds hold for float and double, both on the CPU and by the tensor operations that other
/// devices use. test/ops/special checks them against references with at least 60 digits.

namespace torch::distributions::ops::special {

/// The index of an argument, as a type.
template <std::size_t i>
struct Argument {};

/// Passes the value of a function to its `partial`.
template <class T>
struct Value {
  T of;
};
template <class T>
Value(T) -> Value<T>;

/// Returned by `partial` for an argument that derivatives treat as a constant.
struct NoGradient {};

/// LibTorch functions that are not methods of at::Tensor.
template <class Tensor>
struct LibTorch;

/// Calls a function with arguments of one scalar type. `Scalar` is the first argument type that is
/// not double.
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

  /// Binds all arguments but the first, and returns a function of the first.
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
