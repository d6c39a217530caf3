#!/usr/bin/env python3
"""Measures this library beside Python's torch.distributions and writes docs/benchmarks.md; scripts/benchmark starts it.

    run.py                     everything, in an hour
    run.py --threads 1         with one thread, in 40 minutes; then
    run.py --threads 2 --add   with two threads, in 15 minutes: together everything
    run.py --add --only Beta   these families again, with the other figures as they are
    run.py --render            writes the report again from the figures that are there
    run.py --quick             float, full parameters, N = 1 and 1M, one thread; no torch.compile, no memory
    run.py --quick --only '^(Normal|Beta)$' --sizes 1,4096

The report is written to docs/ if all figures are there, else next to the figures, to build/benchmark. Figures are written
after each family, so `--add --only` can continue a run that was stopped. A quick run has its own figures. Families are
measured one after the other, C++ and Python in turn, so that a slow spell of the machine affects both. With one thread,
`taskset -c 1 scripts/benchmark --threads 1` leaves the other cores to other work.

What adds little is not measured. At small N most of the time is overhead, which does not depend on the dtype or the layout:
doubles and shared parameters are measured at the largest N only. So is the second thread, which LibTorch does not use at
small N. Construction depends on N by its validation alone, and each compilation takes seconds: construction and
torch.compile are measured at the smallest and the largest N. Sizes that give a batch of one, such as N = 1, 64 and 4096 for
covariances of 4096 dimensions, are measured once.

A key names a measurement: family/operation/implementation/dtype/layout/elements/threads.

    implementation  ours, composed (the textbook's formula in tensor operations, in C++), python, compiled
                    (torch.compile); also ours_validating and python_validating
    layout          full: a parameter for each value; scalar: one for all; row: [64] for values [N/64, 64]
"""

import argparse
import datetime
import json
import os
import platform
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

import report
from families import FAMILIES, ROW

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SIZES = [1, 64, 4096, 1 << 20]
MEMORY_ELEMENTS = 1 << 23
SPLIT = 1 << 16  # two threads are measured from this number of elements on


def ends(sizes):
    return sizes[::max(1, len(sizes) - 1)]


@dataclass(frozen=True)
class Operation:
    name: str
    sizes: Callable = lambda sizes: sizes  # the numbers of elements, of all that are measured
    layouts: tuple = ("full",)  # the others at the largest N
    on_values: bool = True  # else double and two threads are not measured
    validates: bool = False
    composed: bool = True
    compiled: bool = False
    family: str = ""  # the only one for which it is measured


OPERATIONS = [
    Operation("construct", ends, on_values=False, validates=True, composed=False),
    Operation("construct_log_prob", lambda sizes: sizes[:1], on_values=False, validates=True),
    Operation("log_prob", layouts=("full", "scalar", "row"), validates=True, compiled=True),
    Operation("backward", layouts=("full", "scalar", "row"), validates=True, compiled=True),
    Operation("sample", layouts=("full", "scalar")),
    Operation("entropy"),
    Operation("kl"),
    Operation("kl_dispatch", lambda sizes: sizes[:1], on_values=False, composed=False, family="Normal"),
]


def shapes(family, operation, options):
    """(dtype, layout, elements, threads) at which an operation is measured."""
    largest = options.sizes[-1]
    if 1 in options.threads:
        for elements in operation.sizes(options.sizes):
            if elements >= family.elements or elements == options.sizes[0]:
                yield "float", "full", elements, 1
        if operation.on_values and not options.quick:
            yield "double", "full", largest, 1
            for layout in operation.layouts[1:]:
                if layout != "row" or largest // family.elements >= 2 * ROW:
                    yield "float", layout, largest, 1
    if 2 in options.threads and operation.on_values and largest >= SPLIT:
        yield "float", "full", largest, 2


