"""Tables of exact values at typical and hostile points, for test/accuracy."""

import math
import re

from mpmath import mp, mpf

from .cases import inputs_of
from .draws import DOUBLE, FLOAT, Draw
from .family import TAILS, snake
from .mathematics import array, derivative

TYPICAL, HOSTILE = 30, 80  # points of a scalar family
FEWER_TYPICAL, FEWER_HOSTILE = 20, 65  # points of any other family
QUANTITIES = ("log_prob", "cdf", "icdf", "mean", "variance", "entropy", *TAILS)
OF_VALUE = ("log_prob", "cdf", *TAILS)


class Points:
    """The points of one form of a family, and the units of their errors. A point is a dict of numbers, or tuples for vectors, that
    are rounded to the format. It has a `value`, and a `probability` if `icdf` is checked.

    `unit` returns the largest term that no formula can avoid, if that is large: an error is counted in eps * max(|exact|,
    floor, unit), see test/accuracy/README.md. It returns ("relative to goal", u) to add u eps to the goal."""

    name = None  # the name of the table
    family = None  # set by `tables`
    form = None  # the parameters in use; by default those of the family's first form
    quantities = QUANTITIES
    differentiable = None  # the inputs of log_prob to differentiate in; by default the value and every parameter
    cdf_gradients = ()  # the inputs of the cdf and of the logarithms of the tails to differentiate in
    uses_lgamma = False  # selects the goal of log_prob
    counts = TYPICAL, HOSTILE  # of points; of families that are not scalar, fewer
    edges = ()  # further points: ends of the support, and points at which other libraries have failed

    @classmethod
    def call(cls):
        return cls.family.call(cls.form or cls.family.every_form()[0])

    @staticmethod
    def typical(draw):
        raise NotImplementedError

    @staticmethod
    def hostile(draw):
        raise NotImplementedError

    @staticmethod
    def is_variable(name, index):
        """Whether log_prob is differentiated in this element of an input."""
        return name != "scale_tril" or index[1] <= index[0]

    @classmethod
    def unit(cls, quantity, value, **inputs):
        return None


def goal(points, quantity, fmt):
    """The goal in eps, and the floor below which an error counts as absolute."""
    if "/" in quantity:
        return round((1e-12 if fmt.is_double else 1e-5) / fmt.eps), 0
    if quantity == "log_prob":
        elementary, composed = 8, 64 if fmt.is_double else 16
        return (composed if points.uses_lgamma else elementary), 1
    if quantity in ("log_cdf", "log_survival_function"):
        return (64 if fmt.is_double else 16), 1
    if quantity in ("cdf", "icdf", "survival_function"):
        return (64 if fmt.is_double else 16), 0
    return (32 if fmt.is_double else 16), (1 if quantity == "entropy" else 0)


def cell(points, fmt, quantity, exact, unit):
    """The exact value, with "@" and the unit of its error if the unit exceeds the value and the floor."""
    if mp.isinf(exact) or abs(exact) > fmt.largest * (1 + mpf(fmt.eps)):
        return "inf" if exact > 0 else "-inf"
    if abs(exact) > fmt.largest / (1 + 1000 * fmt.eps):
        return None  # whether it overflows depends on errors within the goal
    eps, floor = goal(points, quantity, fmt)
    own = max(abs(exact), floor)
    if isinstance(unit, tuple):
        # Float results of scalar families must meet the plain goal, as they may be computed in double; gradients need not.
        plain = not fmt.is_double and points.family.kind == "scalar" and "/" not in quantity
        unit = 0 if plain else own * (1 + unit[1] / eps)
    elif unit and "/" in quantity:
        unit = unit * 8 / eps  # gradients: 1e-12 (1e-5) relative, or 8 eps of the largest term
    number = float(exact) if fmt.is_double else float(f"{float(exact):.12g}")
    if unit and unit > own * mpf(1.1):
        return f"{number!r}@{mp.nstr(mpf(unit), 3, min_fixed=0, max_fixed=0, show_zero_exponent=False)}"
    return number


def leaves(name, value):
    """{"name[0][1]": number}, of a number or of nested tuples."""
    if not isinstance(value, (tuple, list)) and not getattr(value, "shape", ()):
        return {name: value}
    return {k: v for i, part in enumerate(value) for k, v in leaves(f"{name}[{i}]", part).items()}


def replaced(value, index, by):
    if not index:
        return by
    return value[:index[0]] + (replaced(value[index[0]], index[1:], by),) + value[index[0] + 1:]


def indices(value):
    if not isinstance(value, tuple):
        return [()]
    return [(i, *rest) for i, part in enumerate(value) for rest in indices(part)]


def exactly(value):
    return tuple(exactly(v) for v in value) if isinstance(value, tuple) else mpf(value)


