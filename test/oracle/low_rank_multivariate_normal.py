"""LowRankMultivariateNormal(loc, W, d): loc + W z + sqrt(d) e for standard normal z and e; the covariance is W W^T + diag(d)."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, f32, f64
from .framework.divergences import Table
from .framework.draws import POSITIVE, REAL, SCALE
from .framework.family import Family
from .framework.mathematics import inverse, total
from .multivariate_normal import FACTOR, LOC3, OTHER_LOC3, STEPS, MultivariateNormal, independent_normals, low_rank_factor

ONE2, ONE2B = [[1.0], [2.0]], [[-0.5], [0.25]]
TWO3, TWO3B = [[1.0, 0.5], [-2.0, 0.25], [0.75, 1.5]], [[0.5, 0.0], [-1.0, 1.0], [0.25, 2.0]]
DIAG3, DIAG3B = [0.5, 1.0, 2.0], [1.5, 0.75, 0.25]
TINY3 = [1e-12, 2e-12, 1e-12]


class Precision:
    """The inverse of the covariance, and W^T times it."""

    def __init__(self, w, d):
        n, r = len(d), len(w[0])
        covariance = [[total(a * b for a, b in zip(w[i], w[j])) + (d[i] if i == j else 0) for j in range(n)] for i in range(n)]
        self.inverse = inverse(covariance)
        self.projection = [[total(w[k][j] * self.inverse[k][i] for k in range(n)) for i in range(n)] for j in range(r)]

    def times(self, x):
        return [total(a * b for a, b in zip(row, x)) for row in self.inverse]


class LowRankMultivariateNormalPoints(Points):
    quantities = ("log_prob", "mean", "variance", "entropy")

    @staticmethod
    def point(draw, of_diag, of_sizes, reach):
        """The diagonal's entries, and the sizes of the factor's columns, lie between these powers of 10."""
        loc = tuple(draw.uniform(-3, 3) for _ in range(3))
        diag = tuple(draw.log_uniform(*of_diag) for _ in range(3))
        sizes = [mpf(draw.log_uniform(*of_sizes)) for _ in range(2)]
        factor = tuple(tuple(draw.fmt.round(size * draw.uniform(-2, 2)) for size in sizes) for _ in range(3))
        z = [reach * draw.bell() for _ in sizes]
        noise = [mp.sqrt(v) * reach * draw.bell() for v in diag]
        value = tuple(draw.fmt.round(m + total(mpf(w) * v for w, v in zip(row, z)) + e) for m, row, e in zip(loc, factor, noise))
        return dict(loc=loc, cov_factor=factor, cov_diag=diag, value=value)

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, (-0.5, 0.25), (-0.25, 0.25), 1)

    @classmethod
    def hostile(cls, draw):
        spread, off = 4 if draw.chance(0.5) else 1, 3 if draw.chance(0.3) else 1
        return cls.point(draw, (-2 * spread, spread), (-off, off), 3)

    @classmethod
    def unit(cls, quantity, value, loc, cov_factor, cov_diag):
        logs = total(abs(mp.log(v)) for v in cov_diag)
        if quantity == "entropy":
            return logs
        if not quantity.startswith("log_prob"):
            return None
        precision = Precision(cov_factor, cov_diag)
        difference = [x - m for x, m in zip(value, loc)]
        solved = precision.times(difference)
        z = [total(a * b for a, b in zip(row, difference)) for row in precision.projection]
        # v - W z has the rounding errors of its terms. It is small beside them where the density is not.
        terms = [abs(v) + total(abs(a * b) for a, b in zip(row, z)) for v, row in zip(difference, cov_factor)]
        if quantity == "log_prob":
            return logs + total(abs(y) * t for y, t in zip(solved, terms))
        of_solved = [t / v + total(abs(p) * u for p, u in zip(row, terms)) for t, v, row in zip(terms, cov_diag, precision.inverse)]
        of_z = [total(abs(p) * t for p, t in zip(row, terms)) for row in precision.projection]
        name, i, *j = quantity.split("/")[1].replace("]", "").split("[")
        i = int(i)
        if name in ("value", "loc"):
            return of_solved[i]
        if name == "cov_diag":
            return abs(solved[i]) * of_solved[i] + precision.inverse[i][i]
        j = int(j[0])
        share = total(abs(precision.projection[j][k] * cov_factor[k][j]) for k in range(3)) / mp.sqrt(cov_diag[i])
        return of_solved[i] * abs(z[j]) + abs(solved[i]) * of_z[j] + share


class ShortFactorPoints(LowRankMultivariateNormalPoints):
    """The factor takes less than 3/4 of every variance, so that kernels compute all points and their gradients."""

    name = "LowRankMultivariateNormal(short)"

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, (0, 0.25), (-1, -0.35), 1)

    @classmethod
    def hostile(cls, draw):
        return cls.point(draw, (0, 4), (-3, -0.35), 3)


class LowRankMultivariateNormal(Family):
    kind = "vector"
    parameters = {"loc": REAL, "cov_factor": REAL, "cov_diag": POSITIVE}
    dims = {"loc": 1, "cov_factor": 2, "cov_diag": 1}
    event_dim = 1
    value = REAL
    attributes = ("no half", "no meta")

    def log_prob(x, m, w, d):
        return MultivariateNormal.log_prob(x, m, low_rank_factor(w, d))

    def mean(m, w, d):
        return m

    mode = mean

    def variance(m, w, d):
        return [total(v**2 for v in row) + s for row, s in zip(w, d)]

    def entropy(m, w, d):
        return MultivariateNormal.entropy(m, low_rank_factor(w, d))

    def kl_low_rank(m, w, d, n, v, e):
        return MultivariateNormal.kl_gaussian_gaussian(m, low_rank_factor(w, d), n, low_rank_factor(v, e))

    def kl_gaussian(m, w, d, n, k):
        return MultivariateNormal.kl_gaussian_gaussian(m, low_rank_factor(w, d), n, k)

    kl = {"LowRankMultivariateNormal": kl_low_rank, "MultivariateNormal": kl_gaussian, "Independent": kl_gaussian}

    @classmethod
    def kl_tables(cls):
        names = ("loc", "cov_factor", "cov_diag")

        def table(kind, dtype, *rows):
            rows = [{s + n: x for s, side in zip(("p.", "q."), row) for n, x in zip(names, side)} for row in rows]
            return Table(cls.call(names, "p."), cls.call(names, "q."), kind, dtype, rows)

        def times(x, *factors):
            """The elements of nested lists, multiplied by factors in turn."""
            source = iter(factors * 9)
            return [[v * next(source) for v in row] if isinstance(row, list) else row * next(source) for row in x]

        p = (LOC3, TWO3, DIAG3)
        for dtype in ("float64", "float32"):
            yield table("ordinary", dtype, (p, (OTHER_LOC3, TWO3B, DIAG3B)), ((OTHER_LOC3, TWO3B, DIAG3B), p))
            yield table("ordinary", dtype, (p, (OTHER_LOC3, [[1.0], [0.5], [-1.0]], DIAG3B)))
            gaussian = {"p.loc": LOC3, "p.cov_factor": TWO3, "p.cov_diag": DIAG3, "q.loc": OTHER_LOC3}
            yield Table(cls.call(names, "p."), MultivariateNormal.call(("loc", "scale_tril"), "q."), "ordinary", dtype,
                        [gaussian | {"q.scale_tril": FACTOR}])
            yield Table(cls.call(names, "p."), independent_normals("q."), "ordinary", dtype,
                        [gaussian | {"q.scale": [0.5, 1.0, 2.0]}], python=False)
        near = [(p, ([x + s for x in LOC3], times(TWO3, 1 + s, 1 - 2 * s, 1 + s / 2), times(DIAG3, 1 - s, 1 + 3 * s))) for s in STEPS]
        same_loc = [(p, (LOC3, *parameters[1:])) for _, parameters in near]
        yield table("near", "float64", *near, *same_loc)
        # The factor is large beside the diagonal.
        large = (LOC3, TWO3, TINY3)
        for dtype in ("float64", "float32"):
            yield table("hostile", dtype, (large, (LOC3, times(TWO3, 1.0078125), TINY3)), (large, (OTHER_LOC3, TWO3B, DIAG3)),
                        ((OTHER_LOC3, TWO3B, DIAG3), large), ((LOC3, TWO3, times(TINY3, 3.0)), large),
                        # W takes almost all of one coordinate's variance.
                        ((LOC3, TWO3, DIAG3), (LOC3, [[1.0, 0.0], [0.0, 0.0], [0.0, 1e-3]], TINY3)))

    ordinary = {
        "loc": [[-0.5, 0.5], [1, 1], [2, 3]],
        "cov_factor": [[[0.5], [-0.5]], [[1], [1]], [[0], [2]]],
        "cov_diag": [[0.5, 1], [1, 1], [3, 0.25]],
    }
    grid = [([m, s], [[s], [m]], [s, 1]) for m in REAL.grid for s in SCALE.grid]
    accuracy = [LowRankMultivariateNormalPoints, ShortFactorPoints]
    cases = [
        Case(loc=[0.0, 0.0], cov_factor=[[1.0], [0.0]], cov_diag=[1.0, 1.0], at=[[0.0, 0.0], [1.0, -2.0]], outside=[[0.0, NAN]]),
        Case(loc=[0.5, -1.0], cov_factor=ONE2, cov_diag=[0.5, 2.0], at=[[0.25, 0.5], [1.0, -2.0]], edges=[[INF, 0.0], [0.5, -INF]]),
        Case(loc=[0.5, -1.0, 2.0], cov_factor=TWO3, cov_diag=DIAG3, at=[[0.25, 0.5, 1.0], [1.0, -2.0, 3.0]], dtype=f64),
        Case(loc=[0.5, -1.0, 2.0], cov_factor=TWO3, cov_diag=DIAG3, at=[[0.25, 0.5, 1.0], [1.0, -2.0, 3.0]]),
        # More columns than rows.
        Case(loc=[0.5, -1.0], cov_factor=[[1.0, 0.5, -1.0], [0.25, 2.0, 0.5]], cov_diag=[0.5, 2.0], at=[[0.25, 0.5]], dtype=f64),
        Case(loc=[0.0], cov_factor=[[2.0]], cov_diag=[4.0], at=[[0.0], [2.0]]),
        # Batches in every position.
        Case(loc=[[0.5, -1.0], [2.0, 3.0], [0.0, 1.0]], cov_factor=ONE2, cov_diag=[0.5, 2.0], at=[[0.25, 0.5], [1.0, -2.0], [3.0, 3.0]]),
        Case(loc=[0.5, -1.0], cov_factor=[ONE2, ONE2B], cov_diag=[0.5, 2.0], at=[[0.25, 0.5]]),
        Case(loc=[0.5, -1.0], cov_factor=ONE2, cov_diag=[[0.5, 2.0], [1.0, 0.25]], at=[[[0.25, 0.5], [1.0, -2.0]]], dtype=f64),
        Case(loc=[[[0.5, -1.0]], [[2.0, 3.0]]], cov_factor=[ONE2, ONE2B], cov_diag=[0.5, 2.0], at=[[0.25, 0.5]], dtype=f64),
        Case(loc=[0.5, -1.0], cov_factor=[[ONE2], [ONE2B]], cov_diag=[[0.5, 2.0], [1.0, 0.25], [2.0, 1.0]], at=[[0.25, 0.5]]),
        # Woodbury's formula subtracts numbers of 1e12.
        Case(loc=[0.0, 0.0], cov_factor=ONE2, cov_diag=[1e-12, 1e-12], at=[[1.0, 2.0]], dtype=f64),
        Case(loc=[0.0, 0.0], cov_factor=ONE2, cov_diag=[1e-12, 1e-12], at=[[1.0, 2.0]]),
        Case(loc=[0.0, 0.0], cov_factor=[[1e3], [0.0]], cov_diag=[1e-3, 1e3], at=[[1e3, 100.0], [0.0, -30.0]]),
    ]
    streams = [
        Case(loc=[0.5, -1.0], cov_factor=ONE2, cov_diag=[0.5, 2.0]),
        Case(loc=[0.5, -1.0, 2.0], cov_factor=TWO3, cov_diag=DIAG3),
        Case(loc=[[0.5, -1.0], [3.0, 4.0]], cov_factor=ONE2, cov_diag=[[0.5, 2.0], [1.0, 0.25]]),
    ]
    bad_parameters = [
        Case(loc=[0.0, 0.0], cov_factor=[[0.25], [0.0]], cov_diag=[1.0, -1.0]),
        Case(loc=[0.0, 0.0], cov_factor=ONE2, cov_diag=[[1.0, 1.0], [1.0, 0.0]]),
        Case(loc=[0.0, 0.0], cov_factor=[[1.0], [NAN]], cov_diag=[1.0, 1.0]),
        Case(loc=[0.0, NAN], cov_factor=ONE2, cov_diag=[1.0, 1.0]),
        Case(loc=T(0.0, f32), cov_factor=ONE2, cov_diag=[1.0, 1.0]),
        Case(loc=[0.0, 0.0], cov_factor=[1.0, 1.0], cov_diag=[1.0, 1.0]),
        Case(loc=[0.0, 0.0], cov_factor=[[1.0, 2.0]], cov_diag=[1.0, 1.0]),
        Case(loc=[0.0, 0.0], cov_factor=ONE2, cov_diag=[1.0, 1.0, 1.0]),
        Case(loc=[[0.0, 0.0], [0.0, 0.0]], cov_factor=[ONE2, ONE2, ONE2], cov_diag=[1.0, 1.0]),
    ]
    bad_values = [
        Case(loc=[0.0, 0.0], cov_factor=ONE2, cov_diag=[1.0, 1.0], at=[[0.0, NAN]]),
        Case(loc=[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], cov_factor=ONE2, cov_diag=[1.0, 1.0], at=[[[0.0, 0.0], [1.0, 1.0]]]),
    ]
