#!/usr/bin/env python3
"""Writes data.json: reference values and derivatives of the special functions, by mpmath.

  generate.py            rewrites the file beside this script
  generate.py --check    fails if the file differs from the generated text

The arguments are doubles, and every second row has floats. They are used exactly. The references are computed with at
least 60 digits and rounded once. Derivatives are difference quotients in that precision, independent of the C++ formulas.
"""

import json
import math
import pathlib
import random
import struct
import sys

from mpmath import (atan, atanh, besseli, betainc, cosh, digamma, erf, exp, expm1, gammainc, inf, log, log1p, loggamma, mp, mpf, ncdf, pi, psi,
                    quad, sin, sqrt, tanh)

DIGITS = 60


# Arguments.

class Points:
    """Random arguments. Each function has its own stream, so that adding a function does not change the data of others."""

    def __init__(self, name):
        self.random = random.Random(name)

    def log_uniform(self, low, high):
        return math.exp(self.random.uniform(math.log(low), math.log(high)))

    def uniform(self, low, high):
        return self.random.uniform(low, high)

    def choice(self, *options):
        return self.random.choice(options)()

    def normal(self):
        return self.random.gauss(0, 1)

    def positive(self):
        """A parameter of a family with log-gammas, from 1e-6 to 1e12."""
        return self.choice(lambda: self.log_uniform(1e-6, 1e12), lambda: self.uniform(0.01, 20))

    def near(self, mean):
        """A value close to the mean, within some deviations of it (the variance is the mean), or anywhere."""
        return self.choice(lambda: mean * (1 + self.uniform(-1, 1) * self.log_uniform(1e-12, 1)),
                           lambda: abs(mean + self.normal() * math.sqrt(mean) * self.random.choice([1, 3, 10])) + 1e-300,
                           lambda: self.log_uniform(1e-8, 1e12))


def to_float(x):
    return struct.unpack("f", struct.pack("f", x))[0]


# References, for mpf arguments.

def log_beta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def log_binomial(a, b):
    return loggamma(1 + a + b) - loggamma(1 + a) - loggamma(1 + b)


def log_choose(k, n):
    return loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1)


def log_sequences(k, r):
    return loggamma(r + k) - loggamma(r) - loggamma(k + 1)


def log_mean_exp(t):
    return log(expm1(t) / t)


def tilted_mean(t):
    return 1 / (1 - exp(-t)) - 1 / t


def tilted_cdf(x, t):
    return expm1(t * x) / expm1(t)


def tilted_survival(x, t):
    return expm1(t * (x - 1)) / expm1(-t)


def x_log(x, y):
    return x * log(y) if x else mpf(0)


def softplus(x):
    return log1p(exp(x)) if x < 0 else x + log1p(exp(-x))


def tail_or_complement(a, x, at_most=1e5):
    """The incomplete gamma functions (P, Q). The smaller one has full relative precision."""
    if a > at_most:  # quadrature of the density, up to where it is negligible
        deviation = sqrt(a)

        def density(t):
            return exp((a - 1) * log(t) - t - loggamma(a))

        step = deviation if x > a else -deviation
        ends = [x + step * j / 2 for j in range(41)]
        tail = abs(quad(density, ends))
        return (1 - tail, tail) if x > a else (tail, 1 - tail)
    prefix = exp(a * log(x) - x - loggamma(a + 1))
    if x < a + 2:
        term = total = mpf(1)
        n = 0
        while term > mpf(10) ** -mp.dps * total:
            n += 1
            term *= x / (a + n)
            total += term
        return prefix * total, 1 - prefix * total
    levels, last = 100, mpf(0)
    while True:
        rest = mpf(0)
        for n in range(levels, 0, -1):
            rest = n * (a - n) / (x + 2 * n + 1 - a + rest)
        fraction = 1 / (x + 1 - a + rest)
        if abs(fraction - last) < mpf(10) ** (-mp.dps + 5) * fraction:
            break
        last, levels = fraction, levels * 2
    upper = prefix * a * fraction
    return 1 - upper, upper


def lower_gamma(a, x):
    return tail_or_complement(a, x)[0]


def upper_gamma(a, x):
    return tail_or_complement(a, x)[1]


