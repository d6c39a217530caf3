"""Wishart(df nu, L): p(X) = det(X)^((nu - n - 1) / 2) exp(-tr(S^-1 X) / 2) / (2^(nu n / 2) det(S)^(nu / 2) Gamma_n(nu / 2)), with the
covariance S = L L^T, for positive definite matrices X of size n."""

import itertools

import numpy as np
from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, f32, f64
from .framework.divergences import Table
from .framework.draws import MATRIX, POSITIVE, TRIANGLE
from .framework.family import Family
from .framework.mathematics import as_array, cholesky, forward_substitution, inverse, total
from .multivariate_normal import EYE2, FACTOR, OTHER_FACTOR, SPD2, SPD2B, SPD3, SPD3B, STEPS, TRIL2, TRIL2B, TRIL3, MultivariateNormalPoints

X2, X2B, X2C = [[2.5, 0.5], [0.5, 1.75]], [[4.0, -1.5], [-1.5, 3.0]], [[0.5, 0.25], [0.25, 0.75]]
X3, X3B = [[4.0, 1.5, 0.5], [1.5, 3.0, -0.5], [0.5, -0.5, 2.0]], [[9.0, -2.5, 0.25], [-2.5, 5.0, 0.5], [0.25, 0.5, 1.5]]


def lower_inverse(l):
    """The inverse of a lower triangular matrix."""
    return as_array([forward_substitution(l, [mpf(i == j) for i in range(len(l))]) for j in range(len(l))]).T


def symmetric(x):
    return (x + x.T) / 2


def is_positive_definite(x):
    """By Sylvester's criterion, with the pivots of an elimination."""
    a, n = x.copy(), len(x)
    for k in range(n):
        if not a[k, k] > 0:
            return False
        for i in range(k + 1, n):
            a[i, k:] = a[i, k:] - a[i, k] / a[k, k] * a[k, k:]
    return True


def log_multigamma(n, a):
    return mpf(n * (n - 1)) / 4 * mp.log(mp.pi) + total(mp.loggamma(a - mpf(i) / 2) for i in range(n))


def multidigamma(n, a):
    return total(mp.digamma(a - mpf(i) / 2) for i in range(n))


def log_det(l):
    """log det(L L^T)."""
    return 2 * total(mp.log(abs(l[i][i])) for i in range(len(l)))


