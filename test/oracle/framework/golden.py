"""The golden part of a family's data: what Python and mpmath return for each case.

Every result comes from two oracles. Parameters and points are rounded to the dtype of the case. Then torch evaluates in float64
(and in the dtype of the case), and mpmath with 50 digits. Where they agree, mpmath's value is kept. Where torch is wrong, the
difference must be listed, with its reason, in corrections.py. The generator stops at an unlisted difference and at a listed one
that no longer occurs. Shapes, dtypes, texts, errors and random streams are torch's.
"""

import math
import warnings

import numpy as np
import torch
import torch.distributions as td
from mpmath import mp

from .corrections import CORRECTIONS, EXTENSIONS
from .family import TAILS, families
from .data import DTYPES, call as as_json, common_of, flat, number, shaped, tensor, text
from .mathematics import array, elementwise, slopes
from .views import Float64, Own, Plain, Truth

DIGITS = 50
# Torch counts as right up to this error in float64, and up to this many epsilons in the dtype of the case. Both are relative to
# the largest of |value|, 1 (for logarithms) and the condition of the result.
FLOAT64_ERROR, OWN_EPS = 1e-9, 4096
PARAMETER_METHODS = ["mean", "mode", "variance", "stddev", "entropy", "perplexity"]
DIFFERENTIABLE = ["log_prob", "cdf", "icdf", "entropy", *TAILS]
ABSOLUTE_BELOW_ONE = {"log_prob", "entropy", "log_cdf", "log_survival_function"}  # errors of logarithms are absolute below 1, other errors are relative
INTEGER_PARAMETERS = {"total_count"}
# Methods that are functions of another one. The data has an entry for them only if it differs from the function's result.
DETERMINED = {"stddev": ("variance", math.sqrt), "perplexity": ("entropy", math.exp)}


def weights(n):
    return [1 + (k % 8) / 8 for k in range(n)]


def points_tensor(points, case, dims):
    """Points as one tensor: (number of points, 1, ..., the point)."""
    if not points:
        return None
    t = torch.tensor(points, dtype=torch.float64)
    t = t.reshape((t.shape[0],) + (1,) * (dims - (t.dim() - 1)) + t.shape[1:])
    return t.long() if all(isinstance(v, int) for v in flat(points)) else t.to(DTYPES[case.dtype])


ERRORS = (NotImplementedError, ValueError, RuntimeError, TypeError, AttributeError, IndexError)


def attempt(f):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return f()
    except ERRORS as error:
        return error


def evaluate(distribution, method, value=None):
    member = getattr(distribution, method, None)
    if member is None:
        raise NotImplementedError
    if value is not None:
        return member(value)
    return member() if callable(member) else member


def as_mp(x):
    """The numbers of a tensor as an mpf array, without rounding."""
    return array(x.detach().double().tolist())


class Derivatives:
    """The values of a model's method, and their derivatives in each entry of each parameter."""

    def __init__(self, case, method, value):
        self.case, self.method, self.value = case, method, value
        with mp.workdps(DIGITS):
            build = Truth(case.dtype)
            build.make(case)
            self.leaves = build.leaves
            self.result = self.evaluate(self.leaves, value)
        self.by_leaf = None

    def evaluate(self, leaves, value):
        build = Truth(self.case.dtype)
        source = iter(leaves.values())
        build.tensor = lambda t: next(source)
        return np.asarray(evaluate(build.make(self.case), self.method, value), dtype=object)

    def differentiate(self):
        """{leaf: array of entries x outputs}, NaN where a derivative does not exist."""
        if self.by_leaf is None:
            inputs = {k: v for k, v in self.leaves.items() if k.split(".")[-1] not in INTEGER_PARAMETERS}
            if self.value is not None:
                inputs["value"] = self.value
            sizes = [v for a in inputs.values() for v in a.reshape(-1)]
            self.by_leaf = {}
            for name, entries in inputs.items():
                rows = [self._entry(name, entries, index, sizes) for index in np.ndindex(*entries.shape)]
                self.by_leaf[name] = np.array(rows, dtype=object).reshape((entries.size,) + self.result.shape)
        return self.by_leaf

    def _entry(self, name, entries, index, sizes):
        x = entries[index]
        if mp.isinf(x) or mp.isnan(x):  # the derivative in an infinite value or a masked logit is 0
            return np.full(self.result.shape, mp.mpf(0), dtype=object)

        def at(moved_to):
            moved = entries.copy()
            moved[index] = moved_to
            everything = self.leaves | {"value": self.value} | {name: moved}
            value = everything.pop("value")
            return np.broadcast_to(self.evaluate(everything, value), self.result.shape)

        return slopes(at, x, sizes).reshape(self.result.shape)

    def condition(self):
        """The sum over all inputs of |x df/dx|: the error due to a relative error of 1 in each input."""
        total = np.full(self.result.shape, mp.mpf(0), dtype=object)
        for name, rows in self.differentiate().items():
            entries = (self.value if name == "value" else self.leaves[name]).reshape(-1)
            for x, row in zip(entries, rows):
                total = total + elementwise(
                    lambda d: abs(x * d) if mp.isfinite(d) and mp.isfinite(x) else mp.mpf(0), row)
        return total


