#include "ops/vectors/multinomial.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/float_limits.h"
#include "ops/special/binomial_log_density.h"
#include "ops/special/constants.h"
#include "ops/special/deviance.h"
#include "ops/special/rounding.h"
#include "ops/special/stirling.h"
#include "ops/special/tensor_scalar.h"
#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/unexpanded.h"
#include "ops/vectors/counts.h"
#include "ops/vectors/weighted_rows.h"

namespace torch::distributions::ops {

using at::Tensor;
using engine::RowKernels;

namespace {

/// x log(x / (n p)) - x + n p for each category: the deviance of a count from its mean.
///
/// With the remainders of Stirling's formula, which hold the rest of the factorials, the log
/// probability is log_factorial_remainder(n) - sum (log_factorial_remainder(x) + deviance).
/// Nothing large cancels, since both x and n p sum to n. A rounding of p has the effect of x - n p,
/// and not of x.
Tensor deviances(const Tensor& n, const Tensor& probs, const Tensor& logits, const Tensor& x) {
  const bool by_logits = logits.defined();
  const Tensor p = by_logits ? logits.exp() : probs;
  // Where p is tiny or underflows, the terms of the logarithm do not cancel.
  const Tensor is_rare =
      (p.detach() < engine::kRare)
          .logical_and(by_logits ? logits.detach() > -kInfinity : p.detach() > 0);
  const Tensor is_usual = is_rare.logical_not();
  const Tensor log_p =
      by_logits ? logits.masked_fill(is_usual, 0) : probs.masked_fill(is_usual, 1).log();
  const Tensor log_ratio = x.masked_fill(x == 0, 1).log() - n.log() - log_p;
  const Tensor of_rare = x * log_ratio.masked_fill(x == 0, 0) - x;

  const Tensor usual_p = p.masked_fill(is_rare, 0), mean = n * usual_p;
  const Tensor from_mean = (x - mean) - special::product_error(n, usual_p);
  return at::where(is_rare, of_rare, special::deviance(x, mean, from_mean));
}

/// E[log_factorial_remainder(X) + deviance(X, m)] for X with the distribution Binomial(n, p) and
/// its mean m. The entropy is the sum of these over the categories, minus the remainder of n.
TensorScalar mean_remainder(const TensorScalar& n, const TensorScalar& p) {
  // For a large mean, the asymptotic series, whose error is of the order of m^-2. Else the sum over
  // some of the counts: the sum of a smooth function over every second count is half of that over
  // all, up to an error that is negligible as long as a step is a fraction of a standard deviation.
  constexpr double kLargeMean = 1e8, kStepsInDeviation = 10, kStepsBelow = 110;
  constexpr int64_t kSteps = 264;
  using special::floor;
  using special::max;
  const TensorScalar mean = constant(n * p);
  const auto is_large = mean > kLargeMean;
  const auto series = [](const TensorScalar& trials, const TensorScalar& success) {
    const TensorScalar m = trials * success, q = 1.0 - success;
    const TensorScalar c = q * (q / 4.0 - (1.0 - 2.0 * success) / 6.0 - 0.25) + 1.0 / 12;
    return 0.5 * log(m) + kLogSqrt2Pi + 0.5 * q + c / m;
  };
  const TensorScalar step =
      max(-floor(-(sqrt(mean * (1.0 - constant(p))) / kStepsInDeviation)), 1.0);
  const TensorScalar first = max(floor(mean) - kStepsBelow * step, 0.0);
  // Subtracted from the terms, since the derivatives of their probabilities have both signs.
  const TensorScalar near_mean = floor(mean);
  const TensorScalar at_mean = special::log_factorial_remainder(near_mean) +
                               special::deviance(near_mean, mean, near_mean - mean);
  const auto term = [](const TensorScalar& i, const TensorScalar& trials,
                       const TensorScalar& success, const TensorScalar& start,
                       const TensorScalar& every, const TensorScalar& usual) {
    const TensorScalar count = start + i * every;
    // A count whose probability underflows adds nothing, but its derivative may be infinite.
    const auto possible =
        count <= trials && success > 0.0 &&
        exp(special::binomial_log_density(count, trials, constant(success))) > 0.0;
    const TensorScalar k = select(possible, count, 0.0), s = select(possible, success, 0.5);
    const TensorScalar m = trials * s;
    const TensorScalar probability = exp(special::binomial_log_density(k, trials, s));
    const TensorScalar value = special::log_factorial_remainder(k) + special::deviance(k, m, k - m);
    return select(possible, every * probability * (value - usual), 0.0);
  };
  const TensorScalar few = select(is_large, 0.0, n);
  const TensorScalar sum = sum_over_counts(term, constant(0.0 * (n * p)), kSteps, few,
                                           select(is_large, 0.5, p), first, step, at_mean);
  return select(is_large, within(is_large, 0.0, series, n, p), sum + select(p > 0.0, at_mean, 0.0));
}

template <bool are_logs>
Tensor log_prob(const Tensor& x, const Tensor& weights, const Tensor& n) {
  const Tensor count = x.to(at::kDouble), wide = weights.to(at::kDouble);
  const Tensor sum = count.sum(-1);
  const Tensor are_counts = count.ge(0).logical_and(count.eq(count.floor())).all(-1);
  const double eps = float_limits(x.scalar_type()).epsilon;
  const Tensor missing = n - sum;
  const Tensor of_sum = rounding_of_sum(n, static_cast<double>(x.size(-1)));
  const Tensor of_counts = n * (n > 2 / eps) * eps;
  const Tensor possible =
      are_counts.logical_and(missing <= of_counts + of_sum).logical_and(-missing <= of_sum);
  const Tensor is_total = n.ge(0).logical_and(n.eq(n.floor())).logical_and(n < kInfinity);
  const Tensor known = count.isnan().any(-1).logical_not().logical_and(is_total);

  const Tensor m = n.masked_fill(is_total.logical_not(), 0);
  const Tensor y = at::where(possible.unsqueeze(-1), count, 0.0);
  const Tensor remainder =
      special::log_factorial_remainder(m) - special::log_factorial_remainder(y).sum(-1);
  const Tensor none;
  const Tensor of_p =
      deviances(m.unsqueeze(-1), are_logs ? none : wide, are_logs ? wide : none, y).sum(-1);
  return (remainder - of_p)
      .masked_fill(possible.logical_not(), -kInfinity)
      .masked_fill(known.logical_not(), kNaN)
      .to(x.is_floating_point() ? at::promote_types(weights.scalar_type(), x.scalar_type())
                                : weights.scalar_type());
}

/// Integers as doubles. Those that a double cannot represent are rounded toward 0.
Tensor rounded_down(const Tensor& x) {
  const Tensor nearest = x.to(at::kDouble);
  return at::where(nearest.to(at::kLong) > x, nearest.nextafter(at::zeros_like(nearest)), nearest);
}

// The kernels do the same operations.
constexpr RowFunction kOfProbs{"Multinomial", &RowKernels::multinomial,
                               &RowKernels::multinomial_backward, log_prob<false>};
constexpr RowFunction kOfLogits{"Multinomial", &RowKernels::multinomial_of_logs,
                                &RowKernels::multinomial_of_logs_backward, log_prob<true>};

Tensor entropy(const Tensor& p, const Tensor& /*weights*/, const Tensor& n) {
  const Tensor probability = p.to(at::kDouble);
  const Tensor wide = at::broadcast_tensors({n.unsqueeze(-1), probability})[0];
  const TensorScalar terms = mean_remainder(TensorScalar(wide), TensorScalar(probability));
  return (terms.tensor().sum(-1) - special::log_factorial_remainder(n)).to(p.scalar_type());
}

constexpr RowFunction kEntropyOfCounts{"MultinomialEntropy", &RowKernels::multinomial_entropy,
                                       nullptr, entropy};

}  // namespace

Tensor multinomial_log_prob(const Tensor& n, const Tensor& probs, const Tensor& logits,
                            const Tensor& x) {
  const bool by_logits = logits.defined();
  const Tensor& weights = by_logits ? logits : probs;
  const Tensor count = x.detach(), total = n.detach().to(at::kDouble);
  const RowFunction& function = by_logits ? kOfLogits : kOfProbs;
  if (count.is_floating_point()) return evaluate_rows(function, count, weights, total);
  const bool are_exact = holds_for_all(total, [](double sum) { return sum <= kExactSums; });
  return evaluate_rows(function, are_exact ? count.to(at::kDouble) : rounded_down(count),
                       weights.to(at::kDouble), total)
      .to(weights.scalar_type());
}

Tensor multinomial_entropy(const Tensor& n, const Tensor& p) {
  const Tensor total = unexpanded(n.detach(), 0).to(at::kDouble);
  const bool are_few = holds_for_all(total, [](double count) {
    return count >= 0 && count <= engine::kMostTabulated && count == std::floor(count);
  });
  return are_few ? evaluate_rows(kEntropyOfCounts, p, p.detach(), total)
                 : entropy(p, /*weights=*/{}, total.expand(n.sizes()));
}

}  // namespace torch::distributions::ops
