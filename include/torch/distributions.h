#pragma once

/// \file
/// Every public header of TorchDistributions: `torch.distributions` for C++.

/// \namespace torch
/// LibTorch's namespace.

/// \namespace torch::distributions
/// Distributions, and functions of them.

/// \namespace torch::distributions::constraints
/// Sets of values: the domains of parameters and the supports of distributions.

/// \namespace torch::distributions::transforms
/// Maps and their Jacobians. The namespace is inline, so its name may be omitted.

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/binomial.h>
#include <torch/distributions/categorical.h>
#include <torch/distributions/cauchy.h>
#include <torch/distributions/chi2.h>
#include <torch/distributions/constraint_registry.h>
#include <torch/distributions/constraints/bounded.h>
#include <torch/distributions/constraints/constraint.h>
#include <torch/distributions/constraints/dependent.h>
#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/joint.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/constraints/mixture_same_family.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/constraints/simplex.h>
#include <torch/distributions/continuous_bernoulli.h>
#include <torch/distributions/dirichlet.h>
#include <torch/distributions/exp_relaxed_categorical.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/fisher_snedecor.h>
#include <torch/distributions/fwd.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/generalized_pareto.h>
#include <torch/distributions/geometric.h>
#include <torch/distributions/gumbel.h>
#include <torch/distributions/half_cauchy.h>
#include <torch/distributions/half_normal.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/inverse_gamma.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/kumaraswamy.h>
#include <torch/distributions/laplace.h>
#include <torch/distributions/lkj_cholesky.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/logistic_normal.h>
#include <torch/distributions/low_rank_multivariate_normal.h>
#include <torch/distributions/mixture_same_family.h>
#include <torch/distributions/multinomial.h>
#include <torch/distributions/multivariate_normal.h>
#include <torch/distributions/negative_binomial.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/one_hot_categorical.h>
#include <torch/distributions/pareto.h>
#include <torch/distributions/philox.h>
#include <torch/distributions/poisson.h>
#include <torch/distributions/relaxed_bernoulli.h>
#include <torch/distributions/relaxed_one_hot_categorical.h>
#include <torch/distributions/student_t.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/abs.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/cat.h>
#include <torch/distributions/transforms/compose.h>
#include <torch/distributions/transforms/corr_cholesky.h>
#include <torch/distributions/transforms/cumulative_distribution.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/identity_transform.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/lower_cholesky.h>
#include <torch/distributions/transforms/positive_definite.h>
#include <torch/distributions/transforms/power.h>
#include <torch/distributions/transforms/reshape.h>
#include <torch/distributions/transforms/sigmoid.h>
#include <torch/distributions/transforms/softmax.h>
#include <torch/distributions/transforms/softplus.h>
#include <torch/distributions/transforms/stack.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>
#include <torch/distributions/transforms/transform.h>
#include <torch/distributions/uniform.h>
#include <torch/distributions/utils.h>
#include <torch/distributions/version.h>
#include <torch/distributions/von_mises.h>
#include <torch/distributions/weibull.h>
#include <torch/distributions/wishart.h>