used = set()
complaints = []


def close(a, b, tolerance, floor=1.0):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if math.isinf(a) or math.isinf(b):
        return a == b
    return abs(a - b) <= tolerance * max(floor, abs(b))


def explain(case, name, key, message):
    """Records that torch is wrong here, and complains unless corrections.py says so."""
    if (name, key) in CORRECTIONS:
        used.add((name, key))
    else:
        complaints.append(f"{name}.{key} of {text(case)}: {message}")


def is_more(name, method, torch_result):
    """Whether torch lacks the method and this library has it: a tail, or a method that EXTENSIONS lists."""
    if method in TAILS:
        return True
    more = isinstance(torch_result, NotImplementedError) and (name, method) in EXTENSIONS
    if more:
        used.add((name, "extension " + method))
    return more


def support_text(case, name, bounds, event_dim):
    """The text of a constraint of this class."""
    def bound(x):
        return float(x) if x.ndim == 0 else torch.tensor(x.astype(float).tolist(), dtype=DTYPES[case.dtype])
    said = f"{name}({', '.join(f'{k}={bound(v)}' for k, v in bounds.items())})"
    return f"IndependentConstraint({said}, {event_dim})" if event_dim else said


def stated(case, key, torch_says):
    """Torch's support or flag, or the model's where EXTENSIONS says that it states more."""
    if (case.distribution, key) not in EXTENSIONS:
        return torch_says
    says = getattr(Truth(case.dtype).make(case), key)()
    if key == "support":
        says = torch_says if says is None else support_text(case, *says)
    if says != torch_says:
        used.add((case.distribution, "extension " + key))
    return says


def enumerate_support(case, d, expand):
    """All values of a distribution: torch's, or the model's if torch has none."""
    got = attempt(lambda: d.enumerate_support(expand))
    model = Truth(case.dtype).make(case)
    if not (isinstance(got, NotImplementedError) and (case.distribution, "enumerate_support") in EXTENSIONS
            and model.has_enumerate_support()):
        return got
    used.add((case.distribution, "extension enumerate_support"))
    values = torch.tensor(model.enumerate_support().astype(float)).to(d.sample().dtype)
    values = values.reshape(values.shape[:1] + (1,) * len(d.batch_shape) + values.shape[1:])
    return values.expand(values.shape[:1] + d.batch_shape + d.event_shape) if expand else values


def result(shape, dtype, values, case):
    """A tensor of results. It is written as nested numbers if its dtype is that of the case."""
    numbers = [int(v) if dtype == "int64" else number(v, case.dtype) for v in values]
    entry = {"shape": shape} if not numbers else {"value": shaped(numbers, shape)}
    entry |= {} if dtype == case.dtype else {"dtype": dtype}
    return entry["value"] if list(entry) == ["value"] else entry


