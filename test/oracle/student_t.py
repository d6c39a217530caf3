"""StudentT(df v, loc, scale): p(x) is proportional to (1 + z^2 / v)^(-(v + 1) / 2) with z = (x - loc) / scale."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, REAL, SCALE, tail_z
from .framework.family import Family
from .framework.mathematics import log_beta
from .normal import Normal


class StudentTPoints(Points):
    quantities = ("log_prob", "mean", "variance", "entropy")
    uses_lgamma = True
    edges = [
        dict(df=v, loc=0.0, scale=1.0, value=x)
        for v, x in ((1e6, 0.5), (1e8, 1e-4), (3.0, 1e20), (1e-6, 1.0), (0.5, -1e30), (1e30, 1.0), (1e30, 1e10))
    ]

    @staticmethod
    def typical(draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-1, 1)
        value = draw.fmt.round(loc + scale * 2 * draw.bell())
        return dict(df=draw.log_uniform(-0.3, 2), loc=loc, scale=scale, value=value)

    @staticmethod
    def hostile(draw):
        loc = 0.0 if draw.chance(0.5) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
        scale = draw.log_uniform(-6, 8)
        df = draw.log_uniform(-6, 15) if draw.chance(0.9) else draw.log_uniform(-37, 38)
        far = 250 if draw.fmt.is_double else 30
        z = tail_z(draw) if draw.chance(0.7) else draw.sign() * draw.log_uniform(-far / 2, far)
        return dict(df=df, loc=loc, scale=scale, value=draw.fmt.round(loc + scale * mpf(z)))

    @staticmethod
    def unit(quantity, value, df, loc, scale):
        z = (value - loc) / scale
        w = z**2 / df
        drop = (df + 1) / 2 * mp.log1p(w)
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), drop)
        if quantity == "log_prob/scale":
            return max(1, (df + 1) * w / (1 + w)) / scale
        if quantity == "log_prob/df":
            # The derivative of the normalizer, and the two terms of the derivative of `drop`.
            return max(1 / df / (1 + df), abs(mp.log1p(w) - w / (1 + w)), w / (1 + w) / df) / 2
        if quantity == "entropy":
            return abs(mp.log(scale))


class StudentT(Family):
    parameters = {"df": POSITIVE, "loc": REAL, "scale": SCALE}
    value = REAL
    attributes = ("heavy tails", "implicit gradient")
    checked_at = [dict(df=5, loc=0.5, scale=2), dict(df=9.5, loc=-1, scale=0.25)]

    def canonical(df, loc=mpf(0), scale=mpf(1)):
        return df, loc, scale

    def log_prob(x, v, m, s):
        if mp.isinf(x) or mp.isinf(v):
            return Normal.log_prob(x, m, s)
        ratio = mp.loggamma((v + 1) / 2) - mp.loggamma(v / 2) - mp.log(v * mp.pi) / 2
        return ratio - mp.log(s) - (v + 1) / 2 * mp.log1p(((x - m) / s) ** 2 / v)

    def mean(v, m, s):
        return m if v > 1 else mp.nan

    def mode(v, m, s):
        return m

    def variance(v, m, s):
        return s**2 * (1 + 2 / (v - 2)) if v > 2 else mp.inf if v > 1 else mp.nan

    def entropy(v, m, s):
        if mp.isinf(v):
            return Normal.entropy(m, s)
        slope = mp.digamma((v + 1) / 2) - mp.digamma(v / 2)
        return (v + 1) / 2 * slope + mp.log(v) / 2 + log_beta(v / 2, mpf(1) / 2) + mp.log(s)

    def interval(v, m, s):
        return [-mp.inf, m, mp.inf]

    ordinary = {"df": [3, 5, 30], "loc": [-0.5, 1, 2], "scale": [0.5, 1, 3]}
    accuracy = [StudentTPoints]
    points = dict(at=[-3.0, -0.5, 0.0, 1.0, 4.0], edges=[-INF, INF], outside=[NAN])
    cases = [
        Case(df=3.0),
        Case(df=4, loc=0.5, scale=2),
        Case(df=[0.5, 1.0, 2.0, 3.0, 30.0]),
        Case(df=[0.5, 1.0, 2.0, 3.0, 30.0], dtype=f64),
        Case(df=[[2.5], [7.0]], loc=[0.25, -1.0, 3.0], scale=[0.5, 1.0, 2.0]),
        Case(df=[[2.5], [7.0]], loc=[0.25, -1.0, 3.0], scale=[0.5, 1.0, 2.0], dtype=f64),
        Case(df=T(5.5, f32), loc=T(0.7, f32), scale=T(1.3, f32)),
        Case(df=[5.5], loc=1.5, scale=[0.1, 10.0], dtype=f64),
        Case(df=[1e6, 1e8], at=[0.5, 1e-4, 3.0]),
        Case(df=[1e10, 1e15, 1e20, INF], at=[0.0, 0.5, 1.0, 3.0], dtype=f64),
        Case(df=[INF], loc=0.5, scale=2.0),
        Case(df=[3.0, 0.5], at=[1e20, -1e30], edges=[]),
        Case(df=[3.0, 0.5], at=[1e200, -1e300], edges=[], dtype=f64),
        Case(df=[1e-6, 1e-2], at=[1e-30, 0.5, 1e10]),
        Case(df=[1e-6, 1e-2], at=[1e-200, 0.5, 1e100], dtype=f64),
        Case(df=[2.0, 7.0], scale=[1e-200, 1e200], at=[1e150, -1e250], dtype=f64),
        Case(df=[2.5, 5.0], loc=[0.5, -1.0], scale=2.0, dtype=f16),
        Case(df=[2.5, 5.0], loc=[0.5, -1.0], scale=2.0, dtype=bf16),
    ]
    streams = [
        Case(df=[0.5, 3.0, 30.0]),
        Case(df=T(2.5, None), loc=T(0.5, None), scale=T(2.0, None)),
    ]
    bad_parameters = [
        Case(df=-1.0),
        Case(df=[1.0, 2.0], scale=[1.0, 0.0]),
        Case(df=2.0, loc=[NAN, 0.0]),
    ]
    bad_values = [
        Case(df=[3.0], at=[NAN]),
    ]
