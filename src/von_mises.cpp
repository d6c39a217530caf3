#include <torch/distributions/von_mises.h>

#include <ATen/OpMathType.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "ops/draws/circular.h"
#include "ops/draws/from_stream.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/von_mises.h"
#include "ops/random/fill.h"

namespace torch::distributions {

template class core::ScalarFamily<VonMises>;

const Signature<VonMises>& VonMises::signature() {
  static const Signature<VonMises> s{
      .name = "VonMises",
      .fields = {{"loc", &VonMises::loc_, constraints::real},
                 {"concentration", &VonMises::concentration_, constraints::positive}},
      .support = constraints::real,
      .formulas = {ops::formula<VonMises, ops::formulas::VonMises>(&VonMises::loc_,
                                                                   &VonMises::concentration_)}};
  return s;
}

VonMises::VonMises(Param loc, Param concentration, Validate validate_args)
    : ScalarFamily(validate_args) {
  initialize(loc, concentration);
}

// As in Python, draws of every dtype are computed in double.
Tensor VonMises::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor bad = undrawable(
      validates(), {{loc_, constraints::real}, {concentration_, constraints::nonnegative}});
  const Tensor possible = with_stand_in(concentration_, bad, 1);
  const Tensor drawn = ops::drawn_from_stream(
      generator, shape, possible.options().dtype(at::toOpMathType(do_dtype())),
      ops::random::fill_von_mises, possible);
  if (drawn.defined()) return with_nan(ops::turned(drawn, loc_).to(do_dtype()), bad);
  const Tensor k = possible.to(at::kDouble);
  at::DimVector three{3};
  three.append(shape.begin(), shape.end());
  const Tensor angle = ops::sample_von_mises(
      ops::expanded(k, shape), [&] { return ops::uniform_noise(three, k.options(), generator); });
  return with_nan(ops::wrapped_angle(loc_.to(at::kDouble) + angle).to(do_dtype()), bad);
}

}  // namespace torch::distributions
