"""The base class of the families, which describe a class of distributions once, for every test and for the benchmark.

A family is a class that is never instantiated: a namespace of functions of one event and its parameters, in mpmath, written
from the textbook and not from torch. A function that a family lacks has no closed form in torch either.
"""

import functools
import importlib
import pathlib
import re

import numpy as np
from mpmath import mp, mpf

from .cases import D, In
from .mathematics import NAN, array, as_array, elementwise, log_of

TAILS = ("log_cdf", "survival_function", "log_survival_function")  # the methods of this library that Python lacks

FOLDER = pathlib.Path(__file__).resolve().parent.parent


def snake(name):
    """The name of a file of a class: "lkj_cholesky" for "LKJCholesky"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Family:
    """The functions `log_prob(x, ...)`, `cdf(x, ...)`, `icdf(p, ...)`, `mean(...)`, `mode(...)`, `variance(...)` and
    `entropy(...)` take the parameters as `canonical` returns them: each is a number, or an array of numbers for a vector or a
    matrix. A class with tails has `survival_function(x, ...)`, without the cancellation of 1 - cdf; the logarithms of both
    functions follow from them, unless one underflows even here and the class has `log_cdf(x, ...)` or
    `log_survival_function(x, ...)`."""

    kind = "scalar"  # or "vector" or "combinator"
    base = "Distribution"
    parameters = {}  # name: Kind, in the order of Python's constructor
    dims = {}  # the number of dimensions of a parameter that belong to one distribution, if it is not 0
    event_dim = 0
    value = None  # the Kind of a value

    # The sets of parameters that a constructor takes together; by default one set of all. Some tests use only the first.
    forms = None

    # Parameters for the law tests: a column of numbers, away from every edge, for each parameter. All have the same length.
    ordinary = {}
    # Hostile parameters for the law tests, as rows, by form. By default, all combinations of the grids of the parameters'
    # kinds.
    grid = {}

    # Golden cases, the default points of a case, streams of draws, and parameters and values that must be refused.
    points = {}
    cases = streams = bad_parameters = bad_values = []

    # What tests need to know: "heavy tails" (samples do not determine the fourth moment), "jumps" (the density is
    # discontinuous), "implicit gradient" (of draws, which LibTorch approximates), "no half" and "no meta" (LibTorch lacks
    # kernels), "circular" (a value is an angle, and mean and variance are those of circular statistics), "draws indices" (which cannot be NaN),
    # "rounded values" (in the support only up to the rounding of their dtype), "only draws differ" (from the base class), "equal counts"
    # (has a divergence only between equal numbers of failures), "equals only" (has a divergence, of 0, only from equal distributions).
    attributes = ()

    # Points with exact values: subclasses of accuracy.Points.
    accuracy = ()

    # Parameters at which checks.py integrates the density; by default they are drawn. A distribution with infinitely many
    # values has `values(...)`, those that matter to a sum; a continuous one has `interval(...)`, the ends of its support and
    # the points where the density is not smooth.
    checked_at = ()

    # {class: function of the parameters of both}, the divergences from this class to classes that share its support. The
    # divergence to a class in `kl_infinite` is infinite, as its support is smaller.
    kl = {}
    kl_infinite = ()
    # Further points of a divergence, as flat lists of parameters, by class, by the last parameters of both forms, or by both; and the classes for which torch is wrong at ordinary
    # parameters.
    kl_points = {}
    kl_wrong_in_python = ()
    kl_near = True  # whether divergences between nearly equal distributions are large enough to be compared

    @classmethod
    def kl_tables(cls):
        """The tables of divergences of a class that is not a scalar family."""
        return []

    @classmethod
    def name(cls):
        return cls.__name__

    @classmethod
    def canonical(cls, **given):
        return tuple(given[name] for name in cls.parameters)

    @classmethod
    def every_form(cls):
        return cls.forms or [tuple(cls.parameters)]

    @classmethod
    def call(cls, form, prefix=""):
        """A call of the class with inputs named after the parameters."""
        return D(cls.name(), **{p: In(prefix + p) for p in form})

    @classmethod
    def model(cls, **arguments):
        return Model(cls, arguments)


class Model:
    """A batch of distributions of one family. Its parameters are NumPy object arrays of mpf, which broadcast as tensors do."""

    def __init__(self, family, arguments):
        self.family, self.arguments = family, arguments
        self.event_dim = family.event_dim
        self.batch_shape = np.broadcast_shapes(*[self._batch(n, a) for n, a in arguments.items()])

    def _batch(self, name, a):
        return a.shape[:a.ndim - self.family.dims.get(name, 0)]

    def _canonical(self, batch=None):
        """The canonical parameters of each distribution as a list; and, for each index of `batch`, the position in this list."""
        dims, shape = self.family.dims, self.batch_shape
        wide = {n: np.broadcast_to(a, shape + a.shape[a.ndim - dims.get(n, 0):]) for n, a in self.arguments.items()}
        parameters = [self.family.canonical(**{n: a[i] for n, a in wide.items()}) for i in np.ndindex(*shape)]
        places = np.arange(len(parameters)).reshape(shape)
        return parameters, places if batch is None else np.broadcast_to(places, batch)

    def _function(self, name):
        f = getattr(self.family, name, None)
        if f is None:
            raise NotImplementedError
        return f

    def _of_value(self, name, x):
        f, dims = self._function(name), self.event_dim
        batch = np.broadcast_shapes(x.shape[:x.ndim - dims], self.batch_shape)
        wide, out = np.broadcast_to(x, batch + x.shape[x.ndim - dims:]), np.empty(batch, dtype=object)
        parameters, places = self._canonical(batch)
        for index in np.ndindex(*batch):
            value = wide[index]
            out[index] = NAN if not dims and mp.isnan(value) else f(value, *parameters[places[index]])
        return out

    def _of_parameters(self, name):
        f = self._function(name)
        return array_of_events([f(*p) for p in self._canonical()[0]], self.batch_shape)

    def log_prob(self, x):
        return self._of_value("log_prob", x)

    def cdf(self, x):
        return self._of_value("cdf", x)

    def icdf(self, p):
        return self._of_value("icdf", p)

    def survival_function(self, x):
        return self._of_value("survival_function", x)

    def log_cdf(self, x):
        if hasattr(self.family, "log_cdf"):
            return self._of_value("log_cdf", x)
        upper = self.survival_function(x)
        return elementwise(log_of, self.cdf(x), upper)

    def log_survival_function(self, x):
        if hasattr(self.family, "log_survival_function"):
            return self._of_value("log_survival_function", x)
        upper = self.survival_function(x)
        return elementwise(log_of, upper, self.cdf(x))

    def mean(self):
        return self._of_parameters("mean")

    def mode(self):
        return self._of_parameters("mode")

    def variance(self):
        return self._of_parameters("variance")

    def entropy(self):
        return self._of_parameters("entropy")

    def stddev(self):
        return elementwise(mp.sqrt, self.variance())

    def perplexity(self):
        return elementwise(mp.exp, self.entropy())

    def has_rsample(self):
        return True  # of every class that states it and whose class in Python does not

    def has_enumerate_support(self):
        return hasattr(self.family, "enumerate_support")

    def enumerate_support(self):
        """The values of a discrete distribution, in order. In a batch, those of the distribution that has most."""
        every = [self.family.enumerate_support(*p) for p in self._canonical()[0]]
        return array(max(every, key=len))

    def kl(self, other):
        f = next(self.family.kl[name] for name in lineage(other.family) if name in self.family.kl)
        batch = np.broadcast_shapes(self.batch_shape, other.batch_shape)
        (p, of_p), (q, of_q) = self._canonical(batch), other._canonical(batch)
        return array_of_events([f(*p[of_p[i]], *q[of_q[i]]) for i in np.ndindex(*batch)], batch)


def array_of_events(events, batch):
    """One array from a list that has an event for each index of the batch."""
    out = as_array([mpf(e) if isinstance(e, int) else e for e in events])
    return out.reshape(batch + out.shape[1:])


def probs_or_logits(*before):
    """The forms of a class that takes either probs or logits."""
    return [(*before, "probs"), (*before, "logits")]


def lineage(family):
    """The names of a class and of its bases, combinators excepted. A divergence to a class is also one to its derived classes."""
    names = [family.name()]
    while family.base in families() and families()[family.base].kind != "combinator":
        family = families()[family.base]
        names.append(family.name())
    return names


@functools.cache
def families():
    """{class: family}, of every module of test/oracle, in the order of their names."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        if path.name == "generate.py":
            continue
        module = importlib.import_module("oracle." + path.stem)
        for member in vars(module).values():
            if isinstance(member, type) and issubclass(member, Family) and member.__module__ == module.__name__:
                found[member.name()] = member
    return found
