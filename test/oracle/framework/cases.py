"""How a case is written down.

    Case(concentration=[0.5, 4.0], rate=1.0, at=[0.5, 2.0])

A list is a tensor of the case's dtype (float32 unless told), a number is a number. `at` are points inside the support where
gradients are taken too, `edges` its ends, `outside` points beyond it, `p` the arguments of icdf; a family has default points.
For a family of single values a point stands for all of the batch; for others a point is a whole event, or a whole batch of them.
`D` is a distribution within a combinator, `X` a transform (`.inv` its inverse), `T` a tensor of a given dtype, `In` an input
of that name, which a table holds a column of.
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
    """Its distribution is that of the family whose case it is."""

    def __init__(self, dtype="float32", at=None, edges=None, outside=None, p=None, **arguments):
        super().__init__(None, **arguments)
        self.dtype = dtype
        self.points = {"at": at, "edges": edges, "outside": outside, "p": p}

    def of(self, family):
        """The same with the family's name and default points."""
        case = Case(self.dtype, **self.arguments)
        case.distribution = family.name()
        case.points = {k: family.points.get(k, P if k == "p" else []) if v is None else v for k, v in self.points.items()}
        return case


def inputs_of(node):
    """Names of the inputs of a call, in order."""
    if isinstance(node, In):
        return [node.name]
    if isinstance(node, (D, X)):
        return list(dict.fromkeys(n for v in node.arguments.values() for n in inputs_of(v)))
    if isinstance(node, list):
        return [n for v in node for n in inputs_of(v)]
    return []
