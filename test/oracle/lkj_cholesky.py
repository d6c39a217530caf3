"""LKJCholesky(dim d, concentration c): p(L) is proportional to prod_(i > 1) L_ii^(2 (c - 1) + d - i), for the Cholesky factors L
of correlation matrices."""

import functools
import math

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, D, In, T, bf16, f16, f64
from .framework.draws import FACTOR, POSITIVE, SIZE
from .framework.family import Family
from .framework.mathematics import total


def factor(*below):
    """The factor with these elements below the diagonal, row by row."""
    n = len(below) + 1
    rows = [[*row, math.sqrt(1 - math.fsum(v * v for v in row)), *[0.0] * (n - 1 - len(row))] for row in ((), *below)]
    return [[float(v) for v in row] for row in rows]


def from_partial_correlations(rows, fmt):
    """The factor whose row i has the partial correlations rows[i]: each is the next element over the length that is left."""
    n, out = len(rows), []
    for i, partial in enumerate(rows):
        left, row = mpf(1), []
        for z in partial:
            row.append(z * left)
            left *= mp.sqrt((1 - z) * (1 + z))
        row += [left] + [mpf(0)] * (n - 1 - i)
        out.append(tuple(max(fmt.round(v), fmt.smallest) if j == i else fmt.round(v) for j, v in enumerate(row)))
    return tuple(out)


class OfTwo(Points):
    name, dim = "LKJCholesky(2)", 2
    quantities = ("log_prob",)
    uses_lgamma = True

    @classmethod
    def call(cls):
        return D("LKJCholesky", dim=cls.dim, concentration=In("concentration"))

    @classmethod
    def point(cls, draw, c, partial):
        return dict(concentration=c, value=from_partial_correlations([[partial(j) for j in range(i)] for i in range(cls.dim)], draw.fmt))

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, draw.log_uniform(-0.7, 1.5), lambda j: mpf(draw.uniform(-0.9, 0.9)))

    @classmethod
    def hostile(cls, draw):
        c = draw.log_uniform(-6, 8)
        if draw.chance(0.5):  # near the bulk
            spread = 1 / mp.sqrt(2 * mpf(c) + cls.dim)
            return cls.point(draw, c, lambda j: mp.tanh(spread * draw.bell()))
        return cls.point(draw, c, lambda j: draw.sign() * (1 - mpf(draw.log_uniform(-12 if draw.fmt.is_double else -6, 0))))

    @staticmethod
    def is_variable(name, index):
        return name != "value" or index[0] == index[1] > 0

    @classmethod
    def unit(cls, quantity, value, concentration):
        # The terms of the rows below the i-th: the logarithm of its diagonal element, and i half steps of lgamma.
        steps = [(cls.dim - j - 1, concentration + mpf(j) / 2, j + 1) for j in range(cls.dim - 1)]
        if quantity == "log_prob/concentration":
            return max(max(abs(2 * mp.log(value[i][i])), n * (mp.digamma(x + 0.5) - mp.digamma(x))) for i, x, n in steps)
        if quantity == "log_prob":
            return max(max(abs(2 * (x - 1) * mp.log(value[i][i])), n * abs(mp.loggamma(x + 0.5) - mp.loggamma(x))) for i, x, n in steps)


class OfFour(OfTwo):
    name, dim = "LKJCholesky(4)", 4


R2, S2 = [[1.0, 0.0], [0.6, 0.8]], [[1.0, 0.0], [-0.96, 0.28]]
R3, S3 = [[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.48, -0.64, 0.6]], [[1.0, 0.0, 0.0], [-0.28, 0.96, 0.0], [0.0, 0.8, 0.6]]
R4 = factor((0.5,), (-0.25, 0.5), (0.1, 0.7, -0.5))
R5 = factor((0.1,), (-0.3, 0.5), (0.2, 0.1, -0.5), (0.4, -0.4, 0.6, 0.4))
R10 = factor(*[[(-1) ** (i + j) * 0.9 / (i + j + 1) for j in range(i)] for i in range(1, 10)])


def eye(n):
    return [[float(i == j) for j in range(n)] for i in range(n)]


