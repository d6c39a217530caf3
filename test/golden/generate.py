#!/usr/bin/env python3
"""Writes the golden data: one JSON file a distribution, from Python's torch.distributions and from mpmath.

    generate.py                 writes all files
    generate.py --only gamma    writes gamma.json
    generate.py --differences   prints what differs from Python, for README.md
    generate.py --check         writes nothing; fails unless the files are, byte for byte, what it would write

Two oracles answer every question. Parameters and points are rounded to the dtype of the case first; then torch answers in
float64 (and in the dtype of the case), and mpmath with 50 digits (truth.py). Where they agree, mpmath's value is kept. Where
torch is wrong, the difference must be listed, with its reason, in corrections.py: an unlisted difference stops this program, and
so does a listed one that no longer occurs. Shapes, dtypes, texts, errors and random streams are torch's.
"""

import argparse
import json
import math
import os
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import mpmath as mp
import numpy as np
import torch
import torch.distributions as td

import truth
from cases import BAD_PARAMETERS, BAD_VALUES, CASES, STREAMS, T, Case, D, X
from corrections import CORRECTIONS, DIFFERENCES, EXTENSIONS, TEXTS

HERE = Path(__file__).parent
TORCH_VERSION = "2.13.0"
DIGITS, DERIVATIVE_DIGITS = 50, 100
# Torch counts as right in float64 up to this error, and in the dtype of the case up to so many machine epsilons; both relative
# to max(1, |value|), and to the condition of the question.
FLOAT64_ERROR, OWN_EPS = 1e-9, 4096
DTYPES = {"float32": torch.float32, "float64": torch.float64, "float16": torch.float16, "bfloat16": torch.bfloat16}
PARAMETER_METHODS = ["mean", "mode", "variance", "stddev", "entropy", "perplexity"]
VALUE_METHODS = ["log_prob", "cdf", "icdf"]
DIFFERENTIABLE = ["log_prob", "cdf", "icdf", "entropy"]
ABSOLUTE_BELOW_ONE = {"log_prob", "entropy"}  # a logarithm's error counts absolutely below 1, other errors relatively
INTEGER_PARAMETERS = {"total_count"}
FLOAT_LEAVES = (int, float)


def snake(name):
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


def weights(n):
    return [1 + (k % 8) / 8 for k in range(n)]


# ---- building the three views of a case -------------------------------------------------------------------------------------

class Build:
    """Makes a distribution from its description and remembers its tensor parameters by path (`base_dist.loc`)."""

    def __init__(self, case, dtype_name=None):
        self.case, self.dtype_name = case, dtype_name or case.dtype
        self.leaves = {}

    def rounded(self, data, dtype_name):
        return torch.tensor(data, dtype=torch.float64).to(DTYPES[dtype_name])

    def make(self, node, path="", **more):
        if isinstance(node, D):
            arguments = {k: self.make(v, f"{path}{k}.", **more) for k, v in node.arguments.items()}
            return self.distribution(node.distribution, arguments, **more)
        if isinstance(node, X):
            return self.transform(node, {k: self.make(v, f"{path}{k}.", **more) for k, v in node.arguments.items()})
        if isinstance(node, list) and (not node or isinstance(node[0], X)):
            return [self.make(v, f"{path}{i}.", **more) for i, v in enumerate(node)]
        if isinstance(node, (list, T)):
            data, dtype = (node.data, node.dtype) if isinstance(node, T) else (node, None)
            leaf = self.tensor(self.rounded(data, dtype or self.dtype_name))
            self.leaves[path.rstrip(".")] = leaf
            return leaf
        return self.number(node, path)


class Own(Build):
    """Torch in the dtype of the case."""

    def tensor(self, t):
        return t.requires_grad_()

    def number(self, x, path):
        return x

    def distribution(self, name, arguments, **more):
        return getattr(td, name)(**arguments, **more)

    def transform(self, node, arguments):
        t = getattr(td, node.transform)(**arguments)
        return t.inv if node.inverse else t