def answer(case, method, value_own, value64, value_mp, validate, own, f64, key=None):
    """The entry of one method: what torch returns or raises, with mpmath's values."""
    name, key = case.distribution, key or method
    own_out = attempt(lambda: evaluate(own, method, value_own))
    if validate and isinstance(own_out, ValueError):
        explain(case, name, key, f"torch refuses a value: {str(own_out)[:80]!r}")
    py = attempt(lambda: evaluate(f64, method, value64))
    try:
        model = Derivatives(case, method, value_mp)
        true = model.result
    except (NotImplementedError, AttributeError):
        model = true = None
    if true is not None and not isinstance(py, Exception) and tuple(py.shape) != true.shape:
        py = own_out = ValueError(f"a result of shape {list(py.shape)} instead of {list(true.shape)}")
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
        is_wider = case.dtype in ("float16", "bfloat16") and (name, key) in CORRECTIONS
        dtype = case.dtype if isinstance(own_out, Exception) or is_wider else str(own_out.dtype).removeprefix("torch.")
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
        entry = result(shape, dtype, values, case)
        floor = 1.0 if method in ABSOLUTE_BELOW_ONE else 0.0
        if any(c > 2 * max(floor, abs(v)) for c, v in zip(condition, values) if math.isfinite(v)):
            entry = entry if isinstance(entry, dict) else {"value": entry}
            entry["condition"] = [number(f"{c:.1e}") for c in condition]
    else:
        dtype = str((py if isinstance(own_out, Exception) else own_out).dtype).removeprefix("torch.")
        entry = result(shape, dtype, py.double().reshape(-1).tolist(), case)
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
        result = evaluate(f64, method, value64)
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
        value = shaped(["undefined" if math.isnan(v) else number(v, case.dtype) for v in values], list(leaves[leaf].shape))
        more = {"simplex": True} if leaf == "value" and on_simplex(case) else {}
        if method in ("cdf", "icdf", *TAILS):  # exponentials: the relative error is the absolute error of the exponent
            scale = [s * abs(math.log(abs(v))) if 1e50 < abs(v) < math.inf or 0 < abs(v) < 1e-50 else s for s, v in zip(scale, values)]
        if any(s > 2 * max(1.0, abs(v)) for s, v in zip(scale, values)):
            more["condition"] = [number(f"{s:.1e}") for s in scale]
        out[leaf] = {"value": value} | more if more else value
        if isinstance(py, Exception):
            if not is_more(name, method, py):
                explain(case, name, key, f"torch raises {type(py).__name__}: {str(py)[:80]!r}")
            continue
        got = py[position]
        got = [0.0] * len(values) if got is None else got.double().reshape(-1).tolist()
        if more.get("simplex"):
            got, values = (along_simplex(g, leaves[leaf].shape[-1]) for g in (got, values))
        for a, b, s in zip(got, values, scale):
            if not math.isnan(b) and not close(a, b, FLOAT64_ERROR, max(1.0, s)):
                explain(case, name, key, f"in {leaf}: torch float64 {a!r}, mpmath {b!r}")
                break
    return out


def along_simplex(gradient, size):
    """The gradient in coordinates of events of that size, without its part that leaves the simplex."""
    rows = np.array(gradient).reshape(-1, size)
    return (rows - rows.mean(axis=1, keepdims=True)).reshape(-1).tolist()


def on_simplex(case):
    """Whether a bijection maps to a simplex. Then only the gradient along the simplex is defined."""
    if case.distribution == "LogisticNormal":
        return True
    transforms = case.arguments.get("transforms", [])
    return isinstance(transforms, list) and bool(transforms) and transforms[-1].transform == "StickBreakingTransform"


def beyond(family, known):
    """{method: {the call and its points, "is": the value}}: one cell of each method that torch lacks, of which `known` says so."""
    methods = [m for m in [*PARAMETER_METHODS, "cdf", "icdf", "enumerate_support"] if (family.name(), m) in EXTENSIONS]
    return {m: cell for m in [*methods, *TAILS] if known.get(m, "raises") == "raises" and (cell := beyond_cell(family, m))}


def beyond_cell(family, method):
    """The first case for which the model's values are finite numbers, in float64 if they are not exact."""
    for case in family.cases:
        case = case.of(family)
        if method != "enumerate_support" and (case.dtype != "float64" or not case.points["at"]):
            continue
        with mp.workdps(DIGITS):
            model, shapes = Truth(case.dtype).make(case), Plain(case.dtype).make(case)
            dims = len(shapes.batch_shape) + len(shapes.event_shape)
            inner = {"icdf": [p for p in case.points["p"] if 0 < p < 1]} | dict.fromkeys(("cdf", *TAILS), case.points["at"])
            value = points_tensor(inner[method], case, dims) if method in inner else None
            try:
                is_value = evaluate(model, method, None if value is None else as_mp(value))
            except (NotImplementedError, AttributeError):
                continue
        if all(mp.isfinite(v) for v in is_value.reshape(-1)):
            at = {} if value is None else {"at": tensor(value, case.dtype)}
            return stated_call(case) | at | {"is": shaped([number(v) for v in is_value.reshape(-1)], list(is_value.shape))}
    return None


