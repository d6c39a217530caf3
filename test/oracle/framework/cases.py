"""The notation of cases.

    Case(concentration=[0.5, 4.0], rate=1.0, at=[0.5, 2.0])

A list is a tensor of the case's dtype (by default float32), a number stays a number. `at` are points inside the support, where
gradients are also checked; `edges` are ends of the support, `outside` points outside it, `p` arguments of icdf. A family has
default points. In a family of single values each point is used for the whole batch; in other families a point is an event or a
batch of events. `D` is a distribution within a combinator, `X` a transform (`.inv` is its inverse), `T` a tensor of a given
dtype, `In` an input, whose values are in a table's column of that name.
"""

import math

INF, NAN = math.inf, math.nan
f64, f32, f16, bf16 = "float64", "float32", "float16", "bfloat16"
MIDDLE = [0.1, 0.5, 0.9, 0.25, -0.5, 1.5]
INNER = [0.1, 0.5, 0.9, 1e-6, 0.999, -0.5, 1.5]
P = [0.1, 0.5, 0.9, 0.0, 1.0, 1e-6, 0.999, -0.5, 1.5]


class T:
    def __init__(self, data, dtype):
        self.data, self.dtype = data, dtype


class In:
    def __init__(self, name):
        self.name = name


class D:
    def __init__(self, distribution, **arguments):
        self.distribution, self.arguments = distribution, arguments


class X:
    def __init__(self, transform, inverse=False, **arguments):
        self.transform, self.inverse, self.arguments = transform, inverse, arguments

    @property
    def inv(self):
        return X(self.transform, not self.inverse, **self.arguments)


class Case(D):
    """A constructor call with its points. The family that lists the case sets the name of the distribution."""

    def __init__(self, dtype="float32", at=None, edges=None, outside=None, p=None, **arguments):
        super().__init__(None, **arguments)
        self.dtype = dtype
        self.points = {"at": at, "edges": edges, "outside": outside, "p": p}

    def of(self, family):
        """A copy with the family's name and default points."""
        case = Case(self.dtype, **self.arguments)
        case.distribution = family.name()
        case.points = {k: family.points.get(k, P if k == "p" else []) if v is None else v for k, v in self.points.items()}
        return case


# Cases of every family with a location and a scale: numbers, lists, tensors, and how they broadcast.
LOCATION_SCALE_CASES = [
    Case(loc=0.0, scale=1.0),
    Case(loc=0.5, scale=2),
    Case(loc=[0.25, -1.0, 3.0], scale=[0.5, 1.0, 2.0]),
    Case(loc=[0.25, -1.0, 3.0], scale=[0.5, 1.0, 2.0], dtype=f64),
    Case(loc=[[0.25], [-1.0]], scale=[0.5, 1.0, 2.0]),
    Case(loc=[[0.25, 0.5, 1.0], [0.1, 0.2, 0.3]], scale=0.3, dtype=f64),
    Case(loc=1.5, scale=[0.1, 10.0]),
    Case(loc=T(0.7, f32), scale=T(1.3, f32)),
    Case(loc=[0.7], scale=[1.3]),
]
LOCATION_SCALE_STREAMS = [
    Case(loc=[0.5, -1.0], scale=[2.0, 0.1]),
    Case(loc=T(0.5, None), scale=T(2.0, None)),
]


def inputs_of(node):
    """Names of the inputs of a call, in order."""
    if isinstance(node, In):
        return [node.name]
    if isinstance(node, (D, X)):
        return list(dict.fromkeys(n for v in node.arguments.values() for n in inputs_of(v)))
    if isinstance(node, list):
        return [n for v in node for n in inputs_of(v)]
    return []