def row(points, fmt, point, truth):
    """Every cell of a point. `truth(call, inputs)` is the model of a call."""
    cells = {}
    for name, value in point.items():
        cells |= {k: number(fmt, v) for k, v in leaves(name, value).items()}
    exact = {k: exactly(v) for k, v in point.items()}
    probability = exact.pop("probability", None)
    inputs = {k: v for k, v in exact.items() if k != "value"}
    value = exact["value"]

    def model(changed):
        return truth(points.call(), {k: array(v) for k, v in changed.items() if k != "value"})

    def evaluate(quantity, changed):
        if quantity in OF_VALUE:
            return getattr(model(changed), quantity)(array(changed["value"])).item()
        if quantity == "icdf":
            return model(changed).icdf(array(probability)).item()
        return getattr(model(changed), quantity)()

    def put(quantity, result):
        more = {} if probability is None else {"probability": probability}
        for key, part in leaves(quantity, result.item() if getattr(result, "ndim", None) == 0 else result).items():
            if mp.isnan(part):  # such as a mean that does not exist
                continue
            needs_unit = mp.isfinite(part) and part != 0 or "/" in key
            cells[key] = cell(points, fmt, key, part, points.unit(key, value=value, **inputs, **more) if needs_unit else None)

    def put_slope(quantity, name, index):
        at = exact[name]
        for i in index:
            at = at[i]
        slope = derivative(lambda x: evaluate(quantity, exact | {name: replaced(exact[name], index, x)}), at)
        if mp.isfinite(slope):  # it is not at the ends of some supports
            put(f"{quantity}/{name}" + "".join(f"[{i}]" for i in index), slope)

    def is_end():
        """Whether the density vanishes on one side of the value, so that the cdf may have a kink. A cdf of counts has steps."""
        beside = [value * (1 + sign * mpf(2) ** -100) for sign in (-1, 1)] if "value" in points.cdf_gradients else []
        return any(mp.isinf(evaluate("log_prob", exact | {"value": x})) for x in beside)

    asked = quantities(points, point)
    if "log_prob" in asked:
        log_prob = evaluate("log_prob", exact)
        put("log_prob", log_prob)
        if abs(log_prob) <= fmt.largest:
            for name in differentiable(points, point):
                for index in indices(exact[name]):
                    if points.is_variable(name, index):
                        put_slope("log_prob", name, index)
    for quantity in asked:
        if quantity == "log_prob":
            continue
        result = evaluate(quantity, exact)
        put(quantity, result)
        is_usual = quantity == "cdf" and not mp.isinf(log_prob) and not is_end() or quantity in ("log_cdf", "log_survival_function") and 1e-30 < abs(result) < mp.inf
        if is_usual and value != 0:
            for name in points.cdf_gradients:
                put_slope(quantity, name, ())
    return cells


def differentiable(points, point):
    return points.differentiable or ("value", *[n for n in point if n not in ("value", "probability")])


def quantities(points, point):
    """The quantities that are checked at a point, in the order of their columns."""
    return [q for q in QUANTITIES if has(points, q) and (q != "icdf" or "probability" in point)]


def has(points, quantity):
    """Whether a quantity is checked. The tails always are if the family has them."""
    if quantity in TAILS and points.family.kind == "scalar":
        return hasattr(points.family, "survival_function")
    return quantity in points.quantities


def number(fmt, x):
    x = fmt.shortest(x)
    return x if math.isfinite(x) else "inf" if x > 0 else "-inf"


def points_of(points, fmt):
    few = points.family.kind != "scalar"
    for is_hostile, count in zip((False, True), (FEWER_TYPICAL, FEWER_HOSTILE) if few else points.counts):
        draw = Draw(f"{points.name} {is_hostile}", fmt)
        for _ in range(count):
            yield points.hostile(draw) if is_hostile else points.typical(draw)
    for point in points.edges:
        yield {k: tuple(map(fmt.round, v)) if isinstance(v, tuple) else fmt.round(v) for k, v in point.items()}


def slug(name):
    """The name of a table: "bernoulli_logits" for "Bernoulli(logits)"."""
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9]", "_", snake(name))).strip("_")


def tables(family, truth):
    """(header, rows) of each form in both formats."""
    for points in family.accuracy:
        points.family = family
        points.name = points.name or family.name()
        for fmt in (FLOAT, DOUBLE):
            rows = [row(points, fmt, p, truth) for p in points_of(points, fmt)]
            columns = list(dict.fromkeys(k for r in rows for k in r))
            names = ["value", "probability", *inputs_of(points.call())]
            inputs = [c for c in columns if c.split("[")[0] in names and "/" not in c]
            asked = [c for c in columns if c not in inputs]
            goals = [goal(points, q.split("[")[0], fmt) for q in asked]
            header = {"name": slug(points.name), "dtype": fmt.name, "call": points.call(), "columns": inputs + asked,
                      "goals": [None] * len(inputs) + [g for g, _ in goals],
                      "floors": [None] * len(inputs) + [f for _, f in goals]}
            yield header, [[r.get(c) for c in inputs + asked] for r in rows]
