"""The format of test/data: JSON, one file a family.

A call is {"distribution": name, "arguments": {...}}, a transform {"transform": name, ...}. An argument is a number; a tensor, as a
nested list (of the dtype of the case, int64 if all numbers are integers) or {"dtype": ..., "data": ...}; {"input": name}, a
column of the table; or a call. Infinities and NaN are strings. A table has `columns` and `rows`; vectors are columns x[0], x[1].
"""

import json
import math

import torch

from .cases import D, In, T, X

DTYPES = {"float32": torch.float32, "float64": torch.float64, "float16": torch.float16, "bfloat16": torch.bfloat16}
DIGITS_OF_RESULTS = {"float32": 12, "float16": 8, "bfloat16": 8}


def flat(x):
    return [v for y in x for v in flat(y)] if isinstance(x, list) else [x]


def nested(f, x):
    return [nested(f, y) for y in x] if isinstance(x, list) else f(x)


def number(x, dtype="float64"):
    """A result, rounded to the significant digits of its dtype."""
    x = float(x)
    if not math.isfinite(x):
        return "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"
    return x if dtype == "float64" else float(f"{x:.{DIGITS_OF_RESULTS[dtype]}g}")


def input_number(x, dtype):
    """The shortest number that rounds to x in the dtype."""
    if dtype == "float64" or not math.isfinite(x):
        return number(x)
    candidates = (float(f"{x:.{d}g}") for d in range(1, 18))
    return next(t for t in candidates if torch.tensor(t, dtype=torch.float64).to(DTYPES[dtype]).double().item() == x)


def rounded(data, dtype):
    return torch.tensor(data, dtype=torch.float64).to(DTYPES[dtype])


def tensor(t, dtype):
    """A tensor of inputs, without rounding. `dtype` is that of the case."""
    own = str(t.dtype).removeprefix("torch.")
    data = t.tolist() if own == "int64" else nested(lambda v: input_number(v, own), t.detach().double().tolist())
    return data if isinstance(data, list) and own in (dtype, "int64") else {"data": data} | ({} if own == dtype else {"dtype": own})


def shaped(values, shape):
    """A flat list as nested lists of this shape."""
    if not shape:
        return values[0]
    step = len(values) // shape[0] if shape[0] else 0
    return [shaped(values[i * step:(i + 1) * step], shape[1:]) for i in range(shape[0])]


def call(node, dtype):
    if isinstance(node, D):
        return {"distribution": node.distribution, "arguments": {k: call(v, dtype) for k, v in node.arguments.items()}}
    if isinstance(node, X):
        out = {"transform": node.transform, "arguments": {k: call(v, dtype) for k, v in node.arguments.items()}}
        return out | ({"inverse": True} if node.inverse else {})
    if isinstance(node, In):
        return {"input": node.name}
    if isinstance(node, list) and (not node or isinstance(node[0], X)):
        return [call(v, dtype) for v in node]
    if isinstance(node, (list, T)):
        data, own = (node.data, node.dtype) if isinstance(node, T) else (node, None)
        return tensor(rounded(data, own or dtype), dtype)
    return node


def text(node):
    """The call as Python code."""
    if isinstance(node, D):
        inner = [f"{k}={text(v)}" for k, v in node.arguments.items()]
        if getattr(node, "dtype", "float32") != "float32":
            inner.append(f"dtype={node.dtype}")
        return f"{node.distribution}({', '.join(inner)})"
    if isinstance(node, X):
        return node.transform + "(" + ", ".join(f"{k}={text(v)}" for k, v in node.arguments.items()) + ")" + (".inv" if node.inverse else "")
    if isinstance(node, T):
        return f"tensor({text(node.data)})"
    if isinstance(node, In):
        return node.name
    if isinstance(node, list):
        return "[" + ", ".join(text(v) for v in node) + "]"
    return str(node)


def common_of(cases, keys, inner):
    """Moves the values that most cases share out of the cases and returns them: those of `keys`, and those of the entries of
    `inner` that all cases have."""
    def most_frequent(dicts):
        out = {}
        for key in dict.fromkeys(k for d in dicts for k in d):
            said = [json.dumps(d[key]) for d in dicts if key in d]
            best = max(dict.fromkeys(said), key=said.count)
            if len(said) == len(dicts) and said.count(best) > 1:
                out[key] = json.loads(best)
        return out

    common = most_frequent([{k: c[k] for k in keys} for c in cases])
    for name in inner:
        common[name] = most_frequent([c[name] for c in cases])
    for case in cases:
        for key in keys:
            if key in common and case[key] == common[key]:
                del case[key]
        for name in inner:
            case[name] = {k: v for k, v in case[name].items() if common[name].get(k) != v}
    return common


def render(data):
    """JSON with a line for each small value or row, so that a diff shows which of them changed."""
    compact = lambda v: json.dumps(v, separators=(",", ": "), allow_nan=False)

    def is_row(value):
        return isinstance(value, list) and not any(isinstance(v, (dict, list)) for v in value)

    def block(value, indent):
        pad = " " * (indent + 1)
        if len(compact(value)) <= 120 or is_row(value):
            return compact(value)
        if isinstance(value, dict):
            lines = [f"{pad}{json.dumps(k)}: {block(v, indent + 1)}" for k, v in value.items()]
            return "{\n" + ",\n".join(lines) + "\n" + pad[1:] + "}"
        if isinstance(value[0], dict) or is_row(value[0]) and len(value[0]) > 4:
            return "[\n" + ",\n".join(pad + block(v, indent + 1) for v in value) + "\n" + pad[1:] + "]"
        return compact(value)

    return block(data, 0) + "\n"
