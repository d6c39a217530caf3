"""The families that are measured: those of families.cpp, with entries built from the families of test/oracle."""

import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributions as td

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test"))

from oracle.framework.cases import D, In, inputs_of  # noqa: E402
from oracle.framework.data import text  # noqa: E402
from oracle.framework.family import families  # noqa: E402

DIMS, RANK = 4096, 8  # of a covariance of low rank
EVENT, MATRIX, TRIALS = 8, 4, 10  # size of a vector, number of categories; rows of a covariance; trials of a binomial


@dataclass(frozen=True)
class Input:
    """How a value or a parameter is filled."""

    fill: Callable  # in place: a temporary would raise the peak that memory is measured from
    event: tuple = ()  # sizes of the last dimensions, which belong to one distribution
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
        """The number of elements that one distribution has in the largest of its tensors. A key's `elements` counts these."""
        return max(math.prod(i.event) for i in [self.value, *self.parameters])

    @property
    def elementwise(self):
        return self.elements == 1


def between(low, high):
    return lambda t: t.uniform_(low, high)


def fill_one_hot(t):
    t.zero_().scatter_(-1, torch.randint(EVENT, (*t.shape[:-1], 1)), 1)


def fill_simplex(t):
    t.uniform_(0.1, 1)
    t.div_(t.sum(-1, keepdim=True))


def fill_lower_triangular(t):
    t.uniform_(-0.5, 0.5).tril_()
    t.diagonal(0, -2, -1).uniform_(1, 2)


PARAMETERS = {
    **dict.fromkeys(("real", "log location"), between(-1, 1)),
    **dict.fromkeys(("scale", "log scale"), between(0.5, 2)),
    **dict.fromkeys(("positive", "rate", "intensity"), between(0.5, 3)),
    **dict.fromkeys(("logit", "log weight"), between(-2, 2)),
    "low": between(-3, -2),
    "high": between(2, 3),
    "triangle": fill_lower_triangular,
}
VALUES = {
    "real": Input(between(-2, 2)),
    "positive": Input(between(0.5, 3)),
    "unit": Input(between(0.05, 0.95)),
    "simplex": Input(fill_simplex, (EVENT,)),
    "one hot": Input(fill_one_hot, (EVENT,), "discrete"),
    "outcome": Input(lambda t: t.random_(0, 2), kind="discrete"),
    "count": Input(lambda t: t.random_(0, TRIALS + 1), kind="discrete"),
    "index": Input(lambda t: t.random_(0, EVENT), (), "index"),
}


def owner(node, name):
    """The family and the name of the parameter that takes an input of a call."""
    for parameter, value in node.arguments.items():
        if isinstance(value, In) and value.name == name:
            return families()[node.distribution], parameter
        if isinstance(value, D) and name in inputs_of(value):
            return owner(value, name)
    raise LookupError(name)


def parameter_input(call, name, rows):
    family, parameter = owner(call, name)
    if family.name() == "LowRankMultivariateNormal":
        return Input(PARAMETERS[family.parameters[parameter].name], (DIMS, RANK)[:family.dims[parameter]])
    event = (EVENT,) if rows else ((MATRIX,) if family.event_dim and "scale_tril" in family.parameters else (EVENT,)) * family.dims.get(parameter, 0)
    return Input(PARAMETERS[family.parameters[parameter].name], event)


def value_input(family, call):
    if family.name() == "TransformedDistribution":  # the values of tanh
        return Input(between(-0.95, 0.95))
    if family.name() == "LowRankMultivariateNormal":
        return Input(between(-2, 2), (DIMS,))
    if family.kind == "combinator":
        return Input(between(-2, 2), (EVENT,) if family.name() == "Independent" else ())
    if "jumps" in family.attributes:  # inside the interval
        return Input(between(-1, 1))
    return Input(between(-2, 2), (MATRIX,)) if family.event_dim and family.value.name == "real" else VALUES[family.value.name]


def lacks(make, parameters):
    def has(f):
        try:
            f()
        except NotImplementedError:
            return False
        return True

    d = make(*[p.tensor((2,), torch.float32) for p in parameters])
    return tuple(name for name, f in (("entropy", d.entropy), ("kl", lambda: td.kl_divergence(d, d))) if not has(f))


def measured(family):
    """The entry of a family in its last form (logits, scale_tril). A combinator is made of Normals."""
    call = family.accuracy[0].call() if family.kind == "combinator" else family.call(family.every_form()[-1])
    if "total_count" in call.arguments:
        call.arguments["total_count"] = TRIALS
    names = inputs_of(call)
    rows = family.name() in ("Independent", "MixtureSameFamily")
    parameters = [parameter_input(call, n, rows) for n in names]
    make = eval(f"lambda {', '.join(names)}: {text(call)}", vars(td))  # as a program would write it
    return Family(family.name(), value_input(family, call), parameters, make, lacks(make, parameters))


IN_CPP = set(re.findall(r'\.name = "(\w+)"', (Path(__file__).parent / "families.cpp").read_text()))
FAMILIES = [measured(f) for f in families().values() if f.name() in IN_CPP]
