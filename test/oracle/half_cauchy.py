"""HalfCauchy(scale): the absolute value of a Cauchy(0, scale)."""

from mpmath import mp, mpf

from .cauchy import angle, cot_pi, far_z, kl_cauchy_cauchy, log_peak
from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, SCALE, extreme, probability
from .framework.family import Family


class HalfCauchyPoints(Points):
    cdf_gradients = ("value", "scale")
    edges = [dict(scale=1.0, value=x, probability=p) for x, p in ((0.0, 0.0), (1.0, 0.5), (1e-20, 1e-37), (1e20, 1 - 6e-8), (-1.0, 1.0))]

    @staticmethod
    def typical(draw):
        scale = draw.log_uniform(-1, 1)
        return dict(scale=scale, value=draw.fmt.round(scale * draw.log_uniform(-1, 1)), probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        scale = draw.log_uniform(-165, 160) if draw.fmt.is_double and draw.chance(0.1) else draw.log_uniform(-6, 8)
        value = draw.choice([extreme(draw), draw.fmt.round(scale * abs(far_z(draw))), draw.fmt.round(scale / abs(far_z(draw)))])
        return dict(scale=scale, value=value, probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, scale, **_):
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), log_peak(value, 0, scale))
        if quantity == "log_prob/scale":
            z = value / scale
            return max(1, 2 * z**2 / (1 + z**2)) / scale
        if quantity == "entropy":
            return abs(mp.log(scale))


class HalfCauchy(Family):
    base = "TransformedDistribution"
    parameters = {"scale": SCALE}
    value = POSITIVE
    attributes = ("heavy tails",)

    def log_prob(x, s):
        return mp.log(2 / (mp.pi * s)) - log_peak(x, 0, s) if x >= 0 else -mp.inf

    def cdf(x, s):
        if mp.isinf(x):
            return mpf(x > 0)
        return 2 * mp.atan2(x, s) / mp.pi if x > 0 else mpf(0)

    def survival_function(x, s):
        return 2 * angle(s, x) / mp.pi if x > 0 else mpf(1)

    def icdf(p, s):
        if not 0 < p < 1:
            return mpf(0) if p == 0 else mp.inf if p == 1 else mp.nan
        return s / cot_pi(p / 2)

    def mean(s):
        return mp.inf

    def mode(s):
        return mpf(0)

    def variance(s):
        return mp.inf

    def entropy(s):
        return mp.log(2 * mp.pi * s)

    def interval(s):
        return [0, s, mp.inf]

    kl = {"HalfCauchy": lambda s, t: kl_cauchy_cauchy(0, s, 0, t)}
    kl_points = {"HalfCauchy": [(1e-9, 1), (1e20, 1e20), (1e-20, 1e20)]}

    ordinary = {"scale": [0.5, 1, 3]}
    accuracy = [HalfCauchyPoints]
    points = dict(at=[1e-8, 0.5, 1.0, 7.0], edges=[0.0, INF], outside=[-1.0, NAN], p=[0.1, 0.4, 0.9, 0.5, 0.0, 1.0, 1e-6, 0.999, -0.5, 1.5])
    cases = [
        Case(scale=1.0),
        Case(scale=3),
        Case(scale=[0.5, 1.0, 4.0]),
        Case(scale=[0.5, 1.0, 4.0], dtype=f64),
        Case(scale=[[0.5, 1.0], [4.0, 0.1]]),
        Case(scale=[[0.5, 1.0], [4.0, 0.1]], dtype=f64),
        Case(scale=T(2.5, f32)),
        Case(scale=[2.5]),
        Case(scale=[1e-25, 1e25], at=[1e-30, 1.0, 1e30]),
        Case(scale=[1e-160, 1e160], at=[1e-200, 1.0, 1e170], dtype=f64),
        Case(scale=[1.0], at=[1e-20, 1e-8, 1.0, 1e10], p=[1e-20, 1e-8, 0.5, 0.9999999]),
        Case(scale=[1.0], at=[1e-200, 1e-17, 1.0, 1e200], p=[1e-200, 1e-17, 0.5, 0.99999999999999], dtype=f64),
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
