#!/usr/bin/env python3
"""Writes transforms.json, the reference data of the transforms, from mpmath and Python's torch.distributions.

    generate.py            writes the file
    generate.py --check    writes nothing; fails unless the file is, byte for byte, what it would write

A case is a transform of the Python package with points x and y, rounded to the dtype of the case. Values are mpmath's, at 50
digits, by the textbook formulas below. Where the package differs from them in float64, WRONG must give the reason. Texts,
shapes, signs and constraints are the package's. Points and values are listed row by row. Each value comes with its magnitude, the size of the numbers that an evaluation
in floating point must add; its error is measured in epsilons of the magnitude.
"""

import argparse
import json
import sys
from pathlib import Path

import mpmath as mp
import torch
import torch.distributions as td
from mpmath import mpf

TORCH_VERSION = "2.13.0"
FILE = Path(__file__).with_name("transforms.json")
DTYPES = {"float32": torch.float32, "float64": torch.float64}
ERROR_OF_TORCH = 1e-9
mp.mp.dps = 50

# Where the package is wrong, and why: (transform, quantity): reason.
WRONG = {
    ("StickBreakingTransform", "y"): "clamps to the normal numbers and to 1 - eps",
    ("StickBreakingTransform", "x"): "what is left of the stick is 1 less a sum",
    ("StickBreakingTransform", "ladj"): "takes the logarithm of clamped numbers",
    ("ComposeTransform", "x"): "as StickBreakingTransform",
    ("PowerTransform", "x"): "rounds a number, and its reciprocal, to float",
    ("PowerTransform", "ladj"): "takes the logarithm of a y that underflowed",
    ("AffineTransform", "ladj"): "counts each number of scale once, not each element of the event",
    ("CorrCholeskyTransform", "y"): "clamps tanh to 1 - eps",
    ("CorrCholeskyTransform", "x"): "what is left of a row is 1 less a sum of squares",
    ("CorrCholeskyTransform", "ladj"): "takes the logarithm of 1 less a sum of squares, and refuses a matrix of size 1",
    ("CumulativeDistributionTransform", "x"): "is infinite where 2 y - 1 rounds to -1",
    ("CumulativeDistributionTransform", "y"): "is half of 1 plus erf",
}


def softplus(x):
    return max(x, mpf(0)) + mp.log1p(mp.exp(-abs(x)))


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def log(x):
    return mp.log(x) if x > 0 else mpf("-inf")


class Scalar:
    """A function of one number, with the logarithm of its derivative."""

    def __init__(self, forward, inverse, ladj):
        self.scalar_forward, self.scalar_inverse, self.scalar_ladj = forward, inverse, ladj

    def forward(self, x):
        return [self.scalar_forward(a) for a in x]

    def inverse(self, y):
        return [self.scalar_inverse(b) for b in y]

    def ladj(self, x):
        return [self.scalar_ladj(a) for a in x]


def affine(loc, scale):
    loc, scale = mpf(loc), mpf(scale)
    return Scalar(lambda x: loc + scale * x, lambda y: (y - loc) / scale, lambda x: mp.log(abs(scale)))


class Power(Scalar):
    def __init__(self, exponent):
        e = mpf(exponent)
        super().__init__(lambda x: x**e, lambda y: y ** (1 / e), lambda x: mp.log(abs(e)) + (e - 1) * mp.log(x))

    @staticmethod
    def magnitude_of_inverse(x):
        """The effect of one rounding of x, or of the reciprocal of the exponent, which is rounded unless it is a power of 2."""
        return [v * max(1, abs(mp.log(v))) for v in x]


ABS = Scalar(abs, lambda y: y, None)
EXP = Scalar(mp.exp, log, lambda x: x)
SIGMOID = Scalar(sigmoid, lambda y: log(y) - log(1 - y), lambda x: -softplus(x) - softplus(-x))
TANH = Scalar(mp.tanh, mp.atanh, lambda x: 2 * (mp.log(2) - x - softplus(-2 * x)))
SOFTPLUS = Scalar(softplus, lambda y: y + log(-mp.expm1(-y)), lambda x: -softplus(-x))