def stated_call(case):
    dtype = {} if case.dtype == "float32" else {"dtype": case.dtype}
    return {"text": text(case)} | dtype | {"arguments": as_json(case, case.dtype)["arguments"]}


def run_case(case):
    own_build, f64_build = Own(case.dtype), Float64(case.dtype)
    own = own_build.make(case, validate_args=True)
    torch.set_default_dtype(torch.float64)
    # In float64, a value that was rounded to fewer digits may be outside the support.
    is_rounded = "rounded values" in families()[case.distribution].attributes
    f64 = f64_build.make(case, validate_args=not is_rounded)
    loose64 = Float64(case.dtype).make(case, validate_args=False)
    torch.set_default_dtype(torch.float32)
    loose_build = Own(case.dtype)
    loose = loose_build.make(case, validate_args=False)
    name = case.distribution
    out = stated_call(case)
    out |= {"batch_shape": list(own.batch_shape), "event_shape": list(own.event_shape)}
    out |= {key: stated(case, key, bool(getattr(own, key))) for key in ("has_rsample", "has_enumerate_support")}
    plain_build = Plain(case.dtype)
    plain = unclamped(as_given(plain_build.make(case)), case, plain_build)
    out["support"] = stated(case, "support", repr(plain.support))
    out["arg_constraints"] = [[k, repr(v)] for k, v in plain.arg_constraints.items()]
    out["repr"] = repr(plain)
    bigger = [3] + list(own.batch_shape)
    out["expanded"] = repr(as_given(plain.expand(torch.Size(bigger))))
    try:
        discrete = bool(own.support.is_discrete)
    except NotImplementedError:
        discrete = False

    dims = len(own.batch_shape) + len(own.event_shape)
    points = {k: points_tensor(v, case, dims) for k, v in case.points.items()}
    out["points"] = {k: tensor(v, case.dtype) for k, v in points.items() if v is not None}
    inside = [v for v in (points["at"], points["edges"]) if v is not None]
    everywhere = inside + ([points["outside"]] if points["outside"] is not None else [])
    methods, grads = {}, {}

    def entry(key, method, value=None, count=0, validate=False):
        # Values inside the support must pass validation; values outside must not reach it.
        a, b = (own, f64) if validate else (loose, loose64)
        value64 = None if value is None else value.double() if value.is_floating_point() else value
        said, model = answer(case, method, value, value64, None if value is None else as_mp(value), validate, a, b, key)
        if model is None and method in TAILS:
            return
        methods[key] = said
        if model is not None and method in DIFFERENTIABLE and key == method and case.dtype in ("float32", "float64"):
            if value is None or count:
                build = Float64(case.dtype)
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
    for method in TAILS:
        entry(method, method, torch.cat(everywhere), count)
    for expand in (True, False):
        got = enumerate_support(case, plain, expand)
        methods[f"enumerate_support({str(expand).lower()})"] = (
            {"error": type(got).__name__} if isinstance(got, Exception) else enumeration(got))
    for key, (of, function) in DETERMINED.items():
        if key in methods and follows(methods[key], methods[of], function):
            del methods[key]
    out["methods"] = methods
    if grads:
        out["gradients"] = grads
    return out


def follows(entry, of, function):
    """Whether `entry` equals `function(of)` to all digits, or both are the same error."""
    if isinstance(entry, dict) or isinstance(of, dict):
        return "error" in entry and entry == of if isinstance(entry, dict) and isinstance(of, dict) else False
    try:
        return all(math.isclose(a, function(b), rel_tol=1e-12) for a, b in zip(flat(entry), flat(of)))
    except (TypeError, OverflowError, ValueError):  # infinities and NaN are strings
        return False


def enumeration(t):
    """All values of a short enumeration, or the ends of a long one."""
    data = [number(v) if t.is_floating_point() else v for v in t.reshape(-1).tolist()]
    entry = {"dtype": str(t.dtype).removeprefix("torch.")}
    if len(data) <= 64:
        return entry | {"value": shaped(data, list(t.shape))}
    return entry | {"shape": list(t.shape), "first": data[:4], "last": data[-4:], "sum": float(t.double().sum())}