class Float64(Own):
    """Torch in float64, at the parameters of the case."""

    def tensor(self, t):
        return t.double().requires_grad_()

    def number(self, x, path):
        return x if not isinstance(x, float) else self.rounded(x, self.dtype_name).item()


class Truth(Build):
    """mpmath, at the parameters of the case."""

    STRUCTURE = {"reinterpreted_batch_ndims", "event_dim"}

    def tensor(self, t):
        return truth.array(t.double().tolist())

    def number(self, x, path):
        if path.rstrip(".").split(".")[-1] in self.STRUCTURE:
            return x
        return truth.array(self.rounded(x, self.dtype_name).item())

    def distribution(self, name, arguments, **more):
        return getattr(truth, name)(**arguments)

    def transform(self, node, arguments):
        t = getattr(truth, node.transform)(**arguments)
        return truth.Inverse(t) if node.inverse else t


def depth(x):
    return 1 + depth(x[0]) if isinstance(x, list) and x else 0


def flat(x):
    return [v for y in x for v in flat(y)] if isinstance(x, list) else [x]


def points_tensor(points, case, dims):
    """Points as one tensor: (number of points, 1, ..., the point)."""
    if not points:
        return None
    t = torch.tensor(points, dtype=torch.float64)
    t = t.reshape((t.shape[0],) + (1,) * (dims - (t.dim() - 1)) + t.shape[1:])
    return t.long() if all(isinstance(v, int) for v in flat(points)) else t.to(DTYPES[case.dtype])


# ---- the oracles ------------------------------------------------------------------------------------------------------------

ERRORS = (NotImplementedError, ValueError, RuntimeError, TypeError, AttributeError, IndexError)


def attempt(f):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return f()
    except ERRORS as error:
        return error


def call(distribution, method, value=None):
    member = getattr(distribution, method)
    if value is not None:
        return member(value)
    return member() if callable(member) else member


def as_mp(x):
    """Exact; from a tensor."""
    return truth.array(x.detach().double().tolist())


