"""Laplace(loc, scale): p(x) = exp(-|x - loc| / scale) / (2 scale)."""

from mpmath import mp

from .framework.accuracy import Points
from .framework.cases import INF, LOCATION_SCALE_CASES, LOCATION_SCALE_STREAMS, NAN, Case, P, bf16, f16, f64
from .framework.draws import REAL, SCALE, probability, tail_z
from .framework.family import Family
from .framework.mathematics import log
from .normal import kl_to_normal


class LaplacePoints(Points):
    cdf_gradients = ("value", "loc", "scale")
    edges = [
        dict(loc=0.0, scale=1.0, value=x, probability=p)
        for x, p in ((-50.0, 1e-15), (-1e-30, 0.5), (80.0, 1 - 6e-8), (-87.0, 1e-37), (12.5, 0.75))
    ] + [dict(loc=0.0, scale=1.0, value=x, probability=0.5) for x in (-1e20, -1000.0, 40.0, 1000.0, 1e20)]

    @staticmethod
    def typical(draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-1, 1)
        value = draw.fmt.round(loc + scale * 2 * draw.bell())
        return dict(loc=loc, scale=scale, value=value, probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        loc = 0.0 if draw.chance(0.5) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
        scale = draw.log_uniform(-6, 8)
        far = draw.chance(0.1)
        z = draw.sign() * draw.log_uniform(2, 100 if draw.fmt.is_double else 12) if far else tail_z(draw, 700.0, 85.0)
        value = draw.fmt.round(loc + scale * z)
        if value == loc:  # the density has a kink there
            value = draw.fmt.round(loc + scale)
        return dict(loc=loc, scale=scale, value=value, probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, loc, scale, **_):
        distance = abs(value - loc) / scale
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), distance)
        if quantity == "log_prob/scale":
            return max(1, distance) / scale
        if quantity == "icdf":
            return abs(loc)
        if quantity == "entropy":
            return abs(mp.log(scale))
        if quantity in ("cdf", "survival_function") or quantity.startswith("cdf/"):  # exp(-distance)
            return ("relative to goal", distance)


def kl_to_laplace(entropy, mean_distance, t):
    """E log p is minus the entropy; E log q needs the mean distance of x from the location of q."""
    return -entropy + mp.log(2 * t) + mean_distance / t


def kl_laplace_laplace(m, s, n, t):
    d = abs(m - n)
    return mp.log(t / s) + (d + s * mp.exp(-d / s)) / t - 1


class Laplace(Family):
    parameters = {"loc": REAL, "scale": SCALE}
    value = REAL

    def log_prob(x, m, s):
        return -abs(x - m) / s - mp.log(2 * s)

    def cdf(x, m, s):
        return mp.exp((x - m) / s) / 2 if x <= m else 1 - mp.exp((m - x) / s) / 2

    def survival_function(x, m, s):
        return Laplace.cdf(-x, -m, s)

    def icdf(p, m, s):
        if not 0 <= p <= 1:
            return mp.nan
        return m + s * log(2 * p) if p < 0.5 else m - s * log(2 * (1 - p))

    def mean(m, s):
        return m

    mode = mean

    def variance(m, s):
        return 2 * s**2

    def entropy(m, s):
        return 1 + mp.log(2 * s)

    def interval(m, s):
        return [-mp.inf, m, mp.inf]

    kl = {"Laplace": kl_laplace_laplace, "Normal": lambda m, s, n, t: kl_to_normal(1 + mp.log(2 * s), m, 2 * s**2, n, t)}
    kl_infinite = ("Beta", "ContinuousBernoulli", "Exponential", "Gamma", "Pareto", "Uniform")
    kl_points = {
        "Laplace": [(0, 1e-9, 0, 1), (0, 1, 0, 1e-9), (1e8, 1, 1e8 + 1, 1), (0, 1e-20, 3, 1e20), (30, 1, 0, 1), (0, 1, 800, 1)],
        "Normal": [(0, 1, 0, 1), (1e6, 1, 1e6 + 1, 1), (0, 1, 0, 1.4142135623730951), (0, 1e-20, 0, 1e20)],
    }

    ordinary = {"loc": [-0.5, 0.75, 2], "scale": [0.5, 1, 3]}
    accuracy = [LaplacePoints]
    points = dict(at=[-3.0, -0.5, 0.0, 1.0, 4.0], edges=[-INF, INF], outside=[NAN], p=[0.1, 0.4, 0.9, 0.5, 0.0, 1.0, 1e-6, 0.999, -0.5, 1.5])
    cases = [
        *LOCATION_SCALE_CASES,
        Case(loc=[0.0, 0.0], scale=[1e-25, 1e25], at=[1e-30, 1e-25], p=P),
        Case(loc=[0.0], scale=[1e-160], at=[-1e-162, 2e-160], dtype=f64),
        Case(loc=[1.0], scale=[1e160], at=[0.0, 3e160], dtype=f64),
        Case(loc=0.0, scale=[1.0], at=[-80.0, -50.0, -15.0, 15.0], p=[1e-30, 1e-8, 0.25, 0.75, 0.9999999]),
        Case(loc=0.0, scale=[1.0], at=[-700.0, -50.0, -8.0, 30.0], p=[1e-300, 1e-15, 0.25, 0.75, 0.999999999999999], dtype=f64),
        Case(loc=[1e8, -1e8], scale=[3.0, 1e-3], at=[1e8, -1e8]),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], dtype=f16),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], dtype=bf16),
        Case(loc=[0.0], scale=[1.0], at=[-1e10, -800.0, 40.0, 1e10], dtype=f64),
    ]
    streams = LOCATION_SCALE_STREAMS
    bad_parameters = [
        Case(loc=0.0, scale=-1.0),
        Case(loc=[NAN, 0.0], scale=1.0),
    ]
    bad_values = [
        Case(loc=[0.0], scale=[1.0], at=[NAN]),
    ]
