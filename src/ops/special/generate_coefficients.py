#!/usr/bin/env python3
"""Writes the polynomials of the special functions, interpolated at Chebyshev nodes with mpmath. Those of a single family of
functions have a header of their own; all others are in coefficients.h.

  generate_coefficients.py            rewrites the headers beside this script
  generate_coefficients.py --check    fails if a header differs from the generated text
"""

import pathlib
import struct
import sys
from fractions import Fraction

from mpmath import atanh, besseli, cos, digamma, exp, expm1, log, log1p, loggamma, mp, mpf, pi, psi, sqrt

mp.dps = 60


def chebyshev_as_monomials(function, count):
    """Coefficients in u of the Chebyshev interpolant of `function` on [-1, 1], truncated to `count` terms."""
    nodes = [cos(pi * (k + mpf(1) / 2) / (2 * count)) for k in range(2 * count)]
    values = [function(u) for u in nodes]
    chebyshev = [
        (2 if j else 1) * sum(v * cos(pi * j * (k + mpf(1) / 2) / (2 * count)) for k, v in enumerate(values))
        / (2 * count)
        for j in range(count)
    ]
    before, current = [mpf(1)], [mpf(0), mpf(1)]
    monomials = [mpf(0)] * count
    for j, c in enumerate(chebyshev):
        polynomial = before if j == 0 else current
        for i, p in enumerate(polynomial):
            monomials[i] += c * p
        if j > 0:
            following = [mpf(0)] + [2 * p for p in current]
            for i, p in enumerate(before):
                following[i] -= p
            before, current = current, following
    return monomials


def from_one_to_infinity(function):
    """x * function(x) for x in [1, infinity) as a function of u = (3 - x) / (1 + x) in (-1, 1]."""
    def of_u(u):
        x = (3 - u) / (1 + u)
        return x * function(x)
    return of_u


def from_zero_to_infinity(function):
    """`function` of x in (0, infinity) as a function of u = (1 - x) / (1 + x) in (-1, 1)."""
    return lambda u: function((1 - u) / (1 + u))


HALF = mpf(1) / 2


def half_step_remainder_from_factorial(x):
    return loggamma(x + HALF) - loggamma(x + 1) + log(x + HALF) / 2


def half_step_remainder_d1(x):
    return digamma(x + HALF) - digamma(x) - HALF / x


def half_step_remainder_d2(x):
    return psi(1, x + HALF) - psi(1, x) + HALF / x**2


def stirling_error(x):
    return loggamma(x + 1) - (x + mpf(1) / 2) * log(x) + x - log(2 * pi) / 2


def lgamma1p_factor(u):
    x = (u + 1) / 2
    return loggamma(x + 1) / (x * (x - 1))


def on(low, high, function):
    """`function` on [low, high], as a function of u in [-1, 1]."""
    return lambda u: function((high - low) / 2 * u + (high + low) / 2)


def in_x(low, high, monomials):
    """Converts the coefficients of a polynomial in u = (2 x - high - low) / (high - low) to coefficients in x."""
    scale, shift = 2 / (high - low), -(high + low) / (high - low)
    result = [mpf(0)]
    for c in reversed(monomials):  # by Horner's rule
        longer = [shift * a for a in result] + [mpf(0)]
        for i, a in enumerate(result):
            longer[i + 1] += scale * a
        longer[0] += c
        result = longer
    return result[:-1]


# (name, description, function of u, number of coefficients)
TABLES = [
    ("kStirlingError", "x stirlerr(x) on [1, infinity), in u = (3 - x) / (1 + x)",
     from_one_to_infinity(stirling_error), 21),
    ("kLogMinusDigamma", "x (log x - psi(x)) on [1, infinity), in u = (3 - x) / (1 + x)",
     from_one_to_infinity(lambda x: log(x) - digamma(x)), 21),
    ("kTrigamma", "x psi'(x) on [1, infinity), in u = (3 - x) / (1 + x)",
     from_one_to_infinity(lambda x: psi(1, x)), 24),
    ("kLogGamma1p", "lgamma(x + 1) / (x (x - 1)) on [0, 1], in u = 2 x - 1", lgamma1p_factor, 22),
]


