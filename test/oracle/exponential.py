"""Exponential(rate): p(x) = rate exp(-rate x), x >= 0."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, RATE, extreme, probability
from .framework.family import Family
from .gamma import kl_gamma_gamma, kl_gamma_gumbel
from .laplace import kl_to_laplace
from .normal import kl_to_normal


class ExponentialPoints(Points):
    edges = [dict(rate=1.0, value=1e-8, probability=1e-8)] + [
        dict(rate=r, value=x, probability=0.5)
        for r, x in ((1.0, -1.0), (1.0, 100.0), (1.0, 800.0), (1.0, 1e20), (1e-30, 1e-30), (2e-20, 1e25))
    ]
    cdf_gradients = ("value", "rate")

    @staticmethod
    def typical(draw):
        rate = draw.log_uniform(-1, 1)
        return dict(rate=rate, value=draw.fmt.round(draw.log_uniform(-2, 0.7) / rate), probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        rate = draw.log_uniform(-6, 8)
        x = draw.choice(
            [
                0.0,
                extreme(draw),
                draw.fmt.round(draw.log_uniform(-30, 3) / rate),
                draw.fmt.round(draw.log_uniform(-6, 2.5) / rate),
            ]
        )
        return dict(rate=rate, value=x, probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, rate, **_):
        if quantity == "log_prob":
            return max(abs(mp.log(rate)), rate * value)
        if quantity == "entropy":
            return abs(mp.log(rate))
        if quantity == "log_prob/rate":
            return max(1 / rate, value)
        if quantity.startswith("cdf/") or quantity == "survival_function":  # exp(-rate value)
            return ("relative to goal", rate * value)


class Exponential(Family):
    base = "ExponentialFamily"
    parameters = {"rate": RATE}
    value = POSITIVE

    def log_prob(x, r):
        return mp.log(r) - r * x if x >= 0 else -mp.inf

    def cdf(x, r):
        return -mp.expm1(-r * x) if x > 0 else mpf(0)

    def survival_function(x, r):
        return mp.exp(-r * x) if x > 0 else mpf(1)

    def icdf(p, r):
        return -mp.log1p(-p) / r if 0 <= p < 1 else mp.inf if p == 1 else mp.nan

    def mean(r):
        return 1 / r

    def mode(r):
        return mpf(0)

    def variance(r):
        return 1 / r**2

    def entropy(r):
        return 1 - mp.log(r)

    def interval(r):
        return [0, 1 / r, mp.inf]

    kl = {
        "Exponential": lambda r, s: mp.log(r / s) + s / r - 1,
        "Gamma": lambda r, c, s: kl_gamma_gamma(mpf(1), r, c, s),
        "Gumbel": lambda r, n, t: kl_gamma_gumbel(mpf(1), r, n, t),
        "Laplace": lambda r, n, t: kl_to_laplace(1 - mp.log(r), abs(n - 1 / r) if n <= 0 else n - 1 / r + 2 * mp.exp(-r * n) / r, t),
        "Normal": lambda r, m, s: kl_to_normal(1 - mp.log(r), 1 / r, 1 / r**2, m, s),
    }
    kl_infinite = ("Beta", "ContinuousBernoulli", "Pareto", "Uniform")
    kl_points = {"Laplace": [(1, 0, 1), (1, 0.6931471805599453, 1), (2, -1, 3), (1e20, 1e-20, 1e-20), (1e-15, 3, 1), (1, 1000, 1), (1e160, 1e160, 1e160)]}
    kl_wrong_in_python = ("Laplace",)  # it has no rule

    ordinary = {"rate": [0.5, 1.5, 4]}
    accuracy = [ExponentialPoints]
    points = dict(at=[1e-8, 0.5, 1.0, 7.0], edges=[0.0], outside=[-1.0, NAN])
    cases = [
        Case(rate=1.0),
        Case(rate=3),
        Case(rate=[0.5, 1.0, 4.0]),
        Case(rate=[0.5, 1.0, 4.0], dtype=f64),
        Case(rate=[[0.5, 1.0], [4.0, 0.1]]),
        Case(rate=[[0.5, 1.0], [4.0, 0.1]], dtype=f64),
        Case(rate=T(2.5, f32)),
        Case(rate=[2.5]),
        Case(rate=[1e-30, 1e30], at=[1e-30, 1.0, 1e30]),
        Case(rate=[1e-200, 1e200], at=[1e-200, 1.0, 1e100], dtype=f64),
        Case(rate=[1.0], at=[1e-20, 1e-8, 1.0, 80.0], p=[1e-20, 1e-8, 0.5, 0.9999999]),
        Case(rate=[1.0], at=[1e-200, 1e-17, 1.0, 700.0], p=[1e-200, 1e-17, 0.5, 0.99999999999999], dtype=f64),
        Case(rate=[0.5, 2.0], dtype=f16, at=[0.5, 1.0]),
        Case(rate=[0.5, 2.0], dtype=bf16, at=[0.5, 1.0]),
        Case(rate=[1e-200, 1e200], at=[1e-200, 1e3], dtype=f64),
        Case(rate=[1.0], at=[1e-20, 800.0, 1e10], dtype=f64),
    ]
    streams = [
        Case(rate=[0.5, 4.0]),
        Case(rate=T(1.0, None)),
    ]
    bad_parameters = [
        Case(rate=[1.0, -2.0]),
        Case(rate=0.0),
    ]
    bad_values = [
        Case(rate=2.0, at=[-1.0]),
    ]
