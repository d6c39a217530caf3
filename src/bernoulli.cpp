#include <torch/distributions/bernoulli.h>

#include <ATen/ops/bernoulli.h>
#include <ATen/ops/where.h>
#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "ops/draws/from_stream.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/bernoulli.h"
#include "ops/random/fill.h"
#include "ops/special/sigmoid.h"
#include "ops/special/tensor_scalar.h"
#include "ops/tensor/holds_for_all.h"

namespace torch::distributions {

template class core::ScalarFamily<Bernoulli, ExponentialFamily>;

const Signature<Bernoulli>& Bernoulli::signature() {
  static const Signature<Bernoulli> s{
      .name = "Bernoulli",
      .fields = {{"probs", &Bernoulli::probs_, constraints::unit_interval,
                  core::Presence::kAlternative},
                 {"logits", &Bernoulli::logits_, constraints::real, core::Presence::kAlternative}},
      .support = constraints::boolean,
      .has_enumerate_support = true,
      .formulas = {ops::formula<Bernoulli, ops::formulas::Bernoulli>(&Bernoulli::probs_),
                   ops::formula<Bernoulli, ops::formulas::BernoulliLogits>(&Bernoulli::logits_)}};
  return s;
}

Bernoulli::Bernoulli(ProbsOrLogits given, Validate validate_args)
    : ScalarFamily(validate_args), HasProbs(Kind::kBinary, signature().name, given) {
  initialize(given.probs, given.logits);
}

Tensor Bernoulli::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor p = probs(), bad = undrawable(validates(), {{p, constraints::unit_interval}});
  const Tensor possible = with_stand_in(p, bad, 0);
  Tensor draws = ops::drawn_from_stream(generator, shape, possible.options(),
                                        ops::random::fill_bernoulli, possible);
  if (draws.defined()) return with_nan(draws, bad);
  draws = at::bernoulli(ops::expanded(possible, shape), generator);
  // On the CPU the uniform number of a float has 24 bits: a rarer event would happen too often.
  constexpr double kRare = 0x1p-12;
  if (possible.is_cpu() && possible.scalar_type() != at::kDouble &&
      !ops::holds_for_all(possible, [](double each) { return !(each > 0) || each >= kRare; })) {
    const Tensor is_rare = (possible > 0).logical_and_(possible < kRare);
    if (is_rare.any().item<bool>()) {
      const Tensor wide = ops::expanded(possible.to(at::kDouble), shape);
      draws = at::where(is_rare, at::bernoulli(wide, std::move(generator)).to(draws.scalar_type()),
                        draws);
    }
  }
  return with_nan(draws, bad);
}

Tensor Bernoulli::do_enumerate_support(bool expand) const {
  return enumerate_range(2, given().options(), expand);
}

std::vector<Tensor> Bernoulli::do_natural_params() const { return {logits()}; }

Tensor Bernoulli::do_log_normalizer(at::TensorList natural_params) const {
  return ops::special::softplus(natural_params[0]);
}

std::string Bernoulli::hint(const Tensor& value) const {
  const Tensor between = value.gt(0).logical_and(value.lt(1));
  if (!between.any().item<bool>()) return {};
  return ". Numbers between 0 and 1, such as grey values, have no probability here: use "
         "torch::nn::functional::binary_cross_entropy, or the ContinuousBernoulli distribution";
}

}  // namespace torch::distributions
