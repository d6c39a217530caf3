#!/usr/bin/env python3
"""Measures this library beside Python's torch.distributions and writes docs/benchmarks.md; scripts/benchmark starts it.

    run.py             everything, in an hour
    run.py --quick     float, full parameters, N = 1 and 1M, one thread; no torch.compile, no memory
    run.py --quick --only '^(Normal|Beta)$' --sizes 1,4096
    run.py --render    writes the report again from the figures of the last run

Only a full run writes to docs/; other runs write their report next to the figures, to build/benchmark. Families are measured
one after the other, C++ and Python in turn, so that a slow spell of the machine affects both.

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
from dataclasses import dataclass
from pathlib import Path

import torch

import report
from families import FAMILIES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SIZES = [1, 64, 4096, 1 << 20]
MEMORY_ELEMENTS = 1 << 23
SPLIT = 1 << 16  # two threads are measured from this number of elements on
ROW = 64


@dataclass(frozen=True)
class Operation:
    name: str
    layouts: tuple = ("full",)
    validates: bool = False
    composed: bool = True
    compiled: bool = False


OPERATIONS = [
    Operation("construct", validates=True, composed=False),
    Operation("construct_log_prob", validates=True),
    Operation("log_prob", ("full", "scalar", "row"), validates=True, compiled=True),
    Operation("backward", ("full", "scalar", "row"), validates=True, compiled=True),
    Operation("sample", ("full", "scalar")),
    Operation("entropy"),
    Operation("kl"),
]


def shapes(family, operation, options):
    """(dtype, layout, elements, threads) at which an operation is measured."""
    for dtype in ["float"] if options.quick else ["float", "double"]:
        for layout in ["full"] if options.quick or dtype == "double" else operation.layouts:
            for elements in options.sizes:
                if operation.name == "construct_log_prob" and elements != 1:
                    continue
                if layout == "scalar" and elements == 1:  # the same as "full"
                    continue
                if layout == "row" and elements // family.elements < 2 * ROW:
                    continue
                splits = elements >= SPLIT and operation.name != "construct" and not options.quick
                for threads in [1, 2] if splits else [1]:
                    yield dtype, layout, elements, threads


def implementations(family, operation, dtype, layout, options):
    yield "ours"
    if operation.validates and layout == "full":
        yield "ours_validating"
    if operation.composed:
        yield "composed"
    yield "python"
    if operation.validates and layout == "full":
        yield "python_validating"
    # Only a selection, since each compilation takes seconds.
    if operation.compiled and options.compile and family.elementwise and layout == "full" and dtype == "float":
        yield "compiled"


def is_python(key):
    return key.split("/")[2] in ("python", "python_validating", "compiled")


def keys(family, options):
    return [
        f"{family.name}/{operation.name}/{implementation}/{dtype}/{layout}/{elements}/{threads}"
        for operation in OPERATIONS if operation.name not in family.lacks
        for dtype, layout, elements, threads in shapes(family, operation, options)
        for implementation in implementations(family, operation, dtype, layout, options)
    ]


def memory_keys(family):
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
    return output_of([sys.executable, HERE / "python_side.py", *arguments], input="\n".join(names))


def time_cpp(names, options):
    """{key: [seconds, ...]}, and LibTorch's version."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "speed.json"
        output_of([options.build / "benchmark/benchmark_speed", f"--benchmark_out={out}", "--benchmark_out_format=json",
                   f"--benchmark_min_time={options.seconds}", f"--benchmark_repetitions={options.repetitions}", *names],
                  stderr=subprocess.DEVNULL)
        data = json.loads(out.read_text())
    times = {}
    for run in data["benchmarks"]:
        name = run["run_name"].removesuffix("/real_time")
        if run.get("error_occurred") and run["error_message"] != "nothing to measure":
            sys.exit(f"{name}: {run['error_message']}")
        if run["run_type"] == "iteration" and not run.get("error_occurred"):
            times.setdefault(name, []).append(run["real_time"] * 1e-6)
    return times, data["context"]["libtorch"]


