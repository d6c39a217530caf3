// Arguments that a program may get wrong: the compiler says which class they should convert to, or
// how the name is spelt.
#include <torch/distributions/bernoulli.h>
#include <torch/distributions/multivariate_normal.h>
#include <torch/distributions/normal.h>

namespace dist = torch::distributions;
using torch::Tensor;

// A number where validate_args stands.
void one_too_many(const Tensor& loc, const Tensor& scale) {
  dist::Normal(loc, scale, 1);  // error: no matching
  // note: from 'int' to 'torch::distributions::Validate'
}

// A matrix that may be the covariance, its inverse or its factor.
void matrix_without_name(const Tensor& mu, const Tensor& L) {
  dist::MultivariateNormal(mu, L);  // error: no matching
  // note: Tensor' to 'torch::distributions::Covariance'
}

// A name that does not exist, in both ways to write it.
void misspelt(const Tensor& l) {
  dist::Bernoulli({.logit = l});  // error: no matching
  // note: to 'torch::distributions::ProbsOrLogits'
  dist::Bernoulli(dist::logit(l));  // error: did you mean 'logits'?
}
