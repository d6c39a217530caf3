"""Kumaraswamy(concentration1 a, concentration0 b): p(x) = a b x^(a-1) (1-x^a)^(b-1), 0 <= x <= 1."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, UNIT, hostile_unit_interval, probability
from .framework.family import Family
from .framework.mathematics import INF, xlogy


def log_binomial(u, b):
    return mp.loggamma(1 + u + b) - mp.loggamma(1 + u) - mp.loggamma(1 + b)


class KumaraswamyPoints(Points):
    cdf_gradients = ("value", "concentration1", "concentration0")
    edges = [
        dict(concentration1=a, concentration0=b, value=x, probability=p)
        for a, b, x, p in (
            (2.0, 2.0, 1e-4, 1e-8), (2.0, 2.0, 1e-10, 1e-20), (2.0, 3.0, 1e-30, 0.5), (1.0, 1.0, 0.0, 0.25), (1.0, 2.0, 0.0, 0.0),
            (2.0, 1.0, 1.0, 1.0), (1.0, 1.0, 1.0, 0.5), (2.0, 3.0, 1 - 6e-8, 1 - 6e-8), (0.2, 0.2, 1 - 6e-8, 0.9), (1e-6, 1e-6, 0.5, 0.5),
            (1e8, 1e8, 0.9999998, 0.5), (3.0, 5.0, -0.5, 0.5), (3.0, 5.0, 1.5, 0.5),
        )
    ]

    @staticmethod
    def typical(draw):
        a, b = draw.log_uniform(-0.5, 1), draw.log_uniform(-0.5, 1)
        return dict(concentration1=a, concentration0=b, value=draw.uniform(0.01, 0.99), probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        a = draw.log_uniform(-6, 8)
        b = draw.log_uniform(-6, 8)
        p = probability(draw, True)
        x = draw.fmt.round(Kumaraswamy.icdf(mpf(draw.uniform(0.001, 0.999)), mpf(a), mpf(b))) if draw.chance(0.6) else 0.0
        if not draw.fmt.smallest < x < 1:
            x = hostile_unit_interval(draw)
        far = (690 if draw.fmt.is_double else 80) / mpf(a)  # beyond, the cdf underflows
        if -mp.log(x) > far:
            x = draw.fmt.round(mp.exp(-far * draw.uniform()))
        if x < 1 and -mpf(b) * Kumaraswamy.log_rest(mpf(x), mpf(a)) > 690:  # as the survival function
            x = draw.fmt.round(Kumaraswamy.icdf(mpf(draw.uniform(0.001, 0.999)), mpf(a), mpf(b)))
        return dict(concentration1=a, concentration0=b, value=x if 0 < x < 1 else 0.5, probability=p)

    @staticmethod
    def unit(quantity, value, concentration1, concentration0, probability=None):
        a, b = concentration1, concentration0
        if quantity in ("mean", "variance"):  # the exponent, and the rounding of n / a in it
            n = 1 if quantity == "mean" else 2
            slope = n / a * (mp.digamma(1 + n / a + b) - mp.digamma(1 + n / a))
            return ("relative to goal", log_binomial(n / a, b) + slope)
        if quantity == "entropy":
            return max(abs(mp.log(a)), abs(mp.log(b)))
        if quantity == "icdf":
            v = mp.log1p(-mpf(probability)) / b  # log(1 - x^a); its rounding, and that of log x
            log_x = log1mexp(v) / a
            return ("relative to goal", max(abs(log_x), abs(v / mp.expm1(-v)) / a))
        if not 0 < value < 1:
            return None
        x, log_x = value, mp.log(value)
        w = log1mexp(a * log_x)
        slope = 1 / mp.expm1(-a * log_x)  # -dw / d(a log x)
        size = max(abs(w), abs(a * log_x) * slope)  # w, and the rounding of a log x in it
        if quantity == "log_prob":
            return max(abs(mp.log(a)), abs(mp.log(b)), abs((a - 1) * log_x), abs(b - 1) * size)
        if quantity == "log_prob/value":
            return max(abs(a - 1), abs(b - 1) * a * slope * max(1, a * abs(log_x))) / x
        if quantity == "log_prob/concentration1":
            return max(1 / a, abs(log_x), abs(b - 1) * slope * abs(log_x) * max(1, a * abs(log_x)))
        if quantity == "log_prob/concentration0":
            return max(1 / b, size)
        if quantity == "log_survival_function":
            return b * size
        if quantity == "log_cdf":
            return max(abs(a * log_x), 1)
        if quantity == "cdf":
            return ("relative to goal", max(1, a * abs(log_x)))
        if quantity == "survival_function":
            return ("relative to goal", max(1, b * size))
        if "/" in quantity:
            return ("relative to goal", max(1, b * size, a * abs(log_x), a * abs(log_x) * slope))


def log1mexp(t):
    """log(1 - exp(t)) for t <= 0."""
    if t == 0:
        return -INF
    return mp.log(-mp.expm1(t)) if t > -1 else mp.log1p(-mp.exp(t))


class Kumaraswamy(Family):
    base = "TransformedDistribution"
    parameters = {"concentration1": POSITIVE, "concentration0": POSITIVE}
    value = UNIT
    attributes = ("equals only",)

    def log_rest(x, a):
        """log(1 - x^a) for 0 <= x <= 1."""
        return log1mexp(a * mp.log(x)) if x > 0 else mpf(0)

    def log_prob(x, a, b):
        if not 0 <= x <= 1:
            return -INF
        upper = mpf(0) if b == 1 else (b - 1) * Kumaraswamy.log_rest(x, a)
        return mp.log(a * b) + xlogy(a - 1, x) + upper

    def cdf(x, a, b):
        return -mp.expm1(b * Kumaraswamy.log_rest(x, a)) if 0 < x < 1 else mpf(x >= 1)

    def survival_function(x, a, b):
        return mp.exp(b * Kumaraswamy.log_rest(x, a)) if 0 < x < 1 else mpf(x <= 0)

    def icdf(p, a, b):
        if not 0 < p < 1:
            return p if p in (0, 1) else mp.nan
        return mp.exp(log1mexp(mp.log1p(-p) / b) / a)

    def mean(a, b):
        return mp.exp(-log_binomial(1 / a, b))

    def mode(a, b):
        if (a < 1 and b < 1) or a == b == 1:
            return mp.nan
        return mpf(0) if a <= 1 <= b else mpf(1) if b <= 1 else ((a - 1) / (a * b - 1)) ** (1 / a)

    def variance(a, b):
        with mp.workdps(mp.dps + 60):  # the difference cancels
            return mp.exp(-log_binomial(2 / a, b)) - mp.exp(-2 * log_binomial(1 / a, b))

    def entropy(a, b):
        return (1 - 1 / b) + (1 - 1 / a) * (mp.digamma(b + 1) + mp.euler) - mp.log(a * b)

    def interval(a, b):
        return [0, Kumaraswamy.mean(a, b), 1]

    ordinary = {"concentration1": [0.5, 1.5, 4], "concentration0": [0.7, 2.5, 3]}
    accuracy = [KumaraswamyPoints]
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
        Case(concentration1=[3.0, 1.0, 0.5, 3.0, 1.0], concentration0=[5.0, 2.0, 1.0, 0.5, 0.5]),
        Case(concentration1=[1e-3, 1e-6], concentration0=[1e-3, 2.0], at=[1e-30, 0.25]),
        Case(concentration1=[1e8, 5.0], concentration0=[1e8, 1e5], at=[0.5, 0.1, 0.9999998]),
        Case(concentration1=[1e8, 5.0], concentration0=[1e8, 1e5], at=[0.5, 0.1, 0.9999998], dtype=f64),
        Case(concentration1=[2.0], concentration0=[2.0], at=[1e-4, 1e-20, 0.9999999], p=[1e-20, 1e-8, 0.5, 0.9999999]),
        Case(concentration1=[2.0], concentration0=[3.0], at=[1e-10, 1e-200, 1 - 2**-53], p=[1e-200, 1e-17, 0.5, 0.99999999999999], dtype=f64),
        Case(concentration1=[2.0], concentration0=[3.0], dtype=f16, at=[0.25, 0.5]),
        Case(concentration1=[2.0], concentration0=[3.0], dtype=bf16, at=[0.25, 0.5]),
    ]
    streams = [
        Case(concentration1=[2.0, 0.5], concentration0=[3.0, 1.5]),
        Case(concentration1=T(2.0, None), concentration0=T(5.0, None)),
    ]
    bad_parameters = [
        Case(concentration1=0.0, concentration0=1.0),
        Case(concentration1=1.0, concentration0=[1.0, -1.0]),
    ]
    bad_values = [
        Case(concentration1=1.0, concentration0=2.0, at=[1.5]),
    ]