class Softmax:
    def forward(self, x):
        largest = max(x)
        e = [mp.exp(a - largest) for a in x]
        return [a / mp.fsum(e) for a in e]

    def inverse(self, y):
        return [log(b) for b in y]


class StickBreaking:
    def forward(self, x):
        left, y = mpf(1), []
        for i, a in enumerate(x):
            z = a - mp.log(len(x) - i)
            y.append(left * sigmoid(z))
            left *= sigmoid(-z)
        return y + [left]

    def inverse(self, y):
        return [log(b) - log(mp.fsum(y[i + 1:])) + mp.log(len(y) - 1 - i) for i, b in enumerate(y[:-1])]

    def ladj(self, x):
        z = [a - mp.log(len(x) - i) for i, a in enumerate(x)]
        return [mp.fsum(-softplus(-a) - (len(x) - i) * softplus(a) for i, a in enumerate(z))]


class Chain:
    def __init__(self, *parts):
        self.parts = parts

    def forward(self, x):
        for part in self.parts:
            x = part.forward(x)
        return x

    def inverse(self, y):
        for part in reversed(self.parts):
            y = part.inverse(y)
        return y

    def ladj(self, x):
        total = [mpf(0)] * len(x)
        for part in self.parts:
            total = [a + b for a, b in zip(total, part.ladj(x))]
            x = part.forward(x)
        return total


def square(x):
    """The rows of a square matrix."""
    n = int(mp.sqrt(len(x)))
    return [list(x[n * i:n * i + n]) for i in range(n)]


class CorrCholesky:
    def forward(self, x):
        n = int(mp.sqrt(2 * len(x))) + 1
        y, parameters = [], iter(x)
        for i in range(n):
            left = mpf(1)
            for _ in range(i):
                a = next(parameters)
                y.append(left * mp.tanh(a))
                left *= mp.sech(a)
            y += [left] + [mpf(0)] * (n - 1 - i)
        return y

    def inverse(self, y):
        return [mp.asinh(row[j] / mp.sqrt(mp.fsum(b * b for b in row[j + 1:i + 1])))
                for i, row in enumerate(square(y)) for j in range(i)]

    def ladj(self, x):
        """The sum of log |dy/dx| over the elements below the diagonal: an element depends on those before it in its row."""
        n, total, parameters = int(mp.sqrt(2 * len(x))) + 1, mpf(0), iter(x)
        for i in range(n):
            log_left = mpf(0)
            for _ in range(i):
                log_sech = mp.log(mp.sech(next(parameters)))
                total += log_left + 2 * log_sech
                log_left += log_sech
        return [total]


class LowerCholesky:
    def forward(self, x):
        return self.lower(x, mp.exp)

    def inverse(self, y):
        return self.lower(y, log)

    @staticmethod
    def lower(x, of_diagonal):
        return [of_diagonal(a) if i == j else a if i > j else mpf(0) for i, row in enumerate(square(x)) for j, a in enumerate(row)]


class PositiveDefinite(LowerCholesky):
    def forward(self, x):
        return self.product(square(self.lower(x, mp.exp)))

    def inverse(self, y):
        return self.lower(self.factor(square(y)), log)

    @staticmethod
    def product(factor):
        return [mp.fdot(a, b) for a in factor for b in factor]

    @staticmethod
    def factor(y):
        """The Cholesky factor, of the elements on and below the diagonal."""
        n = len(y)
        factor = [[mpf(0)] * n for _ in range(n)]
        for i in range(n):
            for j in range(i + 1):
                rest = y[i][j] - mp.fdot(factor[i][:j], factor[j][:j])
                factor[i][j] = mp.sqrt(rest) if i == j else rest / factor[j][j]
        return [a for row in factor for a in row]


class Reshape:
    def forward(self, x):
        return x

    inverse = forward

    def ladj(self, x):
        return [mpf(0)]


def normal_quantile(y):
    return mp.sqrt(2) * mp.erfinv(2 * y - 1) if y > mpf("1e-3") else mp.findroot(
        lambda z: mp.log(mp.ncdf(z)) - mp.log(y), -mp.sqrt(-2 * mp.log(y)) + mpf("0.1"))


