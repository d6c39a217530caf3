"""Writes the golden data of the KL divergences: test/kl/golden/<left class>.json.

    python test/kl/generate.py            writes the files
    python test/kl/generate.py --check    fails unless they are what it would write

Values and gradients are those of textbook formulas at 80 digits, in mpmath, at parameters that are rounded to the dtype
first. Each formula is itself compared with quadrature (or summation) of p log(p / q), and with Python's torch.distributions
wherever that is right. Gradients are of the sum of the divergences, "nan" where one-sided or infinite: what is then asked for
is a finite number.
"""

import argparse
import itertools
import json
import math
import pathlib
import random
import sys

import mpmath as mp
import numpy as np
import torch
from mpmath import mpf

mp.mp.dps = 80
INF, NAN = mpf("inf"), mpf("nan")
FOLDER = pathlib.Path(__file__).parent / "golden"

# --- Textbook formulas, of p's parameters and then q's -------------------------------------------------------------------

lg, psi, log, exp = mp.loggamma, mp.digamma, mp.log, mp.exp


def xlogy(x, y):
    return mpf(0) if x == 0 else x * (-INF if y == 0 else log(y))


def lbeta(a, b):
    return lg(a) + lg(b) - lg(a + b)


def softplus(x):
    return mpf(0) if x == -INF else x if x == INF else mp.log1p(exp(x))


def normal_normal(m, s, n, t):
    return log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - mpf(1) / 2


def to_normal(entropy, mean, variance, m, s):
    """A cross-entropy with a normal distribution needs two moments."""
    return -entropy + log(s) + log(2 * mp.pi) / 2 + (variance + (mean - m) ** 2) / (2 * s**2)


def to_gamma(entropy, mean, mean_log, c, r):
    return -entropy - c * log(r) + lg(c) - (c - 1) * mean_log + r * mean


def laplace_laplace(m, s, n, t):
    d = abs(m - n)
    return log(t / s) + (d + s * exp(-d / s)) / t - 1


def normal_laplace(m, s, n, t):
    d = m - n
    mean_distance = mp.sqrt(2 / mp.pi) * s * exp(-((d / s) ** 2) / 2) + d * mp.erf(d / s / mp.sqrt(2))
    return log(2 * t / s) - (1 + log(2 * mp.pi)) / 2 + mean_distance / t


def poisson_poisson(r, s):
    return mpf(s) if r == 0 else INF if s == 0 else r * log(r / s) - r + s


def bernoulli_poisson(p, r):
    return INF if r == 0 and p != 0 else xlogy(p, p) + xlogy(1 - p, 1 - p) - xlogy(p, r) + r


def beta_entropy(a, b):
    return lbeta(a, b) - (a - 1) * psi(a) - (b - 1) * psi(b) + (a + b - 2) * psi(a + b)


def gamma_entropy(a, r):
    return a - log(r) + lg(a) + (1 - a) * psi(a)


def uniform_mean_log(low, high):
    return (xlogy(high, high) - xlogy(low, low)) / (high - low) - 1


def beta_beta(a, b, c, d):
    return lbeta(c, d) - lbeta(a, b) + (a - c) * psi(a) + (b - d) * psi(b) + (c - a + d - b) * psi(a + b)


def gamma_gamma(a, r, c, s):
    return (a - c) * psi(a) - lg(a) + lg(c) + c * log(r / s) + a * (s - r) / r


def uniform_beta(low, high, a, b):
    if low < 0 or high > 1:
        return INF
    mean_log1m = uniform_mean_log(1 - high, 1 - low)
    return -log(high - low) + lbeta(a, b) - (a - 1) * uniform_mean_log(low, high) - (b - 1) * mean_log1m


def uniform_gamma(low, high, c, r):
    if low < 0:
        return INF
    return to_gamma(log(high - low), (low + high) / 2, uniform_mean_log(low, high), c, r)


def uniform_uniform(low, high, low_q, high_q):
    return log((high_q - low_q) / (high - low)) if low_q <= low and high_q >= high else INF


def bernoulli_probs(p, q):
    def term(x, y):
        return mpf(0) if x == 0 else INF if y == 0 else x * log(x / y)

    return term(p, q) + term(1 - p, 1 - q)


def bernoulli_logits(l, k):
    """With both tails in logarithms."""
    p, p0 = 1 / (1 + exp(-l)), 1 / (1 + exp(l))
    return (p * (softplus(-k) - softplus(-l)) if p else mpf(0)) + (p0 * (softplus(k) - softplus(l)) if p0 else mpf(0))


def logit(p):
    return -INF if p == 0 else INF if p == 1 else log(p) - mp.log1p(-p)


def bernoulli_probs_logits(p, k):
    def side(x, minus_log_y):
        return mpf(0) if x == 0 else x * (log(x) + minus_log_y)

    return side(p, softplus(-k)) + side(1 - p, softplus(k))


def bernoulli_logits_probs(l, q):
    p, p0 = 1 / (1 + exp(-l)), 1 / (1 + exp(l))
    if q == 0 or q == 1:
        return INF
    return p * (-softplus(-l) - log(q)) + p0 * (-softplus(l) - mp.log1p(-q))


def binomial(one):
    def kl(n, p, m, q):
        return m * one(p, q) if n == m or is_impossible(one, p) else INF

    return kl