def incomplete_gamma_derivatives(a, x, lower):
    """d/da, d/dx, d^2/da^2 of P or Q."""
    h = a * mpf(10) ** -15
    below, at, above = (tail_or_complement(a + k * h, x) for k in (-1, 0, 1))
    small = 0 if at[0] < at[1] else 1  # the tail with full relative precision
    sign = 1 if (small == 0) == lower else -1
    first = sign * (above[small] - below[small]) / (2 * h)
    second = sign * (above[small] - 2 * at[small] + below[small]) / h**2
    density = exp((a - 1) * log(x) - x - loggamma(a))
    return [first, density if lower else -density, second]


def log_gammainc_tails(a, x):
    """The logarithms of P and Q, however far out. The smaller one has full relative precision."""
    if a > 1e5 and abs(x - a) < a / 1000:  # quadrature of the density over its value at x, up to where it is negligible
        step = sqrt(a) / (1 + abs(x - a) / sqrt(a)) * (1 if x > a else -1)

        def log_density(t):
            return (a - 1) * log(t) - t - loggamma(a)

        top = log_density(x)
        small = top + log(abs(quad(lambda t: exp(log_density(t) - top), [x + step * 4 * j for j in range(41)])))
        return (log1p(-exp(small)), small) if x > a else (small, log1p(-exp(small)))
    lower, upper = tail_or_complement(a, x, at_most=inf)
    if x < a + 2:
        return log(lower), log1p(-lower)
    return log1p(-upper), log(upper)


def log_gammainc_derivatives(a, x, i):
    """The first derivatives, by difference quotients of a step beside which the digits suffice."""
    mp.dps = 2 * DIGITS
    out = []
    for da, dx in ((a * mpf(10) ** -20, 0), (0, x * mpf(10) ** -20)):
        above, below = (log_gammainc_tails(a + k * da, x + k * dx)[i] for k in (1, -1))
        out.append((above - below) / (2 * (da or dx)))
    return out


# Functions: reference, arguments drawn from Points, number of points.

def gamma_arguments(p):
    a = p.positive()
    rate = p.log_uniform(1e-6, 1e6)
    x = p.choice(lambda: p.near(a), lambda: p.near(a), lambda: p.near(a), lambda: p.log_uniform(1e-290, 1)) / rate
    return x, a, rate


def inverse_gamma_arguments(p):
    x, a, rate = gamma_arguments(p)
    return min(max(1 / x, 1e-30), 1e30), a, rate


def fisher_snedecor_arguments(p):
    a, b = p.positive(), p.positive()
    x = p.choice(lambda: math.exp(min(p.normal() * math.sqrt(1 / a + 1 / b) * p.random.choice([1, 3, 10]), 60)),
                 lambda: p.uniform(0.01, 3), lambda: p.log_uniform(1e-30, 1e30))
    return min(max(x, 1e-30), 1e30), a, b


def pareto_arguments(p):
    s, c = p.log_uniform(1e-6, 1e6), p.choice(lambda: mixed_signs(p, 1e-30, 1e-3), lambda: mixed_signs(p, 1e-3, 10))
    z = p.choice(lambda: p.uniform(0, 10), lambda: p.log_uniform(1e-30, 1e9), lambda: p.log_uniform(1e-30, 1e200))
    return s * (z if c > 0 else min(z, 0.75 / -c)), s, c


def pareto_quantile_arguments(p):
    x = p.choice(lambda: p.uniform(0.01, 0.99), lambda: p.log_uniform(1e-30, 1), lambda: 1 - p.log_uniform(1e-12, 0.1))
    return min(x, 1 - 2.0**-23), p.choice(lambda: mixed_signs(p, 1e-30, 1e-3), lambda: mixed_signs(p, 1e-3, 5))


def beta_arguments(p):
    a, b = p.positive(), p.positive()
    mean = a / (a + b)
    deviation = math.sqrt(mean * (1 - mean) / (a + b + 1))
    x = p.choice(lambda: mean + p.normal() * deviation * p.random.choice([1, 3, 10]),
                 lambda: p.uniform(0, 1), lambda: p.log_uniform(1e-300, 1), lambda: 1 - p.log_uniform(1e-15, 1))
    return min(max(x, 1e-300), 1 - 2.0**-53), a, b