def normal_cdf(loc, scale):
    loc, scale = mpf(loc), mpf(scale)
    return Scalar(lambda x: mp.erfc((loc - x) / scale / mp.sqrt(2)) / 2, lambda y: loc + scale * normal_quantile(y),
                  lambda x: -((x - loc) / scale) ** 2 / 2 - mp.log(scale * mp.sqrt(2 * mp.pi)))


def exponential_cdf(rate):
    rate = mpf(rate)
    return Scalar(lambda x: -mp.expm1(-rate * x), lambda y: -mp.log1p(-y) / rate, lambda x: mp.log(rate) - rate * x)


class Sum:
    """The model of a transform that treats all of x as one event."""

    def __init__(self, base):
        self.forward, self.inverse = base.forward, base.inverse
        self.ladj = lambda x: [mp.fsum(base.ladj(x))]


class Joined:
    """Models of consecutive parts of x and y, whose lengths are `lengths`."""

    def __init__(self, parts, lengths):
        self.parts, self.ends = parts, [sum(lengths[:i + 1]) for i in range(len(lengths))]

    def each(self, function, x):
        starts = [0, *self.ends[:-1]]
        return [v for part, i, j in zip(self.parts, starts, self.ends) for v in getattr(part, function)(x[i:j])]

    def forward(self, x):
        return self.each("forward", x)

    def inverse(self, y):
        return self.each("inverse", y)

    def ladj(self, x):
        return self.each("ladj", x)


# Points at which digits may be lost: tiny, huge, and where approximations change.
ANYWHERE = [0.0, 1e-30, -1e-30, 1e-4, -1e-4, 0.3, -0.3, 1.0, -1.0, 2.5, -2.5, 9.0, -9.0, 15.0, -15.0, 20.5, -20.5, 40.0, -40.0]
FAR = ANYWHERE + [87.0, -87.0, -100.0, 1000.0, -1000.0]
IN_UNIT = [1e-40, 1e-30, 1e-8, 1e-3, 0.2, 0.5, 0.7, 0.99, 0.999999]
BELOW_ROOT = [1e-30, 1e-18, 1e-8, 1e-3, 0.2, 0.69, 1.0, 1.001, 3.0, 25.0, 90.0, 1e4, 1e18]
POSITIVE = [1e-40, 1e-30, 1e-8, 1e-3, 0.2, 0.69, 1.0, 3.0, 25.0, 90.0, 1e4, 1e30]

