"""FisherSnedecor(df1 v, df2 w): (X / v) / (Y / w) for X ~ Chi2(v), Y ~ Chi2(w), so
p(x) = sqrt((v x)^v w^w / (v x + w)^(v + w)) / (x B(v/2, w/2)), x > 0."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, extreme, tail_z
from .framework.family import Family
from .framework.mathematics import log_beta


class FisherSnedecorPoints(Points):
    quantities = ("log_prob", "mean", "variance")
    uses_lgamma = True
    edges = [
        dict(df1=v, df2=w, value=x)
        for v, w, x in ((1e8, 1.0, 0.5), (1.0, 1e8, 0.5), (1e8, 1e8, 1.0001), (0.1, 0.2, 1e22), (2.0, 1e-6, 1.0), (1e-6, 1e6, 1e-10), (1e15, 1e15, 1.0),
                        (1e6, 1e-3, 1e-20), (3.0, 5.0, 1e-30), (3.0, 5.0, 1e30))
    ]

    @classmethod
    def point(cls, draw, df1, df2, z):
        """A value at a standard score of log x, as if that were normal."""
        x = mp.exp(mpf(z) * mp.sqrt(2 / mpf(df1) + 2 / mpf(df2)))
        return dict(df1=df1, df2=df2, value=draw.fmt.round(min(max(x, draw.fmt.smallest), draw.fmt.largest)))

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, draw.log_uniform(-0.3, 2), draw.log_uniform(-0.3, 2), draw.bell())

    @classmethod
    def hostile(cls, draw):
        df1, df2 = draw.log_uniform(-6, 8), draw.log_uniform(-6, 8)
        if draw.chance(0.3):
            return dict(df1=df1, df2=df2, value=extreme(draw))
        return cls.point(draw, df1, df2, tail_z(draw, 9, 5))

    @staticmethod
    def unit(quantity, value, df1, df2):
        a, b = df1 / 2, df2 / 2
        excess = a * b * (1 - value) / (a * value + b)
        if quantity == "log_prob":
            return abs(mp.log(value))
        if quantity == "log_prob/value":
            return max(1, abs(excess)) / value
        if quantity in ("log_prob/df1", "log_prob/df2"):
            # The two terms of the derivative.
            c, t = (a, (a + b) * value / (a * value + b)) if quantity.endswith("1") else (b, (a + b) / (a * value + b))
            slope = mp.digamma(a + b) - mp.log(a + b) - mp.digamma(c) + mp.log(c)
            return max(slope, t - 1 - mp.log(t)) / 2


class FisherSnedecor(Family):
    parameters = {"df1": POSITIVE, "df2": POSITIVE}
    value = POSITIVE
    attributes = ("heavy tails", "implicit gradient")
    checked_at = [dict(df1=5, df2=12), dict(df1=3.5, df2=20)]

    def log_prob(x, v, w):
        if not 0 < x < mp.inf:
            return -mp.inf
        a, b = v / 2, w / 2
        return a * mp.log(v * x / (v * x + w)) + b * mp.log(w / (v * x + w)) - mp.log(x) - log_beta(a, b)

    def mean(v, w):
        return w / (w - 2) if w > 2 else mp.nan

    def mode(v, w):
        return (v - 2) / v * w / (w + 2) if v > 2 else mp.nan

    def variance(v, w):
        return 2 * w**2 * (v + w - 2) / (v * (w - 2) ** 2 * (w - 4)) if w > 4 else mp.nan

    def interval(v, w):
        return [0, 1, mp.inf]

    ordinary = {"df1": [0.5, 3, 14], "df2": [5, 9, 30]}
    accuracy = [FisherSnedecorPoints]
    points = dict(at=[1e-3, 0.5, 1.0, 4.0, 30.0], edges=[], outside=[0.0, -1.0, NAN])
    cases = [
        Case(df1=1.0, df2=2.0),
        Case(df1=3, df2=7),
        Case(df1=[0.5, 2.0, 7.0], df2=[3.0, 5.0, 10.0]),
        Case(df1=[0.5, 2.0, 7.0], df2=[3.0, 5.0, 10.0], dtype=f64),
        Case(df1=[[2.5], [7.0]], df2=[1.0, 4.0, 12.0]),
        Case(df1=[[2.5], [7.0]], df2=[1.0, 4.0, 12.0], dtype=f64),
        Case(df1=T(5.5, f32), df2=T(3.5, f32)),
        Case(df1=[5.5], df2=9.0, dtype=f64),
        Case(df1=[1e6, 1e8], df2=[1e6, 1e8], at=[0.9995, 1.0, 1.0005]),
        Case(df1=[1e8, 1.0], df2=[1.0, 1e8], at=[0.5, 1.0, 3.0]),
        Case(df1=[1e8, 1.0, 1e10], df2=[1.0, 1e10, 1e10], at=[0.5, 1.0, 1.00001], dtype=f64),
        Case(df1=[0.1, 1e-3], df2=[0.2, 1e-3], at=[1e-30, 1.0, 1e22]),
        Case(df1=[0.1, 3.0], df2=[0.2, 5.0], at=[1e-200, 1.0, 1e200], dtype=f64),
        Case(df1=[3.0, 5.0], df2=[6.0, 9.0], dtype=f16, at=[0.5, 1.0, 4.0]),
        Case(df1=[3.0, 5.0], df2=[6.0, 9.0], dtype=bf16, at=[0.5, 1.0, 4.0]),
    ]
    streams = [
        Case(df1=[0.5, 3.0, 30.0], df2=[4.0, 1.0, 8.0]),
        Case(df1=T(2.5, None), df2=T(5.0, None)),
    ]
    bad_parameters = [
        Case(df1=-1.0, df2=1.0),
        Case(df1=[1.0, 2.0], df2=[1.0, 0.0]),
    ]
    bad_values = [
        Case(df1=[3.0], df2=[5.0], at=[-1.0]),
    ]
