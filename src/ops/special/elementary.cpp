#include "ops/special/elementary.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <numbers>
#include <tuple>

#include "ops/special/differentiable.h"
#include "ops/special/elementary_kernels.h"
#include "ops/special/elementwise.h"

namespace torch::distributions::ops::special {
namespace {

Tensor reciprocal_of_scale(TensorList args) { return at::reciprocal(args[2]); }

constexpr Rule kStandardized{
    "standardized",
    [](TensorList args) {
      return elementwise([](const auto& x, const auto& loc,
                            const auto& scale) { return kernels::standardized(x, loc, scale); },
                         args[0], args[1], args[2]);
    },
    {reciprocal_of_scale, [](TensorList args) { return -reciprocal_of_scale(args); },
     [](TensorList args) { return -special::standardized(args[0], args[1], args[2]) / args[2]; }}};

// log y, but 0 where x log y is taken as 0 on its singularity. The argument is replaced before the
// logarithm, so that derivatives of this derivative are finite too.
Tensor xlogy_dx(TensorList args) {
  const auto& [x, y] = std::tie(args[0], args[1]);
  return at::log(at::where((x == 0) & (y <= 0), 1.0, y));
}

Tensor xlogy_dy(TensorList args) {
  const auto& [x, y] = std::tie(args[0], args[1]);
  return x / at::where((x == 0) & (y == 0), 1.0, y);
}

constexpr Rule kXlogy{
    "xlogy", [](TensorList args) { return at::xlogy(args[0], args[1]); }, {xlogy_dx, xlogy_dy}};

Tensor xlog1py_dx(TensorList args) {
  const auto& [x, y] = std::tie(args[0], args[1]);
  return at::log1p(at::where((x == 0) & (y <= -1), 0.0, y));
}

Tensor xlog1py_dy(TensorList args) {
  const auto& [x, y] = std::tie(args[0], args[1]);
  return x / (1.0 + at::where((x == 0) & (y == -1), 0.0, y));
}

constexpr Rule kXlog1py{"xlog1py",
                        [](TensorList args) { return at::special_xlog1py(args[0], args[1]); },
                        {xlog1py_dx, xlog1py_dy}};

Tensor inverse_expm1_of_minus(const Tensor& x);

// -1 / expm1(-x), the derivative of log1mexp. As a rule of its own it has derivatives p - p^2,
// which do not overflow.
constexpr Rule kLog1mexpSlope{"log1mexp_slope",
                              [](TensorList args) { return -1.0 / at::expm1(-args[0]); },
                              {[](TensorList args) {
                                const auto slope = inverse_expm1_of_minus(args[0]);
                                return slope - slope * slope;
                              }}};

Tensor inverse_expm1_of_minus(const Tensor& x) { return differentiable(kLog1mexpSlope, {x}); }

constexpr Rule kLog1mexp{"log1mexp",
                         [](TensorList args) {
                           constexpr double kMinusLog2 = -std::numbers::ln2;
                           const Tensor& x = args[0];
                           return at::where(x > kMinusLog2, at::log(-at::expm1(x)),
                                            at::log1p(-at::exp(x)));
                         },
                         {[](TensorList args) { return inverse_expm1_of_minus(args[0]); }}};

constexpr Rule kLog1pmx{"log1pmx",
                        [](TensorList args) {
                          return elementwise([](const auto& x) { return kernels::log1pmx(x); },
                                             args[0]);
                        },
                        {[](TensorList args) { return -args[0] / (1.0 + args[0]); }}};

constexpr Rule kSigmoid{
    "sigmoid", [](TensorList args) { return at::sigmoid(args[0]); }, {[](TensorList args) {
      return special::sigmoid(args[0]) * special::sigmoid(-args[0]);
    }}};

constexpr Rule kSoftplus{"softplus",
                         [](TensorList args) { return 0 - at::log_sigmoid(-args[0]); },
                         {[](TensorList args) { return special::sigmoid(args[0]); }}};

constexpr Rule kLogSigmoid{"log_sigmoid",
                           [](TensorList args) { return at::log_sigmoid(args[0]); },
                           {[](TensorList args) { return special::sigmoid(-args[0]); }}};

constexpr Rule kExpm1{"expm1",
                      [](TensorList args) { return at::expm1(args[0]); },
                      {[](TensorList args) { return at::exp(args[0]); }}};

constexpr Rule kTanh{
    "tanh", [](TensorList args) { return at::tanh(args[0]); }, {[](TensorList args) {
      const Tensor twice = 2.0 * args[0];
      return 4.0 * special::sigmoid(twice) * special::sigmoid(-twice);
    }}};

constexpr Rule kAtanh{"atanh",
                      [](TensorList args) { return at::atanh(args[0]); },
                      {[](TensorList args) { return 1.0 / ((1.0 - args[0]) * (1.0 + args[0])); }}};

constexpr Rule kLogCosh{"log_cosh",
                        [](TensorList args) {
                          const Tensor size = args[0].abs();
                          return size + (at::log1p(at::exp(-2.0 * size)) - std::numbers::ln2);
                        },
                        {[](TensorList args) { return special::tanh(args[0]); }}};

}  // namespace

Tensor standardized(const Tensor& x, const Tensor& loc, const Tensor& scale) {
  return differentiable(kStandardized, {x, loc, scale});
}
Tensor xlogy(const Tensor& x, const Tensor& y) { return differentiable(kXlogy, {x, y}); }
Tensor xlog1py(const Tensor& x, const Tensor& y) { return differentiable(kXlog1py, {x, y}); }
Tensor log1mexp(const Tensor& x) { return differentiable(kLog1mexp, {x}); }
Tensor log1pmx(const Tensor& x) { return differentiable(kLog1pmx, {x}); }
Tensor softplus(const Tensor& x) { return differentiable(kSoftplus, {x}); }
Tensor sigmoid(const Tensor& x) { return differentiable(kSigmoid, {x}); }
Tensor log_sigmoid(const Tensor& x) { return differentiable(kLogSigmoid, {x}); }
Tensor expm1(const Tensor& x) { return differentiable(kExpm1, {x}); }
Tensor tanh(const Tensor& x) { return differentiable(kTanh, {x}); }
Tensor atanh(const Tensor& x) { return differentiable(kAtanh, {x}); }
Tensor log_cosh(const Tensor& x) { return differentiable(kLogCosh, {x}); }

}  // namespace torch::distributions::ops::special