class Derivatives:
    """The values of a model's method, and d output / d parameter for each entry of each parameter, numerically at 100 digits."""

    H = mp.mpf(10) ** -30

    def __init__(self, case, method, value):
        self.case, self.method, self.value = case, method, value
        with mp.workdps(DIGITS):
            build = Truth(case)
            build.make(case)
            self.leaves = build.leaves
        self.result = self.evaluate(self.leaves, value, DIGITS)
        self.by_leaf = None

    def evaluate(self, leaves, value, digits):
        with mp.workdps(digits):
            build = Truth(self.case)
            build.tensor_source = iter(leaves.values())
            build.tensor = lambda t: next(build.tensor_source)
            model = build.make(self.case)
            out = call(model, self.method, value)
            return np.asarray(out, dtype=object)

    def differentiate(self):
        """{leaf: array of entries x outputs}, nan where a derivative does not exist."""
        if self.by_leaf is None:
            self.by_leaf = {}
            inputs = {k: v for k, v in self.leaves.items() if k.split(".")[-1] not in INTEGER_PARAMETERS}
            if self.value is not None:
                inputs["value"] = self.value
            base = self.evaluate(self.leaves, self.value, DERIVATIVE_DIGITS)
            for name, array in inputs.items():
                rows = [self._entry(inputs, name, index, base) for index in np.ndindex(*array.shape)]
                self.by_leaf[name] = np.array(rows, dtype=object).reshape((array.size,) + base.shape)
        return self.by_leaf

    def _entry(self, inputs, name, index, base):
        x = inputs[name][index]
        if mp.isinf(x) or mp.isnan(x):  # a masked logit has no influence; an infinite value none either
            return np.full(base.shape, mp.mpf(0), dtype=object)
        digits, h = DERIVATIVE_DIGITS, self.H * abs(x)
        if not x:  # a step that is small beside everything else, and the digits to see it
            sizes = [abs(v) for a in inputs.values() for v in a.reshape(-1) if v and mp.isfinite(v)]
            h = self.H * min(sizes + [mp.mpf(1)])
            digits += int(3 * mp.log10(max(sizes + [mp.mpf(1)]) / min(sizes + [mp.mpf(1)])))

        def at(step):
            moved = self.leaves | {"value": self.value}
            moved[name] = inputs[name].copy()
            with mp.workdps(digits):
                moved[name][index] = x + step * h
            value = moved.pop("value")
            return np.broadcast_to(self.evaluate(moved, value, digits), base.shape)

        if digits > DERIVATIVE_DIGITS:
            base = self.evaluate(self.leaves, self.value, digits)
        steps = [at(s) for s in (-2, -1, 1, 2)]
        with mp.workdps(digits):
            return truth.elementwise(lambda f0, *f: self._slope(f0, f, h), base, *steps).reshape(base.shape)

    @staticmethod
    def _slope(f0, f, h):
        ll, l, r, rr = f
        if not mp.isfinite(f0):
            return mp.mpf(0) if f0 == l == r else mp.nan
        left = (3 * f0 - 4 * l + ll) / (2 * h) if mp.isfinite(l) and mp.isfinite(ll) else None
        right = (-3 * f0 + 4 * r - rr) / (2 * h) if mp.isfinite(r) and mp.isfinite(rr) else None
        close = lambda a, b: abs(a - b) <= 1e-12 * (1 + abs(a))
        if left is not None and right is not None:
            return (r - l) / (2 * h) if close(left, right) else mp.nan
        side, step = (left, (f0 - l) / h) if left is not None else (right, (r - f0) / h if right is not None else None)
        return side if side is not None and close(side, step) else mp.nan

    def condition(self):
        """Sum over all inputs of |x df/dx|: how far a relative error of 1 in the inputs carries."""
        total = np.full(self.result.shape, mp.mpf(0), dtype=object)
        for name, rows in self.differentiate().items():
            entries = (self.value if name == "value" else self.leaves[name]).reshape(-1)
            for x, row in zip(entries, rows):
                total = total + truth.elementwise(
                    lambda d: abs(x * d) if mp.isfinite(d) and mp.isfinite(x) else mp.mpf(0), row)
        return total


# ---- comparing and writing --------------------------------------------------------------------------------------------------

used = set()
complaints = []


def close(a, b, tolerance, floor=1.0):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if math.isinf(a) or math.isinf(b):
        return a == b
    return abs(a - b) <= tolerance * max(floor, abs(b))


def explain(case, name, key, message):
    """Notes that torch is wrong here; it must be known."""
    if (name, key) in CORRECTIONS:
        used.add((name, key))
    else:
        complaints.append(f"{name}.{key} of {text(case)}: {message}")


def is_more(name, method, torch_result):
    """Whether torch lacks the method, and this library is known to have it."""
    more = isinstance(torch_result, NotImplementedError) and (name, method) in EXTENSIONS
    if more:
        used.add((name, "extension " + method))
    return more


def support_text(case, name, bounds, event_dim):
    """How a constraint of this class prints."""
    def bound(x):
        return float(x) if x.ndim == 0 else torch.tensor(x.astype(float).tolist(), dtype=DTYPES[case.dtype])
    said = f"{name}({', '.join(f'{k}={bound(v)}' for k, v in bounds.items())})"
    return f"IndependentConstraint({said}, {event_dim})" if event_dim else said


def stated(case, key, torch_says):
    """What torch says of a support or a flag; what the model says where more is known here."""
    if (case.distribution, key) not in EXTENSIONS:
        return torch_says
    says = getattr(Truth(case).make(case), key)()
    if key == "support":
        says = torch_says if says is None else support_text(case, *says)
    if says != torch_says:
        used.add((case.distribution, "extension " + key))
    return says


