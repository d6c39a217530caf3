"""The KL divergences of a family: values and gradients by the textbook's formulas, at parameters rounded to the dtype.

Gradients are those of the sum of the divergences. A gradient is "nan" where it is one-sided or infinite: there a test only asks
for a finite number. The number after the "@" of a cell is its condition, the sum of |x df/dx| over the parameters x.
"""

import itertools
import random

import numpy as np
import torch
import torch.distributions as td
from mpmath import mp, mpf

from .data import call as as_json, input_number, nested, number
from .draws import FORMATS
from .family import families, lineage
from .mathematics import NAN
from .views import Plain, truth

DIGITS = 80
COUNTS = {"ordinary": 5, "hostile": 8, "near": 8}
COUNTLESS = {"total_count"}  # parameters without a gradient


class Table:
    """Divergences of one pair of calls, whose inputs begin with "p." and "q.". A row is {input: number or nested lists}."""

    def __init__(self, p, q, kind, dtype, rows, python=True, slopes=None):
        self.p, self.q, self.kind, self.dtype, self.python = p, q, kind, dtype, python
        self.rows = [{k: nested(FORMATS[dtype].round, v) for k, v in row.items()} for row in rows]
        self.slopes = slopes or (lambda row: True)


def partners(family):
    """{family: the divergence to it}; a class inherits the divergences to its base."""
    found = {}
    for other in families().values():
        rules = [family.kl[name] for name in lineage(other) if name in family.kl]
        if rules:
            found[other] = rules[0]
    return found


# ---- the rows of scalar families --------------------------------------------------------------------------------------------


def fixed_draw(family, other, rng, spread, forms):
    if hasattr(family, "kl_draw"):
        if len(family.every_form()) > 1:
            return family.kl_draw(other, rng, spread, forms)
        drawn = family.kl_draw(other, rng, spread)
        if len(other.every_form()) > 1:
            drawn[len(forms[0]):] = [other.parameters[n].draw(rng, spread) for n in forms[1]]
        return drawn
    kinds = [f.parameters[n] for f, form in zip((family, other), forms) for n in form]
    return [kind.draw(rng, spread) for kind in kinds]


def near(family, rng, dtype, draw, form):
    """The parameters of two nearly equal distributions."""
    p = draw(rng.choice(["ordinary", "hostile"]))[:len(form)]
    decades = (-10, -1) if dtype == "float64" else (-6, -1)
    q = []
    for name, x in zip(form, p):
        step = rng.choice([-1, 1]) * 10 ** rng.uniform(*decades)
        kind = family.parameters[name].name
        kind = "probability" if kind.endswith("probability") else kind
        changed = {"probability": x + step * min(x, 1 - x)} | dict.fromkeys(("real", "log location"), x + step)
        changed["least value"] = x * (1 - abs(step))  # the support of q contains that of p
        q.append(x if name in COUNTLESS else changed.get(kind, x * (1 + step)))
    return p + q


def special_points(family, other, form, other_form):
    """The points of interest, which may depend on the class of q, on the forms, or on both."""
    points = family.kl_points.get(other.name(), family.kl_points)
    return points.get((form[-1], other_form[-1]), []) if isinstance(points, dict) else points


def scalar_tables(family):
    for other in partners(family):
        for form, other_form in itertools.product(family.every_form(), other.every_form()):
            forms = (form, other_form)
            special = special_points(family, other, form, other_form)
            names = [f"p.{n}" for n in form] + [f"q.{n}" for n in other_form]
            p, q = family.call(form, "p."), other.call(other_form, "q.")
            for dtype, (kind, count) in itertools.product(("float64", "float32"), COUNTS.items()):
                if kind == "near" and (family is not other or form != other_form or not family.kl_near):
                    continue
                rng = random.Random(f"{family.name()} {form} {other.name()} {other_form} {kind} {dtype}")
                draw = lambda spread: fixed_draw(family, other, rng, spread, forms)
                points = [near(family, rng, dtype, draw, form) if kind == "near" else draw(kind) for _ in range(count)]
                points += special if kind == "hostile" else []
                table = Table(p, q, kind, dtype, [dict(zip(names, point)) for point in points],
                              python=other.name() not in family.kl_wrong_in_python,
                              slopes=lambda row: not at_boundary(family, other, row))
                table.rows = [row for row in table.rows if is_valid(family, other, row)]
                yield table


def is_valid(family, other, row):
    """Whether the parameters are still valid after rounding."""
    for side, f in (("p", family), ("q", other)):
        if f.parameters.get("low") and row[f"{side}.low"] >= row[f"{side}.high"]:
            return False
        if not 0 <= row.get(f"{side}.probs", 0) <= 1:
            return False
    return True


def at_boundary(family, other, row):
    """Whether the formula cannot be differentiated on both sides: a probability is 0 or 1, or the supports share an end that
    is a parameter."""
    if any(row.get(f"{side}.probs") in (0, 1) for side in "pq"):
        return True
    moving = {"low": ("low", "high"), "least value": ("scale", None)}  # the parameters that are ends
    ends, moves = [], False
    for side, f in (("p", family), ("q", other)):
        found = next((moving[kind.name] for kind in f.parameters.values() if kind.name in moving), None)
        fixed = (0, 1) if f.value.name == "unit" else (0, None) if f.value.name == "positive" else (None, None)
        ends.append(tuple(name and row[f"{side}.{name}"] for name in found) if found else fixed)
        moves = moves or found is not None
    if not moves:
        return False
    return any(a is not None and a == b for a, b in zip(*ends))


# ---- values and gradients ---------------------------------------------------------------------------------------------------