def implementations(family, operation, dtype, layout, elements, options):
    yield "ours"
    if operation.validates and layout == "full":
        yield "ours_validating"
    if operation.composed:
        yield "composed"
    yield "python"
    if operation.validates and layout == "full":
        yield "python_validating"
    # Only a selection, since each compilation takes seconds.
    selected = family.elementwise and (dtype, layout) == ("float", "full") and elements in ends(options.sizes)
    if operation.compiled and options.compile and selected:
        yield "compiled"


def is_python(key):
    return key.split("/")[2] in ("python", "python_validating", "compiled")


def time_keys(family, options):
    return [
        f"{family.name}/{operation.name}/{implementation}/{dtype}/{layout}/{elements}/{threads}"
        for operation in OPERATIONS if operation.name not in family.lacks and operation.family in ("", family.name)
        for dtype, layout, elements, threads in shapes(family, operation, options)
        for implementation in implementations(family, operation, dtype, layout, elements, options)
    ]


def memory_keys(family, options):
    if not options.memory or 1 not in options.threads:
        return []
    return [
        f"{family.name}/{operation}/{implementation}/float/full/{MEMORY_ELEMENTS}/1"
        for operation in ["construct_log_prob", "backward"]
        for implementation in ["ours", "ours_validating", "composed", "python", "python_validating"]
    ]


def output_of(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command[:3]))}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def python_side(arguments, names):
    """{key: what was measured} for those names that Python measures."""
    names = [k for k in names if is_python(k)]
    return json.loads(output_of([sys.executable, HERE / "python_side.py", *arguments], input="\n".join(names))) if names else {}


