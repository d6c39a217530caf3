#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <concepts>
#include <type_traits>
#include <utility>

#include "ops/special/differentiable.h"
#include "ops/special/scalar.h"
#include "ops/tensor/plain.h"

/// A tensor as the scalar type of special functions and formulas. Every operation is a
/// differentiable tensor operation.
///
/// It is the reference for the other scalar types. It also serves the cases that have no kernels:
/// double backward, forward mode, function transforms, meta tensors and other backends. Constants
/// are doubles and take the tensor's dtype.

namespace torch::distributions::ops {

/// A condition for each element.
class TensorCondition {
 public:
  explicit TensorCondition(at::Tensor tensor) : tensor_(std::move(tensor)) {}
  TensorCondition(const TensorCondition&) = default;
  TensorCondition(TensorCondition&&) noexcept = default;
  TensorCondition& operator=(const TensorCondition&) = default;
  TensorCondition& operator=(TensorCondition&&) noexcept = default;
  ~TensorCondition();
  const at::Tensor& tensor() const { return tensor_; }

  friend TensorCondition operator&&(const TensorCondition& a, const TensorCondition& b);
  friend TensorCondition operator||(const TensorCondition& a, const TensorCondition& b);
  friend TensorCondition operator!(const TensorCondition& a);
  friend bool all(const TensorCondition&);

 private:
  at::Tensor tensor_;
};

/// The functions are hidden friends: free functions would be ambiguous with the function objects of
/// the same names that formulas call. They are not inline, nor is the destructor: formulas call them
/// in thousands of places.
class TensorScalar {
  using S = TensorScalar;

 public:
  TensorScalar() = default;
  explicit TensorScalar(at::Tensor tensor) : tensor_(std::move(tensor)) {}
  TensorScalar(const TensorScalar&) = default;
  TensorScalar(TensorScalar&&) noexcept = default;
  TensorScalar& operator=(const TensorScalar&) = default;
  TensorScalar& operator=(TensorScalar&&) noexcept = default;
  ~TensorScalar();
  const at::Tensor& tensor() const { return tensor_; }

  // --- Arithmetic -------------------------------------------------------------------------------

  friend S operator-(const S& a);
  friend S operator+(const S& a, const S& b);
  friend S operator-(const S& a, const S& b);
  friend S operator*(const S& a, const S& b);
  friend S operator/(const S& a, const S& b);
  friend S operator+(const S& a, double b);
  friend S operator-(const S& a, double b);
  friend S operator*(const S& a, double b);
  friend S operator/(const S& a, double b);
  friend S operator+(double a, const S& b);
  friend S operator-(double a, const S& b);
  friend S operator*(double a, const S& b);
  friend S operator/(double a, const S& b);

  // --- Comparison and choice --------------------------------------------------------------------

  friend TensorCondition operator<(const S& a, const S& b);
  friend TensorCondition operator<=(const S& a, const S& b);
  friend TensorCondition operator>(const S& a, const S& b);
  friend TensorCondition operator>=(const S& a, const S& b);
  friend TensorCondition operator==(const S& a, const S& b);
  friend TensorCondition operator!=(const S& a, const S& b);
  friend TensorCondition operator<(const S& a, double b);
  friend TensorCondition operator<=(const S& a, double b);
  friend TensorCondition operator>(const S& a, double b);
  friend TensorCondition operator>=(const S& a, double b);
  friend TensorCondition operator==(const S& a, double b);
  friend TensorCondition operator!=(const S& a, double b);
  friend TensorCondition isnan(const S& a);

  friend S select(const TensorCondition& condition, const S& a, const S& b);
  friend S select(const TensorCondition& condition, const S& a, double b);
  friend S select(const TensorCondition& condition, double a, const S& b);

  friend S like(const S& x, double c);
  /// x, as a constant for derivatives.
  friend S constant(const S& x);

  // --- Elementary functions ---------------------------------------------------------------------

  friend S abs(const S& x);
  friend S erfc(const S& x);
  friend S exp(const S& x);
  friend S floor(const S& x);
  friend S log(const S& x);
  friend S log1p(const S& x);
  friend S sin(const S& x);
  friend S sqrt(const S& x);
  friend S square(const S& x);
  friend S tan(const S& x);
  friend S expm1(const S& x);
  friend S min(const S& a, const S& b);
  friend S max(const S& a, const S& b);
  friend S min(const S& a, double b);
  friend S max(const S& a, double b);

