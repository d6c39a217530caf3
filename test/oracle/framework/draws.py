"""Number formats, and random numbers that do not depend on the platform."""

import math
import random
import struct
import zlib
from dataclasses import dataclass

from mpmath import mp


class Format:
    """A floating-point format: its rounding and its limits."""

    def __init__(self, name, eps, largest, smallest):
        self.name, self.eps, self.largest, self.smallest = name, eps, largest, smallest
        self.is_double = name == "float64"

    def round(self, x):
        x = float(x)
        if self.is_double or not math.isfinite(x):
            return x
        if abs(x) > self.largest:
            return math.copysign(self.largest, x)
        return struct.unpack("f", struct.pack("f", x))[0]

    def shortest(self, x):
        """The shortest decimal number that rounds to x, as a float."""
        if self.is_double or not math.isfinite(x):
            return float(x)
        candidates = (float(f"{x:.{d}g}") for d in range(1, 13))
        return next(t for t in candidates if abs(t) <= self.largest and self.round(t) == x)


FLOAT = Format("float32", 2.0**-23, float.fromhex("0x1.fffffep127"), 2.0**-126)
DOUBLE = Format("float64", 2.0**-52, float.fromhex("0x1.fffffffffffffp1023"), 2.0**-1022)
FORMATS = {f.name: f for f in (FLOAT, DOUBLE)}


class Draw:
    """Random numbers of a format. They are made from 53-bit uniforms by exact arithmetic: the results of libm depend on the
    platform."""

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


# ---- hostile numbers for all families ------------------------------------------------------------------------------------------


def tail_z(draw, double=37.0, single=12.5):
    """A standard score of either sign, as far out as its tail probability is representable."""
    z = draw.log_uniform(-6, 0) if draw.chance(0.3) else draw.uniform(1, double if draw.fmt.is_double else single)
    return draw.sign() * z


def probability(draw, hostile):
    """A probability for icdf. Hostile ones are as small as 1e-300 (1e-37 in float) or as near to 1 as eps / 2."""
    if not hostile:
        return draw.uniform(0.01, 0.99)
    if draw.chance(0.6):
        return draw.log_uniform(-300 if draw.fmt.is_double else -37, -1)
    if draw.chance(0.3):
        return draw.fmt.round(1 - draw.fmt.eps * (1 + draw.integer(0, 3)) / 2)
    return draw.fmt.round(1 - mp.power(10, draw.uniform(-15 if draw.fmt.is_double else -7, -1)))


def hostile_unit_interval(draw, low_double=-300, low_single=-37):
    """A number in (0, 1) near one of its ends."""
    if draw.chance(0.5):
        return draw.log_uniform(low_double if draw.fmt.is_double else low_single, -0.3)
    x = draw.fmt.round(1 - mp.power(10, draw.uniform(-16 if draw.fmt.is_double else -7.2, -0.3)))
    return x if x < 1 else draw.fmt.round(1 - draw.fmt.eps / 2)


def extreme(draw):
    """A positive number anywhere between the ends of the format."""
    return draw.log_uniform(-300, 300) if draw.fmt.is_double else draw.log_uniform(-37, 38)


# ---- kinds of parameters ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """The kind of a parameter or a value; C++ finds it by its name. `grid` has hostile numbers for the law tests. `draw(rng, spread)`
    returns a parameter for a divergence; the spread is "bounded", "ordinary" or "hostile"."""

    name: str
    grid: tuple = ()
    draw: object = None


def _decades(bounded=None, *, ordinary=(-0.7, 0.7), hostile):
    exponents = {"bounded": bounded or ordinary, "ordinary": ordinary, "hostile": hostile}
    return lambda rng, spread: 10 ** rng.uniform(*exponents[spread])


def _location(rng, spread):
    return rng.uniform(-2, 2) if spread != "hostile" else rng.choice([-1, 1]) * 10 ** rng.uniform(-4, 6)


def _probability(rng, spread):
    if spread != "hostile":
        return rng.uniform(0.05, 0.95)
    small = 10 ** rng.uniform(-7, -1)
    return rng.choice([small, 1 - small])


def _log_odds(rng, spread):
    return rng.uniform(-3, 3) if spread != "hostile" else rng.choice([-1, 1]) * 10 ** rng.uniform(-3, 1.9)


_REALS, _SCALES = (-1e6, -1, 0, 1e-3, 2, 1e6), (1e-6, 0.5, 1, 30, 1e6)
_POSITIVES = (1e-6, 1e-3, 0.5, 1, 30, 1e8)
_PROBABILITIES, _LOGITS = (0, 1e-30, 1e-7, 0.25, 0.5, 1 - 1e-7, 1), (-1000, -30, -0.5, 0, 1e-3, 20, 1000)

REAL = Kind("real", _REALS, _location)
SCALE = Kind("scale", _SCALES, _decades(hostile=(-6, 6)))
LOG_LOCATION = Kind("log location", _REALS, _location)  # the location of a logarithm
LOG_SCALE = Kind("log scale", _SCALES, _decades(hostile=(-6, 6)))
LOWER_END = Kind("lower end", _REALS, _location)
SHAPE = Kind("shape", (-30, -1, -0.25, 0, 1e-6, 0.5, 30), _location)  # of a tail: any real number
LEAST = Kind("least value", _SCALES, _decades(hostile=(-6, 6)))  # a scale that is the lower end of the support
# "Bounded" shapes are above 1: then the density is bounded and can be integrated to many digits.
POSITIVE = Kind("positive", _POSITIVES, _decades((0.3, 0.9), hostile=(-6, 8)))
RATE = Kind("rate", _POSITIVES, _decades(hostile=(-4, 4)))
INTENSITY = Kind("intensity", (0, 1e-6, 0.5, 1, 30, 1e8), _decades(hostile=(-4, 4)))  # a rate that may be 0
PROBABILITY = Kind("probability", _PROBABILITIES, _probability)
PROPER_PROBABILITY = Kind("proper probability", _PROBABILITIES[:-1], _probability)  # below 1
POSITIVE_PROBABILITY = Kind("positive probability", _PROBABILITIES[1:], _probability)
LOGIT = Kind("logit", _LOGITS, _log_odds)
WEIGHT = Kind("weight", _PROBABILITIES)  # of a category, not normalised
LOG_WEIGHT = Kind("log weight", _LOGITS)
TRIALS = Kind("trials")
SIZE = Kind("size")
LOW, HIGH = Kind("low"), Kind("high")
MATRIX, TRIANGLE = Kind("matrix"), Kind("triangle")
# Kinds of values.
UNIT, OUTCOME, COUNT, INDEX = Kind("unit"), Kind("outcome"), Kind("count"), Kind("index")
ONE_HOT, SIMPLEX, COUNTS, FACTOR = Kind("one hot"), Kind("simplex"), Kind("counts"), Kind("factor")
