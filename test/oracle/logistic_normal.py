"""LogisticNormal(loc m, scale s): on the simplex of K numbers, log(x_i / (x_{i+1} + ... + x_K)) + log(K - i) is Normal(m_i, s_i)."""

import itertools
import random

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.divergences import Table
from .framework.draws import REAL, SCALE, SIMPLEX, tail_z
from .framework.family import Family
from .framework.mathematics import total
from .normal import Normal, kl_normal_normal


def broadcast(*parameters):
    """Vectors of one length. A number, or a vector of one number, stands for equal numbers."""
    vectors = [list(p) if getattr(p, "shape", ()) or isinstance(p, (list, tuple)) else [p] for p in parameters]
    n = max(map(len, vectors), key=lambda k: (k != 1, k))
    return [v * n if len(v) == 1 else v for v in vectors]


def sticks(x):
    """log(x_i / (x_{i+1} + ... + x_K)) + log(K - i)."""
    n = len(x) - 1
    return [mp.log(x[i]) - mp.log(total(x[i + 1:])) + mp.log(n - i) for i in range(n)]


def broken(z):
    """The point of the simplex, with sticks z."""
    n, left, x = len(z), mpf(1), []
    for i, v in enumerate(z):
        ratio = mp.exp(v) / (n - i)
        x.append(left * ratio / (1 + ratio))
        left = left / (1 + ratio)
    return [*x, left]


class LogisticNormalPoints(Points):
    quantities = ("log_prob",)
    differentiable = ("loc", "scale")

    @staticmethod
    def point(draw, loc, scale, scores):
        x = broken([mpf(m) + mpf(s) * mpf(z) for m, s, z in zip(loc, scale, scores)])
        x = tuple(draw.fmt.round(max(v, mpf(draw.fmt.smallest))) for v in x)
        return dict(loc=tuple(loc), scale=tuple(scale), value=x)

    @classmethod
    def typical(cls, draw):
        loc, scale = [draw.uniform(-2, 2) for _ in range(3)], [draw.log_uniform(-1, 0.3) for _ in range(3)]
        return cls.point(draw, loc, scale, [1.5 * draw.bell() for _ in range(3)])

    @classmethod
    def hostile(cls, draw):
        wide = draw.chance(0.5)
        loc = [draw.fmt.round(draw.sign() * draw.log_uniform(-6, 2 if wide else 1)) for _ in range(3)]
        scale = [draw.log_uniform(-3, 3 if wide else 1) for _ in range(3)]
        return cls.point(draw, loc, scale, [tail_z(draw, 20, 5) for _ in range(3)])

    @staticmethod
    def unit(quantity, value, loc, scale):
        z, terms, slopes = sticks(value), [], []
        for i, (v, m, s) in enumerate(zip(z, loc, scale)):
            score = (v - m) / s
            # The terms of the score, since the logarithms are rounded before they are subtracted.
            inner = max(abs(mp.log(value[i])), abs(mp.log(total(value[i + 1:]))), abs(m)) / s
            terms += [abs(mp.log(s)), score**2 / 2, abs(score) * inner, abs(mp.log(value[i]))]
            slopes.append((inner / s, max(1, score**2, abs(score) * inner) / s))
        if quantity == "log_prob":
            return max(*terms, abs(mp.log(value[-1])))
        return slopes[int(quantity[-2])][quantity.startswith("log_prob/scale")]


