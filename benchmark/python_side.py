"""Python's side of the benchmark, which run.py starts: measures the keys on its standard input, one a line.

    python_side.py speed SECONDS REPETITIONS   prints {key: [seconds, ...]}
    python_side.py memory                      prints {key: by how many bytes the peak memory grows in one run}

An example of a key, as in cases.h: Normal/log_prob/python/float/full/4096/1.
"""

import json
import multiprocessing
import re
import sys
import timeit
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.distributions as td

from families import FAMILIES, ROW

DTYPES = {"float": torch.float32, "double": torch.float64}


@dataclass(frozen=True)
class Key:
    family: str
    operation: str
    implementation: str
    dtype: str
    layout: str
    elements: int
    threads: int

    @staticmethod
    def parse(text):
        *names, elements, threads = text.split("/")
        return Key(*names, int(elements), int(threads))


class Solved(td.Normal):
    """A class whose divergence is a tensor at hand, so `kl_divergence` does nothing but find the rule."""


@td.register_kl(Solved, Solved)
def _(p, _q):
    return p.loc


class Case:
    """A measurement that is ready to run, with its inputs. It sets whether distributions validate and the number of threads."""

    def __init__(self, key):
        family = next(f for f in FAMILIES if f.name == key.family)
        td.Distribution.set_default_validate_args(key.implementation == "python_validating")
        torch.set_num_threads(key.threads)
        self.batch = max(1, key.elements // family.elements)
        # Whether each row of values is one event of an Independent; see rows_are_events in cases.cpp.
        self.events = key.operation == "backward" and family.elementwise and key.layout != "scalar"
        has_rows = key.layout == "row" or (self.events and self.batch >= ROW)
        value_batch = (self.batch // ROW, ROW) if has_rows else (self.batch,)
        self.parameter_batch = {"full": value_batch, "scalar": (), "row": (ROW,)}[key.layout]
        self.family, self.key, self.dtype = family, key, DTYPES[key.dtype]
        self.value = family.value.tensor(value_batch, self.dtype)
        self.parameters = self.make_parameters()
        self.run = getattr(self, key.operation)()

    def make_parameters(self):
        return [i.tensor(self.parameter_batch, self.dtype) for i in self.family.parameters]

    def distribution(self):
        return self.family.make(*self.parameters)

    def compiled(self, function):
        return torch.compile(function, dynamic=False) if self.key.implementation == "compiled" else function

    # Each method returns the function that is measured.

    def construct(self):
        return self.distribution

    def construct_log_prob(self):
        return lambda: self.distribution().log_prob(self.value)

    def log_prob(self):
        if self.key.implementation != "compiled":
            d, value = self.distribution(), self.value
            return lambda: d.log_prob(value)
        make, value, parameters = self.family.make, self.value, self.parameters
        function = self.compiled(lambda value, *parameters: make(*parameters).log_prob(value))
        return lambda: function(value, *parameters)

    def backward(self):
        of_elements, value, parameters = self.family.make, self.value, self.parameters
        make = (lambda *parameters: td.Independent(of_elements(*parameters), 1)) if self.events else of_elements
        leaves = [p.requires_grad_() for p in parameters]
        if self.family.value.kind == "real":
            leaves = [*leaves, value.requires_grad_()]
        function = self.compiled(lambda value, *parameters: make(*parameters).log_prob(value).mean())
        # Uniform's value has no gradient
        return lambda: torch.autograd.grad(function(value, *parameters), leaves, allow_unused=True)

    def sample(self):
        d = self.distribution()
        if self.key.layout == "full":
            return d.sample
        shape = (self.batch,)
        return lambda: d.sample(shape)

    def entropy(self):
        return self.distribution().entropy

    def kl(self):
        p, q = self.distribution(), self.family.make(*self.make_parameters())
        return lambda: td.kl_divergence(p, q)

    def kl_dispatch(self):
        p, q = Solved(self.value, 1.0), Solved(self.value, 1.0)
        return lambda: td.kl_divergence(p, q)


def speed(key, seconds, repetitions):
    if key.implementation == "compiled":
        torch.compiler.reset()  # compile anew for these shapes and this number of threads
    timer = timeit.Timer(Case(key).run)
    timer.timeit(1)
    count = 1
    while (elapsed := timer.timeit(count)) < seconds:
        count = max(count + 1, min(10 * count, int(1.2 * seconds / max(elapsed, 1e-9) * count)))
    return [elapsed / count, *(t / count for t in timer.repeat(repetitions - 1, count))]


def peak_bytes():
    return int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text()).group(1)) * 1024  # see memory.cpp


def memory(key):
    Case(replace(key, elements=4096)).run()  # loads code, starts threads
    case = Case(key)
    before = peak_bytes()
    result = case.run()
    grown = peak_bytes() - before
    del result
    return grown


def main():
    keys = sys.stdin.read().split()
    if sys.argv[1] == "memory":
        grown = {}
        for text in keys:
            with multiprocessing.get_context("fork").Pool(1) as pool:  # the peak of a child starts from what it has
                grown[text] = pool.apply(memory, [Key.parse(text)])
        print(json.dumps(grown))
        return
    torch.empty(30 << 20, dtype=torch.uint8)  # see speed.cpp
    seconds, repetitions = float(sys.argv[2]), int(sys.argv[3])
    times = {}
    for text in keys:
        key = Key.parse(text)
        try:
            times[text] = speed(key, seconds, repetitions)
        except Exception as error:  # measure the other keys anyway
            # torch.compile may be missing or fail, and Python's GeneralizedPareto only takes floats.
            if key.implementation != "compiled" and (key.family, key.dtype) != ("GeneralizedPareto", "double"):
                raise
            print(f"{text}: {error}", file=sys.stderr)
    print(json.dumps(times))


if __name__ == "__main__":
    main()
