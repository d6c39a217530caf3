"""Poisson(rate r): P(k) = r^k exp(-r) / k!."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import COUNT, INTENSITY
from .framework.family import Family
from .framework.mathematics import xlogy


class PoissonPoints(Points):
    quantities = ("log_prob", "mean", "variance", "entropy")
    edges = [
        dict(rate=r, value=k)
        for r, k in ((0.0, 0.0), (0.0, 3.0), (1e-30, 0.0), (1e6, 1e6), (1e8, 1e8), (1e12, 1e12), (1e12, 999999e6))
    ]
    differentiable = ("rate",)
    uses_lgamma = True

    @staticmethod
    def count(draw, rate, hostile):
        """A count near the mean, or anywhere."""
        k = rate + rate**0.5 * draw.bell()
        if hostile and draw.chance(0.4):
            k = draw.choice([0, 1, 2, rate * draw.log_uniform(-2, 2), draw.log_uniform(0, 8)])
        return draw.fmt.round(float(round(max(k, 0))))

    @classmethod
    def typical(cls, draw):
        rate = draw.log_uniform(-1, 2)
        return dict(rate=rate, value=cls.count(draw, rate, False))

    @classmethod
    def hostile(cls, draw):
        rate = draw.log_uniform(-6, 8)
        return dict(rate=rate, value=cls.count(draw, rate, True))


def kl_poisson_poisson(r, s):
    return mpf(s) if r == 0 else mp.inf if s == 0 else r * mp.log(r / s) - r + s


class Poisson(Family):
    base = "ExponentialFamily"
    parameters = {"rate": INTENSITY}
    value = COUNT

    def log_prob(k, r):
        return xlogy(k, r) - r - mp.loggamma(k + 1) if 0 <= k < mp.inf and k == mp.floor(k) else -mp.inf

    def mean(r):
        return r

    variance = mean

    def mode(r):
        return mp.floor(r)

    def entropy(r):
        """For a wide distribution sums every m-th term, times m, as for Binomial."""
        if r == 0 or not 0 < r < INF:
            return mpf(r) if r >= 0 else NAN
        deviation = mp.sqrt(r)
        low, high = max(0, int(r - 20 * deviation - 80)), int(r + 20 * deviation + 80)
        stride = max(1, int(deviation / 8)) if low > 0 else 1
        terms = []
        for k in range(low, high + 1, stride):
            log_prob = Poisson.log_prob(mpf(k), r)
            if log_prob > -10000:
                terms.append(-mp.exp(log_prob) * log_prob)
        return mp.fsum(terms) * stride

    def values(r):
        return range(500)

    kl = {"Poisson": kl_poisson_poisson}
    kl_infinite = ("Bernoulli", "Binomial")
    kl_points = {"Poisson": [(0, 3), (0, 0), (2, 0), (1e6, 1e6 + 100), (1e12, 1e12 + 1e4), (1e-30, 1e30)]}

    ordinary = {"rate": [0.5, 3, 14]}
    accuracy = [PoissonPoints]
    points = dict(at=[0.0, 1.0, 3.0, 10.0], outside=[-1.0, 0.5, INF, NAN])
    cases = [
        Case(rate=1.0),
        Case(rate=4),
        Case(rate=[0.5, 1.0, 4.5]),
        Case(rate=[0.5, 1.0, 4.5], dtype=f64),
        Case(rate=[[0.25, 2.5], [30.0, 0.1]]),
        Case(rate=[[0.25, 2.5], [30.0, 0.1]], dtype=f64),
        Case(rate=T(2.5, f32)),
        Case(rate=[2.5]),
        Case(rate=[0.0, 1.0], at=[0.0], edges=[1.0, 3.0]),
        Case(rate=[0.0], at=[0.0], edges=[2.0], dtype=f64),
        Case(rate=[1e-12, 1e-30]),
        Case(rate=[1e-12, 1e-200], dtype=f64),
        Case(rate=[1e6], at=[998000.0, 1e6, 1001000.0]),
        Case(rate=[1e12], at=[1e12, 1000001048576.0]),
        Case(rate=[1e12], at=[0.0, 999999000000.0, 1e12], dtype=f64),
        Case(rate=[0.5, 4.0], dtype=f16),
        Case(rate=[0.5, 4.0], dtype=bf16),
    ]
    streams = [
        Case(rate=[0.5, 4.0, 30.0]),
        Case(rate=T(2.5, None)),
    ]
    bad_parameters = [
        Case(rate=-1.0),
        Case(rate=[1.0, NAN]),
    ]
    bad_values = [
        Case(rate=[2.0], at=[-1.0]),
        Case(rate=[2.0, 3.0], at=[0.5]),
    ]
