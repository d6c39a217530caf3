"""Beta(concentration1 a, concentration0 b): p(x) = x^(a-1) (1-x)^(b-1) / B(a, b), 0 <= x <= 1."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, UNIT, hostile_unit_interval
from .framework.family import Family
from .framework.mathematics import INF, betainc, log_beta, xlogy
from .continuous_bernoulli import ContinuousBernoulli
from .gamma import kl_to_gamma
from .laplace import kl_to_laplace
from .normal import kl_to_normal


class BetaPoints(Points):
    quantities = ("log_prob", "mean", "variance", "entropy")
    uses_lgamma = True
    edges = [
        dict(concentration1=a, concentration0=b, value=x)
        for a, b in ((1.0, 1.0), (1.0, 2.0), (2.0, 1.0), (1.0, 1e6), (2.0, 3.0))
        for x in (0.0, 1.0)
    ] + [dict(concentration1=a, concentration0=a, value=0.5) for a in (1e-6, 1.0, 1e8)]

    @staticmethod
    def typical(draw):
        a, b = draw.log_uniform(-0.7, 2), draw.log_uniform(-0.7, 2)
        mean = a / (a + b)
        deviation = (mean * (1 - mean) / (a + b + 1)) ** 0.5
        x = mean + deviation * draw.bell()
        value = draw.fmt.round(x if 0.01 < x < 0.99 else draw.uniform(0.01, 0.99))
        return dict(concentration1=a, concentration0=b, value=value)

    @staticmethod
    def hostile(draw):
        a = draw.log_uniform(-6, 8)
        b = draw.log_uniform(-6, 8) if draw.chance(0.5) else draw.fmt.round(mpf(a) * mpf(draw.log_uniform(-2, 2)))
        mean = mpf(a) / (mpf(a) + b)
        deviation = mp.sqrt(mean * (1 - mean) / (mpf(a) + b + 1))
        x = draw.fmt.round(mean + deviation * 2 * draw.bell()) if draw.chance(0.6) else hostile_unit_interval(draw)
        if not 0 < x < 1:
            x = hostile_unit_interval(draw)
        return dict(concentration1=a, concentration0=b, value=x)

    @staticmethod
    def unit(quantity, value, concentration1, concentration0, **_):
        if value in (0, 1):
            return None
        if quantity == "log_prob/value":
            return max(1 / value, 1 / (1 - value))
        if quantity.startswith("log_prob/"):
            a, x = (concentration1, value) if quantity.endswith("1") else (concentration0, 1 - value)
            if a >= 10:
                return max(abs(mp.log(x)), 1 / a)
            return max(abs(mp.log(x)), abs(mp.digamma(a)), abs(mp.digamma(concentration1 + concentration0)))


def kl_of_beta_to_gamma(a, b, c, r):
    return kl_to_gamma(Beta.entropy(a, b), a / (a + b), mp.digamma(a) - mp.digamma(a + b), c, r)


def kl_beta_laplace(a, b, n, t):
    mean = a / (a + b)
    mass, moment = betainc(a, b, n), mean * betainc(a + 1, b, n)  # below n
    return kl_to_laplace(Beta.entropy(a, b), mean - 2 * moment - n * (1 - 2 * mass), t)


class Beta(Family):
    base = "ExponentialFamily"
    parameters = {"concentration1": POSITIVE, "concentration0": POSITIVE}
    value = UNIT
    attributes = ("implicit gradient",)

    def log_prob(x, a, b):
        return xlogy(a - 1, x) + xlogy(b - 1, 1 - x) - log_beta(a, b) if 0 <= x <= 1 else -INF

    def mean(a, b):
        return a / (a + b)

    def mode(a, b):
        if a > 1 and b > 1:
            return (a - 1) / (a + b - 2)
        rises, falls = a >= 1 >= b and a != b, b >= 1 >= a and a != b
        return mpf(1) if rises else mpf(0) if falls else mp.nan

    def variance(a, b):
        return a * b / ((a + b) ** 2 * (a + b + 1))

    def entropy(a, b):
        digammas = (a - 1) * mp.digamma(a) + (b - 1) * mp.digamma(b) - (a + b - 2) * mp.digamma(a + b)
        return log_beta(a, b) - digammas

    def interval(a, b):
        return [0, a / (a + b), 1]

    kl = {
        "Beta": lambda a, b, c, d: log_beta(c, d) - log_beta(a, b) + (a - c) * mp.digamma(a) + (b - d) * mp.digamma(b)
        + (c - a + d - b) * mp.digamma(a + b),
        "ContinuousBernoulli": lambda a, b, t: ContinuousBernoulli.kl_from(Beta.entropy(a, b), Beta.mean(a, b), t),
        "Gamma": kl_of_beta_to_gamma,
        "Exponential": lambda a, b, r: kl_of_beta_to_gamma(a, b, mpf(1), r),
        "Laplace": kl_beta_laplace,
        "Normal": lambda a, b, m, s: kl_to_normal(Beta.entropy(a, b), Beta.mean(a, b), Beta.variance(a, b), m, s),
        "Uniform": lambda a, b, low, high: mp.log(high - low) - Beta.entropy(a, b) if low <= 0 and high >= 1 else INF,
    }
    kl_infinite = ("Pareto",)
    kl_points = {
        "Beta": [(1e8, 1e8, 1e8 + 1e3, 1e8), (1, 1, 1, 1 + 1e-9), (1e8, 1e-3, 1.00001e8, 1e-3), (1e-6, 1e8, 1e8, 1e-6), (1e8, 1, 1, 1e8)],
        "Gamma": [(2, 1e4, 2, 1e4), (1e3, 1e6, 1e3, 1e6), (1e8, 1e-6, 1, 1), (1, 1e8, 1e8, 1)],
        ("concentration0", "probs"): [(1, 1, 0.5), (1, 1, 0.4999), (2, 3, 0), (1e4, 1, 1 - 1e-12), (1, 1e8, 1e-30)],
        ("concentration0", "logits"): [(1, 1, 0), (1, 1, 1e-3), (1, 1e4, -1e4), (1e4, 1, 1e4), (1e-6, 1e8, -700)],
        "Exponential": [(1, 1e4, 1e4), (1, 1e6, 1e6), (1e8, 1, 1)],
        "Laplace": [(2, 3, 0, 1), (2, 3, 1, 1), (2, 3, -0.5, 1), (2, 3, 1.5, 1), (2, 3, 0.4, 1), (0.5, 0.5, 0.5, 1), (1, 1, 0.25, 1),
                    (1e6, 1e6, 0.5, 1e-4), (1e6, 1e4, 0.990099, 1e-4), (1e6, 1e4, 0.98, 1e-4), (1e8, 1, 1 - 1e-8, 1e-8), (1e-3, 2, 1e-6, 1),
                    (1e-6, 1e-6, 0.5, 0.1), (3, 2, 1e-20, 1), (1e4, 3, 1e-4, 1)],
        "Normal": [(1e4, 1e4, 0.5, 0.0035353), (1e6, 1e4, 0.990099, 0.0000985)],
        "Uniform": [(2, 3, 0, 1), (1, 1, 0, 1), (1, 1 + 1e-7, 0, 1), (2, 3, 0.5, 2), (2, 3, -1, 0.5)],
    }

    kl_wrong_in_python = ("Laplace",)  # it has no rule

    def kl_draw(partner, rng, spread):
        own = [POSITIVE.draw(rng, spread), POSITIVE.draw(rng, spread)]
        if partner.name() == "Laplace" and rng.random() < 0.7:  # a location inside of the support
            a, b = own
            return [a, b, rng.choice([a / (a + b), rng.random()]), partner.parameters["scale"].draw(rng, spread)]
        if partner.name() == "Uniform":  # an interval around the support
            return [*own, -rng.uniform(0, 2), 1 + rng.uniform(0, 2)]
        return [*own, *[kind.draw(rng, spread) for kind in partner.parameters.values()]]

    ordinary = {"concentration1": [0.5, 3, 14], "concentration0": [0.7, 1.5, 3]}
    accuracy = [BetaPoints]
    points = dict(at=[1e-3, 0.25, 0.5, 0.99], edges=[0.0, 1.0], outside=[-0.5, 1.5, NAN])
    cases = [
        Case(concentration1=2.0, concentration0=3.0),
        Case(concentration1=1, concentration0=1, at=[0.25, 0.5]),
        Case(concentration1=[0.5, 1.0, 4.0], concentration0=[2.0, 1.0, 0.5]),
        Case(concentration1=[0.5, 1.0, 4.0], concentration0=[2.0, 1.0, 0.5], dtype=f64),
        Case(concentration1=[[0.5], [4.0]], concentration0=[2.0, 1.5]),
        Case(concentration1=[0.5, 4.0], concentration0=2.5, dtype=f64),
        Case(concentration1=0.75, concentration0=[2.5, 0.5]),
        Case(concentration1=T(2.0, f32), concentration0=T(5.0, f32)),
        Case(concentration1=[1.0], concentration0=[1.0], at=[0.0, 0.5, 1.0]),
        Case(concentration1=[0.5, 0.5, 0.9, 3.0], concentration0=[0.5, 1.0, 2.0, 0.2]),
        Case(concentration1=[1e-3, 1e-6], concentration0=[1e-3, 2.0], at=[1e-30, 0.25]),
        Case(concentration1=[1e8, 5.0], concentration0=[1e8, 1e5], at=[0.5, 4e-5, 0.50002]),
        Case(concentration1=[1e8, 5.0], concentration0=[1e8, 1e5], at=[0.5, 4e-5, 0.50002], dtype=f64),
        Case(concentration1=[2.0], concentration0=[3.0], dtype=f16, at=[0.25, 0.5]),
        Case(concentration1=[2.0], concentration0=[3.0], dtype=bf16, at=[0.25, 0.5]),
    ]
    streams = [
        Case(concentration1=[2.0, 0.5], concentration0=[3.0, 1.5]),
        Case(concentration1=T(2.0, None), concentration0=T(5.0, None)),
    ]
    bad_parameters = [
        Case(concentration1=0.0, concentration0=1.0),
    ]
    bad_values = [
        Case(concentration1=1.0, concentration0=2.0, at=[1.5]),
    ]
