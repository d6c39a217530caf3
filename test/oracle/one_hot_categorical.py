"""OneHotCategorical(probs or logits): the unit vector of a Categorical's index."""

import numpy as np
from mpmath import mp, mpf

from .categorical import EYE2, EYE3, Categorical
from .categorical import OfLogits as CategoricalOfLogits
from .framework.cases import INF, Case, bf16, f16, f64
from .framework.draws import ONE_HOT, WEIGHT
from .framework.mathematics import total


def softmax(logits):
    largest = max(logits)
    weights = [mp.exp(t - largest) for t in logits]
    return [w / total(weights) for w in weights]


def one_hot(point):
    return point | {"value": tuple(float(i == int(point["value"])) for i in range(4))}


class OfLogits(CategoricalOfLogits):
    name = "OneHotCategorical(logits)"
    quantities = ("log_prob", "mean", "variance", "entropy")

    @classmethod
    def typical(cls, draw):
        return one_hot(super().typical(draw))

    @classmethod
    def hostile(cls, draw):
        return one_hot(super().hostile(draw))

    @staticmethod
    def index(value):
        return [int(v) for v in value].index(1)

    @classmethod
    def unit(cls, quantity, value, logits):
        if quantity.startswith("mean"):  # exp of a difference of logits
            return ("relative to goal", max(abs(t) for t in logits if not mp.isinf(t)))
        if quantity.startswith("variance"):  # p (1 - p)
            return softmax(logits)[int(quantity[-2])] * max(1, max(abs(t) for t in logits if not mp.isinf(t)) / 16)
        return super().unit(quantity, value, logits)


class OneHotCategorical(Categorical):
    value = ONE_HOT
    event_dim = 1

    def log_prob(x, l):
        index = int(np.argmax(x))
        return l[index] if list(x) == [mpf(i == index) for i in range(len(l))] else -mp.inf

    def mean(l):
        return [mp.exp(v) for v in l]

    def variance(l):
        return [mp.exp(v) * (1 - mp.exp(v)) for v in l]

    def mode(l):
        return [mpf(i == Categorical.mode(l)) for i in range(len(l))]

    def enumerate_support(l):
        return [[float(i == k) for i in range(len(l))] for k in range(len(l))]

    kl = {"OneHotCategorical": Categorical.kl_categorical_categorical}

    ordinary = {"probs": [[0.2, 0.5], [0.5, 0.5], [3, 0.5]], "logits": [[-2, 0], [0.5, 0], [1, 0]]}
    grid = {("probs",): [([p, 0.5],) for p in WEIGHT.grid], ("logits",): [([p, 0],) for p in (-1000, -0.5, 0, 1e-3, 20)]}
    accuracy = [OfLogits]
    cases = [
        Case(probs=[1.0, 2.0, 5.0], at=EYE3),
        Case(logits=[0.5, -1.0, 2.0], at=EYE3),
        Case(probs=[0.25, 0.75], at=EYE2, dtype=f64),
        Case(logits=[0.5, -1.0, 2.0], at=EYE3, dtype=f64),
        Case(probs=[[1.0, 2.0, 5.0], [4.0, 4.0, 2.0]], at=[EYE3[:2], EYE3[1:]]),
        Case(logits=[[1.0, 2.0, 5.0], [-4.0, 4.0, 2.0]], at=[EYE3[:2], EYE3[1:]], dtype=f64),
        Case(logits=[[[1.0, 2.0]], [[-1.0, 1.0]]], at=EYE2),
        Case(logits=[0.5, -1.0, 2.0], at=[EYE3[:2], EYE3[1:]]),
        Case(probs=[0.0, 0.5, 0.5], at=EYE3[1:], edges=EYE3[:1]),
        Case(probs=[1.0, 0.0], at=EYE2[:1], edges=EYE2[1:], dtype=f64),
        Case(logits=[0.0, 1.0, -INF], at=EYE3[:2], edges=EYE3[2:]),
        Case(probs=[1e-12, 0.5, 0.5], at=EYE3),
        Case(logits=[0.0, -20.0, 0.5], at=EYE3),
        Case(probs=[1.0, 3.0], at=EYE2, dtype=f16),
        Case(logits=[1.0, 3.0], at=EYE2, dtype=bf16),
    ]
    streams = [
        Case(probs=[1.0, 2.0, 5.0]),
    ]
    bad_parameters = [
        Case(probs=[0.5, -0.25]),
    ]
    bad_values = [
        Case(probs=[0.5, 0.5], at=[[1.0, 1.0]]),
    ]