# (class, arguments, model, x, y, size of the terms that are added in y). The last is left out where it is 0. Transforms within
# arguments are written as [class, arguments].
CASES = [
    ("ExpTransform", {}, EXP, ANYWHERE + [87.0, -87.0, -100.0], POSITIVE),
    ("SigmoidTransform", {}, SIGMOID, [x for x in FAR if abs(x) < 1000], IN_UNIT),
    ("TanhTransform", {}, TANH, FAR, [-0.999999, -0.7, -1e-8, 1e-30, 1e-3, 0.5, 0.99, 0.999999]),
    ("SoftplusTransform", {}, SOFTPLUS, [x for x in FAR if x > -1000], POSITIVE),
    ("AbsTransform", {}, ABS, FAR, POSITIVE),
    ("PowerTransform", {"exponent": 2}, Power(2), BELOW_ROOT, POSITIVE),
    ("PowerTransform", {"exponent": 0.5}, Power(0.5), POSITIVE, BELOW_ROOT),
    ("PowerTransform", {"exponent": 10.0}, Power(10), [1e-40] + [x for x in BELOW_ROOT if x < 1e3], POSITIVE),
    ("PowerTransform", {"exponent": [3.0]}, Power(3), [x for x in BELOW_ROOT if x < 1e12], POSITIVE),
    ("PowerTransform", {"exponent": [-0.375]}, Power(-0.375), POSITIVE, [y for y in BELOW_ROOT if 1e-12 < y]),
    ("PowerTransform", {"exponent": -1}, Power(-1), [x for x in POSITIVE if x > 1e-37], [1e-30, 1e-3, 0.2, 3.0, 1e30]),
    ("AffineTransform", {"loc": 1.5, "scale": -2.0}, affine(1.5, -2.0), ANYWHERE, ANYWHERE, 1.5),
    ("AffineTransform", {"loc": 0, "scale": 3}, affine(0, 3), ANYWHERE, ANYWHERE),
    ("AffineTransform", {"loc": [-1000.0], "scale": [0.5]}, affine(-1000, 0.5), ANYWHERE, ANYWHERE, 2000.0),
    ("AffineTransform", {"loc": 0.0, "scale": [0.25], "event_dim": 1}, Sum(affine(0, 0.25)), [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]),
    ("AffineTransform", {"loc": 0.0, "scale": 0.25, "event_dim": 1}, Sum(affine(0, 0.25)), [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]),
    ("SoftmaxTransform", {}, Softmax(), [0.0, 1.0, -2.0, 30.0, -60.0], [0.5, 0.25, 0.125, 0.125, 1e-30]),
    ("SoftmaxTransform", {}, Softmax(), [1000.0, 1000.0, 999.0], [0.25, 0.5, 0.25]),
    ("StickBreakingTransform", {}, StickBreaking(), [0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]),
    ("StickBreakingTransform", {}, StickBreaking(), [1.0, -2.0, 0.5, 3.0], [0.1, 0.4, 0.2, 0.05, 0.25]),
    ("StickBreakingTransform", {}, StickBreaking(), [40.0, 40.0], [1.0, 1e-17, 1e-34]),
    ("StickBreakingTransform", {}, StickBreaking(), [85.0, -3.0], [1.0, 1e-36, 1e-30]),
    ("StickBreakingTransform", {}, StickBreaking(), [-60.0, -25.0, 2.0], [1e-25, 1e-10, 0.5, 0.5]),
    ("StickBreakingTransform", {}, StickBreaking(), [0.7], [1e-20, 1.0]),
    ("CorrCholeskyTransform", {}, CorrCholesky(), [], [[1.0]]),
    ("CorrCholeskyTransform", {}, CorrCholesky(), [0.25], [[1.0, 0.0], [-0.6, 0.8]]),
    ("CorrCholeskyTransform", {}, CorrCholesky(), [0.0, 1e-9, -3.0, 0.5, -1.25, 2.0],
     [[1.0, 0.0, 0.0, 0.0], [0.8, 0.6, 0.0, 0.0], [0.0, -0.28, 0.96, 0.0], [0.1, 0.7, -0.5, 0.5]]),
    ("CorrCholeskyTransform", {}, CorrCholesky(), [20.0, -20.0, 0.3], [[1.0, 0.0, 0.0], [1.0, 4e-9, 0.0], [-1.0, 1e-9, 4e-9]]),
    ("CorrCholeskyTransform", {}, CorrCholesky(), [40.0, 40.0, -40.0, -40.0, 0.5, 40.0],
     [[1.0, 0.0, 0.0, 0.0], [1.0, 1e-17, 0.0, 0.0], [-1.0, 1e-17, 1e-34, 0.0], [1e-17, 1e-25, -1.0, 1e-30]]),
    ("LowerCholeskyTransform", {}, LowerCholesky(), [[0.5, 7.0, 1.0], [-2.0, -40.0, 3.0], [0.0, 1e-9, 20.0]],
     [[0.5, 0.0, 0.0], [-3.0, 1e-30, 0.0], [0.25, 2.0, 1e9]]),
    ("LowerCholeskyTransform", {}, LowerCholesky(), [[-1.0]], [[2.0]]),
    ("PositiveDefiniteTransform", {}, PositiveDefinite(), [[0.5, 7.0, 1.0], [-2.0, -1.0, 3.0], [0.0, 0.75, 2.0]],
     [[4.0, 1.0, -0.5], [1.0, 2.0, 0.25], [-0.5, 0.25, 1.0]]),
    ("PositiveDefiniteTransform", {}, PositiveDefinite(), [[-1.0]], [[2.0]]),
    ("ReshapeTransform", {"in_shape": [6], "out_shape": [2, 3]}, Reshape(), [1.0, -2.0, 3.0, 4.0, 5.0, 6.0],
     [[1.0, -2.0, 3.0], [4.0, 5.0, 6.0]]),
    ("ReshapeTransform", {"in_shape": [], "out_shape": [1]}, Reshape(), 0.5, [0.5]),
    ("ReshapeTransform", {"in_shape": [3, 0], "out_shape": [0]}, Reshape(), [[], [], []], []),
    ("CumulativeDistributionTransform", {"distribution": ["Normal", {"loc": [0.5], "scale": [2.0]}]}, normal_cdf(0.5, 2),
     [-40.0, -20.5, -9.0, -1.0, 0.0, 0.5, 1.25, 2.5, 9.0, 20.5, 40.0], IN_UNIT),
    ("CumulativeDistributionTransform", {"distribution": ["Exponential", {"rate": [1.5]}]}, exponential_cdf(1.5),
     [0.0, 1e-30, 1e-8, 0.3, 1.0, 9.0, 40.0, 1000.0], [0.0] + IN_UNIT),
    ("ComposeTransform", {"parts": []}, Chain(), ANYWHERE, ANYWHERE),
    ("ComposeTransform", {"parts": [["ExpTransform", {}], ["AffineTransform", {"loc": 1.0, "scale": -2.0}]]},
     Chain(EXP, affine(1, -2)), [-3.0, 0.0, 1.0, 20.0], [-100.0, -1.0, 0.5, 0.875], 1.0),
    ("ComposeTransform", {"parts": [["SigmoidTransform", {}], ["AffineTransform", {"loc": -3.0, "scale": 7.0}]]},
     Chain(SIGMOID, affine(-3, 7)), [-9.0, -1.0, 0.0, 0.5, 4.0], [-2.5, -1.0, 0.0, 3.5], 7.0),
    ("ComposeTransform", {"parts": [["AffineTransform", {"loc": 0.5, "scale": 2.0}], ["StickBreakingTransform", {}]]},
     None, [-1.0, 0.25, 2.0], [0.1, 0.2, 0.3, 0.4]),
    ("IndependentTransform", {"base_transform": ["ExpTransform", {}], "reinterpreted_batch_ndims": 1}, Sum(EXP), [-1.0, 0.5, 3.0],
     [0.1, 1.0, 20.0]),
    ("IndependentTransform", {"base_transform": ["SigmoidTransform", {}], "reinterpreted_batch_ndims": 1}, Sum(SIGMOID),
     [-1.0, 0.5, 3.0], [0.1, 0.9, 1e-20]),
    ("CatTransform", {"tseq": [["ExpTransform", {}], ["TanhTransform", {}]], "lengths": [2, 3]}, Joined([EXP, TANH], [2, 3]),
     [-20.0, 1.5, -3.0, 1e-30, 20.0], [1e-30, 7.0, -0.999999, 1e-8, 0.5]),
    ("CatTransform", {"tseq": [["ExpTransform", {}], ["IndependentTransform", {"base_transform": ["SigmoidTransform", {}],
     "reinterpreted_batch_ndims": 1}]], "dim": -1, "lengths": [1, 2]}, Sum(Joined([EXP, SIGMOID], [1, 2])),
     [2.0, -1.0, 0.5], [7.0, 0.9, 1e-20]),
    ("StackTransform", {"tseq": [["SigmoidTransform", {}], ["ExpTransform", {}]]}, Joined([SIGMOID, EXP], [1, 1]),
     [-40.0, 3.0], [0.25, 1e-8]),
]