HALF_STEP_TABLES = [
    ("kHalfStepRemainder", "(x + 1) (lgamma(x + 1/2) - lgamma(x + 1) + log(x + 1/2) / 2) for x > 0, in u = (1 - x) / (1 + x)",
     from_zero_to_infinity(lambda x: (x + 1) * half_step_remainder_from_factorial(x)), 24),
    ("kHalfStepRemainderD1", "x (x + 1) (psi(x + 1/2) - psi(x) - 1 / (2 x)) for x > 0, in u = (1 - x) / (1 + x)",
     from_zero_to_infinity(lambda x: x * (x + 1) * half_step_remainder_d1(x)), 26),
    ("kHalfStepRemainderD2", "x^2 (x + 1) (psi'(x + 1/2) - psi'(x) + 1 / (2 x^2)) for x > 0, in u = (1 - x) / (1 + x)",
     from_zero_to_infinity(lambda x: x**2 * (x + 1) * half_step_remainder_d2(x)), 28),
]


# (name, description, function of x, low, high, number of coefficients), for polynomials in x on [low, high]. The
# functions are not evaluated at x = 0, where they are undefined.
POWERS = [
    ("kLog1pOfFloat", "(log1p(x) - x + x^2 / 2) / x^3 for 1 + x in [sqrt(1/2), sqrt(2)], for floats",
     lambda x: (log1p(x) - x + x * x / 2) / x**3, sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1, 9),
    ("kAtanh", "2 (atanh(s) - s) / s^3, in x = s^2, for (1 + s) / (1 - s) in [sqrt(1/2), sqrt(2)]",
     lambda x: 2 * (atanh(sqrt(x)) - sqrt(x)) / sqrt(x)**3, mpf(0), (3 - 2 * sqrt(mpf(2)))**2, 7),
    ("kExpOfFloat", "(exp(x) - 1 - x) / x^2 for |x| <= log(2) / 2, for floats",
     lambda x: (expm1(x) - x) / x**2, -log(mpf(2)) / 2, log(mpf(2)) / 2, 5),
    ("kExp", "(exp(x) - 1 - x) / x^2 for |x| <= log(2) / 2",
     lambda x: (expm1(x) - x) / x**2, -log(mpf(2)) / 2, log(mpf(2)) / 2, 11),
    ("kStirlingErrorOfFloat", "y stirlerr(y) in x = 1 / y, for y >= 1, for floats",
     lambda x: stirling_error(1 / x) / x, mpf(0), mpf(1), 10),
    ("kLogMinusDigammaOfFloat", "y (log y - psi(y)) in x = 1 / y, for y >= 1, for floats",
     lambda x: (-log(x) - digamma(1 / x)) / x, mpf(0), mpf(1), 11),
]


def beyond(bound, function):
    """`function` of x in (bound, infinity) as a function of u = 2 bound / x - 1 in (-1, 1)."""
    return lambda u: function(2 * bound / (u + 1))


NEAR = 6  # where the formulas of the Bessel functions meet

BESSEL_TABLES = [
    ("kCircularVariance", f"x (1 - I1(x) / I0(x)) for x > {NEAR}, in u = {2 * NEAR} / x - 1",
     beyond(NEAR, lambda x: x * (1 - besseli(1, x) / besseli(0, x))), 34),
    ("kLogI0e", f"x log(exp(-x) I0(x) sqrt(2 pi x)) for x > {NEAR}, in u = {2 * NEAR} / x - 1",
     beyond(NEAR, lambda x: x * log(exp(-x) * besseli(0, x) * sqrt(2 * pi * x))), 30),
]
BESSEL_POWERS = [
    ("kI0", f"I0(x) in y = x^2 / 4, for x <= {NEAR}", lambda y: besseli(0, 2 * sqrt(y)), mpf(0), mpf(NEAR**2) / 4, 17),
    ("kI1", f"2 I1(x) / x in y = x^2 / 4, for x <= {NEAR}", lambda y: besseli(1, 2 * sqrt(y)) / sqrt(y), mpf(0), mpf(NEAR**2) / 4, 17),
]


LEGENDRE_COUNT = 40


