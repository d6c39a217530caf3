#include "ops/special/gamma.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>

#include "core/raise.h"
#include "ops/special/differentiable.h"
#include "ops/special/elementwise.h"
#include "ops/special/gamma_kernels.h"

namespace torch::distributions::ops::special {
namespace {

constexpr Rule kLgamma{"lgamma",
                       [](TensorList args) { return at::lgamma(args[0]); },
                       {[](TensorList args) { return special::digamma(args[0]); }}};

constexpr Rule kDigamma{"digamma",
                        [](TensorList args) {
                          return elementwise([](const auto& x) { return kernels::digamma(x); },
                                             args[0]);
                        },
                        {[](TensorList args) { return special::trigamma(args[0]); }}};

constexpr Rule kTrigamma{"trigamma",
                         [](TensorList args) {
                           return elementwise([](const auto& x) { return kernels::trigamma(x); },
                                              args[0]);
                         },
                         {[](TensorList args) { return special::polygamma(2, args[0]); }}};

Tensor hurwitz_zeta(const Tensor& s, const Tensor& q);

// The sum of (q + k)^-s over k >= 0.
constexpr Rule kHurwitzZeta{
    "zeta",
    [](TensorList args) { return at::special_zeta(args[0], args[1]); },
    {nullptr, [](TensorList args) { return -args[0] * hurwitz_zeta(args[0] + 1, args[1]); }}};

Tensor hurwitz_zeta(const Tensor& s, const Tensor& q) {
  return differentiable(kHurwitzZeta, {s, q});
}

// psi'(x + d) - psi'(x).
constexpr Rule kTrigammaDifference{
    "trigamma_difference",
    [](TensorList args) {
      return elementwise(
          [](const auto& x, const auto& d) { return kernels::trigamma_difference(x, d); }, args[0],
          args[1]);
    },
    {[](TensorList args) {
       return special::polygamma(2, args[0] + args[1]) - special::polygamma(2, args[0]);
     },
     [](TensorList args) { return special::polygamma(2, args[0] + args[1]); }}};

constexpr Rule kDigammaDifference{
    "digamma_difference",
    [](TensorList args) {
      return elementwise(
          [](const auto& x, const auto& d) { return kernels::digamma_difference(x, d); }, args[0],
          args[1]);
    },
    {[](TensorList args) {
       return differentiable(kTrigammaDifference, {args[0], args[1]});
     },
     [](TensorList args) { return trigamma(args[0] + args[1]); }}};

// psi'(x + 1) - 1 / x.
constexpr Rule kStirlingRemainderSecondDerivative{
    "the second derivative of stirling_remainder",
    [](TensorList args) {
      return elementwise(
          [](const auto& x) { return kernels::stirling_remainder_second_derivative(x); }, args[0]);
    },
    {[](TensorList args) {
      return special::polygamma(2, args[0] + 1) + at::reciprocal(at::square(args[0]));
    }}};

Tensor stirling_remainder_second_derivative(const Tensor& x) {
  return differentiable(kStirlingRemainderSecondDerivative, {x});
}

// psi(x + 1) - log x.
constexpr Rule kStirlingRemainderDerivative{
    "the derivative of stirling_remainder",
    [](TensorList args) {
      return elementwise([](const auto& x) { return -1.0 * kernels::log_minus_digamma1p(x, x); },
                         args[0]);
    },
    {[](TensorList args) { return stirling_remainder_second_derivative(args[0]); }}};

Tensor stirling_remainder_derivative(TensorList args) {
  return differentiable(kStirlingRemainderDerivative, {args[0]});
}

constexpr Rule kLogMinusDigamma{
    "log_minus_digamma",
    [](TensorList args) {
      return elementwise(
          [](const auto& m, const auto& x) { return kernels::log_minus_digamma(m, x); }, args[0],
          args[1]);
    },
    {[](TensorList args) { return at::reciprocal(args[0]); },
     [](TensorList args) { return -trigamma(args[1]); }}};

// The derivative of log x - psi(x), 1 / x - psi'(x).
constexpr Rule kLogMinusDigammaSlope{
    "the derivative of log_minus_digamma",
    [](TensorList args) {
      return elementwise([](const auto& x) { return kernels::log_minus_digamma_slope(x); },
                         args[0]);
    },
    {[](TensorList args) {
      return -at::reciprocal(at::square(args[0])) - special::polygamma(2, args[0]);
    }}};

// log x - psi(x): a function of its own, since the two derivatives of log m - psi(x) cancel here.
constexpr Rule kLogMinusDigammaOfSame{
    "log_minus_digamma",
    [](TensorList args) {
      return elementwise([](const auto& x) { return kernels::log_minus_digamma(x, x); }, args[0]);
    },
    {[](TensorList args) { return differentiable(kLogMinusDigammaSlope, {args[0]}); }}};

constexpr Rule kLogMinusDigamma1p{
    "log_minus_digamma1p",
    [](TensorList args) {
      return elementwise(
          [](const auto& m, const auto& x) { return kernels::log_minus_digamma1p(m, x); }, args[0],
          args[1]);
    },
    {[](TensorList args) { return at::reciprocal(args[0]); },
     [](TensorList args) { return -trigamma(args[1] + 1); }}};

constexpr Rule kStirlerr{
    "stirlerr",
    [](TensorList args) {
      return elementwise([](const auto& x) { return kernels::stirlerr(x); }, args[0]);
    },
    {[](TensorList args) { return stirling_remainder_derivative(args) - 0.5 / args[0]; }}};

constexpr Rule kStirlingRemainder{
    "stirling_remainder",
    [](TensorList args) {
      return elementwise([](const auto& x) { return kernels::stirling_remainder(x); }, args[0]);
    },
    {stirling_remainder_derivative}};

constexpr Rule kLbeta{"lbeta",
                      [](TensorList args) {
                        return elementwise(
                            [](const auto& a, const auto& b) { return kernels::lbeta(a, b); },
                            args[0], args[1]);
                      },
                      {[](TensorList args) { return -digamma_difference(args[0], args[1]); },
                       [](TensorList args) { return -digamma_difference(args[1], args[0]); }}};

}  // namespace

Tensor lgamma(const Tensor& x) { return differentiable(kLgamma, {x}); }

Tensor digamma(const Tensor& x) { return differentiable(kDigamma, {x}); }

Tensor trigamma(const Tensor& x) { return differentiable(kTrigamma, {x}); }

Tensor polygamma(int64_t order, const Tensor& x) {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, order >= 0,
                            "polygamma: the order must not be negative, but is ", order);
  if (order == 0) return special::digamma(x);
  if (order == 1) return special::trigamma(x);
  const double sign = order % 2 == 1 ? 1 : -1;
  const auto zeta_order = at::scalar_tensor(order + 1, x.options());
  return sign * std::tgamma(static_cast<double>(order) + 1) * hurwitz_zeta(zeta_order, x);
}

Tensor digamma_difference(const Tensor& x, const Tensor& d) {
  return differentiable(kDigammaDifference, {x, d});
}

Tensor log_minus_digamma(const Tensor& m, const Tensor& x) {
  return m.is_same(x) ? differentiable(kLogMinusDigammaOfSame, {x})
                      : differentiable(kLogMinusDigamma, {m, x});
}

Tensor log_minus_digamma1p(const Tensor& m, const Tensor& x) {
  return differentiable(kLogMinusDigamma1p, {m, x});
}

Tensor stirlerr(const Tensor& x) { return differentiable(kStirlerr, {x}); }

Tensor stirling_remainder(const Tensor& x) { return differentiable(kStirlingRemainder, {x}); }

Tensor lbeta(const Tensor& a, const Tensor& b) { return differentiable(kLbeta, {a, b}); }

}  // namespace torch::distributions::ops::special
