"""Where Python's torch.distributions 2.13 is wrong, and why. The right value is then mpmath's.

The generator compares Python with the oracle for every case. It fails on a difference that is not listed here, and on an entry
that no case shows. docs/differences.md is what users read. A key is a method, "<method> gradient", "log_prob outside" (a value
outside the support, without validation), or "repr" (torch clamps probs in the constructor).
"""

_WRONG = [
    ("`log_prob` outside the support, validation off, is -inf (Python: nan, a finite number, or a RuntimeError)", {
        "LogNormal Exponential Gamma Chi2 FisherSnedecor GeneralizedPareto InverseGamma Beta Dirichlet Bernoulli Poisson Categorical Independent TransformedDistribution MixtureSameFamily Pareto Weibull Kumaraswamy Geometric NegativeBinomial Multinomial LKJCholesky RelaxedOneHotCategorical LogisticNormal ContinuousBernoulli RelaxedBernoulli": "log_prob outside",
    }),
    ("`Wishart.log_prob` of a matrix that is not positive definite is -inf, validation off (Python: a finite number)", {
        "Wishart": "log_prob outside",
    }),
    ("the gradient of `Wishart.log_prob` in `scale_tril` is lower triangular (Python: it has numbers above the diagonal)", {
        "Wishart": "log_prob gradient",
    }),
    ("the moments of `Wishart` exist where `df` is a number and the matrix has a batch (Python: RuntimeError)", {
        "Wishart": "mean, mode, variance, stddev",
    }),
    ("`Wishart` with many degrees of freedom: differences of lgamma and of digamma do not cancel", {
        "Wishart": "log_prob, log_prob gradient, entropy, perplexity",
    }),
    ("`Wishart.stddev` exists where the variance overflows (Python: inf)", {"Wishart": "stddev"}),
    ("`log_prob` of nan is nan, validation off (Python: -inf)", {"HalfCauchy HalfNormal": "log_prob outside"}),
    ("`cdf` outside the support is 0 or 1 and never raises (Python raises, or with validation off gives nan or a negative number)", {
        "Exponential Gamma Chi2 HalfCauchy HalfNormal LogNormal TransformedDistribution MixtureSameFamily InverseGamma GeneralizedPareto Pareto Weibull": "cdf",
    }),
    ("`icdf` of a number outside [0, 1] is nan (Python extrapolates)", {
        "Uniform Exponential HalfCauchy HalfNormal TransformedDistribution GeneralizedPareto Pareto Weibull ContinuousBernoulli": "icdf",
    }),
    ("`Uniform.log_prob(high)` is the density, as the support is closed (Python: -inf)", {
        "Uniform Independent": "log_prob",
    }),
    ("probs of 0, 1 and next to them are taken as given (Python clamps them to [eps, 1 - eps]: `Bernoulli(0.).log_prob(1.)` is -15.9, "
     "and the gradient 0)", {
        "Bernoulli": "log_prob, log_prob gradient, entropy gradient",
        "Binomial": "log_prob, log_prob gradient, entropy gradient",
        "NegativeBinomial": "log_prob, log_prob gradient, mean, mode, variance, stddev",
        "Categorical": "log_prob, log_prob gradient",
        "Multinomial": "log_prob, log_prob gradient",
        "ExpRelaxedCategorical RelaxedOneHotCategorical": "log_prob, log_prob gradient",
        "OneHotCategorical OneHotCategoricalStraightThrough": "log_prob, log_prob gradient",
    }),
    ("`ContinuousBernoulli` is exact next to probs of 1/2 and at 0 and 1, with finite gradients (Python replaces the interval `lims` around 1/2 by "
     "series of two or three terms, or for `cdf` and `icdf` by the uniform distribution, loses up to all digits beside it, and clamps probs "
     "to [eps, 1 - eps], also in its text)", {
        "ContinuousBernoulli": "log_prob, log_prob gradient, cdf, cdf gradient, icdf, icdf gradient, mean, variance, stddev, entropy, entropy gradient, perplexity, repr",
    }),
    ("`LogitRelaxedBernoulli` and `RelaxedBernoulli` take a number as the temperature, use probs as given (Python: AttributeError, and "
     "probs clamped to [eps, 1 - eps]), and `log_prob` far out does not overflow (Python: -inf from a logit of 89 on in float32, and nan)", {
        "LogitRelaxedBernoulli": "log_prob, log_prob gradient, log_prob outside", "RelaxedBernoulli": "log_prob, log_prob gradient",
    }),
    ("`RelaxedBernoulli.log_prob` keeps its digits near 0 and 1, and at the ends has its limits (Python clamps the value to [tiny, 1 - eps])", {
        "RelaxedBernoulli": "log_prob",
    }),
    ("`Geometric`: `log_prob` and `entropy` use the parameter as it is given, also logits whose probability rounds to 0 or 1 (Python: nan, "
     "-inf, and an entropy of clamped logits)", {
        "Geometric": "log_prob, log_prob gradient, entropy, entropy gradient, perplexity",
    }),
    ("the moments of `Geometric` keep their digits where the probability is next to 1, and `stddev` exists where the variance overflows "
     "(Python: 0 and inf)", {
        "Geometric": "mean, variance, stddev",
    }),
    ("gradients through masked logits (-inf) are finite (Python: nan)", {
        "Categorical Multinomial": "entropy gradient",
    }),
    ("`Multinomial.entropy` is computed in double, and has the dtype of the parameters (Python: `lgamma(total_count + 1)` in the default "
     "dtype, which is that of the result if the parameters are in half precision)", {
        "Multinomial": "entropy, entropy gradient, perplexity",
    }),
    ("the variance keeps its digits where probs is next to 1, since 1 - probs comes from the logits", {
        "Bernoulli": "variance, stddev", "Binomial": "variance, stddev",
    }),
    ("`Normal.cdf` keeps its digits in the lower tail (Python: 0 below -8.3, in float32 below -5.6)", {
        "Normal LogNormal MixtureSameFamily": "cdf",
    }),
    ("`Normal.icdf` keeps its digits in both tails (Python: 4 digits at 1e-6 in float32, -inf below 1e-16)", {
        "Normal": "icdf, icdf gradient", "LogNormal TransformedDistribution": "icdf",
    }),
    ("`Normal` with a scale whose square is not representable works (Python: nan)", {
        "Normal": "log_prob, log_prob gradient, cdf gradient",
    }),
    ("`Kumaraswamy` keeps its digits near 0 and 1, and at the ends has its limits (Python: `log_prob` is -inf where 1 - x^a rounds to 1; nan)", {
        "Kumaraswamy": "log_prob, log_prob gradient, cdf, cdf gradient, icdf, icdf gradient",
    }),
    ("`Kumaraswamy.mode` is right (Python: always nan); with one concentration below 1 it is the end at which the density is infinite", {
        "Kumaraswamy": "mode",
    }),
    ("the moments of `Kumaraswamy` do not cancel for large or small concentrations", {"Kumaraswamy": "mean, variance, stddev"}),
    ("`Laplace.cdf` and `icdf` keep their digits in both tails (Python: 0 and -inf below 1e-16, 3 digits at 1e-6 in float32)", {
        "Laplace": "cdf, icdf, icdf gradient",
    }),
    ("`Cauchy.cdf` and `icdf` keep their digits in both tails, and `icdf` is infinite at 0 and 1 (Python: 1/2 + atan and a tangent at its pole)", {
        "Cauchy": "cdf, icdf, icdf gradient",
    }),
    ("`Cauchy.log_prob` far out does not overflow, nor does its gradient (Python: -inf from 1e19 on in float32)", {
        "Cauchy HalfCauchy": "log_prob, log_prob gradient",
    }),
    ("`cdf` and `icdf` keep their digits near 0, and `icdf` is infinite at 1 (Python: 2 F(x) - 1 and F^-1((p + 1) / 2) with the "
     "cdf F of the base)", {
        "HalfCauchy HalfNormal": "cdf, icdf", "HalfCauchy": "cdf gradient",
    }),
    ("`HalfNormal` with a scale whose square is not representable works (Python: nan)", {
        "HalfNormal": "log_prob, log_prob gradient, cdf gradient, stddev",
    }),
    ("`Gumbel.log_prob` of -inf is -inf (Python: nan)", {"Gumbel": "log_prob"}),
    ("`Gumbel.cdf` keeps its digits in the lower tail, where Python subtracts from 1/2; its gradients far out are 0 (Python: nan)", {
        "Gumbel": "cdf, cdf gradient",
    }),
    ("`Gumbel.icdf` keeps its digits in both tails and is infinite at 0 and 1 (Python: between -6.6 and 36.1, in float32 between -4.5 "
     "and 16), and nan outside [0, 1]", {
        "Gumbel": "icdf, icdf gradient",
    }),
    ("`StudentT` with infinitely many degrees of freedom is the normal distribution (Python: nan)", {
        "StudentT": "log_prob, log_prob gradient, variance, stddev, entropy, entropy gradient, perplexity",
    }),
    ("`StudentT.log_prob` far out does not overflow, nor does its gradient (Python: -inf and nan from 1e20 on in float32)", {
        "StudentT": "log_prob, log_prob gradient",
    }),
    ("`StudentT.stddev` exists where the variance overflows (Python: inf)", {"StudentT": "stddev"}),
    ("`GeneralizedPareto` near a concentration of 0 is exact, and has a gradient in the concentration (Python takes 1e-8 for 0, with a "
     "gradient of 0)", {
        "GeneralizedPareto": "log_prob, log_prob gradient, cdf, cdf gradient, icdf, icdf gradient",
    }),
    ("`GeneralizedPareto` of doubles does not depend on the default dtype (Python: RuntimeError unless that is float64 as well)", {
        "GeneralizedPareto": "log_prob, log_prob gradient, cdf, cdf gradient",
    }),
    ("`GeneralizedPareto.log_prob` has a gradient at a concentration of -1 (Python: 0)", {"GeneralizedPareto": "log_prob gradient"}),
    ("`GeneralizedPareto.cdf` keeps its digits near the lower end (Python: 1 - exp)", {"GeneralizedPareto": "cdf, cdf gradient"}),
    ("`GeneralizedPareto.mode` is the upper end where the density is infinite there (Python: the lower end)", {
        "GeneralizedPareto": "mode",
    }),
    ("`stddev` exists where the variance overflows or underflows (Python: inf or 0)", {"GeneralizedPareto": "stddev"}),
    ("`InverseGamma.log_prob` of large values does not overflow, nor does its gradient (Python: -inf and nan from 1e155 on, 1e19 in "
     "float32)", {
        "InverseGamma": "log_prob, log_prob gradient",
    }),
    ("`InverseGamma.stddev` exists where the variance overflows (Python: inf)", {"InverseGamma": "stddev"}),
    ("`LogisticNormal.log_prob` is -inf where a number is 0 (Python: nan)", {"LogisticNormal": "log_prob"}),
    ("the derivatives of `Laplace.cdf` at the mean and of `icdf` at 1/2 are those of a smooth function (Python: 0)", {
        "Laplace": "cdf gradient, icdf gradient",
    }),
    ("`ExpRelaxedCategorical` and `RelaxedOneHotCategorical` take a number as the temperature, and `log_prob` has the batch shape if "
     "temperatures are batched (Python: TypeError, and a shape with an extra dimension)", {
        "ExpRelaxedCategorical RelaxedOneHotCategorical": "log_prob, log_prob gradient",
    }),
    ("`ExpRelaxedCategorical.log_prob` of an infinite coordinate, and `RelaxedOneHotCategorical.log_prob` of a coordinate of 0, are limits; "
     "a category without weight does not count at the only coordinate that it has (Python: nan)", {
        "ExpRelaxedCategorical RelaxedOneHotCategorical": "log_prob, log_prob gradient",
    }),
    ("`Exponential.cdf` near 0 does not cancel (Python: 1 - exp)", {"Exponential": "cdf"}),
    ("large parameters: differences of lgamma do not cancel (`Gamma(1e8, 1.)` in float32 is off by 100)", {
        "Gamma Chi2 InverseGamma Beta": "log_prob, entropy, perplexity", "FisherSnedecor": "log_prob, log_prob gradient", "Poisson": "log_prob", "StudentT": "log_prob, entropy, perplexity", "Dirichlet": "entropy, perplexity", "Binomial": "log_prob, entropy, perplexity", "NegativeBinomial": "log_prob", "LKJCholesky": "log_prob",
    }),
    ("gradients at the ends of the support, where they exist (`Gamma(1., 2.)` at 0: Python has nan)", {
        "Gamma Chi2 Beta": "log_prob gradient",
    }),
    ("`Pareto` far above its scale works where x / scale overflows (Python: -inf, and gradients of nan)", {
        "Pareto": "log_prob, log_prob gradient, cdf gradient",
    }),
    ("the variance of `Pareto` is infinite for every alpha up to 2 (Python: nan where the square of the scale underflows)", {
        "Pareto": "variance, stddev",
    }),
    ("`Poisson(0.).log_prob(0.)` has the derivative -1 in the rate (Python: nan)", {"Poisson": "log_prob gradient"}),
    ("`Gamma.cdf` has a gradient in the concentration (Python raises)", {
        "Gamma Chi2 InverseGamma": "cdf gradient",
    }),
    ("`Beta.mode` is nan where there is no single mode, with both concentrations below 1; with one below 1 it is the end at which the "
     "density is infinite (Python: 1, and nan beside a concentration of 1)", {
        "Beta": "mode",
    }),
    ("`Dirichlet.mode` with no concentration above 1 and one below is the vertex of the largest (Python: always the first, and nan "
     "beside a concentration of 1); of a single category it is 1 (Python: nan)", {
        "Dirichlet Independent": "mode",
    }),
    ("`MixtureSameFamily` accepts a value in the support of any component (Python demands all)", {
        "MixtureSameFamily": "log_prob",
    }),
    ("`VonMises` computes the Bessel functions to all digits (Python: polynomials with 7 digits, and 1 minus a quotient)", {
        "VonMises": "log_prob, log_prob gradient, variance, stddev",
    }),
    ("`VonMises.log_prob` of an infinite value is -inf (Python: nan)", {"VonMises": "log_prob outside"}),
    ("`Weibull` far out works where a power of the value overflows or underflows (Python: infinities and nan)", {
        "Weibull": "log_prob, log_prob gradient, cdf gradient, icdf gradient",
    }),
    ("`Weibull.mode` is 0 for concentrations below 1 (Python: nan, or a power of a negative number)", {"Weibull": "mode"}),
    ("the variance of `Weibull` does not cancel for large concentrations, and `stddev` exists where it overflows or underflows", {
        "Weibull": "variance, stddev",
    }),
    ("`LowRankMultivariateNormal` keeps its digits where the factor is large beside the diagonal, and `log_prob` of an infinite value is "
     "-inf (Python: the difference of two huge numbers, and nan)", {
        "LowRankMultivariateNormal": "log_prob, log_prob gradient",
    }),
    ("a weight of 0 in a mixture has the derivative f_k / f - 1 of the density (Python: 0)", {
        "MixtureSameFamily": "log_prob gradient",
    }),
    ("the variance of a mixture is infinite where a component's mean is (Python: nan)", {
        "MixtureSameFamily": "variance, stddev",
    }),
]

