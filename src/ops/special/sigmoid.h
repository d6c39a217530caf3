#pragma once

#include "ops/special/elementary.h"

/// The logistic function, its integral and its logarithm. Their derivatives are relatively accurate
/// in both tails.

namespace torch::distributions::ops::special {

struct LogSigmoid;
struct Sigmoid;
struct Softplus;

/// 1 / (1 + exp(-x)). Error: relative, 2 units; gradient 4.
inline constexpr Function<Sigmoid> sigmoid{};

/// log(1 + exp(x)), without a threshold from which on it is x. Error: relative, 2 units; gradient
/// the same.
inline constexpr Function<Softplus> softplus{};

/// log(sigmoid(x)). Error: relative, 2 units; gradient the same.
inline constexpr Function<LogSigmoid> log_sigmoid{};

struct Sigmoid {
  static constexpr const char* kName = "sigmoid";
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    const auto tail = exp(-abs(x));
    const auto larger = 1.0 / (tail + 1.0);
    return select(x >= 0.0, larger, tail * larger);
  }
  static auto of_tensor(const auto& x) { return x.sigmoid(); }
  template <class T>
  [[gnu::always_inline]] static constexpr T partial(Argument<0>, const Value<T>& value,
                                                    const T& x) {
    return value.of * sigmoid(-x);
  }
};

struct Softplus {
  static constexpr const char* kName = "softplus";
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    return max(x, 0.0) + log1p(exp(-abs(x)));
  }
  template <class Tensor>
  static Tensor of_tensor(const Tensor& x) {
    return 0 - LibTorch<Tensor>::log_sigmoid(-x);
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x) {
    return sigmoid(x);
  }
};

struct LogSigmoid {
  static constexpr const char* kName = "log_sigmoid";
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    return min(x, 0.0) - log1p(exp(-abs(x)));
  }
  template <class Tensor>
  static Tensor of_tensor(const Tensor& x) {
    return LibTorch<Tensor>::log_sigmoid(x);
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x) {
    return sigmoid(-x);
  }
};

}  // namespace torch::distributions::ops::special
