"""Gumbel(loc, scale): p(x) = exp(-(y + exp(-y))) / scale, y = (x - loc) / scale."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import REAL, SCALE, probability
from .framework.family import Family
from .framework.mathematics import log
from .laplace import kl_to_laplace
from .normal import kl_to_normal


def kl_to_gumbel(entropy, mean, mean_exp, n, t):
    """E log p is minus the entropy; E log q needs the means of x and exp(-x / t)."""
    return -entropy + mp.log(t) + (mean - n) / t + mp.exp(n / t) * mean_exp


def kl_gumbel_gumbel(m, s, n, t):
    return kl_to_gumbel(Gumbel.entropy(m, s), Gumbel.mean(m, s), mp.exp(-m / t) * mp.gamma(1 + s / t), n, t)


class GumbelPoints(Points):
    cdf_gradients = ("value", "loc", "scale")
    edges = [
        dict(loc=0.0, scale=1.0, value=x, probability=p)
        for x, p in ((-50.0, 1e-20), (-6.5, 1e-37), (-4.4, 0.36787945), (0.0, 1 - 6e-8), (16.0, 0.5), (80.0, 0.99))
    ] + [dict(loc=0.0, scale=1.0, value=x, probability=0.5) for x in (-1000.0, -7.5, 40.0, 1000.0, 1e20)]

    @staticmethod
    def typical(draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-1, 1)
        value = draw.fmt.round(loc + scale * draw.uniform(-1.5, 6))
        return dict(loc=loc, scale=scale, value=value, probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        loc = 0.0 if draw.chance(0.5) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
        scale = draw.log_uniform(-6, 8)
        is_double = draw.fmt.is_double
        y = draw.choice(
            [
                draw.sign() * draw.log_uniform(-6, 0),
                draw.uniform(1, 700 if is_double else 85),
                draw.uniform(-6.5 if is_double else -4.4, -1),  # the cdf is representable
                draw.uniform(-700 if is_double else -85, -5),  # the density is
                draw.log_uniform(2, 100 if is_double else 12),
            ]
        )
        return dict(loc=loc, scale=scale, value=draw.fmt.round(loc + scale * y), probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, loc, scale, **_):
        y = (value - loc) / scale
        size = max(1, abs(y))
        if quantity == "log_prob":  # y is rounded before its exponential
            return max(abs(mp.log(scale)), size * mp.exp(-y))
        if quantity in ("log_prob/value", "log_prob/loc"):
            return max(1, size * mp.exp(-y)) / scale
        if quantity == "log_prob/scale":
            return max(1, abs(y), size**2 * mp.exp(-y)) / scale
        if quantity in ("mean", "icdf"):
            return max(abs(loc), scale)
        if quantity == "entropy":
            return abs(mp.log(scale))
        if quantity == "log_cdf":
            return size * mp.exp(-y)
        if quantity == "cdf":
            return ("relative to goal", size * mp.exp(-y))
        if quantity == "survival_function":
            return ("relative to goal", size)
        if quantity.startswith(("cdf/", "log_survival_function/")):
            return ("relative to goal", size * max(1, mp.exp(-y)))


class Gumbel(Family):
    base = "TransformedDistribution"
    parameters = {"loc": REAL, "scale": SCALE}
    value = REAL

    def log_prob(x, m, s):
        y = (x - m) / s
        return -(y + mp.exp(-y)) - mp.log(s) if not mp.isinf(x) else -mp.inf

    def cdf(x, m, s):
        y = (x - m) / s
        return mp.exp(-mp.exp(-y)) if y > -100 else mpf(0)

    def log_cdf(x, m, s):
        return -mp.exp((m - x) / s)

    def survival_function(x, m, s):
        y = (x - m) / s
        return -mp.expm1(-mp.exp(-y)) if y > -100 else mpf(1)

    def icdf(p, m, s):
        return m - s * log(-log(p)) if 0 <= p <= 1 else mp.nan

    def mean(m, s):
        return m + s * mp.euler

    def mode(m, s):
        return m

    def variance(m, s):
        return (mp.pi * s) ** 2 / 6

    def entropy(m, s):
        return mp.log(s) + 1 + mp.euler

    def interval(m, s):
        return [-mp.inf, m - 2 * s, m, m + 5 * s, mp.inf]

    def kl_gumbel_laplace(m, s, n, t):
        """The integral of the cdf up to n is s E1(exp(-z))."""
        z = (n - m) / s
        mean_distance = s * (mp.euler - z + 2 * mp.e1(mp.exp(-z))) if z > -60 else m + mp.euler * s - n
        return kl_to_laplace(Gumbel.entropy(m, s), mean_distance, t)

    kl = {
        "Gumbel": kl_gumbel_gumbel,
        "Laplace": kl_gumbel_laplace,
        "Normal": lambda m, s, n, t: kl_to_normal(Gumbel.entropy(m, s), Gumbel.mean(m, s), Gumbel.variance(m, s), n, t),
    }
    kl_infinite = ("Beta", "ContinuousBernoulli", "Exponential", "Gamma", "Pareto", "Uniform")
    kl_points = {
        "Gumbel": [(0, 1e-9, 0, 1), (1, 1, 0, 1), (1e8, 1, 1e8 + 1, 1), (0, 1e-20, 3, 1e20), (30, 1, 0, 1), (0, 30, 0, 1), (-600, 1, 0, 1)],
        "Laplace": [(0, 1, 0, 1), (0, 1, 0.36651292058166435, 1), (1e6, 1, 1e6 + 1, 1), (0, 1, -1.1, 1), (0, 1, 60, 1), (0, 1, -60, 1), (0, 1e-20, 3, 1),
                    (3, 1e20, 0, 1)],
        "Normal": [(0, 1, 0, 1), (1e6, 1, 1e6 + 1, 1), (0, 1, 0.5772156649015329, 1.2825498301618641), (0, 1e-12, 0, 1e12)],
    }

    kl_wrong_in_python = ("Laplace",)  # it has no rule

    ordinary = {"loc": [-0.5, 1, 2], "scale": [0.5, 1, 3]}
    accuracy = [GumbelPoints]
    points = dict(at=[-3.0, -0.5, 0.0, 1.0, 4.0], edges=[-INF, INF], outside=[NAN])
    cases = [
        Case(loc=0.0, scale=1.0),
        Case(loc=0.5, scale=2),
        Case(loc=[0.25, -1.0, 3.0], scale=[0.5, 1.0, 2.0]),
        Case(loc=[0.25, -1.0, 3.0], scale=[0.5, 1.0, 2.0], dtype=f64),
        Case(loc=[[0.25], [-1.0]], scale=[0.5, 1.0, 2.0]),
        Case(loc=[[0.25, 0.5, 1.0], [0.1, 0.2, 0.3]], scale=1.3, dtype=f64),
        Case(loc=1.5, scale=[1.0, 10.0]),
        Case(loc=T(0.7, f32), scale=T(1.3, f32)),
        Case(loc=[0.7], scale=[1.3]),
        Case(loc=[0.0, 0.0], scale=[1e-25, 1e25], at=[0.0, 1e-25]),
        Case(loc=[0.0], scale=[1e-160], at=[0.0, 2e-160], dtype=f64),
        Case(loc=0.0, scale=[1.0], at=[-70.0, -4.0, 16.0, 80.0], p=[1e-30, 1e-8, 0.75, 0.9999999]),
        Case(loc=0.0, scale=[1.0], at=[-70.0, -6.0, 36.0, 700.0], p=[1e-300, 1e-20, 0.75, 0.999999999999999], dtype=f64),
        Case(loc=[1e8, -1e8], scale=[3.0, 1e-3], at=[1e8, -1e8]),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], dtype=f16),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], dtype=bf16),
        Case(loc=[0.0], scale=[1.0], at=[-800.0, -500.0, 40.0, 1e10], dtype=f64),
    ]
    streams = [
        Case(loc=[0.5, -1.0], scale=[2.0, 0.1]),
        Case(loc=T(0.5, None), scale=T(2.0, None)),
    ]
    bad_parameters = [
        Case(loc=0.0, scale=-1.0),
        Case(loc=[0.0, NAN], scale=1.0),
    ]
    bad_values = [
        Case(loc=[0.0], scale=[1.0], at=[NAN]),
    ]
