"""MultivariateNormal(loc, L): loc + L z for standard normal z; L L^T is the covariance."""

import itertools

import numpy as np
from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, D, In, T, f32, f64
from .framework.divergences import Table
from .framework.draws import MATRIX, REAL, SCALE, TRIANGLE
from .framework.family import Family
from .framework.mathematics import cholesky, forward_substitution, inverse, log_normal_constant, total

EYE2 = [[1.0, 0.0], [0.0, 1.0]]
SPD2, SPD2B = [[2.0, 0.5], [0.5, 1.0]], [[1.0, -0.25], [-0.25, 3.0]]
SPD3, SPD3B = [[4.0, 1.0, 0.5], [1.0, 3.0, -0.5], [0.5, -0.5, 2.0]], [[2.0, 0.5, 0.25], [0.5, 1.0, 0.0], [0.25, 0.0, 3.0]]
TRIL2, TRIL2B = [[1.5, 0.0], [-0.5, 0.75]], [[0.5, 0.0], [2.0, 4.0]]
TRIL3 = [[1.0, 0.0, 0.0], [0.5, 2.0, 0.0], [-1.0, 0.25, 0.5]]


LOC3, OTHER_LOC3, STEPS = [0.5, -1.0, 2.0], [0.25, 0.0, 1.5], (1e-3, 1e-6, 1e-9)
FACTOR = [[1.5, 0.0, 0.0], [-0.5, 0.75, 0.0], [2.0, -1.0, 0.5]]
OTHER_FACTOR = [[0.5, 0.0, 0.0], [0.25, 2.0, 0.0], [-1.0, 1.0, 1.25]]


def independent_normals(prefix):
    normal = D("Normal", loc=In(prefix + "loc"), scale=In(prefix + "scale"))
    return D("Independent", base_distribution=normal, reinterpreted_batch_ndims=1)


def low_rank(prefix):
    return D("LowRankMultivariateNormal", **{n: In(prefix + n) for n in ("loc", "cov_factor", "cov_diag")})


def low_rank_factor(w, d):
    """The Cholesky factor of W W^T + diag(d)."""
    n = range(len(d))
    return cholesky([[total(a * b for a, b in zip(w[i], w[j])) + (d[i] if i == j else 0) for j in n] for i in n])


class MultivariateNormalPoints(Points):
    form = ("loc", "scale_tril")
    quantities = ("log_prob", "mean", "variance", "entropy")

    @staticmethod
    def factor(draw, spread, off):
        """A lower triangle with diagonal entries from 10^-spread to 10^spread."""
        rows = []
        for i in range(3):
            diagonal = draw.log_uniform(-spread, spread)
            below = [draw.fmt.round(draw.uniform(-off, off) * mpf(diagonal)) for _ in range(i)]
            rows.append((*below, diagonal, *[0.0] * (2 - i)))
        return tuple(rows)

    @staticmethod
    def point(draw, factor, reach):
        loc = tuple(draw.uniform(-3, 3) for _ in range(3))
        z = [reach * draw.bell() for _ in range(3)]
        x = tuple(draw.fmt.round(loc[i] + total(mpf(factor[i][j]) * z[j] for j in range(i + 1))) for i in range(3))
        return dict(loc=loc, scale_tril=factor, value=x)

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, cls.factor(draw, 0.5, 1), 1)

    @classmethod
    def hostile(cls, draw):
        spread = 4 if draw.chance(0.5) else 2
        return cls.point(draw, cls.factor(draw, spread, 10 if draw.chance(0.3) else 1), 3)

    @classmethod
    def unit(cls, quantity, value, loc, scale_tril):
        logs = total(abs(mp.log(scale_tril[i][i])) for i in range(3))
        if quantity == "entropy":
            return logs
        if not quantity.startswith("log_prob"):
            return None
        z = forward_substitution(scale_tril, [x - m for x, m in zip(value, loc)])
        columns = [forward_substitution(scale_tril, [mpf(i == j) for i in range(3)]) for j in range(3)]
        # |L^-1| |L| |z|: the factor by which forward substitution may multiply a rounding error, by component.
        spread = [total(abs(scale_tril[i][j] * z[j]) for j in range(i + 1)) for i in range(3)]
        bound = [total(abs(columns[j][i]) * spread[j] for j in range(3)) for i in range(3)]
        if quantity == "log_prob":
            return logs + total(abs(v) * b for v, b in zip(z, bound))
        # The gradient in loc is L^-T z, the gradient in L is its outer product with z.
        solved = [total(abs(columns[i][k]) * bound[k] for k in range(3)) for i in range(3)]
        i, *j = (int(part[0]) for part in quantity.split("[")[1:])
        return solved[i] if not j else solved[i] * bound[j[0]] + 1 / scale_tril[i][i]


