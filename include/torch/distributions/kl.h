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
/// in nats, of the shape to which the batch shapes broadcast; infinite where `p` has mass outside
/// the support of `q`.
///
/// The rule is chosen by the dynamic types: among the registered pairs that both arguments match,
/// as a class or one of its bases, the one nearest to `p`'s class, then to `q`'s. A pair that is
/// nearer to `q`'s class makes the choice ambiguous, and warns.
///
/// \throws c10::NotImplementedError naming both types when there is no rule.
TORCH_DISTRIBUTIONS_API Tensor kl_divergence(const Distribution& p, const Distribution& q);

/// A rule of `kl_divergence`, which sees arguments of the types that it is registered for.
using KlRule = std::function<Tensor(const Distribution& p, const Distribution& q)>;

/// Registers a rule for two classes and all that derive from them, in place of an earlier one for
/// the same two. May be called from any thread; divergences being computed meanwhile end with the
/// rules that they began with.
TORCH_DISTRIBUTIONS_API void register_kl(const core::Type& p, const core::Type& q, KlRule rule);

namespace core {

/// \throws c10::ValueError when `type` is not that of the class `of`, but of a base.
TORCH_DISTRIBUTIONS_API void require_own_type(const Type& type, const std::type_info& of);

}  // namespace core

/// `register_kl<P, Q>([](const P& p, const Q& q) { ... })`: the same for a rule that names its
/// classes. \throws c10::ValueError for a class that has no type of its own, deriving from another
/// without `Implements`.
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
