#pragma once

#include <vector>

#include <torch/distributions/core/distribution.h>

namespace torch::distributions {

class Binomial;
class Categorical;
class Dirichlet;
class ExponentialFamily;
class Independent;
class MultivariateNormal;
class OneHotCategorical;
class TransformedDistribution;

namespace kl {

/// A rule that the library comes with.
struct BuiltInRule {
  const core::Type* p;
  const core::Type* q;
  Tensor (*rule)(const Distribution& p, const Distribution& q);
};

/// All of them. An explicit table rather than static objects that register themselves, which a
/// static link would drop.
std::vector<BuiltInRule> built_in_rules();

/// The rules that are more than a formula. Each is defined in the file of the left class.
Tensor divergence(const Binomial& p, const Binomial& q);
Tensor divergence(const Categorical& p, const Categorical& q);
Tensor divergence(const Dirichlet& p, const Dirichlet& q);
Tensor divergence(const ExponentialFamily& p, const ExponentialFamily& q);
Tensor divergence(const Independent& p, const Independent& q);
Tensor divergence(const Independent& p, const MultivariateNormal& q);
Tensor divergence(const MultivariateNormal& p, const Independent& q);
Tensor divergence(const MultivariateNormal& p, const MultivariateNormal& q);
Tensor divergence(const OneHotCategorical& p, const OneHotCategorical& q);
Tensor divergence(const TransformedDistribution& p, const TransformedDistribution& q);

/// The rule of every pair of which the first has mass outside the support of the second, whatever
/// the parameters.
Tensor infinite(const Distribution& p, const Distribution& q);

/// \throws c10::NotImplementedError "No KL(p || q) is implemented for p type P and q type Q", and
/// why if a reason is given.
[[noreturn]] void not_implemented(const Distribution& p, const Distribution& q,
                                  const char* reason = nullptr);

/// \throws c10::ValueError for distributions of events of different shapes, between which there is
/// no divergence.
void require_equal_event_shapes(const Distribution& p, const Distribution& q);

}  // namespace kl
}  // namespace torch::distributions