# Where this library has more than Python, whose method raises NotImplementedError or whose property is less exact. A key is a method
# or one of the properties "support", "has_rsample" and "has_enumerate_support". The data hold mpmath's values and gradients of such a
# method, and the oracle's value of such a property. The tails (TAILS in family.py), which every class of Python lacks, are not listed. test/golden/beyond.json has
# a value of every method that Python lacks in all cases, for completeness_test.cpp.
_MORE = [
    ("`cdf`, `icdf`, moments and entropy of a logistic distribution, which that of `LogitRelaxedBernoulli` is, and draws with gradients "
     "(Python: NotImplementedError, and `has_rsample` is False although `rsample` exists)", {
        "LogitRelaxedBernoulli": "cdf, icdf, mean, mode, variance, stddev, entropy, perplexity, has_rsample", "RelaxedBernoulli": "cdf, icdf",
    }),
    ("`mode` of a continuous Bernoulli distribution (Python: NotImplementedError)", {"ContinuousBernoulli": "mode"}),
    ("`cdf` and `icdf` of a geometric distribution (Python: NotImplementedError)", {"Geometric": "cdf, icdf"}),
    ("`entropy` and `perplexity` where `total_count` differs over the batch (Python: NotImplementedError)", {
        "Binomial": "entropy, perplexity",
    }),
    ("`cdf` of an event of independent numbers, as the product of theirs, and of a mixture of such events (Python: "
     "NotImplementedError)", {
        "Independent MixtureSameFamily TransformedDistribution": "cdf",
    }),
    ("`entropy` and `perplexity` of a von Mises distribution, and of a Poisson distribution, as a sum or by its asymptotic series "
     "(Python: NotImplementedError)", {
        "VonMises Poisson": "entropy, perplexity",
    }),
    ("`enumerate_support` of an event of independent discrete numbers: all combinations, up to 2^20 (Python: "
     "NotImplementedError)", {
        "Independent": "enumerate_support, has_enumerate_support",
    }),
    ("`mean`, `mode`, `variance` and `stddev` under affine transforms (Python: NotImplementedError)", {
        "TransformedDistribution": "mean, mode, variance, stddev",
    }),
    ("`support` is the image of the base's, where that is an interval and the transforms are element-wise and monotone "
     "(Python: the last transform's codomain)", {
        "TransformedDistribution": "support",
    }),
]


def by_key(table):
    """{(class, key): [reasons]}."""
    found = {}
    for reason, where in table:
        for names, keys in where.items():
            for name in names.split():
                for key in keys.split(", "):
                    found.setdefault((name, key), []).append(reason)
    return found


CORRECTIONS, EXTENSIONS = by_key(_WRONG), by_key(_MORE)
