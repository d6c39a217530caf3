"""LogitRelaxedBernoulli(temperature T, probs p or logits l): p(y) = T exp(d) / (1 + exp(d))^2, d = l - T y, l = log(p / (1 - p))."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import LOGIT, POSITIVE, PROBABILITY, REAL, hostile_unit_interval, probability
from .framework.family import Family, probs_or_logits
from .framework.mathematics import sigmoid, softplus


def logit(p):
    return mp.nan if not 0 <= p <= 1 else -mp.inf if p == 0 else mp.inf if p == 1 else mp.log(p / (1 - p))


class OfProbs(Points):
    counts = 15, 40
    name, form = "LogitRelaxedBernoulli(probs)", ("temperature", "probs")
    cdf_gradients = ("value", "temperature", "probs")
    edges = [
        dict(temperature=t, probs=p, value=y, probability=u)
        for t, p, y, u in ((1.0, 0.5, 0.0, 0.5), (0.5, 0.3, 0.4, 1e-8), (1.0, 1e-30, -80.0, 0.25), (2.0, 0.5, 800.0, 0.75), (1e-6, 0.5, 1e8, 0.5))
    ]

    @classmethod
    def point(cls, draw, hostile, temperature, **parameter):
        _, l = LogitRelaxedBernoulli.canonical(mpf(temperature), **{k: mpf(v) for k, v in parameter.items()})
        z = draw.sign() * draw.log_uniform(-6, 2.8 if draw.fmt.is_double else 1.9) if hostile else 2 * draw.bell()
        y = draw.fmt.round((l + mpf(z)) / temperature)
        return dict(temperature=temperature, **parameter, value=y, probability=probability(draw, hostile))

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, False, draw.log_uniform(-1, 1), probs=draw.uniform(0.02, 0.98))

    @classmethod
    def hostile(cls, draw):
        return cls.point(draw, True, draw.log_uniform(-6, 6), probs=hostile_unit_interval(draw))

    @classmethod
    def unit(cls, quantity, value, temperature, probability=None, **parameter):
        _, l = LogitRelaxedBernoulli.canonical(temperature, **parameter)
        slope = 1 / (parameter["probs"] * (1 - parameter["probs"])) if "probs" in parameter else mpf(1)
        terms = max(abs(l), abs(temperature * value))  # of d
        if quantity in ("mean", "entropy"):
            return max(1, abs(mp.log(temperature))) if quantity == "entropy" else None
        if quantity == "icdf":
            return max(abs(l), abs(logit(mpf(probability)))) / temperature
        if quantity == "log_prob":
            return max(1, abs(mp.log(temperature)), terms)
        if quantity == "log_prob/value":
            return temperature * max(1, terms)
        if quantity == "log_prob/temperature":
            return max(1 / temperature, abs(value)) * max(1, terms)
        if quantity.startswith("log_prob/"):
            return max(1, terms) * slope
        if quantity in ("log_cdf", "log_survival_function"):
            return max(1, terms)
        return ("relative to goal", 1 + 2 * terms)


class OfLogits(OfProbs):
    name, form = "LogitRelaxedBernoulli(logits)", ("temperature", "logits")
    cdf_gradients = ("value", "temperature", "logits")
    edges = [
        dict(temperature=t, logits=l, value=y, probability=u)
        for t, l, y, u in ((1.0, 0.0, 0.0, 0.5), (1.0, 89.0, 0.0, 1e-8), (1.0, 1000.0, 0.0, 0.25), (1.0, -1000.0, -1000.0, 0.5), (2.0, 0.0, -1e6, 0.5))
    ]

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, False, draw.log_uniform(-1, 1), logits=draw.uniform(-4, 4))

    @classmethod
    def hostile(cls, draw):
        l = draw.sign() * (draw.uniform(0, 8) if draw.chance(0.5) else draw.log_uniform(-6, 2.7 if draw.fmt.is_double else 1.9))
        return cls.point(draw, True, draw.log_uniform(-6, 6), logits=l)


class LogitRelaxedBernoulli(Family):
    parameters = {"temperature": POSITIVE, "probs": PROBABILITY, "logits": LOGIT}
    forms = probs_or_logits("temperature")
    value = REAL

    def canonical(temperature, probs=None, logits=None):
        return temperature, logit(probs) if probs is not None else logits

    def score(y, t, l):
        """The value of a standard logistic variable; infinite where all mass is on one side of y."""
        return -mp.inf if mp.isinf(l) and y < l else mp.inf if mp.isinf(l) else t * y - l

    def log_prob(y, t, l):
        if mp.isinf(l):
            return mp.inf if y == l else -mp.inf
        z = LogitRelaxedBernoulli.score(y, t, l)
        return mp.log(t) - softplus(z) - softplus(-z)

    def cdf(y, t, l):
        return sigmoid(LogitRelaxedBernoulli.score(y, t, l))

    def survival_function(y, t, l):
        return sigmoid(-LogitRelaxedBernoulli.score(y, t, l))

    def icdf(p, t, l):
        return mp.nan if not 0 <= p <= 1 else l if mp.isinf(l) else (logit(p) + l) / t

    def mean(t, l):
        return l / t

    mode = mean

    def variance(t, l):
        return mp.pi**2 / (3 * t**2)

    def entropy(t, l):
        return 2 - mp.log(t)

    def interval(t, l):
        return [-mp.inf, l / t, mp.inf]

    ordinary = {"temperature": [0.5, 1.5, 3], "probs": [0.2, 0.5, 0.9], "logits": [-2, 0.5, 1]}
    grid = {
        ("temperature", "probs"): [(t, p) for t in POSITIVE.grid for p in PROBABILITY.grid],
        ("temperature", "logits"): [(t, l) for t in POSITIVE.grid for l in LOGIT.grid],
    }
    accuracy = [OfProbs, OfLogits]
    points = dict(at=[-3.0, -0.5, 0.0, 1.0, 4.0], edges=[-INF, INF], outside=[NAN])
    cases = [
        Case(temperature=T(0.5, f32), probs=0.3),
        Case(temperature=0.5, logits=[0.5]),
        Case(temperature=2, probs=T(0.25, f32)),
        Case(temperature=[0.5, 1.0, 4.0], probs=[0.25, 0.5, 0.9]),
        Case(temperature=[0.5, 1.0, 4.0], probs=[0.25, 0.5, 0.9], dtype=f64),
        Case(temperature=[0.5, 1.0, 4.0], logits=[-1.0, 0.0, 2.5]),
        Case(temperature=[0.5, 1.0, 4.0], logits=[-1.0, 0.0, 2.5], dtype=f64),
        Case(temperature=[0.25, 2.0], probs=[[0.25, 0.5], [0.75, 0.9]]),
        Case(temperature=T(0.75, f64), logits=[[0.25, -0.5], [0.75, 3.0]], dtype=f64),
        Case(temperature=[1.0, 2.0, 0.5, 1.0], probs=[0.0, 1.0, 0.0, 1.0], dtype=f64),
        Case(temperature=[1.0, 0.1], probs=[1e-12, 1e-30], at=[-30.0, -3.0, 0.0]),
        Case(temperature=[1.0, 0.1], probs=[1e-12, 1e-200], at=[-30.0, -3.0, 0.0], dtype=f64),
        Case(temperature=[1.0, 1.0, 0.5, 2.0], logits=[89.0, -1000.0, 80.0, 1000.0], at=[-10.0, 0.0, 100.0]),
        Case(temperature=[1.0, 1.0, 0.5, 2.0], logits=[40.0, -1000.0, 700.0, 1000.0], at=[-10.0, 0.0, 100.0], dtype=f64),
        Case(temperature=[1e-6, 1e6], logits=[0.5, -0.5], at=[-1e6, 1e-6, 1e6], dtype=f64),
        Case(temperature=[0.5, 2.0], probs=[0.25, 0.75], dtype=f16),
        Case(temperature=[0.5, 2.0], logits=[0.25, 0.75], dtype=bf16),
    ]
    streams = [
        Case(temperature=[0.5, 2.0], probs=[0.25, 0.9]),
        Case(temperature=T(0.5, None), logits=T(0.5, None)),
    ]
    bad_parameters = [
        Case(temperature=T(1.0, f32), probs=1.5),
        Case(temperature=[1.0, 0.5], probs=[0.5, -0.1]),
        Case(temperature=T(1.0, f32), logits=[0.5, NAN]),
        Case(temperature=T(1.0, f32)),
        Case(temperature=T(1.0, f32), probs=0.5, logits=0.0),
    ]
    bad_values = [
        Case(temperature=T(1.0, f32), probs=0.5, at=[NAN]),
    ]