def measure(families, options):
    times, memory = {}, {}
    load = os.getloadavg()[0]
    for number, family in enumerate(families, 1):
        started = time.monotonic()
        names = keys(family, options)
        cpp, libtorch = time_cpp([k for k in names if not is_python(k)], options)
        arguments = ["speed", str(options.seconds), str(options.repetitions)]
        python = json.loads(python_side(arguments, [k for k in names if is_python(k)]))
        times |= {k: statistics.median(t) for k, t in (cpp | python).items()}
        for key in memory_keys(family) if options.memory else []:
            memory[key] = int(python_side(["memory"], [key]) if is_python(key)
                              else output_of([options.build / "benchmark/benchmark_memory", key]))
        took = time.monotonic() - started
        print(f"{number:2}/{len(families)} {family.name}: {len(names)} timings, {took:.0f} s", flush=True)
    return {"times": times, "memory": memory, "machine": machine(options, libtorch, load)}


def machine(options, libtorch, load):
    cache = (options.build / "CMakeCache.txt").read_text()

    def cached(name):
        return re.search(rf"^{name}:\w+=(.*)$", cache, re.M).group(1)

    def first(path, pattern, fallback="unknown"):
        found = re.search(pattern, Path(path).read_text(), re.M) if Path(path).exists() else None
        return found.group(1) if found else fallback

    if cached("CMAKE_BUILD_TYPE") != "Release":
        print(f"{options.build} is no Release build: its figures mean little", file=sys.stderr)
    kilobytes = int(first("/proc/meminfo", r"^MemTotal: *(\d+) kB$", "0"))
    words = sys.argv[1:]
    if "--build" in words:  # which scripts/benchmark adds
        del words[words.index("--build"):words.index("--build") + 2]
    compiler = output_of([cached("CMAKE_CXX_COMPILER"), "--version"]).splitlines()[0]
    return {
        "processor": first("/proc/cpuinfo", r"^model name\s*: (.*)$", platform.processor()),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "cores": os.cpu_count(),
        "memory": f"{kilobytes / 2**20:.0f} GiB",
        "load": load,
        "date": datetime.date.today().isoformat(),
        "compiler": compiler,
        "build": cached("CMAKE_BUILD_TYPE"),
        "libtorch": libtorch,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "command": shlex.join(["scripts/benchmark", *words]),
    }


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a selection, in three minutes")
    parser.add_argument("--only", metavar="REGEX", help="families whose name it finds")
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], metavar="N,N,...",
                        help="numbers of elements")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, help="torch.compile (unless --quick)")
    parser.add_argument("--memory", action=argparse.BooleanOptionalAction, help="peak memory (unless --quick)")
    parser.add_argument("--seconds", type=float, help="to time at least, per repetition")
    parser.add_argument("--repetitions", type=int, help="of which the median is taken")
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="folder of the built programs")
    parser.add_argument("--output", type=Path, metavar="FILE.md", help="the report; plots go beside it")
    parser.add_argument("--render", action="store_true", help="measure nothing")
    options = parser.parse_args()
    options.whole = not (options.quick or options.only or options.sizes) and options.compile is options.memory is None
    options.scratch = options.build.parent / "benchmark"
    options.scratch.mkdir(exist_ok=True)
    if options.compile is None:
        options.compile = not options.quick
    if options.memory is None:
        options.memory = not options.quick
    options.sizes = options.sizes or (SIZES[::3] if options.quick else SIZES)
    options.seconds = options.seconds or (0.005 if options.quick else 0.04)
    options.repetitions = options.repetitions or (1 if options.quick else 3)
    return options


def main():
    options = parse_arguments()
    figures = options.scratch / "figures.json"
    if options.render:
        results = json.loads(figures.read_text())
    else:
        families = [f for f in FAMILIES if not options.only or re.search(options.only, f.name)]
        if not families:
            sys.exit(f"no family is called {options.only}")
        results = {"whole": options.whole, **measure(families, options)}
        figures.write_text(json.dumps(results, indent=1))
    folder = ROOT / "docs" if results["whole"] else options.scratch
    output = options.output or folder / "benchmarks.md"
    summary = report.write(results, output)
    print(f"\n{summary}\nWritten: {output}")


if __name__ == "__main__":
    main()
