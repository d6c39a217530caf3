"""LogNormal(loc, scale): the exponential of a Normal(loc, scale)."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f64
from .framework.draws import LOG_LOCATION, LOG_SCALE, POSITIVE, extreme, probability, tail_z
from .framework.family import Family
from .framework.mathematics import ndtri
from .normal import Normal, kl_normal_normal


class LogNormalPoints(Points):
    edges = [
        dict(loc=0.0, scale=1e-6, value=1.0, probability=0.5),
        dict(loc=-700.0, scale=26.5, value=1.0, probability=0.5),
    ] + [dict(loc=0.0, scale=s, value=x, probability=0.5) for s, x in ((1.0, 1e-30), (1.0, 1e30), (0.01, 3.0), (1e-6, 0.5))]

    @staticmethod
    def typical(draw):
        loc, scale = draw.uniform(-2, 2), draw.log_uniform(-1, 0.3)
        value = draw.fmt.round(mp.exp(loc + scale * 1.5 * draw.bell()))
        return dict(loc=loc, scale=scale, value=value, probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        wide = draw.chance(0.5)
        loc = draw.fmt.round(draw.sign() * draw.log_uniform(-6, 2 if wide else 1.6))
        scale = draw.log_uniform(-6, 8 if wide else 1)
        x = mp.exp(loc + scale * mpf(tail_z(draw)))
        if not draw.fmt.smallest < x < draw.fmt.largest:
            x = extreme(draw)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(x), probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, loc, scale, probability=None):
        z = (mp.log(value) - loc) / scale
        # The terms of z, since log(value) is rounded before loc is subtracted.
        inner = max(abs(mp.log(value)), abs(loc)) / scale
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), abs(mp.log(value)), z**2 / 2, abs(z) * inner)
        if quantity == "log_prob/value":
            return max(1, inner / scale) / value
        if quantity == "log_prob/loc":
            return inner / scale
        if quantity == "log_prob/scale":
            return max(1, z**2, abs(z) * inner) / scale
        if quantity == "entropy":
            return max(abs(mp.log(scale)), abs(loc))
        if quantity in ("log_cdf", "log_survival_function"):
            return max(1, abs(z)) * max(abs(z), inner)
        if quantity in ("cdf", "survival_function"):
            return ("relative to goal", max(1, abs(z)) * max(abs(z), inner))
        if quantity == "icdf":
            return ("relative to goal", abs(loc) + 2 * abs(scale * ndtri(probability)))


class LogNormal(Family):
    base = "TransformedDistribution"
    parameters = {"loc": LOG_LOCATION, "scale": LOG_SCALE}
    value = POSITIVE
    attributes = ("heavy tails",)

    def log_prob(x, m, s):
        return Normal.log_prob(mp.log(x), m, s) - mp.log(x) if 0 < x < mp.inf else -mp.inf

    def cdf(x, m, s):
        return Normal.cdf(mp.log(x), m, s) if x > 0 else mpf(0)

    def survival_function(x, m, s):
        return Normal.survival_function(mp.log(x), m, s) if x > 0 else mpf(1)

    def icdf(p, m, s):
        return mp.exp(Normal.icdf(p, m, s)) if p != 0 else mpf(0)

    def mean(m, s):
        return mp.exp(m + s**2 / 2)

    def mode(m, s):
        return mp.exp(m - s**2)

    def variance(m, s):
        return mp.expm1(s**2) * mp.exp(2 * m + s**2)

    def entropy(m, s):
        return Normal.entropy(m, s) + m

    def interval(m, s):
        return [0, mp.exp(m), mp.inf]

    kl = {"LogNormal": kl_normal_normal}

    ordinary = {"loc": [-0.5, 1, 2], "scale": [0.5, 1, 3]}
    accuracy = [LogNormalPoints]
    points = dict(at=[1e-3, 0.5, 1.0, 4.0], edges=[], outside=[0.0, -1.0, NAN])
    cases = [
        Case(loc=0.0, scale=1.0),
        Case(loc=1, scale=0.5),
        Case(loc=[0.0, -1.0, 2.0], scale=[1.0, 0.25, 0.5]),
        Case(loc=[0.0, -1.0, 2.0], scale=[1.0, 0.25, 0.5], dtype=f64),
        Case(loc=[[0.0], [1.0]], scale=[1.0, 2.0]),
        Case(loc=[0.5, 0.25], scale=1.5, dtype=f64),
        Case(loc=0.5, scale=[1.5, 0.3]),
        Case(loc=T(0.5, f64), scale=T(1.5, f64), dtype=f64),
        Case(loc=[0.0, 0.0], scale=[1e-6, 1e-3], at=[0.999999, 1.0, 1.000001]),
        Case(loc=[0.0, 0.0], scale=[1e-9, 1e-3], at=[1.0], dtype=f64),
        Case(loc=[-10.0, 10.0], scale=[3.0, 3.0], at=[1e-6, 1e-4, 1.0, 1e6]),
        Case(loc=[0.5], scale=[1.0], dtype=f16, at=[0.5, 1.0, 4.0]),
        Case(loc=[0.5], scale=[1.0], dtype=bf16, at=[0.5, 1.0, 4.0]),
        Case(loc=[0.0], scale=[1.0], at=[1e-300, 1e-20, 1e20, 1e300], dtype=f64),
    ]
    streams = [
        Case(loc=[0.5, -1.0], scale=[1.0, 0.1]),
    ]
    bad_parameters = [
        Case(loc=[0.0], scale=[-1.0]),
    ]
    bad_values = [
        Case(loc=[0.0, 1.0], scale=[1.0, 1.0], at=[-1.0]),
    ]
