"""HalfNormal(scale): the absolute value of a Normal(0, scale)."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, SCALE, extreme, probability, tail_z
from .framework.family import Family
from .framework.mathematics import ndtr
from .normal import kl_normal_normal


class HalfNormalPoints(Points):
    cdf_gradients = ("value", "scale")
    edges = [dict(scale=1.0, value=x, probability=p) for x, p in ((0.0, 0.0), (1.0, 0.5), (1e-20, 1e-37), (12.5, 1 - 6e-8), (-1.0, 1.0))] + [
        dict(scale=1.0, value=x, probability=0.5) for x in (1e15, 1e6, 40.0, 8.0, 0.99)
    ]

    @staticmethod
    def typical(draw):
        scale = draw.log_uniform(-1, 1)
        return dict(scale=scale, value=draw.fmt.round(scale * draw.log_uniform(-1, 0.5)), probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        scale = draw.log_uniform(-165, 160) if draw.fmt.is_double and draw.chance(0.1) else draw.log_uniform(-6, 8)
        far = draw.log_uniform(2, 100 if draw.fmt.is_double else 12) if draw.chance(0.1) else abs(tail_z(draw))
        value = draw.choice([extreme(draw) if draw.chance(0.5) else 0.0, draw.fmt.round(scale * draw.log_uniform(-30, 0)), draw.fmt.round(scale * far)])
        return dict(scale=scale, value=value, probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, scale, **_):
        z = value / scale
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), z**2 / 2)
        if quantity == "log_prob/scale":
            return max(1, z**2) / scale
        if quantity == "entropy":
            return abs(mp.log(scale))
        if quantity in ("cdf", "survival_function"):
            return ("relative to goal", z**2)


class HalfNormal(Family):
    base = "TransformedDistribution"
    parameters = {"scale": SCALE}
    value = POSITIVE

    def log_prob(x, s):
        return -((x / s) ** 2) / 2 - mp.log(s * mp.sqrt(mp.pi / 2)) if 0 <= x < mp.inf else -mp.inf

    def cdf(x, s):
        return mp.erf(x / s / mp.sqrt(2)) if x > 0 else mpf(0)

    def survival_function(x, s):
        return 2 * ndtr(-x / s) if x > 0 else mpf(1)

    def icdf(p, s):
        if not 0 < p < 1:
            return mpf(0) if p == 0 else mp.inf if p == 1 else mp.nan
        return s * quantile(p)

    def mean(s):
        return s * mp.sqrt(2 / mp.pi)

    def mode(s):
        return mpf(0)

    def variance(s):
        return s**2 * (1 - 2 / mp.pi)

    def entropy(s):
        return mp.log(mp.pi * s**2 / 2) / 2 + mpf(1) / 2

    def interval(s):
        return [0, s, mp.inf]

    kl = {"HalfNormal": lambda s, t: kl_normal_normal(0, s, 0, t)}
    kl_points = {"HalfNormal": [(1e-9, 1), (1, 1e-9), (1e-20, 1e20)]}

    ordinary = {"scale": [0.5, 1, 3]}
    accuracy = [HalfNormalPoints]
    points = dict(at=[1e-8, 0.5, 1.0, 7.0], edges=[0.0, INF], outside=[-1.0, NAN])
    cases = [
        Case(scale=1.0),
        Case(scale=3),
        Case(scale=[0.5, 1.0, 4.0]),
        Case(scale=[0.5, 1.0, 4.0], dtype=f64),
        Case(scale=[[0.5, 1.0], [4.0, 0.5]]),
        Case(scale=[[0.5, 1.0], [4.0, 0.5]], dtype=f64),
        Case(scale=T(2.5, f32)),
        Case(scale=[2.5]),
        Case(scale=[1e-25, 1e25], at=[1e-30, 1e-25, 1e10]),
        Case(scale=[1e-160, 1e160], at=[1e-200, 1e-160, 1e100], dtype=f64),
        Case(scale=[1.0], at=[1e-20, 1e-8, 1.0, 13.0], p=[1e-20, 1e-8, 0.5, 0.9999999]),
        Case(scale=[1.0], at=[1e-200, 1e-17, 1.0, 37.0], p=[1e-200, 1e-17, 0.5, 0.99999999999999], dtype=f64),
        Case(scale=[0.5, 2.0], dtype=f16, at=[0.5, 1.0]),
        Case(scale=[0.5, 2.0], dtype=bf16, at=[0.5, 1.0]),
    ]
    streams = [
        Case(scale=[0.5, 4.0]),
        Case(scale=T(1.0, None)),
    ]
    bad_parameters = [
        Case(scale=[1.0, -2.0]),
        Case(scale=0.0),
    ]
    bad_values = [
        Case(scale=2.0, at=[-1.0]),
        Case(scale=[1.0], at=[NAN]),
    ]


def quantile(p):
    """The root z of erf(z / sqrt 2) = p for 0 < p < 1, by Newton's method on the logarithm of the smaller of p and 1 - p."""
    if p < 0.5:
        z = p * mp.sqrt(mp.pi / 2)  # the cdf is concave: from below, Newton's method on it is monotone
        for _ in range(60):
            step = (mp.erf(z / mp.sqrt(2)) - p) / (2 * mp.npdf(z))
            z -= step
            if abs(step) <= mp.eps * abs(z):
                break
        return z
    z = mpf(1)
    for _ in range(200):
        tail = 2 * ndtr(-z)
        step = mp.log(tail / (1 - p)) * tail / (2 * mp.npdf(z))
        z += step
        if abs(step) <= mp.eps * abs(z):
            break
    return z