def enumerate_support(case, d, expand):
    """All values of a distribution: torch's, or the model's where torch has none."""
    got = attempt(lambda: d.enumerate_support(expand))
    model = Truth(case).make(case)
    if not (isinstance(got, NotImplementedError) and (case.distribution, "enumerate_support") in EXTENSIONS
            and model.has_enumerate_support()):
        return got
    used.add((case.distribution, "extension enumerate_support"))
    values = torch.tensor(model.enumerate_support().astype(float)).to(d.sample().dtype)
    values = values.reshape(values.shape[:1] + (1,) * len(d.batch_shape) + values.shape[1:])
    return values.expand(values.shape[:1] + d.batch_shape + d.event_shape) if expand else values


def number(x, dtype_name="float64"):
    """A JSON value of as many digits as the dtype deserves."""
    x = float(x)
    if not math.isfinite(x):
        return "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"
    if dtype_name == "float64":
        return x
    return float(f"{x:.{ {'float32': 12}.get(dtype_name, 8)}g}")


def exact(t):
    """A tensor as JSON, exactly."""
    dtype = str(t.dtype).removeprefix("torch.")
    if dtype == "int64":
        data = t.reshape(-1).tolist()
    else:
        data = [number(v) for v in t.detach().double().reshape(-1).tolist()]
        if dtype == "float32":
            data = [v if isinstance(v, str) else float(f"{v:.9g}") for v in data]
    return {"shape": list(t.shape), "dtype": dtype, "data": data}


def text(node):
    if isinstance(node, D):
        inner = [f"{k}={text(v)}" for k, v in node.arguments.items()]
        if isinstance(node, Case) and node.dtype != "float32":
            inner.append(f"dtype={node.dtype}")
        return f"{node.distribution}({', '.join(inner)})"
    if isinstance(node, X):
        return node.transform + "(" + ", ".join(f"{k}={text(v)}" for k, v in node.arguments.items()) + ")" + (".inv" if node.inverse else "")
    if isinstance(node, T):
        return f"tensor({text(node.data)})"
    if isinstance(node, list):
        return "[" + ", ".join(text(v) for v in node) + "]"
    return str(node)


def describe(node, build):
    """The constructor call as JSON."""
    if isinstance(node, D):
        return {"distribution": node.distribution, "arguments": {k: describe(v, build) for k, v in node.arguments.items()}}
    if isinstance(node, X):
        out = {"transform": node.transform, "arguments": {k: describe(v, build) for k, v in node.arguments.items()}}
        return out | ({"inverse": True} if node.inverse else {})
    if isinstance(node, list) and (not node or isinstance(node[0], X)):
        return [describe(v, build) for v in node]
    if isinstance(node, (list, T)):
        data, dtype = (node.data, node.dtype) if isinstance(node, T) else (node, None)
        return exact(build.rounded(data, dtype or build.dtype_name))
    return node


