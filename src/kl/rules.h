#pragma once

#include <torch/distributions/core/distribution.h>
#include <torch/distributions/core/exponential_family.h>

/// The built-in rules: KL(p || q) as an overload for each pair of classes, defined in the file of
/// the left one.

namespace torch::distributions {

class Bernoulli;
class Beta;
class Binomial;
class Categorical;
class Dirichlet;
class Exponential;
class Gamma;
class Independent;
class MultivariateNormal;
class Normal;
class OneHotCategorical;
class TransformedDistribution;
class Uniform;

namespace kl {

Tensor divergence(const Bernoulli& p, const Bernoulli& q);

Tensor divergence(const Beta& p, const Beta& q);
Tensor divergence(const Beta& p, const Exponential& q);
Tensor divergence(const Beta& p, const Gamma& q);
Tensor divergence(const Beta& p, const Normal& q);
Tensor divergence(const Beta& p, const Uniform& q);

Tensor divergence(const Binomial& p, const Binomial& q);
Tensor divergence(const Categorical& p, const Categorical& q);
Tensor divergence(const Dirichlet& p, const Dirichlet& q);

Tensor divergence(const Exponential& p, const Exponential& q);
Tensor divergence(const Exponential& p, const Gamma& q);
Tensor divergence(const Exponential& p, const Normal& q);

Tensor divergence(const Gamma& p, const Exponential& q);
Tensor divergence(const Gamma& p, const Gamma& q);
Tensor divergence(const Gamma& p, const Normal& q);

Tensor divergence(const MultivariateNormal& p, const MultivariateNormal& q);
Tensor divergence(const MultivariateNormal& p, const Independent& q);

Tensor divergence(const Normal& p, const Normal& q);
Tensor divergence(const OneHotCategorical& p, const OneHotCategorical& q);

Tensor divergence(const Uniform& p, const Beta& q);
Tensor divergence(const Uniform& p, const Exponential& q);
Tensor divergence(const Uniform& p, const Gamma& q);
Tensor divergence(const Uniform& p, const Normal& q);
Tensor divergence(const Uniform& p, const Uniform& q);

Tensor divergence(const ExponentialFamily& p, const ExponentialFamily& q);
Tensor divergence(const Independent& p, const Independent& q);
Tensor divergence(const Independent& p, const MultivariateNormal& q);
Tensor divergence(const TransformedDistribution& p, const TransformedDistribution& q);

/// An `Independent`, of an `Independent` of ... `base`, as one: its last `dims` batch dimensions
/// belong to the event.
struct FlatIndependent {
  explicit FlatIndependent(const Independent& d);

  DistributionPtr base;
  int64_t dims;
};

/// The rule of every pair of which the first has mass outside the support of the second, whatever
/// the parameters.
Tensor infinite(const Distribution& p, const Distribution& q);

}  // namespace kl
}  // namespace torch::distributions
