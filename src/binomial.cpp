#include <torch/distributions/binomial.h>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "ops/evaluate.h"
#include "ops/formulas/binomial.h"
#include "ops/plain.h"
#include "ops/special/special.h"

namespace torch::distributions {
namespace {

/// The variance from which the entropy's asymptotic series holds, and below which all but a
/// double's rounding of the probability lies within this many counts below and above the mean.
constexpr double kSeriesVariance = 100;
constexpr int64_t kReachBelow = 110, kReachAbove = 153;

}  // namespace

const Signature<Binomial>& Binomial::signature() {
  static const Signature<Binomial> s{
      .name = "Binomial",
      .fields = {{"total_count", &Binomial::total_count_, constraints::nonnegative_integer},
                 {"probs", &Binomial::probs_, constraints::unit_interval, Presence::kAlternative},
                 {"logits", &Binomial::logits_, constraints::real, Presence::kAlternative}},
      .support = [](const Binomial& b) { return constraints::integer_interval(0, b.total_count_); },
      .has_enumerate_support = true,
      .formulas = {
          {ops::table<ops::formulas::Binomial>(), {&Binomial::total_count_, &Binomial::probs_}},
          {ops::table<ops::formulas::BinomialLogits>(),
           {&Binomial::total_count_, &Binomial::logits_}}}};
  return s;
}

Binomial::Binomial(Param total_count, Param probs, Validate validate_args)
    : Binomial(std::move(total_count), ProbsOrLogits{.probs = std::move(probs)}, validate_args) {}

Binomial::Binomial(Param total_count, ProbsOrLogits given, Validate validate_args)
    : ScalarFamily(validate_args), HasProbs(Kind::kBinary, signature().name, given) {
  initialize(total_count, given.probs, given.logits);
}

// In double: in float the rejection sampler's variance is wrong for large counts.
Tensor Binomial::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const auto widened = [&](const Tensor& t) { return t.to(at::kDouble).expand(shape); };
  return at::binomial(widened(total_count_), widened(probs()), std::move(generator))
      .to(given().scalar_type());
}

// In double, like the formula: a series where the variance is large, else the sum of -P(k) log P(k)
// over the counts near the mean. By symmetry of the rarer outcome, and of the same size whatever
// total_count is.
Tensor Binomial::do_entropy() const {
  const Tensor n = total_count_.to(at::kDouble);
  const Tensor given_wide = given().to(at::kDouble);
  // Of the rarer outcome, by a choice and no minimum, which has no second derivative where both are
  // as likely.
  const Tensor rarer =
      probs_.defined() ? at::where(given_wide <= 0.5, given_wide, 1 - given_wide)
                       : ops::special::sigmoid(at::where(given_wide <= 0, given_wide, -given_wide));
  // Of a certain outcome there is no entropy, and its infinite derivative would spread.
  const Tensor certain = rarer == 0;
  const Tensor p = rarer.masked_fill(certain, 0.5);
  const Tensor spread = p * (1 - p);
  const Tensor variance = n * spread;
  const Tensor large = variance >= kSeriesVariance;

  const Tensor series =
      ops::formulas::binomial_entropy_series(
          ops::Composed(at::where(large, variance, kSeriesVariance)), ops::Composed(spread))
          .tensor();

  const Tensor lowest = (n * p).detach().floor().sub(kReachBelow).clamp_min(0);
  at::DimVector shape(batch_shape().size() + 1, 1);
  shape[0] = kReachBelow + kReachAbove + 1;
  // Few trials have few counts. Elsewhere than on the CPU, asking costs more than it saves.
  if (ops::is_plain(n) && ops::is_unobserved() && n.numel() > 0) {
    const double counts = n.max().item<double>() + 1;
    if (counts >= 1 && counts < static_cast<double>(shape[0]))
      shape[0] = static_cast<int64_t>(counts);
  }
  const Tensor k = lowest + at::arange(shape[0], n.options()).view(shape);
  const Tensor log_prob = Binomial(n, p, false).do_log_prob(k);
  const Tensor possible = log_prob > -INFINITY;
  const Tensor finite = at::where(possible, log_prob, 0.0);
  const Tensor sum = -at::where(possible, finite.exp() * finite, 0.0).sum(0);
  return at::where(large, series, sum).masked_fill(certain, 0).to(given().scalar_type());
}

Tensor Binomial::do_enumerate_support(bool expand) const {
  TORCH_CHECK_VALUE(total_count_.numel() > 0, "Binomial::enumerate_support: the batch is empty");
  const double largest = total_count_.max().item<double>();
  TORCH_CHECK_NOT_IMPLEMENTED(
      total_count_.min().item<double>() == largest,
      "Binomial::enumerate_support is not implemented for a batch of several total_counts");
  return enumerate_range(static_cast<int64_t>(largest) + 1, given().options(), expand);
}

}  // namespace torch::distributions
