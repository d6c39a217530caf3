"""Dirichlet(concentration a): p(x) = Gamma(sum a) prod x_i^(a_i - 1) / Gamma(a_i), on the simplex."""

import itertools
import random

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import Case, T, bf16, f16, f32, f64
from .framework.divergences import Table
from .framework.draws import POSITIVE, SIMPLEX
from .framework.family import Family
from .framework.mathematics import log_beta, total, xlogy


class DirichletPoints(Points):
    uses_lgamma = True
    quantities = ("log_prob", "mean", "variance", "entropy")

    @staticmethod
    def point(draw, concentration, x):
        norm = total(x)
        x = tuple(draw.fmt.round(mpf(v) / norm) for v in x)
        return dict(concentration=tuple(concentration), value=tuple(max(v, draw.fmt.smallest) for v in x))

    @classmethod
    def typical(cls, draw):
        a = [draw.log_uniform(-0.7, 1.5) for _ in range(3)]
        return cls.point(draw, a, [v * mpf(draw.log_uniform(-0.5, 0.5)) for v in a])

    @classmethod
    def hostile(cls, draw):
        size = draw.log_uniform(-6, 8)
        a = [
            draw.log_uniform(-6, 8) if draw.chance(0.4) else draw.fmt.round(mpf(size) * mpf(draw.log_uniform(-1, 0)))
            for _ in range(3)
        ]
        if draw.chance(0.6):  # near the bulk
            x = [mpf(v) * (1 + mpf(draw.bell()) * mp.power(max(v, 30), -0.5)) for v in a]
            x = [v if v > 0 else mpf(w) for v, w in zip(x, a)]
        else:
            x = [draw.log_uniform(-30, 0) for _ in range(3)]
        return cls.point(draw, a, x)

    @staticmethod
    def unit(quantity, value, concentration):
        norm = total(concentration)
        if quantity.startswith("log_prob/value"):
            return 1 / value[int(quantity[-2])]
        if quantity.startswith("log_prob/"):
            i = int(quantity[-2])
            a, x = concentration[i], value[i]
            return max(abs(mp.log(x)), 1 / a) if a >= 10 else max(abs(mp.log(x)), abs(mp.digamma(a)), abs(mp.digamma(norm)))
        if quantity.startswith("variance"):  # m (1 - m) / (norm + 1) from the mean m
            return concentration[int(quantity[-2])] / norm / (norm + 1)


def pair(rng, kind, k, dtype, i):
    """Two vectors of k concentrations. In half of the nearly equal pairs, b is a multiple of a."""
    spread = rng.choice(["ordinary", "hostile"]) if kind == "near" else kind
    a, b = ([POSITIVE.draw(rng, spread) for _ in range(k)] for _ in range(2))
    if kind == "near":
        step = 10 ** rng.uniform(-9 if dtype == "float64" else -4, -1)
        b = [x * (1 + step * (rng.uniform(-1, 1) if i % 2 else 1)) for x in a]
    return a, b


