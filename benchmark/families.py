"""What is measured: one entry a family, as in families.cpp."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.distributions as td

EVENT, MATRIX, TRIALS = 8, 4, 10  # of a vector, and the number of categories; rows of a covariance; of a binomial


@dataclass(frozen=True)
class Input:
    """What a value or a parameter holds."""

    fill: Callable  # in place: a temporary here would hide what memory is looked for
    event: tuple = ()  # the last dimensions, which belong to one distribution
    kind: str = "real"  # or "discrete", which has no gradient, or "index", which is int64

    def tensor(self, batch, dtype):
        result = torch.empty((*batch, *self.event), dtype=torch.int64 if self.kind == "index" else dtype)
        self.fill(result)
        return result


@dataclass(frozen=True)
class Family:
    name: str
    value: Input
    parameters: list
    make: Callable
    lacks: tuple = ()  # operations that Python's class does not have

    @property
    def elements(self):
        """Those of one distribution in the largest of the tensors: what "number of elements" counts."""
        return max(math.prod(i.event) for i in [self.value, *self.parameters])

    @property
    def elementwise(self):
        return self.elements == 1


def between(low, high, *event):
    return Input(lambda t: t.uniform_(low, high), event)


def counts(most):
    return Input(lambda t: t.random_(0, most + 1), kind="discrete")


def fill_one_hot(t):
    t.zero_().scatter_(-1, torch.randint(EVENT, (*t.shape[:-1], 1)), 1)


def fill_simplex(t):
    t.uniform_(0.1, 1)
    t.div_(t.sum(-1, keepdim=True))


def fill_lower_triangular(t):
    t.uniform_(-0.5, 0.5).tril_()
    t.diagonal(0, -2, -1).uniform_(1, 2)


LOC, SCALE, POSITIVE, REAL, UNIT = between(-1, 1), between(0.5, 2), between(0.5, 3), between(-2, 2), between(0.05, 0.95)
LOGITS, LOCS, SCALES = between(-2, 2, EVENT), between(-1, 1, EVENT), between(0.5, 2, EVENT)
ONE_HOT = Input(fill_one_hot, (EVENT,), "discrete")

FAMILIES = [
    Family("Normal", REAL, [LOC, SCALE], td.Normal),
    Family("LogNormal", POSITIVE, [LOC, SCALE], td.LogNormal),
    Family("Laplace", REAL, [LOC, SCALE], td.Laplace),
    Family("StudentT", REAL, [POSITIVE, LOC, SCALE], td.StudentT, lacks=("kl",)),
    Family("Uniform", between(-1, 1), [between(-3, -2), between(2, 3)], td.Uniform),
    Family("Exponential", POSITIVE, [POSITIVE], td.Exponential),
    Family("Gamma", POSITIVE, [POSITIVE, POSITIVE], td.Gamma),
    Family("Chi2", POSITIVE, [POSITIVE], td.Chi2),
    Family("Beta", UNIT, [POSITIVE, POSITIVE], td.Beta),
    Family("Dirichlet", Input(fill_simplex, (EVENT,)), [between(0.5, 3, EVENT)], td.Dirichlet),
    Family("Bernoulli", counts(1), [REAL], lambda logits: td.Bernoulli(logits=logits)),
    Family("Binomial", counts(TRIALS), [REAL], lambda logits: td.Binomial(TRIALS, logits=logits)),
    Family("Poisson", counts(TRIALS), [POSITIVE], td.Poisson, lacks=("entropy",)),
    Family("Categorical", Input(lambda t: t.random_(0, EVENT), kind="index"), [LOGITS],
           lambda logits: td.Categorical(logits=logits)),
    Family("OneHotCategorical", ONE_HOT, [LOGITS], lambda logits: td.OneHotCategorical(logits=logits)),
    Family("OneHotCategoricalStraightThrough", ONE_HOT, [LOGITS],
           lambda logits: td.OneHotCategoricalStraightThrough(logits=logits)),
    Family("MultivariateNormal", between(-2, 2, MATRIX),
           [between(-1, 1, MATRIX), Input(fill_lower_triangular, (MATRIX, MATRIX))],
           lambda loc, scale_tril: td.MultivariateNormal(loc, scale_tril=scale_tril)),
    Family("Independent", between(-2, 2, EVENT), [LOCS, SCALES],
           lambda loc, scale: td.Independent(td.Normal(loc, scale), 1)),
    Family("TransformedDistribution", between(-0.95, 0.95), [LOC, SCALE],
           lambda loc, scale: td.TransformedDistribution(td.Normal(loc, scale), td.TanhTransform()),
           lacks=("entropy",)),
    Family("MixtureSameFamily", REAL, [LOGITS, LOCS, SCALES],
           lambda logits, loc, scale: td.MixtureSameFamily(td.Categorical(logits=logits), td.Normal(loc, scale)),
           lacks=("entropy", "kl")),
]
