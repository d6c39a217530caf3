#!/usr/bin/env python3
"""Writes test/data/<family>.json, all reference data of a family, from its oracle.

    generate.py                 writes all files
    generate.py --only gamma    writes gamma.json, and its lines of test/accuracy/python.csv
    generate.py --check         writes nothing; fails unless the files are, byte for byte, what it would write

It also writes test/golden/beyond.json, a value of each method that Python lacks, and test/accuracy/python.csv, the errors of
Python's package. The last digits of the latter depend on the processor. A file of
test/data has golden cases (Python's results, or mpmath's where Python is wrong), tables of exact values for the accuracy test,
tables of divergences, and what the law tests need to know of the class. Every oracle is compared with Python on the way, and
every density with quadrature or summation. README.md describes the format.
"""

import argparse
import itertools
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import torch  # noqa: E402
from mpmath import mp  # noqa: E402

from oracle.framework import accuracy, checks, divergences, python_errors  # noqa: E402
from oracle.framework.cases import D  # noqa: E402
from oracle.framework.corrections import CORRECTIONS, EXTENSIONS  # noqa: E402
from oracle.framework.data import call, render  # noqa: E402
from oracle.framework.family import families, lineage, snake  # noqa: E402
from oracle.framework.golden import beyond, golden  # noqa: E402
from oracle.framework.views import truth  # noqa: E402

DATA = HERE.parent / "data"
BEYOND = HERE.parent / "golden" / "beyond.json"
INVENTORY = HERE.parent / "golden" / "inventory.json"
TORCH_VERSION = "2.13.0"
DIGITS = 60


def description(family):
    """What tests need to know of the class."""
    said = {"distribution": family.name(), "kind": family.kind, "parameters": {n: k.name for n, k in family.parameters.items()}}
    if family.value:
        said["value"] = family.value.name
    said["attributes"] = list(family.attributes)
    partners = divergences.partners(family)
    infinite = [f for f in families().values() if set(lineage(f)) & set(family.kl_infinite)]
    said["kl"] = {"finite": [f.name() for f in partners], "infinite": [f.name() for f in infinite]}
    said["laws"] = list(laws(family))
    return said


def laws(family):
    """The forms in which law tests make the class, with columns of ordinary and of hostile parameters."""
    if family.kind == "combinator":
        forms = [tuple(family.ordinary)] if family.ordinary else []
    else:
        forms = [form for form in family.every_form() if all(n in family.ordinary for n in form)]
    for form in forms:
        grid = family.grid.get(form) if isinstance(family.grid, dict) else family.grid
        grid = grid or list(itertools.product(*[family.parameters[n].grid for n in form]))
        made = family.law_call if family.kind == "combinator" else family.call(form)
        yield {"name": family.name() + ("_logits" if "logits" in form else ""), "call": call(made, "float64"),
               "ordinary": {n: family.ordinary[n] for n in form}, "hostile": dict(zip(form, map(list, zip(*grid))))}


def table(header, rows):
    return {k: call(v, header["dtype"]) if isinstance(v, D) else v for k, v in header.items()} | {"rows": rows}


def section(job):
    """One part of a file, the unexplained differences in it, and the corrections that it uses."""
    name, part = job
    family = families()[name]
    torch.set_num_threads(1)
    with mp.workdps(DIGITS):
        if part == "golden":
            return golden(family)
        if part == "checks":
            return {}, checks.faults(family), set()
        source = divergences.tables(family) if part == "divergences" else accuracy.tables(family, truth)
        return {part: [table(*t) for t in source]}, [], set()


PARTS = ("golden", "accuracy", "divergences", "checks")


def beyond_cells(names, keep):
    """The text of beyond.json, a cell for each method of a class that torch lacks. With `keep`, the cells of other classes
    remain."""
    known = json.loads(INVENTORY.read_text())["distributions"]
    cells = json.loads(BEYOND.read_text()) if keep and BEYOND.exists() else {}
    cells |= {name: beyond(families()[name], known[name]["methods"]) for name in names}
    return render({name: cells[name] for name in sorted(cells) if cells[name]})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", help="one family, by its file name")
    parser.add_argument("--check", action="store_true", help="compare with the files, write nothing")
    options = parser.parse_args()
    assert torch.__version__.split("+")[0] == TORCH_VERSION, f"the oracle is torch {TORCH_VERSION}, this is {torch.__version__}"
    names = [n for n in families() if options.only in (None, snake(n))]
    jobs = [(n, part) for n in names for part in PARTS]
    contents = {n: description(families()[n]) for n in names}
    complaints, used, stale = [], set(), []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for (name, _), (part, found, explained) in zip(jobs, pool.map(section, jobs)):
            contents[name] |= part
            complaints += found
            used |= explained
    if options.only is None:
        listed = set(CORRECTIONS) | {(n, "extension " + m) for n, m in EXTENSIONS}
        complaints += [f"{n}.{k}: listed in corrections.py, but torch is right" for n, k in sorted(listed - used)]
        stale += [p.name for p in DATA.glob("*.json") if p.stem not in map(snake, names)]
    cells = beyond_cells(names, keep=options.only is not None)
    if options.check:
        stale += [BEYOND.name] if BEYOND.read_text() != cells else []
    elif not complaints:
        BEYOND.write_text(cells)
    for name, content in contents.items():
        path, text = DATA / f"{snake(name)}.json", render(content)
        if options.check:
            stale += [path.name] if not path.exists() or path.read_text() != text else []
        elif not complaints:
            DATA.mkdir(exist_ok=True)
            path.write_text(text)
        print(f"{path.name}: {len(content['cases'])} cases, {len(text) // 1024} KiB", flush=True)
    if not options.check and not complaints:
        python_errors.write([DATA / f"{snake(name)}.json" for name in names], HERE.parent / "accuracy" / "python.csv", keep=options.only is not None)
    for complaint in complaints:
        print("unexplained:", complaint, file=sys.stderr)
    for name in stale:
        print("differs:", name, file=sys.stderr)
    return 1 if complaints or stale else 0


if __name__ == "__main__":
    sys.exit(main())
