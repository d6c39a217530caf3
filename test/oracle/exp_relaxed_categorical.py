"""ExpRelaxedCategorical(temperature T, probs or logits): x = log softmax((log p + g) / T) of standard Gumbel variables g, with the
density p(x) = (K - 1)! T^(K - 1) prod p_k e^(-T x_k) / (sum p_j e^(-T x_j))^K."""

import numpy as np
from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import LOG_WEIGHT, POSITIVE, REAL, WEIGHT
from .framework.family import Family, probs_or_logits
from .framework.mathematics import log_probabilities, logsumexp, total
from .one_hot_categorical import softmax


def random_probs(draw, hostile):
    return tuple(draw.log_uniform(-12, 0) if hostile else draw.uniform(0.05, 1) for _ in range(3))


def random_logits(draw, hostile):
    if not hostile:
        return tuple(draw.uniform(-3, 3) for _ in range(3))
    return tuple(draw.sign() * draw.log_uniform(-6, 2.5 if draw.fmt.is_double else 1.5) for _ in range(3))


def random_temperature(draw, hostile):
    return draw.log_uniform(-3, 3) if hostile else draw.log_uniform(-0.7, 0.7)


def logarithm_of_draw(draw, temperature, l, hostile):
    """The logarithm of a point of the simplex, near the bulk or, if hostile, anywhere."""
    noise = [mpf(draw.bell()) + (mpf(draw.sign() * draw.log_uniform(-3, 2)) if hostile else 0) for _ in l]
    scores = [(v + g) / temperature for v, g in zip(l, noise)]
    return [s - logsumexp(scores) for s in scores]


class OfProbs(Points):
    name, form = "ExpRelaxedCategorical(probs)", ("temperature", "probs")
    quantities = ("log_prob",)

    @staticmethod
    def parameters(draw, hostile):
        return dict(temperature=(random_temperature(draw, hostile),), probs=random_probs(draw, hostile))

    @staticmethod
    def value(draw, x):
        return tuple(draw.fmt.round(v) for v in x)

    @classmethod
    def point(cls, draw, hostile):
        given = cls.parameters(draw, hostile)
        temperature, weights = (tuple(map(mpf, v)) for v in given.values())
        l = log_probabilities(**{cls.form[1]: weights})
        return given | {"value": cls.value(draw, logarithm_of_draw(draw, temperature[0], l, hostile))}

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, False)

    @classmethod
    def hostile(cls, draw):
        return cls.point(draw, True)

    @staticmethod
    def terms(temperature, l, x):
        """The share of each category in the sum of e^s, and the effect of a rounding of each log probability."""
        t = temperature[0]
        scores = [v - t * y for v, y in zip(l, x)]
        share = softmax(scores)
        return share, [abs(1 - len(l) * s) for s in share]

    @classmethod
    def unit_of(cls, quantity, x, temperature, l, weights, rounded):
        t, k = temperature[0], len(l)
        share, slope = cls.terms(temperature, l, x)
        if quantity == "log_prob":  # the normalised parameters are rounded
            return total(a * max(1, r) for a, r in zip(slope, rounded)) + total(a * abs(t * y) for a, y in zip(slope, x))
        # The derivatives of the share of a category in the scores, which are rounded.
        doubt = [s * (1 - s) * k * (1 + max(rounded) + max(abs(t * y) for y in x)) for s in share]
        if quantity.startswith("log_prob/temperature"):
            return total((1 + k * s + d) * abs(y) for s, y, d in zip(share, x, doubt)) + (k - 1) / t
        i = int(quantity[-2])
        if quantity.startswith("log_prob/value"):
            return t * (1 + k * share[i] + doubt[i])
        of_log = 1 + k * share[i] + doubt[i]
        if quantity.startswith("log_prob/probs"):  # less the mean, of normalised probabilities
            return of_log / weights[i] + k / total(weights)
        return of_log

    @classmethod
    def unit(cls, quantity, value, temperature, probs):
        l = log_probabilities(probs=probs)
        return cls.unit_of(quantity, value, temperature, l, probs, [mpf(1)] * len(l))


class OfLogits(OfProbs):
    name, form = "ExpRelaxedCategorical(logits)", ("temperature", "logits")

    @staticmethod
    def parameters(draw, hostile):
        return dict(temperature=(random_temperature(draw, hostile),), logits=random_logits(draw, hostile))

    @classmethod
    def unit(cls, quantity, value, temperature, logits):
        l = log_probabilities(logits=logits)
        return cls.unit_of(quantity, value, temperature, l, None, [abs(v) + max(abs(t) for t in logits) for v in l])


