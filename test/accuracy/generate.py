#!/usr/bin/env python3
"""Writes the reference data of the accuracy test.

    generate.py             write data/*.csv, exact values at 60 digits, and python.csv, the errors of Python's package
    generate.py --check     fail unless the files in data are, byte for byte, what would be written
    generate.py --only X    restrict to families whose name contains X, and leave python.csv alone

Needs mpmath; gmpy2, where installed, makes it several times faster and changes nothing. python.csv needs torch and is left
alone without it; its last digits depend on the processor. README.md describes the format.
"""

import argparse
import importlib.util
import multiprocessing
import pathlib
import re
import sys

from mpmath import mp, mpf

import families
from truth import DOUBLE, FLOAT, Draw, derivative

HERE = pathlib.Path(__file__).resolve().parent
POINTS, FEWER = 120, 100  # typical ones and again as many hostile ones, of a scalar family and of any other


def goal(family, quantity, fmt):
    """The goal in eps, and the floor below which an error counts as absolute."""
    if "/" in quantity:
        return round((1e-12 if fmt.is_double else 1e-5) / fmt.eps), 0
    if quantity == "log_prob":
        elementary, composed = 8, 64 if fmt.is_double else 16
        return (composed if family.uses_lgamma else elementary), 1
    if quantity in ("cdf", "icdf"):
        return (64 if fmt.is_double else 16), 0
    return (32 if fmt.is_double else 16), (1 if quantity == "entropy" else 0)


def cell(family, fmt, quantity, exact, unit):
    """The exact value, and after @ the unit of its error where that is neither the value itself nor the floor."""
    if mp.isnan(exact):
        raise ValueError(f"{family.name} {quantity} is not a number")
    if mp.isinf(exact) or abs(exact) > fmt.largest * (1 + mpf(fmt.eps)):
        return "inf" if exact > 0 else "-inf"
    if abs(exact) > fmt.largest / (1 + 1000 * fmt.eps):
        return ""  # an error within the goal decides whether it overflows
    eps, floor = goal(family, quantity, fmt)
    own = max(abs(exact), floor)
    if isinstance(unit, tuple):
        # In float a scalar family is asked for the plain goal outside log_prob: it may be evaluated in double.
        plain = not fmt.is_double and not family.composite and "/" not in quantity
        unit = 0 if plain else own * (1 + unit[1] / eps)
    elif unit and "/" in quantity:
        unit = unit * 8 / eps  # gradients: 1e-12 (1e-5) relative, or 8 eps of the largest term
    text = repr(float(exact)) if fmt.is_double else f"{float(exact):.12g}"
    if unit and unit > own * mpf(1.1):
        return f"{text}@{mp.nstr(mpf(unit), 3, min_fixed=0, max_fixed=0, show_zero_exponent=False)}"
    return text


def flatten(name, value):
    return {f"{name}[{i}]": v for i, v in enumerate(value)} if isinstance(value, (tuple, list)) else {name: value}


def row(family, fmt, point):
    """Every cell of a point."""
    cells = {}
    for name, value in point.items():
        cells |= {k: fmt.text(v) for k, v in flatten(name, value).items()}
    exact = {k: tuple(mpf(v) for v in w) if isinstance(w, tuple) else mpf(w) for k, w in point.items()}
    prob = exact.pop("probability", None)
    parameters = {k: exact[k] for k in family.parameters}
    value = exact["value"]

    def put(quantity, truth):
        extra = {} if prob is None else {"probability": prob}
        for key, component in flatten(quantity, truth).items():
            needs_unit = mp.isfinite(component) and component != 0 or "/" in key
            cells[key] = cell(
                family,
                fmt,
                key,
                component,
                family.units(key, value=value, **parameters, **extra) if needs_unit else None,
            )

    inside = family.support(value, **parameters)
    log_prob = family.log_prob(value, **parameters) if inside else -mp.inf
    put("log_prob", log_prob)
    if abs(log_prob) <= fmt.largest:
        for name in family.gradient_inputs():
            for i in range(len(exact[name])) if isinstance(exact[name], tuple) else [None]:
                if name == "scale_tril" and i % 3 > i // 3:
                    continue  # above the diagonal
                suffix = "" if i is None else f"[{i}]"
                slope = derivative(family.log_prob, exact, name, i)
                if isinstance(slope, mpf) and mp.isfinite(slope):  # not so at an end of some supports
                    put(f"log_prob/{name}{suffix}", slope)
    if family.cdf:
        put(
            "cdf",
            (
                family.cdf(value, **parameters)
                if inside
                else family.cdf(value, **parameters) if isinstance(family, families.Uniform) else mpf(0)
            ),
        )
        if inside and value != 0:
            for name in family.cdf_gradients:
                put(f"cdf/{name}", derivative(family.cdf, exact, name))
    if family.icdf:
        put("icdf", family.icdf(prob, **parameters))
    for quantity in ("mean", "variance", "entropy"):
        truth = getattr(family, quantity) and getattr(family, quantity)(**parameters)
        if truth is not None:  # a mean may not exist
            put(quantity, truth)
    return cells


def slug(family):
    return re.sub(
        r"_+", "_", re.sub(r"[^a-z0-9]", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", family.name).lower())
    ).strip("_")


def table(job):
    """The text of one file."""
    family, fmt = job
    rows = []
    for hostile in (False, True):
        draw = Draw(f"{family.name} {hostile}", fmt)
        rows += [row(family, fmt, p) for p in family.points(draw, hostile, FEWER if family.composite else POINTS)]
    rows += [row(family, fmt, {k: fmt.round(v) for k, v in p.items()}) for p in family.edges]
    columns = list(dict.fromkeys(k for r in rows for k in r))
    inputs = [c for c in columns if re.sub(r"\[.*", "", c) in ("probability", "value", *family.parameters)]
    quantities = [c for c in columns if c not in inputs]
    goals = [goal(family, re.sub(r"\[.*", "", q), fmt) for q in quantities]
    lines = [
        inputs + quantities,
        ["goal"] + [""] * (len(inputs) - 1) + [str(g) for g, _ in goals],
        ["floor"] + [""] * (len(inputs) - 1) + [str(f) for _, f in goals],
    ]
    lines += [[r.get(c, "") for c in inputs + quantities] for r in rows]
    return "".join(",".join(line) + "\n" for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    chosen = [f for f in families.SCALAR + families.OTHER if args.only in f.name]
    jobs = [(f, fmt) for f in chosen for fmt in (FLOAT, DOUBLE)]
    with multiprocessing.Pool() as pool:
        texts = pool.map(table, jobs, chunksize=1)

    stale = []
    for (family, fmt), text in zip(jobs, texts):
        path = HERE / "data" / f"{slug(family)}.{fmt.name}.csv"
        if args.check:
            if not path.exists() or path.read_text() != text:
                stale.append(path.name)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    if args.check:
        print("stale: " + ", ".join(stale) if stale else f"{len(jobs)} files are up to date")
        return bool(stale)
    print(f"wrote {len(jobs)} files, {sum(map(len, texts)) / 1e6:.2f} MB")
    if not args.only and importlib.util.find_spec("torch"):
        import python_torch

        python_torch.write(HERE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
