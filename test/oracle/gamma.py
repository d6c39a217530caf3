"""Gamma(concentration a, rate r): p(x) = r^a x^(a-1) exp(-r x) / Gamma(a), x >= 0."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, RATE, extreme, tail_z
from .framework.family import Family
from .framework.mathematics import gammainc, gammaincc, xlogy
from .gumbel import kl_to_gumbel
from .laplace import kl_to_laplace
from .normal import kl_to_normal


def kl_to_gamma(entropy, mean, mean_log, c, r):
    """E log p is minus the entropy; E log q needs the means of x and log x."""
    return -entropy - c * mp.log(r) + mp.loggamma(c) - (c - 1) * mean_log + r * mean


def kl_gamma_gamma(a, r, c, s):
    return ((a - c) * mp.digamma(a) - mp.loggamma(a) + mp.loggamma(c) + c * mp.log(r / s) + a * (s - r) / r)


def kl_gamma_normal(a, r, m, s):
    return kl_to_normal(Gamma.entropy(a, r), a / r, a / r**2, m, s)


def kl_gamma_gumbel(a, r, n, t):
    return kl_to_gumbel(Gamma.entropy(a, r), a / r, (1 + 1 / (r * t)) ** -a, n, t)


def kl_gamma_laplace(a, r, n, t):
    mean, x = a / r, r * n
    mass, moment = gammainc(a, x), mean * gammainc(a + 1, x)  # below n
    return kl_to_laplace(Gamma.entropy(a, r), mean - 2 * moment - n * (1 - 2 * mass), t)


class GammaPoints(Points):
    uses_lgamma = True
    quantities = ("log_prob", "cdf", "mean", "variance", "entropy")
    cdf_gradients = ("value", "concentration", "rate")
    edges = [dict(concentration=a, rate=2.0, value=0.0) for a in (0.5, 1.0, 1.5, 2.0, 1e6)] + [
        dict(concentration=a, rate=1.0, value=x)
        for a, x in ((1e8, 99990000.0), (1e8, 1e8), (1e-6, 1e-6), (0.5, 1e4), (20.0, 1e-5), (1e4, 1e5), (1e4, 1e3), (1e6, 1.2e6), (1e6, 8e5))
    ]

    @classmethod
    def parameters(cls, draw, concentration, rate):
        return dict(concentration=concentration, rate=rate)

    @classmethod
    def value(cls, draw, a, r, hostile):
        a, r = mpf(a), mpf(r)
        deviation = mp.sqrt(a)
        if not hostile:
            return max(a + deviation * draw.bell(), a * draw.uniform(0.05, 0.5)) / r
        bulk = max(a + deviation * mpf(tail_z(draw, 9, 5)), a * mpf(draw.log_uniform(-3, -0.1))) / r
        return draw.choice([bulk, bulk, a / r * mpf(draw.log_uniform(-8, 2)), extreme(draw), a / r])

    @classmethod
    def point(cls, draw, concentration, rate, hostile):
        x = cls.value(draw, concentration, rate, hostile)
        x = draw.fmt.round(min(max(x, draw.fmt.smallest), draw.fmt.largest))
        return dict(**cls.parameters(draw, concentration, rate), value=x)

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, draw.log_uniform(-0.7, 2), draw.log_uniform(-1, 1), False)

    @classmethod
    def hostile(cls, draw):
        return cls.point(draw, draw.log_uniform(-6, 8), draw.log_uniform(-6, 8), True)

    @classmethod
    def unit(cls, quantity, value, **parameters):
        a, r = cls.family.canonical(**parameters)
        if value == 0:
            return None
        if quantity == "log_prob/value":
            return 1 / value
        if quantity in ("log_prob/concentration", "log_prob/df"):
            if a < 10:
                return max(abs(mp.log(value)), abs(mp.log(r)), abs(mp.digamma(a)))
            return max(abs(mp.log(value * r / a)), 1 / a)
        if quantity in ("cdf", "survival_function"):
            exact = getattr(Gamma, quantity)(value, a, r)
            return ("relative to goal", -2 * mp.log(exact)) if exact else None


class Gamma(Family):
    base = "ExponentialFamily"
    parameters = {"concentration": POSITIVE, "rate": RATE}
    value = POSITIVE
    attributes = ("implicit gradient",)

    def log_prob(x, a, r):
        return a * mp.log(r) - mp.loggamma(a) + xlogy(a - 1, x) - r * x if x >= 0 else -mp.inf

    def cdf(x, a, r):
        return gammainc(a, r * x) if mp.isfinite(x) else mpf(1)

    def survival_function(x, a, r):
        return gammaincc(a, r * x)

    def mean(a, r):
        return a / r

    def mode(a, r):
        return max(a - 1, mpf(0)) / r

    def variance(a, r):
        return a / r**2

    def entropy(a, r):
        return a - mp.log(r) + mp.loggamma(a) + (1 - a) * mp.digamma(a)

    def interval(a, r):
        return [0, a / r, mp.inf]

    kl = {
        "Gamma": kl_gamma_gamma,
        "Exponential": lambda a, r, s: kl_gamma_gamma(a, r, mpf(1), s),
        "Gumbel": kl_gamma_gumbel,
        "Laplace": kl_gamma_laplace,
        "Normal": kl_gamma_normal,
    }
    kl_infinite = ("Beta", "ContinuousBernoulli", "Pareto", "Uniform")
    kl_points = {
        "Gamma": [(1e8, 1, 1.001e8, 1), (1e8, 1, 1.001e8, 1.001), (1e-6, 1, 1e8, 1), (1e8, 1, 1e-6, 1)],
        "Gumbel": [(1e6, 1, 1e6, 1e3), (1e8, 1, 1e8, 1e4), (0.5, 1, 10, 1)],
        "Laplace": [(1, 1, 0, 1), (2, 1, -3, 1), (2, 1, 2, 1), (1e6, 1, 1e6, 1e3), (1e6, 1, 1000500, 1e3), (0.5, 1, 10, 1), (1e-3, 1, 1e-6, 1),
                    (3, 2, 1e-20, 1), (3, 2, 1e4, 1)],
        "Normal": [(1e6, 1, 1e6, 1e3), (1e8, 1, 1e8, 1e4)],
    }
    kl_wrong_in_python = ("Laplace",)  # it has no rule

    ordinary = {"concentration": [0.5, 3, 14], "rate": [0.5, 1, 3]}
    accuracy = [GammaPoints]
    points = dict(at=[1e-3, 0.5, 1.0, 4.0, 30.0], edges=[0.0], outside=[-1.0, NAN])
    cases = [
        Case(concentration=1.0, rate=1.0),
        Case(concentration=2, rate=0.5),
        Case(concentration=[0.5, 1.0, 4.0], rate=[1.0, 2.0, 0.5]),
        Case(concentration=[0.5, 1.0, 4.0], rate=[1.0, 2.0, 0.5], dtype=f64),
        Case(concentration=[[0.5], [4.0]], rate=[1.0, 2.0, 0.5]),
        Case(concentration=[0.5, 4.0], rate=1.0, dtype=f64),
        Case(concentration=1.5, rate=[1.0, 20.0]),
        Case(concentration=T(3.5, f32), rate=T(2.0, f32)),
        Case(concentration=[1.0], rate=[2.0], at=[0.0, 1.0]),
        Case(concentration=[1e-6, 1e-3], rate=[1.0, 1e-3], at=[1e-30, 1e-3, 1.0]),
        Case(concentration=[1e-6, 1e-3], rate=[1.0, 1e3], at=[1e-200, 1e-3, 1.0], dtype=f64),
        Case(concentration=[1e4], rate=[1.0], at=[9900.0, 10000.0, 10300.0]),
        Case(concentration=[1e4], rate=[1.0], at=[9900.0, 10000.0, 10300.0], dtype=f64),
        Case(concentration=[1e8], rate=[1.0], at=[99990000.0, 100000000.0], edges=[]),
        Case(concentration=[0.5, 2.0], rate=[1.0, 2.0], dtype=f16, at=[0.5, 1.0, 4.0]),
        Case(concentration=[0.5, 2.0], rate=[1.0, 2.0], dtype=bf16, at=[0.5, 1.0, 4.0]),
        Case(concentration=[0.5, 40.0, 1e4], rate=[1.0, 2.0, 0.5], at=[1e-6, 800.0, 1e5], dtype=f64),
        Case(concentration=[0.5, 2.0], rate=[1e-150, 1e150], at=[1e-200, 1e3], dtype=f64),
    ]
    streams = [
        Case(concentration=[0.5, 4.0, 1.0], rate=[1.0, 0.5, 3.0]),
        Case(concentration=T(2.5, None), rate=T(1.0, None)),
    ]
    bad_parameters = [
        Case(concentration=[-1.0], rate=[1.0]),
        Case(concentration=1.0, rate=0.0),
    ]
    bad_values = [
        Case(concentration=[1.0], rate=[1.0], at=[1.0, -1.0]),
    ]
