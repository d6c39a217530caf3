"""ContinuousBernoulli(probs p or logits t): p(x) = t exp(t x) / (exp(t) - 1), 0 <= x <= 1, with t = log(p / (1 - p))."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import LOGIT, PROBABILITY, UNIT, hostile_unit_interval, probability
from .framework.family import Family, probs_or_logits
from .framework.mathematics import INF
from .laplace import kl_to_laplace
from .normal import kl_to_normal


def logit(p):
    return mp.nan if not 0 <= p <= 1 else -INF if p == 0 else INF if p == 1 else mp.log(p / (1 - p))


def log_mean_exp(t):
    """log of the mean of exp(t x) over [0, 1]."""
    return mpf(0) if t == 0 else max(t, mpf(0)) + mp.log(-mp.expm1(-abs(t)) / abs(t))


class OfProbs(Points):
    counts = 10, 30
    name, form = "ContinuousBernoulli(probs)", ("probs",)
    differentiable = ("value", "probs")
    cdf_gradients = ("value", "probs")
    edges = [
        dict(probs=p, value=x, probability=u)
        for p, x, u in (
            (0.5, 0.3, 0.3), (0.5 + 2**-20, 0.5, 0.5), (0.499, 0.5, 0.5), (0.4991, 0.5, 0.25), (0.501, 0.25, 1e-8), (1e-30, 0.1, 0.5),
            (1e-30, 1e-20, 0.999), (0.3, 0.0, 0.0), (0.3, 1.0, 1.0), (0.3, -0.5, 0.5), (0.3, 1.5, 0.5),
        )
    ]

    @classmethod
    def value(cls, draw, t, hostile):
        x = draw.uniform(0.01, 0.99)
        if hostile:
            inside = draw.fmt.round(ContinuousBernoulli.icdf(mpf(draw.uniform(0.001, 0.999)), mpf(t)))
            x = draw.choice([x, hostile_unit_interval(draw), inside])
        return x if draw.fmt.smallest < x < 1 else 0.5

    @classmethod
    def point(cls, draw, hostile, **parameter):
        t, = ContinuousBernoulli.canonical(**{k: mpf(v) for k, v in parameter.items()})
        return parameter | {"value": cls.value(draw, t, hostile), "probability": probability(draw, hostile)}

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, False, probs=draw.uniform(0.02, 0.98))

    @classmethod
    def hostile(cls, draw):
        p = draw.fmt.round(0.5 + draw.sign() * draw.log_uniform(-6, -0.4)) if draw.chance(0.4) else hostile_unit_interval(draw)
        return cls.point(draw, True, probs=p)

    @classmethod
    def unit(cls, quantity, value, probability=None, **parameter):
        t, = ContinuousBernoulli.canonical(**parameter)
        size = abs(t)
        slope = 1 / (parameter["probs"] * (1 - parameter["probs"])) if "probs" in parameter else mpf(1)
        if quantity == "icdf":  # the logarithm of a number with a rounding error, divided by t
            x = ContinuousBernoulli.icdf(mpf(probability), t)
            return ("relative to goal", 1 + 1 / max(size * min(x, 1 - x), mpf(1) / 8)) if 0 < x < 1 else None
        if not 0 <= value <= 1:
            return None
        y = value if t < 0 else 1 - value
        if quantity == "log_prob":
            return max(size * y, abs(log_mean_exp(-size)))
        if quantity in ("log_prob/probs", "log_prob/logits"):
            return max(y, ContinuousBernoulli.mean(-size)) * slope
        if quantity == "log_prob/value":
            return size
        if quantity in ("cdf", "survival_function"):
            return ("relative to goal", size)
        if quantity in ("log_cdf", "log_survival_function"):
            return max(1, size)
        if quantity == "entropy":
            return max(1, mp.log(max(size, mpf(1))))
        if "/" in quantity:
            return ("relative to goal", 1 + size)


class OfLogits(OfProbs):
    name, form = "ContinuousBernoulli(logits)", ("logits",)
    differentiable = ("value", "logits")
    cdf_gradients = ("value", "logits")
    edges = [
        dict(logits=t, value=x, probability=u)
        for t, x, u in (
            (0.0, 0.3, 0.3), (1e-9, 0.5, 0.5), (-1e-30, 0.25, 0.75), (-1000.0, 1e-3, 0.5), (1000.0, 0.999, 1e-8), (-1000.0, 1e-30, 1e-20),
            (-1e6, 1e-6, 0.999999), (1e6, 0.5, 0.25), (2.0, 0.0, 0.0), (2.0, 1.0, 1.0), (-1.0, 0.5, 0.5), (3.0, 0.9, 0.125),
        )
    ]

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, False, logits=draw.uniform(-5, 5))

    @classmethod
    def hostile(cls, draw):
        t = draw.uniform(0, 8) if draw.chance(0.4) else draw.log_uniform(-8, 6)
        return cls.point(draw, True, logits=draw.sign() * t)


class ContinuousBernoulli(Family):
    base = "ExponentialFamily"
    parameters = {"probs": PROBABILITY, "logits": LOGIT}
    forms = probs_or_logits()
    value = UNIT

    def canonical(probs=None, logits=None):
        return (logit(probs) if probs is not None else logits,)

    def end(t):
        """Where all mass is, if t is infinite."""
        return mpf(t > 0)

    def log_prob(x, t):
        if not 0 <= x <= 1:
            return -INF
        if mp.isinf(t):
            return INF if x == ContinuousBernoulli.end(t) else -INF
        return -abs(t) * (x if t < 0 else 1 - x) - log_mean_exp(-abs(t))

    def cdf(x, t):
        if not 0 <= x < 1:
            return mpf(x >= 1)
        if mp.isinf(t):
            return mpf(x >= ContinuousBernoulli.end(t))
        return x if t == 0 else mp.expm1(t * x) / mp.expm1(t) if t < 0 else mp.exp(-t * (1 - x)) * mp.expm1(-t * x) / mp.expm1(-t)

    def survival_function(x, t):
        if mp.isinf(t):
            return mpf(x < ContinuousBernoulli.end(t))
        return mpf(x < 0) if not 0 <= x <= 1 else ContinuousBernoulli.cdf(1 - x, -t)

    def icdf(p, t):
        if not 0 <= p <= 1:
            return mp.nan
        if mp.isinf(t):
            return ContinuousBernoulli.end(t)
        if p in (0, 1) or t == 0:
            return p
        return mp.log1p(p * mp.expm1(t)) / t

    def mean(t):
        if mp.isinf(t):
            return ContinuousBernoulli.end(t)
        if t == 0:
            return mpf(1) / 2
        if t > 0:
            return 1 - ContinuousBernoulli.mean(-t)
        with mp.workdps(mp.dps + 20 + max(0, int(-mp.log10(-t)) if t < 0 else 0)):  # the difference cancels
            return -1 / t - 1 / mp.expm1(-t)

    def mode(t):
        return mp.nan if t == 0 else ContinuousBernoulli.end(t)

    def variance(t):
        if mp.isinf(t):
            return mpf(0)
        if t == 0 or mp.isnan(t):
            return mpf(1) / 12 + t
        with mp.workdps(mp.dps + 20 + 2 * max(0, int(-mp.log10(abs(t))))):  # the difference cancels
            return 1 / t**2 - mp.exp(-abs(t)) / mp.expm1(-abs(t)) ** 2

    def entropy(t):
        if mp.isinf(t):
            return -INF
        size = abs(t)
        return log_mean_exp(-size) + size * ContinuousBernoulli.mean(-size)

    def interval(t):
        return [0, 1]

    def kl_from(entropy, mean, t):
        """The divergence of a distribution on [0, 1] from the one with logit t."""
        return INF if mp.isinf(t) else -entropy - t * mean + log_mean_exp(t)

    def kl_to_itself(t, s):
        if mp.isinf(t):
            return mpf(0) if s == t else INF
        return ContinuousBernoulli.kl_from(ContinuousBernoulli.entropy(t), ContinuousBernoulli.mean(t), s)

    def kl_to_exponential(t, r):
        return INF if mp.isinf(t) else -ContinuousBernoulli.entropy(t) - mp.log(r) + r * ContinuousBernoulli.mean(t)

    def kl_to_normal_distribution(t, m, s):
        if mp.isinf(t):
            return INF
        return kl_to_normal(ContinuousBernoulli.entropy(t), ContinuousBernoulli.mean(t), ContinuousBernoulli.variance(t), m, s)

    def kl_to_uniform(t, low, high):
        return mp.log(high - low) - ContinuousBernoulli.entropy(t) if low <= 0 and high >= 1 else INF

    def kl_to_laplace_distribution(t, n, s):
        if mp.isinf(t):
            return INF
        mean = ContinuousBernoulli.mean(t)
        if n <= 0 or n >= 1:
            mean_distance = abs(mean - n)
        elif t == 0:
            mean_distance = (n**2 + (1 - n) ** 2) / 2
        else:  # the cdf is expm1(t x) / expm1(t)
            mean_distance = mean - n + 2 * (mp.expm1(t * n) - t * n) / (t * mp.expm1(t))
        return kl_to_laplace(ContinuousBernoulli.entropy(t), mean_distance, s)

    kl = {
        "ContinuousBernoulli": kl_to_itself,
        "Exponential": kl_to_exponential,
        "Laplace": kl_to_laplace_distribution,
        "Normal": kl_to_normal_distribution,
        "Uniform": kl_to_uniform,
    }
    kl_infinite = ("Pareto",)
    kl_points = {
        ("probs", "probs"): [(0, 0.25), (0, 0), (0.5, 0), (1e-12, 1e-9), (1e-30, 0.5), (0.5, 0.499), (0.4999, 0.5001), (1e-12, 1 - 1e-12)],
        ("logits", "logits"): [(0, 100), (100, 0), (-100, 100), (-500, 20), (800, -800), (-1e6, -1.001e6), (0, 1e-8), (-3, -4.5), (-1e8, -0.5)],
        ("probs", "logits"): [(0, 2), (0.5, 1000), (1e-12, -1000), (1e-12, 3)],
        ("logits", "probs"): [(-100, 1e-12), (100, 0.25), (0, 0), (0, 1)],
        "Exponential": [(0.5, 1), (1e-12, 27)],
        ("probs", "scale"): [(0.5, 0.5, 1), (0.5, 0, 1), (0.5, 1, 1), (0.25, 0.4, 0.1), (0.25, -1, 1), (0.9, 3, 1), (1e-12, 0.03, 0.04), (0, 1, 1)],
        ("logits", "scale"): [(0, 0.5, 1), (1e-3, 0.25, 2), (-1e3, 1e-3, 1e-3), (1e3, 0.999, 1e-3), (3, 0.75, 0.1)],
        "Uniform": [(0.25, 0, 1), (0.25, -1, 1), (0.25, 0, 2), (0.25, 0.5, 2)],
    }
    # Infinite if an end of the support coincides with that of Uniform. It has no rule for Laplace.
    kl_wrong_in_python = ("Laplace", "Uniform")

    def kl_draw(partner, rng, spread, forms):
        own = [ContinuousBernoulli.parameters[forms[0][0]].draw(rng, spread)]
        if partner.name() == "Uniform":  # an interval around the support
            return [*own, -rng.uniform(0, 2), 1 + rng.uniform(0, 2)]
        return [*own, *[partner.parameters[name].draw(rng, spread) for name in forms[1]]]

    ordinary = {"probs": [0.2, 0.6, 0.9], "logits": [-2, 0.5, 1]}
    accuracy = [OfProbs, OfLogits]
    points = dict(at=[1e-3, 0.25, 0.5, 0.99], edges=[0.0, 1.0], outside=[-0.5, 1.5, NAN])
    cases = [
        Case(probs=0.3),
        Case(logits=0.5),
        Case(probs=1, at=[1.0], edges=[0.0]),
        Case(probs=[0.25, 0.5, 0.9]),
        Case(probs=[0.25, 0.5, 0.9], dtype=f64),
        Case(logits=[-1.0, 0.0, 2.5], dtype=f64),
        Case(logits=[[0.25, -0.5], [0.75, 3.0]], dtype=f64),
        Case(probs=[0.0], at=[0.0], edges=[1.0], dtype=f64),
        Case(probs=[0.499, 0.4991, 0.5001, 0.501]),
        Case(probs=[0.499, 0.4991, 0.5001, 0.501], dtype=f64),
        Case(logits=[1e-3, -1e-8, 1e-20], dtype=f64),
        Case(probs=[1e-12, 1e-30], at=[1e-20, 0.1, 0.99]),
        Case(probs=[1e-12, 1e-200], at=[1e-20, 0.1, 0.99], dtype=f64),
        Case(logits=[-80.0, -1000.0, 80.0, 1000.0], at=[1e-3, 0.5, 0.999]),
        Case(logits=[-40.0, -700.0, 40.0, 1e6], at=[1e-3, 0.5, 0.999], dtype=f64),
        Case(probs=T(0.25, f32)),
        Case(probs=[0.25, 0.75], at=[0.25, 0.5], dtype=f16),
        Case(logits=[0.25, 0.75], at=[0.25, 0.5], dtype=bf16),
    ]
    streams = [
        Case(probs=[0.25, 0.9]),
        Case(logits=T(0.5, None)),
    ]
    bad_parameters = [
        Case(probs=1.5),
        Case(probs=[0.5, -0.1]),
        Case(logits=[0.5, NAN]),
        Case(),
        Case(probs=0.5, logits=0.0),
    ]
    bad_values = [
        Case(probs=0.5, at=[1.5]),
    ]