def is_impossible(one, p):
    return p == (0 if one in (bernoulli_probs, bernoulli_probs_logits) else -INF)


# --- The scalar pairs: constructors' arguments and points -----------------------------------------------------------------


def positive(rng, kind):
    # A density that is bounded can be integrated to many digits.
    return 10 ** rng.uniform(*{"bounded": (0.3, 0.9), "ordinary": (-0.7, 0.7), "hostile": (-6, 8)}[kind])


def rate(rng, kind):
    return 10 ** (rng.uniform(-0.7, 0.7) if kind != "hostile" else rng.uniform(-4, 4))


def location(rng, kind):
    return rng.uniform(-2, 2) if kind != "hostile" else rng.choice([-1, 1]) * 10 ** rng.uniform(-4, 6)


def scale(rng, kind):
    return 10 ** (rng.uniform(-0.7, 0.7) if kind != "hostile" else rng.uniform(-6, 6))


def probability(rng, kind):
    if kind != "hostile":
        return rng.uniform(0.05, 0.95)
    small = 10 ** rng.uniform(-7, -1)
    return rng.choice([small, 1 - small])


def log_odds(rng, kind):
    return rng.uniform(-3, 3) if kind != "hostile" else rng.choice([-1, 1]) * 10 ** rng.uniform(-3, 1.9)


DRAWS = {
    "Normal": [("loc", location), ("scale", scale)],
    "LogNormal": [("loc", location), ("scale", scale)],
    "Laplace": [("loc", location), ("scale", scale)],
    "Poisson": [("rate", rate)],
    "Exponential": [("rate", rate)],
    "Gamma": [("concentration", positive), ("rate", rate)],
    "Chi2": [("df", positive)],
    "Beta": [("concentration1", positive), ("concentration0", positive)],
    "Bernoulli": [("probs", probability)],
    "Bernoulli logits": [("logits", log_odds)],
    "Binomial": [("total_count", None), ("probs", probability)],
    "Binomial logits": [("total_count", None), ("logits", log_odds)],
    "Uniform": [("low", None), ("high", None)],
}
FEW = 8


class Pair:
    """Two classes of single values. `extra` are points of interest; `python` says where torch 2.13 is right enough to be asked."""

    def __init__(self, p, q, formula, extra=(), python=True, integrate=True):
        self.p, self.q, self.formula, self.extra, self.python, self.integrate = p, q, formula, extra, python, integrate

    @property
    def names(self):
        return [n for n, _ in DRAWS[self.p]], [n for n, _ in DRAWS[self.q]]

    def draw(self, rng, kind):
        if "Uniform" in (self.p, self.q):
            return self.draw_uniform(rng, kind)
        if "total_count" in self.names[0]:
            n = float(rng.choice([1, 3, 10, 1000] if kind != "hostile" else [1, 10**3, 10**6, 2**24]))
            return [n, DRAWS[self.p][1][1](rng, kind), n, DRAWS[self.q][1][1](rng, kind)]
        return [draw(rng, kind) for _, draw in DRAWS[self.p] + DRAWS[self.q]]

    def draw_uniform(self, rng, kind):
        def interval(low, high):
            a, b = sorted((rng.uniform(low, high), rng.uniform(low, high)))
            if kind == "hostile" and rng.random() < 0.5:
                b = a + (b - a) * 10 ** rng.uniform(-5, 0)
            return [a, b] if b > a else [low, high]

        if self.q == "Uniform" and self.p == "Beta":
            return [d(rng, kind) for _, d in DRAWS["Beta"]] + [-rng.uniform(0, 2), 1 + rng.uniform(0, 2)]
        if self.q == "Uniform":
            low, high = interval(-3, 3)
            return [low, high, low - 10 ** rng.uniform(-6, 2), high + 10 ** rng.uniform(-6, 2)]
        inside = interval(-3, 3) if self.q == "Normal" else interval(0, 1) if self.q == "Beta" else interval(0, 5)
        return inside + [draw(rng, kind) for _, draw in DRAWS[self.q]]

    def near(self, rng, dtype):
        """A pair of parameters that differ in late digits."""
        p = self.draw(rng, rng.choice(["ordinary", "hostile"]))[: len(self.names[0])]
        decades = (-10, -1) if dtype == "float64" else (-6, -1)
        q = []
        for name, x in zip(self.names[0], p):
            step = rng.choice([-1, 1]) * 10 ** rng.uniform(*decades)
            if name == "total_count":
                q.append(x)
            elif name == "probs":
                q.append(x + step * min(x, 1 - x))
            elif name == "loc":
                q.append(x + step)
            else:
                q.append(x * (1 + step))
        return p + q


