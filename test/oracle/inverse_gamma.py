"""InverseGamma(concentration a, rate r): 1 / X for X ~ Gamma(a, r), so p(y) = r^a y^(-a - 1) exp(-r / y) / Gamma(a), y > 0."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, RATE
from .framework.family import Family
from .framework.mathematics import gammainc, gammaincc
from .gamma import GammaPoints, kl_gamma_gamma


class InverseGammaPoints(Points):
    uses_lgamma = True
    cdf_gradients = ("value", "concentration", "rate")
    edges = [
        dict(concentration=a, rate=r, value=y)
        for a, r, y in ((1e8, 99990000.0, 1.0), (1e8, 1e8, 1.0), (1e-6, 1e-6, 1.0), (0.5, 1.0, 1e-4), (20.0, 1.0, 1e5), (1e4, 1.0, 1e-5),
                        (1e4, 1.0, 1e-3), (1e6, 1e-6, 1e-12), (0.5, 1e-30, 1e30), (2.0, 1e-25, 1e25))
    ]

    @staticmethod
    def point(draw, concentration, rate, hostile):
        y = rate / max(GammaPoints.value(draw, concentration, 1.0, hostile), mpf(draw.fmt.smallest))
        y = draw.fmt.round(min(max(y, draw.fmt.smallest), draw.fmt.largest))
        return dict(concentration=concentration, rate=rate, value=y)

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, draw.log_uniform(-0.7, 2), draw.log_uniform(-1, 1), False)

    @classmethod
    def hostile(cls, draw):
        return cls.point(draw, draw.log_uniform(-6, 8), draw.log_uniform(-6, 8), True)

    @staticmethod
    def unit(quantity, value, concentration, rate):
        a, m = concentration, rate / value
        if quantity == "log_prob/value":
            return 1 / value
        if quantity == "log_prob/concentration":
            if a < 10:
                return max(abs(mp.log(value)), abs(mp.log(rate)), abs(mp.digamma(a)))
            return max(abs(mp.log(m / a)), 1 / a)
        if quantity in ("cdf", "survival_function"):
            exact = getattr(InverseGamma, quantity)(value, a, rate)
            return ("relative to goal", -2 * mp.log(exact)) if exact else None
        if quantity == "entropy":
            return abs(mp.log(rate))


class InverseGamma(Family):
    base = "TransformedDistribution"
    parameters = {"concentration": POSITIVE, "rate": RATE}
    value = POSITIVE
    attributes = ("heavy tails", "implicit gradient")
    checked_at = [dict(concentration=5, rate=2), dict(concentration=9.5, rate=0.5)]

    def log_prob(y, a, r):
        return a * mp.log(r) - mp.loggamma(a) - (a + 1) * mp.log(y) - r / y if 0 < y < mp.inf else -mp.inf

    def cdf(y, a, r):
        return gammaincc(a, r / y) if 0 < y < mp.inf else mpf(y > 0)

    def survival_function(y, a, r):
        return gammainc(a, r / y) if 0 < y < mp.inf else mpf(y <= 0)

    def mean(a, r):
        return r / (a - 1) if a > 1 else mp.inf

    def mode(a, r):
        return r / (a + 1)

    def variance(a, r):
        return r**2 / ((a - 1) ** 2 * (a - 2)) if a > 2 else mp.inf

    def entropy(a, r):
        return a + mp.log(r) + mp.loggamma(a) - (1 + a) * mp.digamma(a)

    def interval(a, r):
        return [0, r / (a + 1), mp.inf]

    kl = {"InverseGamma": kl_gamma_gamma}

    ordinary = {"concentration": [0.5, 3, 14], "rate": [0.5, 1, 3]}
    accuracy = [InverseGammaPoints]
    points = dict(at=[0.03, 0.25, 1.0, 4.0, 1e3], edges=[], outside=[0.0, -1.0, NAN])
    cases = [
        Case(concentration=1.0, rate=1.0),
        Case(concentration=2, rate=0.5),
        Case(concentration=[0.5, 1.0, 4.0], rate=[1.0, 2.0, 0.5]),
        Case(concentration=[0.5, 1.0, 4.0], rate=[1.0, 2.0, 0.5], dtype=f64),
        Case(concentration=[[0.5], [4.0]], rate=[1.0, 2.0, 0.5]),
        Case(concentration=[0.5, 4.0], rate=1.0, dtype=f64),
        Case(concentration=2.5, rate=[1.0, 20.0]),
        Case(concentration=T(3.5, f32), rate=T(2.0, f32)),
        Case(concentration=[1e-6, 1e-3], rate=[1.0, 1e-3], at=[1e-3, 1.0, 1e30]),
        Case(concentration=[1e-6, 1e-3], rate=[1.0, 1e3], at=[1e-3, 1.0, 1e200], dtype=f64),
        Case(concentration=[1e4], rate=[1e4], at=[0.97, 1.0, 1.02]),
        Case(concentration=[1e4], rate=[1e4], at=[0.97, 1.0, 1.02], dtype=f64),
        Case(concentration=[1e8], rate=[1e8], at=[0.9999, 1.0]),
        Case(concentration=[2.5, 4.0], rate=[1.0, 2.0], dtype=f16, at=[0.25, 0.5, 1.0]),
        Case(concentration=[2.5, 4.0], rate=[1.0, 2.0], dtype=bf16, at=[0.25, 0.5, 1.0]),
        Case(concentration=[0.5, 40.0, 1e4], rate=[1.0, 2.0, 0.5], at=[1e-5, 1.25e-3, 1e6], dtype=f64),
        Case(concentration=[0.5, 2.5], rate=[1e-200, 1e200], at=[1e-3, 1e200], dtype=f64),
        Case(concentration=[3.0], rate=[1e155], at=[1e155], dtype=f64),
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
