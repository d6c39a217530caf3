"""Pareto(scale m, alpha a): p(x) = a m^a / x^(a+1), x >= m."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import LEAST, POSITIVE, extreme, probability
from .framework.family import Family
from .framework.mathematics import INF
from .gamma import kl_to_gamma
from .laplace import kl_to_laplace
from .normal import kl_to_normal


class ParetoPoints(Points):
    cdf_gradients = ("value", "scale", "alpha")
    edges = [
        dict(scale=m, alpha=a, value=x, probability=p)
        for m, a, x, p in (
            (2.0, 3.0, 2.0, 1e-8), (2.0, 3.0, 1.0, 1e-20), (1.0, 1e-3, 1e30, 0.5), (1.0, 1.0, 1e20, 0.25), (1.0, 1e6, 1.00001, 0.999),
            (1e-30, 2.0, 1e30, 0.5), (1.0, 1.0 + 2**-20, 1.5, 0.5), (1.0, 2.0 + 2**-20, 1.5, 0.5),
        )
    ]

    @staticmethod
    def typical(draw):
        scale, alpha = draw.log_uniform(-1, 1), draw.log_uniform(-0.5, 1)
        value = draw.fmt.round(scale * mp.exp(mpf(draw.log_uniform(-2, 0.7)) / alpha))
        return dict(scale=scale, alpha=alpha, value=max(value, scale), probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        scale = extreme(draw) if draw.chance(0.2) else draw.log_uniform(-6, 8)
        alpha = draw.log_uniform(-6, 8)
        excess = mpf(draw.log_uniform(-6, 2.5)) / alpha
        x = draw.choice([mpf(scale), mpf(extreme(draw)), scale * mp.exp(excess), scale * (1 + mpf(draw.log_uniform(-6, 3)))])
        x = x if draw.fmt.smallest < x < draw.fmt.largest else mpf(extreme(draw))
        return dict(scale=scale, alpha=alpha, value=draw.fmt.round(x), probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, scale, alpha, probability=None):
        if quantity == "icdf":
            return ("relative to goal", -mp.log1p(-mpf(probability)) / alpha)
        if value < scale:
            return None
        excess = mp.log(value / scale)
        if quantity == "log_prob":
            return max(abs(mp.log(alpha)), abs(mp.log(value)), alpha * excess)
        if quantity == "log_prob/alpha":
            return max(1 / alpha, excess)
        if quantity.startswith("cdf/") or quantity == "survival_function":
            return ("relative to goal", alpha * excess)


def kl_of_pareto_to_gamma(m, a, c, r):
    return kl_to_gamma(Pareto.entropy(m, a), Pareto.mean(m, a), mp.log(m) + 1 / a, c, r) if a > 1 else INF


def kl_of_pareto_to_normal(m, a, n, t):
    return kl_to_normal(Pareto.entropy(m, a), Pareto.mean(m, a), Pareto.variance(m, a), n, t) if a > 2 else INF


def kl_of_pareto_to_laplace(m, a, n, t):
    if a <= 1:
        return INF
    mean = Pareto.mean(m, a)
    # Above n, the mean distance is n / (a - 1) times the survival function (m / n)^a.
    mean_distance = mean - n if n <= m else n - mean + 2 * n / (a - 1) * mp.exp(a * mp.log(m / n))
    return kl_to_laplace(Pareto.entropy(m, a), mean_distance, t)


class Pareto(Family):
    base = "TransformedDistribution"
    parameters = {"scale": LEAST, "alpha": POSITIVE}
    value = POSITIVE
    attributes = ("heavy tails", "jumps")

    def log_prob(x, m, a):
        return mp.log(a) + a * mp.log(m) - (a + 1) * mp.log(x) if m <= x < mp.inf else -INF

    def cdf(x, m, a):
        return -mp.expm1(-a * mp.log(x / m)) if x > m else mpf(0)

    def survival_function(x, m, a):
        return mp.exp(-a * mp.log(x / m)) if x > m else mpf(1)

    def icdf(p, m, a):
        return m * mp.exp(-mp.log1p(-p) / a) if 0 <= p < 1 else INF if p == 1 else mp.nan

    def mean(m, a):
        return a * m / (a - 1) if a > 1 else INF

    def mode(m, a):
        return m

    def variance(m, a):
        return a * m**2 / ((a - 1) ** 2 * (a - 2)) if a > 2 else INF

    def entropy(m, a):
        return mp.log(m / a) + 1 + 1 / a

    def interval(m, a):
        return [m, 2 * m, mp.inf]

    checked_at = (dict(scale=0.5, alpha=5.5), dict(scale=3, alpha=8))

    kl = {
        "Exponential": lambda m, a, r: kl_of_pareto_to_gamma(m, a, mpf(1), r),
        "Gamma": kl_of_pareto_to_gamma,
        "Laplace": kl_of_pareto_to_laplace,
        "Normal": kl_of_pareto_to_normal,
        "Pareto": lambda m, a, n, b: mp.log(a / b) + b * mp.log(m / n) + b / a - 1 if m >= n else INF,
    }
    kl_infinite = ("Beta", "ContinuousBernoulli", "Uniform")
    kl_points = {
        "Exponential": [(1, 1, 1), (1, 1.5, 1), (1, 1e8, 1)],
        "Gamma": [(1, 1, 2, 1), (1, 1e8, 1e8, 1e8), (1, 1e4, 1e8, 1e8)],
        "Laplace": [(1, 1, 0, 1), (1, 1.5, 1, 1), (1, 2, 3, 0.5), (1, 2, -3, 0.5), (1, 1e4, 1.0001, 1e-4), (1e-20, 1.5, 1, 1), (1, 1.000001, 2, 1e6)],
        "Normal": [(1, 2, 0, 1), (1, 2.5, 0, 1), (1, 1e4, 1, 1e-4)],
        "Pareto": [(1, 2, 1, 2), (2, 3, 1, 3), (1, 2, 1, 3), (1, 1, 2, 1), (1 + 1e-7, 1e8, 1, 1e8), (1e20, 1, 1e-20, 1)],
    }

    kl_wrong_in_python = ("Laplace",)  # it has no rule

    def kl_draw(partner, rng, spread):
        """In most cases with the moments that the divergence needs, or a support within the partner's."""
        m, a = LEAST.draw(rng, spread), POSITIVE.draw(rng, spread)
        least = {"Exponential": 1, "Chi2": 1, "Gamma": 1, "Laplace": 1, "Normal": 2}.get(partner.name(), 0)
        a += least if spread == "bounded" or rng.random() < 0.75 else 0
        others = [kind.draw(rng, spread) for kind in partner.parameters.values()]
        if partner is Pareto and (spread == "bounded" or rng.random() < 0.75):
            others[0] = m * 10 ** rng.uniform(-2, 0)
        return [m, a, *others]

    ordinary = {"scale": [0.08, 0.15, 0.25], "alpha": [2.5, 3, 6]}
    accuracy = [ParetoPoints]
    points = dict(at=[2.5, 4.0, 30.0], edges=[2.0], outside=[0.25, -1.0, NAN])
    cases = [
        Case(scale=1.0, alpha=2.0, at=[1.25, 4.0], edges=[1.0]),
        Case(scale=2, alpha=3),
        Case(scale=[0.5, 1.0, 2.0], alpha=[1.5, 3.0, 2.5]),
        Case(scale=[0.5, 1.0, 2.0], alpha=[1.5, 3.0, 2.5], dtype=f64),
        Case(scale=[[0.5], [2.0]], alpha=[1.0, 4.0]),
        Case(scale=[0.5, 2.0], alpha=2.0, dtype=f64),
        Case(scale=1.5, alpha=[0.5, 8.0]),
        Case(scale=T(0.7, f32), alpha=T(2.3, f32)),
        Case(scale=[0.7], alpha=[2.3]),
        Case(scale=[1.0], alpha=[1e-3], at=[1.5, 1e30], edges=[1.0]),
        Case(scale=[1.0], alpha=[1e6], at=[1.0 + 2**-20, 1.0 + 2**-15], edges=[1.0]),
        Case(scale=[1e-30], alpha=[0.5], at=[1e-29, 1.0, 1e30], edges=[], outside=[0.0]),
        Case(scale=[1e-200], alpha=[0.01], at=[1e-199, 1.0, 1e200], edges=[], outside=[0.0], dtype=f64),
        Case(scale=[1.0], alpha=[3.0], at=[1.0000001, 2.0, 1e12], edges=[1.0], p=[1e-20, 1e-8, 0.5, 0.9999999]),
        Case(scale=[1.0], alpha=[3.0], at=[1.0 + 2**-50, 2.0, 1e100], edges=[1.0], p=[1e-200, 1e-17, 0.5, 0.99999999999999], dtype=f64),
        Case(scale=[0.5], alpha=[3.0], dtype=f16, at=[0.75, 4.0], edges=[0.5]),
        Case(scale=[0.5], alpha=[3.0], dtype=bf16, at=[0.75, 4.0], edges=[0.5]),
    ]
    streams = [
        Case(scale=[0.5, 2.0], alpha=[1.5, 4.0]),
        Case(scale=T(1.0, None), alpha=T(2.0, None)),
    ]
    bad_parameters = [
        Case(scale=1.0, alpha=[2.0, -1.0]),
        Case(scale=0.0, alpha=1.0),
        Case(scale=-1.0, alpha=0.0),
    ]
    bad_values = [
        Case(scale=[2.0], alpha=[1.0], at=[3.0, 1.0]),
    ]
