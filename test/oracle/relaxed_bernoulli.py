"""RelaxedBernoulli(temperature, probs or logits): the sigmoid of a LogitRelaxedBernoulli."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import LOGIT, POSITIVE, PROBABILITY, UNIT, hostile_unit_interval, probability
from .framework.family import Family, probs_or_logits
from .framework.mathematics import sigmoid, softplus
from .logit_relaxed_bernoulli import LogitRelaxedBernoulli, logit


class OfProbs(Points):
    counts = 15, 40
    name, form = "RelaxedBernoulli(probs)", ("temperature", "probs")
    quantities = ("log_prob", "cdf", "icdf")
    cdf_gradients = ("value", "temperature", "probs")
    edges = [
        dict(temperature=t, probs=p, value=x, probability=u)
        for t, p, x, u in (
            (1.0, 0.5, 0.5, 0.5), (1.0, 0.5, 1e-30, 1e-30), (1.0, 0.5, 0.0, 0.0), (1.0, 0.25, 1.0, 1.0), (0.5, 0.3, 1e-37, 0.25), (0.01, 0.5, 0.5, 0.75),
            (100.0, 1e-12, 0.4, 0.5), (2.0, 0.5, -0.5, 0.5), (2.0, 0.5, 1.5, 0.5),
        )
    ]

    @classmethod
    def point(cls, draw, hostile, temperature, **parameter):
        own = RelaxedBernoulli.canonical(mpf(temperature), **{k: mpf(v) for k, v in parameter.items()})
        x = draw.fmt.round(RelaxedBernoulli.icdf(mpf(draw.uniform(0.001, 0.999)), *own)) if not hostile or draw.chance(0.6) else 0.0
        if not draw.fmt.smallest < x < 1:
            x = hostile_unit_interval(draw)
        far = 690 if draw.fmt.is_double else 80  # beyond, a tail underflows
        if abs(LogitRelaxedBernoulli.score(logit(mpf(x)), *own)) > far:
            x = draw.fmt.round(sigmoid((own[1] + far * mpf(draw.uniform(-1, 1))) / own[0]))
        if not draw.fmt.smallest < x < 1:
            x = 0.5
        return dict(temperature=temperature, **parameter, value=x, probability=probability(draw, hostile))

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, False, draw.log_uniform(-0.5, 0.5), probs=draw.uniform(0.02, 0.98))

    @classmethod
    def hostile(cls, draw):
        return cls.point(draw, True, draw.log_uniform(-3, 3), probs=hostile_unit_interval(draw, -30, -20))

    @classmethod
    def unit(cls, quantity, value, temperature, probability=None, **parameter):
        _, l = RelaxedBernoulli.canonical(temperature, **parameter)
        slope = 1 / (parameter["probs"] * (1 - parameter["probs"])) if "probs" in parameter else mpf(1)
        if quantity == "icdf":
            return ("relative to goal", max(abs(l), abs(logit(mpf(probability)))) / temperature) if 0 < probability < 1 else None
        if not 0 < value < 1:
            return None
        size = abs(mp.log(value)) + abs(mp.log1p(-value))
        terms = max(1, abs(l), (temperature + 1) * size)
        if quantity == "log_prob":
            return max(abs(mp.log(temperature)), terms)
        if quantity == "log_prob/value":
            return (temperature + 1) * max(1, abs(l), temperature * size) / (value * (1 - value))
        if quantity == "log_prob/temperature":
            return max(1 / temperature, size) * max(1, abs(l), temperature * size)
        if quantity.startswith("log_prob/"):
            return max(1, abs(l), temperature * size) * slope
        if quantity in ("log_cdf", "log_survival_function"):
            return terms
        return ("relative to goal", 1 + 2 * terms)


class OfLogits(OfProbs):
    name, form = "RelaxedBernoulli(logits)", ("temperature", "logits")
    cdf_gradients = ("value", "temperature", "logits")
    edges = [
        dict(temperature=t, logits=l, value=x, probability=u)
        for t, l, x, u in (
            (1.0, 0.0, 0.5, 0.5), (1.0, 0.0, 1e-30, 1e-30), (1.0, 0.5, 0.0, 0.0), (1.0, 0.5, 1.0, 1.0), (0.5, 30.0, 1e-30, 0.25), (2.0, -50.0, 0.5, 0.25),
            (1.0, 0.0, 0.99999994, 0.99999994),
        )
    ]

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, False, draw.log_uniform(-0.5, 0.5), logits=draw.uniform(-3, 3))

    @classmethod
    def hostile(cls, draw):
        l = draw.sign() * (draw.uniform(0, 8) if draw.chance(0.5) else draw.log_uniform(-6, 1.8))
        return cls.point(draw, True, draw.log_uniform(-3, 3), logits=l)


class RelaxedBernoulli(Family):
    base = "TransformedDistribution"
    parameters = LogitRelaxedBernoulli.parameters
    forms = probs_or_logits("temperature")
    value = UNIT

    canonical = LogitRelaxedBernoulli.canonical

    def log_prob(x, t, l):
        """At an end, that of its factor with the infinite logarithm."""
        if not 0 <= x <= 1:
            return -mp.inf
        if mp.isinf(l):
            return mp.inf if x == (l > 0) else -mp.inf
        if x in (0, 1):
            return mp.inf if t < 1 else -mp.inf if t > 1 else l if x == 1 else -l
        s, r = mp.log(x), mp.log1p(-x)
        z = t * (s - r) - l
        near, far, a = (s, r, l) if z < 0 else (r, s, -l)  # without the terms that cancel for t = 1
        return mp.log(t) + (t - 1) * near - (t + 1) * far - a - 2 * softplus(-abs(z))

    def cdf(x, t, l):
        if not 0 < x < 1:
            return mpf(x >= 1) if mp.isfinite(l) else mpf(x >= (l > 0))
        return LogitRelaxedBernoulli.cdf(logit(x), t, l)

    def survival_function(x, t, l):
        if not 0 < x < 1:
            return 1 - RelaxedBernoulli.cdf(x, t, l)
        return LogitRelaxedBernoulli.survival_function(logit(x), t, l)

    def icdf(p, t, l):
        if mp.isinf(l) and 0 <= p <= 1:
            return mpf(l > 0)
        return p if p in (0, 1) else mp.nan if not 0 < p < 1 else sigmoid((logit(p) + l) / t)

    def interval(t, l):
        return [0, sigmoid(l / t), 1]

    ordinary = LogitRelaxedBernoulli.ordinary
    grid = LogitRelaxedBernoulli.grid
    accuracy = [OfProbs, OfLogits]
    points = dict(at=[1e-3, 0.25, 0.5, 0.99], edges=[0.0, 1.0], outside=[-0.5, 1.5, NAN])
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
        Case(temperature=[1.0, 0.1], probs=[1e-12, 1e-30], at=[1e-20, 0.25, 0.5]),
        Case(temperature=[1.0, 0.1], probs=[1e-12, 1e-200], at=[1e-20, 1e-100, 0.5], dtype=f64),
        Case(temperature=[1.0], probs=[0.5], at=[1e-30, 1e-4, 0.9999999], p=[1e-30, 1e-8, 0.5, 0.9999999]),
        Case(temperature=[1.0], logits=[0.0], at=[1e-300, 1e-20, 1 - 2**-53], p=[1e-200, 1e-17, 0.5, 0.99999999999999], dtype=f64),
        Case(temperature=[0.5, 2.0], logits=[30.0, -50.0], at=[1e-20, 0.5, 0.9999999]),
        Case(temperature=[0.5, 2.0], probs=[0.25, 0.75], at=[0.25, 0.5], dtype=f16),
        Case(temperature=[0.5, 2.0], logits=[0.25, 0.75], at=[0.25, 0.5], dtype=bf16),
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
        Case(temperature=T(1.0, f32), probs=0.5, at=[1.5]),
    ]
