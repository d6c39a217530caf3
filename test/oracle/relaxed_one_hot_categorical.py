"""RelaxedOneHotCategorical(temperature T, probs or logits): the exponential of an ExpRelaxedCategorical, with the density
p(y) = (K - 1)! T^(K - 1) prod p_k y_k^(-T - 1) / (sum p_j y_j^(-T))^K on the simplex."""

import itertools

from mpmath import mp, mpf

from . import exp_relaxed_categorical as logarithm
from .exp_relaxed_categorical import ExpRelaxedCategorical
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import SIMPLEX
from .framework.mathematics import log_probabilities, logsumexp, total


class OfProbs(logarithm.OfProbs):
    name = "RelaxedOneHotCategorical(probs)"

    @staticmethod
    def value(draw, x):
        return tuple(max(draw.fmt.round(mp.exp(v)), draw.fmt.smallest) for v in x)

    @classmethod
    def unit(cls, quantity, value, **parameters):
        return of_exponential(super().unit, quantity, value, **parameters)


class OfLogits(logarithm.OfLogits):
    name = "RelaxedOneHotCategorical(logits)"
    value = OfProbs.value

    @classmethod
    def unit(cls, quantity, value, **parameters):
        return of_exponential(super().unit, quantity, value, **parameters)


def of_exponential(unit, quantity, value, **parameters):
    x = [mp.log(v) for v in value]
    if quantity.startswith("log_prob/value"):
        return (1 + unit(quantity, x, **parameters)) / value[int(quantity[-2])]
    return unit(quantity, x, **parameters) + (total(abs(v) for v in x) if quantity == "log_prob" else 0)


class RelaxedOneHotCategorical(ExpRelaxedCategorical):
    base = "TransformedDistribution"
    value = SIMPLEX

    def log_prob(y, t, l):
        if any(mp.isnan(v) for v in y):
            return mp.nan
        if any(v < 0 for v in y):
            return -mp.inf
        with_weight = [(v, p) for v, p in zip(y, l) if v or not mp.isinf(p)]
        if any(mp.isinf(p) for v, p in with_weight):
            return -mp.inf
        k = len(with_weight)
        zeros, positive = [p for v, p in with_weight if not v], [(v, p) for v, p in with_weight if v]
        constant = mp.loggamma(k) + (k - 1) * mp.log(t)
        others = total(p - (t + 1) * mp.log(v) for v, p in positive)
        if not zeros:
            return constant + others - k * logsumexp([p - t * mp.log(v) for v, p in positive])
        # With m coordinates of e -> 0, the density is of the order of e^(T (k - m) - m).
        m = len(zeros)
        order = t * (k - m) - m
        if order:
            return -mp.inf if order > 0 else mp.inf
        return constant + others + total(zeros) - k * logsumexp(zeros)

    @classmethod
    def faults(cls):
        """Compares with the sum over a lattice of logits of the density in the logits, which is prod y times that in y."""
        found = []
        for k, t, step, reach in ((2, mpf("0.7"), mpf("0.5"), 200), (3, mpf("1.5"), mpf("0.5"), 60)):
            l = log_probabilities(probs=[mpf(1), mpf(3), mpf("0.5")][:k])
            mass = mpf(0)
            for point in itertools.product(range(-reach, reach + 1), repeat=k - 1):
                u = [step * i for i in point] + [mpf(0)]
                x = [v - logsumexp(u) for v in u]
                mass += mp.exp(cls.log_prob([mp.exp(v) for v in x], t, l) + total(x))
            mass *= step ** (k - 1)
            if abs(mass - 1) > mpf(10) ** -9:
                found.append(f"RelaxedOneHotCategorical has a total probability of {mass} for {k} categories")
        return found

    accuracy = [OfProbs, OfLogits]
    cases = [
        Case(temperature=T(0.5, f32), probs=[1.0, 2.0, 5.0], at=[[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]], outside=[[-0.5, 1.0, 0.5], [NAN, 0.5, 0.5]]),
        Case(temperature=T(1.5, f32), logits=[0.5, -1.0, 2.0], at=[[0.25, 0.25, 0.5]], edges=[[0.0, 0.5, 0.5], [0.0, 1.0, 0.0]]),
        Case(temperature=0.5, probs=[0.25, 0.75], at=[[0.25, 0.75]], edges=[[0.0, 1.0], [1.0, 0.0]], dtype=f64),
        Case(temperature=1, probs=[0.25, 0.75], at=[[0.25, 0.75]], edges=[[0.0, 1.0], [1.0, 0.0]], dtype=f64),
        Case(temperature=2, logits=[0.5, -1.0, 2.0], at=[[0.25, 0.25, 0.5]], edges=[[0.25, 0.75, 0.0], [0.0, 1.0, 0.0]], dtype=f64),
        Case(temperature=[0.7], logits=[0.5, -1.0, 2.0], at=[[0.25, 0.25, 0.5]]),
        Case(temperature=[[0.5], [2.0]], probs=[[1.0, 2.0, 5.0], [4.0, 4.0, 2.0]], at=[[0.25, 0.25, 0.5]]),
        Case(temperature=[[0.5], [2.0]], logits=[[1.0, 2.0, 5.0], [-4.0, 4.0, 2.0]], at=[[[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]]], dtype=f64),
        Case(temperature=T(0.3, None), logits=[[[1.0, 2.0]], [[-1.0, 1.0]]], at=[[0.25, 0.75]], dtype=f64),
        Case(temperature=T(0.5, None), probs=[0.0, 0.5, 0.5], at=[[0.0, 0.25, 0.75]], edges=[[0.25, 0.25, 0.5]]),
        Case(temperature=T(0.5, None), logits=[0.0, 1.0, -INF], at=[[0.25, 0.75, 0.0]], edges=[[0.25, 0.25, 0.5]], dtype=f64),
        Case(temperature=T(0.1, None), logits=[0.0, -20.0, 0.5], at=[[0.5, 1e-30, 0.5], [1.0, 1e-20, 1e-10]]),
        Case(temperature=T(100.0, None), logits=[0.0, -1.0, 0.5], at=[[0.25, 0.375, 0.375]], dtype=f64),
        Case(temperature=T(0.5, None), probs=[3.0], at=[[1.0]]),
        Case(temperature=T(0.5, None), logits=[0.5, -1.0, 2.0, 0.25, 0.0, 1.0], at=[[0.125, 0.125, 0.25, 0.25, 0.125, 0.125]]),
        Case(temperature=T(0.5, None), probs=[1.0, 3.0], at=[[0.25, 0.75]], dtype=f16),
        Case(temperature=T(0.5, None), logits=[1.0, 3.0], at=[[0.25, 0.75]], dtype=bf16),
    ]
    streams = [
        Case(temperature=T(0.5, None), probs=[1.0, 2.0, 5.0]),
        Case(temperature=[[0.5], [2.0]], logits=[[1.0, 2.0], [-0.5, 4.0]]),
    ]
    bad_parameters = ExpRelaxedCategorical.bad_parameters
    bad_values = [
        Case(temperature=T(0.5, f32), probs=[0.5, 0.5], at=[[0.5, 0.75]]),
        Case(temperature=T(0.5, f32), probs=[0.5, 0.5], at=[[0.5, 0.25, 0.25]]),
    ]