class LogisticNormal(Family):
    base = "TransformedDistribution"
    kind = "vector"
    parameters = {"loc": REAL, "scale": SCALE}
    dims = {"loc": 1, "scale": 1}
    event_dim = 1
    value = SIMPLEX

    def canonical(loc, scale):
        return broadcast(loc, scale)

    def log_prob(x, m, s):
        if any(mp.isnan(v) for v in x):
            return mp.nan
        if not all(v > 0 for v in x) or abs(total(x) - 1) > 1e-6:
            return -mp.inf
        return total(Normal.log_prob(z, *p) for z, *p in zip(sticks(x), m, s)) - total(map(mp.log, x))

    def kl_logistic_normal(m, s, n, t):
        return total(kl_normal_normal(*p) for p in zip(m, s, n, t))

    kl = {"LogisticNormal": kl_logistic_normal}

    @classmethod
    def kl_tables(cls):
        p, q = cls.call(["loc", "scale"], "p."), cls.call(["loc", "scale"], "q.")
        for dtype in ("float64", "float32"):
            rng = random.Random(f"LogisticNormal {dtype}")
            for kind, k in itertools.product(("ordinary", "hostile"), (1, 4)):
                draw = lambda k: {"loc": [REAL.draw(rng, kind) for _ in range(k)], "scale": [SCALE.draw(rng, kind) for _ in range(k)]}
                rows = [{f"{side}.{name}": v for side in "pq" for name, v in draw(k).items()} for _ in range(2)]
                yield Table(p, q, kind, dtype, rows)

    @classmethod
    def faults(cls):
        """Compares with the integral of the density over a simplex of two numbers, and with the Jacobian of a larger one."""
        with mp.workdps(20):
            m, s = [mpf("0.3")], [mpf("0.7")]
            mass = mp.quad(lambda x: mp.exp(cls.log_prob([x, 1 - x], m, s)), [0, mpf("0.2"), mpf("0.5"), mpf("0.8"), 1])
            found = [("total probability", mpf(1), mass)]
        z, m, s = [mpf("0.3"), mpf("-1.2"), mpf("0.8")], [mpf(0)] * 3, [mpf(1)] * 3
        step = mpf(10) ** -20
        moved = [broken([v + (step if i == j else 0) for i, v in enumerate(z)]) for j in range(3)]
        at = broken(z)
        jacobian = mp.matrix(3, 3)
        for i, j in itertools.product(range(3), range(3)):
            jacobian[i, j] = (moved[j][i] - at[i]) / step
        density = total(Normal.log_prob(v, *p) for v, *p in zip(z, m, s)) - mp.log(abs(mp.det(jacobian)))
        found.append(("log_prob", cls.log_prob(at, m, s), density))
        return [f"LogisticNormal.{k} is {a}, by its definition {b}" for k, a, b in found if abs(a - b) > mpf("1e-9")]

    ordinary = {"loc": [[0.5, -0.7], [1, 1.5], [-1, 2]], "scale": [[0.5, 1], [1, 0.7], [3, 0.4]]}
    grid = [([a, 0.5], [b, 1]) for a in REAL.grid for b in SCALE.grid]
    accuracy = [LogisticNormalPoints]
    cases = [
        Case(loc=0.0, scale=1.0, at=[[0.25, 0.75], [0.5, 0.5]]),
        Case(loc=0.5, scale=2, at=[[0.25, 0.75]]),
        Case(loc=[0.5], scale=[2.0], at=[[0.25, 0.75]], edges=[[0.0, 1.0], [1.0, 0.0]], outside=[[-0.5, 1.5], [0.5, 0.25], [NAN, 0.5]]),
        Case(loc=[0.5, -1.0, 2.0], scale=[1.0, 0.5, 2.0], at=[[0.25, 0.25, 0.125, 0.375]]),
        Case(loc=[0.5, -1.0, 2.0], scale=[1.0, 0.5, 2.0], at=[[0.25, 0.25, 0.125, 0.375]], edges=[[0.25, 0.0, 0.5, 0.25]], dtype=f64),
        Case(loc=[0.5, -1.0, 2.0], scale=0.7, at=[[0.25, 0.25, 0.125, 0.375]], dtype=f64),
        Case(loc=[[0.5, -1.0], [0.0, 1.0]], scale=[1.0, 0.5], at=[[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]]),
        Case(loc=[[0.5], [0.0]], scale=[1.0, 0.5, 2.0], at=[[0.25, 0.25, 0.25, 0.25]], dtype=f64),
        Case(loc=[[[0.5, -1.0]], [[0.0, 1.0]]], scale=[[1.0, 0.5], [0.2, 3.0]], at=[[[[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]]] * 2], dtype=f64),
        Case(loc=T(0.7, f32), scale=T(1.3, f32), at=[[0.25, 0.75]]),
        Case(loc=[0.0, 0.0], scale=[1e-3, 1e3], at=[[0.3125, 0.25, 0.4375]], dtype=f64),
        Case(loc=[30.0, -30.0], scale=[1.0, 2.0], at=[[0.5, 0.25, 0.25]], dtype=f64),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], at=[[0.25, 0.25, 0.5]], dtype=f16),
        Case(loc=[0.5, -1.0], scale=[1.0, 2.0], at=[[0.25, 0.25, 0.5]], dtype=bf16),
    ]
    streams = [
        Case(loc=[0.5, -1.0, 0.25], scale=[2.0, 0.1, 1.0]),
        Case(loc=T(0.5, None), scale=T(2.0, None)),
    ]
    bad_parameters = [
        Case(loc=[0.0], scale=[-1.0]),
        Case(loc=[NAN, 0.0], scale=1.0),
    ]
    bad_values = [
        Case(loc=[0.0, 1.0], scale=[1.0, 1.0], at=[[0.5, 0.75, 0.25]]),
        Case(loc=[0.0, 1.0], scale=[1.0, 1.0], at=[[0.5, 0.5]]),
    ]
