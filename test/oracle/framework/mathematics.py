"""Functions of mpmath numbers that the families share. All work at the precision in force (`mp.dps`)."""

import functools
import itertools
import math
import statistics

import numpy as np
from mpmath import mp, mpf

INF, NAN = mpf("inf"), mpf("nan")


def array(x):
    """An object array of mpf from numbers, however nested."""
    out = np.empty(np.shape(x), dtype=object)
    for index in np.ndindex(*out.shape):
        value = x
        for i in index:
            value = value[i]
        out[index] = mpf(float(value) if isinstance(value, np.ndarray) else value)
    return out


def elementwise(f, *arrays):
    out = np.frompyfunc(f, len(arrays), 1)(*arrays)
    return out if isinstance(out, np.ndarray) else as_array(out)


def as_array(x):
    return np.array(x, dtype=object)


def total(xs):
    return mp.fsum(xs)


def log(x):
    return -INF if x == 0 else mp.log(x) if x > 0 else NAN


def log_of(p, q):
    """The logarithm of a probability, given also its complement."""
    return log(p) if p <= q else mp.log1p(-q)


def xlogy(x, y):
    return mpf(0) if x == 0 else x * log(y)


def softplus(x):
    if mp.isinf(x):
        return max(x, mpf(0))
    return max(x, mpf(0)) + mp.log1p(mp.exp(-abs(x)))


def logsumexp(xs):
    if any(mp.isnan(x) for x in xs):
        return NAN
    top = max(xs)
    return top if mp.isinf(top) else top + mp.log(total(mp.exp(x - top) for x in xs))


def log_normal_constant():
    return mp.log(2 * mp.pi) / 2


def ndtr(z):
    """The distribution function of the standard normal distribution."""
    return mp.erfc(-z / mp.sqrt(2)) / 2


def ndtri(p):
    """Its quantile, by Newton's method on log(ndtr) from a double's worth of digits."""
    if not 0 < p < 1:
        return -INF if p == 0 else INF if p == 1 else NAN
    if p > 0.5:
        return -ndtri(1 - p)
    start = float(p)
    z = mpf(statistics.NormalDist().inv_cdf(start) if start > 0 else -38.5)
    for _ in range(5 + int(mp.dps / 40)):
        value = ndtr(z)
        z -= mp.log(value / p) * value / mp.npdf(z)
    return z


def log_beta(*concentrations):
    return total(mp.loggamma(a) for a in concentrations) - mp.loggamma(total(concentrations))


def gammainc(a, x):
    """P(a, x), the regularised lower incomplete gamma function:
    x^a e^-x / Gamma(a + 1) * sum_n x^n / ((a + 1) ... (a + n)), in integers of `bits` binary places."""
    return _gammainc(a, x, mp.prec)


