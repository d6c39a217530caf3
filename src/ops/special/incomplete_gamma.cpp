#include "ops/special/incomplete_gamma.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "ops/special/differentiable.h"
#include "ops/special/elementwise.h"
#include "ops/special/gamma.h"
#include "ops/special/incomplete_gamma_kernels.h"
#include "ops/special/log_densities.h"

namespace torch::distributions::ops::special {
namespace {

template <size_t order, bool lower>
Tensor incomplete_gamma(TensorList args) {
  return elementwise(
      [](const auto& a, const auto& x) { return kernels::incomplete_gamma<order, lower>(a, x); },
      args[0], args[1]);
}

// dP/dx: the density of Gamma(a, 1) at x.
Tensor density(TensorList args) {
  return at::exp(gamma_log_kernel(args[1], args[0], at::ones({}, args[0].options())));
}

// The derivative of the density's logarithm in a; 0 at x = 0 and infinity, where the density is.
Tensor log_density_da(TensorList args) {
  const auto& [a, x] = std::tie(args[0], args[1]);
  const Tensor inside = (x > 0) & (x < kernels::kInfinity);
  return at::where(inside, log_minus_digamma(at::where(inside, x, 1.0), a), 0.0);
}

// d^2 P / da^2.
constexpr Rule kSecondDerivative{"the second derivative of gammainc",
                                 incomplete_gamma<2, true>,
                                 {nullptr, [](TensorList args) {
                                    return density(args) *
                                           (at::square(log_density_da(args)) - trigamma(args[0]));
                                  }}};

// dP / da.
constexpr Rule kDerivative{"the derivative of gammainc",
                           incomplete_gamma<1, true>,
                           {[](TensorList args) {
                              return differentiable(kSecondDerivative, {args[0], args[1]});
                            },
                            [](TensorList args) { return density(args) * log_density_da(args); }}};

Tensor gammainc_da(TensorList args) { return differentiable(kDerivative, {args[0], args[1]}); }

constexpr Rule kGammainc{"gammainc", incomplete_gamma<0, true>, {gammainc_da, density}};

constexpr Rule kGammaincc{"gammaincc",
                          incomplete_gamma<0, false>,
                          {[](TensorList args) { return -gammainc_da(args); },
                           [](TensorList args) { return -density(args); }}};

}  // namespace

Tensor gammainc(const Tensor& a, const Tensor& x) { return differentiable(kGammainc, {a, x}); }

Tensor gammaincc(const Tensor& a, const Tensor& x) { return differentiable(kGammaincc, {a, x}); }

Tensor gammainc_da(const Tensor& a, const Tensor& x) { return differentiable(kDerivative, {a, x}); }

}  // namespace torch::distributions::ops::special