def beta_distance_arguments(p):
    """Shapes for which mpmath's betainc is fast enough."""
    def shape():
        return p.choice(lambda: p.log_uniform(1e-6, 1e4), lambda: p.uniform(0.01, 20))

    a, b = shape(), shape()
    mean = a / (a + b)
    deviation = math.sqrt(mean * (1 - mean) / (a + b + 1))
    x = p.choice(lambda: mean + p.normal() * deviation * p.random.choice([1, 3, 10]), lambda: p.uniform(0, 1),
                 lambda: p.log_uniform(1e-30, 1), lambda: 1 - p.log_uniform(1e-6, 1))
    return min(max(x, 1e-30), 1 - 2.0**-24), a, b


def beta_mean_distance(x, a, b):
    mean = a / (a + b)
    below, moment = betainc(a, b, 0, x, regularized=True), mean * betainc(a + 1, b, 0, x, regularized=True)
    return mean - 2 * moment - x * (1 - 2 * below)


def binomial_arguments(p):
    n = float(round(p.choice(lambda: p.log_uniform(1, 1e12), lambda: p.uniform(1, 30))))
    q = p.choice(lambda: p.log_uniform(1e-12, 1), lambda: 1 - p.log_uniform(1e-15, 1), lambda: p.uniform(0, 1))
    q = min(max(q, 1e-300), 1 - 2.0**-53)
    k = p.choice(lambda: n * q + p.normal() * math.sqrt(n * q * (1 - q)) * p.random.choice([0, 1, 3, 10]),
                 lambda: n * q + p.normal() * math.sqrt(n * q * (1 - q)), lambda: p.uniform(0, n))
    return float(round(min(max(k, 0), n))), n, q


def binomial_logits_arguments(p):
    k, n, q = binomial_arguments(p)
    return k, n, math.log(q / (1 - q))


def negative_binomial_arguments(p):
    r = p.positive()
    q = p.choice(lambda: p.log_uniform(1e-12, 1), lambda: 1 - p.log_uniform(1e-12, 1), lambda: p.uniform(0, 1))
    q = min(max(q, 1e-300), 1 - 2.0**-53)
    mean, deviation = r * q / (1 - q), math.sqrt(r * q) / (1 - q)
    k = p.choice(lambda: mean + p.normal() * deviation * p.random.choice([0, 1, 3, 10]), lambda: mean + p.normal() * deviation,
                 lambda: p.uniform(0, 2 * mean), lambda: p.log_uniform(1, 1e6))
    return float(round(max(k, 0))), r, q


def negative_binomial_logits_arguments(p):
    k, r, q = negative_binomial_arguments(p)
    return k, r, math.log(q / (1 - q))


def incomplete_gamma_arguments(p):
    def around(a, spread):
        return a, max(a * math.exp(spread * p.normal()), 1e-5)

    def in_deviations(a):
        return a, a + p.normal() * 3 * math.sqrt(a)

    return p.choice(lambda: around(p.log_uniform(1e-3, 30), 0.5),
                    lambda: (p.log_uniform(1e-8, 30), p.log_uniform(1e-5, 50)),
                    lambda: (p.uniform(0.05, 2), p.uniform(0.3, 3)),
                    lambda: around(p.log_uniform(25, 1000), 0.2),
                    lambda: around(p.log_uniform(30, 1000), 0.6),
                    lambda: in_deviations(p.log_uniform(1000, 90000)))


def large_incomplete_gamma_arguments(p):
    a = p.log_uniform(2e5, 1e12)
    return a, a + p.normal() * 3 * math.sqrt(a)


def far_incomplete_gamma_arguments(p):
    """Arguments at which one of the tails underflows, among others."""
    a = p.choice(lambda: p.log_uniform(1e-6, 1e4), lambda: p.uniform(0.01, 20), lambda: p.log_uniform(20, 1e4))
    return a, p.choice(lambda: a * p.log_uniform(1e-3, 1e3), lambda: a * (1 + p.uniform(-0.3, 0.3)), lambda: p.log_uniform(1e-280, 1),
                       lambda: abs(a + p.normal() * math.sqrt(a) * p.random.choice([1, 10, 100])) + 1e-9)


def very_large_incomplete_gamma_arguments(p):
    a = p.log_uniform(2e5, 1e12)
    return a, a + p.normal() * math.sqrt(a) * p.random.choice([1, 3, 10, 100])


def mixed_signs(p, low, high):
    return p.random.choice([-1, 1]) * p.log_uniform(low, high)