 private:
  at::Tensor tensor_;
};

/// `yes()` where the condition holds, else `no()`. Both are evaluated for all elements.
template <class Yes, class No>
auto branch(const TensorCondition& condition, const Yes& yes, const No& no) {
  return select(condition, yes(), no());
}

/// `f(inputs...)` where the condition holds, else the constant `otherwise`. Elsewhere the inputs of
/// `f` are replaced as well as its result, so that no derivative of any order is NaN. Without
/// autograd, replacing the result is enough.
template <class F, std::same_as<TensorScalar>... Inputs>
TensorScalar within(const TensorCondition& condition, double otherwise, const F& f,
                    const Inputs&... inputs) {
  constexpr double kHarmless = 0.5;
  const bool differentiates =
      at::GradMode::is_enabled() && (inputs.tensor().requires_grad() || ...);
  if (!differentiates) return select(condition, f(inputs...), otherwise);
  return select(condition, f(select(condition, inputs, kHarmless)...), otherwise);
}

/// `f(parameters...)` is a function of the value. Returns that function with `within` applied: it
/// takes the condition, the constant and the value. The parameters are inputs of `within` too.
template <class F, std::same_as<TensorScalar>... Parameters>
auto prepared(const F& f, const Parameters&... parameters) {
  return [=](const TensorCondition& condition, double otherwise, const TensorScalar& x) {
    const auto of_all = [&](const TensorScalar& y, const Parameters&... p) { return f(p...)(y); };
    return within(condition, otherwise, of_all, x, parameters...);
  };
}

/// f(log x), or f(log x, e) with the rounding error e of log x, a constant for derivatives. The
/// derivative is computed as f'(log x) / x, since 1 / x may overflow. At infinity it is 0.
template <class F>
TensorScalar of_log(const F& f, const TensorScalar& x) {
  const TensorScalar log_x = select(x == kInfinity, kInfinity, log(x));
  if constexpr (std::is_invocable_v<F, TensorScalar, TensorScalar>) {
    if (x.tensor().scalar_type() == at::kDouble) return f(log_x, like(x, 0.0));
    const at::Tensor exact = x.tensor().detach().to(at::kDouble).log();
    const at::Tensor difference = exact - log_x.tensor().detach();
    const at::Tensor error = difference.masked_fill(difference.ne(difference), 0);  // inf - inf
    return f(log_x, TensorScalar(error.to(x.tensor().scalar_type())));
  } else {
    return f(log_x);
  }
}

/// The sum of `term(k, n, rest...)` over `length` consecutive counts k, starting at `lowest`. A
/// term with k > n must be 0: if max(n) + 1 is less than `length`, only that many terms are summed.
template <class Term, class... Rest>
TensorScalar sum_over_counts(const Term& term, const TensorScalar& lowest, int64_t length,
                             const TensorScalar& n, const Rest&... rest) {
  const at::Tensor& most = n.tensor();
  // On other devices, reading the maximum costs more than it saves.
  if (is_plain(most) && is_unobserved() && most.numel() > 0) {
    const double counts = most.max().item<double>() + 1;
    if (counts >= 1 && counts < static_cast<double>(length)) length = static_cast<int64_t>(counts);
  }
  at::DimVector column(static_cast<std::size_t>(lowest.tensor().dim()) + 1, 1);
  column[0] = length;
  const TensorScalar k(lowest.tensor() + at::arange(length, most.options()).view(column));
  return TensorScalar(term(k, n, rest...).tensor().sum(0));
}

/// Dekker's product, since tensors have no fused multiply-add.
inline special::Pair<TensorScalar> two_product(const TensorScalar& a, const TensorScalar& b) {
  constexpr double kSplitter = 134217729.0;  // 2^27 + 1
  const auto split = [](const TensorScalar& x) {
    const TensorScalar scaled = x * kSplitter;
    const TensorScalar high = scaled - (scaled - x);
    return special::Pair<TensorScalar>{high, x - high};
  };
  const auto [a_high, a_low] = split(a);
  const auto [b_high, b_low] = split(b);
  const TensorScalar product = a * b;
  const TensorScalar rest =
      ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
  return {product, select(TensorCondition(product.tensor().isinf()), 0.0, rest)};
}

namespace special {

/// A special function on tensors: one autograd node, unless it is elementary or composed.
template <>
struct Face<TensorScalar> {
  template <class F, class... Scalars>
  static TensorScalar call(const Scalars&... x) {
    if constexpr (requires { F::kIsElementary; }) {
      return F::value(x...);
    } else if constexpr (requires { F::kIsComposed; }) {
      return F::composed(x...);
    } else if constexpr ((std::same_as<Scalars, TensorScalar> && ...)) {
      return TensorScalar(differentiable(tensor_function<F>(), {x.tensor()...}));
    } else {
      const TensorScalar& leading = leading_tensor(x...);
      return call<F>(as_tensor(leading, x)...);
    }
  }

 private:
  static const TensorScalar& leading_tensor(const TensorScalar& first, const auto&...) {
    return first;
  }
  static const TensorScalar& leading_tensor(double, const auto&... rest) {
    return leading_tensor(rest...);
  }
  static const TensorScalar& as_tensor(const TensorScalar&, const TensorScalar& x) { return x; }
  static TensorScalar as_tensor(const TensorScalar& leading, double c) { return like(leading, c); }
};

template <>
struct Face<at::Tensor> {
  template <class F, std::same_as<at::Tensor>... Tensors>
  static at::Tensor call(const Tensors&... x) {
    return Face<TensorScalar>::call<F>(TensorScalar(x)...).tensor();
  }
};

}  // namespace special
}  // namespace torch::distributions::ops