PAIRS = [
    Pair("Normal", "Normal", normal_normal, extra=[(0, 1e-9, 0, 1), (0, 1, 0, 1e-9), (1e8, 1, 1e8 + 1, 1), (0, 1e-20, 0, 1e20)]),
    Pair("LogNormal", "LogNormal", normal_normal),
    Pair("Normal", "Laplace", normal_laplace,
         extra=[(0, 1, 0, 1), (0, 1e-9, 0, 1), (1e-9, 1, 0, 1), (1e8, 1, 1e8 + 1, 1), (0, 1e-20, 3, 1e20), (30, 1, 0, 1)]),
    Pair("Laplace", "Laplace", laplace_laplace,
         extra=[(0, 1e-9, 0, 1), (0, 1, 0, 1e-9), (1e8, 1, 1e8 + 1, 1), (0, 1e-20, 3, 1e20), (30, 1, 0, 1), (0, 1, 800, 1)]),
    Pair("Laplace", "Normal", lambda m, s, n, t: to_normal(1 + log(2 * s), m, 2 * s**2, n, t),
         extra=[(0, 1, 0, 1), (1e6, 1, 1e6 + 1, 1), (0, 1, 0, 1.4142135623730951), (0, 1e-20, 0, 1e20)]),
    Pair("Poisson", "Poisson", poisson_poisson, extra=[(0, 3), (0, 0), (2, 0), (1e6, 1e6 + 100), (1e12, 1e12 + 1e4), (1e-30, 1e30)]),
    Pair("Exponential", "Exponential", lambda r, s: log(r / s) + s / r - 1),
    Pair("Exponential", "Gamma", lambda r, c, s: gamma_gamma(mpf(1), r, c, s)),
    Pair("Exponential", "Chi2", lambda r, d: gamma_gamma(mpf(1), r, d / 2, mpf(1) / 2)),
    Pair("Exponential", "Normal", lambda r, m, s: to_normal(1 - log(r), 1 / r, 1 / r**2, m, s)),
    Pair("Gamma", "Gamma", gamma_gamma, extra=[(1e8, 1, 1.001e8, 1), (1e8, 1, 1.001e8, 1.001), (1e-6, 1, 1e8, 1), (1e8, 1, 1e-6, 1)]),
    Pair("Gamma", "Chi2", lambda a, r, d: gamma_gamma(a, r, d / 2, mpf(1) / 2)),
    Pair("Chi2", "Gamma", lambda d, c, s: gamma_gamma(d / 2, mpf(1) / 2, c, s)),
    Pair("Chi2", "Chi2", lambda d, e: gamma_gamma(d / 2, mpf(1) / 2, e / 2, mpf(1) / 2)),
    Pair("Gamma", "Exponential", lambda a, r, s: gamma_gamma(a, r, mpf(1), s)),
    Pair("Gamma", "Normal", lambda a, r, m, s: to_normal(gamma_entropy(a, r), a / r, a / r**2, m, s),
         extra=[(1e6, 1, 1e6, 1e3), (1e8, 1, 1e8, 1e4)]),
    Pair("Beta", "Beta", beta_beta,
         extra=[(1e8, 1e8, 1e8 + 1e3, 1e8), (1, 1, 1, 1 + 1e-9), (1e8, 1e-3, 1.00001e8, 1e-3), (1e-6, 1e8, 1e8, 1e-6), (1e8, 1, 1, 1e8)]),
    Pair("Beta", "Gamma", lambda a, b, c, r: to_gamma(beta_entropy(a, b), a / (a + b), psi(a) - psi(a + b), c, r),
         extra=[(2, 1e4, 2, 1e4), (1e3, 1e6, 1e3, 1e6), (1e8, 1e-6, 1, 1), (1, 1e8, 1e8, 1)]),
    Pair("Beta", "Exponential", lambda a, b, r: to_gamma(beta_entropy(a, b), a / (a + b), psi(a) - psi(a + b), mpf(1), r),
         extra=[(1, 1e4, 1e4), (1, 1e6, 1e6), (1e8, 1, 1)]),
    Pair("Beta", "Normal", lambda a, b, m, s: to_normal(beta_entropy(a, b), a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1)), m, s),
         extra=[(1e4, 1e4, 0.5, 0.0035353), (1e6, 1e4, 0.990099, 0.0000985)]),
    Pair("Beta", "Uniform", lambda a, b, low, high: log(high - low) - beta_entropy(a, b) if low <= 0 and high >= 1 else INF,
         extra=[(2, 3, 0, 1), (1, 1, 0, 1), (1, 1 + 1e-7, 0, 1), (2, 3, 0.5, 2), (2, 3, -1, 0.5)]),
    Pair("Uniform", "Beta", uniform_beta, python=False,  # nan where an end of the interval is 0 or 1
         extra=[(0, 1, 1, 1), (0, 1, 2, 3), (0, 0.5, 0.5, 0.5), (0.5, 1, 4, 0.25), (-0.5, 0.5, 2, 3), (0.5, 1.5, 2, 3), (0, 1e-20, 2, 3),
                (0.4999, 0.5001, 1e8, 1e8)]),
    Pair("Uniform", "Exponential", lambda a, b, r: -log(b - a) - log(r) + r * (a + b) / 2 if a >= 0 else INF,
         extra=[(0, 1, 2), (-1, 1, 1)]),
    Pair("Uniform", "Gamma", uniform_gamma, python=False,  # nan for low = 0
         extra=[(0, 1, 2, 3), (0, 1, 1, 1), (-1, 1, 2, 3), (9998, 10002, 1e8, 1e4)]),
    Pair("Uniform", "Normal", lambda a, b, m, s: to_normal(log(b - a), (a + b) / 2, (b - a) ** 2 / 12, m, s)),
    Pair("Uniform", "Uniform", uniform_uniform,
         extra=[(0, 1, 0, 1), (0, 1, 0, 1 + 1e-7), (200, 300, 100, 400), (0, 1, 0.5, 2), (0, 1, -1, 0.5)]),
    Pair("Bernoulli", "Bernoulli", bernoulli_probs, python=False,  # clamps probabilities
         extra=[(0, 0.25), (1, 0.25), (0, 0), (1, 1), (0.5, 0), (0.5, 1), (1, 0), (1e-12, 1e-9), (1e-30, 0.5)]),
    Pair("Bernoulli logits", "Bernoulli logits", bernoulli_logits, python=False,  # infinite at logits of 100
         extra=[(0, 100), (100, 0), (-100, 100), (800, -800), (-25, -25.5), (50, 50.25), (0, 1e-8)]),
    Pair("Bernoulli", "Bernoulli logits", bernoulli_probs_logits, python=False,
         extra=[(0, 2), (1, 2), (0.5, 1000), (1e-12, -1000), (1e-12, 3)]),
    Pair("Bernoulli logits", "Bernoulli", bernoulli_logits_probs, python=False, extra=[(-100, 1e-12), (100, 0.25), (0, 0), (0, 1)]),
    Pair("Bernoulli", "Poisson", bernoulli_poisson, extra=[(0, 2), (1, 2), (0, 0), (0.5, 0), (1e-30, 1e-30), (1e-7, 1e-7), (0.25, 1e8)]),
    Pair("Bernoulli logits", "Poisson", lambda l, r: bernoulli_poisson(1 / (1 + exp(-l)), r),
         extra=[(-100, 1e-30), (100, 2), (-20, 1e-9), (0, 0)]),
    Pair("Binomial", "Binomial", binomial(bernoulli_probs), python=False,
         extra=[(10, 1, 10, 0.5), (10, 0, 10, 0.5), (10, 0.5, 5, 0.5), (10, 0, 5, 0.5), (0, 0.5, 0, 0.25), (1e9, 0.999, 1e9, 0.998)]),
    Pair("Binomial logits", "Binomial logits", binomial(bernoulli_logits), python=False, extra=[(10, 2, 5, 2), (16, 90, 16, -90)]),
    Pair("Binomial", "Binomial logits", binomial(bernoulli_probs_logits), python=False, extra=[(10, 1, 10, -2)]),
    Pair("Binomial logits", "Binomial", binomial(bernoulli_logits_probs), python=False, extra=[(10, 2, 5, 0.5)]),
]

