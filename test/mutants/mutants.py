#!/usr/bin/env python3
"""Mutation tests: break the library in one place at a time and expect a test to fail.

    mutants.py BUILD_FOLDER [NAME ...]
    mutants.py --lines    # checks only that each line to change exists

A mutant is a source with one changed line. Only the files that contain it are compiled again, to a separate library that is
preloaded into the existing test executables, in front of the real library. A test that does not use the shared library is linked
again instead, with these files in front of the others. The kernels are compiled and used for one instruction set only. It is an
error if the test of a mutant passes, as that test detects nothing, or if the line to change does not exist.

A mutant is always compiled in the same folder, so that the compiler's cache serves it until a file that it includes changes.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclass
class Mutant:
    name: str
    file: str  # that is changed
    old: str
    new: str
    compiled: tuple  # sources that contain or include it; for a formula with a kernel, the kernel is enough
    test: str  # the executable that must fail
    only: str = "*"  # its tests, by gtest's filter


# The linker gold is part of Debian's binutils. It takes half the time of the default one, and debug information doubles that.
FAST_LINK = ["-Wl,--strip-debug", *(["-fuse-ld=gold"] if shutil.which("ld.gold") else [])]
GOLDEN = "golden_golden_test"
STREAMS = "streams_test"
MUTANTS = [
    Mutant("wrong sign", "src/ops/formulas/exponential.h", "log_rate - rate * x", "log_rate + rate * x",
           ("generated/ops/kernels/exponential.cpp",), GOLDEN, "*Exponential*"),
    Mutant("wrong constant", "src/ops/special/constants.h", "0.91893853320467274178", "0.91893853320477274178",
           ("generated/ops/kernels/normal.cpp",), "accuracy_accuracy_test"),
    Mutant("swapped parameters", "src/gamma.cpp", "(&Gamma::concentration_, &Gamma::rate_)",
           "(&Gamma::rate_, &Gamma::concentration_)", ("src/gamma.cpp",), GOLDEN, "*Gamma*"),
    Mutant("missing broadcast", "src/core/distribution.cpp", "*member.tensor = expand(*member.tensor, member.event_dim)",
           "expand(*member.tensor, member.event_dim)", ("src/core/distribution.cpp",), GOLDEN, "*Normal*"),
    Mutant("squared for standard deviation", "src/ops/formulas/normal.h",
           "return square(scale); }", "return scale; }", ("src/normal.cpp",), GOLDEN, "*Normal*"),
    Mutant("cancelling tail", "src/ops/formulas/exponential.h", "0.0 - expm1(-(r * y))",
           "1.0 - exp(-(r * y))", ("generated/ops/kernels/exponential.cpp",),
           "accuracy_accuracy_test"),
    Mutant("the nearer tail", "src/ops/formulas/laplace.h", "select(y <= m, z, -z)", "select(y <= m, -z, z)",
           ("generated/ops/kernels/laplace.cpp",), GOLDEN, "*Laplace*"),
    Mutant("a scale for a deviation", "src/ops/formulas/laplace.h", "2 * kSqrtHalf * scale", "scale",
           ("src/laplace.cpp",), GOLDEN, "*Laplace*"),
    Mutant("a tangent at its pole", "src/ops/formulas/cauchy.h", "abs(p - 0.5) < 0.25", "abs(p - 0.5) < 0.75",
           ("src/cauchy.cpp",), GOLDEN, "*/Cauchy*"),
    Mutant("no slope at the median", "src/ops/formulas/cauchy.h", "0.5 * angle_share(s, select(lower, -distance, distance))",
           "0.5 * angle_share(s, abs(distance))", ("generated/ops/kernels/cauchy.cpp",), "families_test",
           "Cauchy.*SlopeAtTheMedian"),
    Mutant("the other end", "src/ops/formulas/continuous_bernoulli.h", "select(falls, x, 1.0 - x)", "select(falls, 1.0 - x, x)",
           ("generated/ops/kernels/continuous_bernoulli.cpp",), GOLDEN, "*/ContinuousBernoulli*"),
    Mutant("another cumulant", "src/ops/special/tilted_uniform.h", "exp(-size) / (q * q)", "exp(-2.0 * size) / (q * q)",
           ("generated/ops/special/tilted_uniform.cpp",), GOLDEN, "*/ContinuousBernoulli*"),
    Mutant("draws of other odds", "src/continuous_bernoulli.cpp", "return do_icdf(uniform(", "return do_icdf(0.97 * uniform(",
           ("src/continuous_bernoulli.cpp",), "laws_sampling_test", "*ContinuousBernoulli*"),
    Mutant("the logit of another variable", "src/ops/formulas/relaxed_bernoulli.h", "d = l - t * v", "d = l - v",
           ("generated/ops/kernels/relaxed_bernoulli.cpp",), GOLDEN, "*LogitRelaxedBernoulli*"),
    Mutant("one power too few", "src/ops/formulas/relaxed_bernoulli.h", "(t + 1.0) * far", "t * far",
           ("generated/ops/kernels/relaxed_bernoulli.cpp",), GOLDEN, "*/RelaxedBernoulli*"),
    Mutant("draws at another temperature", "src/relaxed_bernoulli.cpp", "t = temperature_.to(compute);", "t = 1.03 * temperature_.to(compute);",
           ("src/relaxed_bernoulli.cpp",), "golden_sampler_test", "*RelaxedBernoulli*"),
    Mutant("draws of a wider distribution", "src/cauchy.cpp", "scale_.to(compute)", "1.03 * scale_.to(compute)",
           ("src/cauchy.cpp",), "golden_sampler_test", "*/Cauchy*"),
    Mutant("twice the mean of the scales", "src/ops/formulas/cauchy.h", "square((0.5 * s - 0.5 * t) / unit)",
           "square((s - t) / unit)", ("generated/ops/kernels/cauchy.cpp",), "kl_golden_test", "*auchy*"),
    Mutant("the other half", "src/ops/formulas/half_cauchy.h", "return angle_share(s, y);", "return angle_share(y, s);",
           ("src/half_cauchy.cpp",), GOLDEN, "*/HalfCauchy*"),
    Mutant("absolute values around another median", "src/half_cauchy.cpp", "Cauchy(0, require(", "Cauchy(0.03, require(",
           ("src/half_cauchy.cpp",), "golden_sampler_test", "*/HalfCauchy*"),
    Mutant("cancelling near 0", "src/ops/formulas/half_normal.h", "log1p(0.0 - normal_sign(y, s))",
           "kLog2 + log_ndtr(-(y / s))", ("src/half_normal.cpp",), "families_test", "HalfNormal.*TailsKeep*"),
    Mutant("one side of the deviation", "src/ops/formulas/half_normal.h", "return square(stddev(scale));", "return square(scale);",
           ("src/half_normal.cpp",), GOLDEN, "*/HalfNormal*"),
    Mutant("absolute values around another mean", "src/half_normal.cpp", "Normal(0, require(", "Normal(0.03, require(",
           ("src/half_normal.cpp",), "golden_sampler_test", "*/HalfNormal*"),
    Mutant("another slope far out", "src/ops/special/student_t.h", "(at.far_v + 1.0) / at.far_y", "(at.far_v + 2.0) / at.far_y",
           ("generated/ops/kernels/student_t.cpp",), "laws_gradient_test", "*IsTheLimitAtTheEnds*"),
    Mutant("gammas that underflow", "src/ops/draws/gamma.cpp",
           "draws = at::where(is_tiny, normal.sign() * log_size.exp(), draws);", "",
           ("src/ops/draws/gamma.cpp",), "families_test", "StudentT*"),
    Mutant("the scale of the other one", "src/ops/formulas/laplace.h", "laplace_mean_distance(loc_p - loc_q, scale_p, scale_q)",
           "laplace_mean_distance(loc_p - loc_q, scale_q, scale_p)", ("generated/ops/kernels/laplace.cpp",),
           "kl_golden_test", "*laplace*"),
    Mutant("one end of the tails", "src/gumbel.cpp", "upper ? std::log1p(-kEnd * v) : std::log(kEnd * v)",
           "upper ? std::log(kEnd * v) : std::log(kEnd * v)", ("src/gumbel.cpp",), "families_test", "Gumbel.TailsOfFloatDraws*"),
    Mutant("half a correction", "src/ops/formulas/laplace.h", "2.0 * m * exp(poisson_log_density(c, x))",
           "m * exp(poisson_log_density(c, x))", ("src/kl/table.cpp",), "kl_golden_test", "*/gamma"),
    Mutant("a tail of one side", "src/ops/special/beta_mean_distance.h", "return select(is_below_, below, -below);", "return below;",
           ("generated/ops/special/beta_mean_distance.cpp",), "kl_golden_test", "*/beta"),
    Mutant("a distance that overflows", "src/ops/formulas/laplace.h", "is_wide = scale >= 1.0", "is_wide = scale >= 0.0",
           ("src/kl/table.cpp",), "kl_test", "*ToALaplace*"),
    Mutant("trials that may succeed", "src/ops/formulas/binomial.h", "(more * log_failure<Q>(b) +", "(0.0 * log_failure<Q>(b) +",
           ("src/kl/counts.cpp", "generated/ops/kernels/binomial.cpp"), "kl_golden_test", "*/binomial"),
    Mutant("a slope that cancels", "src/ops/formulas/geometric.h", "is_far = q < p - kFar", "is_far = q < p - 1e300",
           ("generated/ops/kernels/geometric.cpp",), "kl_golden_test", "*/geometric"),
    Mutant("a divergence by draws", "src/kl/counts.cpp", "  const Tensor of_draw = ", "  p.sample();\n  const Tensor of_draw = ",
           ("src/kl/counts.cpp",), "kl_rules_test", "KlPairs*"),
    Mutant("a search for each failure", "src/kl.cpp", "      found_.emplace(key, rule);", "      if (rule) found_.emplace(key, rule);",
           ("src/kl.cpp",), "kl_test", "*SearchesOnce*"),
    Mutant("a mean of the wrong side", "src/ops/formulas/von_mises.h", "(mean_cosine(k_p) *", "(mean_cosine(k_q) *",
           ("generated/ops/kernels/von_mises.cpp",), "kl_golden_test", "*von_mises*"),
    Mutant("a weight at the wrong end", "src/ops/special/bessel.h", "moment == 0 ? 1.0 : 1.0 - u", "moment == 0 ? 1.0 : u",
           ("generated/ops/kernels/von_mises.cpp",), "kl_golden_test", "*von_mises*"),
    Mutant("successes for failures", "src/ops/formulas/negative_binomial.h", "kl(a, b) / (1.0 - a)", "kl(a, b) / a",
           ("generated/ops/kernels/negative_binomial.cpp",), "kl_golden_test", "*negative_binomial*"),
    Mutant("more draws than the other", "src/kl/counts.cpp", "select(n_p < n_q || n_p > n_q,", "select(n_p < n_q,",
           ("src/kl/counts.cpp",), "kl_rules_test", "KlCounts*"),
    Mutant("folds that cancel", "src/kl/composite.cpp", "return t->bijective(); }", "return t->bijective() || t != nullptr; }",
           ("src/kl/composite.cpp",), "kl_rules_test", "KlComposite*"),
    Mutant("hints that are not forgotten", "src/kl.cpp", "    hints_.clear();\n", "", ("src/kl.cpp",), "kl_test"),
    Mutant("the base's limits", "src/gumbel.cpp", "if (!change.is_expand()) transform_uniform();", "", ("src/gumbel.cpp",),
           "families_test", "Gumbel*"),
    Mutant("minus without a logarithm", "src/ops/formulas/gumbel.h", "log(0.0 - log(q))", "0.0 - log(q)", ("src/gumbel.cpp",),
           GOLDEN, "*Gumbel*"),
    Mutant("minus zero", "src/ops/formulas/gumbel.h", "log(0.0 - log(q))", "log(-log(q))", ("src/gumbel.cpp",),
           "families_test", "Gumbel*"),
    Mutant("a part of a count", "src/ops/formulas/counts.h", " && special::floor(k) == k", "",
           ("generated/ops/kernels/poisson.cpp",), GOLDEN, "*Poisson*"),
    Mutant("the entropy of another rate", "src/ops/formulas/poisson.h", "poisson_entropy_sum(select(large, 1.0, m))",
           "poisson_entropy_sum(select(large, 1.0, m + 1.0))", ("generated/ops/kernels/poisson.cpp",), GOLDEN, "*/Poisson*"),
    Mutant("normal before its time", "src/ops/draws/counts.cpp", "? 1e12 : 1e9", "? 1e-12 : 1e9",
           ("src/ops/draws/counts.cpp",), "golden_sampler_test", "*Poisson*"),
    Mutant("a failure too many", "src/ops/formulas/geometric.h", "return floor(x) + 1.0; }", "return floor(x) + 2.0; }",
           ("generated/ops/kernels/geometric.cpp",), GOLDEN, "*Geometric*"),
    Mutant("a step taken for the next", "src/geometric.cpp", "at::where(is_before, before, ", "at::where(is_before, count, ", ("src/geometric.cpp",),
           "laws_cdf_test", "*IcdfIsTheInverse*Geometric*"),
    Mutant("trials for failures", "src/geometric.cpp", "(uniform.log_() / log_failure).floor_()",
           "(uniform.log_() / log_failure).ceil_()", ("src/geometric.cpp",), "laws_sampling_test", "*Geometric*"),
    Mutant("any order of the trials", "src/ops/special/negative_binomial_log_density.h",
           "return ends_in_failure + log_binomial_probability", "return log_binomial_probability",
           ("generated/ops/kernels/negative_binomial.cpp",), GOLDEN, "*NegativeBinomial*"),
    Mutant("odds upside down", "src/negative_binomial.cpp", "(1 - success) / success", "success / (1 - success)",
           ("src/negative_binomial.cpp",), "laws_sampling_test", "*NegativeBinomial*"),
    Mutant("a part of a failure", "src/ops/formulas/negative_binomial.h", "sqrt(s) * Form", "s * Form",
           ("src/negative_binomial.cpp",), GOLDEN, "*NegativeBinomial*"),
    Mutant("the mean of another category", "src/ops/vectors/count_kernels.h", "special::deviance(k, mean, d)",
           "special::deviance(mean, k, -d)", ("src/ops/vectors/row_kernels.cpp",), GOLDEN, "*Multinomial*"),
    Mutant("half of a step", "src/ops/vectors/multinomial.cpp", "every * probability * (value - usual)", "probability * (value - usual)",
           ("src/ops/vectors/multinomial.cpp",), "families_test", "Multinomial.TheEntropyIsExact*"),
    Mutant("a category too many", "src/ops/vectors/relaxed_categorical.cpp", "(n - 1) * temperature", "n * temperature",
           ("src/ops/vectors/relaxed_categorical.cpp",), "families_test", "ExpRelaxedCategorical.*"),
    Mutant("a Jacobian left out", "src/ops/vectors/relaxed_kernels.h", "jacobian.add(-x[i])", "jacobian.add(0.0 * x[i])",
           ("src/ops/vectors/row_kernels.cpp",), GOLDEN, "*RelaxedOneHot*"),
    Mutant("warmer draws", "src/ops/draws/simplex.cpp", "at::where(is_steep, constant_t, t)", "(1.03 * t)",
           ("src/ops/draws/simplex.cpp",), "families_test", "ExpRelaxedCategorical.*"),
    Mutant("another shape of the variables", "src/logistic_normal.cpp", "normal.expand({1})", "normal.expand({2})",
           ("src/logistic_normal.cpp",), GOLDEN, "*LogisticNormal*"),
    Mutant("draws on the boundary", "src/logistic_normal.cpp", "x.detach().clamp_min_(float_limits(x.scalar_type()).least);", "",
           ("src/logistic_normal.cpp",), "families_test", "LogisticNormal*"),
    Mutant("sticks of another scale", "src/logistic_normal.cpp", "const Normal normal(loc, scale, false);",
           "const Normal normal(loc, Param(1.03 * scale.tensor()), false);", ("src/logistic_normal.cpp",), GOLDEN, "*LogisticNormal*"),
    Mutant("twice the angle", "src/ops/formulas/von_mises.h", "versine_of_half(0.5 * x - 0.5 * loc)", "versine_of_half(x - loc)",
           ("generated/ops/kernels/von_mises.cpp",), GOLDEN, "*VonMises*"),
    Mutant("a concentration that repels", "src/ops/special/bessel.h", "return -circular_variance(x)", "return circular_variance(x)",
           ("generated/ops/kernels/von_mises.cpp",), GOLDEN, "*VonMises*"),
    Mutant("draws of another concentration", "src/von_mises.cpp", "with_stand_in(concentration_, bad, 1)",
           "1.06 * with_stand_in(concentration_, bad, 1)", ("src/von_mises.cpp",), "laws_sampling_test", "*VonMises*"),
    Mutant("every proposal accepted", "src/ops/draws/circular.cpp", "(c * (2 - c) > u[1])", "(c * (2 - c) > -u[1])",
           ("src/ops/draws/circular.cpp",), "laws_sampling_test", "*VonMises*"),
    Mutant("a power too many", "src/ops/formulas/lkj_cholesky.h", "(below - 2.0)", "(below - 1.0)",
           ("generated/ops/kernels/lkj_cholesky.cpp",), GOLDEN, "*LKJCholesky*"),
    Mutant("one half step for each row", "src/ops/formulas/lkj_cholesky.h", "(below + 1.0) * half_step", "half_step",
           ("generated/ops/kernels/lkj_cholesky.cpp",), GOLDEN, "*LKJCholesky*"),
    Mutant("Python's radius", "src/ops/draws/lkj_cholesky.cpp", "broadcast_tensors({0.5 * k, x})", "broadcast_tensors({k - 0.5, x})",
           ("src/ops/draws/lkj_cholesky.cpp",), "families_test", "LKJCholesky*"),
    Mutant("a radius that is 3 % wrong", "src/ops/draws/lkj_cholesky.cpp", "broadcast_tensors({0.5 * k, x})",
           "broadcast_tensors({0.515 * k, x})", ("src/ops/draws/lkj_cholesky.cpp",), "families_test", "LKJCholesky*"),
    Mutant("a diagonal from the rest", "src/ops/draws/lkj_cholesky.cpp", "Tensor diagonal = r.select(-1, 1);",
           "Tensor diagonal = (1 - r.select(-1, 0).square()).sqrt();", ("src/ops/draws/lkj_cholesky.cpp",), "families_test", "LKJCholesky*"),
    Mutant("a row without direction", "src/ops/draws/lkj_cholesky.cpp", ".masked_fill_(noise == 0, 1e-100)", "",
           ("src/ops/draws/lkj_cholesky.cpp",), "families_test", "LKJCholesky*"),
    Mutant("infinite gamma variables", "src/ops/draws/lkj_cholesky.cpp", ".clamp_max(kMost)", "",
           ("src/ops/draws/lkj_cholesky.cpp",), "families_test", "LKJCholesky*"),
    Mutant("finite outside the support", "src/ops/formulas/uniform.h", "x < low || x > high", "x < low",
           ("generated/ops/kernels/uniform.cpp",), GOLDEN, "*Uniform*"),
    Mutant("half-open support", "src/ops/formulas/uniform.h", "x > high", "x >= high",
           ("generated/ops/kernels/uniform.cpp",), GOLDEN, "*Uniform*"),
    Mutant("wrong stream", "src/exponential.cpp", "draws = draws / rate_",
           "draws = draws * rate_", ("src/exponential.cpp",), "laws_sampling_test", "*Exponential*"),
    Mutant("generator ignored", "src/normal.cpp", "normal_noise(shape, loc_.options(), std::move(generator))",
           "normal_noise(shape, loc_.options(), {})", ("src/normal.cpp",), "laws_structure_test", "*Normal*"),
    Mutant("graph in a sample", "src/core/distribution.cpp", "const at::NoGradGuard no_grad;", "", ("src/core/distribution.cpp",),
           "laws_structure_test", "*LogNormal*"),
    Mutant("unvalidated value", "src/core/distribution.cpp",
           ".validate = validates()}", ".validate = false}",
           ("src/core/distribution.cpp",), "core_test"),
    Mutant("parameters that hold no numbers", "src/core/distribution.cpp", "require_value(member->name, tensor);", "",
           ("src/core/distribution.cpp",), "core_test"),
    Mutant("parameters converted to integers", "src/core/change.cpp", "!converts() || is_floating(dtype)", "true",
           ("src/core/change.cpp",), "core_test"),
    Mutant("Jacobian forgotten", "src/transformed_distribution.cpp", "log_prob_of_part(*base_dist_, x) - log_det", "log_prob_of_part(*base_dist_, x)",
            ("src/transformed_distribution.cpp",), GOLDEN, "*TransformedDistribution*"),
    Mutant("Jacobian of the value", "src/transforms/image_of_parts.h", "part->log_abs_det_jacobian(x, y), event_dim - before)",
           "part->log_abs_det_jacobian(part->inv()(y), y), event_dim - before)", ("src/transformed_distribution.cpp",),
           "laws_scored_draws_test"),
    Mutant("rounded draw scored", "src/kumaraswamy.cpp", "return {transformed(u), log_prob.to(do_dtype())};",
           "return {transformed(u), do_log_prob(transformed(u))};", ("src/kumaraswamy.cpp",), "laws_scored_draws_test"),
    Mutant("a density without a draw", "src/ops/formulas/generalized_pareto.h", "return c - c == 0.0;", "return c == c;",
           ("src/generalized_pareto.cpp",), "laws_scored_draws_test", "*AreNaN*GeneralizedPareto*"),
    Mutant("numbers of a meta tensor", "src/core/drawable.cpp", "if (parameter.is_meta()) continue;", "", ("src/core/drawable.cpp",),
           "laws_structure_test", "*Meta*"),
    Mutant("draw scored far out", "src/normal.cpp", "scored_around_origin(&Normal::loc_, shape",
           "ScalarFamily::scored_draws(shape", ("src/normal.cpp",),
           "laws_scored_draws_test"),
    Mutant("underflown draw scored", "src/gamma.cpp", "? x.masked_fill(gamma.x <= least, 0) : x", "? x : x", ("src/gamma.cpp",),
           "laws_scored_draws_test", "*Scored*/Gamma*"),
    Mutant("an infinite derivative", "src/ops/draws/gamma.cpp", "(args[0] / args[1] / args[1]).clamp_max(largest).neg()",
           "(args[0] / args[1] / args[1]).neg()", ("src/ops/draws/gamma.cpp",), "families_test", "Gamma.AnInfiniteDraw*"),
    Mutant("draws that differ where they underflow", "src/ops/draws/gamma_variables.cpp",
           "if (draws.log_x.defined()) draws.x.clamp_min_(float_limits(dtype).least_normal);", "",
           ("src/ops/draws/gamma_variables.cpp",), "laws_scored_draws_test", "*Scored*/Gamma*"),
    Mutant("density of the reciprocal", "src/ops/formulas/gamma_draws.h", "(2.0 * y - log_rate)", "(0.0 * y - log_rate)",
           ("src/inverse_gamma.cpp",), "laws_scored_draws_test", "*Scored*/InverseGamma*"),
    Mutant("density of the odds", "src/ops/formulas/gamma_draws.h", "- b * softplus(z) - z;", "- b * softplus(z);",
           ("src/fisher_snedecor.cpp",), "laws_scored_draws_test", "*Scored*/FisherSnedecor*"),
    Mutant("root of the normal number", "src/student_t.cpp", "2 * selected(parts.normal)", "selected(parts.normal)",
           ("src/student_t.cpp",), "laws_scored_draws_test", "*Scored*/StudentT*"),
    Mutant("no digits beside 1", "src/beta.cpp", "1 - kFew * limits.epsilon", "1", ("src/beta.cpp",), "laws_scored_draws_test",
           "*ScoredGammas*/Beta*"),
    Mutant("coordinates that do not shrink", "src/ops/draws/simplex.cpp", "- (log_x.exp() * gain)", "- 0 * (log_x.exp() * gain)",
           ("src/ops/draws/simplex.cpp",), "laws_scored_draws_test", "*ScoredGammas*/Dirichlet*"),
    Mutant("gamma variables for their doubles", "src/ops/vectors/wishart.cpp", "kLog2 + log_gammas", "log_gammas",
           ("src/ops/vectors/wishart.cpp",), "ops_tensors_test", "WishartLogProbTest.*"),
    Mutant("a subclass with the density of its base", "src/core/scalar_family.h",
           "return is_derived(static_cast<const Self&>(*this))", "return false", ("src/pareto.cpp",),
           "laws_scored_draws_test", "*ADerivedClassHasADensityOfItsOwn"),
    Mutant("a derived class taken for its base", "src/core/derived.h", "typeid(object) != typeid(Self)", "false",
           ("src/multivariate_normal.cpp",), "laws_scored_draws_test", "*ADerivedClassHasADensityOfItsOwn"),
    Mutant("no gradient of a location", "src/core/origin.h", "zero = loc - loc.detach()", "zero = loc.detach() - loc.detach()",
           ("src/normal.cpp",), "laws_scored_draws_test"),
    Mutant("Jacobian that reads y", "src/transforms/independent.cpp", "base_->log_abs_det_jacobian(x, y)",
           "base_->log_abs_det_jacobian(base_->inv()(y), y)", ("src/transforms/independent.cpp",), "laws_transforms_test"),
    Mutant("densities of two points", "src/kl/monte_carlo.cpp", "    if (is_known_to_be_finite(log_p)) return log_p;", "    return scored;",
           ("src/kl/monte_carlo.cpp",), "kl_monte_carlo_test", "KlMonteCarloTest.*"),
    Mutant("a density without a value", "src/kl/monte_carlo.cpp", "if (is_known_to_be_finite(log_p)) return log_p;", "return log_p;",
           ("src/kl/monte_carlo.cpp",), "kl_monte_carlo_test", "*AnInfiniteGradient*"),
    Mutant("a gradient outside of the support", "src/kl/monte_carlo.cpp", "|| is_known_to_be_finite(ratio)) return ratio;",
           "|| true) return ratio;", ("src/kl/monte_carlo.cpp",), "kl_monte_carlo_test", "*AnInfiniteGradient*"),
    Mutant("the score of an infinite ratio", "src/kl/monte_carlo.cpp", "(log_p - log_p.detach()).masked_fill(is_infinite, 0)",
           "log_p - log_p.detach()", ("src/kl/monte_carlo.cpp",), "kl_monte_carlo_test", "*AScoreIsNot*"),
    Mutant("no score", "src/kl/monte_carlo.cpp", "return ratio + constant.masked_fill(is_infinite, 0) * score;", "return ratio;",
           ("src/kl/monte_carlo.cpp",), "kl_monte_carlo_test", "*EstimateOfKl*"),
    Mutant("draws before the check", "src/kl/monte_carlo.cpp", "  kl::require_broadcastable_batches(p, q);\n", "",
           ("src/kl/monte_carlo.cpp",), "kl_monte_carlo_test", "*RefusesBatches*"),
    Mutant("a deviation of nothing", "src/kl/monte_carlo.cpp", "values.numel() == 0 || ", "", ("src/kl/monte_carlo.cpp",),
           "kl_monte_carlo_test", "*AnEmptyBatch*"),
    Mutant("equal batches", "src/kl/table.cpp", "of_p == of_q || at::are_expandable(of_p, of_q)", "of_p == of_q", ("src/kl/table.cpp",),
           "kl_rules_test", "*Broadcast*"),
    Mutant("a map of the other sign", "src/ops/formulas/transforms.h", "return softplus(x);", "return softplus(-x);",
           ("generated/ops/kernels/transforms.cpp",), "transforms_test", "SoftplusTransform.*"),
    Mutant("hash of a shape", "src/transforms/parameters.cpp", "of_number(flat[-1].item<double>()));",
           "static_cast<std::size_t>(tensor.numel()));",
           ("src/transforms/parameters.cpp",), "transforms_test", "TransformTest.*Hashes"),
    Mutant("lengths of x for y", "src/core/joint_transform.cpp", "lengths[i] = *(y.end() + axes.y);", "",
           ("src/core/joint_transform.cpp",), "transforms_test", "CatTransform.*"),
    Mutant("another dimension of y", "src/core/joint_transform.cpp", ": x - added_dims_;", ": x;", ("src/core/joint_transform.cpp",),
           "transforms_test", "*PartsMayAddEventDimensions"),
    Mutant("a Jacobian of elements for one of events", "src/core/joint_transform.cpp",
           "log_abs_det_jacobian(xs[i], ys[i]),\n                                       event_dim_ - event_dims_[i]", "log_abs_det_jacobian(xs[i], ys[i]), 0",
           ("src/core/joint_transform.cpp",), "transforms_test", "*IsABijectionWithDerivatives"),
    Mutant("forgotten masks", "src/core/joint_transform.cpp", "if (all_inside) return result;", "return result;",
           ("src/core/joint_transform.cpp",), "transforms_test", "JointTransform.*"),
    Mutant("parts of a modified tensor", "src/core/joint_transform.cpp", " || !kept.is_unmodified()", "",
           ("src/core/joint_transform.cpp",), "transforms_test", "JointTransform.*"),
    Mutant("parts without a graph", "src/core/joint_transform.cpp", "!kept.has_same_graph() || ", "",
           ("src/core/joint_transform.cpp",), "transforms_test", "JointTransform.*"),
    Mutant("a dimension of every event", "src/core/seam.h", "axis + event_dim >= 0", "axis + event_dim >= -1",
           ("src/core/seam.cpp", "src/constraints/joint.cpp", "src/core/joint_transform.cpp"), "transforms_test", "StackTransform.*"),
    Mutant("one element for the event", "src/constraints/joint.cpp", ".all(-1)", ".any(-1)", ("src/constraints/joint.cpp",),
           "constraints_test", "Joint.*"),
    Mutant("mass of categories without weight", "src/ops/draws/simplex.cpp", "positive = masked(x.clamp_min(limits.least))",
           "positive = x.clamp_min(limits.least)", ("src/ops/draws/simplex.cpp",), "constraints_test", "Simplex.*OfDistributions"),
    Mutant("lengths of another side", "src/constraint_registry.cpp", "join(std::move(parts), inverse->codomain().template as<Set>())",
           "join(std::move(parts), set)", ("src/constraint_registry.cpp",), "transforms_test", "ConstraintRegistry.*"),
    Mutant("divergence from itself", "src/kl/by_formula.h", "std::copy_n(of_q.parameters.begin(), Q::kParameters, end_of_p)",
           "std::copy_n(of_p.parameters.begin(), Q::kParameters, end_of_p)", ("src/kl/table.cpp",), "kl_golden_test"),
    Mutant("mask forgotten", "src/ops/formulas/category.h", "exp(log_p) * select(log_p == -kInfinity, 0.0, log_p)",
           "exp(log_p) * log_p", ("generated/ops/kernels/category.cpp",), GOLDEN, "*Categorical*"),
    Mutant("slope of another function", "src/ops/special/sigmoid.h", "return sigmoid(-x);\n  }\n};",
           "return sigmoid(x);\n  }\n};", ("generated/ops/kernels/bernoulli.cpp",), GOLDEN,
           "*Bernoulli*"),
    Mutant("one gradient for all", "src/ops/engine/engine.cpp", "tile.gradient_column_stride = is_one ? 0 : 1;",
           "tile.gradient_column_stride = 0;", ("src/ops/engine/engine.cpp",), GOLDEN, "*Normal*"),
    Mutant("log-gamma without its digamma", "src/ops/formulas/beta.h", "(a - 1.0) * (log_minus_digamma(a) - of_sum)",
           "a * (log_minus_digamma(a) - of_sum)", ("generated/ops/kernels/beta.cpp",),
           "accuracy_accuracy_test"),
    Mutant("every value valid", "src/ops/engine/engine.cpp", "*is_finite = forward.is_finite();", "*is_finite = true;",
           ("src/ops/engine/engine.cpp",), "core_test"),
    Mutant("gradient without a graph", "src/ops/tensor/kernel_or_composed.h", "!at::GradMode::is_enabled() && ", "",
           ("src/ops/engine/engine.cpp",), "laws_gradient_test", "*Normal*"),
    Mutant("factor transposed", "src/ops/vectors/covariance.cpp", "meeting.factors(factor_).bmm(",
           "meeting.factors(factor_).mT().bmm(", ("src/ops/vectors/covariance.cpp",), "families_test",
           "MultivariateNormalTest.*SamplesAreThoseOfTheNoise*"),
    Mutant("factors swapped", "src/ops/vectors/gaussian.cpp", "itakura_saito(p.scales(), q.scales())",
           "itakura_saito(q.scales(), p.scales())", ("src/ops/vectors/gaussian.cpp",), "kl_golden_test"),
    Mutant("the first guess kept", "src/ops/vectors/covariance.cpp", "z = z + step;", "", ("src/ops/vectors/covariance.cpp",),
           "families_test", "LowRankMultivariateNormalTest.*DerivativesOfEveryOrder"),
    Mutant("a difference of large terms", "src/ops/vectors/covariance.cpp",
           "return at::cat({u, meeting.vectors(z, vectors)}, -1);",
           """const Tensor v = vectors / scales, c = meeting.factors(capacitances).mT().bmm(z);
  const Tensor squares = v.square().sum(-1) - meeting.vectors(c, vectors).square().sum(-1);
  return at::cat({squares.sqrt().unsqueeze(-1), at::zeros_like(v)}, -1);""", ("src/ops/vectors/covariance.cpp",),
           "families_test", "LowRankMultivariateNormalTest.*KeepsItsDigits*"),
    Mutant("a diagonal's share of 1", "src/ops/vectors/covariance.cpp", "specific_shares(projection) / (2 * specific())",
           "1 / (2 * specific())", ("src/ops/vectors/covariance.cpp",), GOLDEN, "*LowRank*"),
    Mutant("a variance for a deviation", "src/ops/vectors/covariance.cpp", "this->scales().to(u.scalar_type())", "specific().to(u.scalar_type())",
           ("src/ops/vectors/covariance.cpp",), "golden_sampler_test", "*LowRank*"),
    Mutant("a factor that is 3 % too long", "src/ops/vectors/covariance.cpp", "const Tensor factor = parts_.factor.to(z.scalar_type())",
           "const Tensor factor = 1.03 * parts_.factor.to(z.scalar_type())", ("src/ops/vectors/covariance.cpp",), "families_test",
           "LowRankMultivariateNormalTest.*DrawsHaveTheCovariance"),
    Mutant("all terms of first order", "src/ops/vectors/gaussian.cpp", "2 * change_ * (g_ * h_).sum(-2)",
           "change_ * (g_ * h_).sum(-2)", ("src/ops/vectors/gaussian.cpp",), "kl_golden_test", "*low_rank*"),
    Mutant("capacitances exchanged", "src/ops/vectors/gaussian.cpp",
           "q.half_log_det_of_capacitance() - p.half_log_det_of_capacitance()",
           "p.half_log_det_of_capacitance() - q.half_log_det_of_capacitance()", ("src/ops/vectors/gaussian.cpp",),
           "kl_golden_test", "*low_rank*"),
    Mutant("all of a diagonal", "src/ops/vectors/matrix_kernels.cpp", "i == j ? 0.5 * sum : sum", "sum",
           ("src/ops/vectors/matrix_kernels.cpp",), GOLDEN, "*Wishart*"),
    Mutant("close covariances by kernels", "src/ops/vectors/low_rank.cpp", "if (rank == columns && !are_distant(one, other, of_doubles))",
           "if (false)", ("src/ops/vectors/low_rank.cpp",), "families_test", "LowRankMultivariateNormalTest.Floats*"),
    Mutant("doubles only", "src/ops/vectors/cholesky.cpp", "symmetrized(wide), given.to(own_dtype(given))", "symmetrized(wide)",
           ("src/ops/vectors/cholesky.cpp",), "constraints_test", "PositiveDefinite.*"),
    Mutant("no factor of a reversed matrix", "src/core/given_covariance.cpp", "result.exists.logical_or(exists)", "result.exists",
           ("src/core/given_covariance.cpp",), "families_test", "MultivariateNormalTest.EveryPositiveDefinite*"),
    Mutant("lengths of one dimension only", "src/constraint_registry.cpp", "if (set.dim() >= 0 && !keep_their_sizes)", "if (false)",
           ("src/constraint_registry.cpp",), "transforms_test", "ConstraintRegistry.*FromTheLeft"),
    Mutant("a tolerance for exact counts", "src/ops/vectors/count_kernels.h", "select(n > 2 / epsilon, n * epsilon, 0.0)", "n * epsilon",
           ("src/ops/vectors/row_kernels.cpp",), "families_test", "Multinomial.ASum*"),
    Mutant("a covariance that follows its originals", "src/ops/vectors/covariance.cpp", "/*copy=*/true", "/*copy=*/false",
           ("src/ops/vectors/covariance.cpp",), "families_test", "LowRankMultivariateNormalTest.ItsCovariance*"),
    Mutant("a gradient without the share of the factor", "src/ops/vectors/matrix_kernels.cpp", "(1.0 - of_factor) * inverse", "inverse",
           ("src/ops/vectors/matrix_kernels.cpp",), "families_test", "LowRankMultivariateNormalTest.*OfTheDenseOne"),
    Mutant("a gradient of the factor that is not weighted", "src/ops/vectors/matrix_kernels.cpp", "y * of.z[j] - s[j] * inverse",
           "y * of.z[j] - s[j]", ("src/ops/vectors/matrix_kernels.cpp",), "accuracy_accuracy_test", "*low_rank*short*"),
    Mutant("a power of the determinant too few", "src/ops/vectors/wishart.cpp",
           "static_cast<double>(n - 1) - indices(std", "static_cast<double>(n - 2) - indices(std", ("src/ops/vectors/wishart.cpp",), GOLDEN, "*Wishart*"),
    Mutant("draws of wider matrices", "src/wishart.cpp", "draws = root.matmul(root.mT())",
           "draws = 1.03 * root.matmul(root.mT())", ("src/wishart.cpp",), "families_test", "WishartTest.*ChiSquared*"),
    Mutant("a divergence of rows without their number", "src/ops/vectors/wishart.cpp", "indices(n, df_p) * (0.5 * excess",
           "(0.5 * excess", ("src/ops/vectors/wishart.cpp",), "kl_golden_test", "*wishart*"),
    Mutant("a base's density for a derived class", "src/core/scalar_family.h", "if (is_derived(static_cast<const Self&>(*this)))", "if (false)",
           ("src/normal.cpp",), "core_test", "*ADerivedClass*"),
    Mutant("category beyond the last", "src/ops/vectors/pick.cpp",
           "static_cast<uint64_t>(category) < static_cast<uint64_t>(categories)",
           "static_cast<uint64_t>(category) <= static_cast<uint64_t>(categories)", ("src/ops/vectors/pick.cpp",), "families_test",
           "CategoricalTest.*AnIndexOutside*"),
    Mutant("a weight of 0 on an infinite density", "src/ops/vectors/log_sum_kernels.h",
           "select(log_weight == -kInfinity, log_weight, x[i] + log_weight)", "x[i] + log_weight",
           ("src/ops/vectors/row_kernels.cpp",), "families_test", "MixtureSameFamilyTest.*Infinite*"),
    Mutant("the weights of the first row", "src/ops/vectors/weighted_block.h", "weights.load(rows.first + row, count)",
           "weights.load(0, count)", ("src/ops/vectors/row_kernels.cpp",), "families_test",
           "MixtureSameFamilyTest.*WeightsOfManyRows*"),
    Mutant("no component of a positive weight", "src/mixture_same_family.cpp", " || !all_finite(log_prob)", "",
           ("src/mixture_same_family.cpp",), "families_test", "MixtureSameFamilyTest.*InvalidValues*"),
    Mutant("a logarithm rounded to float", "src/ops/formulas/log_normal.h", "(log_x - loc + error)", "(log_x - loc)",
           ("generated/ops/kernels/log_normal.cpp",), "families_test", "LogNormal.ASmallScale*"),
    Mutant("a row with an infinite score", "src/ops/vectors/relaxed_kernels.h", "*rows.is_special = true", "*rows.is_special = false",
           ("src/ops/vectors/row_kernels.cpp",), "families_test", "*RelaxedCategorical.*:*RelaxedOneHot*"),
    Mutant("one score too many", "src/ops/vectors/relaxed_kernels.h", "(size - 1) / t", "size / t",
           ("src/ops/vectors/row_kernels.cpp",), GOLDEN, "*Relaxed*"),
    Mutant("a count that is not in the table", "src/ops/vectors/count_kernels.h", "all(counts <= kMostTabulated)", "all(counts <= 2 * kMostTabulated)",
           ("src/ops/vectors/row_kernels.cpp",), "accuracy_accuracy_test", "*ultinomial*"),
    Mutant("counts of another sum", "src/ops/vectors/count_kernels.h", "missing <= most_missing && -missing <= most_extra", "missing <= most_missing",
           ("src/ops/vectors/row_kernels.cpp",), GOLDEN, "*Multinomial*"),
    Mutant("the counts of the rarer end", "src/ops/vectors/count_kernels.h", "select(is_usual, n - i, i)", "select(is_usual, i, n - i)",
           ("src/ops/vectors/row_kernels.cpp",), GOLDEN, "*Multinomial*"),
    Mutant("the next category", "src/ops/draws/counts.cpp", "return sum >= place;", "return sum > 0.97 * place;",
           ("src/ops/draws/counts.cpp",), "laws_sampling_test", "*Multinomial*"),
    Mutant("a share of all", "src/ops/draws/counts.cpp", "weights_[k] / sums_[k]", "weights_[k] / sums_[0]",
           ("src/ops/draws/counts.cpp",), "families_test", "Multinomial.*"),
    Mutant("the slowest clock", "src/ops/vectors/category_kernels.h", "speed > highest", "speed < highest",
           ("src/ops/vectors/row_kernels.cpp",), "golden_sampler_test", "*Categorical*"),
    Mutant("tail of the counts cut off", "src/ops/special/entropy_sums.h", "kNegligible = 0x1p-66", "kNegligible = 0x1p-20",
           ("generated/ops/kernels/binomial.cpp",), "accuracy_accuracy_test"),
    Mutant("wrong parabola", "src/ops/special/stirling_divergence.h", "0.5 * (0.5 * relative * relative",
           "0.5 * (relative * relative", ("generated/ops/kernels/dirichlet.cpp",), "kl_golden_test"),
    Mutant("limit taken for a number", "src/transforms/transform.cpp", "if (finite.first_violation(x))", "if (false)",
           ("src/transforms/transform.cpp",), "families_test", "TransformedDistributionTest.*Limits*"),
    Mutant("a preimage that underflowed", "src/transforms/power.cpp", "of_inverse.neg()", "jacobian(exponent, x)",
           ("src/transforms/power.cpp",), "families_test", "TransformedDistributionTest.*IsWeibulls*"),
    Mutant("Jacobian of the power", "src/transforms/power.cpp", "return jacobian(exponent_beside(x), x);",
           "return jacobian_at_inverse(x, do_limit(x));", ("src/transforms/power.cpp",), "transforms_test", "PowerTransform.TheJacobian*"),
    Mutant("Jacobian at a lost inverse", "src/transforms/power.cpp", "power.as<PowerTransform>().jacobian_at_inverse(x, y).neg()",
           "power->log_abs_det_jacobian(x, y).neg()", ("src/transforms/power.cpp",), "transforms_test", "PowerTransform.TheJacobian*"),
    Mutant("a limit taken for an end", "src/transforms/image.cpp", "end.closed && is_reached", "end.closed",
           ("src/transforms/image.cpp",), "families_test", "TransformedDistributionTest.*SupportIsTheImage*"),
    Mutant("rounding refused", "src/transformed_distribution.cpp", "x = at::where(rounded.ne(x), rounded, x);", "",
           ("src/transformed_distribution.cpp",), "families_test", "TransformedDistributionTest.*DrawsLie*"),
    Mutant("codomain not looked at", "src/transforms/transform.cpp", "violations(is_onto ? finite : *set, y)", "Tensor()",
           ("src/transforms/transform.cpp",), "families_test", "TransformedDistributionTest.*LooksAtEveryCodomain*"),
    Mutant("a point taken that is a limit", "src/transforms/transform.cpp", "inner_point(*set, events, options), point)", "point, point)",
           ("src/transforms/transform.cpp",), "transforms_test", "CumulativeDistributionTransform.*"),
    Mutant("a row's Jacobian short by one", "src/transforms/corr_cholesky.cpp", "j.unsqueeze(-1) + 1 - j", "j.unsqueeze(-1) - j",
           ("src/transforms/corr_cholesky.cpp",), "transforms_test", "CorrCholeskyTransform.*"),
    Mutant("squares that underflow", "src/transforms/corr_cholesky.cpp", "at::hypot(length, below.select(-1, j))",
           "(length.square() + below.select(-1, j).square()).sqrt()", ("src/transforms/corr_cholesky.cpp",), "transforms_test",
           "CorrCholeskyTransform.*ThereAndBack"),
    Mutant("a ratio that overflows", "src/transforms/corr_cholesky.cpp", "kFar = 1e100", "kFar = std::numeric_limits<double>::infinity()",
           ("src/transforms/corr_cholesky.cpp",), "transforms_test", "CorrCholeskyTransform.*Underflows"),
    Mutant("singular by rounding", "src/transforms/positive_definite.cpp", "ops::rounded_to_positive_definite(value, dtype)",
           "value.to(dtype)", ("src/transforms/positive_definite.cpp",), "transforms_test", "PositiveDefiniteTransform.*Codomain"),
    Mutant("a diagonal that underflows", "src/transforms/lower_cholesky.cpp", "rounded_to_positive(x.diagonal(0, -2, -1).exp())",
           "x.diagonal(0, -2, -1).exp()", ("src/transforms/lower_cholesky.cpp",), "transforms_test", "LowerCholeskyTransform.*"),
    Mutant("events of another shape", "src/transforms/reshape.cpp", "shape.slice(shape.size() - from.size()) == from", "true",
           ("src/transforms/reshape.cpp",), "transforms_test", "ReshapeTransform.*"),
    Mutant("a batch forgotten by a shape", "src/transforms/cumulative_distribution.cpp",
           'shape, distribution_->batch_shape())', 'shape, IntArrayRef())',
           ("src/transforms/cumulative_distribution.cpp",), "transforms_test", "CumulativeDistributionTransform.*"),
    Mutant("an infinite width", "src/constraint_registry.cpp", "!is_open.any().item<bool>()", "true",
           ("src/constraint_registry.cpp",), "laws_registry_test", "*GeneralizedPareto*"),
    Mutant("semidefinite without a transform", "src/constraint_registry.cpp",
           "made.add(constraints::positive_semidefinite, positive_definite);", "",
           ("src/constraint_registry.cpp",), "transforms_test", "ConstraintRegistry.*"),
    Mutant("beyond on one side", "src/transformed_distribution.cpp", "y.gt(inside).eq(sign_after > 0)", "y.gt(inside)",
           ("src/transformed_distribution.cpp",), "families_test", "TransformedDistributionTest.*BeyondTheImage*"),
    Mutant("gradients added in half precision", "src/ops/draws/gamma.cpp", "wide = expanded(df.to(at::kDouble), shape)",
           "wide = expanded(df, shape).to(at::kHalf).to(at::kDouble)", ("src/ops/draws/gamma.cpp",), "families_test", "StudentT.*AddedInDouble"),
    Mutant("normalizer in float", "src/gamma.cpp", "natural_params[0].to(at::kDouble)", "natural_params[0]", ("src/gamma.cpp",),
           "families_test", "Gamma.LogNormalizer*"),
    Mutant("complement of a cdf", "src/ops/formulas/normal.h", "return log_cdf(x, scale)(loc);",
           "return log1p(-cdf(loc, scale)(x));", ("src/normal.cpp",), GOLDEN, "*Tails/Normal*"),
    Mutant("tail of the same side", "src/transformed_distribution.cpp", ".opposite = &Distribution::log_survival_function",
           ".opposite = &Distribution::log_cdf", ("src/transformed_distribution.cpp",), GOLDEN,
           "*Tails/TransformedDistribution*"),
    Mutant("unweighted tails", "src/mixture_same_family.cpp", "mix(of_components(&Distribution::survival_function, value))",
           "of_components(&Distribution::survival_function, value).mean(-1)", ("src/mixture_same_family.cpp",), GOLDEN,
           "*Tails/MixtureSameFamily*"),
    Mutant("logarithm of an underflow", "src/ops/special/incomplete_gamma.h", "log_prefix() + log(sum)",
           "log(prefix() * sum)", ("generated/ops/special/incomplete_gamma.cpp",), "accuracy_accuracy_test", "*/gamma_float*"),
    Mutant("a first-order correction", "src/ops/formulas/gamma.h", "kNarrow = 1e15", "kNarrow = 1e29", ("src/gamma.cpp",),
           "families_test", "Gamma.TailsOfALarge*"),
    Mutant("density of the reciprocal", "src/ops/special/inverse_gamma_log_density.h", "(a_ + 1.0) * log(scale_ / y)",
           "(a_ - 1.0) * log(scale_ / y)", ("generated/ops/kernels/inverse_gamma.cpp",), GOLDEN, "*InverseGamma*"),
    Mutant("the lower tail", "src/ops/formulas/inverse_gamma.h", "Tails::log_tail<false>(y", "Tails::log_tail<true>(y",
           ("src/inverse_gamma.cpp",), GOLDEN, "*InverseGamma*"),
    Mutant("a wrong rate", "src/ops/draws/gamma.cpp", "draw = r / gamma.x;", "draw = 1.03 * r / gamma.x;",
           ("src/ops/draws/gamma.cpp",), "laws_sampling_test", "*InverseGamma*"),
    Mutant("a series too far", "src/ops/special/generalized_pareto.h", "constexpr double kNear = 1e-8;",
           "constexpr double kNear = 1e-3;", ("generated/ops/kernels/generalized_pareto.cpp",), "accuracy_accuracy_test",
           "*generalized_pareto*"),
    Mutant("a density of the survival function", "src/ops/formulas/generalized_pareto.h", "(k + 1.0) * pareto_hazard",
           "k * pareto_hazard", ("generated/ops/kernels/generalized_pareto.cpp",), GOLDEN,
           "*GeneralizedPareto*"),
    Mutant("an end rounded up", "src/generalized_pareto.cpp", "fixed > exact", "fixed < exact",
           ("src/generalized_pareto.cpp",), "families_test", "GeneralizedPareto.DrawsLieInTheSupport"),
    Mutant("a quantile of the complement", "src/generalized_pareto.cpp", "do_icdf(u)", "do_icdf(1.03 * u)",
           ("src/generalized_pareto.cpp",), "laws_sampling_test", "*GeneralizedPareto*"),
    Mutant("one degree of freedom more", "src/ops/special/fisher_snedecor_log_density.h", "(a_ - 1.0) * log(x)", "a_ * log(x)",
           ("generated/ops/kernels/fisher_snedecor.cpp",), GOLDEN, "*FisherSnedecor*"),
    Mutant("chi-squared variables swapped", "src/ops/draws/gamma.cpp", "draw = (x.x / a) / (y.x / b);",
           "draw = (y.x / b) / (x.x / a);", ("src/ops/draws/gamma.cpp",), "golden_sampler_test", "*FisherSnedecor*"),
    Mutant("a constant that overflowed", "src/ops/draws/gamma.cpp", "log = log_draw(is_end)",
           "log = log_draw(draw > kInfinity)", ("src/ops/draws/gamma.cpp",), "families_test", "FisherSnedecor.*"),
    Mutant("a shape that is one too large", "src/ops/formulas/pareto.h", "- a * log_of_ratio(x, m)",
           "- (a + 1.0) * log_of_ratio(x, m)", ("generated/ops/kernels/pareto.cpp",), GOLDEN, "*Pareto*"),
    Mutant("draws of a wrong scale", "src/pareto.cpp", "scaled_exp(scale_, excess)", "scaled_exp(1.03 * scale_, excess)",
           ("src/pareto.cpp",), "laws_sampling_test", "*Pareto*"),
    Mutant("draws that overflow", "src/ops/draws/noise.cpp", "limits.below_one() : limits.largest",
           "limits.below_one() : kInfinity",
           ("src/ops/draws/noise.cpp",), "families_test", "Pareto.DrawsAreFinite*"),
    Mutant("a power without its Jacobian", "src/ops/formulas/weibull.h", "(k - 1.0) * log_of_ratio(x, fixed)",
           "k * log_of_ratio(x, fixed)", ("generated/ops/kernels/weibull.cpp",), GOLDEN, "*Weibull*"),
    Mutant("draws of a wrong shape", "src/weibull.cpp", "t.log() / concentration_.to", "t.log() / (1.03 * concentration_).to",
           ("src/weibull.cpp",), "laws_sampling_test", "*Weibull*"),
    Mutant("an exponent that is one too large", "src/ops/formulas/kumaraswamy.h", "(d - 1.0) * log1mexp(c * log_y)",
           "d * log1mexp(c * log_y)", ("generated/ops/kernels/kumaraswamy.cpp",), GOLDEN, "*Kumaraswamy*"),
    Mutant("draws of a wrong exponent", "src/ops/formulas/kumaraswamy.h", "log1mexp(log(u) / b) / a",
           "log1mexp(log(u) / (1.03 * b)) / a", ("generated/ops/kernels/kumaraswamy.cpp",), "laws_sampling_test", "*Kumaraswamy*"),
    Mutant("draws of one", "src/kumaraswamy.cpp", "/*below_one=*/true", "/*below_one=*/false", ("src/kumaraswamy.cpp",),
           "families_test", "Kumaraswamy.NoDraw*"),
    Mutant("total left in", "src/ops/vectors/dirichlet.cpp", "log_prob_of_event<Component>(1, total, total, one)",
           "log_prob_of_event<Component>(1, total, one, one)", ("src/ops/vectors/dirichlet.cpp",), GOLDEN, "*Dirichlet*"),
    # streams of random numbers
    Mutant("the seed for a key", "src/ops/random/generator.cpp", ".key = derived(0, Of::kSeed, seed)", ".key = seed",
           ("src/ops/random/generator.cpp",), STREAMS, "Philox.DerivesKeys*"),
    Mutant("a split that goes on", "src/ops/random/generator.cpp", "  other.number = 0;\n", "",
           ("src/ops/random/generator.cpp",), STREAMS, "Philox.SplitsDepend*"),
    Mutant("a split of the seed", "src/ops/random/generator.cpp", "derived(key, Of::kSplit, i)",
           "derived(0, Of::kSplit, seed + i)", ("src/ops/random/generator.cpp",), STREAMS, "Philox.SplitsAre*"),
    Mutant("a split for two", "src/ops/random/generator.cpp", "derived(key, Of::kSplit, i)", "derived(key, Of::kSplit, i / 2)",
           ("src/ops/random/generator.cpp",), STREAMS, "Philox.*EveryLag"),
    Mutant("blocks that overlap", "src/ops/random/blocks.h", "number += kStride;", "number += kStride / 2;",
           ("src/ops/random/kernels.cpp",), STREAMS, "Philox.*EveryLag"),
    Mutant("a block for two columns", "src/ops/random/blocks.h", "make(number + static_cast<std::uint64_t>(i),",
           "make(number + static_cast<std::uint64_t>(i / 2),", ("src/ops/random/kernels.cpp",), STREAMS, "Philox.*EveryLag"),
    Mutant("shards of shards in turn", "src/ops/random/generator.cpp", "(shard * k + i)", "(i * shards + shard)",
           ("src/ops/random/generator.cpp",), STREAMS, "Philox.ShardsOfShards*"),
    Mutant("a draw twice", "src/ops/random/generator.cpp", "(stream_.number + 1) % kNumbers", "stream_.number % kNumbers",
           ("src/ops/random/generator.cpp",), STREAMS, "Philox.OfTheSameSeed*"),
    Mutant("the whole for each shard", "src/ops/random/generator.cpp", ".shard = stream_.shard};\n  stream_.number", ".shard = 0};\n  stream_.number",
           ("src/ops/random/generator.cpp",), STREAMS, "Philox.ShardsDraw*"),
    Mutant("a state of any shard", "src/ops/random/generator.cpp", " && stream.shard < stream.shards", "",
           ("src/ops/random/generator.cpp",), STREAMS, "Philox.KeepsItsState*"),
    Mutant("32 bits of a seed", "src/ops/random/generator.cpp", "source->random64()", "source->random()",
           ("src/ops/random/generator.cpp",), "core_test", "Sampler.*"),
    Mutant("the whole permutation for a shard", "src/ops/random/library.cpp", "shards == 1, operation", "shards >= 1, operation",
           ("src/ops/random/library.cpp",), STREAMS, "*ByShards"),
    Mutant("integers from 0", "src/ops/random/library.cpp", "draw_of(generator, to.numel()), from, count",
           "draw_of(generator, to.numel()), 0, count",
           ("src/ops/random/library.cpp",), STREAMS, "*PassesArgumentsOn"),
    Mutant("one integer too few", "src/ops/random/library.cpp", "(Range::max()) + 1", "(Range::max())",
           ("src/ops/random/library.cpp",), STREAMS, "*DrawsEveryInteger*"),
    Mutant("no draw of nothing", "src/ops/random/library.cpp", "if (result.numel() == 0) draw_of(generator, result);", "",
           ("src/ops/random/library.cpp",), STREAMS, "*ADrawForNoElements"),
    Mutant("a draw of many elements for each part", "src/ops/random/generator.cpp", "kMost / std::int64_t{stream_.shards}",
           "kMost / std::int64_t{stream_.shard + 1}", ("src/ops/random/generator.cpp",), STREAMS, "*TooManyElements"),
    Mutant("a draw before the checks", "src/ops/random/library.cpp", "    at::assert_no_internal_overlap(to);\n", "",
           ("src/ops/random/library.cpp",), STREAMS, "*WhatHasNoDraw"),
    Mutant("no draw of no categories", "src/ops/draws/categories.cpp",
           "draw_of_stream(generator, c10::multiply_integers(shape));",
           "weights.numel() == 0 ? std::nullopt : draw_of_stream(generator, c10::multiply_integers(shape));",
           ("src/ops/draws/categories.cpp",), "laws_streams_test", "*NoRows/Categorical*"),
    Mutant("a state of any version", "src/ops/random/generator.cpp", "!has_text || version == kVersion", "true",
           ("src/ops/random/generator.cpp",), STREAMS, "Philox.KeepsItsState*"),
    Mutant("a race that the light win", "src/ops/random/library.cpp", "(weights / times).topk", "(weights * times).topk",
           ("src/ops/random/library.cpp",), STREAMS, "*DrawsCategories*"),
    Mutant("sums that overflow", "src/ops/random/library.cpp", "weights / weights.amax(-1, /*keepdim=*/true)", "weights",
           ("src/ops/random/library.cpp",), STREAMS, "*DrawsCategories*"),
    Mutant("an operation without a kernel", "src/ops/random/library.cpp",
           "  library.impl(\"cauchy_\", TORCH_FN(cauchy_));\n", "",
           ("src/ops/random/library.cpp",), STREAMS, "*HasEveryRandomOperation"),
    Mutant("any generator of the key", "src/ops/random/generator.cpp", "dynamic_cast<StreamGenerator*>", "static_cast<StreamGenerator*>",
           ("src/ops/random/generator.cpp",), STREAMS, "*Foreign*"),
    Mutant("LibTorch's sampler alone", "src/core/distribution.cpp", "default_sampler() == Sampler::kLibTorch", "default_sampler() != Sampler::kLibTorch",
           ("src/core/distribution.cpp",), "core_test", "Sampler.*"),
    Mutant("categories by columns", "src/ops/random/categories.cpp", "place = i * rows + row;", "place = row * count + i;",
           ("src/ops/random/categories.cpp",), "laws_streams_test", "*Shards/Categorical*"),
]

# Samplers with a scale or a probability that is 3 % wrong: the source, its class, and the line.
WRONG_SCALES = [
    ("normal", "Normal", "scale_, loc_)",
     "1.03 * scale_, loc_)"),
    ("laplace", "Laplace", "scale_.to(compute), loc_",
     "1.03 * scale_.to(compute), loc_"),
    ("gumbel", "Gumbel", "log_().neg_(), scale_, loc_)", "log_().neg_(), 1.03 * scale_, loc_)"),
    ("uniform", "Uniform", "sample_uniform(low_, high_,",
     "sample_uniform(low_, low_ + 1.03 * (high_ - low_),"),
    ("student_t", "StudentT", "loc_ + scale_ * draws",
     "loc_ + 1.03 * scale_ * draws"),
    ("gamma", "Gamma", "ops::expanded(rate_, shape)",
     "ops::expanded(1.03 * rate_, shape)"),
    ("beta", "Beta", "sample_beta(concentration1_,",
     "sample_beta(1.03 * concentration1_,"),
    ("dirichlet", "Dirichlet", "ops::expanded(concentration_, shape)",
     "ops::expanded(1.03 * concentration_, shape)"),
    ("binomial", "Binomial", "prepared(p), std::move",
     "prepared(0.97 * p), std::move"),
    ("bernoulli", "Bernoulli", "ops::expanded(possible, shape)",
     "ops::expanded(0.97 * possible, shape)"),
    ("poisson", "Poisson", "ops::sample_poisson(rate,",
     "ops::sample_poisson(1.03 * rate,"),
    ("categorical", "Categorical", "sample_categorical(given(), form",
     "sample_categorical(given().pow(1.03), form"),
    ("multivariate_normal", "MultivariateNormal", "loc_ + ops::DenseCovariance",
     "loc_ + 1.03 * ops::DenseCovariance"),
    ("independent", "Independent", "return base_dist_->sample(",
     "return 1.03 * base_dist_->sample("),
    ("transformed_distribution", "TransformedDistribution", "forward(base_dist_->sample(sample_shape(shape), std::move(generator)))",
     "forward(1.03 * base_dist_->sample(sample_shape(shape), std::move(generator)))"),
]
MUTANTS += [
    Mutant(f"draws of a wrong scale of {family}", f"src/{file}.cpp", old, new, (f"src/{file}.cpp",), "laws_draws_test", f"*Follow*/*{family}_*")
    for file, family, old, new in WRONG_SCALES
]
CATEGORY_KERNELS = ("src/ops/random/category_kernels.cpp",)
MUTANTS += [
    Mutant(name, f"src/ops/random/{file}", old, new, CATEGORY_KERNELS, "ops_tensors_test", f"FillCategories.{only}")
    for name, file, old, new, only in [
        ("the first word twice", "inversion.h", "attempt + 1, next.data()", "attempt, next.data()", "OpenWords*"),
        ("the first word twice where all share", "inversion.h", "fill_words(draw, element, 1, attempt, &next)",
         "fill_words(draw, element, 1, attempt - 1, &next)", "OpenWords*"),
        ("32 bits of 64", "inversion.h", "before < count && sums[before] < end", "false", "OpenWords*"),
        ("a number at the limit", "inversion.h", "sum - high < low", "sum - high <= low", "HaveTheir*"),
        ("a number beyond the limit", "inversion.h", "low[i] = next[i] + 1.0", "low[i] = next[i]", "HaveTheir*"),
        ("a cell that begins late", "inversion.h", "sums[before] <= begin", "sums[before] <= end", "FollowTheWeights"),
        ("rows without a weight", "category_kernels.cpp", "total > 0 && total", "total", "RefuseRows*"),
        ("the first row for all", "category_kernels.cpp", "++row, running += categories", "++row", "OpenWords*"),
    ]
]
# Random numbers. The tests that compare instruction sets, and frozen numbers, would detect them all, and are left out.
RANDOM_KERNELS, GIVEN_BITS = "src/ops/random/kernels.cpp", "test/ops/random/functions.cpp"
MUTANTS += [
    Mutant(name, f"src/ops/random/{file}", old, new, (compiled,), "ops_random_test", only)
    for name, file, old, new, compiled, only in [
        ("a sine for a cosine", "uniforms.h", "select(is_odd, near.sine, near.cosine)", "select(is_odd, near.cosine, near.sine)",
         RANDOM_KERNELS, "Laws.Neighbours*"),
        ("an eighth of a turn", "uniforms.h", "turned = bits + kQuarter / 2", "turned = bits + kQuarter", GIVEN_BITS,
         "Numbers*Accurate"),
        ("a radius that is 1 % wrong", "uniforms.h", "sqrt(2.0 * standard", "sqrt(2.02 * standard", RANDOM_KERNELS, "*Law*/normal"),
        ("one bit for two numbers", "uniforms.h", "standard_exponential<T>(of_radius)", "standard_exponential<T>(of_angle)", RANDOM_KERNELS, "*Law*/normal"),
        ("31 bits for 32", "uniforms.h", "(unsigned_number<T>(bits) + 0.5) * kUnit", "(unsigned_number<T>(bits | 1) + 0.5) * kUnit",
         GIVEN_BITS, "Numbers*InTheSupport"),
        ("23 bits for 24", "uniforms.h", "bits >> (kBits<T> - kDigits)", "bits >> (kBits<T> - kDigits + 1) << 1",
         RANDOM_KERNELS, "Laws.EveryBitIsFair"),
        ("a complement that cancels", "uniforms.h", "select(parts.exponent == 0.0, -complement, parts.fraction)", "parts.fraction",
         GIVEN_BITS, "Numbers*Accurate"),
        ("a tail that is cut", "uniforms.h", "+ 0.5) * (2 * kUnit<T>);", "+ 128.5) * (2 * kUnit<T>);", GIVEN_BITS,
         "Numbers*InTheSupport"),
        ("a trial too few", "kernels.cpp", "floor(x / rate_) + 1.0", "floor(x / rate_)", RANDOM_KERNELS, "Laws.CountsAreGeometric"),
        ("a bound off by one", "kernels.cpp", "word < p.whole", "word <= p.whole", RANDOM_KERNELS, "Fill.Open*"),
        ("the same attempt", "words.h", "high | attempt << 16", "high", RANDOM_KERNELS, "Fill.Open*"),
        ("half of a number", "words.h", "static_cast<std::uint32_t>(draw.number >> 32)", "0u", RANDOM_KERNELS, "*OtherDraws*"),
        ("blocks that repeat", "words.h", "static_cast<std::uint32_t>(first >> 32), attempt", "0u, attempt", RANDOM_KERNELS,
         "Fill.TakesTheWords*"),
        ("nine rounds", "words.h", "round < 10", "round < 9", RANDOM_KERNELS, "Fill.TakesTheWords*"),
        ("a lost carry", "uniforms.h", "(low_high >> 32) + (middle >> 32)", "(low_high >> 32)", RANDOM_KERNELS, "Fill.*UpperProduct"),
        ("a part of a row", "blocks.h", "(end - 1) % kStride + 1", "(end - 1) % kStride", RANDOM_KERNELS, "*Shards*"),
        ("an upper limit", "fill.cpp", "std::nextafter(end, first)", "end", "src/ops/random/fill.cpp", "Fill.Uniform*"),
        ("shards that agree", "pieces.h", "std::uint64_t{draw.shard} * static_cast", "0 * static_cast", "src/ops/random/fill.cpp",
         "*Shards*"),
    ]
]
MUTANTS += [
    Mutant(name, f"src/ops/random/{file}", old, new, ("src/ops/random/rejection_kernels.cpp",), "ops_random_rejection_laws_test", f"*.{law}")
    for name, file, old, new, law in [
        ("alpha for alpha - 1/3", "gamma.h", "a - 1.0 / 3", "a", "Gamma"),
        ("a wrong squeeze of gammas", "gamma.h", "0.0331", "0.0031", "Gamma"),
        ("a boost of another alpha", "gamma.h", "a + 2.0 / 3", "a - 1.0 / 3 + 0.4", "Gamma"),
        ("two gammas of one stream", "rejection_kernels.cpp", "1u << 14", "0", "Beta"),
        ("no second test", "rejection.h", "~successes & first_lanes", "0u & first_lanes", "VonMises"),
        ("a shift of counts", "poisson.h", "rate + 0.43", "rate + 1.43", "Poisson"),
        ("a wider squeeze of counts", "poisson.h", "0.9277", "0.9877", "Poisson"),
        ("one trial more", "binomial.h", "more = n + 1.0;", "more = n + 2.0;", "Binomial"),
        ("a wider squeeze of angles", "von_mises.h", "c * (2.0 - c)", "c * (2.4 - c)", "VonMises"),
        ("an inversion that ends early", "counts.h", "0x1p-64", "0x1p-6", "Poisson"),
        ("a term too few", "counts.h", "sum = sum + term;", "sum = sum + term * 0.99;", "Poisson"),
        ("the frequent outcome", "binomial.h", "select(is_other, n - possible, possible)", "possible", "Binomial"),
        ("angles of one side", "von_mises.h", "select(y < 0.0, -size, size)", "size", "VonMises"),
        ("a boost that does not cancel", "rejection_kernels.cpp", "first[j] -= largest", "first[j] -= 0", "Dirichlet"),
        ("a boost of the same sign", "rejection_kernels.cpp", "boost * (-0.5 * Gamma", "boost * (0.5 * Gamma", "InverseGamma"),
        ("two gammas of one draw", "rejection_kernels.cpp", "y.draw({task.other,", "y.draw({task.draw,", "FisherSnedecor"),
        ("df for df / 2", "rejection_kernels.cpp", "select(df == kLeast, df, 0.5 * df)", "df", "FisherSnedecor"),
        ("a radius of another df", "student_t.h", "rate = 2.0 / n", "rate = 1.96 / n", "StudentT"),
        ("one number for a radius and an angle", "rejection_kernels.cpp", "bits_of<T>(block, 2 * j + 1)", "bits_of<T>(block, 2 * j)",
         "StudentT"),
        ("a tail that is too heavy", "student_t.h", "0.5 * (y - kFar)", "0.6 * (y - kFar)", "StudentT"),
        ("a tail that is cut off", "student_t.h", "select(is_far, 0.5 * (y - kFar), 0.0)", "0.0 * y", "StudentT"),
        ("normal too early", "student_t.h", "kNormal = 0x1p64", "kNormal = 4", "StudentT"),
        ("the logarithm of a square", "student_t.h", "+ result.exponent", "+ 2.0 * result.exponent", "LogStudentT"),
    ]
]
MUTANTS += [
    Mutant(name, f"src/ops/{file}", old, new, (compiled,), test, only)
    for name, file, old, new, compiled, test, only in [
        ("a sum of fewer squares", "draws/gamma.cpp", "draw_gammas(half + 0.5, draw)", "draw_gammas(half, draw)", "src/ops/draws/gamma.cpp",
         "ops_random_rejection_laws_test", "*.PartsOfStudentT"),
        ("half of a ratio", "draws/gamma.cpp", "2 * log_size - (2 * half).log()", "2 * log_size - half.log()", "src/ops/draws/gamma.cpp",
         "ops_random_rejection_laws_test", "*.PartsOfStudentT"),
        ("parts of the same draw", "draws/gamma.cpp", "*of_parts, draws)", "*of_t, draws)", "src/ops/draws/gamma.cpp",
         "ops_random_rejection_laws_test", "*.PartsOfStudentT"),
        ("a root that overflows", "random/student_t.h", "(factor * root) * (scale * root)", "scale * (factor * (root * root))",
         "src/ops/random/rejection_kernels.cpp", "ops_random_rejection_test", "*.OverflowsWhere*"),
        ("the least df that is 0", "random/rejection_kernels.cpp", "select(df == kLeast, df, 0.5 * df)", "0.5 * df",
         "src/ops/random/rejection_kernels.cpp", "ops_random_rejection_test", "*.OverflowsWhere*"),
        ("parameters of other elements", "random/rejection_kernels.cpp", "task.parameters, task.first + i, count", "task.parameters, i, count",
         "src/ops/random/rejection_kernels.cpp", "ops_random_rejection_test", "*GivesAShard*:*AnyNumberOfThreads"),
        ("another value with a graph", "tensor/graph.h", "without_graph(t).copy_(value);", "(void)value;", "src/student_t.cpp",
         "laws_streams_test", "*WithAGraph"),
    ]
]


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)


def mutated(mutant):
    """The text of the source with the changed line."""
    text = (ROOT / mutant.file).read_text()
    if mutant.old not in text:
        raise LookupError(f"{mutant.file} no longer has {mutant.old!r}")
    return text.replace(mutant.old, mutant.new, 1)


class Builder:
    """Compiles and links with the commands of the build folder, but from a copy of src/ and to another folder."""

    def __init__(self, build):
        self.build = build
        self.commands = {}  # by source
        for entry in json.loads((build / "compile_commands.json").read_text()):
            if re.search(r"/torch_distributions(_kernels_DEFAULT(_lane_functions)?)?\.dir/", entry["command"]):
                for file in self.joined(pathlib.Path(entry["file"])):
                    source = ("generated" / file.relative_to(build / "src") if file.is_relative_to(build / "src")
                              else os.path.relpath(file, ROOT))
                    self.commands[str(source)] = dict(entry, source=str(file))
        self.link = self.link_command("torch_distributions", r"-shared .*-o libtorch_distributions\.so")

    def link_command(self, target, what):
        """The command that links a target, of which `what` is a part."""
        commands = run(["ninja", "-C", str(self.build), "-t", "commands", target]).stdout.splitlines()
        linking = [line for line in commands if re.search(what, line)]
        return re.search(r"(?:^|&& )(\S*(?:g\+\+|clang\+\+|c\+\+)\S* .*?-o .*?)(?: &&|$)", linking[-1]).group(1)

    @staticmethod
    def joined(file):
        """The sources that are compiled together in a file written by CMake, or the file itself."""
        if file.parent.name != "Unity":
            return [file]
        return [pathlib.Path(source) for source in re.findall(r'#include "(.*)"', file.read_text())]

    def program(self, mutant, folder):
        """The executable of the test, and the library to preload, which is empty if it is linked with the mutant."""
        test = self.build / "test" / mutant.test
        link = self.link_command(mutant.test, rf"-o test/{mutant.test}\b")
        if "torch_distributions_internal" not in link:
            return test, self.linked(mutant, folder, self.link, folder / "libtorch_distributions.so")
        return self.linked(mutant, folder, link, folder / mutant.test), ""

    def linked(self, mutant, folder, link, to):
        """Links the mutant's files in front of the others."""
        shutil.copytree(ROOT / "src", folder / "src")
        (folder / mutant.file).write_text(mutated(mutant))

        link = shlex.split(link)
        first = next(index for index, argument in enumerate(link) if argument.endswith(".o"))
        for number, source in enumerate(mutant.compiled):
            entry = self.commands[source]
            arguments = shlex.split(entry["command"])
            at = arguments.index("-o") + 1
            made, arguments[at] = arguments[at], str(folder / f"mutant{number}.o")
            # The object file of joined sources stays, but the definitions of the first object file are used.
            if entry["source"] == entry["file"] and made in link:
                link.remove(made)
            link.insert(first, arguments[at])
            arguments = [entry["source"] if a == entry["file"] else a for a in arguments]
            arguments = [a.replace(str(ROOT / "src"), str(folder / "src")) for a in arguments]
            arguments += ["-Wno-error", "-Og"]  # -O3, with which the kernels are built, takes much longer
            compiled = run(arguments, cwd=entry["directory"])
            if compiled.returncode != 0:
                raise LookupError("it does not compile:\n" + compiled.stdout[-2000:])

        link[link.index("-o") + 1] = str(to)
        link += ["-Wl,--allow-multiple-definition", *FAST_LINK]
        linked = run(link, cwd=self.build)
        if linked.returncode != 0:
            raise LookupError("it does not link:\n" + linked.stdout[-2000:])
        return to

    def timed(self, mutant):
        """Why the mutant was not killed, or None; and the seconds that this took."""
        start = time.monotonic()
        return self.survives(mutant), time.monotonic() - start

    def survives(self, mutant):
        """Why the mutant was not killed, or None."""
        folder = self.build / "test" / "mutants" / mutant.name.replace(" ", "_")
        shutil.rmtree(folder, ignore_errors=True)
        try:
            program, library = self.program(mutant, folder)
            environment = dict(os.environ, LD_PRELOAD=str(library), OMP_NUM_THREADS="1",
                               TORCH_DISTRIBUTIONS_CPU_CAPABILITY="default")
            test = run([str(program), f"--gtest_filter={mutant.only}", "--gtest_brief=1", "--gtest_fail_fast"],
                       cwd=folder, env=environment)
        except LookupError as error:
            return str(error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if test.returncode == 0:
            return f"{mutant.test} passes"
        if "[  FAILED  ]" not in test.stdout:
            return f"{mutant.test} did not get to run:\n{test.stdout[-2000:]}"
        return None


def check_lines():
    """Whether the sources still have the lines that the mutants change."""
    missing = 0
    for mutant in MUTANTS:
        try:
            mutated(mutant)
        except (LookupError, OSError) as error:
            missing += 1
            print(f"{mutant.name}: {error}")
    print(f"{len(MUTANTS) - missing} of {len(MUTANTS)} lines exist")
    return missing != 0


def main():
    if sys.argv[1:] == ["--lines"]:
        return check_lines()
    build = pathlib.Path(sys.argv[1]).resolve()
    chosen = [m for m in MUTANTS if not sys.argv[2:] or m.name in sys.argv[2:]]
    builder = Builder(build)
    survivors = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for mutant, (reason, seconds) in zip(chosen, pool.map(builder.timed, chosen)):
            survivors += reason is not None
            print(f"{'SURVIVED' if reason else 'killed'}: {mutant.name}" + (f": {reason}" if reason else "")
                  + f" ({seconds:.1f} s)", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants killed")
    return survivors != 0


if __name__ == "__main__":
    sys.exit(main())
