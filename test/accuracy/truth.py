"""Exact values: number formats, derivatives, and the few functions that mpmath lacks or is slow at."""

import math
import random
import statistics
import struct
import zlib

from mpmath import mp, mpf

mp.dps = 60

# The relative step of a central difference, whose relative error is about the square of this over the distance to the
# next singularity; and the digits that it must keep after its cancellation.
STEP = mpf(10) ** -40
STEP_AT_ZERO = mpf(10) ** -240
DIGITS_KEPT = 40


class Format:
    """A floating-point format: what a number is rounded to, and within which bounds it can be represented."""

    def __init__(self, name, eps, largest, smallest, code, places):
        self.name, self.eps, self.largest, self.smallest = name, eps, largest, smallest
        self.is_double = name == "float64"
        self.code, self.places = code, places

    def round(self, x):
        x = float(x)
        if self.is_double or not math.isfinite(x):
            return x
        if abs(x) > self.largest:
            return math.copysign(self.largest, x)
        return struct.unpack("f", struct.pack("f", x))[0]

    def text(self, x):
        """The shortest decimal number that rounds to x."""
        if self.is_double or not math.isfinite(x):
            return repr(x)
        return next(
            t
            for t in (f"{x:.{d}g}" for d in range(1, 13))
            if abs(float(t)) <= self.largest and self.round(float(t)) == x
        )


FLOAT = Format("float32", 2.0**-23, float.fromhex("0x1.fffffep127"), 2.0**-126, "f", 12)
DOUBLE = Format("float64", 2.0**-52, float.fromhex("0x1.fffffffffffffp1023"), 2.0**-1022, "d", 17)


class Draw:
    """Random numbers that do not depend on the platform: 53-bit uniforms and exact arithmetic, never libm."""

    def __init__(self, seed, fmt):
        self.random = random.Random(zlib.crc32(f"{seed} {fmt.name}".encode()))
        self.fmt = fmt

    def uniform(self, low=0.0, high=1.0):
        return self.fmt.round(low + (high - low) * self.random.random())

    def log_uniform(self, low, high):
        """10^u for u uniform in [low, high]."""
        return self.fmt.round(mp.power(10, low + (high - low) * self.random.random()))

    def integer(self, low, high):
        return low + int(self.random.random() * (high - low + 1))

    def choice(self, items):
        return items[int(self.random.random() * len(items))]

    def chance(self, probability):
        return self.random.random() < probability

    def sign(self):
        return 1.0 if self.chance(0.5) else -1.0

    def bell(self):
        """Nearly a standard normal number (sum of twelve uniforms)."""
        return sum(self.random.random() for _ in range(12)) - 6.0


def derivative(f, args, name, index=None):
    """The partial derivative of f(**args) in args[name], or in its component `index`, by a central difference. The number
    of digits grows until enough are left."""
    at = args[name] if index is None else args[name][index]
    if mp.isinf(at):
        return mpf(0)
    scale = abs(at) if at else STEP_AT_ZERO / STEP

    def shifted(by):
        value = at + by
        if index is not None:
            value = args[name][:index] + (value,) + args[name][index + 1 :]
        return f(**{**args, name: value})

    def difference(step):
        digits = 150
        while True:
            with mp.workdps(digits):
                above, below = shifted(step), shifted(-step)
                change = above - below
                left = (
                    digits + mp.log10(abs(change)) - mp.log10(max(abs(above), abs(below)))
                    if change and mp.isfinite(change)
                    else 0
                )
                if left >= DIGITS_KEPT or not mp.isfinite(change) or digits > 2000:
                    return change / (2 * step)
            digits *= 2

    slope = difference(STEP * scale)
    if not mp.isfinite(slope) or abs(slope * scale) > 1e-20:
        return slope
    # Either small or zero: what is left of zero shrinks with the square of the step.
    finer = difference(STEP * scale / 2**20)
    return slope if abs(finer - slope) <= abs(slope) / 2**20 else mpf(0)


def xlogy(x, y):
    return mpf(0) if x == 0 else x * (mp.log(y) if y else -mp.inf)


def ndtr(z):
    return mp.erfc(-z / mp.sqrt(2)) / 2


def ndtri(p):
    """The quantile of the standard normal distribution, by Newton's method on log Phi from a double's worth of digits."""
    if p > 0.5:
        return -ndtri(1 - p)
    start = float(p)
    z = mpf(statistics.NormalDist().inv_cdf(start) if start > 0 else -38.5)
    for _ in range(7):
        value = ndtr(z)
        z -= mp.log(value / p) * value / mp.npdf(z)
    return z


def log_beta(*concentrations):
    return mp.fsum(mp.loggamma(a) for a in concentrations) - mp.loggamma(mp.fsum(concentrations))


def gammainc(a, x):
    """P(a, x), the regularised lower incomplete gamma function: x^a e^-x / Gamma(a + 1) * sum_n x^n / ((a + 1) ... (a + n))."""
    if x == 0:
        return mpf(0)
    log_prefix = a * mp.log(x) - x - mp.loggamma(a + 1)
    if x > a + 1 and log_prefix < -5000:
        return mpf(1)
    bits = mp.prec + 40
    one = 1 << bits
    scaled_x, scaled_a = int(mp.ldexp(x, bits)), int(mp.ldexp(a, bits))
    if scaled_x >> (bits // 2) == 0:  # x is tiny: two terms are exact
        total = 1 + x / (a + 1)
    else:
        term, acc = one, one
        while term:
            scaled_a += one
            term = term * scaled_x // scaled_a
            acc += term
        total = mp.ldexp(mpf(acc), -bits)
    return mp.exp(log_prefix) * total


def binomial_log_prob(k, n, log_p, log_q):
    choose = mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)
    return choose + (k * log_p if k else 0) + ((n - k) * log_q if n != k else 0)


def binomial_entropy(n, p, q):
    """-sum P log P. Where the distribution is wide, every m-th integer times m: by Poisson's summation formula the difference
    from the whole sum is of the order of exp(-2 pi^2 n p q / m^2)."""
    if p == 0 or q == 0 or n == 0:
        return mpf(0)
    log_p, log_q = mp.log(p), mp.log(q)
    mean, deviation = n * p, mp.sqrt(n * p * q)
    low, high = max(0, int(mean - 20 * deviation - 80)), min(int(n), int(mean + 20 * deviation + 80))
    stride = max(1, int(deviation / 8)) if 0 < low and high < n else 1
    total = mpf(0)
    for k in range(low, high + 1, stride):
        log_prob = binomial_log_prob(mpf(k), n, log_p, log_q)
        if log_prob > -10000:
            total -= mp.exp(log_prob) * log_prob
    return total * stride