def divergence(f, slope):
    """The Bregman divergence of f, whose derivative is `slope`."""
    return lambda x, y: f(x) - f(y) - slope(y) * (x - y)


def hair(p, y):
    """A number whose relative difference from y is between 1e-14 and 0.9."""
    return y + y * mixed_signs(p, 1e-14, 0.9)


def stirling(x):
    return loggamma(x) - x * log(x) + x


def stirling_slope(x):
    return digamma(x) - log(x)


def positive_pair(p):
    y = p.positive()
    return p.choice(p.positive, lambda: hair(p, y), lambda: hair(p, y)), y


def real_pair(p):
    y = mixed_signs(p, 1e-3, 300)
    return p.choice(lambda: mixed_signs(p, 1e-3, 300), lambda: y + mixed_signs(p, 1e-13, 30)), y


def concentration(p):
    return p.choice(lambda: p.log_uniform(1e-8, 1e8), lambda: p.uniform(0.01, 20), lambda: p.uniform(5.5, 6.5)),


def concentration_pair(p):
    """Two concentrations, which may be close. mpmath is slow for large ones."""
    y = min(concentration(p)[0], 1e4)
    return p.choice(lambda: min(concentration(p)[0], 1e4), lambda: hair(p, y), lambda: hair(p, y)), y


def mean_cosine(x):
    return besseli(1, x) / besseli(0, x)


def tilt(p, largest=1e6):
    sign = p.random.choice([-1, 1])
    return sign * p.choice(lambda: p.log_uniform(1e-8, 1), lambda: p.uniform(0, 10), lambda: p.log_uniform(1, largest))


def tilt_pair(p):
    y = tilt(p)
    return p.choice(lambda: tilt(p), lambda: y * (1 + p.uniform(-1, 1) * p.log_uniform(1e-10, 1))), y


def tilted_arguments(p):
    t = tilt(p, 300)
    x = p.choice(lambda: p.uniform(0, 1), lambda: p.log_uniform(1e-12, 1), lambda: 1 - p.log_uniform(1e-12, 1))
    return min(max(x, 1e-12), 1 - 2.0**-24), t


def interval(p):
    low = p.positive()
    return low, low * (1 + p.log_uniform(1e-6, 1e6))


def half_step(x):
    return loggamma(x + mpf(1) / 2) - loggamma(x) - log(x) / 2


def half_step_d1(x):
    return digamma(x + mpf(1) / 2) - digamma(x) - 1 / (2 * x)


def student_t_entropy(v):
    """The entropy minus that of the standard normal distribution."""
    slope = digamma((v + 1) / 2) - digamma(v / 2)
    return (v + 1) / 2 * slope + log(v) / 2 + log_beta(v / 2, mpf(1) / 2) - (1 + log(2 * pi)) / 2


def student_t_arguments(p):
    s = p.log_uniform(1e-6, 1e6)
    y = p.choice(lambda: s * 3 * p.normal(), lambda: s * mixed_signs(p, 1e-9, 1e9), lambda: mixed_signs(p, 1e-30, 1e30),
                 lambda: mixed_signs(p, 1e-100, 1e280))
    return y, s, p.positive()


def distance_arguments(p):
    a = p.log_uniform(1e-6, 1e6)
    return a * p.choice(lambda: mixed_signs(p, 1e-9, 30), lambda: mixed_signs(p, 0.1, 10), lambda: mixed_signs(p, 1e-3, 1e9)), a, \
        p.log_uniform(1e-6, 1e6)


def quadrant_arguments(p):
    """Coordinates, whose quotient is of any size."""
    y = p.log_uniform(1e-6, 1e6)
    return y, y * p.choice(lambda: p.log_uniform(0.1, 10), lambda: p.log_uniform(1e-12, 1e12), lambda: p.log_uniform(1e-60, 1e60))