class AffineThenStickBreaking(Chain):
    def ladj(self, x):
        return [mp.fsum(self.parts[0].ladj(x)) + self.parts[1].ladj(self.parts[0].forward(x))[0]]


def model_of(case):
    return case[2] or AffineThenStickBreaking(affine(0.5, 2), StickBreaking())


def make(name, arguments, dtype):
    def argument(value):
        if isinstance(value, list) and value and isinstance(value[0], str):
            return make(*value, dtype)
        if isinstance(value, list) and value and isinstance(value[0], float):
            return torch.tensor(value, dtype=dtype)
        return [argument(v) for v in value] if isinstance(value, list) else value

    return getattr(td.transforms if name.endswith("Transform") else td, name)(**{k: argument(v) for k, v in arguments.items()})


def magnitude(elementwise, floor, function, points, value):
    """The largest of |value|, `floor`, and, unless `elementwise`, the sum over all points of |dvalue/dx| |x|."""
    if elementwise:
        return [max(abs(v), floor) for v in value]
    out = []
    for i, v in enumerate(value):
        effect = mpf(0)
        for k, point in enumerate(points):
            step = (abs(point) or mpf(1)) * mpf("1e-20")
            moved = function([p + step if j == k else p for j, p in enumerate(points)])[i]
            if mp.isfinite(moved) and mp.isfinite(v):
                effect += abs(moved - v) / step * abs(point)
        out.append(max(abs(v), effect, floor))
    return out