class Dirichlet(Family):
    base = "ExponentialFamily"
    kind = "vector"
    parameters = {"concentration": POSITIVE}
    dims = {"concentration": 1}
    event_dim = 1
    value = SIMPLEX
    attributes = ("implicit gradient", "no meta")

    def log_prob(x, c):
        return total(xlogy(a - 1, v) for a, v in zip(c, x)) - log_beta(*c) if all(v >= 0 for v in x) else -mp.inf

    def mean(c):
        return [a / total(c) for a in c]

    def mode(c):
        """If no concentration is above 1 and one is below, the density is infinite at the boundary: returns the vertex of the
        largest one."""
        if len(c) == 1:
            return [mpf(1)]
        if all(a <= 1 for a in c) and any(a < 1 for a in c):
            return [mpf(i == max(range(len(c)), key=lambda k: (c[k], -k))) for i in range(len(c))]
        excess = [max(a - 1, mpf(0)) for a in c]
        return [e / total(excess) if total(excess) else mp.nan for e in excess]

    def variance(c):
        s = total(c)
        return [a * (s - a) / (s * s * (s + 1)) for a in c]

    def entropy(c):
        s = total(c)
        return log_beta(*c) + (s - len(c)) * mp.digamma(s) - total((a - 1) * mp.digamma(a) for a in c)

    def kl_dirichlet_dirichlet(a, b):
        s = mp.digamma(total(a))
        return log_beta(*b) - log_beta(*a) + total((x - y) * (mp.digamma(x) - s) for x, y in zip(a, b))

    kl = {"Dirichlet": kl_dirichlet_dirichlet}

    @classmethod
    def kl_tables(cls):
        p, q = cls.call(["concentration"], "p."), cls.call(["concentration"], "q.")
        for dtype in ("float64", "float32"):
            rng = random.Random(f"Dirichlet {dtype}")
            for kind, k in itertools.product(("ordinary", "hostile", "near"), (2, 3, 6)):
                rows = [dict(zip(("p.concentration", "q.concentration"), pair(rng, kind, k, dtype, i))) for i in range(2)]
                yield Table(p, q, kind, dtype, rows)

    ordinary = {"concentration": [[0.5, 0.7, 2], [3, 1.5, 2], [14, 3, 2]]}
    grid = [([a, b, 2],) for a in POSITIVE.grid for b in POSITIVE.grid]
    accuracy = [DirichletPoints]
    cases = [
        Case(concentration=[1.0, 1.0, 1.0], at=[[0.25, 0.25, 0.5]]),
        Case(concentration=[2.0, 3.0], at=[[0.25, 0.75], [0.5, 0.5]], edges=[[0.0, 1.0]], outside=[[-0.5, 1.5]]),
        Case(concentration=[2.0, 3.0], at=[[0.25, 0.75], [0.5, 0.5]], edges=[[0.0, 1.0]], outside=[[-0.5, 1.5]], dtype=f64),
        Case(concentration=[[0.5, 2.0, 4.0], [1.0, 3.0, 0.25]], at=[[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]]),
        Case(concentration=[[0.5, 2.0, 4.0], [1.0, 3.0, 0.25]], at=[[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]], dtype=f64),
        Case(concentration=[[0.5, 2.0, 4.0], [1.0, 3.0, 0.25]], at=[[[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]], [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]]]),
        Case(concentration=[[[2.0, 3.0]], [[4.0, 1.5]]], at=[[0.25, 0.75]], dtype=f64),
        Case(concentration=[0.5, 0.25, 0.75], at=[[0.25, 0.25, 0.5]]),
        Case(concentration=[1e-3, 1e-3, 1e-3], at=[[0.25, 0.25, 0.5]]),
        Case(concentration=[1e6, 1e6, 2e6], at=[[0.25, 0.25, 0.5]]),
        Case(concentration=[1e6, 1e6, 2e6], at=[[0.25, 0.25, 0.5]], dtype=f64),
        Case(concentration=[1.0, 2.0, 0.5, 3.0, 1.5, 4.0], at=[[0.125, 0.125, 0.25, 0.25, 0.125, 0.125]]),
        Case(concentration=[1.0, 0.5], at=[[0.25, 0.75]], edges=[[1.0, 0.0]], dtype=f64),
        Case(concentration=[[0.5, 1.0, 0.5], [1.0, 1.0, 0.5], [1.0, 1.0, 1.0]], at=[[0.25, 0.25, 0.5]]),
        Case(concentration=[1.0, 8.0], at=[[0.25, 0.75]], edges=[[0.0, 1.0]], dtype=f64),
        Case(concentration=[[1.5], [1.0], [0.25]], at=[[1.0]]),
        Case(concentration=[2.0, 3.0], at=[[0.25, 0.75]], dtype=f16),
        Case(concentration=[2.0, 3.0], at=[[0.25, 0.75]], dtype=bf16),
    ]
    streams = [
        Case(concentration=[1.0, 2.0, 5.0]),
        Case(concentration=[[1.0, 2.0], [0.5, 4.0]]),
    ]
    bad_parameters = [
        Case(concentration=[1.0, -1.0]),
        Case(concentration=T(1.0, f32)),
    ]
    bad_values = [
        Case(concentration=[1.0, 1.0], at=[[0.5, 0.75]]),
        Case(concentration=[1.0, 1.0, 1.0], at=[[0.5, 0.5]]),
    ]