def legendre_rule(count):
    """The positive nodes and the weights of Gauss's rule with `count` nodes on [-1, 1], by Newton's method on the Legendre
    polynomial."""
    nodes, weights = [], []
    for k in range(count // 2):
        x = cos(pi * (k + 3 * HALF / 2) / (count + HALF))
        for _ in range(8):
            before, value = mpf(1), x
            for n in range(2, count + 1):
                before, value = value, ((2 * n - 1) * x * value - (n - 1) * before) / n
            slope = count * (x * value - before) / (x * x - 1)
            x -= value / slope
        nodes.append(x)
        weights.append(2 / ((1 - x * x) * slope**2))
    return nodes, weights


TEMME_ROWS, TEMME_BOUND = 14, Fraction(34, 100)


def temme(rows, bound):
    """The expansion of Q(a, x) for large a: Temme (1979), DLMF 8.12.

    With lambda = x / a, mu = lambda - 1 and eta^2 / 2 = mu - log(1 + mu), returns mu / eta and the c_k of DLMF 8.12.8, each a
    power series in eta, truncated where its terms are below 1e-18 for a >= 30 and |eta| <= bound.
    """
    size = 70
    # mu mu' = eta (1 + mu), solved term by term for mu = eta + ...
    mu = [Fraction(0), Fraction(1)]
    for n in range(2, size):
        mu.append(Fraction(0))
        rest = sum(j * mu[j] * mu[n + 1 - j] for j in range(2, n))
        mu[n] = (mu[n - 1] - rest) / (n + 1)
    mu_over_eta = mu[1:]
    eta_over_mu = [Fraction(1)]
    for n in range(1, size - 1):
        eta_over_mu.append(-sum(mu_over_eta[j] * eta_over_mu[n - j] for j in range(1, n + 1)))
    # gamma_k, the coefficients of Stirling's series for Gamma, from those of its logarithm.
    bernoulli = [Fraction(1)]
    for m in range(1, rows + 2):
        choose, total = 1, Fraction(0)
        for j in range(m):
            total += choose * bernoulli[j]
            choose = choose * (m + 1 - j) // (j + 1)
        bernoulli.append(-total / (m + 1))
    log_series = [Fraction(0)] * (rows + 1)
    for k in range(1, rows + 1, 2):
        log_series[k] = bernoulli[k + 1] / (k * (k + 1))
    stirling = [Fraction(1)]
    for n in range(1, rows + 1):
        stirling.append(sum(j * log_series[j] * stirling[n - j] for j in range(1, n + 1)) / n)
    # Laurent series, starting at eta^-1. The poles cancel.
    c = [[eta_over_mu[0] - 1] + eta_over_mu[1:]]
    for k in range(1, rows):
        previous = c[-1]
        derivative = [(n - 1) * previous[n] for n in range(len(previous))]  # entry n belongs to eta^(n-2)
        divided = derivative[1:]  # divided by eta; derivative[0] and derivative[1] are 0
        sign = -1 if k % 2 else 1
        row = [a + sign * stirling[k] * b for a, b in zip(divided[1:], eta_over_mu)]
        c.append(row)

    def cut(series, weight):
        last = max((n for n, term in enumerate(series) if abs(term) * bound**n * weight > Fraction(1, 10**18)), default=1)
        return series[:max(last, 1) + 1]

    assert all(row[0] == 0 for row in c)
    return cut(mu_over_eta, 1), [cut(row[1:], Fraction(1, 30**k)) for k, row in enumerate(c)]


def array(name, description, coefficients):
    lines = [f"/// {description}.", f"TORCH_DISTRIBUTIONS_TABLE double {name}[] = {{"]
    row = "   "
    for c in coefficients:
        item = f" {float(c)!r},"
        if len(row) + len(item) > 100:
            lines.append(row)
            row = "   "
        row += item
    return lines + [row[:-1] + "};", ""]


BEGINNING = ["#pragma once", "", "// Written by generate_coefficients.py.", "// clang-format off", ""]
NAMESPACE = ["namespace torch::distributions::ops::special {", ""]
END = ["}  // namespace torch::distributions::ops::special", ""]


def arrays_of_powers(powers):
    return [line for name, description, function, low, high, count in powers
            for line in array(name, description, in_x(low, high, chebyshev_as_monomials(on(low, high, function), count)))]


def header_of(tables, powers=()):
    lines = BEGINNING + ['#include "ops/special/coefficients.h"', ""] + NAMESPACE
    for name, description, function, count in tables:
        lines += array(name, description, chebyshev_as_monomials(function, count))
    lines += arrays_of_powers(powers)
    return "\n".join(lines + END)


def header():
    lines = BEGINNING + [
             "/// Device code does not read a variable of the host by its address.",
             "#if defined(__CUDACC__)",
             "#define TORCH_DISTRIBUTIONS_TABLE __device__ constexpr",
             "#else",
             "#define TORCH_DISTRIBUTIONS_TABLE inline constexpr",
             "#endif", ""] + NAMESPACE
    for name, description, function, count in TABLES:
        lines += array(name, description, chebyshev_as_monomials(function, count))
    lines += arrays_of_powers(POWERS)
    mu_over_eta, c = temme(TEMME_ROWS, TEMME_BOUND)
    lines += array("kMuOverEta", "mu / eta in powers of eta, for |eta| <= 0.34 (DLMF 8.12.1)", mu_over_eta)
    for k, row in enumerate(c):
        lines += array(f"kTemme{k}", f"c_{k}(eta) of DLMF 8.12.8 in powers of eta, for |eta| <= 0.34 and a >= 30", row)
    return "\n".join(lines + END)


def float_of(bits):
    return Fraction(struct.unpack("f", struct.pack("I", bits))[0])


def reciprocals():
    """The floats m from sqrt(1/2) to sqrt(2) in 16 bins of equally many. For each bin a number c with few bits, so that c m - 1
    is small and a float. It is 1 in the bin of 1."""
    lowest = struct.unpack("I", struct.pack("f", float(sqrt(HALF))))[0]
    result = []
    for i in range(16):
        low, high = float_of(lowest + (i << 19)), float_of(lowest + ((i + 1) << 19) - 1)
        unit = Fraction(1, 2**24 if low < 1 else 2**23)  # of the floats in the bin
        choices = []
        for c in {Fraction(k, 64) for k in range(32, 128)}:
            furthest = max(abs(low * c - 1), abs(high * c - 1))
            if furthest <= unit / c.denominator * 2**24:
                choices.append((furthest, c))
        result.append(Fraction(1) if low <= 1 <= high else min(choices)[1])
    return result


def log_in_parts_header():
    factors = reciprocals()
    logs = [-log(mpf(c.numerator) / c.denominator) for c in factors]
    high = [mp.nint(value * 2**16) / 2**16 for value in logs]
    furthest = mpf(1) / 25
    remainder = on(-furthest, furthest, lambda x: (log1p(x) - x + x * x / 2) / x**3)
    lines = BEGINNING + ['#include "ops/special/coefficients.h"', ""] + NAMESPACE
    for name, description, values in (
            ("kReciprocal", "Numbers c for the floats m in 16 parts of [sqrt(1/2), sqrt(2)], such that c m - 1 is a float", factors),
            ("kLogHigh", "-log c in two parts, the first of which is a multiple of 2^-16", high),
            ("kLogLow", "The second part", [value - part for value, part in zip(logs, high)]),
            ("kLog1pOfSmall", "(log1p(x) - x + x^2 / 2) / x^3 for |x| <= 1/25",
             in_x(-furthest, furthest, chebyshev_as_monomials(remainder, 5)))):
        lines += array(name, description, values)
    return "\n".join(lines + END)


def quadrature_header():
    nodes, weights = legendre_rule(LEGENDRE_COUNT)
    lines = BEGINNING + ['#include "ops/special/coefficients.h"', ""] + NAMESPACE
    lines += array("kLegendreNodes", f"The positive nodes of Gauss's rule with {LEGENDRE_COUNT} nodes on [-1, 1]", nodes)
    lines += array("kLegendreWeights", "Their weights", weights)
    return "\n".join(lines + END)


def main():
    headers = {"coefficients.h": header(), "half_step_coefficients.h": header_of(HALF_STEP_TABLES),
               "bessel_coefficients.h": header_of(BESSEL_TABLES, BESSEL_POWERS),
               "log_in_parts_coefficients.h": log_in_parts_header(), "quadrature_coefficients.h": quadrature_header()}
    for name, text in headers.items():
        path = pathlib.Path(__file__).with_name(name)
        if "--check" not in sys.argv[1:]:
            path.write_text(text)
        elif path.read_text() != text:
            sys.exit(f"{path} is not what this script writes")


if __name__ == "__main__":
    main()