def numbers(values):
    return [float(v) if mp.isfinite(v) else str(float(v)) for v in values]


used, complaints = set(), []


def compare(name, quantity, where, call, want):
    try:
        got = call().reshape(-1).tolist()
    except ValueError:
        got = []
    wrong = len(got) != len(want) or any(
        not (g == w or abs(g - w) <= ERROR_OF_TORCH * max(abs(w), 1e-300 if quantity == "y" else 1)) for g, w in
        zip(got, map(float, want)))
    if wrong and (name, quantity) in WRONG:
        used.add((name, quantity))
    elif wrong:
        complaints.append(f"{name}.{quantity} at {where}: torch gives {got}, mpmath {[mp.nstr(v, 17) for v in want]}")


def generate(case, dtype_name):
    name, arguments, _, x, y, *added = case
    model, dtype = model_of(case), DTYPES[dtype_name]
    x = torch.tensor(x, dtype=torch.float64).to(dtype)
    y = torch.tensor(y, dtype=torch.float64).to(dtype)
    t, precise = make(name, arguments, dtype), make(name, arguments, torch.float64)
    out = {"transform": name, "arguments": arguments, "dtype": dtype_name, "repr": repr(t), "inverse_repr": repr(t.inv),
           "domain": repr(t.domain), "codomain": repr(t.codomain), "bijective": t.bijective}
    try:
        out["sign"] = float(t.sign)
    except NotImplementedError:
        out["sign"] = None
    out["forward_shape"] = [[*x.shape], [*t.forward_shape(x.shape)]]
    out["inverse_shape"] = [[*y.shape], [*t.inverse_shape(y.shape)]]
    points_x, points_y = ([mpf(v) for v in points.reshape(-1).tolist()] for points in (x, y))
    asked = [("y", model.forward, points_x, lambda: precise(x.double())), ("x", model.inverse, points_y, lambda: precise.inv(y.double()))]
    if t.bijective:
        asked.append(("ladj", model.ladj, points_x, lambda: precise.log_abs_det_jacobian(x.double(), precise(x.double()))))
    for quantity, function, points, torch_value in asked:
        value = function(points)
        compare(name, quantity, [float(p) for p in points], torch_value, value)
        # Errors of logarithms are absolute below 1.
        floor = max(mpf(sum(added)), mpf(0 if quantity == "y" else 1))
        if quantity == "x" and isinstance(model, Power):
            size = model.magnitude_of_inverse(value)
        else:
            elementwise = isinstance(model, Scalar) and name not in ("AffineTransform", "CumulativeDistributionTransform")
            size = magnitude(elementwise, floor, function, points, value)
        out[quantity] = {"of": numbers(points), "value": numbers(value), "magnitude": numbers(size)}
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the file, write nothing")
    options = parser.parse_args()
    assert torch.__version__.split("+")[0] == TORCH_VERSION, f"the oracle is torch {TORCH_VERSION}, this is {torch.__version__}"
    cases = [generate(case, dtype) for case in CASES for dtype in DTYPES]
    content = '{\n  "torch": "%s",\n  "cases": [\n    %s\n  ]\n}\n' % (TORCH_VERSION, ",\n    ".join(json.dumps(c) for c in cases))
    complaints.extend(f"{name}.{quantity}: listed as wrong, but torch is right" for name, quantity in sorted(set(WRONG) - used))
    for complaint in complaints:
        print("unexplained:", complaint, file=sys.stderr)
    if complaints:
        return 1
    if options.check:
        if FILE.read_text() != content:
            print("differs:", FILE.name, file=sys.stderr)
            return 1
        return 0
    FILE.write_text(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