def answer(case, method, value_own, value64, value_mp, validate, own, f64, key=None):
    """One method's entry: what torch returns or raises, with mpmath's values."""
    name, key = case.distribution, key or method
    own_out = attempt(lambda: call(own, method, value_own))
    py = attempt(lambda: call(f64, method, value64))
    try:
        model = Derivatives(case, method, value_mp)
        true = model.result
    except (NotImplementedError, AttributeError):
        model = true = None
    more = true is not None and is_more(name, method, py)
    if isinstance(py, NotImplementedError) and not more:
        return {"error": "NotImplementedError"}, None
    if isinstance(py, Exception) and not more:
        if true is None:
            return {"error": type(py).__name__}, None
        explain(case, name, key, f"torch raises {type(py).__name__}: {str(py)[:80]!r}, mpmath does not")
    shape = list(true.shape) if isinstance(py, Exception) else list(py.shape)
    if true is not None:
        true = np.broadcast_to(true, tuple(shape))
        dtype = case.dtype if isinstance(own_out, Exception) else str(own_out.dtype).removeprefix("torch.")
        values = [float(v) for v in true.reshape(-1)]
        condition = [float(c) for c in np.broadcast_to(model.condition(), tuple(shape)).reshape(-1)]
        if not isinstance(py, Exception):
            floor = 1.0 if method in ABSOLUTE_BELOW_ONE else 0.0
            wrong = [(a, b) for a, b, c in zip(py.detach().double().reshape(-1).tolist(), values, condition)
                     if not close(a, b, FLOAT64_ERROR, max(floor, c))]
            if wrong:
                explain(case, name, key, f"torch float64 {wrong[0][0]!r}, mpmath {wrong[0][1]!r}")
            elif case.dtype in ("float32", "float64") and not isinstance(own_out, Exception):
                info = torch.finfo(DTYPES[case.dtype])
                got = own_out.detach().double().reshape(-1).tolist()
                for a, b, c in zip(got, values, condition):
                    b = math.copysign(math.inf, b) if abs(b) > info.max else b
                    if not close(a, b, OWN_EPS * info.eps, max(floor, c, info.tiny)):
                        explain(case, name, key, f"torch {case.dtype} {a!r}, mpmath {b!r}")
                        break
        entry = {"shape": shape, "dtype": dtype, "value": [number(v, case.dtype) for v in values]}
        if dtype == "int64":
            entry["value"] = [int(v) for v in values]
        floor = 1.0 if method in ABSOLUTE_BELOW_ONE else 0.0
        if any(c > 2 * max(floor, abs(v)) for c, v in zip(condition, values) if math.isfinite(v)):
            entry["condition"] = [number(f"{c:.1e}") for c in condition]
    else:
        dtype = str((py if isinstance(own_out, Exception) else own_out).dtype).removeprefix("torch.")
        entry = {"shape": shape, "dtype": dtype, "value": [number(v, case.dtype) for v in py.double().reshape(-1).tolist()]}
    return entry, model


def gradients(case, method, model, f64_leaves, f64, value64, count, discrete):
    """Gradients of the weighted sum of a method's first `count` points, in the value and in each parameter."""
    name, key = case.distribution, method + " gradient"
    shape = model.result.shape
    if value64 is not None:
        rows = value64.shape[0]
        per = int(np.prod(shape[1:], dtype=int))
        w = weights(count * per) + [0.0] * ((rows - count) * per)
        value64 = value64.detach().clone()[:count]
        if value64.is_floating_point() and not discrete:
            value64.requires_grad_()
    else:
        w = weights(int(np.prod(shape, dtype=int)))
    leaves = {k: v for k, v in f64_leaves.items() if k.split(".")[-1] not in INTEGER_PARAMETERS}
    if value64 is not None and value64.requires_grad:
        leaves = {"value": value64} | leaves
    def torch_gradient():
        result = call(f64, method, value64)
        w64 = torch.tensor(w[:result.numel()], dtype=torch.float64).reshape(result.shape)
        if not result.requires_grad:
            return [None] * len(leaves)
        return torch.autograd.grad((result * w64).sum(), list(leaves.values()), allow_unused=True)

    py = attempt(torch_gradient)
    true = model.differentiate()
    out = {}
    for position, leaf in enumerate(leaves):
        rows = true[leaf].reshape(true[leaf].shape[0], -1)
        if leaf == "value":
            rows = rows[:value64.numel()]
        terms = [[mp.mpf(wk) * d for wk, d in zip(w, row) if wk] for row in rows]
        values = [float(mp.fsum(t)) if all(mp.isfinite(d) for d in t) else math.nan for t in terms]
        scale = [float(mp.fsum(abs(d) for d in t)) if all(mp.isfinite(d) for d in t) else 1.0 for t in terms]
        entry = {"shape": list(leaves[leaf].shape)} | ({"simplex": True} if leaf == "value" and on_simplex(case) else {}) | {
                 "value": ["undefined" if math.isnan(v) else number(v, case.dtype) for v in values]}
        if any(s > 2 * max(1.0, abs(v)) for s, v in zip(scale, values)):
            entry["condition"] = [number(f"{s:.1e}") for s in scale]
        out[leaf] = entry
        if isinstance(py, Exception):
            if not is_more(name, method, py):
                explain(case, name, key, f"torch raises {type(py).__name__}: {str(py)[:80]!r}")
            continue
        got = py[position]
        got = [0.0] * len(values) if got is None else got.double().reshape(-1).tolist()
        for a, b, s in zip(got, values, scale):
            if not math.isnan(b) and not close(a, b, FLOAT64_ERROR, max(1.0, s)):
                explain(case, name, key, f"in {leaf}: torch float64 {a!r}, mpmath {b!r}")
                break
    return out


