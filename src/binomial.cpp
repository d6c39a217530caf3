#include <torch/distributions/binomial.h>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/drawable.h"
#include "core/raise.h"
#include "core/scalar_family.h"
#include "ops/draws/from_stream.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/binomial.h"
#include "ops/random/fill.h"

namespace torch::distributions {

template class core::ScalarFamily<Binomial>;

const Signature<Binomial>& Binomial::signature() {
  static const Signature<Binomial> s{
      .name = "Binomial",
      .fields = {{"total_count", &Binomial::total_count_, constraints::nonnegative_integer},
                 {"probs", &Binomial::probs_, constraints::unit_interval,
                  core::Presence::kAlternative},
                 {"logits", &Binomial::logits_, constraints::real, core::Presence::kAlternative}},
      .support = [](const Binomial& b) { return constraints::integer_interval(0, b.total_count_); },
      .has_enumerate_support = true,
      .formulas = {ops::formula<Binomial, ops::formulas::Binomial>(&Binomial::total_count_,
                                                                   &Binomial::probs_),
                   ops::formula<Binomial, ops::formulas::BinomialLogits>(&Binomial::total_count_,
                                                                         &Binomial::logits_)}};
  return s;
}

Binomial::Binomial(Param total_count, ProbsOrLogits given, Validate validate_args)
    : ScalarFamily(validate_args), HasProbs(Kind::kBinary, signature().name, given) {
  initialize(total_count, given.probs, given.logits);
}

// Draws in double: in float the rejection sampler's variance is wrong for large counts. The sampler
// never returns for invalid parameters. They are checked even if they have been validated, because
// they may have been modified in place since.
Tensor Binomial::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor p = probs();
  const Tensor bad = undrawable(
      /*validated=*/false,
      {{total_count_, constraints::nonnegative_integer}, {p, constraints::unit_interval}});
  const auto dtype = at::promote_types(total_count_.scalar_type(), p.scalar_type());
  const Tensor drawn = ops::drawn_from_stream(generator, shape, p.options().dtype(dtype),
                                              ops::random::fill_binomial, total_count_, p);
  if (drawn.defined()) return drawn;  // NaN where there is no such distribution
  // LibTorch's sampler has no meta kernel.
  if (p.is_meta()) return at::empty(shape, p.options().dtype(dtype));
  const auto prepared = [&](const Tensor& t) {
    return ops::expanded(with_stand_in(t, bad, 0).to(at::kDouble), shape);
  };
  return with_nan(at::binomial(prepared(total_count_), prepared(p), std::move(generator)).to(dtype),
                  bad);
}

Tensor Binomial::do_enumerate_support(bool expand) const {
  // An empty batch has no total_count; it is enumerated with 0.
  if (total_count_.numel() == 0) return enumerate_range(1, given().options(), expand);
  const double largest = total_count_.max().item<double>();
  TORCH_DISTRIBUTIONS_CHECK(
      NotImplementedError, total_count_.min().item<double>() == largest,
      "Binomial::enumerate_support is not implemented for a batch of several total_counts");
  return enumerate_range(static_cast<int64_t>(largest) + 1, given().options(), expand);
}

}  // namespace torch::distributions