def flatten(row):
    """Yields the name, the index and the number of every entry."""
    for name, value in row.items():
        shape = np.shape(value)
        for index in np.ndindex(*shape):
            entry = value
            for i in index:
                entry = entry[i]
            yield name, index, entry


def divergence(table, entries, numbers):
    inputs = {}
    shapes = {}
    for name, index, _ in entries:
        shapes[name] = tuple(max(a, b + 1) for a, b in zip(shapes.get(name, (0,) * len(index)), index))
    for name, shape in shapes.items():
        inputs[name] = np.full(shape, mpf(0), dtype=object)
    for (name, index, _), value in zip(entries, numbers):
        inputs[name][index] = value
    p, q = truth(table.p, inputs), truth(table.q, inputs)
    return p.kl(q).item()


STEP = mpf(2) ** -50  # relative step; the other digits are left for the difference


def derivatives(formula, numbers, value, fixed):
    """The gradient of the value, and the conditions of the value and of each element of the gradient, to a few digits. `fixed` are
    the indices of the parameters that have no gradient, for which it is NaN. A condition is the sum of |x df/dx| over the
    parameters x."""
    n = len(numbers)
    slopes, scales = [NAN] * n, [mpf(0)] * n
    if mp.isinf(value):
        return slopes, mpf(0), scales
    steps = [STEP * (abs(x) or 1) for x in numbers]

    def at(moves):
        try:
            moved = formula(*[x + moves.get(i, 0) * steps[i] for i, x in enumerate(numbers)])
        except (ValueError, ZeroDivisionError, TypeError):
            return NAN
        return moved if isinstance(moved, mpf) else NAN

    free = [i for i in range(n) if i not in fixed and mp.isfinite(numbers[i])]
    above, below = ({i: at({i: by}) for i in free} for by in (1, -1))
    for i in free:
        slope = (above[i] - below[i]) / (2 * steps[i])
        slopes[i] = slope if mp.isfinite(slope) else NAN
    for i, j in itertools.combinations_with_replacement(free, 2):
        change = above[i] - 2 * value + below[i] if i == j else at({i: 1, j: 1}) - above[i] - above[j] + value
        second = abs(change) / (steps[i] * steps[j])
        if mp.isfinite(second):
            scales[i] += second * abs(numbers[j])
            scales[j] += second * abs(numbers[i]) if i != j else 0
    return slopes, mp.fsum(abs(slopes[i] * numbers[i]) for i in free if not mp.isnan(slopes[i])), scales


def with_scale(x, scale, dtype):
    x = number(x, dtype)
    return x if not scale or isinstance(x, str) else f"{x!r}@{mp.nstr(scale, 2, min_fixed=0, max_fixed=1, show_zero_exponent=False)}"


def cells(table, row):
    """The columns of one row, or None if the divergence overflows or is too small to be distinguished from 0."""
    entries = list(flatten(row))
    numbers = [mpf(x) for _, _, x in entries]
    formula = lambda *xs: divergence(table, entries, xs)
    value = formula(*numbers)
    largest = mpf(FORMATS[table.dtype].largest)
    if table.kind == "near" and value < mpf("1e-20") or value > largest and not mp.isinf(value):
        return None
    name_of = lambda name, index: name + "".join(f"[{i}]" for i in index)
    masked = [i for i, (name, index, x) in enumerate(entries) if index and name.endswith("probs") and x == 0]
    counts = [i for i, (name, _, _) in enumerate(entries) if name.split(".")[-1] in COUNTLESS]
    above = [i for i, (name, index, _) in enumerate(entries) if name.endswith("scale_tril") and index[1] > index[0]]
    slopes, scale, scales = derivatives(formula, numbers, value, masked + above)
    if not table.slopes(row):
        slopes = [NAN] * len(slopes)
    out = {name_of(name, index): number(input_number(x, table.dtype)) for name, index, x in entries}
    out["kl"] = with_scale(value, scale, table.dtype)
    for i, (name, index, _) in enumerate(entries):
        if i in above:
            slopes[i] = mpf(0)
        if i not in counts:
            slope = NAN if abs(slopes[i]) > largest else slopes[i]
            out["kl/" + name_of(name, index)] = with_scale(slope, scales[i], table.dtype)
    return out


def compare_with_python(table, rows):
    def build(call, row):
        inputs = {n: torch.tensor(v, dtype=torch.float64) for n, v in row.items()}
        return Plain("float64", inputs).make(call)

    for row, made in zip(table.rows, rows):
        mine = float(str(made["kl"]).partition("@")[0])
        theirs = td.kl_divergence(build(table.p, row), build(table.q, row)).item()
        if abs(mine - theirs) > 1e-10 * max(1, abs(theirs)):
            raise AssertionError(f"the divergence of {as_json(table.p, '')}, {as_json(table.q, '')} at {row} is {mine}, Python's {theirs}")


def tables(family):
    """(header, rows) of each table."""
    source = scalar_tables(family) if family.kind == "scalar" else family.kl_tables()
    with mp.workdps(DIGITS):
        for table in source:
            made = [cells(table, row) for row in table.rows]
            table.rows, made = zip(*[(r, m) for r, m in zip(table.rows, made) if m]) if any(made) else ((), ())
            if not made:
                continue
            if table.python and table.kind == "ordinary" and table.dtype == "float64":
                compare_with_python(table, made)
            columns = list(made[0])
            header = {"kind": table.kind, "dtype": table.dtype, "p": table.p, "q": table.q, "columns": columns}
            yield header, [[m[c] for c in columns] for m in made]
