"""Cauchy(loc, scale): p(x) = 1 / (pi scale (1 + z^2)), z = (x - loc) / scale."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, LOCATION_SCALE_CASES, LOCATION_SCALE_STREAMS, NAN, Case, P, bf16, f16, f64
from .framework.draws import REAL, SCALE, probability
from .framework.family import Family


def cot_pi(p):
    """The cotangent of pi p; infinite at 0 and 1."""
    if not 0 < p < 1:
        return mp.inf if p == 0 else -mp.inf if p == 1 else mp.nan
    return mp.cospi(p) / mp.sinpi(p)


def angle(y, x):
    """The angle of the point (x, y) with y >= 0, from 0 to pi."""
    if mp.isinf(x):
        return mp.pi if x < 0 else mpf(0)
    return mp.atan2(y, x)


def log_peak(x, m, s):
    """log(1 + z^2)."""
    return mp.inf if mp.isinf(x) else mp.log1p(((x - m) / s) ** 2)


def kl_cauchy_cauchy(m, s, n, t):
    return mp.log1p(((s - t) ** 2 + (m - n) ** 2) / (4 * s * t))


def far_z(draw):
    """A standard score of either sign: small, moderate, or up to 1e100 (1e12 in float)."""
    exponents = draw.choice([(-6, 0), (0, 2), (2, 100 if draw.fmt.is_double else 12)])
    return draw.sign() * draw.log_uniform(*exponents)


class CauchyPoints(Points):
    cdf_gradients = ("value", "loc", "scale")
    edges = [
        dict(loc=0.0, scale=1.0, value=x, probability=p)
        for x, p in ((-1e8, 1e-8), (1e8, 1 - 6e-8), (-1e20, 1e-37), (0.0, 0.5), (1.0, 0.75), (-1.0, 0.25), (2.0, 0.2499))
    ] + [dict(loc=0.0, scale=1e-20, value=x, probability=0.5) for x in (-1e18, -1e-20, 0.0, 1e18)]

    @staticmethod
    def typical(draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-1, 1)
        value = draw.fmt.round(loc + scale * 2 * draw.bell())
        return dict(loc=loc, scale=scale, value=value, probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        loc = 0.0 if draw.chance(0.5) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
        if draw.chance(0.1):  # their squares overflow or underflow
            scale = draw.log_uniform(-165, 160) if draw.fmt.is_double else draw.log_uniform(-20, 20)
            loc = 0.0
        else:
            scale = draw.log_uniform(-6, 8)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(loc + scale * far_z(draw)), probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, loc, scale, **_):
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), log_peak(value, loc, scale))
        if quantity == "log_prob/scale":
            z = (value - loc) / scale
            return max(1, 2 * z**2 / (1 + z**2)) / scale
        if quantity == "icdf":
            return abs(loc)
        if quantity == "entropy":
            return abs(mp.log(scale))


class Cauchy(Family):
    parameters = {"loc": REAL, "scale": SCALE}
    value = REAL
    attributes = ("heavy tails",)

    def log_prob(x, m, s):
        return -log_peak(x, m, s) - mp.log(mp.pi * s)

    def cdf(x, m, s):
        return angle(s, m - x) / mp.pi

    def survival_function(x, m, s):
        return angle(s, x - m) / mp.pi

    def icdf(p, m, s):
        return m - s * cot_pi(p)

    def mean(m, s):
        return mp.nan

    def mode(m, s):
        return m

    def variance(m, s):
        return mp.inf

    def entropy(m, s):
        return mp.log(4 * mp.pi * s)

    def interval(m, s):
        return [-mp.inf, m - s, m + s, mp.inf]

    kl = {"Cauchy": kl_cauchy_cauchy}
    kl_points = {
        "Cauchy": [(0, 1e-9, 0, 1), (1, 1, 0, 1), (1e8, 1, 1e8 + 1, 1), (0, 1e20, 3, 1e20), (0, 1e-20, 3, 1e20)],
    }

    ordinary = {"loc": [-0.5, 1, 2], "scale": [0.5, 1, 3]}
    accuracy = [CauchyPoints]
    points = dict(at=[-3.0, -0.5, 0.0, 1.0, 4.0], edges=[-INF, INF], outside=[NAN], p=[0.1, 0.4, 0.9, 0.5, 0.0, 1.0, 1e-6, 0.999, -0.5, 1.5])
    cases = [
        *LOCATION_SCALE_CASES,
        Case(loc=[0.0, 0.0], scale=[1e-25, 1e25], at=[1e-30, 1e-25], p=P),
        Case(loc=[0.0], scale=[1e-160], at=[-1e-162, 2e-160], dtype=f64),
        Case(loc=[1.0], scale=[1e160], at=[0.0, 3e160], dtype=f64),
        Case(loc=0.0, scale=[1.0], at=[-1e20, -1e8, -15.0, 15.0], p=[1e-30, 1e-8, 0.25, 0.75, 0.9999999]),
        Case(loc=0.0, scale=[1.0], at=[-1e200, -1e20, -8.0, 30.0], p=[1e-300, 1e-15, 0.25, 0.75, 0.999999999999999], dtype=f64),
        Case(loc=[1e8, -1e8], scale=[3.0, 1e-3], at=[1e8, -1e8]),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], dtype=f16),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], dtype=bf16),
    ]
    streams = LOCATION_SCALE_STREAMS
    bad_parameters = [
        Case(loc=0.0, scale=-1.0),
        Case(loc=[NAN, 0.0], scale=1.0),
    ]
    bad_values = [
        Case(loc=[0.0], scale=[1.0], at=[NAN]),
    ]