class WishartPoints(Points):
    form = ("df", "scale_tril")
    quantities = ("log_prob", "mean", "variance", "entropy")
    uses_lgamma = True

    @staticmethod
    def point(draw, df, l):
        """A value as it is drawn: L B B^T L^T with Bartlett's B."""
        n, half_width = len(l), lambda i: mp.sqrt(mpf(df) - i)
        b = [[draw.bell() if j < i else mpf(0) for j in range(n)] for i in range(n)]
        for i in range(n):
            b[i][i] = max(half_width(i) + draw.bell() / mp.sqrt(2), half_width(i) / 4)
        root = as_array([[mpf(v) for v in row] for row in l]) @ as_array(b)
        x = root @ root.T
        shrink = mpf(1)
        while True:  # until the rounded matrix is positive definite
            rounded = [[draw.fmt.round(x[max(i, j), min(i, j)] * (1 if i == j else shrink)) for j in range(n)] for i in range(n)]
            if is_positive_definite(as_array([[mpf(v) for v in row] for row in rounded])):
                return dict(df=df, scale_tril=l, value=tuple(map(tuple, rounded)))
            shrink -= 64 * mpf(draw.fmt.eps)

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, draw.fmt.round(2 + mpf(draw.log_uniform(-0.3, 1.5))), MultivariateNormalPoints.factor(draw, 0.5, 1))

    @classmethod
    def hostile(cls, draw):
        df = draw.fmt.round(2 + mpf(draw.log_uniform(-2, 8)))
        spread = 4 if draw.chance(0.5) else 2
        return cls.point(draw, df, MultivariateNormalPoints.factor(draw, spread, 10 if draw.chance(0.3) else 1))

    @classmethod
    def unit(cls, quantity, value, df, scale_tril):
        n, name, *index = len(scale_tril), *quantity.split("[")
        index = [int(part[0]) for part in index]
        l = as_array([list(row) for row in scale_tril])
        size = abs(l)
        logs = (n + 1) * total(abs(mp.log(l[i, i])) for i in range(n))
        if quantity == "entropy":
            return logs
        if name in ("mean", "variance"):  # L L^T is a sum of products
            i, j = index
            covariance, sums = l @ l.T, size @ size.T
            if name == "mean":
                return df * sums[i, j]
            return df * (2 * abs(covariance[i, j]) * sums[i, j] + covariance[i, i] * covariance[j, j])
        x = as_array([list(row) for row in value])
        c, l_inverse = cholesky(x), lower_inverse(l)
        c_inverse, b = lower_inverse(c), l_inverse @ c
        # The effect of a relative error of 1 in each product of the factorisation of X, and of the forward substitution in L.
        squares = abs(c) @ abs(c).T
        relative = abs(c_inverse) @ squares @ abs(c_inverse).T
        of_c = abs(c) @ as_array([[relative[i, j] / (1 + (i == j)) if j <= i else mpf(0) for j in range(n)] for i in range(n)])
        of_b = abs(l_inverse) @ (size @ abs(b) + of_c)
        power = df - n - 1
        if name == "log_prob":
            slopes = abs(power * np.diag([1 / b[i, i] for i in range(n)]) - b)
            terms = total((n - 1 - i) * abs(mp.log(b[i, i])) for i in range(n)) + total(b[i, j]**2 / 2 for i in range(n) for j in range(i))
            return logs + terms + (slopes * of_b).sum() / 8
        if name == "log_prob/df":
            scores = [mp.log(b[i, i]**2 / 2) - mp.digamma((df - i) / 2) for i in range(n)]
            return total(max(1, abs(s)) / 2 + of_b[i, i] / b[i, i] for i, s in enumerate(scores))
        i, j = index
        if name == "log_prob/value":
            precision, x_inverse = abs(l_inverse).T @ abs(l_inverse), abs(inverse(x))
            terms = abs(power) * x_inverse @ squares @ x_inverse + precision @ size @ size.T @ precision
            return terms[i, j] / 8
        solved = abs(l_inverse).T @ size.T @ abs(l_inverse).T
        return (solved @ (abs(b) + 2 * of_b) @ abs(b).T)[i, j] / 4 + (df / l[i, i] if i == j else 0)


