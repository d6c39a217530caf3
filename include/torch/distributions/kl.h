#pragma once

#include <torch/distributions/core/export.h>

#include <concepts>
#include <functional>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <torch/distributions/core/distribution.h>

namespace torch::distributions {

/// The Kullback-Leibler divergence
/// \f[ \mathrm{KL}(p \,\|\, q) = \int p(x) \log\frac{p(x)}{q(x)}\, dx \ge 0 \f]
/// in nats. Its shape is that to which the batch shapes broadcast. It is infinite where `p` has
/// mass outside the support of `q`.
///
/// The rule is chosen by the dynamic classes. Of the registered pairs that match both arguments,
/// directly or by a base, it is the one nearest to the class of `p`; ties are decided by the class
/// of `q`. If the reverse order would choose another pair, the choice is ambiguous and a warning is
/// given.
///
/// \throws c10::NotImplementedError naming both classes if there is no rule, c10::ValueError if the
///     batch shapes do not broadcast.
TORCH_DISTRIBUTIONS_API Tensor kl_divergence(const Distribution& p, const Distribution& q);

/// An estimate of a divergence. Both have the shape to which the batch shapes broadcast.
struct MonteCarloEstimate {
  Tensor estimate;        // may be negative if the divergence is small
  Tensor standard_error;  // without a gradient; NaN for a single draw
};

/// Estimates \f$\mathrm{KL}(p \,\|\, q)\f$ by the mean of \f$\log p(x) - \log q(x)\f$ over
/// `num_samples` draws x from `p`, for pairs that have no rule. No rule calls it.
///
/// The gradient of the estimate is an unbiased estimate of the gradient of the divergence. In the
/// parameters of `p` it is the derivative along `p.rsample` or, without `rsample` and for a discrete
/// `p`, that of the score function, whose variance is larger.
///
/// The estimate is infinite if a draw is outside the support of `q`.
/// \throws c10::ValueError if the event shapes differ, the batch shapes do not broadcast or
///     `num_samples` is not positive, c10::NotImplementedError if `p` has no `sample` or one of them
///     no `log_prob`.
TORCH_DISTRIBUTIONS_API MonteCarloEstimate
kl_divergence_monte_carlo(const Distribution& p, const Distribution& q, int64_t num_samples,
                          std::optional<Generator> generator = std::nullopt);

/// A rule of `kl_divergence`. Its arguments have the classes for which it is registered.
using KlRule = std::function<Tensor(const Distribution& p, const Distribution& q)>;

/// Registers a rule for two classes and all classes derived from them, in place of an earlier rule
/// for the same two. Thread-safe: divergences in progress keep the rules that they started with.
TORCH_DISTRIBUTIONS_API void register_kl(const core::Type& p, const core::Type& q, KlRule rule);

namespace core {

/// \throws c10::ValueError if `type` is not the type of the class `of`, but that of a base.
TORCH_DISTRIBUTIONS_API void require_own_type(const Type& type, const std::type_info& of);

}  // namespace core

/// Registers a rule that takes its classes:
/// `register_kl<P, Q>([](const P& p, const Q& q) { ... })`.
/// \throws c10::ValueError for a class without a type of its own, which derives from another class
///     without `Implements`.
template <std::derived_from<Distribution> P, std::derived_from<Distribution> Q, class Rule>
  requires std::is_invocable_r_v<Tensor, const Rule&, const P&, const Q&>
void register_kl(Rule rule) {
  core::require_own_type(P::static_type(), typeid(P));
  core::require_own_type(Q::static_type(), typeid(Q));
  register_kl(P::static_type(), Q::static_type(),
              [rule = std::move(rule)](const Distribution& p, const Distribution& q) -> Tensor {
                return rule(static_cast<const P&>(p), static_cast<const Q&>(q));
              });
}

}  // namespace torch::distributions
