"""The families that are measured: those of families_*.cpp, with entries built from the families of test/oracle."""

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

ROW = 64  # length of a row of values
DIMS, RANK = 4096, 8  # of a covariance of low rank
EVENT, MATRIX, TRIALS = 8, 4, 10  # size of a vector, number of categories; rows of a covariance; trials of a binomial
TEMPERATURE = torch.tensor(0.5)  # of relaxed categories; Python takes no number


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


def fill_log_simplex(t):
    fill_simplex(t)
    t.log_()


def fill_counts(t):
    """Counts of the categories in a number of trials."""
    t.zero_()
    for _ in range(TRIALS):
        t.scatter_add_(-1, torch.randint(EVENT, (*t.shape[:-1], 1)), torch.ones((), dtype=t.dtype).expand(*t.shape[:-1], 1))


def fill_lower_triangular(t):
    t.uniform_(-0.5, 0.5).tril_()
    t.diagonal(0, -2, -1).uniform_(1, 2)


def fill_factor(t):
    """Cholesky factors of correlation matrices: rows of length 1."""
    fill_lower_triangular(t)
    t.div_(torch.linalg.vector_norm(t, dim=-1, keepdim=True))


def fill_positive_definite(t):
    """Symmetric matrices in which each element of the diagonal exceeds the sum of the rest of its row."""
    t.uniform_(-0.5, 0.5)
    t.diagonal(0, -2, -1).uniform_(2, 3)
    for i in range(1, MATRIX):
        t[..., :i, i] = t[..., i, :i]


PARAMETERS = {
    **dict.fromkeys(("real", "log location"), between(-1, 1)),
    **dict.fromkeys(("scale", "log scale"), between(0.5, 2)),
    **dict.fromkeys(("positive", "rate", "intensity"), between(0.5, 3)),
    **dict.fromkeys(("logit", "log weight"), between(-2, 2)),
    **dict.fromkeys(("low", "lower end"), between(-3, -2)),
    "high": between(2, 3),
    "least value": between(0.1, 0.5),
    "shape": between(0.1, 1),
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
    "counts": Input(fill_counts, (EVENT,), "discrete"),
    "index": Input(lambda t: t.random_(0, EVENT), (), "index"),
    "factor": Input(fill_factor, (MATRIX, MATRIX)),
    "matrix": Input(fill_positive_definite, (MATRIX, MATRIX)),
}
# The names of which calls are made. Python's package does not export all classes.
SCOPE = vars(td.relaxed_bernoulli) | vars(td.relaxed_categorical) | vars(td) | {"TEMPERATURE": TEMPERATURE}
CONSTANTS = {"trials": TRIALS, "size": MATRIX}  # parameters that are not tensors
# Where an entry differs from what the kinds of its parameters and values say.
PARAMETERS_OF = {
    ("ContinuousBernoulli", "logits"): Input(between(0.5, 2)),
    ("LogisticNormal", "loc"): Input(between(-1, 1), (EVENT - 1,)),
    ("LogisticNormal", "scale"): Input(between(0.5, 2), (EVENT - 1,)),
    ("LowRankMultivariateNormal", "loc"): Input(between(-1, 1), (DIMS,)),
    ("LowRankMultivariateNormal", "cov_factor"): Input(between(-1, 1), (DIMS, RANK)),
    ("LowRankMultivariateNormal", "cov_diag"): Input(between(0.5, 2), (DIMS,)),
    ("Wishart", "df"): Input(between(5, 10)),
}
VALUES_OF = {
    "ExpRelaxedCategorical": Input(fill_log_simplex, (EVENT,)),
    "GeneralizedPareto": Input(between(-1, 1)),
    "Independent": Input(between(-2, 2), (EVENT,)),
    "LowRankMultivariateNormal": Input(between(-2, 2), (DIMS,)),
    "MixtureSameFamily": Input(between(-2, 2)),
    "MultivariateNormal": Input(between(-2, 2), (MATRIX,)),
    "TransformedDistribution": Input(between(-0.95, 0.95)),  # the values of tanh
    "Uniform": Input(between(-1, 1)),
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
    if (family.name(), parameter) in PARAMETERS_OF:
        return PARAMETERS_OF[family.name(), parameter]
    size = MATRIX if family.event_dim and "scale_tril" in family.parameters else EVENT
    return Input(PARAMETERS[family.parameters[parameter].name], (EVENT,) if rows else (size,) * family.dims.get(parameter, 0))


def lacks(make, parameters):
    def has(f):
        try:
            f()
        except NotImplementedError:
            return False
        return True

    p, q = [make(*[i.tensor((2,), torch.float32) for i in parameters]) for _ in range(2)]
    return tuple(name for name, f in (("entropy", p.entropy), ("kl", lambda: td.kl_divergence(p, q))) if not has(f))


def measured(family):
    """The entry of a family in its last form (logits, scale_tril). A combinator is made of Normals."""
    call = family.accuracy[0].call() if family.kind == "combinator" else family.call(family.every_form()[-1])
    for parameter, kind in family.parameters.items():
        if kind.name in CONSTANTS:
            call.arguments[parameter] = CONSTANTS[kind.name]
    if "temperature" in family.dims:  # one for the batch
        call.arguments["temperature"] = "TEMPERATURE"
    names = inputs_of(call)
    rows = family.name() in ("Independent", "MixtureSameFamily")
    parameters = [parameter_input(call, n, rows) for n in names]
    make = eval(f"lambda {', '.join(names)}: {text(call)}", dict(SCOPE))  # as a program would write it
    value = VALUES_OF.get(family.name()) or VALUES[family.value.name]
    return Family(family.name(), value, parameters, make, lacks(make, parameters))


IN_CPP = {name for path in Path(__file__).parent.glob("families_*.cpp") for name in re.findall(r'\.name = "(\w+)"', path.read_text())}
FAMILIES = [measured(f) for f in families().values() if f.name() in IN_CPP]
