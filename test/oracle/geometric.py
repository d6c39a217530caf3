"""Geometric(probs p or logits): P(k) = (1-p)^k p, k = 0, 1, ... failures before the first success."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import COUNT, LOGIT, POSITIVE_PROBABILITY, hostile_unit_interval, probability
from .framework.family import Family, probs_or_logits
from .framework.mathematics import Odds


class OfProbs(Points):
    name, form = "Geometric(probs)", ("probs",)
    edges = [
        dict(probs=p, value=x, probability=u)
        for p, x, u in (
            (1.0, 0.0, 0.5), (1.0, 3.0, 1.0), (0.25, 0.5, 0.25), (0.25, 3.0, 0.0), (0.5, 2.0, 0.875), (0.3, -1.0, 1.0),
            (1e-10, 1e10, 1e-12), (1e-30, 1e25, 0.5), (0.01, 1e4, 0.01),
        )
    ]
    differentiable = cdf_gradients = ("probs",)

    @staticmethod
    def value(draw, p, hostile):
        """A number of failures near the mean, at the start or far out; for a cdf also between two counts."""
        k = int(-mp.log(draw.random.random()) / -mp.log1p(-mpf(p)) if p < 1 else 0)
        if hostile and draw.chance(0.4):
            k = draw.choice([0, 1, 2, int(k * draw.log_uniform(-2, 1.5)), k + 0.5 if k < 2**20 else k])
        return draw.fmt.round(float(k))

    @classmethod
    def point(cls, draw, hostile, **parameter):
        odds = Odds.of(**{k: mpf(v) for k, v in parameter.items()})
        point = parameter | {"value": cls.value(draw, odds.p, hostile)}
        while True:  # a rounded value of the cdf may be meant for the count below
            u = probability(draw, hostile)
            k = Geometric.icdf(mpf(u), odds)
            if not 0 < k < mp.inf or Geometric.cdf(k - 1, odds) * (1 + 4 * mpf(draw.fmt.eps)) < u:
                return point | {"probability": u}

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, False, probs=draw.uniform(0.02, 0.98))

    @classmethod
    def hostile(cls, draw):
        return cls.point(draw, True, probs=hostile_unit_interval(draw, -15, -12))

    @classmethod
    def unit(cls, quantity, value, probability=None, **parameter):
        odds = Odds.of(**parameter)
        n = mp.floor(value) + 1
        if quantity == "log_prob/probs":
            return max(1 / odds.p, value / odds.q if odds.q else 0)
        if quantity == "log_prob/logits":
            return max(value * odds.p, odds.q)
        if quantity.split("/")[0] in ("cdf", "survival_function", "log_cdf") and (quantity == "survival_function" or "/" in quantity):
            return ("relative to goal", n * abs(odds.log_q)) if 0 < odds.q else None  # exp(n log q)
        if quantity in ("mean", "variance") and "logits" in parameter:  # exp(-logits)
            return ("relative to goal", 2 * abs(parameter["logits"]))


class OfLogits(OfProbs):
    name, form = "Geometric(logits)", ("logits",)
    edges = [
        dict(logits=t, value=k, probability=u)
        for t, k, u in ((-80.5, 0.0, 0.5), (80.5, 0.0, 0.5), (80.5, 2.0, 0.25), (0.0, 2.0, 0.75), (-20.0, 1e9, 1e-3))
    ]
    differentiable = cdf_gradients = ("logits",)

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, False, logits=draw.uniform(-4, 4))

    @classmethod
    def hostile(cls, draw):
        t = draw.sign() * (draw.uniform(0, 8) if draw.chance(0.5) else draw.log_uniform(-6, 2.3 if draw.fmt.is_double else 1.8))
        return cls.point(draw, True, logits=t)


class Geometric(Family):
    parameters = {"probs": POSITIVE_PROBABILITY, "logits": LOGIT}
    forms = probs_or_logits()
    value = COUNT

    def canonical(probs=None, logits=None):
        return (Odds.of(probs, logits),)

    def log_prob(k, o):
        if not 0 <= k < mp.inf or k != mp.floor(k):
            return -mp.inf
        return o.log_p + (k * o.log_q if k else 0)

    def survival_function(x, o):
        return mpf(1) if x < 0 else mpf(0) if mp.isinf(x) else mp.exp((mp.floor(x) + 1) * o.log_q)

    def cdf(x, o):
        return mpf(0) if x < 0 else mpf(1) if mp.isinf(x) else -mp.expm1((mp.floor(x) + 1) * o.log_q)

    def log_cdf(x, o):
        if x < 0:
            return -mp.inf
        tail = Geometric.survival_function(x, o)
        return mp.log(Geometric.cdf(x, o)) if tail > 0.5 else mp.log1p(-tail)

    def icdf(u, o):
        """The smallest k with cdf(k) >= u."""
        if not 0 <= u <= 1:
            return mp.nan
        if u == 0 or o.q == 0:
            return mpf(0)
        if u == 1:
            return mp.inf
        k = max(mp.ceil(mp.log1p(-u) / o.log_q) - 1, mpf(0))
        is_rounded = k > 0 and Geometric.cdf(k - 1, o) >= u - mpf(10) ** -40  # a quotient that is an integer
        return k - 1 if is_rounded else k

    def mean(o):
        return o.q / o.p

    def mode(o):
        return mpf(0)

    def variance(o):
        return o.q / o.p**2

    def entropy(o):
        return o.entropy() / o.p

    def values(o):
        return range(3000)

    def kl_geometric_geometric(o, other):
        return o.kl(other) / o.p

    kl = {"Geometric": kl_geometric_geometric}
    kl_points = {
        ("probs", "probs"): [(1, 0.25), (1, 1), (0.5, 1), (1e-10, 2e-10), (1e-15, 1e-12), (1e-12, 0.5), (0.25, 1e-30)],
        ("logits", "logits"): [(0, 60), (60, 0), (-60, 0), (-60, -60.5), (-300, -300.25), (-39.75, -40.25), (0, 1e-8), (-45, -30), (0, -1e16),
                               (-39, -1e18), (30, -30), (500, -1e16), (3, -47.25)],
        ("probs", "logits"): [(1, 2), (0.5, 60), (1e-12, -30)],
        ("logits", "probs"): [(-30, 1e-12), (60, 0.25), (0, 1)],
    }
    kl_wrong_in_python = ("Geometric",)  # clamps probabilities

    ordinary = {"probs": [0.2, 0.5, 0.9], "logits": [-2, 0.5, 1]}
    accuracy = [OfProbs, OfLogits]
    # These probabilities are no rounded values of a cdf below.
    points = dict(at=[0.0, 1.0, 4.0, 20.0], outside=[-1.0, 0.5, INF, NAN], p=[0.15, 0.55, 0.85, 0.0, 1.0, 1e-6, 0.95, -0.5, 1.5])
    cases = [
        Case(probs=0.3),
        Case(logits=0.5),
        Case(probs=1, at=[0.0], edges=[1.0]),
        Case(probs=[0.25, 0.5, 0.9]),
        Case(probs=[0.25, 0.5, 0.9], dtype=f64),
        Case(logits=[-1.0, 0.0, 2.5]),
        Case(logits=[-1.0, 0.0, 2.5], dtype=f64),
        Case(probs=[[0.25, 0.5], [0.75, 0.9]]),
        Case(logits=[[0.25, -0.5], [0.75, 3.0]], dtype=f64),
        Case(probs=[1.0], at=[0.0], edges=[1.0], dtype=f64),
        Case(probs=[1e-6, 0.01], at=[0.0, 10.0, 1e6]),
        Case(probs=[1e-12, 1e-30], at=[0.0, 1e6, 1e12]),
        Case(probs=[1e-12, 1e-100], at=[0.0, 1e6, 1e12], p=[0.0, 1.0], dtype=f64),
        Case(logits=[-80.0, 80.0], at=[0.0, 1.0, 1e15]),
        Case(logits=[-40.0, -700.0, 40.0, 700.0], at=[0.0, 1.0, 1e12], p=[0.0, 1.0], dtype=f64),
        Case(probs=T(0.25, f32)),
        Case(probs=[0.25, 0.75], at=[0.0, 1.0, 4.0], dtype=f16),
        Case(logits=[0.25, 0.75], at=[0.0, 1.0, 4.0], dtype=bf16),
    ]
    streams = [
        Case(probs=[0.25, 0.9, 0.01]),
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
        Case(probs=0.5, at=[0.5]),
        Case(probs=[0.5, 0.25], at=[-1.0]),
    ]