class Wishart(Family):
    """A matrix argument is symmetrised, so that the gradient is the one that torch defines for symmetric matrices."""

    kind = "vector"
    base = "ExponentialFamily"
    parameters = {"df": POSITIVE, "covariance_matrix": MATRIX, "precision_matrix": MATRIX, "scale_tril": TRIANGLE}
    dims = {"covariance_matrix": 2, "precision_matrix": 2, "scale_tril": 2}
    forms = [("df", "covariance_matrix"), ("df", "precision_matrix"), ("df", "scale_tril")]
    event_dim = 2
    value = MATRIX
    attributes = ("no meta",)

    def canonical(df, covariance_matrix=None, precision_matrix=None, scale_tril=None):
        if scale_tril is not None:
            return df, np.tril(scale_tril) + np.triu(np.full(scale_tril.shape, mpf(0), dtype=object), 1)
        if covariance_matrix is not None:
            return df, cholesky(symmetric(covariance_matrix))
        return df, cholesky(inverse(symmetric(precision_matrix)))

    def log_prob(x, nu, l):
        if any(mp.isnan(v) for v in x.reshape(-1)):
            return mp.nan
        asymmetry, largest = abs(x - x.T).max(), abs(x).max()
        x, n = symmetric(x), len(l)
        if asymmetry > 1e-4 * largest or not is_positive_definite(x):
            return -mp.inf
        root = lower_inverse(l)
        trace = total(v for v in np.diag(root.T @ root @ x))
        log_norm = nu * n / 2 * mp.log(2) + nu / 2 * log_det(l) + log_multigamma(n, nu / 2)
        return (nu - n - 1) / 2 * log_det(cholesky(x)) - trace / 2 - log_norm

    def mean(nu, l):
        return nu * (l @ l.T)

    def mode(nu, l):
        factor = nu - len(l) - 1
        return (factor if factor > 0 else mp.nan) * (l @ l.T)

    def variance(nu, l):
        s = l @ l.T
        return nu * (s * s + np.outer(np.diag(s), np.diag(s)))

    def entropy(nu, l):
        n = len(l)
        a = nu / 2
        return (n + 1) * (n * mp.log(2) + log_det(l)) / 2 + log_multigamma(n, a) - (nu - n - 1) / 2 * multidigamma(n, a) + nu * n / 2

    def kl_wishart_wishart(nu, l, mu, k):
        """The divergence from (nu, l) to (mu, k)."""
        n = len(l)
        columns = [forward_substitution(k, [row[j] for row in l]) for j in range(n)]
        trace = total(v * v for column in columns for v in column)
        of_shape = log_multigamma(n, mu / 2) - log_multigamma(n, nu / 2) + (nu - mu) / 2 * multidigamma(n, nu / 2)
        return of_shape + nu / 2 * (trace - n) - mu / 2 * (log_det(l) - log_det(k))

    kl = {"Wishart": kl_wishart_wishart}

    @classmethod
    def kl_tables(cls):
        matrices = {"scale_tril": (FACTOR, OTHER_FACTOR), "covariance_matrix": (SPD3, SPD3B), "precision_matrix": (SPD3, SPD3B)}

        def table(form, other_form, kind, dtype, *rows):
            (_, s), (_, t) = form, other_form
            rows = [{"p.df": nu, "p." + s: a, "q.df": mu, "q." + t: b} for nu, a, mu, b in rows]
            return Table(cls.call(form, "p."), cls.call(other_form, "q."), kind, dtype, rows)

        for dtype, form, other_form in itertools.product(("float64", "float32"), cls.forms, cls.forms):
            yield table(form, other_form, "ordinary", dtype, (4.5, matrices[form[1]][0], 7.0, matrices[other_form[1]][1]))
        tril = cls.forms[2]
        near = [[[x * (1 + step * (j + 2 * k - 2)) for k, x in enumerate(row)] for j, row in enumerate(FACTOR)] for step in STEPS]
        for dtype, count in (("float64", 3), ("float32", 1)):
            rows = [(nu, FACTOR, nu * (1 - s), f) for nu in (2.5, 40.0, 1e8) for s, f in list(zip(STEPS, near))[:count]]
            yield table(tril, tril, "near", dtype, *rows)
        wild = [[1e-6, 0.0, 0.0], [1e3, 1e6, 0.0], [1.0, -1e2, 1e-3]]
        yield table(tril, tril, "hostile", "float64", (3.0, wild, 5.0, FACTOR), (2.01, FACTOR, 1e6, FACTOR), (1e10, FACTOR, 2.5, OTHER_FACTOR))

    ordinary = {
        "df": [1.75, 4, 12],
        "scale_tril": [[[0.5, 0], [-0.5, 1]], [[1, 0], [1, 1]], [[3, 0], [2, 1]]],
    }
    grid = [(df, [[s, 0], [m, 1]]) for df in (1.001, 1.5, 2, 3, 30, 1e8) for s, m in ((1e-6, 0), (0.5, -1), (1, 1e3), (30, 2), (1e6, 1e6))]
    accuracy = [WishartPoints]
    cases = [
        Case(df=5.0, covariance_matrix=EYE2, at=[X2, X2B], outside=[[[1.0, 2.0], [2.0, 1.0]], [[-1.0, 0.0], [0.0, -2.0]], [[1.0, NAN], [NAN, 1.0]]]),
        Case(df=5, covariance_matrix=SPD2, at=[X2, X2B]),
        Case(df=5.0, covariance_matrix=SPD2, at=[X2, X2B], outside=[[[1.0, 2.0], [2.0, 1.0]], [[2.0, 0.5], [0.25, 1.0]]], dtype=f64),
        Case(df=3.25, precision_matrix=SPD2, at=[X2, X2B]),
        Case(df=2.5, precision_matrix=SPD3, at=[X3, X3B], dtype=f64),
        Case(df=T(2.75, f32), scale_tril=TRIL2, at=[X2, X2C]),
        Case(df=4.5, scale_tril=TRIL3, at=[X3, X3B], dtype=f64),
        Case(df=[3.0, 1.5, 8.0], covariance_matrix=SPD2, at=[X2, X2B]),
        Case(df=4.0, covariance_matrix=[SPD2, SPD2B], at=[[X2, X2B], [X2C, X2]]),
        Case(df=[[3.5], [12.0], [1.25]], scale_tril=[TRIL2, TRIL2B], at=[X2], dtype=f64),
        Case(df=[2.0, 6.0], precision_matrix=[SPD2, SPD2B], at=[X2, X2B], dtype=f64),
        Case(df=1e8, covariance_matrix=SPD2, at=[[[2e8, 5e7], [5e7, 1e8]]]),
        Case(df=1e8, scale_tril=EYE2, at=[[[2e8, 5000.0], [5000.0, 1.5e8]]], dtype=f64),
        Case(df=1.0078125, scale_tril=EYE2, at=[X2, X2C], dtype=f64),
        Case(df=3.5, covariance_matrix=[[4.0]], at=[[[2.5]], [[7.0]]]),
        Case(df=T(0.25, f64), scale_tril=[[0.5]], at=[[[0.25]]], dtype=f64),
        Case(df=6.0, scale_tril=[[1.0, 0, 0, 0], [0.5, 2.0, 0, 0], [-1.0, 0.25, 0.5, 0], [0.1, 0.2, 0.3, 0.4]],
             at=[[[6.0, 2.5, -5.5, 0.5], [2.5, 20.0, 0.25, 3.0], [-5.5, 0.25, 9.0, 1.25], [0.5, 3.0, 1.25, 2.5]]], dtype=f64),
        Case(df=3.0, scale_tril=[[1e-10, 0.0], [0.0, 1e10]], at=[[[2e-20, 0.5], [0.5, 3e20]]]),
    ]
    bad_parameters = [
        Case(df=3.0, covariance_matrix=[[1.0, 2.0], [2.0, 1.0]]),
        Case(df=3.0, precision_matrix=[[1.0, 0.5], [0.0, 1.0]]),
        Case(df=3.0, scale_tril=[[1.0, 0.5], [0.0, 1.0]]),
        Case(df=1.0, covariance_matrix=EYE2),
        Case(df=[3.0, 0.5], scale_tril=EYE2),
        Case(df=T(NAN, f32), scale_tril=EYE2),
        Case(df=3.0, covariance_matrix=[1.0, 2.0]),
        Case(df=[3.0, 4.0], scale_tril=[TRIL2, TRIL2, TRIL2]),
    ]
    bad_values = [
        Case(df=3.0, scale_tril=EYE2, at=[[[1.0, NAN], [NAN, 1.0]]]),
        Case(df=3.0, scale_tril=EYE2, at=[[[1.0, 2.0], [2.0, 1.0]]]),
        Case(df=3.0, scale_tril=EYE2, at=[[[1.0, 0.5], [0.25, 1.0]]]),
        Case(df=[3.0, 4.0, 5.0], scale_tril=EYE2, at=[[X2, X2B]]),
    ]
