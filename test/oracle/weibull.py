"""Weibull(scale s, concentration k): p(x) = k/s (x/s)^(k-1) exp(-(x/s)^k), x > 0."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, SCALE, extreme, probability
from .framework.family import Family
from .framework.mathematics import INF
from .gamma import kl_to_gamma


FAR = mpf(10) ** 5  # the logarithm of a survival function that is 0 in every format


class WeibullPoints(Points):
    cdf_gradients = ("value", "scale", "concentration")
    edges = [
        dict(scale=s, concentration=k, value=x, probability=p)
        for s, k, x, p in (
            (1.0, 10.0, 1e-5, 1e-8), (1.0, 1.0, 1e-30, 1e-20), (2.0, 1.0, 1e-8, 0.5), (1.0, 0.5, 1e-30, 0.5), (1.0, 0.5, 1e4, 1 - 6e-8),
            (1.0, 1e8, 1.0000001, 0.5), (1e-30, 2.0, 1e30, 0.5), (1.0, 0.1, -1.0, 0.5), (3.0, 1e6, 3.0, 0.5),
        )
    ]

    @staticmethod
    def typical(draw):
        scale, concentration = draw.log_uniform(-1, 1), draw.log_uniform(-0.3, 1)
        value = draw.fmt.round(scale * mpf(draw.log_uniform(-2, 0.7)) ** (1 / mpf(concentration)))
        return dict(scale=scale, concentration=concentration, value=value, probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        scale = extreme(draw) if draw.chance(0.1) else draw.log_uniform(-6, 8)
        concentration = draw.log_uniform(-6, 8) if draw.chance(0.5) else draw.log_uniform(-1, 2)
        lowest = -690 if draw.fmt.is_double else -85
        x = draw.choice(
            [
                mpf(extreme(draw)),
                scale * mp.exp(draw.uniform(lowest, 6.5) / mpf(concentration)),
                scale * mp.exp(draw.uniform(-3, 4) / mpf(concentration)),
                scale * (1 + draw.sign() * mpf(draw.log_uniform(-6, -0.1))),
            ]
        )
        x = x if draw.fmt.smallest < x < draw.fmt.largest else mpf(extreme(draw))
        return dict(scale=scale, concentration=concentration, value=draw.fmt.round(x), probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, scale, concentration, probability=None):
        s, k = scale, concentration
        if quantity == "mean":
            return ("relative to goal", abs(mp.loggamma(1 + 1 / k)))
        if quantity == "variance":
            return ("relative to goal", abs(mp.loggamma(1 + 2 / k)))
        if quantity == "icdf":
            return ("relative to goal", abs(mp.log(-mp.log1p(-mpf(probability)))) / k)
        if value <= 0:
            return None
        logarithm = mp.log(value / s)
        y = k * logarithm  # it is rounded before its exponential t
        size = max(1, abs(y))
        t = mp.exp(min(y, mpf(10) ** 4)) * size
        if quantity == "log_prob":
            return max(abs(mp.log(k)), abs(mp.log(s)), abs((k - 1) * logarithm), t)
        if quantity == "log_prob/value":
            return max(abs(k - 1), k * t) / value
        if quantity == "log_prob/scale":
            return k * max(1, t) / s
        if quantity == "log_prob/concentration":
            return max(1 / k, abs(logarithm), t * abs(logarithm))
        if quantity == "log_survival_function":
            return t
        if quantity == "cdf":
            return ("relative to goal", size)
        if quantity == "survival_function" or "/" in quantity:
            return ("relative to goal", max(size, t))


class Weibull(Family):
    base = "TransformedDistribution"
    parameters = {"scale": SCALE, "concentration": POSITIVE}
    value = POSITIVE

    def log_prob(x, s, k):
        if not 0 < x < mp.inf:
            return -INF
        return mp.log(k / s) + (k - 1) * mp.log(x / s) - mp.exp(k * mp.log(x / s))

    def log_survival_function(x, s, k):
        return -mp.exp(k * mp.log(x / s)) if x > 0 else mpf(0)

    def cdf(x, s, k):
        return -mp.expm1(max(Weibull.log_survival_function(x, s, k), -FAR))

    def survival_function(x, s, k):
        return mp.exp(max(Weibull.log_survival_function(x, s, k), -FAR))

    def icdf(p, s, k):
        if not 0 < p < 1:
            return mpf(0) if p == 0 else INF if p == 1 else mp.nan
        return s * mp.exp(mp.log(-mp.log1p(-p)) / k)

    def mean(s, k):
        return s * mp.gamma(1 + 1 / k)

    def mode(s, k):
        return s * (1 - 1 / k) ** (1 / k) if k > 1 else mpf(0)

    def variance(s, k):
        with mp.workdps(mp.dps + 40):  # the difference cancels
            return s**2 * (mp.gamma(1 + 2 / k) - mp.gamma(1 + 1 / k) ** 2)

    def entropy(s, k):
        return mp.euler * (1 - 1 / k) + mp.log(s / k) + 1

    def interval(s, k):
        return [0, s, mp.inf]

    def kl_of_weibull_to_gamma(s, k, c, r):
        return kl_to_gamma(Weibull.entropy(s, k), Weibull.mean(s, k), mp.log(s) - mp.euler / k, c, r)

    kl = {
        "Exponential": lambda s, k, r: Weibull.kl_of_weibull_to_gamma(s, k, mpf(1), r),
        "Gamma": kl_of_weibull_to_gamma,
        "Weibull": lambda s, k, t, j: mp.log(k / j) + (k - j) * (mp.log(s) - mp.euler / k) + j * mp.log(t) - k * mp.log(s)
        + mp.exp(j * mp.log(s / t)) * mp.gamma(1 + j / k) - 1,
    }
    kl_wrong_in_python = ("Chi2", "Exponential", "Gamma", "Weibull")  # it has no rules
    kl_points = {
        "Exponential": [(1, 1, 1), (2, 1, 0.5), (1, 1e8, 1), (1, 0.01, 1)],
        "Gamma": [(1, 1, 1, 1), (1, 1e4, 1e8, 1e8), (1, 1e8, 2, 3), (1, 0.01, 1, 1), (1e20, 2, 0.5, 1e-20)],
        "Weibull": [(1, 2, 1, 2), (1, 1, 2, 1), (1, 1e8, 1, 1e8), (1, 1e8, 1 + 1e-7, 1e8), (1e20, 1, 1e-20, 1), (1, 0.1, 1, 10)],
    }

    ordinary = {"scale": [0.5, 1, 3], "concentration": [0.7, 1.5, 4]}
    accuracy = [WeibullPoints]
    points = dict(at=[1e-3, 0.5, 1.0, 4.0], edges=[], outside=[0.0, -1.0, NAN])
    cases = [
        Case(scale=1.0, concentration=1.0),
        Case(scale=2, concentration=3),
        Case(scale=[0.5, 1.0, 4.0], concentration=[0.8, 2.0, 1.5]),
        Case(scale=[0.5, 1.0, 4.0], concentration=[0.8, 2.0, 1.5], dtype=f64),
        Case(scale=[[0.5], [4.0]], concentration=[1.0, 2.5]),
        Case(scale=[0.5, 4.0], concentration=2.0, dtype=f64),
        Case(scale=1.5, concentration=[0.6, 10.0]),
        Case(scale=T(0.7, f32), concentration=T(1.3, f32)),
        Case(scale=[0.7], concentration=[1.3]),
        Case(scale=[1.0], concentration=[10.0], at=[1e-5, 0.5, 1.25]),
        Case(scale=[1.0], concentration=[0.01], at=[1e-30, 1.0, 1e30]),
        Case(scale=[1e-30, 1e30], concentration=[0.5, 0.5], at=[1e-30, 1.0, 1e30]),
        Case(scale=[1e-200, 1e200], concentration=[0.25, 0.5], at=[1e-200, 1.0, 1e200], dtype=f64),
        Case(scale=[1.0], concentration=[1e6], at=[0.99999, 1.0, 1.000001]),
        Case(scale=[1.0], concentration=[1.5], at=[1e-20, 1e-8, 1.0, 20.0], p=[1e-20, 1e-8, 0.5, 0.9999999]),
        Case(scale=[1.0], concentration=[1.5], at=[1e-200, 1e-17, 1.0, 70.0], p=[1e-200, 1e-17, 0.5, 0.99999999999999], dtype=f64),
        Case(scale=[1.0], concentration=[2.0], at=[1e-20, 30.0, 1e10], dtype=f64),
        Case(scale=[0.5, 2.0], concentration=[1.0, 3.0], dtype=f16, at=[0.5, 1.0]),
        Case(scale=[0.5, 2.0], concentration=[1.0, 3.0], dtype=bf16, at=[0.5, 1.0]),
    ]
    streams = [
        Case(scale=[0.5, 2.0], concentration=[0.75, 4.0]),
        Case(scale=T(1.0, None), concentration=T(2.0, None)),
    ]
    bad_parameters = [
        Case(scale=-1.0, concentration=1.0),
        Case(scale=1.0, concentration=[1.0, 0.0]),
    ]
    bad_values = [
        Case(scale=[1.0], concentration=[2.0], at=[0.5, -1.0]),
        Case(scale=[1.0], concentration=[2.0], at=[0.0]),
    ]