# --- References ------------------------------------------------------------------------------------------------------------


def rounded(x, dtype):
    return float(np.dtype(dtype).type(x))


def derivative(formula, parameters, orders):
    """A partial derivative, nan where there is none."""
    chosen = [i for i, n in enumerate(orders) if n]

    def of_chosen(*values):
        changed = list(parameters)
        for i, v in zip(chosen, values):
            changed[i] = v
        return formula(*changed)

    try:
        slope = mp.diff(of_chosen, tuple(parameters[i] for i in chosen), tuple(orders[i] for i in chosen))
    except (ValueError, ZeroDivisionError, mp.libmp.ComplexResult, TypeError):
        return NAN
    return slope if isinstance(slope, mpf) and mp.isfinite(slope) else NAN


def derivatives(formula, parameters, value, fixed=()):
    """The gradient; and how much, in all, the value and each element of the gradient change when every parameter changes by
    itself: what they may be off by, in units of rounding. `fixed` are the indices of the parameters that have no gradient."""
    n = len(parameters)
    if mp.isinf(value):
        return [NAN] * n, mpf(0), [mpf(0)] * n
    free = [i for i in range(n) if i not in fixed and mp.isfinite(parameters[i])]
    slopes, scales = [NAN] * n, [mpf(0)] * n
    for i in free:
        slopes[i] = derivative(formula, parameters, [int(k == i) for k in range(n)])
    for i, j in itertools.combinations_with_replacement(free, 2):
        second = derivative(formula, parameters, [int(k == i) + int(k == j) for k in range(n)])
        if not mp.isnan(second):
            scales[i] += abs(second * parameters[j])
            scales[j] += abs(second * parameters[i]) if i != j else 0
    return slopes, mp.fsum(abs(slopes[i] * parameters[i]) for i in free if not mp.isnan(slopes[i])), scales


def at_boundary(pair, parameters):
    """Whether the formula has no neighbourhood to be differentiated in."""
    names = [n for side in pair.names for n in side]
    if "Uniform" in (pair.p, pair.q):
        u = parameters[:2] if pair.p == "Uniform" else parameters[-2:]
        if pair.p == pair.q:
            return parameters[0] == parameters[2] or parameters[1] == parameters[3]
        return (pair.q == "Uniform" or pair.q == "Beta") and (u[0] == 0 or u[1] == 1) or pair.q == "Gamma" and u[0] == 0 \
            or pair.q == "Exponential" and u[0] == 0
    return any(n == "probs" and x in (0, 1) for n, x in zip(names, parameters))


def number(x):
    x = float(x)
    return "nan" if math.isnan(x) else "inf" if x == math.inf else "-inf" if x == -math.inf else x


def coarse(x):
    return float(f"{float(x):.1e}")


