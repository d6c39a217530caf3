#include <torch/distributions/binomial.h>
#include <torch/distributions/multinomial.h>
#include <torch/distributions/negative_binomial.h>

#include "kl/by_formula.h"
#include "kl/table.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/binomial.h"
#include "ops/formulas/negative_binomial.h"

namespace torch::distributions::kl {
namespace {

/// Whether a condition is known to hold somewhere. The numbers of meta tensors and of those of
/// function transforms are not known.
bool holds_somewhere(const Tensor& condition) {
  constexpr c10::DispatchKeySet kWrappers(
      {c10::DispatchKey::FuncTorchBatched, c10::DispatchKey::FuncTorchGradWrapper});
  if (condition.is_meta() || condition.key_set().has_any(kWrappers)) return false;
  return condition.any().item<bool>();
}

}  // namespace

Tensor divergence(const Binomial& p, const Binomial& q) {
  const Tensor kl = by_formula<ops::formulas::Binomial, ops::formulas::Binomial>(p, q);
  const Tensor fewer = p.total_count() < q.total_count();
  if (holds_somewhere(fewer) && holds_somewhere(fewer & kl.isnan())) {
    not_implemented(p, q, "the total_count of q exceeds that of p");
  }
  return kl;
}

/// The divergence of one draw, times the number of draws. Counts with different sums have no value
/// in common.
Tensor divergence(const Multinomial& p, const Multinomial& q) {
  const Tensor of_draw = divergence(p.categorical(), q.categorical());
  const auto of_draws = [](const auto& n_p, const auto& n_q, const auto& kl) {
    const auto sum = n_p * select(n_p == 0.0, 0.0, kl);
    return select(n_p < n_q || n_p > n_q, ops::kInfinity, sum);
  };
  return ops::evaluate(/*in_double=*/true, of_draws, p.total_count(), q.total_count(), of_draw)
      .to(of_draw.scalar_type());
}

Tensor divergence(const NegativeBinomial& p, const NegativeBinomial& q) {
  const Tensor &failures = p.total_count(), others = q.total_count();
  // Both comparisons are false for NaN, for which the divergence is NaN.
  if (holds_somewhere(failures < others) || holds_somewhere(failures > others)) {
    not_implemented(p, q, "their total_counts differ");
  }
  return by_formula<ops::formulas::NegativeBinomial, ops::formulas::NegativeBinomial>(p, q);
}

}  // namespace torch::distributions::kl
