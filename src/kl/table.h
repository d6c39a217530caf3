#pragma once

#include <string>
#include <vector>

#include <torch/distributions/core/distribution.h>

namespace torch::distributions {

class Binomial;
class Categorical;
class Dirichlet;
class ExponentialFamily;
class Independent;
class LowRankMultivariateNormal;
class Multinomial;
class MultivariateNormal;
class NegativeBinomial;
class OneHotCategorical;
class TransformedDistribution;
class Wishart;

namespace kl {

struct BuiltInRule {
  const core::Type* p;
  const core::Type* q;
  Tensor (*rule)(const Distribution& p, const Distribution& q);
};

/// All rules of the library. They are in an explicit table, because a static link would drop static
/// objects that register themselves.
std::vector<BuiltInRule> built_in_rules();

/// The rules that need more than a formula.
Tensor divergence(const Binomial& p, const Binomial& q);
Tensor divergence(const Categorical& p, const Categorical& q);
Tensor divergence(const Dirichlet& p, const Dirichlet& q);
Tensor divergence(const ExponentialFamily& p, const ExponentialFamily& q);
Tensor divergence(const Independent& p, const Independent& q);
Tensor divergence(const Independent& p, const LowRankMultivariateNormal& q);
Tensor divergence(const Independent& p, const MultivariateNormal& q);
Tensor divergence(const LowRankMultivariateNormal& p, const Independent& q);
Tensor divergence(const LowRankMultivariateNormal& p, const LowRankMultivariateNormal& q);
Tensor divergence(const LowRankMultivariateNormal& p, const MultivariateNormal& q);
Tensor divergence(const Multinomial& p, const Multinomial& q);
Tensor divergence(const MultivariateNormal& p, const Independent& q);
Tensor divergence(const MultivariateNormal& p, const LowRankMultivariateNormal& q);
Tensor divergence(const MultivariateNormal& p, const MultivariateNormal& q);
Tensor divergence(const NegativeBinomial& p, const NegativeBinomial& q);
Tensor divergence(const OneHotCategorical& p, const OneHotCategorical& q);
Tensor divergence(const TransformedDistribution& p, const TransformedDistribution& q);
Tensor divergence(const Wishart& p, const Wishart& q);

/// The rule of pairs of classes for which p has mass outside the support of q, whatever the
/// parameters.
Tensor infinite(const Distribution& p, const Distribution& q);

/// "No KL(p || q) is implemented for p type P and q type Q".
std::string without_rule(const Distribution& p, const Distribution& q);

/// \throws c10::NotImplementedError `without_rule`, followed by the reason if one is given, by the
///     classes that rules connect to those of p and q, and by what to call instead.
[[noreturn]] void not_implemented(const Distribution& p, const Distribution& q,
                                  const std::string& reason = {});

/// \throws c10::ValueError if the event shapes differ, since the divergence is not defined then.
void require_equal_event_shapes(const Distribution& p, const Distribution& q);

/// \throws c10::ValueError if the batch shapes do not broadcast.
void require_broadcastable_batches(const Distribution& p, const Distribution& q);

}  // namespace kl
}  // namespace torch::distributions