FUNCTIONS = {
    # name: (reference, arguments, number of points)
    "xlogy": (x_log, lambda p: (mixed_signs(p, 1e-20, 1e20), p.log_uniform(1e-300, 1e300)), 60),
    "xlog1py": (lambda x, y: x * log1p(y), lambda p: (mixed_signs(p, 1e-20, 1e20), p.choice(
        lambda: p.log_uniform(1e-30, 1e30), lambda: -p.log_uniform(1e-30, 1))), 60),
    "log1mexp": (lambda x: log(-expm1(x)), lambda p: (-p.choice(
        lambda: p.log_uniform(1e-300, 700), lambda: p.uniform(0.01, 3)),), 100),
    "log1pmx": (lambda x: log1p(x) - x, lambda p: (p.choice(
        lambda: p.log_uniform(1e-30, 1e30), lambda: -p.log_uniform(1e-30, 0.999), lambda: p.uniform(-0.99, 1.5)),), 120),
    "softplus": (softplus, lambda p: (p.choice(
        lambda: p.uniform(-40, 40), lambda: p.uniform(-700, 700), lambda: p.uniform(-2, 2)),), 100),
    "sigmoid": (lambda x: 1 / (1 + exp(-x)), lambda p: (p.choice(
        lambda: p.uniform(-40, 40), lambda: p.uniform(-80, 700), lambda: p.uniform(-2, 2)),), 100),
    "log_sigmoid": (lambda x: -softplus(-x), lambda p: (p.choice(
        lambda: p.uniform(-40, 40), lambda: p.uniform(-700, 700), lambda: p.uniform(-2, 2)),), 100),
    "ndtr": (lambda x: ncdf(x), lambda p: (p.choice(
        lambda: p.uniform(-37, 9), lambda: p.uniform(-3, 3)),), 120),
    "log_ndtr": (lambda x: log(ncdf(x)), lambda p: (p.choice(
        lambda: p.uniform(-37, 9), lambda: p.uniform(-3, 3), lambda: -p.log_uniform(10, 1e8)),), 120),
    "ndtri": (None, lambda p: (p.choice(
        lambda: p.log_uniform(1e-300, 0.5), lambda: p.uniform(0, 1), lambda: 1 - p.log_uniform(1e-14, 0.5)),), 120),
    "half_normal_quantile": (None, lambda p: (p.choice(
        lambda: p.log_uniform(1e-20, 0.5), lambda: p.uniform(0, 1), lambda: 1 - p.log_uniform(1e-14, 0.5)),), 120),
    "inverse_mills": (lambda x: exp(-x * x / 2) / sqrt(2 * pi) / ncdf(x), lambda p: (p.choice(
        lambda: p.uniform(-37, 30), lambda: p.uniform(-6, 3), lambda: -p.log_uniform(10, 1e8)),), 120),
    "expm1": (expm1, lambda p: (p.choice(
        lambda: p.uniform(-40, 40), lambda: p.uniform(-2, 2), lambda: mixed_signs(p, 1e-30, 1)),), 60),
    "tanh": (tanh, lambda p: (p.choice(
        lambda: p.uniform(-20, 20), lambda: p.uniform(-2, 2), lambda: mixed_signs(p, 1e-30, 1)),), 60),
    "atanh": (atanh, lambda p: (p.choice(
        lambda: 1 - p.log_uniform(1e-15, 1), lambda: p.uniform(-1, 1), lambda: mixed_signs(p, 1e-30, 0.9)),), 60),
    "log_cosh": (lambda x: log(cosh(x)), lambda p: (p.choice(
        lambda: p.uniform(-40, 40), lambda: p.uniform(-700, 700), lambda: p.uniform(-2, 2)),), 60),
    "lgamma": (loggamma, lambda p: (p.choice(
        p.positive, lambda: p.uniform(0.1, 3), lambda: p.log_uniform(1e-300, 1)),), 120),
    "digamma": (digamma, lambda p: (p.choice(
        p.positive, lambda: p.uniform(0.1, 3), lambda: p.log_uniform(1e-140, 1)),), 120),
    "digamma_negative": (digamma, lambda p: (p.choice(lambda: p.uniform(-10, 0), lambda: -p.log_uniform(1e-9, 1)),), 40),
    "trigamma": (lambda x: psi(1, x), lambda p: (p.choice(
        p.positive, lambda: p.uniform(0.1, 3), lambda: p.log_uniform(1e-90, 1)),), 120),
    "trigamma_negative": (lambda x: psi(1, x), lambda p: (
        p.choice(lambda: p.uniform(-10, 0), lambda: -p.log_uniform(1e-9, 1)),), 40),
    "stirlerr": (lambda x: loggamma(x + 1) - (x + mpf(1) / 2) * log(x) + x - log(2 * pi) / 2, lambda p: (p.positive(),), 120),
    "log_factorial_remainder": (lambda x: loggamma(x + 1) - x * log(x) + x, lambda p: (p.positive(),), 120),
    "log_over_digamma": (lambda m, x: log(m) - digamma(x),
                         lambda p: (lambda x: (p.near(x), x))(p.positive()), 160),
    "log_minus_digamma": (lambda x: log(x) - digamma(x), lambda p: (p.positive(),), 100),
    "log_over_digamma1p": (lambda m, x: log(m) - digamma(x + 1),
                           lambda p: (lambda x: (p.near(x), x))(p.positive()), 100),
    "digamma_difference": (lambda x, d: digamma(x + d) - digamma(x), lambda p: (lambda x: (x, p.choice(
        p.positive, lambda: p.log_uniform(1e-12, 1), lambda: p.uniform(-0.99, 1) * x)))(p.positive()), 160),
    "log_binomial": (log_binomial, lambda p: (p.positive(), p.positive()), 200),
    "log_binomial_gap": (lambda a, b: 2 * log_binomial(a, b) - log_binomial(2 * a, b), lambda p: (p.positive(), p.positive()), 200),
    "log_of_ratio": (lambda x, y: log(x / y), positive_pair, 160),
    "probability_of_odds": (lambda x: x / (1 + x), lambda p: (p.log_uniform(1e-30, 1e6),), 60),
    "unit_power": (lambda x, a: x**a, lambda p: (lambda a: (math.exp(-p.log_uniform(1e-6, 60) / max(a, 1)), a))(
        p.choice(lambda: 1.0, lambda: p.log_uniform(0.05, 20), lambda: 1 + mixed_signs(p, 1e-12, 0.5))), 160),
    "lbeta": (log_beta, lambda p: (p.positive(), p.positive()), 200),
    "bd0": (lambda x, m: x * log(x / m) + m - x, lambda p: (lambda m: (p.near(m), m))(p.positive()), 160),
    "poisson_log_density": (lambda x, m: x * log(m) - m - loggamma(x + 1),
                           lambda p: (lambda m: (p.near(m), m))(p.positive()), 200),
    "gamma_log_density": (lambda x, a, r: a * log(r) + (a - 1) * log(x) - r * x - loggamma(a), gamma_arguments, 300),
    "beta_log_density": (lambda x, a, b: (a - 1) * log(x) + (b - 1) * log1p(-x) - log_beta(a, b), beta_arguments, 300),
    "inverse_gamma_log_density": (lambda y, a, r: a * log(r) - (a + 1) * log(y) - r / y - loggamma(a),
                                  inverse_gamma_arguments, 300),
    "fisher_snedecor_log_density": (lambda x, a, b: a * log(a * x / (a * x + b)) + b * log(b / (a * x + b)) - log(x) - log_beta(a, b),
                                    fisher_snedecor_arguments, 300),
    "pareto_hazard": (lambda d, s, c: log1p(c * d / s) / c, pareto_arguments, 300),
    "pareto_quantile": (lambda p, c: expm1(-c * log1p(-p)) / c, pareto_quantile_arguments, 200),
    "binomial_log_density": (lambda k, n, q: log_choose(k, n) + k * log(q) + (n - k) * log1p(-q),
                            binomial_arguments, 300),
    "binomial_log_density_logits": (lambda k, n, t: log_choose(k, n) + k * t - n * softplus(t),
                                   binomial_logits_arguments, 300),
    "negative_binomial_log_density": (lambda k, r, q: log_sequences(k, r) + k * log(q) + r * log1p(-q),
                                     negative_binomial_arguments, 300),
    "negative_binomial_log_density_logits": (lambda k, r, t: log_sequences(k, r) + k * t - (r + k) * softplus(t),
                                            negative_binomial_logits_arguments, 300),
    "gammainc": (lower_gamma, incomplete_gamma_arguments, 200),
    "gammaincc": (upper_gamma, incomplete_gamma_arguments, 200),
    "gammainc_large": (lower_gamma, large_incomplete_gamma_arguments, 12),
    "gammaincc_large": (upper_gamma, large_incomplete_gamma_arguments, 12),
    "log_gammainc": (lambda a, x: log_gammainc_tails(a, x)[0], far_incomplete_gamma_arguments, 120),
    "log_gammaincc": (lambda a, x: log_gammainc_tails(a, x)[1], far_incomplete_gamma_arguments, 120),
    "log_gammainc_large": (lambda a, x: log_gammainc_tails(a, x)[0], very_large_incomplete_gamma_arguments, 30),
    "log_gammaincc_large": (lambda a, x: log_gammainc_tails(a, x)[1], very_large_incomplete_gamma_arguments, 30),
    "itakura_saito": (divergence(lambda x: -log(x), lambda x: -1 / x), positive_pair, 160),
    "deviance": (lambda x, m: x * log(x / m) + m - x, positive_pair, 160),
    "exp_divergence": (divergence(exp, exp), real_pair, 160),
    "softplus_divergence": (divergence(softplus, lambda x: 1 / (1 + exp(-x))), real_pair, 200),
    "stirling_divergence": (divergence(stirling, stirling_slope), positive_pair, 200),
    "stirling_slope_difference": (lambda x, y: stirling_slope(x) - stirling_slope(y), positive_pair, 200),
    "stirlerr_d1": (lambda x: digamma(x) - log(x) + 1 / (2 * x), lambda p: (p.positive(),), 120),
    "laplace_mean_distance": (lambda d, a, b: (abs(d) + a * exp(-abs(d) / a) - a) / b, distance_arguments, 160),
    "normal_mean_distance": (lambda d, a, b: (d * erf(d / a / sqrt(2)) + a * sqrt(2 / pi) * expm1(-(d / a)**2 / 2)) / b,
                             distance_arguments, 160),
    "beta_mean_distance": (beta_mean_distance, beta_distance_arguments, 200),
    "gumbel_mean_distance": (lambda z: mp.euler - z + 2 * mp.e1(exp(-z)),
                             lambda p: (p.choice(lambda: p.uniform(-5, 5), lambda: mixed_signs(p, 1e-6, 100)),), 120),
    "angle_share": (lambda y, x: 2 * atan(y / x) / pi, quadrant_arguments, 160),
    "log_angle_share": (lambda y, x: log(2 * atan(y / x) / pi), quadrant_arguments, 160),
    "versine_of_half": (lambda h: 2 * sin(h)**2, lambda p: (mixed_signs(p, 1e-12, 100),), 160),
    "log_i0e": (lambda x: log(besseli(0, x)) - x, concentration, 160),
    "circular_variance": (lambda x: 1 - besseli(1, x) / besseli(0, x), concentration, 160),
    "mean_cosine": (mean_cosine, concentration, 120),
    "mean_cosine_difference": (lambda x, y: mean_cosine(x) - mean_cosine(y), concentration_pair, 160),
    "log_i0_divergence": (divergence(lambda x: log(besseli(0, x)), mean_cosine), concentration_pair, 160),
    "half_step_remainder": (half_step, lambda p: (p.positive(),), 120),
    "half_step_remainder_d1": (half_step_d1, lambda p: (p.positive(),), 120),
    "student_t_drop": (lambda y, s, v: (v + 1) / 2 * log1p((y / s)**2 / v), student_t_arguments, 300),
    "student_t_entropy_excess": (student_t_entropy, lambda p: (p.positive(),), 120),
    "log_mean_gap": (lambda low, high: log((low + high) / 2) - (high * log(high) - low * log(low)) / (high - low) + 1,
                     interval, 160),
    "log_mean_exp": (log_mean_exp, lambda p: (tilt(p),), 120),
    "tilted_mean": (tilted_mean, lambda p: (tilt(p),), 120),
    "tilted_variance": (lambda t: 1 / t**2 - exp(t) / expm1(t)**2, lambda p: (tilt(p),), 120),
    "log_mean_exp_divergence": (divergence(log_mean_exp, tilted_mean), tilt_pair, 200),
    "tilted_cdf": (tilted_cdf, tilted_arguments, 200),
    "tilted_survival": (tilted_survival, tilted_arguments, 200),
    "tilted_log_cdf": (lambda x, t: log(tilted_cdf(x, t)), tilted_arguments, 200),
    "tilted_log_survival": (lambda x, t: log(tilted_survival(x, t)), tilted_arguments, 200),
    "tilted_quantile": (lambda p, t: log1p(p * expm1(t)) / t, tilted_arguments, 200),
}