def on_simplex(case):
    """Whether values lie on a simplex through a bijection, where only the gradient along the simplex is defined."""
    transforms = case.arguments.get("transforms", [])
    return isinstance(transforms, list) and bool(transforms) and transforms[-1].transform == "StickBreakingTransform"


def run_case(case):
    own_build, f64_build = Own(case), Float64(case)
    own = own_build.make(case, validate_args=True)
    torch.set_default_dtype(torch.float64)
    f64 = f64_build.make(case, validate_args=True)
    loose64 = Float64(case).make(case, validate_args=False)
    torch.set_default_dtype(torch.float32)
    loose_build = Own(case)
    loose = loose_build.make(case, validate_args=False)
    name = case.distribution
    out = {"text": text(case), "dtype": case.dtype} | ({"eps": case.eps} if case.eps else {})
    out["arguments"] = describe(case, own_build)["arguments"]
    out |= {"batch_shape": list(own.batch_shape), "event_shape": list(own.event_shape)}
    out |= {key: stated(case, key, bool(getattr(own, key))) for key in ("has_rsample", "has_enumerate_support")}
    plain = as_given(Plain(case).make(case))
    out["support"] = stated(case, "support", repr(plain.support))
    out["arg_constraints"] = [[k, repr(v)] for k, v in plain.arg_constraints.items()]
    out["repr"] = repr(plain)
    bigger = [3] + list(own.batch_shape)
    out["expand"] = {"shape": bigger, "repr": repr(as_given(plain.expand(torch.Size(bigger))))}
    try:
        discrete = bool(own.support.is_discrete)
    except NotImplementedError:
        discrete = False

    dims = len(own.batch_shape) + len(own.event_shape)
    points = {k: points_tensor(v, case, dims) for k, v in case.points.items()}
    out["points"] = {k: exact(v) for k, v in points.items() if v is not None}
    inside = [v for v in (points["at"], points["edges"]) if v is not None]
    everywhere = inside + ([points["outside"]] if points["outside"] is not None else [])
    methods, grads = {}, {}

    def entry(key, method, value=None, count=0, validate=False):
        # Whether a value inside the support is accepted is for the validating object to say; NaN and the like are not.
        a, b = (own, f64) if validate else (loose, loose64)
        value64 = None if value is None else value.double() if value.is_floating_point() else value
        methods[key], model = answer(case, method, value, value64, None if value is None else as_mp(value), validate, a, b, key)
        if model is not None and method in DIFFERENTIABLE and key == method and case.dtype in ("float32", "float64"):
            if value is None or count:
                build = Float64(case)
                torch.set_default_dtype(torch.float64)
                fresh = build.make(case, validate_args=False)
                torch.set_default_dtype(torch.float32)
                grads[method] = gradients(case, method, model, build.leaves, fresh, value64, count, discrete)

    torch.set_default_dtype(torch.float32)
    for method in PARAMETER_METHODS:
        entry(method, method)
    count = 0 if points["at"] is None else points["at"].shape[0]
    entry("log_prob", "log_prob", torch.cat(inside), count, validate=True)
    if points["outside"] is not None:
        entry("log_prob outside", "log_prob", points["outside"])
    entry("cdf", "cdf", torch.cat(everywhere), count)
    entry("icdf", "icdf", points["p"], 3)
    for expand in (True, False):
        got = enumerate_support(case, plain, expand)
        methods[f"enumerate_support({str(expand).lower()})"] = (
            {"error": type(got).__name__} if isinstance(got, Exception) else enumeration(got))
    out["methods"] = methods
    if grads:
        out["gradients"] = grads
    return out


