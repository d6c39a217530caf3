"""GeneralizedPareto(loc, scale, concentration c): p(x) = (1 + c z)^(-1/c - 1) / scale with z = (x - loc) / scale >= 0, and exp(-z) / scale
for c = 0. For c < 0 the support ends at loc - scale / c."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import LOWER_END, REAL, SCALE, SHAPE, probability
from .framework.family import Family


def hazard(x, m, s, c):
    """Minus the logarithm of P(X > x), inside of the support."""
    z = (x - m) / s
    return z if c == 0 else mp.log1p(c * z) / c


def is_above(x, m, s, c):
    return mp.isinf(x) and x > 0 or c < 0 and x >= m - s / c


class GeneralizedParetoPoints(Points):
    cdf_gradients = ("value", "loc", "scale", "concentration")
    edges = [
        dict(loc=0.0, scale=1.0, concentration=c, value=x, probability=p)
        for c, x, p in ((0.5, 1e-20, 1e-20), (0.0, 1e-8, 1e-8), (9e-9, 1.5, 0.5), (-9e-9, 1e6, 0.99), (1e-30, 3.0, 0.9), (-1.0, 0.25, 0.25),
                        (-1e-4, 9000.0, 0.5), (3.0, 1e30, 0.9999), (0.0, 100.0, 0.5), (1e-6, 1e8, 0.5))
    ] + [dict(loc=1.0, scale=2.0, concentration=0.5, value=-1.0, probability=0.5), dict(loc=1.0, scale=2.0, concentration=-0.5, value=8.0, probability=1.0)]

    @staticmethod
    def point(draw, loc, scale, concentration, t):
        """A value whose survival function is about exp(-t): above the lower end, and below the upper one by many roundings."""
        t = mpf(t)
        z = t if concentration == 0 else mp.expm1(concentration * t) / concentration
        if draw.fmt.round(loc + scale * z / 16) <= loc:
            loc = 0.0
        x = draw.fmt.round(min(loc + scale * z, draw.fmt.largest))
        while 1 + mpf(concentration) * (mpf(x) - mpf(loc)) / mpf(scale) < 1e4 * draw.fmt.eps:
            x = draw.fmt.round((mpf(x) + mpf(loc)) / 2)
        return dict(loc=loc, scale=scale, concentration=concentration, value=x)

    @classmethod
    def typical(cls, draw):
        loc, scale, concentration = draw.uniform(-3, 3), draw.log_uniform(-1, 1), draw.uniform(-0.6, 1)
        return cls.point(draw, loc, scale, concentration, draw.uniform(0.01, 5)) | dict(probability=probability(draw, False))

    @classmethod
    def hostile(cls, draw):
        loc = 0.0 if draw.chance(0.5) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
        scale = draw.log_uniform(-6, 8)
        concentration = draw.choice([0.0, draw.sign() * draw.log_uniform(-12, -3), draw.uniform(-3, 1), draw.log_uniform(-3, 0.6)])
        t = draw.choice([draw.log_uniform(-30, 0), draw.uniform(0, 30), draw.log_uniform(0, 3 if concentration < 0.2 else 1)])
        return cls.point(draw, loc, scale, concentration, t) | dict(probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, loc, scale, concentration, probability=None):
        m, s, c = loc, scale, concentration
        if quantity == "mean":
            return max(abs(m), s / (1 - c))
        if quantity == "entropy":
            return max(abs(mp.log(s)), abs(c))
        if quantity == "icdf":
            t = -mp.log1p(-probability)
            return max(abs(m), s * (t if c == 0 else mp.expm1(c * t) / c) * max(1, c * t)) if mp.isfinite(t) else None
        if quantity == "variance" or value < m or is_above(value, m, s, c):
            return None
        h, inverse = hazard(value, m, s, c), 1 / (1 + c * (value - m) / s)  # the number that is inverted is rounded
        v = (value - m) / s * inverse
        most = max(h, v)
        if quantity == "log_prob":
            return max(abs(mp.log(s)), abs(1 + c) * most)
        if quantity in ("log_prob/value", "log_prob/loc"):
            return abs(1 + c) * inverse * max(1, inverse) / s
        if quantity == "log_prob/scale":
            return max(1, abs(1 + c) * v * max(1, inverse)) / s
        if quantity == "log_prob/concentration":
            return max(most, abs(1 + c) * v**2)
        if quantity == "cdf":
            return ("relative to goal", most / mp.expm1(h)) if h else None
        if quantity == "log_cdf":
            return most / mp.expm1(h) if h else None
        if quantity == "survival_function":
            return ("relative to goal", most)
        if quantity == "log_survival_function":
            return most
        return ("relative to goal", max(most, inverse))


class GeneralizedPareto(Family):
    parameters = {"loc": LOWER_END, "scale": SCALE, "concentration": SHAPE}
    value = REAL
    attributes = ("heavy tails", "jumps")
    checked_at = [dict(loc=0.5, scale=2, concentration=0.125), dict(loc=-1, scale=0.5, concentration=-0.375)]

    def log_prob(x, m, s, c):
        if x < m or is_above(x, m, s, c) and x != m - s / (c or mpf(1)):
            return -mp.inf
        if is_above(x, m, s, c):
            return -mp.log(s) if c == -1 else mp.inf if c < -1 else -mp.inf
        return -mp.log(s) - (1 + c) * hazard(x, m, s, c)

    def cdf(x, m, s, c):
        return mpf(0) if x <= m else mpf(1) if is_above(x, m, s, c) else -mp.expm1(-hazard(x, m, s, c))

    def survival_function(x, m, s, c):
        return mpf(1) if x <= m else mpf(0) if is_above(x, m, s, c) else mp.exp(-hazard(x, m, s, c))

    def icdf(p, m, s, c):
        if not 0 <= p <= 1:
            return mp.nan
        if p == 1:
            return m - s / c if c < 0 else mp.inf
        t = -mp.log1p(-p)
        return m + s * (t if c == 0 else mp.expm1(c * t) / c)

    def mean(m, s, c):
        return m + s / (1 - c) if c < 1 else mp.nan

    def mode(m, s, c):
        return m - s / c if c < -1 else m

    def variance(m, s, c):
        return s**2 / ((1 - c) ** 2 * (1 - 2 * c)) if 2 * c < 1 else mp.nan

    def entropy(m, s, c):
        return mp.log(s) + c + 1

    def interval(m, s, c):
        return [m, m + s, mp.inf if c >= 0 else m - s / c]

    ordinary = {"loc": [-1, 0, 0.5], "scale": [0.5, 1, 3], "concentration": [0.25, 0, -0.5]}
    accuracy = [GeneralizedParetoPoints]
    points = dict(at=[1.5, 2.0, 4.0], edges=[], outside=[-3.0, NAN])
    cases = [
        Case(loc=0.0, scale=1.0, concentration=0.5),
        Case(loc=1, scale=2, concentration=-0.25),
        Case(loc=[0.0, -1.0, 0.5], scale=[1.0, 2.0, 0.5], concentration=[0.25, 0.0, -0.125]),
        Case(loc=[0.0, -1.0, 0.5], scale=[1.0, 2.0, 0.5], concentration=[0.25, 0.0, -0.125], dtype=f64),
        Case(loc=[[0.0], [1.0]], scale=[1.0, 2.0, 3.0], concentration=0.1, dtype=f64),
        Case(loc=0.0, scale=[1.0, 3.0], concentration=[0.0, 2.0]),
        Case(loc=T(0.5, f32), scale=T(2.0, f32), concentration=T(0.3, f32)),
        Case(loc=0.0, scale=[4.0], concentration=[-1.0], at=[0.5, 1.0, 3.0], edges=[0.0, 4.0], outside=[-1.0, 5.0]),
        Case(loc=0.0, scale=[2.0], concentration=[-0.5], at=[0.5, 1.0, 3.0], edges=[0.0, 4.0], outside=[-1.0, 5.0]),
        Case(loc=0.0, scale=[8.0], concentration=[-2.0], at=[0.5, 1.0, 3.0], edges=[0.0, 4.0], outside=[-1.0, 5.0]),
        Case(loc=[0.0], scale=[1.0], concentration=[9e-9, -9e-9], at=[1e-8, 1.5, 1e6], dtype=f64),
        Case(loc=[0.0], scale=[1.0], concentration=[1e-6, -1e-6, 0.0], at=[1e-6, 1.5, 60.0], edges=[0.0]),
        Case(loc=0.0, scale=[1.0], concentration=[3.0, 20.0], at=[1e-20, 1.0, 1e10, 1e30], p=[1e-20, 0.5, 0.75]),
        Case(loc=0.0, scale=[1.0], concentration=[0.5], at=[1e-300, 1e-20, 1.0, 1e100, 1e300], edges=[INF], p=[1e-300, 1e-17, 0.99999999999999], dtype=f64),
        Case(loc=[1e8, -1e8], scale=[3.0, 1e-3], concentration=0.25, at=[1.5e8]),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], concentration=[0.25, -0.25], dtype=f16),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], concentration=[0.25, -0.25], dtype=bf16),
        Case(loc=0.0, scale=[1e-200, 1e200], concentration=[-0.25, 0.25], at=[1e-201], dtype=f64),
    ]
    streams = [
        Case(loc=[0.5, -1.0, 2.0], scale=[2.0, 0.1, 1.0], concentration=[0.5, -0.5, 0.25]),
        Case(loc=T(0.5, None), scale=T(2.0, None), concentration=T(0.25, None)),
    ]
    bad_parameters = [
        Case(loc=0.0, scale=-1.0, concentration=0.5),
        Case(loc=[0.0, NAN], scale=1.0, concentration=0.5),
        Case(loc=0.0, scale=1.0, concentration=[0.5, NAN]),
    ]
    bad_values = [
        Case(loc=[0.0], scale=[1.0], concentration=[0.5], at=[-0.5]),
        Case(loc=[0.0], scale=[1.0], concentration=[-0.5], at=[2.5]),
    ]