class LKJCholesky(Family):
    kind = "vector"
    parameters = {"dim": SIZE, "concentration": POSITIVE}
    event_dim = 2
    value = FACTOR
    attributes = ("rounded values",)

    def canonical(dim, concentration=mpf(1)):
        return int(dim), concentration

    def is_factor(x):
        """Whether x is a factor, up to a tolerance that all dtypes meet."""
        n, tolerance = len(x), mpf(1) / 50
        return all(x[i][i] > 0 and abs(mp.sqrt(total(v * v for v in x[i])) - 1) < tolerance
                   and all(abs(x[i][j]) < tolerance for j in range(i + 1, n)) for i in range(n))

    def log_prob(x, d, c):
        if any(mp.isnan(v) for row in x for v in row):
            return mp.nan
        if not LKJCholesky.is_factor(x):
            return -mp.inf
        power = total((2 * (c - 1) + d - i) * mp.log(x[i - 1][i - 1]) for i in range(2, d + 1))
        constant = total(mpf(k) / 2 * mp.log(mp.pi) + mp.loggamma(c + mpf(d - 1 - k) / 2) - mp.loggamma(c + mpf(d - 1) / 2)
                         for k in range(1, d))
        return power - constant

    @classmethod
    def faults(cls):
        """Integrates the density over the factors of size 2 and 3 in polar coordinates: the second row is (sin t, cos t), the third
        (sin u cos v, sin u sin v, cos u). The square of a correlation has the mean of a Beta variable."""
        with mp.workdps(20):
            return list(cls.differences())

    @classmethod
    def differences(cls):
        for c in (mpf("0.6"), mpf("3.5")):
            def density(t, u=None, v=mpf("0.7")):
                rows = [[mp.sin(t), mp.cos(t)]] if u is None else [[mp.sin(t), mp.cos(t)], [mp.sin(u) * mp.cos(v), mp.sin(u) * mp.sin(v), mp.cos(u)]]
                n = len(rows) + 1
                x = [[mpf(1)] + [mpf(0)] * (n - 1)] + [row + [mpf(0)] * (n - len(row)) for row in rows]
                jacobian = mp.cos(t) if u is None else mp.cos(t) * mp.sin(u) * mp.cos(u)
                return mp.exp(cls.log_prob(x, n, c)) * jacobian if mp.cos(t) > 0 and (u is None or mp.cos(u) > 0) else mpf(0)

            right = mp.pi / 2
            quad = functools.partial(mp.quad, maxdegree=5)
            of_two = lambda f: quad(lambda t: density(t) * f(t), [-right, right])
            # The density does not depend on v, which is integrated last.
            of_three = lambda f: 2 * mp.pi * quad(lambda t: quad(lambda u: density(t, u) * f(t), [0, right]), [-right, right])
            for d, mean_of in ((2, of_two), (3, of_three)):
                for name, said, found in (("total probability", mpf(1), mean_of(lambda t: mpf(1))),
                                          ("mean square", 1 / (2 * c + d - 1), mean_of(lambda t: mp.sin(t) ** 2))):
                    if abs(said - found) > mpf(10) ** -9:
                        yield f"the {name} of LKJCholesky({d}, {c}) is {said}, by its density {found}"

    accuracy = [OfTwo, OfFour]
    cases = [
        Case(dim=2, concentration=1.0, at=[R2, S2], edges=[eye(2)], outside=[[[1.0, 0.0], [0.6, 0.6]], [[1.0, 0.5], [0.6, 0.8]], [[1.0, 0.0], [0.6, -0.8]], [[NAN, 0.0], [0.6, 0.8]]]),
        Case(dim=2, concentration=0.5, at=[R2, S2]),
        Case(dim=3, concentration=1.5, at=[R3, S3], edges=[eye(3)]),
        Case(dim=3, concentration=[1.5], at=[R3, S3], outside=[[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.5]]], dtype=f64),
        Case(dim=3, concentration=[0.5, 1.0, 4.0], at=[R3, S3]),
        Case(dim=3, concentration=[0.5, 1.0], at=[[R3, S3], [S3, eye(3)]], dtype=f64),
        Case(dim=4, concentration=[[2.0], [0.25]], at=[R4], edges=[eye(4)], dtype=f64),
        Case(dim=5, concentration=10.0, at=[R5], dtype=f64),
        Case(dim=2, concentration=[1.0], at=[eye(2)]),
        Case(dim=2, concentration=T(2.5, f64), at=[R2], dtype=f64),
        Case(dim=3, concentration=0.1, at=[R3, S3]),
        Case(dim=3, concentration=[1e-3, 0.1], at=[R3, S3], dtype=f64),
        Case(dim=3, concentration=1e6, at=[factor((1e-3,), (-5e-4, 1e-3))]),
        Case(dim=3, concentration=[1e6, 1e4], at=[factor((1e-3,), (-5e-4, 1e-3)), R3], dtype=f64),
        Case(dim=2, concentration=1e7, at=[factor((3e-4,))]),
        Case(dim=10, concentration=T(0.7, f64), at=[R10], dtype=f64),
        Case(dim=2, concentration=[2.0], at=[R2], dtype=f16),
        Case(dim=3, concentration=[0.5], at=[R3], dtype=bf16),
    ]
    # Of larger matrices Python's draws follow another distribution.
    streams = [
        Case(dim=2, concentration=T(5.0, None)),
        Case(dim=2, concentration=[2.0, 10.0]),
    ]
    bad_parameters = [
        Case(dim=1, concentration=1.0),
        Case(dim=-3, concentration=1.0),
        Case(dim=2, concentration=0.0),
        Case(dim=3, concentration=[1.0, -1.0]),
        Case(dim=3, concentration=[NAN]),
    ]
    bad_values = [
        Case(dim=2, concentration=1.0, at=[[[1.0, 0.0], [0.5, 0.5]]]),
        Case(dim=2, concentration=[1.0], at=[[[0.5, 0.5], [0.0, 1.0]]]),
        Case(dim=2, concentration=1.0, at=[[[1.0, 0.0], [0.0, -1.0]]]),
        Case(dim=2, concentration=1.0, at=[eye(3)]),
    ]