def half_log_det(l):
    return total(mp.log(abs(l[i][i])) for i in range(len(l)))


class MultivariateNormal(Family):
    """A matrix argument is symmetrised, so that the gradient is the one that torch defines for symmetric matrices."""

    kind = "vector"
    parameters = {"loc": REAL, "covariance_matrix": MATRIX, "precision_matrix": MATRIX, "scale_tril": TRIANGLE}
    dims = {"loc": 1, "covariance_matrix": 2, "precision_matrix": 2, "scale_tril": 2}
    forms = [("loc", "covariance_matrix"), ("loc", "precision_matrix"), ("loc", "scale_tril")]
    event_dim = 1
    value = REAL
    attributes = ("no half", "no meta")

    def canonical(loc, covariance_matrix=None, precision_matrix=None, scale_tril=None):
        if scale_tril is not None:
            return loc, np.tril(scale_tril) + np.triu(np.full(scale_tril.shape, mpf(0), dtype=object), 1)
        if covariance_matrix is not None:
            return loc, cholesky((covariance_matrix + covariance_matrix.T) / 2)
        return loc, cholesky(inverse((precision_matrix + precision_matrix.T) / 2))

    def log_prob(x, m, l):
        d = [v - w for v, w in zip(x, m)]
        if any(mp.isinf(v) for v in d) and not any(mp.isnan(v) for v in d):
            return -mp.inf
        z = forward_substitution(l, d)
        return -total(v * v for v in z) / 2 - half_log_det(l) - len(z) * log_normal_constant()

    def mean(m, l):
        return m

    mode = mean

    def variance(m, l):
        return [total(v**2 for v in row) for row in l]

    def entropy(m, l):
        return len(l) * (mpf(1) / 2 + log_normal_constant()) + half_log_det(l)

    def kl_gaussian_gaussian(m, l, n, k):
        """The divergence from (m, l) to (n, k), each a mean and a triangular factor."""
        columns = [forward_substitution(k, [row[j] for row in l]) for j in range(len(l))]
        squares = total(v * v for column in columns for v in column)
        d = forward_substitution(k, [b - a for a, b in zip(m, n)])
        return half_log_det(k) - half_log_det(l) + (squares + total(v * v for v in d) - len(l)) / 2

    def kl_gaussian_low_rank(m, l, n, w, d):
        return MultivariateNormal.kl_gaussian_gaussian(m, l, n, low_rank_factor(w, d))

    kl = {"MultivariateNormal": kl_gaussian_gaussian, "Independent": kl_gaussian_gaussian,
          "LowRankMultivariateNormal": kl_gaussian_low_rank}

    @classmethod
    def kl_tables(cls):
        matrices = {"scale_tril": (FACTOR, OTHER_FACTOR), "covariance_matrix": (SPD3, SPD3B), "precision_matrix": (SPD3, SPD3B)}

        def table(form, other_form, kind, dtype, *rows):
            (_, s), (_, t) = form, other_form
            rows = [{"p.loc": m, "p." + s: a, "q.loc": n, "q." + t: b} for m, a, n, b in rows]
            return Table(cls.call(form, "p."), cls.call(other_form, "q."), kind, dtype, rows)

        for dtype, form, other_form in itertools.product(("float64", "float32"), cls.forms, cls.forms):
            row = (LOC3, matrices[form[1]][0], OTHER_LOC3, matrices[other_form[1]][1])
            yield table(form, other_form, "ordinary", dtype, row)
        tril = cls.forms[2]
        near = [[[x * (1 + step * (j + 2 * k - 2)) for k, x in enumerate(row)] for j, row in enumerate(FACTOR)] for step in STEPS]
        yield table(tril, tril, "near", "float64", *[(LOC3, FACTOR, [x + s for x in LOC3], f) for s, f in zip(STEPS, near)])
        wild = [[1e-6, 0.0, 0.0], [1e3, 1e6, 0.0], [1.0, -1e2, 1e-3]]
        yield table(tril, tril, "hostile", "float64", (LOC3, wild, OTHER_LOC3, FACTOR))
        for dtype in ("float64", "float32"):
            row = {"p.loc": LOC3, "p.scale_tril": FACTOR, "q.loc": OTHER_LOC3, "q.scale": [0.5, 1.0, 2.0]}
            yield Table(cls.call(tril, "p."), independent_normals("q."), "ordinary", dtype, [row], python=False)
            row = {"p.loc": LOC3, "p.scale_tril": FACTOR, "q.loc": OTHER_LOC3, "q.cov_factor": [[1.0, 0.5], [-2.0, 0.25], [0.75, 1.5]],
                   "q.cov_diag": [0.5, 1.0, 2.0]}
            yield Table(cls.call(tril, "p."), low_rank("q."), "ordinary", dtype, [row])

    ordinary = {
        "loc": [[-0.5, 0.5], [1, 1], [2, 3]],
        "scale_tril": [[[0.5, 0], [-0.5, 1]], [[1, 0], [1, 1]], [[3, 0], [2, 1]]],
    }
    grid = [([m, s], [[s, 0], [m, 1]]) for m in REAL.grid for s in SCALE.grid]
    accuracy = [MultivariateNormalPoints]
    cases = [
        Case(loc=[0.0, 0.0], covariance_matrix=EYE2, at=[[0.0, 0.0], [1.0, -2.0]], outside=[[0.0, NAN]]),
        Case(loc=[0.5, -1.0], covariance_matrix=SPD2, at=[[0.25, 0.5], [1.0, -2.0]]),
        Case(loc=[0.5, -1.0], covariance_matrix=SPD2, at=[[0.25, 0.5], [1.0, -2.0]], dtype=f64),
        Case(loc=[0.5, -1.0], precision_matrix=SPD2, at=[[0.25, 0.5], [1.0, -2.0]]),
        Case(loc=[0.5, -1.0, 2.0], precision_matrix=SPD3, at=[[0.25, 0.5, 1.0], [1.0, -2.0, 3.0]], dtype=f64),
        Case(loc=[0.5, -1.0], scale_tril=TRIL2, at=[[0.25, 0.5], [1.0, -2.0]], edges=[[INF, 0.0], [0.5, -INF]]),
        Case(loc=[0.5, -1.0, 2.0], scale_tril=TRIL3, at=[[0.25, 0.5, 1.0], [1.0, -2.0, 3.0]], edges=[[0.0, INF, -INF]], dtype=f64),
        Case(loc=[0.5, -1.0], covariance_matrix=[SPD2, SPD2B], at=[[[0.25, 0.5], [1.0, -2.0]], [[0.0, 0.5], [1.0, 0.0]]]),
        Case(loc=[[0.5, -1.0], [2.0, 3.0], [0.0, 1.0]], scale_tril=TRIL2, at=[[0.25, 0.5], [1.0, -2.0], [3.0, 3.0]]),
        Case(loc=[[[0.5, -1.0]], [[2.0, 3.0]]], scale_tril=[TRIL2, TRIL2B], at=[[0.25, 0.5]], dtype=f64),
        Case(loc=[0.5, -1.0], precision_matrix=[SPD2, SPD2B], at=[[0.25, 0.5]], dtype=f64),
        Case(loc=[0.5, -1.0], covariance_matrix=SPD2, at=[[[0.25, 0.5], [1.0, -2.0]], [[0.0, 0.5], [1.0, 0.0]], [[3.0, 0.5], [1.0, 4.0]]]),
        Case(loc=[0.0, 0.0], scale_tril=[[1e-10, 0.0], [0.0, 1e10]], at=[[1e-10, 1e10], [0.0, -3e9]]),
        Case(loc=[0.0], covariance_matrix=[[4.0]], at=[[0.0], [2.0]]),
        Case(loc=T([0.5, -1.0, 2.0, 0.0], f64), scale_tril=[[1.0, 0, 0, 0], [0.5, 2.0, 0, 0], [-1.0, 0.25, 0.5, 0], [0.1, 0.2, 0.3, 0.4]],
             at=[[0.25, 0.5, 1.0, 2.0]], dtype=f64),
    ]
    streams = [
        Case(loc=[0.5, -1.0], covariance_matrix=SPD2),
        Case(loc=[0.5, -1.0], precision_matrix=SPD2),
        Case(loc=[[0.5, -1.0], [3.0, 4.0]], scale_tril=TRIL2),
    ]
    bad_parameters = [
        Case(loc=[0.0, 0.0], covariance_matrix=[[1.0, 2.0], [2.0, 1.0]]),
        Case(loc=[0.0, 0.0], covariance_matrix=[[1.0, 0.5], [0.0, 1.0]]),
        Case(loc=[0.0, 0.0], scale_tril=[[1.0, 0.5], [0.0, 1.0]]),
        Case(loc=[0.0, NAN], scale_tril=EYE2),
        Case(loc=[0.0, 0.0]),
        Case(loc=T(0.0, f32), scale_tril=EYE2),
    ]
    bad_values = [
        Case(loc=[0.0, 0.0], scale_tril=EYE2, at=[[0.0, NAN]]),
        Case(loc=[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], scale_tril=EYE2, at=[[[0.0, 0.0], [1.0, 1.0]]]),
    ]