def ndtri(p):
    """The root of Phi(x) = p, by Newton's method on log Phi of the smaller tail."""
    tail = p if p < mpf(1) / 2 else 1 - p
    x = mpf(-1) if tail > mpf(1) / 100 else -sqrt(-2 * log(tail))
    for _ in range(100):
        phi = ncdf(x)
        step = (log(phi) - log(tail)) * phi * sqrt(2 * pi) * exp(x * x / 2)
        x -= step
        if abs(step) < mpf(10) ** -50 * max(1, abs(x)):
            break
    return x if p < mpf(1) / 2 else -x


def partial(reference, arguments, i):
    """d reference / d argument i."""
    x = arguments[i]
    h = (abs(x) if x else mpf(1)) * mpf(10) ** -25

    def at(k):
        return reference(*arguments[:i], x + k * h, *arguments[i + 1:])

    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)


def evaluate(name, reference, arguments):
    """[value, first derivatives ...]. For the incomplete gamma functions d^2/da^2 is appended."""
    mp.dps = DIGITS
    arguments = [mpf(x) for x in arguments]
    if name == "ndtri":
        x = ndtri(arguments[0])
        return [x, sqrt(2 * pi) * exp(x * x / 2)]
    if name == "half_normal_quantile":
        x = ndtri((1 + arguments[0]) / 2)
        return [x, sqrt(pi / 2) * exp(x * x / 2)]
    if name.startswith("gammainc"):
        return [reference(*arguments)] + incomplete_gamma_derivatives(*arguments, "gammaincc" not in name)
    if name.startswith("log_gammainc"):
        value = reference(*arguments)
        return [value] + log_gammainc_derivatives(*arguments, 1 if "gammaincc" in name else 0)
    # Difference quotients of differences of log-gammas need 150 digits. Sums such as 1 + exp(-700) need 400.
    has_sums = any(part in name for part in ("softplus", "sigmoid", "log_cosh", "tilted", "log_mean_exp"))
    mp.dps = 400 if has_sums else 150
    return [reference(*arguments)] + [partial(reference, arguments, i) for i in range(len(arguments))]


