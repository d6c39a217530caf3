#include "ops/draws/lkj_cholesky.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include "core/float_limits.h"
#include "ops/draws/noise.h"
#include "ops/draws/simplex.h"

namespace torch::distributions::ops {

using at::Tensor;

// The onion method. The k elements of a row before its diagonal are a vector in the unit ball with
// a density proportional to (1 - r^2)^(x - 1) at the distance r from 0, with x = eta + (d - 1 -
// k)/2. So its direction is uniform, and r^2 follows Beta(k/2, x).
Tensor sample_lkj_cholesky(const Tensor& concentration, at::IntArrayRef shape,
                           std::optional<at::Generator> generator) {
  const at::NoGradGuard no_grad;
  const auto dtype = concentration.scalar_type();
  constexpr double kMost = 1e300;  // the draw of an infinite concentration is the identity, too
  const Tensor eta = concentration.to(at::kDouble).unsqueeze(-1).clamp_max(kMost);
  const int64_t d = shape.back();
  // The first row has no such elements. As in Python, it takes the numbers of another draw of the
  // second row from the stream.
  const Tensor k = at::arange(d, eta.options()).clamp_min_(1);
  const Tensor x = eta + 0.5 * (d - 1 - k);
  at::DimVector squares(shape);  // r^2 and 1 - r^2 of each row
  squares.back() = 2;
  const Tensor r =
      sample_dirichlet(at::stack(at::broadcast_tensors({0.5 * k, x}), -1).expand(squares),
                       generator)
          .sqrt_();
  Tensor noise = normal_noise(shape, concentration.options().dtype(at::toOpMathType(dtype)),
                              std::move(generator));
  // A draw may round to 0, but a vector of zeros has no direction.
  noise = noise.to(at::kDouble).masked_fill_(noise == 0, 1e-100).tril_(-1);
  const Tensor length = at::linalg_vector_norm(noise, 2, at::IntArrayRef{-1}, /*keepdim=*/true);
  Tensor factor = noise / length.masked_fill(length == 0, 1) * r.select(-1, 0).unsqueeze(-1);

  Tensor diagonal = r.select(-1, 1);
  diagonal.select(-1, 0).fill_(1);
  const FloatLimits limits = float_limits(dtype);
  // In half, the least normal number is too large for a bound.
  diagonal.clamp_min_(dtype == at::kHalf ? limits.least : limits.least_normal);
  factor.diagonal(0, -2, -1).copy_(diagonal);
  return factor.to(dtype);
}

}  // namespace torch::distributions::ops
