"""The errors of Python's torch.distributions at the points of the accuracy test, which docs/accuracy.md shows beside ours."""

import csv
import json
import math
import re
import warnings

import torch
import torch.distributions as td

from .cases import D, In, X
from .views import Plain

LARGEST_ENUMERATION = 20_000  # Binomial.entropy takes time and memory in proportion to total_count


def parse(cell):
    exact, _, unit = str(cell).partition("@")
    return float(exact), float(unit or 0)


def error(got, cell, floor, info):
    """The error in eps, as accuracy_test.cpp counts it."""
    exact, unit = parse(cell)
    if math.isinf(exact):
        return 0.0 if got == exact else math.inf
    if not math.isfinite(got):
        return math.inf
    unit = max(abs(exact), floor, unit)
    if unit < info.tiny:  # subnormal: any result up to info.tiny is accepted
        return 0.0 if abs(got) <= info.tiny else math.inf
    return abs(got - exact) / unit / info.eps


def node_of(call):
    """The call that a JSON value describes."""
    if isinstance(call, list):
        return [node_of(c) for c in call]
    if not isinstance(call, dict):
        return call
    if "input" in call:
        return In(call["input"])
    arguments = {k: node_of(v) for k, v in call["arguments"].items()}
    if "transform" in call:
        return X(call["transform"], call.get("inverse", False), **arguments)
    return D(call["distribution"], **arguments)


def inputs_of(columns, dtype):
    """One tensor for each input; columns x[0], x[1] ... are one input."""
    parts = {}
    for column, numbers in columns.items():
        parts.setdefault(column.split("[")[0], []).append(torch.tensor([float(v) for v in numbers], dtype=torch.float64))
    out = {}
    for name, tensors in parts.items():
        if name + "[0][0]" in columns:
            columns_of_one = sum(c.startswith(name + "[0][") for c in columns)
            out[name] = torch.stack(tensors, -1).unflatten(-1, (-1, columns_of_one)).to(dtype)
        else:
            out[name] = (torch.stack(tensors, -1) if name + "[0]" in columns else tensors[0]).to(dtype)
    return out


def row(call, inputs, i):
    """The i-th distribution of a batch. That of a Multinomial takes its number of trials as an int."""
    one = {k: v[i] for k, v in inputs.items()}
    if call.distribution == "Multinomial":
        one["total_count"] = int(one["total_count"])
    return Plain("float64", one).make(call)


# Classes of which Python cannot make a batch, or with a log_prob of a wrong shape.
NO_BATCHES = ("ExpRelaxedCategorical", "Multinomial", "RelaxedOneHotCategorical")


class OneByOne:
    """A batch of distributions that Python cannot make together."""

    def __init__(self, call, inputs):
        self.rows = [row(call, inputs, i) for i in range(len(next(iter(inputs.values()))))]

    def log_prob(self, value):
        return torch.stack([d.log_prob(v).reshape(()) for d, v in zip(self.rows, value)])

    @property
    def mean(self):
        return torch.stack([d.mean for d in self.rows])

    @property
    def variance(self):
        return torch.stack([d.variance for d in self.rows])


def quantities(table, columns, names):
    """A tensor for each quantity. Quantities that Python lacks, or for which it raises, are left out."""
    dtype = getattr(torch, table["dtype"])
    inputs = {n: t.requires_grad_() for n, t in inputs_of({c: v for c, v in columns.items() if c not in names}, dtype).items()}
    call = node_of(table["call"])
    d = OneByOne(call, inputs) if call.distribution in NO_BATCHES else Plain("float64", inputs).make(call)
    results = {}

    def put(name, tensor):
        if tensor.dim() == 1:
            results[name] = tensor
        for i in range(tensor.shape[1] if tensor.dim() > 1 else 0):
            put(f"{name}[{i}]", tensor[:, i])

    def attempt(name, function):
        if not any(n == name or n.startswith(name + "[") for n in names):
            return
        try:
            result = function()
        except Exception:  # not implemented, or an error of Python's
            return
        put(name, result.detach())
        for key in {re.sub(r"\[.*", "", n.split("/")[1]) for n in names if n.startswith(name + "/")}:
            try:
                (gradient,) = torch.autograd.grad(result.sum(), inputs[key], retain_graph=True)
            except RuntimeError:
                continue
            put(f"{name}/{key}", gradient)

    def binomial_entropy():
        rows = []
        for i, n in enumerate(inputs["total_count"].detach()):
            small = n <= LARGEST_ENUMERATION
            rows.append(row(call, inputs, i).entropy().detach() if small else torch.full((), math.nan, dtype=dtype))
        return torch.stack(rows)

    functions = {"log_prob": lambda: d.log_prob(inputs["value"]), "cdf": lambda: d.cdf(inputs["value"]),
                 "icdf": lambda: d.icdf(inputs["probability"]), "mean": lambda: d.mean, "variance": lambda: d.variance,
                 "entropy": binomial_entropy if "total_count" in inputs else lambda: d.entropy()}
    for name, function in functions.items():
        attempt(name, function)
    return results


def write(files, path, keep):
    """Writes a line for each quantity of each accuracy table of the files. With `keep`, the lines of other tables remain."""
    td.Distribution.set_default_validate_args(False)
    warnings.simplefilter("ignore")
    lines = []
    tables = [t for file in files for t in json.loads(file.read_text())["accuracy"]]
    for table in sorted(tables, key=lambda t: (t["name"], t["dtype"])):
        columns = dict(zip(table["columns"], zip(*table["rows"])))
        names = [n for n, g in zip(columns, table["goals"]) if g is not None]
        results = quantities(table, columns, names)
        for name, goal, floor in zip(columns, table["goals"], table["floors"]):
            if name not in results:
                continue
            got, info = results[name].tolist(), torch.finfo(getattr(torch, table["dtype"]))
            errors = [error(g, cell, floor, info) for g, cell in zip(got, columns[name]) if cell is not None]
            if "total_count" in columns and name == "entropy":
                errors = [e for e, n in zip(errors, columns["total_count"]) if float(n) <= LARGEST_ENUMERATION]
            finite = [e for e in errors if math.isfinite(e)]
            lines.append([table["name"], table["dtype"], name, len(errors), sum(e <= goal for e in errors),
                          len(errors) - len(finite), f"{max(finite, default=0):.2g}"])
    points, within = sum(l[3] for l in lines), sum(l[4] for l in lines)
    print(f"Python's package: {within} of {points} values within the goals ({100 * within / points:.1f} %)")
    if keep:
        names = {t["name"] for t in tables}
        with path.open(newline="") as old:
            lines += [line for line in list(csv.reader(old))[1:] if line[0] not in names]
        lines.sort(key=lambda line: line[:2])
    with path.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["family", "format", "quantity", "points", "within", "wrong_infinities", "worst"])
        writer.writerows(lines)
