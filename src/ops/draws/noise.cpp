#include "ops/draws/noise.h"

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/float_limits.h"
#include "ops/draws/few.h"
#include "ops/draws/stream.h"
#include "ops/special/constants.h"
#include "ops/special/differentiable.h"
#include "ops/tensor/graph.h"
#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/path.h"

namespace torch::distributions::ops {
namespace {

/// scale exp(y) within the positive finite numbers, so that the derivatives are finite as well.
Tensor positive_scaled_exp(const Tensor& scale, const Tensor& y);

constexpr special::TensorFunction kScaledExp{
    "the sampler",
    [](at::TensorList args) {
      // In two steps, since exp(y) may overflow where the result does not.
      const Tensor root = (0.5 * args[1]).exp_();
      const FloatLimits limits = float_limits(root.scalar_type());
      return (args[0] * root).mul_(root).clamp_(limits.least, limits.largest);
    },
    {[](at::TensorList args) { return positive_scaled_exp(args[0], args[1]) / args[0]; },
     [](at::TensorList args) { return positive_scaled_exp(args[0], args[1]); }, nullptr}};

Tensor positive_scaled_exp(const Tensor& scale, const Tensor& y) {
  return special::differentiable(kScaledExp, {scale, y});
}

/// Whether LibTorch's operations draw these numbers one by one from a CPU generator.
bool are_few(at::IntArrayRef shape, const at::TensorOptions& options,
             const std::optional<Generator>& generator) {
  const auto dtype = c10::typeMetaToScalarType(options.dtype());
  return c10::multiply_integers(shape) <= kFew && (dtype == at::kFloat || dtype == at::kDouble) &&
         options.device().is_cpu() && may_use_kernels() && Stream::reads(generator);
}

/// Numbers that are drawn one by one: draw(stream, T()) is one of the dtype T.
template <class Draw>
Tensor draw_few(at::IntArrayRef shape, const at::TensorOptions& options,
                const std::optional<Generator>& generator, const Draw& draw) {
  const auto dtype = c10::typeMetaToScalarType(options.dtype());
  const Tensor noise = at::detail::empty_cpu(shape, dtype, /*pin_memory=*/false);
  const auto fill = [&]<class T>(T* const to) {
    Stream stream(generator);
    std::generate_n(to, noise.numel(), [&] { return static_cast<T>(draw(stream, T())); });
  };
  if (dtype == at::kFloat) {
    fill(noise.mutable_data_ptr<float>());
  } else {
    fill(noise.mutable_data_ptr<double>());
  }
  return noise;
}

}  // namespace

Tensor normal_noise(at::IntArrayRef shape, const at::TensorOptions& options,
                    std::optional<Generator> generator) {
  if (are_few(shape, options, generator))
    return draw_few(shape, options, generator, [](Stream& s, auto) { return s.normal(); });
  return at::empty(shape, options).normal_(0, 1, std::move(generator));
}
Tensor uniform_noise(at::IntArrayRef shape, const at::TensorOptions& options,
                     std::optional<Generator> generator) {
  if (are_few(shape, options, generator)) {
    return draw_few(shape, options, generator,
                    []<class T>(Stream& s, T) { return s.uniform<T>(); });
  }
  return at::rand(shape, std::move(generator), options);
}
Tensor exponential_noise(at::IntArrayRef shape, const at::TensorOptions& options,
                         std::optional<Generator> generator) {
  if (Stream::has_exponentials() && are_few(shape, options, generator))
    return draw_few(shape, options, generator, [](Stream& s, auto) { return s.exponential(); });
  return at::empty(shape, options).exponential_(1, std::move(generator));
}

Tensor scaled_and_shifted(const Tensor& noise, const Tensor& scale, const Tensor& shift) {
  if (combine_few(
          noise, [](auto x, auto a, auto b) { return x * a + b; }, scale, shift))
    return noise;
  const auto is_plain_constant = [&](const Tensor& t) {
    return t.scalar_type() == noise.scalar_type() && !may_be_differentiated(t);
  };
  if (may_use_kernels() && is_plain_constant(scale) && is_plain_constant(shift))
    return noise.mul_(scale).add_(shift);
  return noise * scale + shift;
}

Tensor scaled_exp(const Tensor& scale, const Tensor& y, bool below_one) {
  const Tensor x = positive_scaled_exp(scale.to(y.scalar_type()), y).to(scale.scalar_type());
  const FloatLimits limits = float_limits(x.scalar_type());
  without_graph(x).clamp_(limits.least, below_one ? limits.below_one() : limits.largest);
  return x;
}

void redraw_ends(const Tensor& noise, const Tensor& raw, float low, float high,
                 std::optional<Generator> generator,
                 c10::function_ref<double(double v, bool upper)> quantile) {
  const auto* const numbers = raw.const_data_ptr<float>();
  std::vector<int64_t> places;
  for (int64_t i = 0; i < raw.numel(); ++i) {
    if (numbers[i] <= low || numbers[i] >= high) places.push_back(i);
  }
  if (places.empty()) return;
  const Tensor uniform = at::rand({static_cast<int64_t>(places.size())}, std::move(generator),
                                  raw.options().dtype(at::kDouble));
  const auto* u = uniform.const_data_ptr<double>();
  auto* const to = noise.mutable_data_ptr<float>();
  for (const int64_t place : places)
    to[place] = static_cast<float>(quantile(1 - *u++, numbers[place] >= high));
}

Tensor sample_uniform(const Tensor& low, const Tensor& high, at::IntArrayRef shape,
                      std::optional<Generator> generator) {
  const Tensor noise = uniform_noise(shape, low.options(), std::move(generator));
  const auto draw = []<class T>(T u, T a, T b) {
    const T width = b - a, half = T(0.5) * b - T(0.5) * a;
    if (!(half >= 0 && half < kInfinity)) return static_cast<T>(kNaN);
    const T x = width < kInfinity ? u * width + a : 2 * (u * half + T(0.5) * a);
    return std::min(x, std::nextafter(b, a));
  };
  if (combine_few(noise, draw, low, high)) return noise;
  const Tensor width = high - low;
  Tensor x;
  if (holds_for_all(width, [](double w) { return w >= 0 && w < kInfinity; })) {
    x = scaled_and_shifted(noise, width, low);
  } else {
    const Tensor half = 0.5 * high - 0.5 * low;
    const Tensor is_width = (half >= 0).logical_and(half < kInfinity);
    x = 2 * (noise * half.masked_fill(is_width.logical_not(), kNaN) + 0.5 * low);
  }
  without_graph(x).clamp_max_(at::nextafter(high.detach(), low.detach()).to(x.scalar_type()));
  return x;
}

}  // namespace torch::distributions::ops
