#include "ops/draws/circular.h"

#include <ATen/ATen.h>

#include "ops/special/constants.h"
#include "ops/tensor/path.h"
#include "ops/tensor/unexpanded.h"

namespace torch::distributions::ops {

// With half the uniform angle of a proposal, h = pi u / 2, the wrapped Cauchy variable is
// 2 atan(s tan h). Best and Fisher's r is (1 + s^2) / (1 - s^2), and their c = k (r - f) for
// f = (1 + r z) / (r + z) and z = cos 2h is w s / (cos^2 h + s^2 sin^2 h), with s = 1 / (w + k / w)
// and w^2 = (1 + sqrt(1 + 4 k^2)) / 2. Nothing cancels in these forms, while 1 - f and r - 1 vanish
// for large k, and r is infinite for k = 0.
Tensor sample_von_mises(const Tensor& concentration, Uniforms uniforms) {
  if (concentration.is_meta()) return at::empty_like(concentration);  // there is nothing to accept
  constexpr int kMostRounds = 40;  // the probability that an element needs more is 1e-18
  constexpr double kMost = 1e300;  // so that 2 k is finite; the draws of larger k are 0
  const Tensor k = concentration.clamp_max(kMost);
  const Tensor w = (0.5 * at::hypot(2 * k, at::ones({}, k.options())) + 0.5).sqrt();
  const Tensor s = (w + k / w).reciprocal(), ws = w * s;
  Tensor angle = at::zeros_like(k), done = at::zeros_like(k, at::kBool);
  for (int round = 0; round < kMostRounds; ++round) {
    const Tensor u = uniforms(), h = u[0] * (kPi / 2);
    const Tensor x = h.cos(), y = s * h.sin();
    const Tensor c = ws / (x.square() + y.square());
    const Tensor accepted = (c * (2 - c) > u[1]).logical_or_((c / u[1]).log_() + 1 >= c);
    // An accepted angle may be replaced until all elements are done, as in Python.
    angle = at::where(accepted, 2 * (u[2] - 0.5).sign_() * at::atan2(y, x), angle);
    done.logical_or_(accepted);
    // On a GPU this question would wait for the device.
    if (done.is_cpu() && is_readable(done) && done.all().item<bool>()) break;
  }
  return angle;
}

Tensor turned(const Tensor& angles, const Tensor& loc) {
  // In units of a turn, of which the float nearest to pi is less than a half.
  const auto dtype = angles.scalar_type();
  const Tensor shift = wrapped_angle(unexpanded(loc, 0).to(at::kDouble)).to(dtype);
  const Tensor x = angles.add_(shift);
  return x.sub_((x * (0.5 / kPi)).round_().mul_(2 * kPi)).clamp_(-kPi, kPi);
}

Tensor wrapped_angle(const Tensor& x) {
  if (x.is_meta()) return x;
  return at::where(x.abs() <= kPi, x, (x + kPi).remainder(2 * kPi) - kPi);
}

}  // namespace torch::distributions::ops
