#include "ops/draws/gamma.h"

#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>
#include <ATen/OpMathType.h>

#include <limits>
#include <utility>

#include "core/float_limits.h"
#include "ops/draws/from_stream.h"
#include "ops/draws/gamma_variables.h"
#include "ops/draws/noise.h"
#include "ops/random/fill.h"
#include "ops/special/constants.h"
#include "ops/special/differentiable.h"
#include "ops/tensor/graph.h"
#include "ops/tensor/holds_for_all.h"

namespace torch::distributions::ops {
namespace {

/// A positive double rounded to the range of `dtype`: from its least normal number to the largest.
Tensor rounded_to_range(const Tensor& x, at::ScalarType dtype) {
  const FloatLimits limits = float_limits(dtype);
  return x.clamp(limits.least_normal, limits.largest);
}

/// `draw`, a double in the range of `dtype`, as a differentiable function: its derivative is the
/// draw times that of its logarithm. A draw at an end of the range is a constant.
/// \param log_draw The logarithm, given the mask of the constants, for which it must have finite
///     derivatives.
template <class Log>
Tensor differentiable_draw(const Tensor& draw, at::ScalarType dtype, const Log& log_draw) {
  const FloatLimits limits = float_limits(dtype);
  const Tensor is_end = (draw >= limits.largest) | (draw <= limits.least_normal);
  const Tensor log = log_draw(is_end);
  return (draw * (log - log.detach()).exp()).to(dtype);
}

/// draw / rate. An infinite quotient has the derivatives of the largest number, so that no gradient
/// is NaN.
constexpr special::TensorFunction kQuotient{
    "the sampler",
    [](at::TensorList args) { return args[0] / args[1]; },
    {[](at::TensorList args) {
       return args[1].reciprocal().clamp_max(float_limits(args[1].scalar_type()).largest);
     },
     [](at::TensorList args) {
       const double largest = float_limits(args[1].scalar_type()).largest;
       return (args[0] / args[1] / args[1]).clamp_max(largest).neg();
     },
     nullptr}};

}  // namespace

Tensor sample_gamma(const Tensor& concentration, const Tensor& rate,
                    std::optional<Generator> generator, GammaDraws* parts) {
  const auto dtype = at::promote_types(concentration.scalar_type(), rate.scalar_type());
  const auto compute = at::toOpMathType(dtype);
  const auto shape = at::infer_size_dimvector(concentration.sizes(), rate.sizes());
  const Tensor a = expanded(concentration.to(compute), shape);
  const bool is_differentiated = may_be_differentiated(a);
  Tensor draw = is_differentiated ? a.detach() : a;  // first the shape
  // LibTorch's sampler has no meta kernel.
  if (parts != nullptr || draw.is_meta()) {
    const GammaDraws draws = draw_standard_gammas(draw, generator);
    if (parts != nullptr) *parts = draws;
    draw = draws.x;
  } else {
    draw = at::_standard_gamma(draw, std::move(generator));
  }
  if (is_differentiated) draw = gamma_draw(a, draw);
  const Tensor r = rate.to(compute);
  Tensor x = draw / r;
  if (may_be_differentiated(x) && !holds_for_all(x, [](double each) { return each < kInfinity; }))
    x = special::differentiable(kQuotient, {draw, r});
  x = x.to(dtype);
  without_graph(x).clamp_min_(float_limits(dtype).least_normal);
  return x;
}

Tensor sample_inverse_gamma(const Tensor& concentration, const Tensor& rate,
                            std::optional<Generator> generator, GammaDraws* parts) {
  const auto dtype = at::promote_types(concentration.scalar_type(), rate.scalar_type());
  const auto shape = at::infer_size_dimvector(concentration.sizes(), rate.sizes());
  const bool is_differentiated =
      may_be_differentiated(concentration) || may_be_differentiated(rate);
  const auto of_stream = draw_of_stream(generator, c10::multiply_integers(shape));
  Tensor draw;
  if (of_stream) {
    draw = at::empty(shape, concentration.options().dtype(dtype));
    random::fill_inverse_gamma(draw, *of_stream, concentration, rate);
    if (!is_differentiated && parts == nullptr) return draw;
  }
  const Tensor a = expanded(concentration.to(at::kDouble), shape), r = rate.to(at::kDouble);
  GammaDraws gamma;
  if (of_stream) {
    const at::NoGradGuard no_grad;
    gamma = draw_gammas(a.to(at::toOpMathType(dtype)), *of_stream);
    draw = draw.to(at::kDouble);
  } else {
    const at::NoGradGuard no_grad;
    gamma = draw_gammas(a, generator);
    draw = r / gamma.x;
    if (gamma.log_x.defined()) {
      const Tensor is_tiny = gamma.x < std::numeric_limits<double>::min();
      draw = at::where(is_tiny, (r.log() - gamma.log_x).exp(), draw);
    }
    draw = rounded_to_range(draw, dtype);
  }
  if (parts != nullptr) *parts = gamma;
  if (!is_differentiated) return draw.to(dtype);
  return differentiable_draw(draw, dtype, [&](const Tensor& is_constant) {
    return r.masked_fill(is_constant, 1).log() -
           log_gamma_draw(a.masked_fill(is_constant, 1), log_of(gamma).masked_fill(is_constant, 0));
  });
}

Tensor sample_fisher_snedecor(const Tensor& df1, const Tensor& df2,
                              std::optional<Generator> generator, TwoGammaDraws* parts) {
  const auto dtype = at::promote_types(df1.scalar_type(), df2.scalar_type());
  const auto shape = at::infer_size_dimvector(df1.sizes(), df2.sizes());
  const bool is_differentiated = may_be_differentiated(df1) || may_be_differentiated(df2);
  const auto elements = c10::multiply_integers(shape);
  const auto first = draw_of_stream(generator, elements),
             second = draw_of_stream(generator, elements);
  Tensor draw;
  if (first) {
    draw = at::empty(shape, df1.options().dtype(dtype));
    random::fill_fisher_snedecor(draw, *first, *second, df1, df2);
    if (!is_differentiated && parts == nullptr) return draw;
  }
  const auto half_of = [&](const Tensor& df) { return 0.5 * expanded(df.to(at::kDouble), shape); };
  const Tensor a = half_of(df1), b = half_of(df2);
  GammaDraws x, y;
  if (first) {
    const at::NoGradGuard no_grad;
    const auto compute = at::toOpMathType(dtype);
    x = draw_gammas(a.to(compute), *first);
    y = draw_gammas(b.to(compute), *second);
    draw = draw.to(at::kDouble);
  } else {
    const at::NoGradGuard no_grad;
    x = draw_gammas(a, generator);
    y = draw_gammas(b, generator);
    draw = (x.x / a) / (y.x / b);
    if (x.log_x.defined() || y.log_x.defined()) {
      constexpr double kTiny = std::numeric_limits<double>::min();
      const Tensor is_tiny = (x.x < kTiny).logical_or(y.x < kTiny);
      const Tensor log_draw = (log_of(x) - a.log()) - (log_of(y) - b.log());
      draw = at::where(is_tiny, log_draw.exp(), draw);
    }
    draw = rounded_to_range(draw, dtype);
  }
  if (parts != nullptr) *parts = {x, y};
  if (!is_differentiated) return draw.to(dtype);
  return differentiable_draw(draw, dtype, [&](const Tensor& is_constant) {
    const auto log_mean = [&](const Tensor& half, const GammaDraws& gamma) {  // of 2 half squares
      const Tensor c = half.masked_fill(is_constant, 1);
      return log_gamma_draw(c, log_of(gamma).masked_fill(is_constant, 0)) - c.log();
    };
    return log_mean(a, x) - log_mean(b, y);
  });
}

namespace {

/// The normal and the gamma variable of draws t = normal / sqrt(gamma / half) of a stream, which are
/// drawn given t: gamma (1 + t^2 / df) has the distribution Gamma(half + 1/2, 1) for every t.
/// \param t With the sign of the draws. Infinite ones are replaced, as far as doubles reach.
NormalOverGamma parts_of(const Tensor& half, const Tensor& log_size, const random::Draw& draw,
                         Tensor& t) {
  if (t.is_meta()) return {t, {t, {}}};  // their shape alone
  const Tensor is_infinite = half == kInfinity;
  const Tensor log_ratio = 2 * log_size - (2 * half).log();  // log(t^2 / df)
  const Tensor sum = draw_gammas(half + 0.5, draw).x;
  const Tensor log_gamma = (sum.log() - at::logaddexp(log_ratio, at::zeros_like(log_ratio)))
                               .masked_fill(is_infinite, kInfinity);
  const Tensor sign = t.sign();
  t = at::where(t.isinf(), sign * log_size.exp(), t);
  const Tensor normal = sign * (2 * sum * log_ratio.sigmoid()).sqrt();
  return {at::where(is_infinite, t, normal), {log_gamma.exp(), log_gamma}};
}

}  // namespace

StudentTDraws sample_student_t(const Tensor& df, const Tensor& loc, const Tensor& scale,
                               at::IntArrayRef shape, at::ScalarType dtype,
                               std::optional<Generator> generator, NormalOverGamma* parts) {
  const auto elements = c10::multiply_integers(shape);
  const auto of_t = draw_of_stream(generator, elements),
             of_parts = draw_of_stream(generator, elements);
  Tensor value;
  if (of_t) {
    value = at::empty(shape, loc.options().dtype(dtype));
    random::fill_student_t(value, *of_t, df, loc, scale);
    const bool is_differentiated =
        may_be_differentiated(df) || may_be_differentiated(loc) || may_be_differentiated(scale);
    if (!is_differentiated && parts == nullptr) return {{}, value};
  }
  const auto compute = at::toOpMathType(dtype);
  const Tensor wide = expanded(df.to(at::kDouble), shape);
  // The result is normal / sqrt(x / a) with a draw x of Gamma(a) and a = df / 2. If a is infinite,
  // x / a is 1.
  const Tensor half = 0.5 * wide, is_infinite = half.detach() == kInfinity;
  Tensor draws, normal;
  GammaDraws gamma;
  if (of_t) {
    const at::NoGradGuard no_grad;
    const Tensor known = df.to(compute), zero = at::zeros({}, known.options());
    const Tensor t = at::empty(shape, known.options()), log_size = at::empty_like(t);
    random::fill_student_t(t, *of_t, known, zero, zero + 1);
    random::fill_log_student_t(log_size, *of_t, known);
    draws = t.to(at::kDouble);
    const NormalOverGamma made = parts_of(half, log_size.to(at::kDouble), *of_parts, draws);
    normal = made.normal;
    gamma = made.gamma;
  } else {
    const at::NoGradGuard no_grad;
    normal = normal_noise(shape, wide.options().dtype(compute), generator).to(at::kDouble);
    gamma = draw_gammas(half, generator);
    draws = normal * (gamma.x / half).masked_fill(is_infinite, 1).rsqrt();
    if (gamma.log_x.defined()) {
      const Tensor is_tiny = gamma.x < std::numeric_limits<double>::min();
      const Tensor log_size = normal.abs().log() - 0.5 * (gamma.log_x - half.log());
      draws = at::where(is_tiny, normal.sign() * log_size.exp(), draws);
    }
  }
  if (parts != nullptr) *parts = {normal, gamma};
  if (!may_be_differentiated(half)) return {draws, value};
  const Tensor a = half.masked_fill(is_infinite, 1);
  const Tensor log_quotient =
      log_gamma_draw(a, log_of(gamma).masked_fill(is_infinite, 0)) - a.log();
  const Tensor growth = (-0.5 * (log_quotient - log_quotient.detach())).exp();
  if (!gamma.log_x.defined()) return {draws * growth, value};
  // An infinite draw has a finite derivative, so that no gradient is NaN.
  const Tensor finite = draws.nan_to_num(kNaN);
  return {finite * growth + (draws - finite).nan_to_num(0, kInfinity, -kInfinity), value};
}

Tensor sample_bartlett(const Tensor& df, int64_t n, at::ScalarType dtype,
                       std::optional<Generator> generator, Tensor* log_gammas) {
  const Tensor wide = df.to(at::kDouble);
  const Tensor a = 0.5 * (wide.unsqueeze(-1) - at::arange(n, wide.options()));
  GammaDraws gamma;
  Tensor root, below;
  {
    const at::NoGradGuard no_grad;
    gamma = draw_gammas(a, generator);
    root = (2 * gamma.x).sqrt();
    if (gamma.log_x.defined()) {
      const Tensor is_tiny = gamma.x < std::numeric_limits<double>::min();
      root = at::where(is_tiny, (0.5 * (kLog2 + gamma.log_x)).exp(), root);
    }
    at::DimVector shape(df.sizes());
    shape.push_back(n * (n - 1) / 2);
    const Tensor noise =
        normal_noise(shape, wide.options().dtype(at::toOpMathType(dtype)), std::move(generator));
    const Tensor places = at::tril_indices(n, n, -1, wide.options().dtype(at::kLong));
    shape.back() = n * n;
    below = at::zeros(shape, wide.options());
    below.index_copy_(-1, places[0] * n + places[1], noise.to(at::kDouble));
    shape.back() = n;
    shape.push_back(n);
    below = below.view(shape);
  }
  if (log_gammas != nullptr && gamma.log_x.defined()) *log_gammas = log_gamma_draw(a, gamma.log_x);
  if (may_be_differentiated(a)) {
    const Tensor log_root = 0.5 * log_gamma_draw(a, log_of(gamma));
    root = root * (log_root - log_root.detach()).exp();
  }
  return below + root.diag_embed(0, -2, -1);
}

}  // namespace torch::distributions::ops
