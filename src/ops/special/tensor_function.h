#pragma once

#include <ATen/ATen.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "ops/special/differentiable.h"
#include "ops/special/elementwise.h"
#include "ops/special/function.h"
#include "ops/special/tensor_scalar.h"

/// Makes a TensorFunction from the struct of a special function (see function.h).

namespace torch::distributions::ops::special {

template <>
struct LibTorch<Tensor> {
  static Tensor erfcx(const Tensor& x) { return at::special_erfcx(x); }
  static Tensor log_ndtr(const Tensor& x) { return at::special_log_ndtr(x); }
  static Tensor log_sigmoid(const Tensor& x) { return at::log_sigmoid(x); }
  static Tensor ndtri(const Tensor& p) { return at::special_ndtri(p); }
  static Tensor xlog1py(const Tensor& x, const Tensor& y) { return at::special_xlog1py(x, y); }
  static Tensor zeta(const Tensor& s, const Tensor& q) { return at::special_zeta(s, q); }
};

/// f(x), computed in double if the device supports it.
template <class F>
Tensor in_double(const Tensor& x, const F& f) {
  return x.is_mps() ? f(x) : f(x.to(at::kDouble)).to(x.scalar_type());
}

namespace internal {

template <class F, std::size_t... i>
constexpr bool takes(std::index_sequence<i...>) {
  return requires(const Tensor& tensor, double number) {
    requires requires { F::of_tensor(((void)i, tensor)...); } ||
                 requires { F::value(((void)i, number)...); };
  };
}

/// The number of arguments of F.
template <class F, std::size_t n = 1>
constexpr std::size_t arity() {
  if constexpr (takes<F>(std::make_index_sequence<n>())) {
    return n;
  } else {
    return arity<F, n + 1>();
  }
}

template <class F, std::size_t... i>
Tensor value(TensorList args, std::index_sequence<i...>) {
  if constexpr (requires { F::of_tensor(args[i]...); }) {
    return F::of_tensor(args[i]...);
  } else {
    return elementwise([](const auto&... x) { return F::value(x...); }, args[i]...);
  }
}

/// The partial derivative in argument `k`.
template <class F, std::size_t k, std::size_t... i>
Tensor partial(TensorList args, std::index_sequence<i...>) {
  const std::array<TensorScalar, sizeof...(i)> x{TensorScalar(args[i])...};
  if constexpr (requires { F::partial(Argument<k>(), Value{x[0]}, x[i]...); }) {
    return F::partial(Argument<k>(), Value{Function<F>()(x[i]...)}, x[i]...).tensor();
  } else if constexpr (std::same_as<decltype(F::partial(Argument<k>(), x[i]...)), NoGradient>) {
    return {};
  } else {
    return F::partial(Argument<k>(), x[i]...).tensor();
  }
}

template <class F, std::size_t k, std::size_t n>
constexpr TensorFunction::Call partial_or_null() {
  constexpr auto has = []<std::size_t... i>(std::index_sequence<i...>) {
    return requires(const TensorScalar& x) {
      requires requires { F::partial(Argument<k>(), ((void)i, x)...); } ||
                   requires { F::partial(Argument<k>(), Value{x}, ((void)i, x)...); };
    };
  };
  if constexpr (k < n && has(std::make_index_sequence<n>())) {
    return [](TensorList args) { return partial<F, k>(args, std::make_index_sequence<n>()); };
  } else {
    return nullptr;
  }
}

}  // namespace internal

template <class F>
const TensorFunction& tensor_function() {
  if constexpr (requires { F::kIsComposed; }) {
    static constexpr TensorFunction function{F::kName, nullptr, {}};
    return function;
  } else {
    constexpr std::size_t n = internal::arity<F>();
    static constexpr TensorFunction function{
        .name = F::kName,
        .value =
            [](TensorList args) { return internal::value<F>(args, std::make_index_sequence<n>()); },
        .partials = {internal::partial_or_null<F, 0, n>(), internal::partial_or_null<F, 1, n>(),
                     internal::partial_or_null<F, 2, n>()}};
    return function;
  }
}

}  // namespace torch::distributions::ops::special