@functools.lru_cache(maxsize=4096)
def _gammainc(a, x, _precision):
    if x <= 0:
        return mpf(0)
    log_prefix = a * mp.log(x) - x - mp.loggamma(a + 1)
    if x > a + 1 and log_prefix < -5000:
        return mpf(1)
    bits = mp.prec + 40
    one = 1 << bits
    scaled_x, scaled_a = int(mp.ldexp(x, bits)), int(mp.ldexp(a, bits))
    if scaled_x >> (bits // 2) == 0:  # x is tiny: two terms are exact
        series = 1 + x / (a + 1)
    else:
        term, acc = one, one
        while term:
            scaled_a += one
            term = term * scaled_x // scaled_a
            acc += term
        series = mp.ldexp(mpf(acc), -bits)
    return mp.exp(log_prefix) * series


def gammaincc(a, x):
    """Q(a, x) = 1 - P(a, x): from P with more digits, or far out by the continued fraction (DLMF 8.9.2)."""
    if x <= 0 or mp.isinf(x):
        return mpf(x <= 0)
    log_prefix = a * mp.log(x) - x - mp.loggamma(a + 1)
    if x < a + 1 or log_prefix > -20:  # at most ten digits cancel
        return 1 - gammainc(a, x)
    if log_prefix > -2000:
        with mp.workdps(mp.dps + 20 + int(-log_prefix / 2)):
            return 1 - gammainc(a, x)
    levels, last = 16, None
    while True:
        rest = mpf(0)
        for n in range(levels, 0, -1):
            rest = n * (a - n) / (x + 2 * n + 1 - a + rest)
        fraction = 1 / (x + 1 - a + rest)
        if last is not None and abs(fraction - last) <= mp.eps * abs(fraction):
            return mp.exp(log_prefix) * a * fraction
        levels, last = 2 * levels, fraction


@functools.lru_cache(maxsize=4096)
def _betainc(a, b, x, _precision):
    if x > (a + 1) / (a + b + 2):
        return 1 - _betainc(b, a, 1 - x, _precision)
    prefix = mp.exp(a * mp.log(x) + b * mp.log1p(-x) - log_beta(a, b)) / a
    value, forward, backward = mpf(1), mpf(1), mpf(0)
    for n in itertools.count(1):  # Lentz's method
        m = n // 2
        numerator = m * (b - m) if n % 2 == 0 else -(a + m) * (a + b + m)
        term = numerator * x / ((a + n - 1) * (a + n))
        forward, backward = 1 + term / forward, 1 / (1 + term * backward)
        value *= forward * backward
        if abs(forward * backward - 1) < mp.eps and n > 1:
            return prefix / value


def betainc(a, b, x):
    """I_x(a, b), the regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    return mpf(x > 0) if x <= 0 or x >= 1 else _betainc(a, b, x, mp.prec)


class Odds:
    """p, q = 1 - p and their logarithms, each of them exact."""

    def __init__(self, p, q, log_p, log_q):
        self.p, self.q, self.log_p, self.log_q = p, q, log_p, log_q

    @staticmethod
    def of(probs=None, logits=None):
        return Odds.of_probability(probs) if probs is not None else Odds.of_logit(logits)

    @staticmethod
    def of_probability(p):
        return Odds(p, 1 - p, log(p), log(1 - p) if p > 0.5 else mp.log1p(-p))

    @staticmethod
    def of_logit(t):
        return Odds(sigmoid(t), sigmoid(-t), -softplus(-t), -softplus(t))

    @property
    def sides(self):
        return (self.p, self.log_p), (self.q, self.log_q)

    def entropy(self):
        return -total(p * log_p for p, log_p in self.sides if p != 0)

    def kl(self, other):
        """Infinite where the other finds an outcome impossible."""
        terms = [p * (log_p - log_q) for (p, log_p), (_, log_q) in zip(self.sides, other.sides) if p != 0]
        return total(terms)


def sigmoid(t):
    return mpf(t > 0) if mp.isinf(t) else 1 / (1 + mp.exp(-t))


def log_probabilities(probs=None, logits=None):
    """The log-probabilities of categories, from their weights or the logarithms of their weights."""
    weights = [log(p) for p in probs] if probs is not None else list(logits)
    norm = logsumexp(weights)
    return [w if mp.isinf(w) else w - norm for w in weights]


def plogp(p, log_p):
    return mpf(0) if p == 0 else p * log_p


def cholesky(a):
    n = len(a)
    l = np.full((n, n), mpf(0), dtype=object)
    for j in range(n):
        l[j, j] = mp.sqrt(a[j][j] - total(l[j, k] ** 2 for k in range(j)))
        for i in range(j + 1, n):
            l[i, j] = (a[i][j] - total(l[i, k] * l[j, k] for k in range(j))) / l[j, j]
    return l


def inverse(a):
    n = len(a)
    out = mp.matrix([[a[i][j] for j in range(n)] for i in range(n)]) ** -1
    return as_array([[out[i, j] for j in range(n)] for i in range(n)])


def forward_substitution(l, d):
    z = []
    for i in range(len(d)):
        z.append((d[i] - total(l[i][k] * z[k] for k in range(i))) / l[i][i])
    return z


def rows_of(x):
    return x.reshape(-1, x.shape[-1])


def sum_rightmost(x, n):
    x = as_array(x)
    return as_array(x.sum(axis=tuple(range(x.ndim - n, x.ndim))) if n and x.ndim else x)


def product_rightmost(x, n):
    x = as_array(x)
    return as_array(x.prod(axis=tuple(range(x.ndim - n, x.ndim))) if n and x.ndim else x)


def combinations(values, sizes):
    """All arrays of `sizes` whose entries are among `values`."""
    rows = itertools.product(values, repeat=math.prod(sizes))
    return as_array([as_array(row).reshape(sizes + np.shape(values)[1:]) for row in rows])


# ---- derivatives ------------------------------------------------------------------------------------------------------------

# The relative step of a difference, whose relative error is of the order of its square, and the digits of the first attempt.
STEP, DIGITS = mpf(2) ** -133, 150


def derivative(f, at):
    """d f / d x of a smooth function of one number, to 30 digits however small it is beside f: by a central difference, or at
    the end of a domain by a one-sided one. NaN where there is none."""
    if mp.isinf(at):
        return mpf(0)
    step = STEP * abs(at) if at else mpf(10) ** -240
    slope = stable_difference(f, at, step)
    if not mp.isfinite(slope) or abs(slope * step / STEP) > 1e-20:
        return slope
    # The difference at a zero of the derivative shrinks with the square of the step.
    finer = stable_difference(f, at, step / 2**20)
    return slope if abs(finer - slope) <= abs(slope) / 2**20 else mpf(0)


def stable_difference(f, at, step):
    """The difference quotient, with as many digits of precision as it needs: twice as many do not change it."""
    digits, previous = DIGITS if at else 4 * DIGITS, None
    while True:
        with mp.workdps(digits):
            above, below = f(at + step), f(at - step)
            both = mp.isfinite(above) and mp.isfinite(below)
            slope = (above - below) / (2 * step) if both else one_sided(f, at, step, above, below)
        if mp.isnan(slope) and previous is not None and mp.isnan(previous):
            return slope
        # A difference of 0 may have lost all its digits.
        if slope and previous is not None and abs(slope - previous) <= mpf(10) ** -30 * abs(slope):
            return slope
        if digits > 2000:
            return slope
        digits, previous = 2 * digits, slope


def one_sided(f, at, step, above, below):
    """The derivative at an end of the domain, if it is a simple one."""
    side = step if mp.isfinite(above) else -step
    near, base = above if mp.isfinite(above) else below, f(at)
    if not mp.isfinite(near) or not mp.isfinite(base):
        return NAN
    slope = (4 * near - 3 * base - f(at + 2 * side)) / (2 * side)
    return slope if mp.isfinite(slope) and agree(slope, (near - base) / side) else NAN


def agree(a, b):
    return abs(a - b) <= 1e-12 * (1 + abs(a))


def slopes(f, at, sizes):
    """d f / d x of each element of the array that f returns; NaN at a kink or a pole. `sizes` are those of the other inputs,
    beside which a step from 0 must be small."""
    digits, scale = DIGITS, abs(at)
    if not scale:
        sizes = [abs(v) for v in sizes if v and mp.isfinite(v)] + [mpf(1)]
        scale = min(sizes)
        digits += int(3 * mp.log10(max(sizes) / scale))
    step = STEP * scale
    while True:
        with mp.workdps(digits):
            values = [f(at + k * step) for k in (-2, -1, 0, 1, 2)]
            # Double the digits until the rounding of f has no effect on the slopes.
            largest = max([abs(v) for v in values[2].reshape(-1) if mp.isfinite(v)], default=mpf(0))
            if largest * mp.eps / step < mpf(10) ** -20 or digits > 2000:
                return elementwise(lambda ll, l, f0, r, rr: _slope(ll, l, f0, r, rr, step), *values)
        digits *= 2


def _slope(ll, l, f0, r, rr, h):
    if not mp.isfinite(f0):
        return mpf(0) if f0 == l == r else NAN
    left = (3 * f0 - 4 * l + ll) / (2 * h) if mp.isfinite(l) and mp.isfinite(ll) else None
    right = (-3 * f0 + 4 * r - rr) / (2 * h) if mp.isfinite(r) and mp.isfinite(rr) else None
    if left is not None and right is not None:
        slope = (r - l) / (2 * h)
        is_zero = abs(slope) < mpf(10) ** -30 * abs((r - f0) / h)  # the slope at the vertex of a parabola
        return (mpf(0) if is_zero else slope) if agree(left, right) else NAN
    side, simple = (left, (f0 - l) / h) if left is not None else (right, (r - f0) / h if right is not None else None)
    return side if side is not None and agree(side, simple) else NAN
