#!/usr/bin/env python3
"""Compares draws from a Philox stream with those of Python's module, and writes docs/benchmarks_sampling.md.

scripts/benchmark builds what this runs: `scripts/benchmark sampling`, which takes three minutes.
"""

import argparse
import datetime
import os
import statistics
import timeit
from pathlib import Path

import torch
import torch.distributions as td

import report
import run

ROOT = Path(__file__).resolve().parent.parent
DRAWS = 1_000_000


def logits(*sizes):
    return torch.linspace(-2, 2, torch.Size(sizes).numel()).reshape(sizes)


REASONS = """## Where the gain is small, and why

- **Geometric, LogNormal, Weibull, Pareto.** The noise comes from a kernel, but its logarithms, exponentials and powers are operations
  of LibTorch, each a pass over memory.
- **Poisson with a rate of 32 or more, Binomial with as large a mean.** They are drawn by rejection. Shared parameters with smaller means
  are found in a table.
- **Multinomial with two threads.** The conditional binomials of a vector follow one another, and there are few vectors.
- **One draw from a stream.** A block of four words is computed for a single number. The draw of LibTorch's generator reads the next of
  its 624 words.
"""
# The distributions and shapes of sampling.cpp.
number = torch.tensor
CASES = {
    "Uniform": (td.Uniform(number(0.0), number(1.0)), (DRAWS,)),
    "Normal": (td.Normal(number(0.0), number(1.0)), (DRAWS,)),
    "Exponential": (td.Exponential(number(1.0)), (DRAWS,)),
    "Laplace": (td.Laplace(number(0.0), number(1.0)), (DRAWS,)),
    "Cauchy": (td.Cauchy(number(0.0), number(1.0)), (DRAWS,)),
    "Gumbel": (td.Gumbel(number(0.0), number(1.0)), (DRAWS,)),
    "LogNormal": (td.LogNormal(number(0.0), number(1.0)), (DRAWS,)),
    "Pareto": (td.Pareto(number(1.0), number(2.0)), (DRAWS,)),
    "Weibull": (td.Weibull(number(1.0), number(2.0)), (DRAWS,)),
    "Gamma": (td.Gamma(number(2.5), number(1.0)), (DRAWS,)),
    "Gamma, concentration 0.1": (td.Gamma(number(0.1), number(1.0)), (DRAWS,)),
    "Beta": (td.Beta(number(2.0), number(3.0)), (DRAWS,)),
    "Dirichlet, 10 categories": (td.Dirichlet(torch.full((10,), 1.5)), (DRAWS // 10,)),
    "StudentT": (td.StudentT(number(5.0)), (DRAWS,)),
    "VonMises": (td.VonMises(number(0.0), number(4.0)), (DRAWS,)),
    "Bernoulli": (td.Bernoulli(number(0.3)), (DRAWS,)),
    "Geometric": (td.Geometric(number(0.3)), (DRAWS,)),
    "Poisson, rate 4": (td.Poisson(number(4.0)), (DRAWS,)),
    "Poisson, rate 100": (td.Poisson(number(100.0)), (DRAWS,)),
    "Binomial, 100 trials": (td.Binomial(number(100.0), number(0.3)), (DRAWS,)),
    "Categorical, 10 categories": (td.Categorical(logits=logits(10)), (DRAWS,)),
    "Categorical, 8 rows of 50,000 logits": (td.Categorical(logits=logits(8, 50000)), ()),
    "Multinomial, 1000 trials, 10 categories": (td.Multinomial(1000, logits=logits(10)), (1000,)),
    "MultivariateNormal, 64 dimensions": (
        td.MultivariateNormal(torch.zeros(64), scale_tril=torch.eye(64)), (DRAWS // 64,)),
    "one Uniform": (td.Uniform(number(0.0), number(1.0)), ()),
    "one Normal": (td.Normal(number(0.0), number(1.0)), ()),
    "one Exponential": (td.Exponential(number(1.0)), ()),
    "one Bernoulli": (td.Bernoulli(number(0.3)), ()),
    "one Categorical": (td.Categorical(logits=logits(10)), ()),
}


def time_python(name, options):
    """Seconds of a draw by Python: the median of the repetitions, as for C++."""
    distribution, shape = CASES[name]
    timer = timeit.Timer(lambda: distribution.sample(shape))
    count = 1
    while (elapsed := timer.timeit(count)) < options.seconds:
        count = max(count + 1, min(10 * count, int(1.2 * options.seconds / elapsed * count)))
    return statistics.median([elapsed, *timer.repeat(options.repetitions - 1, count)]) / count


def time_ours(keys, options, instructions=""):
    """{key: seconds} with the kernels of an instruction set, by default those that the library chooses; LibTorch's version."""
    environment = dict(os.environ)
    if instructions:
        environment["TORCH_DISTRIBUTIONS_CPU_CAPABILITY"] = instructions
    times, libtorch = run.time_cpp(keys, options, "benchmark_sampling", env=environment)
    return {key: statistics.median(values) for key, values in times.items()}, libtorch


def measure(options):
    """{case: {column: seconds}} and LibTorch's version. Both sides of a case are measured one after the other."""
    torch.set_num_threads(1)
    times = {}
    for number_of_case, name in enumerate(CASES, 1):
        one, two, libtorch = f"{name}/stream/1", f"{name}/stream/2", f"{name}/libtorch/1"
        many = not name.startswith("one ")
        ours, version = time_ours([one, libtorch, *([two] if many else [])], options)
        times[name] = {"stream": ours[one], "libtorch": ours[libtorch], "python": time_python(name, options)}
        if many:
            times[name] |= {"two threads": ours[two], "avx2": time_ours([one], options, "avx2")[0][one]}
        print(f"{number_of_case:2}/{len(CASES)} {name}", flush=True)
    return times, version


def ratio(times, other, own="stream"):
    return f"{times[other] / times[own]:.3g}" if other in times else ""


def write(times, described, path):
    """Writes the report. `described` says what run.description does."""
    many = report.table(
        ["a million draws", "a stream", "Python / a stream", "one / two threads", "speed with AVX2 / AVX-512", "Python / LibTorch's generator"],
        [[name, report.time_name(t["stream"]), ratio(t, "python"), ratio(t, "stream", "two threads"), ratio(t, "stream", "avx2"),
          ratio(t, "python", "libtorch")] for name, t in times.items() if "avx2" in t])
    one = report.table(
        ["one draw", "a stream", "LibTorch's generator", "Python / a stream", "Python / LibTorch's generator"],
        [[name.removeprefix("one "), report.time_name(t["stream"]), report.time_name(t["libtorch"]), ratio(t, "python"),
          ratio(t, "python", "libtorch")] for name, t in times.items() if "avx2" not in t])
    path.write_text(f"""# Benchmarks of sampling

{report.machine_text({"scripts/benchmark sampling": described})}

Draws of type float, without validation of what they are made of, on one thread. Python's are those of `torch.distributions` from
LibTorch's generator, since Python has no streams. This library draws the same numbers as Python if it takes LibTorch's generator,
and its own if it takes a stream (docs/sampling.md). Times are medians.

{many}
"A million" is the number of elements: 100,000 vectors of `Dirichlet`, 15,625 of `MultivariateNormal`. The rows of 50,000 logits are
8 draws, those of `Multinomial` 1000.

{one}
{REASONS}""")
    print(f"\n{many}\n{one}\nWritten: {path}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="folder of the built programs")
    parser.add_argument("--seconds", type=float, default=0.1, help="to time at least, per repetition")
    parser.add_argument("--repetitions", type=int, default=5, help="of which the median is taken")
    parser.add_argument("--output", type=Path, metavar="FILE.md", default=ROOT / "docs/benchmarks_sampling.md")
    options = parser.parse_args()
    options.threads = [1, 2]
    load = os.getloadavg()[0]
    times, libtorch = measure(options)
    write(times, run.description(options, libtorch, load), options.output)


if __name__ == "__main__":
    main()
