#!/usr/bin/env python3
"""Checks test/ops/random/draws.json, the first numbers of each sampler, which are frozen.

This is an implementation of its own, from the definitions alone. Uniform numbers, trials and integers must be equal to the bit.
Others go through logarithms and sines, which the library computes by polynomials: they must be near, and the file keeps their
bits.
"""

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


def bits(element, digits):
    """The random bits of an element, 32 or 64."""
    per_block = 128 // digits
    block = philox(KEY, NUMBER, element // (64 * per_block) * 64 + element % 64)
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
    return None, False


def main():
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
    return wrong != 0 or checked < 20 * COUNT


if __name__ == "__main__":
    sys.exit(main())