def tensor(values, dtype):
    flat = np.asarray(values, dtype=object).reshape(-1)
    return {"shape": list(np.shape(values)), "dtype": dtype, "data": [number(v) for v in flat]}


def call(name, arguments):
    return {"distribution": name.split()[0], "arguments": arguments}


def torch_value(pair_case):
    """Python's own divergence of a case, as a flat list."""
    def build(side):
        arguments = {}
        for name, value in side["arguments"].items():
            if name in ("base_distribution",):
                arguments[name] = build(value)
            elif name == "transforms":
                arguments[name] = [getattr(torch.distributions.transforms, t["transform"])(**t["arguments"]) for t in value]
            elif isinstance(value, dict):
                data = [float(v) for v in value["data"]]
                arguments[name] = torch.tensor(data, dtype=getattr(torch, value["dtype"])).reshape(value["shape"])
            else:
                arguments[name] = value
        return getattr(torch.distributions, side["distribution"])(**arguments)

    return torch.distributions.kl_divergence(build(pair_case["p"]), build(pair_case["q"])).reshape(-1).tolist()


def scalar_cases(pair):
    rng = random.Random(f"{pair.p} {pair.q}")
    counts = {"ordinary": FEW, "hostile": 2 * FEW, "near": 2 * FEW if pair.p == pair.q and pair.p != "Uniform" else 0}
    for dtype in ("float64", "float32"):
        for kind, count in counts.items():
            points = [pair.near(rng, dtype) if kind == "near" else pair.draw(rng, kind) for _ in range(count)]
            if kind == "hostile":
                points += [list(map(float, e)) for e in pair.extra]
            rows = []
            for point in points:
                point = [rounded(x, dtype) for x in point]
                names = [n for side in pair.names for n in side]
                # Rounding may have moved an end of a support.
                if any(n == "probs" and not 0 <= x <= 1 for n, x in zip(names, point)):
                    continue
                if pair.p == "Uniform" and point[0] >= point[1]:
                    continue
                parameters = [mpf(x) for x in point]
                value = pair.formula(*parameters)
                if kind == "near" and value < mpf("1e-20"):
                    continue
                largest = mpf(float(np.finfo(dtype).max))
                if value > largest and not mp.isinf(value):
                    continue
                slopes, scale, scales = derivatives(pair.formula, parameters, value)
                if at_boundary(pair, parameters):
                    slopes = [NAN] * len(slopes)
                slopes = [NAN if abs(s) > largest else s for s in slopes]
                rows.append((point, value, slopes, scale, scales))
            if not rows:
                continue
            n_p = len(pair.names[0])
            columns = list(zip(*[r[0] for r in rows]))
            grads = list(zip(*[r[2] for r in rows]))
            scales = list(zip(*[r[4] for r in rows]))
            sides, gradients, gradient_scales = {}, {}, {}
            for side, names, first in (("p", pair.names[0], 0), ("q", pair.names[1], n_p)):
                sides[side] = call(getattr(pair, side), {n: tensor(columns[first + i], dtype) for i, n in enumerate(names)})
                for i, n in enumerate(names):
                    if n != "total_count":
                        gradients[f"{side}.{n}"] = [number(g) for g in grads[first + i]]
                        gradient_scales[f"{side}.{n}"] = [coarse(g) for g in scales[first + i]]
            case = {"name": f"{pair.p}_{pair.q}_{kind}_{dtype}".replace(" ", "_"), **sides, "kind": kind, "dtype": dtype,
                    "shape": [len(rows)], "kl": [number(r[1]) for r in rows], "scales": [coarse(r[3]) for r in rows],
                    "gradients": gradients, "gradient_scales": gradient_scales}
            if kind == "ordinary" and dtype == "float64" and pair.python:
                compare_with_python(case)
            yield case


def compare_with_python(case):
    for mine, theirs in zip(case["kl"], torch_value(case)):
        if abs(float(mine) - theirs) > 1e-10 * max(1, abs(theirs)):
            sys.exit(f"{case['name']}: the formula gives {mine}, Python {theirs}")


# --- Quadrature of p log(p / q), which ties each formula to its definition -------------------------------------------------

LOG_DENSITIES = {
    "Normal": lambda x, m, s: -((x - m) / s) ** 2 / 2 - log(s) - log(2 * mp.pi) / 2,
    "Laplace": lambda x, m, s: -abs(x - m) / s - log(2 * s),
    "Poisson": lambda k, r: xlogy(k, r) - r - lg(k + 1),
    "LogNormal": lambda x, m, s: -((log(x) - m) / s) ** 2 / 2 - log(s * x) - log(2 * mp.pi) / 2,
    "Exponential": lambda x, r: log(r) - r * x,
    "Gamma": lambda x, a, r: a * log(r) - lg(a) + (a - 1) * log(x) - r * x,
    "Chi2": lambda x, d: -d / 2 * log(2) - lg(d / 2) + (d / 2 - 1) * log(x) - x / 2,
    "Beta": lambda x, a, b: (a - 1) * log(x) + (b - 1) * mp.log1p(-x) - lbeta(a, b),
    "Uniform": lambda x, a, b: -log(b - a),
}
SUPPORTS = {
    "Normal": lambda m, s: [-INF, m, INF],
    "Laplace": lambda m, s: [-INF, m, INF],
    "LogNormal": lambda m, s: [0, exp(m), INF],
    "Exponential": lambda r: [0, 1 / r, INF],
    "Gamma": lambda a, r: [0, a / r, INF],
    "Chi2": lambda d: [0, d, INF],
    "Beta": lambda a, b: [0, a / (a + b), 1],
    "Uniform": lambda a, b: [a, b],
}