def enumeration(t):
    """All of a short enumeration, the ends of a long one."""
    data = [number(v) if t.is_floating_point() else v for v in t.reshape(-1).tolist()]
    entry = {"shape": list(t.shape), "dtype": str(t.dtype).removeprefix("torch.")}
    return entry | ({"value": data} if len(data) <= 64 else {"first": data[:4], "last": data[-4:], "sum": float(t.double().sum())})


def as_given(d):
    """The distribution, with nothing in its repr that torch has worked out meanwhile."""
    if isinstance(d, td.MixtureSameFamily):
        mixture = d.mixture_distribution
        mixture.__dict__.pop("logits" if mixture._param is mixture.__dict__.get("probs") else "probs", None)
    return d


class Plain(Own):
    """Torch without gradients, for texts."""

    def tensor(self, t):
        return t


def run_stream(case):
    out = {"text": text(case), "arguments": describe(case, Own(case, "float64"))["arguments"], "draws": []}
    for dtype in ("float32", "float64"):
        for count in (1, 15, 16, 1000):
            build = Own(case, dtype)
            d = build.make(case)
            seed = 1000 + count
            torch.manual_seed(seed)
            sample = d.sample((count,))
            entry = {"dtype": dtype, "count": count, "seed": seed} | summary(sample, count)
            if d.has_rsample:
                torch.manual_seed(seed)
                draw = d.rsample((count,))
                same = torch.allclose(draw.double(), sample.double(), rtol=16 * torch.finfo(DTYPES[dtype]).eps, atol=0)
                if not same:
                    entry["rsample"] = summary(draw, count)
                if count == 16:
                    w = torch.tensor(weights(draw.numel()), dtype=draw.dtype).reshape(draw.shape)
                    grads = torch.autograd.grad((draw * w).sum(), list(build.leaves.values()), allow_unused=True)
                    entry["gradients"] = {k: {"shape": list(leaf.shape), "value": [number(v, dtype) for v in (
                        torch.zeros_like(leaf) if g is None else g).double().reshape(-1).tolist()]}
                        for (k, leaf), g in zip(build.leaves.items(), grads)}
            out["draws"].append(entry)
    return out