def table(name):
    reference, draw, count = FUNCTIONS[name]
    points = Points(name)
    rows = []
    while len(rows) < count:
        arguments = draw(points)
        if len(rows) % 2 == 0:
            arguments = tuple(to_float(x) for x in arguments)
        if name in ("beta_log_density", "half_normal_quantile", "ndtri", "atanh") and abs(arguments[0]) >= 1:
            continue
        if name.startswith("binomial") and (arguments[0] > arguments[1] or arguments[2] == 1):
            continue
        if name in ("itakura_saito", "deviance", "stirling_slope_difference") or "divergence" in name:
            if arguments[0] == arguments[1]:  # equal after rounding
                continue
        if name.startswith("negative_binomial") and (arguments[0] > 1e15 or arguments[2] == 1):
            continue
        if any(x == 0 for x in arguments) and "binomial" not in name:
            continue
        row = [float(v) for v in evaluate(name, reference, arguments)]
        smallest = min((abs(v) for v in row if v != 0 or name.startswith("gammainc")), default=1)
        if all(math.isfinite(v) for v in row) and smallest > 1e-290:
            rows.append(list(arguments) + row)
    return rows


def check_oracle():
    """Compares `tail_or_complement` with mpmath's gammainc, which is slow or fails for some arguments."""
    mp.dps = DIGITS
    for a, x in ((0.1, 0.2), (3.5, 2), (3.5, 20), (40, 38), (40, 60), (500, 480), (500, 560)):
        lower, upper = tail_or_complement(mpf(a), mpf(x))
        assert abs(lower / gammainc(a, 0, x, regularized=True) - 1) < mpf(10) ** -40
        assert abs(upper / gammainc(a, x, inf, regularized=True) - 1) < mpf(10) ** -40


def text():
    check_oracle()
    tables = []
    for name in FUNCTIONS:
        rows = ",\n".join("  " + json.dumps(row, separators=(",", ":")) for row in table(name))
        tables.append(f'"{name}": [\n{rows}]')
    return "{\n" + ",\n".join(tables) + "}\n"


def main():
    path = pathlib.Path(__file__).with_name("data.json")
    if "--check" in sys.argv[1:]:
        if path.read_text() != text():
            sys.exit(f"{path} is not what this script writes")
    else:
        path.write_text(text())


if __name__ == "__main__":
    main()
