"""Uniform(low, high): p(x) = 1 / (high - low), low <= x <= high."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import Case, T, bf16, f16, f32, f64
from .framework.draws import HIGH, LOW, REAL, hostile_unit_interval, probability
from .framework.family import Family
from .framework.mathematics import INF, NAN, log_beta, xlogy
from .continuous_bernoulli import ContinuousBernoulli
from .gamma import kl_to_gamma
from .gumbel import kl_to_gumbel
from .laplace import kl_to_laplace
from .normal import kl_to_normal


class UniformPoints(Points):
    differentiable = ("low", "high")
    edges = [dict(low=a, high=b, value=x, probability=0.5) for a, b, x in ((0.0, 1.0, 1e-30), (0.0, 1.0, 1 - 6e-8), (-1.0, 0.0, -1e-30), (0.0, 1e30, 1e-8))]

    @staticmethod
    def interval(draw, hostile):
        while True:
            if hostile:
                low = 0.0 if draw.chance(0.3) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
                high = draw.fmt.round(low + draw.log_uniform(-6, 8))
            else:
                low = draw.uniform(-3, 3)
                high = draw.fmt.round(low + draw.log_uniform(-1, 1))
            if low < high:
                return low, high

    @staticmethod
    def typical(draw):
        low, high = UniformPoints.interval(draw, False)
        value = draw.fmt.round(low + (high - low) * draw.uniform())
        return dict(low=low, high=high, value=value, probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        low, high = UniformPoints.interval(draw, True)
        width = high - low
        x = draw.choice(
            [
                low,
                high,
                draw.fmt.round(low - width),
                draw.fmt.round(high + width),
                draw.fmt.round(low + width * hostile_unit_interval(draw)),
                draw.fmt.round(low + width * draw.uniform()),
            ]
        )
        return dict(low=low, high=high, value=x, probability=probability(draw, True))

    @staticmethod
    def unit(quantity, value, low, high, **_):
        if quantity == "icdf":
            return abs(low)


def mean_log(low, high):
    return (xlogy(high, high) - xlogy(low, low)) / (high - low) - 1


def kl_to_beta(low, high, a, b):
    if low < 0 or high > 1:
        return INF
    return -mp.log(high - low) + log_beta(a, b) - (a - 1) * mean_log(low, high) - (b - 1) * mean_log(1 - high, 1 - low)


def kl_of_uniform_to_continuous_bernoulli(low, high, t):
    return ContinuousBernoulli.kl_from(mp.log(high - low), (low + high) / 2, t) if low >= 0 and high <= 1 else INF


def kl_of_uniform_to_gamma(low, high, c, r):
    return kl_to_gamma(mp.log(high - low), (low + high) / 2, mean_log(low, high), c, r) if low >= 0 else INF


def kl_uniform_gumbel(low, high, n, t):
    mean_exp = mp.exp(-low / t) * -mp.expm1((low - high) / t) * t / (high - low)
    return kl_to_gumbel(mp.log(high - low), (low + high) / 2, mean_exp, n, t)


def kl_of_uniform_to_pareto(low, high, m, a):
    return (a + 1) * mean_log(low, high) - a * mp.log(m) - mp.log(a) - mp.log(high - low) if low >= m else INF


def kl_of_uniform_to_laplace(low, high, n, t):
    signed_square = lambda x: x * abs(x)  # twice the integral of |x|
    return kl_to_laplace(mp.log(high - low), (signed_square(high - n) - signed_square(low - n)) / (2 * (high - low)), t)


class Uniform(Family):
    parameters = {"low": LOW, "high": HIGH}
    value = REAL
    attributes = ("jumps",)

    def log_prob(x, a, b):
        return -mp.log(b - a) if a <= x <= b else -INF

    def cdf(x, a, b):
        return min(max((x - a) / (b - a), mpf(0)), mpf(1))

    def survival_function(x, a, b):
        return min(max((b - x) / (b - a), mpf(0)), mpf(1))

    def icdf(p, a, b):
        return a + p * (b - a) if 0 <= p <= 1 else NAN

    def mean(a, b):
        return (a + b) / 2

    def mode(a, b):
        return NAN

    def variance(a, b):
        return (b - a) ** 2 / 12

    def entropy(a, b):
        return mp.log(b - a)

    def interval(a, b):
        return [a, b]

    kl = {
        "Beta": kl_to_beta,
        "ContinuousBernoulli": kl_of_uniform_to_continuous_bernoulli,
        "Exponential": lambda a, b, r: kl_of_uniform_to_gamma(a, b, mpf(1), r),
        "Gamma": kl_of_uniform_to_gamma,
        "Gumbel": kl_uniform_gumbel,
        "Laplace": kl_of_uniform_to_laplace,
        "Normal": lambda a, b, m, s: kl_to_normal(mp.log(b - a), (a + b) / 2, (b - a) ** 2 / 12, m, s),
        "Pareto": kl_of_uniform_to_pareto,
        "Uniform": lambda a, b, c, d: mp.log((d - c) / (b - a)) if c <= a and d >= b else INF,
    }
    kl_points = {
        "Beta": [(0, 1, 1, 1), (0, 1, 2, 3), (0, 0.5, 0.5, 0.5), (0.5, 1, 4, 0.25), (-0.5, 0.5, 2, 3), (0.5, 1.5, 2, 3), (0, 1e-20, 2, 3),
                 (0.4999, 0.5001, 1e8, 1e8)],
        ("high", "probs"): [(0, 1, 0.5), (0, 1, 0.3), (0, 1, 0.4999), (0.25, 1.5, 0.5), (0, 0.5, 1e-30), (0.5, 1, 0)],
        ("high", "logits"): [(0, 1, 0), (0, 1, 1e-3), (0, 1, -1e3), (0.5, 1, 1e3), (-0.5, 1, 2), (0, 1e-20, -1e20)],
        "Exponential": [(0, 1, 2), (-1, 1, 1)],
        "Gamma": [(0, 1, 2, 3), (0, 1, 1, 1), (-1, 1, 2, 3), (9998, 10002, 1e8, 1e4)],
        "Gumbel": [(0, 1, 0, 1), (0, 1, 0, 1e-3), (0, 1e-20, 0, 1), (0, 1, 30, 1)],
        "Laplace": [(0, 1, 0, 1), (0, 1, 1, 1), (0, 1, 0.5, 0.25), (-1, 1, 3, 1e-3), (0, 1e-20, 5, 1), (1e-20, 2e-20, 1.25e-20, 1e-20), (1e6, 1000001, 1e6, 1)],
        "Pareto": [(1, 2, 1, 1), (200, 300, 100, 50), (1, 1 + 1e-7, 1, 1e7), (1e-20, 1e20, 1e-20, 1e-3), (1, 2, 1.5, 1)],
        "Uniform": [(0, 1, 0, 1), (0, 1, 0, 1 + 1e-7), (200, 300, 100, 400), (0, 1, 0.5, 2), (0, 1, -1, 0.5)],
    }

    kl_near = False
    kl_wrong_in_python = ("Laplace",)  # it has no rule

    def kl_draw(partner, rng, spread):
        """low and high within the partner's support."""
        ends = {"Gumbel": (-3, 3), "Laplace": (-3, 3), "Normal": (-3, 3), "Uniform": (-3, 3), "Beta": (0, 1), "ContinuousBernoulli": (0, 1)}
        low, high = interval(rng, spread, *ends.get(partner.name(), (0, 5)))
        if partner.name() == "Pareto":
            low, high = interval(rng, spread, 0.5, 5)
            return [low, high, low * 10 ** rng.uniform(-2, 0), partner.parameters["alpha"].draw(rng, spread)]
        if partner is Uniform:
            return [low, high, low - 10 ** rng.uniform(-6, 2), high + 10 ** rng.uniform(-6, 2)]
        return [low, high, *[kind.draw(rng, spread) for kind in partner.parameters.values()]]

    ordinary = {"low": [0.1, 0.2, 0.3], "high": [0.6, 0.45, 0.9]}
    grid = [(low, low + width) for low in (-1e3, -1, 0, 1e-6, 0.25) for width in (1e-3, 0.75, 1, 1e6)]
    accuracy = [UniformPoints]
    points = dict(outside=[-1e4, 1e4])
    cases = [
        Case(low=0.0, high=1.0, at=[0.25, 0.75], edges=[0.0, 1.0]),
        Case(low=-1, high=2, at=[-0.5, 1.5], edges=[-1.0, 2.0]),
        Case(low=[0.0, 0.5, -1.0], high=[2.0, 1.5, 3.0], at=[0.75, 1.0], edges=[1.5]),
        Case(low=[0.0, 0.5, -1.0], high=[2.0, 1.5, 3.0], at=[0.75, 1.0], edges=[1.5], dtype=f64),
        Case(low=[[0.0], [0.5]], high=[2.0, 1.5], at=[0.75, 1.0], edges=[1.5]),
        Case(low=[0.0, 0.5], high=2.0, at=[0.75, 1.0], edges=[2.0], dtype=f64),
        Case(low=-1.0, high=[2.0, 1.5], at=[0.75, 1.0], edges=[-1.0]),
        Case(low=T(0.0, f32), high=T(3.0, f32), at=[1.0, 2.0], edges=[0.0, 3.0]),
        Case(low=[0.5], high=[0.75], at=[0.6, 0.7], edges=[0.5, 0.75]),
        Case(low=[-1e30, 0.0], high=[1e30, 1e-30], at=[5e-31], edges=[0.0], outside=[2e30]),
        Case(low=[1e6], high=[1000001.0], at=[1000000.25], edges=[1e6, 1000001.0], dtype=f64, outside=[0.0, 2e6]),
        Case(low=[0.0], high=[2.0], at=[0.5, 1.0], edges=[0.0, 2.0], dtype=f16),
        Case(low=[0.0], high=[2.0], at=[0.5, 1.0], edges=[0.0, 2.0], dtype=bf16),
        Case(low=[0.0, -1e200], high=[1e200, 1e-200], at=[1e-220], edges=[0.0], dtype=f64, outside=[-2e200, 2e200]),
    ]
    streams = [
        Case(low=[-1.0, 2.0], high=[1.0, 2.5]),
        Case(low=T(0.0, None), high=T(1.0, None)),
    ]
    bad_parameters = [
        Case(low=1.0, high=0.0),
        Case(low=[0.0, 2.0], high=[1.0, 1.0]),
    ]
    bad_values = [
        Case(low=0.0, high=1.0, at=[2.0]),
        Case(low=[0.0, 0.5], high=[1.0, 1.5], at=[1.25]),
    ]


def interval(rng, spread, low, high):
    a, b = sorted((rng.uniform(low, high), rng.uniform(low, high)))
    if spread == "hostile" and rng.random() < 0.5:
        b = a + (b - a) * 10 ** rng.uniform(-5, 0)
    return [a, b] if b > a else [low, high]