def summary(sample, count):
    """All of a small sample; of 1000 draws the first and last 4 and three sums that fix the rest."""
    flat = sample.detach().reshape(-1)
    entry = {"shape": list(sample.shape), "result": str(sample.dtype).removeprefix("torch.")}
    digits = (lambda v: int(v)) if not sample.is_floating_point() else (lambda v: float(f"{v:.9g}")) if sample.dtype == torch.float32 else float
    if count < 1000:
        return entry | {"value": [digits(v) for v in flat.tolist()]}
    x = flat.double()
    k = torch.arange(len(x), dtype=torch.float64) % 97 + 1
    shown = 4 * (len(x) // count)
    return entry | {"first": [digits(v) for v in flat[:shown].tolist()], "last": [digits(v) for v in flat[-shown:].tolist()],
                    "sum": float(x.sum()), "sum_of_squares": float((x * x).sum()), "weighted_sum": float((x * k).sum())}


def run_bad_parameters(case):
    build = Plain(case)
    got = attempt(lambda: build.make(case, validate_args=True))
    assert isinstance(got, Exception), f"{text(case)} is accepted"
    return {"text": text(case), "arguments": describe(case, build)["arguments"]} | error_entry(case, got)


def run_bad_value(case):
    build = Plain(case)
    d = as_given(build.make(case, validate_args=True))
    dims = len(d.batch_shape) + len(d.event_shape)
    value = points_tensor(case.points["at"], case, dims)
    got = attempt(lambda: d.log_prob(value))
    assert isinstance(got, Exception), f"{text(case)} accepts {value}"
    return {"text": text(case), "arguments": describe(case, build)["arguments"], "value": exact(value)} | error_entry(case, got)


def error_entry(case, error):
    """The kind of an error; the beginning of its text where that is part of the contract."""
    entry = {"error": "ValueError"}
    message = str(error)
    marker = "but found invalid values"
    if message.startswith("Expected") and marker in message:
        message = message[:message.index(marker) + len(marker)]
        # Torch may speak of a distribution within the one that was made.
        own = f"distribution {case.distribution}(" in message
        entry["begins"] = message if own else message[:message.index(" ", message.index(" ") + 1) + 1]
    return entry


# ---- files ------------------------------------------------------------------------------------------------------------------

def render(data):
    """JSON with one line for each leaf of interest: compact, and a change shows where it is."""
    line = lambda v: json.dumps(v, separators=(", ", ": "), allow_nan=False)

    def block(value, depth):
        pad = "  " * depth
        if depth < 6 and isinstance(value, dict) and any(isinstance(v, (dict, list)) for v in value.values()) and len(line(value)) > 110:
            return "{\n" + ",\n".join(f"{pad}  {json.dumps(k)}: {block(v, depth + 1)}" for k, v in value.items()) + f"\n{pad}}}"
        if depth < 6 and isinstance(value, list) and value and isinstance(value[0], dict) and len(line(value)) > 110:
            return "[\n" + ",\n".join(f"{pad}  {block(v, depth + 1)}" for v in value) + f"\n{pad}]"
        return line(value)

    return block(data, 0) + "\n"


def generate(name):
    """The content of one file, what is unexplained in it, and which corrections it uses."""
    torch.set_num_threads(1)
    mp.mp.dps = DIGITS
    complaints.clear()
    used.clear()
    sections = {"torch": TORCH_VERSION, "distribution": name}
    sections["cases"] = [{"name": f"{name}_{i:02}"} | run_case(c) for i, c in enumerate(of(CASES, name))]
    sections["streams"] = [{"name": f"{name}_{i:02}"} | run_stream(c) for i, c in enumerate(of(STREAMS, name))]
    sections["bad_parameters"] = [{"name": f"{name}_{i:02}"} | run_bad_parameters(c) for i, c in enumerate(of(BAD_PARAMETERS, name))]
    sections["bad_values"] = [{"name": f"{name}_{i:02}"} | run_bad_value(c) for i, c in enumerate(of(BAD_VALUES, name))]
    return render(sections), list(complaints), set(used)


def of(cases, name):
    return [c for c in cases if c.distribution == name]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", help="one distribution, by its file name")
    parser.add_argument("--differences", action="store_true", help="print what differs from Python, as a Markdown table")
    parser.add_argument("--check", action="store_true", help="compare with the files, write nothing")
    options = parser.parse_args()
    if options.differences:
        print("| here | classes |\n|---|---|")
        for reason, names in DIFFERENCES:
            print(f"| {reason} | {', '.join(names)} |")
        for reason in TEXTS:
            print(f"| {reason} | |")
        return 0
    assert torch.__version__.split("+")[0] == TORCH_VERSION, f"the oracle is torch {TORCH_VERSION}, this is {torch.__version__}"
    names = [n for n in dict.fromkeys(c.distribution for c in CASES) if options.only in (None, snake(n))]
    stale = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, (content, found, explained) in zip(names, pool.map(generate, names)):
            complaints.extend(found)
            used.update(explained)
            path = HERE / f"{snake(name)}.json"
            if options.check:
                stale += [path.name] if not path.exists() or path.read_text() != content else []
            elif not found:
                path.write_text(content)
            print(f"{path.name}: {len(of(CASES, name))} cases, {len(content) // 1024} KiB", flush=True)
    if options.only is None:
        listed = set(CORRECTIONS) | {(n, "extension " + m) for n, m in EXTENSIONS}
        complaints.extend(f"{n}.{k}: listed in corrections.py, but torch is right" for n, k in sorted(listed - used))
    for complaint in complaints:
        print("unexplained:", complaint, file=sys.stderr)
    for name in stale:
        print("differs:", name, file=sys.stderr)
    return 1 if complaints or stale else 0


if __name__ == "__main__":
    sys.exit(main())