def as_given(d):
    """The distribution as its parameters make it: without the attributes that torch has computed since and would print."""
    if isinstance(d, td.MixtureSameFamily):
        mixture = d.mixture_distribution
        mixture.__dict__.pop("logits" if mixture._param is mixture.__dict__.get("probs") else "probs", None)
    if isinstance(d, td.Wishart):  # torch does not expand a number
        d.df = d.df.expand(d.batch_shape)
    return d


def unclamped(d, case, build):
    """The distribution with its probs as they were given, if corrections.py says that torch clamps them in the constructor."""
    if (case.distribution, "repr") in CORRECTIONS and "probs" in case.arguments:
        clamped = repr(d)
        given = build.leaves.get("probs", case.arguments["probs"])
        d.probs = torch.as_tensor(given, dtype=d.probs.dtype).expand(d.probs.shape)
        if repr(d) != clamped:
            used.add((case.distribution, "repr"))
    return d


def run_stream(case):
    out = {"text": text(case), "dtype": "float64", "arguments": as_json(case, "float64")["arguments"], "draws": []}
    for dtype in ("float32", "float64"):
        for count in (1, 15, 16, 1000):
            build = Own(dtype)
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
                    grads = [torch.zeros_like(leaf) if g is None else g for leaf, g in zip(build.leaves.values(), grads)]
                    entry["gradients"] = {
                        k: shaped([number(v, dtype) for v in g.double().reshape(-1).tolist()], list(g.shape))
                        for k, g in zip(build.leaves, grads)}
            out["draws"].append(entry)
    return out


SHOWN, SHOWN_AT_THE_END = 16, 4


def summary(sample, count):
    """All draws if they are few, else the first and the last, and three sums that determine the rest."""
    numbers = sample.detach().reshape(-1)
    entry = {"shape": list(sample.shape), "result": str(sample.dtype).removeprefix("torch.")}
    digits = (lambda v: int(v)) if not sample.is_floating_point() else (lambda v: float(f"{v:.9g}")) if sample.dtype == torch.float32 else float
    if len(numbers) <= SHOWN + SHOWN_AT_THE_END:
        return entry | {"value": [digits(v) for v in numbers.tolist()]}
    x = numbers.double()
    k = torch.arange(len(x), dtype=torch.float64) % 97 + 1
    return entry | {"first": [digits(v) for v in numbers[:SHOWN].tolist()], "last": [digits(v) for v in numbers[-SHOWN_AT_THE_END:].tolist()],
                    "sum": float(x.sum()), "sum_of_squares": float((x * x).sum()), "weighted_sum": float((x * k).sum())}


def run_bad_parameters(case):
    build = Plain(case.dtype)
    got = attempt(lambda: build.make(case, validate_args=True))
    assert isinstance(got, Exception), f"{text(case)} is accepted"
    return stated_call(case) | error_entry(case, got)


def run_bad_value(case):
    build = Plain(case.dtype)
    d = as_given(build.make(case, validate_args=True))
    dims = len(d.batch_shape) + len(d.event_shape)
    value = points_tensor(case.points["at"], case, dims)
    got = attempt(lambda: d.log_prob(value))
    assert isinstance(got, Exception), f"{text(case)} accepts {value}"
    return stated_call(case) | {"value": tensor(value, case.dtype)} | error_entry(case, got)


def error_entry(case, error):
    """The kind of an error, and the beginning of its text if that is specified."""
    entry = {"error": "ValueError"}
    message = str(error)
    marker = "but found invalid values"
    if message.startswith("Expected") and marker in message:
        message = message[:message.index(marker) + len(marker)]
        # Torch may name a distribution within the one that was made.
        own = f"distribution {case.distribution}(" in message
        entry["begins"] = message if own else message[:message.index(" ", message.index(" ") + 1) + 1]
    return entry


COMMON = ["event_shape", "has_rsample", "has_enumerate_support", "support", "arg_constraints"]


def golden(family):
    """The golden part of a family's data, the unexplained differences in it, and the corrections that it uses."""
    complaints.clear()
    used.clear()
    runs = {"cases": run_case, "streams": run_stream, "bad_parameters": run_bad_parameters, "bad_values": run_bad_value}
    sections = {}
    with mp.workdps(DIGITS):
        for section, run in runs.items():
            made = [{"name": f"{family.name()}_{i:02}"} | run(c.of(family)) for i, c in enumerate(getattr(family, section))]
            if section == "cases":
                sections["common"] = common_of(made, COMMON, ["points", "methods"])
            sections[section] = made
    return sections, list(complaints), set(used)
