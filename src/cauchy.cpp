#include <torch/distributions/cauchy.h>

#include <ATen/OpMathType.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/cauchy.h"

namespace torch::distributions {

template class core::ScalarFamily<Cauchy>;

const Signature<Cauchy>& Cauchy::signature() {
  static const Signature<Cauchy> s{
      .name = "Cauchy",
      .fields = {{"loc", &Cauchy::loc_, constraints::real},
                 {"scale", &Cauchy::scale_, constraints::positive}},
      .support = constraints::real,
      .has_rsample = true,
      .formulas = {ops::formula<Cauchy, ops::formulas::Cauchy>(&Cauchy::loc_, &Cauchy::scale_)}};
  return s;
}

Cauchy::Cauchy(Param loc, Param scale, Validate validate_args) : ScalarFamily(validate_args) {
  initialize(loc, scale);
}

// Half types draw in float: in their own precision the uniform variable would be too coarse for the
// tails.
Tensor Cauchy::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  const auto dtype = at::promote_types(loc_.scalar_type(), scale_.scalar_type());
  const auto compute = at::toOpMathType(dtype);
  const Tensor noise =
      at::empty(shape, loc_.options().dtype(compute)).cauchy_(0, 1, std::move(generator));
  return with_nan(ops::scaled_and_shifted(noise, scale_.to(compute), loc_.to(compute)).to(dtype),
                  undrawable(validates(), {{scale_, constraints::nonnegative}}));
}

std::pair<Tensor, Tensor> Cauchy::scored_draws(IntArrayRef shape,
                                               std::optional<Generator> generator) const {
  return scored_around_origin(&Cauchy::loc_, shape, std::move(generator));
}

}  // namespace torch::distributions
