#pragma once

#include <ATen/ATen.h>

#include <concepts>
#include <utility>

#include "ops/binomial_entropy.h"
#include "ops/constants.h"
#include "ops/special/special.h"
#include "ops/special/tensor_scalar.h"

namespace torch::distributions::ops {

/// The tensor face of a formula's scalar: every operation is a differentiable tensor operation.
///
/// This is the oracle of the faster faces and what runs where they do not: under double backward,
/// forward mode and function transforms, on meta tensors, and on every backend without kernels.
/// Formulas find its vocabulary, below, by argument-dependent look-up; constants are doubles and
/// take the tensor's dtype.
class Composed {
 public:
  explicit Composed(at::Tensor tensor) : tensor_(std::move(tensor)) {}
  const at::Tensor& tensor() const { return tensor_; }

 private:
  at::Tensor tensor_;
};

/// For each element whether something holds.
class Condition {
 public:
  explicit Condition(at::Tensor tensor) : tensor_(std::move(tensor)) {}
  const at::Tensor& tensor() const { return tensor_; }

 private:
  at::Tensor tensor_;
};

// Arithmetic.

inline Composed operator-(const Composed& a) { return Composed(a.tensor().neg()); }
inline Composed operator+(const Composed& a, const Composed& b) {
  return Composed(a.tensor() + b.tensor());
}
inline Composed operator-(const Composed& a, const Composed& b) {
  return Composed(a.tensor() - b.tensor());
}
inline Composed operator*(const Composed& a, const Composed& b) {
  return Composed(a.tensor() * b.tensor());
}
inline Composed operator/(const Composed& a, const Composed& b) {
  return Composed(a.tensor() / b.tensor());
}
inline Composed operator+(const Composed& a, double b) { return Composed(a.tensor() + b); }
inline Composed operator-(const Composed& a, double b) { return Composed(a.tensor() - b); }
inline Composed operator*(const Composed& a, double b) { return Composed(a.tensor() * b); }
inline Composed operator/(const Composed& a, double b) { return Composed(a.tensor() / b); }
inline Composed operator+(double a, const Composed& b) { return b + a; }
inline Composed operator-(double a, const Composed& b) { return Composed(a - b.tensor()); }
inline Composed operator*(double a, const Composed& b) { return b * a; }
inline Composed operator/(double a, const Composed& b) { return Composed(a / b.tensor()); }

// Comparison and choice.

inline Condition operator<(const Composed& a, const Composed& b) {
  return Condition(a.tensor() < b.tensor());
}
inline Condition operator<=(const Composed& a, const Composed& b) {
  return Condition(a.tensor() <= b.tensor());
}
inline Condition operator>(const Composed& a, const Composed& b) {
  return Condition(a.tensor() > b.tensor());
}
inline Condition operator>=(const Composed& a, const Composed& b) {
  return Condition(a.tensor() >= b.tensor());
}
inline Condition operator==(const Composed& a, const Composed& b) {
  return Condition(a.tensor() == b.tensor());
}
inline Condition operator!=(const Composed& a, const Composed& b) {
  return Condition(a.tensor() != b.tensor());
}
inline Condition operator<(const Composed& a, double b) { return Condition(a.tensor() < b); }
inline Condition operator<=(const Composed& a, double b) { return Condition(a.tensor() <= b); }
inline Condition operator>(const Composed& a, double b) { return Condition(a.tensor() > b); }
inline Condition operator>=(const Composed& a, double b) { return Condition(a.tensor() >= b); }
inline Condition operator==(const Composed& a, double b) { return Condition(a.tensor() == b); }
inline Condition operator!=(const Composed& a, double b) { return Condition(a.tensor() != b); }
inline Condition isnan(const Composed& a) { return Condition(a.tensor().isnan()); }
inline Condition operator&&(const Condition& a, const Condition& b) {
  return Condition(a.tensor() & b.tensor());
}
inline Condition operator||(const Condition& a, const Condition& b) {
  return Condition(a.tensor() | b.tensor());
}
inline Condition operator!(const Condition& a) { return Condition(a.tensor().bitwise_not()); }

/// `a` where the condition holds, else `b`.
inline Composed select(const Condition& condition, const Composed& a, const Composed& b) {
  return Composed(at::where(condition.tensor(), a.tensor(), b.tensor()));
}
inline Composed select(const Condition& condition, const Composed& a, double b) {
  return Composed(at::where(condition.tensor(), a.tensor(), b));
}
inline Composed select(const Condition& condition, double a, const Composed& b) {
  return Composed(at::where(condition.tensor(), a, b.tensor()));
}

/// f(inputs...) where the condition holds, else the constant `otherwise`. Where it does not hold,
/// the inputs of `f` are replaced as well as its result, so that no derivative of any order is NaN.
/// Without derivatives the result is enough.
template <class Function, std::same_as<Composed>... Inputs>
Composed within(const Condition& condition, double otherwise, const Function& f,
                const Inputs&... inputs) {
  constexpr double kHarmless = 0.5;
  const bool differentiates =
      at::GradMode::is_enabled() && (inputs.tensor().requires_grad() || ...);
  if (!differentiates) return select(condition, f(inputs...), otherwise);
  return select(condition, f(select(condition, inputs, kHarmless)...), otherwise);
}

/// f(parameters...), which is a function of the value, and of that `within`: called with the
/// condition, the constant and the value. The parameters are inputs as well.
template <class Function, std::same_as<Composed>... Parameters>
auto prepared(const Function& f, const Parameters&... parameters) {
  return [=](const Condition& condition, double otherwise, const Composed& x) {
    const auto of_all = [&](const Composed& y, const Parameters&... p) { return f(p...)(y); };
    return within(condition, otherwise, of_all, x, parameters...);
  };
}

/// A constant to every derivative.
inline Composed constant(const Composed& x) { return Composed(x.tensor().detach()); }

// Functions.

inline Composed square(const Composed& x) { return Composed(x.tensor().square()); }
inline Composed sqrt(const Composed& x) { return Composed(x.tensor().sqrt()); }
inline Composed abs(const Composed& x) { return Composed(x.tensor().abs()); }
inline Composed floor(const Composed& x) { return Composed(x.tensor().floor()); }
inline Composed log(const Composed& x) { return Composed(x.tensor().log()); }
/// f(log x), whose derivative in x is divided by x, as 1 / x may overflow. At infinity it is 0.
template <class Function>
Composed of_log(const Function& f, const Composed& x) {
  return f(select(x == kInfinity, kInfinity, log(x)));
}
inline Composed log1p(const Composed& x) { return Composed(x.tensor().log1p()); }
inline Composed exp(const Composed& x) { return Composed(x.tensor().exp()); }
inline Composed min(const Composed& a, const Composed& b) {
  return Composed(at::minimum(a.tensor(), b.tensor()));
}
inline Composed max(const Composed& a, const Composed& b) {
  return Composed(at::maximum(a.tensor(), b.tensor()));
}
inline Composed min(const Composed& a, double b) { return Composed(a.tensor().clamp_max(b)); }
inline Composed max(const Composed& a, double b) { return Composed(a.tensor().clamp_min(b)); }

/// What rounding took from the doubles a + b, and from a b: a constant to every derivative, and 0
/// where it overflows.
inline Composed sum_error(const Composed& a, const Composed& b) {
  return Composed(
      special::kernels::two_sum(a.tensor().detach(), b.tensor().detach()).low.nan_to_num(0, 0, 0));
}
inline Composed product_error(const Composed& a, const Composed& b) {
  return Composed(special::kernels::two_product(a.tensor().detach(), b.tensor().detach())
                      .low.nan_to_num(0, 0, 0));
}

/// Defines `name` on this face by the tensor function of that name.
#define TORCH_DISTRIBUTIONS_UNARY(name) \
  inline Composed name(const Composed& x) { return Composed(special::name(x.tensor())); }
#define TORCH_DISTRIBUTIONS_BINARY(name)                       \
  inline Composed name(const Composed& a, const Composed& b) { \
    return Composed(special::name(a.tensor(), b.tensor()));    \
  }
#define TORCH_DISTRIBUTIONS_TERNARY(name)                                         \
  inline Composed name(const Composed& a, const Composed& b, const Composed& c) { \
    return Composed(special::name(a.tensor(), b.tensor(), c.tensor()));           \
  }

TORCH_DISTRIBUTIONS_UNARY(expm1)
TORCH_DISTRIBUTIONS_UNARY(atanh)
TORCH_DISTRIBUTIONS_UNARY(log_cosh)
TORCH_DISTRIBUTIONS_UNARY(log1mexp)
TORCH_DISTRIBUTIONS_UNARY(log1pmx)
TORCH_DISTRIBUTIONS_UNARY(softplus)
TORCH_DISTRIBUTIONS_UNARY(sigmoid)
TORCH_DISTRIBUTIONS_UNARY(log_sigmoid)
TORCH_DISTRIBUTIONS_UNARY(erf)
TORCH_DISTRIBUTIONS_UNARY(erfc)
TORCH_DISTRIBUTIONS_UNARY(ndtr)
TORCH_DISTRIBUTIONS_UNARY(log_ndtr)
TORCH_DISTRIBUTIONS_UNARY(ndtri)
TORCH_DISTRIBUTIONS_UNARY(lgamma)
TORCH_DISTRIBUTIONS_UNARY(digamma)
TORCH_DISTRIBUTIONS_UNARY(trigamma)
TORCH_DISTRIBUTIONS_UNARY(stirlerr)
TORCH_DISTRIBUTIONS_UNARY(stirling_remainder)
TORCH_DISTRIBUTIONS_UNARY(nonnegative)
TORCH_DISTRIBUTIONS_UNARY(stirlerr_slope)
TORCH_DISTRIBUTIONS_BINARY(xlogy)
TORCH_DISTRIBUTIONS_BINARY(xlog1py)
TORCH_DISTRIBUTIONS_BINARY(log_minus_digamma)
TORCH_DISTRIBUTIONS_BINARY(digamma_difference)
TORCH_DISTRIBUTIONS_BINARY(lbeta)
TORCH_DISTRIBUTIONS_BINARY(bd0)
TORCH_DISTRIBUTIONS_BINARY(gammainc)
TORCH_DISTRIBUTIONS_BINARY(gammaincc)
TORCH_DISTRIBUTIONS_BINARY(poisson_log_kernel)
TORCH_DISTRIBUTIONS_BINARY(itakura_saito)
TORCH_DISTRIBUTIONS_BINARY(exp_divergence)
TORCH_DISTRIBUTIONS_BINARY(softplus_divergence)
TORCH_DISTRIBUTIONS_BINARY(log_mean_gap)
TORCH_DISTRIBUTIONS_TERNARY(standardized)
TORCH_DISTRIBUTIONS_TERNARY(deviance)
TORCH_DISTRIBUTIONS_TERNARY(stirling_divergence)
TORCH_DISTRIBUTIONS_TERNARY(stirling_slope_difference)
TORCH_DISTRIBUTIONS_TERNARY(binomial_log_kernel)
TORCH_DISTRIBUTIONS_TERNARY(binomial_log_kernel_logits)

inline Composed binomial_entropy_sum(const Composed& n, const Composed& p) {
  return Composed(binomial_entropy_sum(n.tensor(), p.tensor()));
}

// The kernels of densities are functions of the parameters that return one of the value.
inline auto gamma_log_kernel(const Composed& concentration, const Composed& rate) {
  return [concentration, rate](const Composed& x) {
    return Composed(special::gamma_log_kernel(x.tensor(), concentration.tensor(), rate.tensor()));
  };
}
inline auto beta_log_kernel(const Composed& a, const Composed& b) {
  return [a, b](const Composed& x) {
    return Composed(special::beta_log_kernel(x.tensor(), a.tensor(), b.tensor()));
  };
}

#undef TORCH_DISTRIBUTIONS_UNARY
#undef TORCH_DISTRIBUTIONS_BINARY
#undef TORCH_DISTRIBUTIONS_TERNARY

}  // namespace torch::distributions::ops
