// Arguments that a program may get wrong: the compiler says which class they should convert to, or
// how the name is spelt.
#include <torch/distributions/bernoulli.h>
#include <torch/distributions/multivariate_normal.h>
#include <torch/distributions/normal.h>

namespace dist = torch::distributions;
using torch::Tensor;

// A number in the place of validate_args.
void one_too_many(const Tensor& loc, const Tensor& scale) {
  dist::Normal(loc, scale, 1);  // error: no matching
  // note: from 'int' to 'torch::distributions::Validate'
}

// A matrix without a name: it could be the covariance, its inverse or its factor.
void matrix_without_name(const Tensor& mu, const Tensor& L) {
  dist::MultivariateNormal(mu, L);  // error: no matching
  // note: Tensor' to 'torch::distributions::Covariance'
}

// A misspelt name, in both notations.
void misspelt(const Tensor& l) {
  dist::Bernoulli({.logit = l});  // error: no matching
  // note: to 'torch::distributions::ProbsOrLogits'
  dist::Bernoulli(dist::logit(l));  // error: did you mean 'logits'?
}
