#include "ops/vectors/relaxed_categorical.h"

#include <ATen/ATen.h>

#include <cmath>

#include "ops/special/constants.h"
#include "ops/special/log_of_probability.h"
#include "ops/special/tensor_scalar.h"
#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/unexpanded.h"
#include "ops/vectors/weighted_rows.h"

namespace torch::distributions::ops {

using at::Tensor;
using engine::RowKernels;

namespace {

/// The set on which the density is defined.
enum class Set : char { kLogarithms, kSimplex };

/// sum (s - log sum e^s) for the scores s, where the inner sum is over `dominant`: the scores
/// themselves, or -inf in place of those that are negligible. `without` is a mask of the categories
/// that do not count, undefined if there are none, and `count` the number of the others.
Tensor sum_of_log_softmax(const Tensor& scores, const Tensor& dominant, const Tensor& without,
                          const Tensor& count) {
  const Tensor largest = dominant.detach().amax(-1, /*keepdim=*/true);
  Tensor differences = scores - largest;
  if (without.defined()) differences = differences.masked_fill(without, 0);
  return differences.sum(-1) - count * (dominant - largest).exp().sum(-1).log();
}

/// log((n - 1)! T^(n - 1)) for n categories.
Tensor log_constant(const Tensor& temperature, const Tensor& n) {
  return n.lgamma() + (n - 1) * temperature.squeeze(-1).log();
}

/// With the scores s = logits - T x,
/// log p = log((K - 1)! T^(K - 1)) + sum (s - log sum e^s). On the simplex the Jacobian of the
/// logarithm adds -sum x.
Tensor log_density(Set set, const Tensor& t, const Tensor& l, const Tensor& x) {
  const Tensor power = t * x, scores = l - power;
  const Tensor size = at::full({}, static_cast<double>(l.size(-1)), l.options());
  if (holds_for_all(scores, [](double s) { return std::isfinite(s); })) {
    const Tensor log_prob = log_constant(t, size) + sum_of_log_softmax(scores, scores, {}, size);
    return set == Set::kSimplex ? log_prob - x.sum(-1) : log_prob;
  }

  // Categories without weight, at the only coordinate that they have.
  const Tensor masked = l.eq(-kInfinity).logical_and(x.eq(-kInfinity));
  const Tensor weighed = masked.logical_not();
  const Tensor zero = power.eq(-kInfinity).logical_and(weighed);
  const Tensor unknown = x.isnan().logical_or(l.isnan()).logical_or(t.isnan());
  const Tensor nowhere =
      power.eq(kInfinity).logical_or(l.eq(-kInfinity)).logical_or(unknown).logical_and(weighed);

  const Tensor finite_x = x.masked_fill(masked.logical_or(zero).logical_or(nowhere), 0);
  const Tensor finite_scores = l.masked_fill(masked.logical_or(nowhere), 0) - t * finite_x;
  // Beside a coordinate of 0, the scores of positive coordinates are negligible.
  const Tensor has_zero = zero.any(-1, /*keepdim=*/true);
  const Tensor negligible = masked.logical_or(has_zero.logical_and(zero.logical_not()));
  const Tensor n = weighed.sum(-1).to(at::kDouble);
  Tensor log_prob =
      log_constant(t, n) + sum_of_log_softmax(finite_scores,
                                              finite_scores.masked_fill(negligible, -kInfinity),
                                              masked, n);
  if (set == Set::kSimplex) {
    // With m coordinates of y -> 0, the density is of the order of y^(T (n - m) - m).
    log_prob = log_prob - finite_x.sum(-1);
    const Tensor m = zero.sum(-1), order = t.detach().squeeze(-1) * (n - m) - m;
    log_prob = log_prob.masked_fill(m.gt(0).logical_and(order.lt(0)), kInfinity)
                   .masked_fill(m.gt(0).logical_and(order.gt(0)), -kInfinity);
  } else {
    log_prob = log_prob.masked_fill(zero.any(-1), -kInfinity);
  }
  return log_prob.masked_fill(nowhere.any(-1), -kInfinity).masked_fill(unknown.any(-1), kNaN);
}

template <Set set>
Tensor composed(const Tensor& value, const Tensor& logits, const Tensor& temperature) {
  const Tensor x = value.to(at::kDouble);
  return log_density(set, temperature.unsqueeze(-1), logits.to(at::kDouble),
                     set == Set::kSimplex ? special::log_of_probability(x) : x)
      .to(value.scalar_type());
}

// The kernels do the same operations if no score is infinite or NaN.
constexpr RowFunction kOfLogarithm{"RelaxedCategorical", &RowKernels::relaxed,
                                   &RowKernels::relaxed_backward, composed<Set::kLogarithms>};
constexpr RowFunction kOfPoint{"RelaxedOneHot", &RowKernels::relaxed_on_simplex,
                               &RowKernels::relaxed_on_simplex_backward, composed<Set::kSimplex>};

Tensor evaluate(const RowFunction& function, const Tensor& temperature, const Tensor& logits,
                const Tensor& value) {
  const auto own = at::promote_types(temperature.scalar_type(), logits.scalar_type());
  const bool is_real = value.is_floating_point();
  const auto dtype = is_real ? at::promote_types(own, value.scalar_type()) : own;
  const auto exact = is_real ? dtype : at::kDouble;  // integers are exact in double
  // An expanded tensor may be a leaf, whose elements have their own gradients.
  const Tensor t = temperature.requires_grad() ? temperature : unexpanded(temperature, 0);
  return evaluate_rows(function, value.to(exact), logits.to(exact), t.to(at::kDouble).squeeze(-1))
      .to(dtype);
}

}  // namespace

Tensor relaxed_categorical_log_prob(const Tensor& temperature, const Tensor& logits,
                                    const Tensor& x) {
  return evaluate(kOfLogarithm, temperature, logits, x);
}

Tensor relaxed_one_hot_log_prob(const Tensor& temperature, const Tensor& logits, const Tensor& y) {
  return evaluate(kOfPoint, temperature, logits, y);
}

}  // namespace torch::distributions::ops