def compare_with_quadrature(pair):
    if pair.p not in LOG_DENSITIES:
        return  # a sum of two terms, which is its own definition
    rng = random.Random(f"{pair.p} {pair.q} quadrature")
    point = [mpf(x) for x in pair.draw(rng, "bounded")]
    p, q = point[: len(pair.names[0])], point[len(pair.names[0]):]
    density_p, density_q = LOG_DENSITIES[pair.p], LOG_DENSITIES[pair.q]
    with mp.workdps(30):
        def integrand(x):
            value = density_p(x, *p)
            return exp(value) * (value - density_q(x, *q)) if value > -5000 else mpf(0)

        if pair.p == "Poisson":
            integral = mp.fsum(integrand(mpf(k)) for k in range(500))
        else:
            ends = SUPPORTS[pair.p](*p) + [q[0]] * (pair.q == "Laplace")  # which has a kink there
            integral = mp.quad(integrand, sorted(ends), maxdegree=9)
    if abs(integral - pair.formula(*point)) > mpf("1e-9"):
        sys.exit(f"{pair.p}, {pair.q} at {point}: the formula gives {pair.formula(*point)}, quadrature {integral}")


# --- Distributions of vectors, and combinators ------------------------------------------------------------------------------


def categorical(form):
    def log_probs(values):
        weights = [log(v) if v else -INF for v in values] if form == "probs" else values
        top = max(weights)
        total = top + log(mp.fsum(exp(w - top) for w in weights))
        return [w - total for w in weights]

    return log_probs


def categorical_categorical(form_p, form_q):
    def kl(p, q):
        lp, lq = categorical(form_p)(p), categorical(form_q)(q)
        return mp.fsum(mpf(0) if a == -INF else INF if b == -INF else exp(a) * (a - b) for a, b in zip(lp, lq))

    return kl


def dirichlet_dirichlet(a, b):
    sa, sb = mp.fsum(a), mp.fsum(b)
    return lg(sa) - lg(sb) + mp.fsum(lg(y) - lg(x) + (x - y) * (psi(x) - psi(sa)) for x, y in zip(a, b))


def inverse(a):
    return mp.matrix(a) ** -1


def gaussian_gaussian(m, sigma, n, tau):
    """Of means and covariance matrices."""
    k, t = len(m), inverse(tau)
    d = mp.matrix([b - a for a, b in zip(m, n)])
    trace = mp.fsum((t * mp.matrix(sigma))[i, i] for i in range(k))
    return (log(mp.det(mp.matrix(tau)) / mp.det(mp.matrix(sigma))) - k + trace + (d.T * t * d)[0]) / 2


def product(factor, n):
    """L L^T of the lower triangle of a flat matrix."""
    l = [[factor[i * n + j] if j <= i else mpf(0) for j in range(n)] for i in range(n)]
    return [[mp.fsum(l[i][k] * l[j][k] for k in range(n)) for j in range(n)] for i in range(n)]


def square(flat, n):
    return [[(flat[i * n + j] + flat[j * n + i]) / 2 for j in range(n)] for i in range(n)]


def diagonal(scales):
    return [[s**2 if i == j else mpf(0) for j in range(len(scales))] for i, s in enumerate(scales)]


class Row:
    """One divergence of distributions that are given by several vectors; `formula` sees them as lists."""

    def __init__(self, name, p, q, formula, dtype="float64", kind="ordinary", python=True):
        self.name, self.p, self.q, self.formula, self.dtype = name, p, q, formula, dtype
        self.kind, self.python = kind, python

    def arguments(self):
        """(path, side, dictionary, name, values) of each tensor."""
        for side in ("p", "q"):
            yield from self._walk(side, getattr(self, side)[1])

    def _walk(self, path, arguments):
        for name, value in arguments.items():
            if isinstance(value, tuple):
                yield from self._walk(f"{path}.{name}", value[1])
            elif isinstance(value, list) and name != "transforms":
                yield f"{path}.{name}", value

    def json(self, side):
        def encode(name, arguments):
            encoded = {}
            for key, value in arguments.items():
                if isinstance(value, tuple):
                    encoded[key] = encode(*value)
                elif isinstance(value, list) and key != "transforms":
                    encoded[key] = tensor(value, self.dtype)
                else:
                    encoded[key] = value
            return call(name, encoded)

        return encode(*getattr(self, side))

    def case(self):
        paths, tensors = zip(*[(path, [mpf(rounded(v, self.dtype)) for v in np.asarray(values, dtype=float).reshape(-1)])
                               for path, values in self.arguments()])
        flat = [x for values in tensors for x in values]
        sizes = [len(values) for values in tensors]

        def of_flat(*xs):
            rest = iter(xs)
            return self.formula(*[[next(rest) for _ in range(size)] for size in sizes])

        value = of_flat(*flat)
        masked = [i for i, path in enumerate(p for p, n in zip(paths, sizes) for _ in range(n)) if path.endswith("probs") and flat[i] == 0]
        slopes, scale, scales = derivatives(of_flat, flat, value, fixed=masked)
        gradients, gradient_scales = {}, {}
        for path, size in zip(paths, sizes):
            gradients[path], slopes = [number(s) for s in slopes[:size]], slopes[size:]
            gradient_scales[path], scales = [coarse(s) for s in scales[:size]], scales[size:]
        case = {"name": f"{self.name}_{self.dtype}", "p": self.json("p"), "q": self.json("q"), "kind": self.kind,
                "dtype": self.dtype, "shape": [], "kl": [number(value)], "scales": [coarse(scale)], "gradients": gradients,
                "gradient_scales": gradient_scales}
        if self.python and self.dtype == "float64":
            compare_with_python(case)
        return case


