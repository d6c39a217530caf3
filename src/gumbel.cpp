#include <torch/distributions/gumbel.h>

#include <ATen/OpMathType.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/rand.h>

#include <cmath>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/uniform.h>

#include "core/drawable.h"
#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "ops/draws/from_stream.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/gumbel.h"
#include "ops/random/fill.h"

namespace torch::distributions {

template class core::ScalarFamily<Gumbel, TransformedDistribution>;

const Signature<Gumbel>& Gumbel::signature() {
  static const Signature<Gumbel> s{
      .name = "Gumbel",
      .fields = {{"loc", &Gumbel::loc_, constraints::real},
                 {"scale", &Gumbel::scale_, constraints::positive}},
      .support = constraints::real,
      .has_rsample = true,
      .formulas = {ops::formula<Gumbel, ops::formulas::Gumbel>(&Gumbel::loc_, &Gumbel::scale_)}};
  return s;
}

Gumbel::Gumbel(Param loc, Param scale, Validate validate_args) : ScalarFamily(validate_args) {
  initialize(loc, scale);
  transform_uniform();
}

/// Sets the base and the transforms, which are Python's.
void Gumbel::transform_uniform() {
  const FloatLimits limits = float_limits(loc_.scalar_type());
  const Uniform base(at::full_like(loc_, limits.least_normal),
                     at::full_like(loc_, 1 - limits.epsilon), false);
  const TransformPtr log = ExpTransform().inv();
  transform(base,
            {log, AffineTransform(0, -at::ones_like(scale_)), log, AffineTransform(loc_, -scale_)});
}

Tensor Gumbel::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return do_rsample(shape, std::move(generator));
}

Tensor Gumbel::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor bad = undrawable(validates(), {{scale_, constraints::nonnegative}});
  const auto dtype = do_dtype(), compute = at::toOpMathType(dtype);
  const Tensor drawn = ops::drawn_from_stream(generator, shape, loc_.options().dtype(compute),
                                              ops::random::fill_gumbel);
  if (drawn.defined()) {
    return with_nan(ops::scaled_and_shifted(drawn, scale_.to(compute), loc_.to(compute)).to(dtype),
                    bad);
  }
  if (loc_.scalar_type() != at::kFloat || !loc_.is_cpu()) {
    const Tensor u = base_dist()->sample(sample_shape(shape), std::move(generator));
    return with_nan(ops::scaled_and_shifted(u.log().neg_().log_().neg_(), scale_, loc_), bad);
  }
  // The same numbers but for the ends of the tails, where 24 bits are too few.
  constexpr float kEnd = 0x1p-20F, kStep = 0x1p-24F;  // `raw` has multiples of kStep
  const FloatLimits limits = float_limits(at::kFloat);
  const Tensor raw = ops::uniform_noise(shape, loc_.options(), generator);
  const Tensor noise = (raw * (1 - limits.epsilon - limits.least_normal))
                           .add_(limits.least_normal)
                           .log_()
                           .neg_()
                           .log_()
                           .neg_();
  ops::redraw_ends(noise, raw, kEnd - kStep, 1 - kEnd, std::move(generator),
                   [](double v, bool upper) {
                     return -std::log(-(upper ? std::log1p(-kEnd * v) : std::log(kEnd * v)));
                   });
  return with_nan(ops::scaled_and_shifted(noise, scale_, loc_), bad);
}

std::pair<Tensor, Tensor> Gumbel::scored_draws(IntArrayRef shape,
                                               std::optional<Generator> generator) const {
  return scored_around_origin(&Gumbel::loc_, shape, std::move(generator));
}

// The ends of the base depend on the dtype.
void Gumbel::change(const core::Change& change) {
  ScalarFamily::change(change);
  if (!change.is_expand()) transform_uniform();
}

}  // namespace torch::distributions
