#include <torch/distributions/laplace.h>

#include <ATen/OpMathType.h>

#include <cmath>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/drawable.h"
#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "ops/draws/from_stream.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/laplace.h"
#include "ops/random/fill.h"

namespace torch::distributions {
namespace {

/// For u uniform in (-1, 1), -log(1 - |u|) is an exponential variable, and sign(u) a random sign.
/// Half types draw u in float: in their own precision u would be too coarse for the tails.
Tensor laplace_noise(IntArrayRef shape, const at::TensorOptions& options,
                     std::optional<Generator> generator) {
  const Tensor drawn = ops::drawn_from_stream(generator, shape, options, ops::random::fill_laplace);
  if (drawn.defined()) return drawn;
  const auto compute = c10::typeMetaToScalarType(options.dtype());
  const double lowest = float_limits(compute).epsilon - 1;
  const Tensor u = at::empty(shape, options).uniform_(lowest, 1, generator);
  if (u.is_meta()) return u;  // which has no absolute value in LibTorch
  const Tensor noise = u.abs().neg_().log1p_().copysign_(u);
  if (compute == at::kFloat && u.is_cpu()) {
    constexpr float kEnd = 0x1p-20F;  // the probability of |u| >= 1 - kEnd
    ops::redraw_ends(noise, u, kEnd - 1, 1 - kEnd, std::move(generator),
                     [](double v, bool upper) { return std::log(kEnd * v) * (upper ? -1 : 1); });
  }
  return noise;
}

}  // namespace

template class core::ScalarFamily<Laplace>;

const Signature<Laplace>& Laplace::signature() {
  static const Signature<Laplace> s{.name = "Laplace",
                                    .fields = {{"loc", &Laplace::loc_, constraints::real},
                                               {"scale", &Laplace::scale_, constraints::positive}},
                                    .support = constraints::real,
                                    .has_rsample = true,
                                    .formulas = {ops::formula<Laplace, ops::formulas::Laplace>(
                                        &Laplace::loc_, &Laplace::scale_)}};
  return s;
}

Laplace::Laplace(Param loc, Param scale, Validate validate_args) : ScalarFamily(validate_args) {
  initialize(loc, scale);
}

Tensor Laplace::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  const auto dtype = at::promote_types(loc_.scalar_type(), scale_.scalar_type());
  const auto compute = at::toOpMathType(dtype);
  const Tensor noise = laplace_noise(shape, loc_.options().dtype(compute), std::move(generator));
  return with_nan(ops::scaled_and_shifted(noise, scale_.to(compute), loc_.to(compute)).to(dtype),
                  undrawable(validates(), {{scale_, constraints::nonnegative}}));
}

std::pair<Tensor, Tensor> Laplace::scored_draws(IntArrayRef shape,
                                                std::optional<Generator> generator) const {
  return scored_around_origin(&Laplace::loc_, shape, std::move(generator));
}

}  // namespace torch::distributions