def rows():
    forms = ("probs", "logits")
    values = {"probs": [0.2, 0.3, 0.5], "logits": [0.5, -1.0, 2.0]}
    others = {"probs": [1.0, 4.0, 2.0], "logits": [0.0, 0.25, -1.5]}
    for family, dtype in itertools.product(("Categorical", "OneHotCategorical", "OneHotCategoricalStraightThrough"),
                                           ("float64", "float32")):
        for fp, fq in itertools.product(forms, forms):
            def row(kind, p, q, **options):
                return Row(f"{family}_{fp}_{fq}_{kind}", (family, {fp: p}), (family, {fq: q}),
                           categorical_categorical(fp, fq), dtype=dtype, kind=kind.split("_")[0], **options)

            yield row("ordinary", values[fp], others[fq])
            if family != "Categorical":
                continue
            if fp == fq:
                for i, step in enumerate((1e-3, 1e-5) if dtype == "float32" else (1e-3, 1e-6, 1e-9)):
                    yield row(f"near_{i}", values[fp], [v * (1 + s * step) for v, s in zip(values[fp], (1, 0.5, -0.25))],
                              python=False)
            zero = 0.0 if fp == "probs" else -math.inf
            zero_q = 0.0 if fq == "probs" else -math.inf
            yield row("hostile_masked", [*values[fp][:2], zero], others[fq], python=False)
            yield row("hostile_both_masked", [*values[fp][:2], zero], [*others[fq][:2], zero_q], python=False)
            yield row("hostile_infinite", values[fp], [*others[fq][:2], zero_q], python=False)
            far = [1e-30, 1.0, 1e-10] if fp == "probs" else [-300.0, 80.0, 0.0]
            far_q = [1.0, 1e-30, 1e-20] if fq == "probs" else [50.0, -700.0, 3.0]
            yield row("hostile_far", far, far_q, python=False)
    rng = random.Random("Dirichlet")
    for dtype in ("float64", "float32"):
        for i in range(16):
            kind = ("ordinary", "hostile", "near", "near")[i % 4]
            k = rng.choice([2, 3, 6])
            size = rng.choice(["ordinary", "hostile"]) if kind == "near" else kind
            a = [rounded(positive(rng, size), dtype) for _ in range(k)]
            b = [rounded(positive(rng, size), dtype) for _ in range(k)]
            if kind == "near":
                step = 10 ** rng.uniform(-9 if dtype == "float64" else -4, -1)
                b = [rounded(x * (1 + step * rng.uniform(-1, 1)), dtype) for x in a]
                if i % 8 == 3:
                    b = [rounded(x * (1 + step), dtype) for x in a]
            if kind != "near" or dirichlet_dirichlet(list(map(mpf, a)), list(map(mpf, b))) > mpf("1e-20"):
                yield Row(f"Dirichlet_{kind}_{i}", ("Dirichlet", {"concentration": a}), ("Dirichlet", {"concentration": b}),
                          dirichlet_dirichlet, dtype=dtype, kind=kind, python=kind == "ordinary")
    yield from gaussian_rows()
    yield from combinator_rows()


LOC3, LOC3_Q = [0.5, -1.0, 2.0], [0.25, 0.0, 1.5]
TRIL, TRIL_Q = [[1.5, 0, 0], [-0.5, 0.75, 0], [2.0, -1.0, 0.5]], [[0.5, 0, 0], [0.25, 2.0, 0], [-1.0, 1.0, 1.25]]
SPD, SPD_Q = [[4.0, 1.0, 0.5], [1.0, 3.0, -0.5], [0.5, -0.5, 2.0]], [[2.0, 0.5, 0.25], [0.5, 1.0, 0.0], [0.25, 0.0, 3.0]]


