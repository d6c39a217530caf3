"""Normal(loc, scale): p(x) = exp(-((x - loc) / scale)^2 / 2) / (scale sqrt(2 pi))."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, LOCATION_SCALE_CASES, LOCATION_SCALE_STREAMS, NAN, Case, bf16, f16, f64
from .framework.draws import REAL, SCALE, probability, tail_z
from .framework.family import Family
from .framework.mathematics import log_normal_constant, ndtr, ndtri


def kl_to_normal(entropy, mean, variance, m, s):
    """E log p is minus the entropy; E log q needs two moments of p."""
    return -entropy + mp.log(s) + log_normal_constant() + (variance + (mean - m) ** 2) / (2 * s**2)


def kl_normal_normal(m, s, n, t):
    return mp.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - mpf(1) / 2


def kl_normal_laplace(m, s, n, t):
    d = m - n
    mean_distance = mp.sqrt(2 / mp.pi) * s * mp.exp(-((d / s) ** 2) / 2) + d * mp.erf(d / s / mp.sqrt(2))
    return mp.log(2 * t / s) - (1 + mp.log(2 * mp.pi)) / 2 + mean_distance / t


def kl_normal_gumbel(m, s, n, t):
    r = s / t
    return mp.log(t / s) - (1 + mp.log(2 * mp.pi)) / 2 + (m - n) / t + mp.exp((n - m) / t + r**2 / 2)


class NormalPoints(Points):
    cdf_gradients = ("value", "loc", "scale")
    edges = [
        dict(loc=0.0, scale=1.0, value=x, probability=p)
        for x, p in ((-5.5, 1e-15), (-6.0, 1e-8), (-8.0, 3e-8), (-10.0, 1 - 6e-8), (-12.5, 1e-37), (0.0, 0.5))
    ] + [dict(loc=0.0, scale=1.0, value=x, probability=0.5) for x in (-1e15, -1e6, -40.0, -1.0, 8.0, 40.0, 1e6, 1e15)]

    @staticmethod
    def typical(draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-1, 1)
        value = draw.fmt.round(loc + scale * 1.5 * draw.bell())
        return dict(loc=loc, scale=scale, value=value, probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        loc = 0.0 if draw.chance(0.5) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
        if draw.chance(0.1):  # their squares overflow or underflow
            scale = draw.log_uniform(-165, 160) if draw.fmt.is_double else draw.log_uniform(-30, 30)
            loc = 0.0
        else:
            scale = draw.log_uniform(-6, 8)
        z = draw.sign() * draw.log_uniform(2, 100 if draw.fmt.is_double else 12) if draw.chance(0.1) else tail_z(draw)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(loc + scale * z), probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, loc, scale, **_):
        z = (value - loc) / scale
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), z**2 / 2)
        if quantity == "log_prob/scale":
            return max(1, z**2) / scale
        if quantity == "icdf":
            return abs(loc)
        if quantity == "entropy":
            return abs(mp.log(scale))
        if quantity in ("cdf", "survival_function"):
            return ("relative to goal", z**2)


class Normal(Family):
    base = "ExponentialFamily"
    parameters = {"loc": REAL, "scale": SCALE}
    value = REAL

    def log_prob(x, m, s):
        return -((x - m) / s) ** 2 / 2 - mp.log(s) - log_normal_constant() if not mp.isinf(x) else -mp.inf

    def cdf(x, m, s):
        return ndtr((x - m) / s)

    def survival_function(x, m, s):
        return ndtr((m - x) / s)

    def icdf(p, m, s):
        return m + s * ndtri(p)

    def mean(m, s):
        return m

    mode = mean

    def variance(m, s):
        return s**2

    def entropy(m, s):
        return mpf(1) / 2 + log_normal_constant() + mp.log(s)

    def interval(m, s):
        return [-mp.inf, m, mp.inf]

    kl = {"Normal": kl_normal_normal, "Gumbel": kl_normal_gumbel, "Laplace": kl_normal_laplace}
    kl_infinite = ("Beta", "ContinuousBernoulli", "Exponential", "Gamma", "Pareto", "Uniform")
    kl_points = {
        "Normal": [(0, 1e-9, 0, 1), (0, 1, 0, 1e-9), (1e8, 1, 1e8 + 1, 1), (0, 1e-20, 0, 1e20)],
        "Gumbel": [(0, 1, 0, 1), (1e8, 1, 1e8 + 1, 1), (0.5, 1, 0, 1), (0, 30, 0, 1), (30, 1, 0, 1), (0, 1e-20, 3, 1e20)],
        "Laplace": [(0, 1, 0, 1), (0, 1e-9, 0, 1), (1e-9, 1, 0, 1), (1e8, 1, 1e8 + 1, 1), (0, 1e-20, 3, 1e20), (30, 1, 0, 1)],
    }

    ordinary = {"loc": [-0.5, 1, 2], "scale": [0.5, 1, 3]}
    accuracy = [NormalPoints]
    points = dict(at=[-3.0, -0.5, 0.0, 1.0, 4.0], edges=[-INF, INF], outside=[NAN])
    cases = [
        *LOCATION_SCALE_CASES,
        Case(loc=[0.0, 0.0], scale=[1e-25, 1e25], at=[0.0, 1e-25]),
        Case(loc=[0.0], scale=[1e-160], at=[0.0, 2e-160], dtype=f64),
        Case(loc=[1.0], scale=[1e160], at=[0.0, 1.0, 3e160], dtype=f64),
        Case(loc=0.0, scale=[1.0], at=[-13.0, -6.0, -5.5, 5.5, 8.0], p=[1e-30, 1e-8, 0.25, 0.75, 0.9999999]),
        Case(loc=0.0, scale=[1.0], at=[-37.0, -10.0, -8.0, 8.0], p=[1e-300, 1e-15, 0.25, 0.75, 0.999999999999999], dtype=f64),
        Case(loc=[1e8, -1e8], scale=[3.0, 1e-3], at=[1e8, -1e8]),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], dtype=f16),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], dtype=bf16),
        Case(loc=[0.0], scale=[1.0], at=[-1e6, -50.0, 50.0, 1e6], dtype=f64),
    ]
    streams = LOCATION_SCALE_STREAMS
    bad_parameters = [
        Case(loc=0.0, scale=-1.0),
        Case(loc=[0.0, NAN], scale=1.0),
        Case(loc=[0.0, 1.0], scale=[1.0, 0.0], dtype=f64),
    ]
    bad_values = [
        Case(loc=[0.0], scale=[1.0], at=[NAN]),
    ]