def time_cpp(names, options, program="benchmark_speed", **more):
    """{key: [seconds, ...]}, and LibTorch's version."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "speed.json"
        output_of([options.build / "benchmark" / program, f"--benchmark_out={out}", "--benchmark_out_format=json",
                   f"--benchmark_min_time={options.seconds}", f"--benchmark_repetitions={options.repetitions}", *names],
                  stderr=subprocess.DEVNULL, **more)
        data = json.loads(out.read_text())
    times = {}
    for run in data["benchmarks"]:
        name = run["run_name"].removesuffix("/real_time")
        if run.get("error_occurred") and run["error_message"] != "nothing to measure":
            sys.exit(f"{name}: {run['error_message']}")
        if run["run_type"] == "iteration" and not run.get("error_occurred"):
            times.setdefault(name, []).append(run["real_time"] * 1e-6)
    return times, data["context"]["libtorch"]


def measure(families, options, results):
    """Adds the figures of the families to `results`, and yields after each. A time is None if there is nothing to measure."""
    load = os.getloadavg()[0]
    for number, family in enumerate(families, 1):
        started = time.monotonic()
        names = time_keys(family, options)
        cpp, libtorch = time_cpp([k for k in names if not is_python(k)], options)
        arguments = ["speed", str(options.seconds), str(options.repetitions)]
        python = python_side(arguments, names)
        results["times"] |= dict.fromkeys(names) | {k: statistics.median(t) for k, t in (cpp | python).items()}
        names_of_memory = memory_keys(family, options)
        results["memory"] |= {k: int(output_of([options.build / "benchmark/benchmark_memory", k]))
                              for k in names_of_memory if not is_python(k)}
        results["memory"] |= python_side(["memory"], names_of_memory)
        if number == 1:
            results["runs"][shlex.join(["scripts/benchmark", *options.words])] = description(options, libtorch, load)
        took = time.monotonic() - started
        print(f"{number:2}/{len(families)} {family.name}: {len(names)} timings, {took:.0f} s", flush=True)
        yield


def description(options, libtorch, load):
    """What the report says about a run: its date, the load at its start, and the machine."""
    cache = (options.build / "CMakeCache.txt").read_text()

    def cached(name):
        return re.search(rf"^{name}:\w+=(.*)$", cache, re.M).group(1)

    def first(path, pattern, fallback="unknown"):
        found = re.search(pattern, Path(path).read_text(), re.M) if Path(path).exists() else None
        return found.group(1) if found else fallback

    if cached("CMAKE_BUILD_TYPE") != "Release":
        print(f"{options.build} is no Release build: its figures mean little", file=sys.stderr)
    kilobytes = int(first("/proc/meminfo", r"^MemTotal: *(\d+) kB$", "0"))
    compiler = output_of([cached("CMAKE_CXX_COMPILER"), "--version"]).splitlines()[0]
    return {
        "date": datetime.date.today().isoformat(),
        "load": load,
        "threads": max(options.threads),
        "machine": {
            "processor": first("/proc/cpuinfo", r"^model name\s*: (.*)$", platform.processor()),
            "instructions": torch.backends.cpu.get_cpu_capability(),
            "cores": os.cpu_count(),
            "memory": f"{kilobytes / 2**20:.0f} GiB",
            "compiler": compiler,
            "build": cached("CMAKE_BUILD_TYPE"),
            "libtorch": libtorch,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
    }


def numbers(text):
    return sorted(set(map(int, text.split(","))))


def parse_arguments(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a selection, in four minutes")
    parser.add_argument("--add", action="store_true", help="keep the earlier figures that this run does not measure")
    parser.add_argument("--only", metavar="REGEX", help="families whose name it finds")
    parser.add_argument("--sizes", type=numbers, metavar="N,N,...", help=f"numbers of elements: 1, multiples of {ROW}")
    parser.add_argument("--threads", type=numbers, metavar="1,2", help="1, 2 or both, which is the default unless --quick")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, help="torch.compile (unless --quick)")
    parser.add_argument("--memory", action=argparse.BooleanOptionalAction, help="peak memory (unless --quick)")
    parser.add_argument("--seconds", type=float, help="to time at least, per repetition")
    parser.add_argument("--repetitions", type=int, help="of which the median is taken")
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="folder of the built programs")
    parser.add_argument("--output", type=Path, metavar="FILE.md", help="the report; plots go beside it")
    parser.add_argument("--render", action="store_true", help="measure nothing")
    options = parser.parse_args(words)
    if options.compile is None:
        options.compile = not options.quick
    if options.memory is None:
        options.memory = not options.quick
    options.sizes = options.sizes or (ends(SIZES) if options.quick else SIZES)
    options.threads = options.threads or ([1] if options.quick else [1, 2])
    options.seconds = options.seconds or (0.005 if options.quick else 0.04)
    options.repetitions = options.repetitions or (1 if options.quick else 3)
    if any(n != 1 and n % ROW for n in options.sizes) or not {1, 2}.issuperset(options.threads):
        parser.error("--sizes or --threads is out of range")
    options.words = list(words)
    if "--build" in words:  # which scripts/benchmark adds
        del options.words[words.index("--build"):words.index("--build") + 2]
    return options


def missing(results):
    """What a run of everything measures beyond these results."""
    everything = parse_arguments([])
    return [key for family in FAMILIES
            for keys, known in ((time_keys, results["times"]), (memory_keys, results["memory"]))
            for key in keys(family, everything) if key not in known]


def main():
    options = parse_arguments(sys.argv[1:])
    scratch = options.build.parent / "benchmark"
    scratch.mkdir(exist_ok=True)
    figures = scratch / ("figures_quick.json" if options.quick else "figures.json")
    results = {"times": {}, "memory": {}, "runs": {}}
    if options.add or options.render:
        results = json.loads(figures.read_text())
    if not options.render:
        families = [f for f in FAMILIES if not options.only or re.search(options.only, f.name)]
        if not families:
            sys.exit(f"no family is called {options.only}")
        for _ in measure(families, options, results):
            figures.write_text(json.dumps(results, indent=1))
    absent = missing(results)
    output = options.output or (scratch if absent else ROOT / "docs") / "benchmarks.md"
    summary = report.write(results, [f.name for f in FAMILIES], output)
    print(f"\n{summary}\nWritten: {output}")
    if absent:
        print(f"{len(absent)} figures are missing in the report, such as {absent[0]}")


if __name__ == "__main__":
    main()
