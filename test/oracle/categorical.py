"""Categorical(probs or logits): P(k) is proportional to probs[k], or to exp(logits[k])."""

import itertools

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.divergences import Table, partners
from .framework.draws import INDEX, LOG_WEIGHT, WEIGHT
from .framework.family import Family, probs_or_logits
from .framework.mathematics import log_probabilities, plogp, total

CATEGORIES = {"probs": ([0.2, 0.3, 0.5], [1.0, 4.0, 2.0]), "logits": ([0.5, -1.0, 2.0], [0.0, 0.25, -1.5])}
MASKED_AND_FAR = {"probs": (0.0, [1e-30, 1.0, 1e-10], [1.0, 1e-30, 1e-20]), "logits": (-INF, [-300.0, 80.0, 0.0], [50.0, -700.0, 3.0])}
EYE2, EYE3 = [[1.0, 0.0], [0.0, 1.0]], [[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]


class OfProbs(Points):
    name, form = "Categorical(probs)", ("probs",)
    quantities = ("log_prob", "entropy")
    differentiable = ("probs",)

    @staticmethod
    def typical(draw):
        return dict(probs=tuple(draw.uniform(0.05, 1) for _ in range(4)), value=float(draw.integer(0, 3)))

    @staticmethod
    def hostile(draw):
        smallest = -30 if draw.fmt.is_double else -12
        probs = tuple(0.0 if draw.chance(0.1) else draw.log_uniform(smallest, 0) for _ in range(3)) + (draw.uniform(0.3, 1),)
        if draw.chance(0.5):  # weights need not be normalised
            size = mp.power(10, draw.uniform(-100, 100) if draw.fmt.is_double else draw.uniform(-8, 8))
            probs = tuple(draw.fmt.round(size * mpf(p)) for p in probs)
        return dict(probs=probs, value=float(draw.integer(0, 3)))


class OfLogits(Points):
    name, form = "Categorical(logits)", ("logits",)
    quantities = ("log_prob", "entropy")
    differentiable = ("logits",)

    @staticmethod
    def typical(draw):
        return dict(logits=tuple(draw.uniform(-3, 3) for _ in range(4)), value=float(draw.integer(0, 3)))

    @staticmethod
    def hostile(draw):
        largest = 2.5 if draw.fmt.is_double else 1.7
        logits = tuple(
            float("-inf") if draw.chance(0.1) else draw.sign() * draw.log_uniform(-6, largest) for _ in range(3)
        )
        return dict(logits=logits + (draw.uniform(-9, 9),), value=float(draw.integer(0, 3)))

    @staticmethod
    def index(value):
        return int(value)

    @classmethod
    def unit(cls, quantity, value, logits):
        if quantity == "log_prob":
            return max(abs(t) for t in logits if not mp.isinf(t))
        if quantity.startswith("log_prob/"):
            return 1 if int(quantity[-2]) == cls.index(value) else None


class Categorical(Family):
    kind = "vector"
    parameters = {"probs": WEIGHT, "logits": LOG_WEIGHT}
    dims = {"probs": 1, "logits": 1}
    forms = probs_or_logits()
    value = INDEX
    attributes = ("draws indices",)

    def canonical(probs=None, logits=None):
        return (log_probabilities(probs, logits),)

    def log_prob(k, l):
        return l[int(k)] if 0 <= k < len(l) else -mp.inf

    def mean(l):
        return mp.nan

    variance = mean

    def mode(l):
        return mpf(max(range(len(l)), key=lambda k: (l[k], -k)))

    def entropy(l):
        return -total(plogp(mp.exp(v), v) for v in l)

    def enumerate_support(l):
        return range(len(l))

    def kl_categorical_categorical(l, m):
        return total(mpf(0) if a == -mp.inf else mp.exp(a) * (a - b) for a, b in zip(l, m))

    kl = {"Categorical": kl_categorical_categorical}

    @classmethod
    def kl_tables(cls):
        for partner, dtype, form, other_form in itertools.product(partners(cls), ("float64", "float32"), cls.forms, cls.forms):
            (p,), (q,) = form, other_form
            name, other_name = "p." + p, "q." + q

            def table(kind, *pairs):
                rows = [{name: a, other_name: b} for a, b in pairs]
                return Table(cls.call(form, "p."), partner.call(other_form, "q."), kind, dtype, rows)

            ordinary, other = CATEGORIES[p][0], CATEGORIES[q][1]
            yield table("ordinary", (ordinary, other))
            if cls is not Categorical:
                continue
            if p == q:
                steps = (1e-3, 1e-5) if dtype == "float32" else (1e-3, 1e-6, 1e-9)
                yield table("near", *[(ordinary, [v * (1 + s * step) for v, s in zip(ordinary, (1, 0.5, -0.25))]) for step in steps])
            (zero, far, _), (zero_q, _, far_q) = MASKED_AND_FAR[p], MASKED_AND_FAR[q]
            yield table("hostile", ([*ordinary[:2], zero], other), ([*ordinary[:2], zero], [*other[:2], zero_q]),
                        (ordinary, [*other[:2], zero_q]), (far, far_q))

    ordinary = {"probs": [[0.2, 0.5, 0.5], [0.5, 1, 0.5], [3, 0.25, 0.5]], "logits": [[-2, 0, 0], [0.5, 1, 0], [1, 0.25, 0]]}
    grid = {
        ("probs",): [([p, q, 0.5],) for p in WEIGHT.grid for q in WEIGHT.grid],
        ("logits",): [([p, q, 0],) for p in LOG_WEIGHT.grid for q in LOG_WEIGHT.grid],
    }
    accuracy = [OfProbs, OfLogits]
    cases = [
        Case(probs=[1.0, 2.0, 5.0], at=[0, 1, 2], outside=[-1, 3]),
        Case(logits=[0.5, -1.0, 2.0], at=[0, 1, 2], outside=[-1, 3]),
        Case(probs=[0.25, 0.75], at=[0, 1], dtype=f64),
        Case(logits=[0.5, -1.0, 2.0], at=[0, 1, 2], dtype=f64),
        Case(probs=[[1.0, 2.0, 5.0], [4.0, 4.0, 2.0]], at=[0, 1, 2]),
        Case(logits=[[1.0, 2.0, 5.0], [-4.0, 4.0, 2.0]], at=[0, 1, 2], dtype=f64),
        Case(logits=[[[1.0, 2.0]], [[-4.0, 4.0]]], at=[0, 1]),
        Case(logits=[0.5, -1.0, 2.0], at=[[0, 1], [2, 2], [1, 0]]),
        Case(probs=[0.0, 0.5, 0.5], at=[1, 2], edges=[0]),
        Case(probs=[1.0, 0.0], at=[0], edges=[1], dtype=f64),
        Case(logits=[0.0, 1.0, -INF], at=[0, 1], edges=[2]),
        Case(logits=[[0.0, -INF], [-INF, 2.0]], at=[], edges=[0, 1], dtype=f64),
        Case(probs=[1e-12, 1.0], at=[0, 1]),
        Case(logits=[0.0, -1000.0, 88.0], at=[0, 1, 2]),
        Case(logits=[1e4, -1e4, 0.0], at=[0, 1, 2], dtype=f64),
        Case(probs=[3.0], at=[0]),
        Case(probs=[1.0, 3.0], at=[0, 1], dtype=f16),
        Case(logits=[1.0, 3.0], at=[0, 1], dtype=bf16),
    ]
    streams = [
        Case(probs=[1.0, 2.0, 5.0]),
        Case(logits=[[1.0, 2.0, 0.0], [0.0, 0.0, -1.0]]),
    ]
    bad_parameters = [
        Case(probs=[0.5, -0.5]),
        Case(logits=[0.5, NAN]),
        Case(probs=T(0.5, f32)),
        Case(),
    ]
    bad_values = [
        Case(probs=[0.5, 0.5], at=[2]),
    ]
