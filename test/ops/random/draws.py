#!/usr/bin/env python3
"""Checks test/ops/random/draws.json, the first numbers of each sampler, which are frozen.

This is an implementation of its own, from the definitions alone. Uniform numbers, trials, integers, counts and categories must be
equal to the bit. Others go through logarithms and sines, which the library computes by polynomials: they must be near, and the file
keeps their bits.
"""

import decimal
import fractions
import functools
import json
import math
import pathlib
import struct
import sys

KEY, NUMBER, COUNT = 0x0123456789ABCDEF, 0x9876543210, 260
ONES = 0xFFFFFFFF


def philox(key, number, block, attempt=0):
    """Ten rounds of Philox 4x32 (J. K. Salmon et al., 2011)."""
    a, b, c, d = block & ONES, block >> 32 | attempt << 16, number & ONES, number >> 32
    low, high = key & ONES, key >> 32
    for _ in range(10):
        first, second = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = second >> 32 ^ b ^ low, second & ONES, first >> 32 ^ d ^ high, first & ONES
        low, high = low + 0x9E3779B9 & ONES, high + 0xBB67AE85 & ONES
    return a, b, c, d


def bits(element, digits, attempt=0):
    """The random bits of an element, 32 or 64."""
    per_block = 128 // digits
    block = philox(KEY, NUMBER, element // (64 * per_block) * 64 + element % 64, attempt)
    place = element % (64 * per_block) // 64
    return block[place] if digits == 32 else block[2 * place] << 32 | block[2 * place + 1]


def number(pattern, dtype):
    """The number of a pattern of bits."""
    return struct.unpack("<f" if dtype == "float" else "<d", pattern.to_bytes(4 if dtype == "float" else 8, "little"))[0]


def minus_log(b, digits):
    u = (b + 0.5) / 2**digits
    return -math.log(u) if u < 0.5 else -math.log1p(-((2**digits - 1 - b) + 0.5) / 2**digits)


def normal(element, digits):
    """By Box and Muller, from the words of a pair of elements."""
    per_block = 128 // digits
    place = element % (64 * per_block) // 64
    first = element - place % 2 * 64
    radius = math.sqrt(2 * minus_log(bits(first, digits), digits))
    angle = 2 * math.pi * (bits(first + 64, digits) + 0.5) / 2**digits
    return radius * (math.sin(angle) if place % 2 else math.cos(angle))


def student_t(element, digits, df):
    """By Bailey, from two words of a block for each element."""
    per_block = 64 // digits
    block = philox(KEY, NUMBER, element // (64 * per_block) * 64 + element % 64)
    place = element % (64 * per_block) // 64
    radius, angle = block[2 * place : 2 * place + 2] if digits == 32 else (block[0] << 32 | block[1], block[2] << 32 | block[3])
    size = math.sqrt(df * math.expm1(2 * minus_log(radius, digits) / df))
    return size * math.cos(2 * math.pi * (angle + 0.5) / 2**digits)


def bits_of_attempt(element, digits, attempt, count):
    """The random bits of an attempt at an element: `count` numbers, of blocks that no other element has."""
    blocks = -(-count * digits // 128)
    words = [word for i in range(blocks) for word in philox(KEY, NUMBER, element, attempt * blocks + i)]
    return words[:count] if digits == 32 else [words[2 * i] << 32 | words[2 * i + 1] for i in range(count)]


def open_uniform(b, digits):
    return (b + 0.5) / 2**digits


def gamma(a, element, digits, attempt=0):
    """A draw of Gamma(a, 1) by Marsaglia and Tsang: the logarithm."""
    d = a - 1 / 3 if a >= 1 else a + 2 / 3
    while True:
        radius, angle, test, boost = bits_of_attempt(element, digits, attempt, 4)
        attempt += 1
        x = math.sqrt(2 * minus_log(radius, digits)) * math.cos(2 * math.pi * open_uniform(angle, digits))
        root = 1 + x / math.sqrt(9 * d)
        if root > 0 and -minus_log(test, digits) < x * x / 2 + d * (1 - root**3 + 3 * math.log(root)):
            return math.log(d) + 3 * math.log(root) - (minus_log(boost, digits) / a if a < 1 else 0)


def transformed(element, hat, shift, scale, log_ratio, is_possible):
    """A count by Hoermann's transformed rejection, from doubles. The hat has the parameters a and b."""
    a, b = hat
    attempt = 0
    while True:
        first, second = bits_of_attempt(element, 64, attempt, 2)
        attempt += 1
        u, v = open_uniform(first, 64) - 0.5, open_uniform(second, 64)
        distance = 0.5 - abs(u)
        k = math.floor((2 * a / distance + b) * u + shift)
        # The squeeze only saves time: what it accepts, the test accepts.
        if is_possible(k, distance, v) and math.log(v * scale / (a / distance**2 + b)) <= log_ratio(k):
            return float(k)


def poisson_by_rejection(rate, element):
    b = 0.931 + 2.53 * math.sqrt(rate)
    return transformed(element, (-0.059 + 0.02483 * b, b), rate + 0.43, 1.1239 + 1.1328 / (b - 3.4),
                       lambda k: k * math.log(rate) - rate - math.lgamma(k + 1),
                       lambda k, distance, v: k >= 0 and not (distance < 0.013 and v > distance))


def binomial_by_rejection(n, p, element):
    deviation = math.sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * deviation

    def log_density(k):
        return math.log(math.comb(n, k)) + k * math.log(p) + (n - k) * math.log1p(-p)

    mode = math.floor((n + 1) * p)
    return transformed(element, (-0.0873 + 0.0248 * b + 0.01 * p, b), n * p + 0.5, (2.83 + 5.1 / b) * deviation,
                       lambda k: log_density(k) - log_density(mode), lambda k, distance, v: 0 <= k <= n)


def von_mises(concentration, element, digits):
    """Best and Fisher's draw. The angle of the Cauchy distribution is twice the one that is drawn."""
    tau = 1 + math.sqrt(1 + 4 * concentration**2)
    rho = (tau - math.sqrt(2 * tau)) / (2 * concentration)
    r = (1 + rho**2) / (2 * rho)
    attempt = 0
    while True:
        angle, test = bits_of_attempt(element, digits, attempt, 2)
        attempt += 1
        half = 2 * math.pi * open_uniform(angle, digits)
        z = math.cos(2 * half)
        c = concentration * (r - (1 + r * z) / (r + z))
        if math.log(c) + minus_log(test, digits) + 1 >= c:
            size = 2 * math.atan2(math.sqrt((r - 1) / (r + 1)) * abs(math.sin(half)), abs(math.cos(half)))
            return math.copysign(size, math.sin(half))


INVERSION = 2**15  # the attempt that gives words to the inversion of counts


def inverted(probabilities, element, attempt):
    """How many of the sums of some probabilities are at most the 64 bits of an element, exactly."""
    u = bits(element, 32, attempt) << 32 | bits(element, 32, attempt + 1)
    total, k = 0, 0
    for probability in probabilities:
        total += probability
        if math.floor(total * 2**64) > u:
            break
        k += 1
    return k


def poisson_probabilities(rate):
    term = (-decimal.Decimal(rate)).exp()
    for k in range(1, 1000):
        yield term
        term *= decimal.Decimal(rate) / k


def binomial_probabilities(n, p):
    return (math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1))


def expected(name, element, digits):
    """What an element should be, and whether it is exact."""
    b = bits(element, digits)
    u = (b + 0.5) / 2**digits
    if name == "uniform":
        kept = 24 if digits == 32 else 53
        return (b >> digits - kept) / 2**kept, True
    if name == "integers":
        return bits(element, 64) * 10 >> 64, True
    if name == "integers from -2^40":
        return (bits(element, 64) * (2**41 + 12345) >> 64) - 2**40, True
    if name == "bits":
        pattern = bits(element, 64)
        return pattern - (pattern >> 63 << 64), True
    if name == "bernoulli":
        return float(bits(element, 32) < math.floor(0.3 * 2**32)), True
    if name == "geometric":
        return 1.0 + math.floor(minus_log(bits(element, 64), 64) / -math.log1p(-0.3)), True
    if name == "normal":
        return normal(element, digits), False
    if name == "log_normal":
        return math.exp(normal(element, digits)), False
    if name == "student_t":
        return student_t(element, digits, 5), False
    if name == "student_t about 2":
        return 2 + 0.5 * student_t(element, digits, 0.25), False
    if name == "exponential":
        return minus_log(b, digits), False
    if name == "cauchy":
        return math.tan(math.pi * (u - 0.5)), False
    if name == "laplace":
        return math.log(2 * u) if u < 0.5 else -math.log(2 * (1 - u)), False
    if name == "gumbel":
        return -math.log(minus_log(b, digits)), False
    if name == "logistic":
        return math.log(u) - math.log1p(-u), False
    if name == "gamma":
        return math.exp(gamma(2.5, element, digits)), False
    if name == "gamma of 0.25":
        return math.exp(gamma(0.25, element, digits)), False
    if name == "log_gamma":
        return gamma(0.25, element, digits), False
    if name == "beta":  # the second draw has attempts of its own
        return 1 / (1 + math.exp(gamma(0.25, element, digits, 2**14) - gamma(2.5, element, digits))), False
    if name == "dirichlet":
        return math.exp(gamma(1.5, element, digits)) / total_of_dirichlet(digits), False
    if name == "poisson":
        return float(inverted(poisson_probabilities(4), element, INVERSION)), True
    if name == "poisson of 100":
        return poisson_by_rejection(100, element), True
    if name == "binomial":  # the rarer outcome is counted
        return 20.0 - inverted(binomial_probabilities(20, fractions.Fraction(1, 4)), element, INVERSION), True
    if name == "binomial of 1000":
        return binomial_by_rejection(1000, 0.25, element), True
    if name == "von_mises":
        return von_mises(4, element, digits), False
    if name == "von_mises of 0.25":
        return von_mises(0.25, element, digits), False
    if name == "categories":
        return inverted([fractions.Fraction(weight, 55) for weight in range(1, 11)], element, 0), True
    return None, False


@functools.cache
def total_of_dirichlet(digits):
    return math.fsum(math.exp(gamma(1.5, element, digits)) for element in range(COUNT))


def main():
    decimal.getcontext().prec = 60
    file = json.loads((pathlib.Path(__file__).parent / "draws.json").read_text())
    checked = wrong = 0
    for name, by_dtype in file.items():
        for dtype, patterns in by_dtype.items():
            assert len(patterns) == COUNT, name
            for element, pattern in enumerate(patterns):
                value = pattern if dtype == "long" else number(pattern, dtype)
                right, is_exact = expected(name, element, 32 if dtype == "float" else 64)
                if right is None:
                    continue
                checked += 1
                tolerance = 0 if is_exact else (4e-6 if dtype == "float" else 4e-14) * max(1, abs(right))
                if name == "cauchy" and not is_exact:
                    tolerance *= max(1, abs(right))  # here the tangent loses digits
                if not abs(value - right) <= tolerance:
                    wrong += 1
                    print(f"{name} of {dtype}: element {element} is {value!r}, not {right!r}")
    print(f"{checked} numbers checked, {wrong} wrong")
    return wrong != 0 or checked < 50 * COUNT


if __name__ == "__main__":
    sys.exit(main())