class ExpRelaxedCategorical(Family):
    kind = "vector"
    parameters = {"temperature": POSITIVE, "probs": WEIGHT, "logits": LOG_WEIGHT}
    dims = {"temperature": 1, "probs": 1, "logits": 1}
    event_dim = 1
    forms = probs_or_logits("temperature")
    value = REAL

    def canonical(temperature, probs=None, logits=None):
        return np.asarray(temperature, dtype=object).reshape(-1)[0], log_probabilities(probs, logits)

    def log_prob(x, t, l):
        if any(mp.isnan(v) for v in x):
            return mp.nan
        # A category of weight 0 is always at -inf.
        with_weight = [(v, p) for v, p in zip(x, l) if not v == p == -mp.inf]
        if any(mp.isinf(v) or mp.isinf(p) for v, p in with_weight):
            return -mp.inf
        k, scores = len(with_weight), [p - t * v for v, p in with_weight]
        return mp.loggamma(k) + (k - 1) * mp.log(t) + total(scores) - k * logsumexp(scores)

    ordinary = {"temperature": [[0.5], [1], [2.5]], "probs": [[0.2, 0.5, 0.5], [0.5, 1, 0.5], [3, 0.25, 0.5]],
                "logits": [[-2, 0, 0], [0.5, 1, 0], [1, 0.25, 0]]}
    grid = {
        ("temperature", "probs"): [([t], [p, 0.5, 0.5]) for t in (1e-3, 0.5, 1, 30) for p in WEIGHT.grid],
        ("temperature", "logits"): [([t], [p, 0, 1]) for t in (1e-3, 0.5, 1, 30) for p in LOG_WEIGHT.grid],
    }
    accuracy = [OfProbs, OfLogits]
    cases = [
        Case(temperature=T(0.5, f32), probs=[1.0, 2.0, 5.0], at=[[-1.0, -2.0, -0.5], [-0.25, -3.0, -4.0]], outside=[[NAN, -1.0, -1.0]]),
        Case(temperature=T(1.5, f32), logits=[0.5, -1.0, 2.0], at=[[-1.0, -2.0, -0.5], [0.0, 0.0, 0.0]], edges=[[INF, -1.0, -1.0], [-INF, -1.0, -1.0]]),
        Case(temperature=0.5, probs=[0.25, 0.75], at=[[-1.0, -0.5]], dtype=f64),
        Case(temperature=2, logits=[0.5, -1.0, 2.0], at=[[-1.0, -2.0, -0.5]], dtype=f64),
        Case(temperature=[0.7], logits=[0.5, -1.0, 2.0], at=[[-1.0, -2.0, -0.5]]),
        Case(temperature=[[0.5], [2.0]], probs=[[1.0, 2.0, 5.0], [4.0, 4.0, 2.0]], at=[[-1.0, -2.0, -0.5]]),
        Case(temperature=[[0.5], [2.0]], logits=[[1.0, 2.0, 5.0], [-4.0, 4.0, 2.0]], at=[[[-1.0, -2.0, -0.5], [-3.0, -0.5, -1.0]]], dtype=f64),
        Case(temperature=T(0.3, None), logits=[[[1.0, 2.0]], [[-1.0, 1.0]]], at=[[-0.25, -1.5]], dtype=f64),
        Case(temperature=T(0.5, None), probs=[0.0, 0.5, 0.5], at=[[-INF, -1.0, -0.5]], edges=[[-2.0, -1.0, -0.5]]),
        Case(temperature=T(0.5, None), logits=[0.0, 1.0, -INF], at=[[-1.0, -0.5, -INF]], edges=[[-1.0, -0.5, -2.0]], dtype=f64),
        Case(temperature=T(0.5, None), probs=[1e-12, 0.5, 0.5], at=[[-60.0, -1.0, -0.5]]),
        Case(temperature=T(0.01, None), logits=[0.0, -20.0, 0.5], at=[[0.0, -2000.0, -30.0], [-1000.0, 0.0, -500.0]], dtype=f64),
        Case(temperature=T(1000.0, None), logits=[0.0, -1.0, 0.5], at=[[-1.0, -1.125, -1.25]]),
        Case(temperature=T(0.5, None), probs=[3.0], at=[[-0.5]]),
        Case(temperature=T(0.5, None), logits=[0.5, -1.0, 2.0, 0.25, 0.0, 1.0], at=[[-1.0, -2.0, -3.0, -2.5, -1.5, -4.0]]),
        Case(temperature=T(0.5, None), probs=[1.0, 3.0], at=[[-1.0, -0.5]], dtype=f16),
        Case(temperature=T(0.5, None), logits=[1.0, 3.0], at=[[-1.0, -0.5]], dtype=bf16),
    ]
    streams = [
        Case(temperature=T(0.5, None), probs=[1.0, 2.0, 5.0]),
        Case(temperature=[[0.5], [2.0]], logits=[[1.0, 2.0], [-0.5, 4.0]]),
    ]
    bad_parameters = [
        Case(temperature=T(0.5, f32), probs=[0.5, -0.25]),
        Case(temperature=T(0.5, f32), logits=[0.5, NAN]),
        Case(temperature=T(0.5, f32), probs=T(0.5, f32)),
        Case(temperature=T(0.5, f32)),
    ]
    bad_values = [
        Case(temperature=T(0.5, f32), probs=[0.5, 0.5], at=[[NAN, -1.0]]),
        Case(temperature=T(0.5, f32), probs=[0.5, 0.5], at=[[-1.0, -1.0, -1.0]]),
    ]
