#include "ops/special/normal.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <numbers>

#include "ops/special/differentiable.h"
#include "ops/special/elementwise.h"
#include "ops/special/normal_kernels.h"

namespace torch::distributions::ops::special {
namespace {

// An ATen function of one tensor, computed in double.
template <Tensor (*function)(const Tensor&)>
Tensor in_double(TensorList args) {
  const Tensor& x = args[0];
  return x.is_mps() ? function(x) : function(x.to(at::kDouble)).to(x.scalar_type());
}

Tensor normal_density(const Tensor& x);

// phi(x). The factor of its derivative is bounded where phi vanishes, so that no 0 * inf appears.
constexpr Rule kNormalDensity{
    "normal_density",
    [](TensorList args) { return at::exp(-0.5 * at::square(args[0])) * (1 / kernels::kSqrtTwoPi); },
    {[](TensorList args) { return -at::clamp(args[0], -40, 40) * normal_density(args[0]); }}};

Tensor normal_density(const Tensor& x) { return differentiable(kNormalDensity, {x}); }

constexpr Rule kNdtr{"ndtr",
                     [](TensorList args) {
                       return elementwise([](const auto& x) { return kernels::ndtr(x); }, args[0]);
                     },
                     {[](TensorList args) { return normal_density(args[0]); }}};

constexpr Rule kLogNdtr{"log_ndtr", in_double<at::special_log_ndtr>, {[](TensorList args) {
                          return inverse_mills(args[0]);
                        }}};

constexpr Rule kNdtri{"ndtri", in_double<at::special_ndtri>, {[](TensorList args) {
                        return kernels::kSqrtTwoPi * at::exp(0.5 * at::square(ndtri(args[0])));
                      }}};

Tensor inverse_mills_excess(const Tensor& x);

constexpr Rule kInverseMills{
    "inverse_mills",
    in_double<+[](const Tensor& x) {
      return 2 * std::numbers::inv_sqrtpi / std::numbers::sqrt2 /
             at::special_erfcx(x * (-1 / std::numbers::sqrt2));
    }>,
    {[](TensorList args) { return -inverse_mills(args[0]) * inverse_mills_excess(args[0]); }}};

// x + inverse_mills(x).
constexpr Rule kInverseMillsExcess{
    "inverse_mills_excess",
    [](TensorList args) {
      return elementwise(
          [](const auto& x, const auto& h) { return kernels::inverse_mills_excess(x, h); }, args[0],
          inverse_mills(args[0]));
    },
    {[](TensorList args) { return 1 - inverse_mills(args[0]) * inverse_mills_excess(args[0]); }}};

Tensor inverse_mills_excess(const Tensor& x) { return differentiable(kInverseMillsExcess, {x}); }

}  // namespace

Tensor ndtr(const Tensor& x) { return differentiable(kNdtr, {x}); }
Tensor log_ndtr(const Tensor& x) { return differentiable(kLogNdtr, {x}); }
Tensor ndtri(const Tensor& p) { return differentiable(kNdtri, {p}); }
Tensor inverse_mills(const Tensor& x) { return differentiable(kInverseMills, {x}); }

}  // namespace torch::distributions::ops::special