def gaussian_rows():
    covariances = {"scale_tril": lambda flat: product(flat, 3), "covariance_matrix": lambda flat: square(flat, 3),
                   "precision_matrix": lambda flat: inverse(square(flat, 3)).tolist()}
    matrices = {"scale_tril": (TRIL, TRIL_Q), "covariance_matrix": (SPD, SPD_Q), "precision_matrix": (SPD, SPD_Q)}
    mvn, dtypes = "MultivariateNormal", ("float64", "float32")
    for dtype, fp, fq in itertools.product(dtypes, covariances, covariances):
        yield Row(f"MultivariateNormal_{fp}_{fq}", (mvn, {"loc": LOC3, fp: matrices[fp][0]}), (mvn, {"loc": LOC3_Q, fq: matrices[fq][1]}),
                  lambda m, s, n, t, fp=fp, fq=fq: gaussian_gaussian(m, covariances[fp](s), n, covariances[fq](t)), dtype=dtype)
    for i, step in enumerate((1e-3, 1e-6, 1e-9)):
        near = [[x * (1 + step * (j + 2 * k - 2)) for k, x in enumerate(row)] for j, row in enumerate(TRIL)]
        yield Row(f"MultivariateNormal_near_{i}", (mvn, {"loc": LOC3, "scale_tril": TRIL}),
                  (mvn, {"loc": [x + step for x in LOC3], "scale_tril": near}),
                  lambda m, s, n, t: gaussian_gaussian(m, product(s, 3), n, product(t, 3)), kind="near", python=False)
    wild = [[1e-6, 0, 0], [1e3, 1e6, 0], [1.0, -1e2, 1e-3]]
    yield Row("MultivariateNormal_hostile", (mvn, {"loc": LOC3, "scale_tril": wild}), (mvn, {"loc": LOC3_Q, "scale_tril": TRIL}),
              lambda m, s, n, t: gaussian_gaussian(m, product(s, 3), n, product(t, 3)), kind="hostile", python=False)
    normal = ("Normal", {"loc": LOC3_Q, "scale": [0.5, 1.0, 2.0]})
    independent = ("Independent", {"base_distribution": normal, "reinterpreted_batch_ndims": 1})
    for dtype in dtypes:
        yield Row("Independent_MultivariateNormal", independent, (mvn, {"loc": LOC3, "scale_tril": TRIL}),
                  lambda m, s, n, t: gaussian_gaussian(m, diagonal(s), n, product(t, 3)), dtype=dtype, python=False)
        yield Row("MultivariateNormal_Independent", (mvn, {"loc": LOC3, "scale_tril": TRIL}), independent,
                  lambda m, s, n, t: gaussian_gaussian(m, product(s, 3), n, diagonal(t)), dtype=dtype, python=False)


def combinator_rows():
    def summed(formula):
        return lambda *columns: mp.fsum(formula(*point) for point in zip(*columns))

    def independent(base, **arguments):
        return ("Independent", {"base_distribution": (base, arguments), "reinterpreted_batch_ndims": 1})

    def transformed(base, *transforms, **arguments):
        return ("TransformedDistribution", {"base_distribution": (base, arguments), "transforms": list(transforms)})

    affine = {"transform": "AffineTransform", "arguments": {"loc": 0.5, "scale": -2.0}}
    sigmoid = {"transform": "SigmoidTransform", "arguments": {}}
    for dtype in ("float64", "float32"):
        yield Row("Independent_Normal", independent("Normal", loc=LOC3, scale=[0.5, 1.0, 2.0]),
                  independent("Normal", loc=LOC3_Q, scale=[1.5, 1.0, 0.25]), summed(normal_normal), dtype=dtype)
        yield Row("Independent_Gamma_Exponential", independent("Gamma", concentration=[0.5, 1.0, 3.0], rate=[2.0, 1.0, 0.5]),
                  independent("Exponential", rate=[1.5, 1.0, 0.25]), summed(lambda a, r, s: gamma_gamma(a, r, mpf(1), s)), dtype=dtype)
        yield Row("Transformed_Normal", transformed("Normal", affine, sigmoid, loc=[0.5], scale=[2.0]),
                  transformed("Normal", affine, sigmoid, loc=[1.5], scale=[0.75]), summed(normal_normal), dtype=dtype)
        yield Row("Transformed_Beta", transformed("Beta", affine, concentration1=[0.5], concentration0=[2.0]),
                  transformed("Beta", affine, concentration1=[1.5], concentration0=[0.75]), summed(beta_beta), dtype=dtype)


# --- Files -----------------------------------------------------------------------------------------------------------------


def dump(value, indent=0):
    """JSON with one argument or result a line."""
    pad = " " * indent
    if isinstance(value, dict) and any(isinstance(v, (dict, list)) for v in value.values()) and "data" not in value:
        lines = ",\n".join(f"{pad} {json.dumps(k)}: {dump(v, indent + 1)}" for k, v in value.items())
        return "{\n" + lines + "\n" + pad + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict) and "transform" not in value[0]:
        return "[\n" + ",\n".join(pad + " " + dump(v, indent + 1) for v in value) + "\n" + pad + "]"
    return json.dumps(value)


def snake(name):
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


def files():
    cases = {}
    for pair in PAIRS:
        if pair.integrate:
            compare_with_quadrature(pair)
        for case in scalar_cases(pair):
            cases.setdefault(case["p"]["distribution"], []).append(case)
    for row in rows():
        case = row.case()
        cases.setdefault(case["p"]["distribution"], []).append(case)
    for name, of_class in cases.items():
        if of_class[0]["shape"] == []:  # a vector of one element keeps its batch dimension
            for case in of_class:
                if case["p"]["distribution"] == "TransformedDistribution":
                    case["shape"] = [1]
        yield FOLDER / f"{snake(name)}.json", dump(of_class) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = parser.parse_args().check
    stale = []
    for path, text in files():
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(path.name)
    if stale:
        sys.exit("out of date: " + ", ".join(stale))


if __name__ == "__main__":
    main()
