"""Chi2(df): Gamma(df / 2, 1 / 2)."""

from mpmath import mpf

from .framework.cases import Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE
from .gamma import Gamma, GammaPoints


class Chi2Points(GammaPoints):
    cdf_gradients = ("value", "df")
    edges = [dict(df=2 * a, value=0.0) for a in (0.5, 1.0, 1.5, 2.0, 1e6)] + [dict(df=a, value=x) for a, x in ((1.0, 1e4), (40.0, 1e-5), (1e4, 1e5))]

    @classmethod
    def parameters(cls, draw, concentration, rate):
        return dict(df=draw.fmt.round(2 * concentration))

    @classmethod
    def value(cls, draw, a, r, hostile):
        return super().value(draw, a, 0.5, hostile)


class Chi2(Gamma):
    base = "Gamma"
    parameters = {"df": POSITIVE}

    def canonical(df):
        return df / 2, mpf(1) / 2

    kl_points = {}
    ordinary = {"df": [0.5, 3, 14]}
    accuracy = [Chi2Points]
    cases = [
        Case(df=1.0),
        Case(df=4),
        Case(df=[0.5, 1.0, 7.0]),
        Case(df=[0.5, 1.0, 7.0], dtype=f64),
        Case(df=[[0.5, 1.0], [2.0, 30.0]]),
        Case(df=[[0.5, 1.0], [2.0, 30.0]], dtype=f64),
        Case(df=T(3.0, f32)),
        Case(df=[2.0], at=[0.0, 1.0]),
        Case(df=[1e-6, 1e-2], at=[1e-30, 1e-3, 1.0]),
        Case(df=[1e-6, 1e-2], at=[1e-200, 1e-3, 1.0], dtype=f64),
        Case(df=[2e4], at=[19500.0, 20000.0, 20400.0]),
        Case(df=[2e4], at=[19500.0, 20000.0, 20400.0], dtype=f64),
        Case(df=[2.0, 5.0], dtype=f16, at=[0.5, 4.0]),
        Case(df=[2.0, 5.0], dtype=bf16, at=[0.5, 4.0]),
        Case(df=[1.0, 80.0], at=[1e-6, 2000.0], dtype=f64),
    ]
    streams = [
        Case(df=[0.5, 5.0]),
    ]
    bad_parameters = [
        Case(df=-1.0),
    ]
    bad_values = [
        Case(df=2.0, at=[-1.0]),
    ]
