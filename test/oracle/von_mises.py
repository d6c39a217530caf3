"""VonMises(loc m, concentration k): p(x) = exp(k cos(x - m)) / (2 pi I0(k)), with the period 2 pi."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import POSITIVE, REAL
from .framework.family import Family


def scaled(order, k):
    """exp(-k) I_order(k): by mpmath, or for large k by the asymptotic series (DLMF 10.40.1)."""
    if k < 2 * mp.dps + 100:
        return mp.besseli(order, k) * mp.exp(-k)
    term = total = mpf(1)
    n = 0
    while abs(term) > mp.eps:
        n += 1
        term *= -(4 * mpf(order) ** 2 - (2 * n - 1) ** 2) / (8 * n * k)
        total += term
    return total / mp.sqrt(2 * mp.pi * k)


def log_i0e(k):
    return mp.log(scaled(0, k))


def circular_variance(k):
    return 1 - scaled(1, k) / scaled(0, k)


def drop(x, m):
    """1 - cos(x - m)."""
    return 2 * mp.sin((x - m) / 2) ** 2


class VonMisesPoints(Points):
    quantities = ("log_prob", "mean", "variance", "entropy")
    edges = [
        dict(loc=0.5, concentration=k, value=x)
        for k in (1e-8, 1e-4, 5.9999, 6.0, 6.0001, 59.0, 60.0, 700.0, 800.0, 1e4, 1e8)
        for x in (0.5, 0.50003, -2.5)
    ]

    @staticmethod
    def typical(draw):
        loc, k = draw.uniform(-3, 3), draw.log_uniform(-1, 1.5)
        value = draw.fmt.round(loc + draw.bell() / mp.sqrt(k + 0.5))
        return dict(loc=loc, concentration=k, value=value)

    @staticmethod
    def hostile(draw):
        loc = draw.choice([0.0, draw.uniform(-3, 3), draw.fmt.round(draw.sign() * draw.log_uniform(-6, 4))])
        k = draw.log_uniform(-8, 8)
        distance = draw.choice([draw.bell() / mp.sqrt(k + 0.5), draw.uniform(-3, 3), draw.uniform(-60, 60)])
        return dict(loc=loc, concentration=k, value=draw.fmt.round(loc + distance))

    @staticmethod
    def unit(quantity, value, loc, concentration):
        d, k = value - loc, concentration
        if quantity == "log_prob":  # the difference is rounded
            return max(abs(log_i0e(k)), k * drop(value, loc), k * abs(d * mp.sin(d)))
        if quantity in ("log_prob/value", "log_prob/loc"):
            return k * (abs(mp.sin(d)) + abs(d * mp.cos(d)))
        if quantity == "log_prob/concentration":
            return max(drop(value, loc), circular_variance(k), abs(d * mp.sin(d)))
        if quantity == "entropy":
            return abs(log_i0e(k))


class VonMises(Family):
    parameters = {"loc": REAL, "concentration": POSITIVE}
    value = REAL
    attributes = ("circular",)

    def log_prob(x, m, k):
        return -k * drop(x, m) - mp.log(2 * mp.pi) - log_i0e(k) if mp.isfinite(x) else -mp.inf

    def mean(m, k):
        return m

    def mode(m, k):
        return m

    def variance(m, k):
        return circular_variance(k)

    def entropy(m, k):
        return mp.log(2 * mp.pi) + log_i0e(k) + k * circular_variance(k)

    def interval(m, k):
        return [m - mp.pi, m, m + mp.pi]

    def kl_von_mises_von_mises(m, k, n, j):
        mean_cosine = scaled(1, k) / scaled(0, k)
        return log_i0e(j) - log_i0e(k) + (j - k) + mean_cosine * (k - j * mp.cos(m - n))

    kl = {"VonMises": kl_von_mises_von_mises}
    kl_points = {
        "VonMises": [(0, 1e-6, 0, 1e-3), (0, 1e-6, 3, 1e-6), (0, 5.9, 0, 6.1), (1, 4, 1, 16), (1, 4, 1, 17), (0, 3, 6.283185307179586, 3),
                     (0, 1e8, 0, 1.001e8), (0, 1e8, 1e-4, 1e8), (0, 1e-6, 0, 1e8), (0, 1e8, 0, 1e-6), (20, 2, -30, 5)],
    }
    kl_wrong_in_python = ("VonMises",)  # it has no rule

    ordinary = {"loc": [-0.5, 1, 2], "concentration": [0.5, 1, 3]}
    accuracy = [VonMisesPoints]
    points = dict(at=[-3.0, -0.5, 0.0, 1.0, 4.0], edges=[], outside=[NAN, INF])
    cases = [
        Case(loc=0.0, concentration=[1.0]),
        Case(loc=[0.5], concentration=2),
        Case(loc=[0.25, -1.0, 3.0], concentration=[0.5, 1.0, 2.0]),
        Case(loc=[0.25, -1.0, 3.0], concentration=[0.5, 1.0, 2.0], dtype=f64),
        Case(loc=[[0.25], [-1.0]], concentration=[0.5, 1.0, 2.0]),
        Case(loc=[[0.25, 0.5, 1.0], [0.1, 0.2, 0.3]], concentration=0.3, dtype=f64),
        Case(loc=1.5, concentration=[0.1, 10.0]),
        Case(loc=T(0.7, f32), concentration=T(1.3, f32)),
        Case(loc=[0.7], concentration=[1.3]),
        Case(loc=[0.0], concentration=[1e-8, 1e-4, 1e-2]),
        Case(loc=[0.0], concentration=[1e-8, 1e-4, 1e-2], dtype=f64),
        Case(loc=[1.0], concentration=[3.75, 5.5, 6.5, 30.0, 60.0], dtype=f64),
        Case(loc=[0.0], concentration=[100.0, 1e4, 1e8], at=[-1e-4, 0.0, 1e-4, 0.01]),
        Case(loc=[0.0], concentration=[100.0, 1e4, 1e8], at=[-1e-4, 0.0, 1e-4, 0.01], dtype=f64),
        Case(loc=[10.0, -100.0], concentration=[2.0, 5.0], at=[12.0, 1000.0, -98.0], dtype=f64),
        Case(loc=[0.5, -1.0], concentration=[1.0, 2.0], dtype=f16),
        Case(loc=[0.5, -1.0], concentration=[1.0, 2.0], dtype=bf16),
    ]
    streams = [
        Case(loc=[0.5, -1.0], concentration=[2.0, 0.1]),
        Case(loc=[0.5, 20.0], concentration=[0.5, 5.0]),
        Case(loc=T(0.5, None), concentration=T(2.0, None)),
    ]
    bad_parameters = [
        Case(loc=[0.0], concentration=-1.0),
        Case(loc=[NAN, 0.0], concentration=1.0),
    ]
    bad_values = [
        Case(loc=[0.0], concentration=[1.0], at=[NAN]),
    ]
