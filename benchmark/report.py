"""Makes the tables and plots of docs/benchmarks.md from what run.py has measured."""

import math
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

from families import ROW  # noqa: E402

NAMES = {
    "construct": "construction",
    "construct_log_prob": "construction and log_prob",
    "log_prob": "log_prob",
    "backward": "forward and backward",
    "sample": "sample",
    "entropy": "entropy",
    "kl": "kl_divergence",
    "kl_dispatch": "dispatch of kl_divergence",
}
# Colours that colour-blind readers can tell apart; this library's stands out.
LINES = {
    "ours": dict(label="this library", color="#d1495b", linewidth=2.4, marker="o", markersize=4, zorder=3),
    "composed": dict(label="composed tensor operations, C++", color="#5d7a96", linewidth=1.4, marker="s", markersize=3),
    "python": dict(label="Python, eager", color="#edae49", linewidth=1.4, marker="^", markersize=4),
    "compiled": dict(label="Python, torch.compile", color="#3b8a7a", linestyle="none", marker="D", markersize=5),
}
PLOTS = {"log_prob": "benchmarks.png", "backward": "benchmarks_backward.png"}
MEMORY_COLUMNS = ["ours", "ours_validating", "composed", "python", "python_validating"]


def size_name(n):
    return f"{n >> 20}M" if n >= 1 << 20 and n % (1 << 20) == 0 else str(n)


def time_name(seconds):
    for unit, name in [(1, "s"), (1e-3, "ms"), (1e-6, "µs")]:
        if seconds >= 0.9995 * unit:
            break
    else:
        unit, name = 1e-9, "ns"
    return f"{seconds / unit:.3g} {name}"


def table(header, rows):
    lines = [header, ["---"] + ["--:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


class Figures:
    """Times by key, and their ratios to this library's."""

    def __init__(self, times, families):
        self.times = times
        parts = [k.split("/") for k in times]
        self.families = [f for f in families if f in {p[0] for p in parts}]
        self.sizes = sorted({int(p[5]) for p in parts})

    def time(self, family, operation, implementation, dtype="float", layout="full", n=1, threads=1):
        return self.times.get(f"{family}/{operation}/{implementation}/{dtype}/{layout}/{n}/{threads}")

    def ratio(self, family, operation, other, **shape):
        """The time of `other` divided by ours; both validate or neither does."""
        own = "ours_validating" if other.endswith("_validating") else "ours"
        ours, others = self.time(family, operation, own, **shape), self.time(family, operation, other, **shape)
        return others / ours if ours and others else None


def ratio_name(ratio):
    if ratio is None:
        return "–"
    text = f"{ratio:.0f}" if ratio >= 9.95 else f"{ratio:.1f}" if ratio >= 0.95 else f"{ratio:.2f}"
    return f"**{text}**" if ratio < 0.95 else text


def geometric_mean(ratios):
    known = [r for r in ratios if r is not None]
    return math.exp(sum(map(math.log, known)) / len(known)) if known else None


def ratio_table(figures, columns):
    """Columns are (title, operation, others, shape); a cell has the ratio of each of the others."""
    columns = [c for c in columns if any(figures.time(f, c[1], "ours", **c[3]) for f in figures.families)]
    cells = {f: [[figures.ratio(f, operation, o, **shape) for o in others] for _, operation, others, shape in columns]
             for f in figures.families}
    means = [[geometric_mean(cells[f][c][o] for f in figures.families) for o in range(len(columns[c][2]))]
             for c in range(len(columns))]

    def row(name, ratios):
        return [name, *(" / ".join(map(ratio_name, r)) if any(r) else "" for r in ratios)]

    rows = [row(f, cells[f]) for f in figures.families]
    return table(["family", *(c[0] for c in columns)], [*rows, row("geometric mean", means)])


def log_prob_summary(figures, threads=1):
    others = ["python_validating", "composed", "compiled"]
    sizes = [figures.sizes[0], figures.sizes[-1]] if threads == 1 else figures.sizes[-1:]
    return ratio_table(figures, [
        (f"{NAMES[o]}, N = {size_name(n)}", o, others, dict(n=n, threads=threads))
        for o in ["log_prob", "backward"] for n in dict.fromkeys(sizes)])


def other_summary(figures):
    sizes = dict.fromkeys([figures.sizes[0], figures.sizes[-1]])
    return ratio_table(figures, [
        *((NAMES[o], o, ["python_validating"], dict(n=1)) for o in ["construct", "construct_log_prob"]),
        *((f"{NAMES[o]}, N = {size_name(n)}", o, ["python", "composed"], dict(n=n))
          for o in ["sample", "entropy", "kl"] for n in sizes)])


def memory_table(memory, families):
    rows = {}
    for key, grown in memory.items():
        family, operation, implementation, _, _, elements, _ = key.split("/")
        rows.setdefault((family, operation), {})[implementation] = grown / (4 * int(elements))
    header = [f"{name}: {implementation}" for name in ["forward", "forward and backward"]
              for implementation in ["ours", "composed", "Python"]]

    def cells(family, operation):
        row = rows[family, operation]
        return [f"{row['ours']:.1f} / {row['ours_validating']:.1f}", f"{row['composed']:.1f}",
                f"{row['python']:.1f} / {row['python_validating']:.1f}"]

    return table(["family", *header], [
        [f, *cells(f, "construct_log_prob"), *cells(f, "backward")] for f in families if (f, "backward") in rows])


def details(figures, family):
    """Rows: operation, dtype, parameters; columns: N and threads."""
    columns = [(n, threads) for n in figures.sizes for threads in [1, 2]
               if any(k.startswith(family + "/") and k.endswith(f"/{n}/{threads}") for k in figures.times)]
    rows = []
    for operation, name in NAMES.items():
        for dtype in ["float", "double"]:
            for layout in ["full", "scalar", "row"]:
                cells = []
                for n, threads in columns:
                    shape = dict(dtype=dtype, layout=layout, n=n, threads=threads)
                    ours = figures.time(family, operation, "ours", **shape)
                    ratios = [figures.ratio(family, operation, o, **shape)
                              for o in ["python_validating", "python", "composed", "compiled"]]
                    cells.append(f"{time_name(ours)}: {' / '.join(map(ratio_name, ratios))}" if ours else "")
                if any(cells):
                    rows.append([f"{name}, {dtype}, {layout}", *cells])
    header = [f"N = {size_name(n)}" + (", 2 threads" if threads == 2 else "") for n, threads in columns]
    return table(["", *header], rows)


def plot(figures, operation, path):
    columns = 5
    panels = len(figures.families)
    rows = -(-(panels + 1) // columns)  # one panel holds the legend
    figure, axes = plt.subplots(rows, columns, figsize=(16, 2.5 * rows + 0.5), sharex=True, sharey=True, squeeze=False)
    axes = axes.flatten()
    for axis, family in zip(axes, figures.families):
        for implementation, style in LINES.items():
            points = [(n, t) for n in figures.sizes if (t := figures.time(family, operation, implementation, n=n))]
            if points:
                axis.plot(*zip(*points), **style)
        axis.set_title(family, fontsize=10)
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.set_xticks(figures.sizes, [size_name(n) for n in figures.sizes])
        axis.yaxis.set_major_formatter(lambda seconds, _: time_name(seconds))
        axis.minorticks_off()
        axis.grid(color="#dddddd", linewidth=0.6)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[panels:]:
        axis.axis("off")
    handles = [plt.Line2D([], [], **style) for style in LINES.values()]
    axes[panels].legend(handles=handles, loc="center", frameon=False, fontsize=10)
    # Label the sizes below the last panel of each column, even if it is not in the last row.
    for axis in axes[max(0, panels - columns):panels]:
        axis.tick_params(labelbottom=True)
    figure.suptitle(f"{NAMES[operation]}: time against the number of elements", fontsize=12)
    figure.tight_layout(rect=(0, 0, 1, 0.985))
    figure.savefig(path, dpi=80)
    plt.close(figure)


def machine_text(runs):
    """The commands that measured, and the machine of each."""
    machines = {}
    for command, run in runs.items():
        machines.setdefault(tuple(run["machine"].items()), []).append((command, run))
    texts = []
    for machine, of_machine in machines.items():
        m = dict(machine)
        lines = []
        for command, run in of_machine:
            busy = f"Other programs were running (load {run['load']:.1f} on {m['cores']} cores)." if run["load"] >= 0.5 else ""
            if run["load"] + run["threads"] >= m["cores"] + 0.5:
                busy = f"**{busy} They took time from it: run it again before trusting this.**"
            lines.append(f"Written by `{command}` on {run['date']}. {busy}".rstrip())
        texts.append("\n".join(lines) + f"""

| processor | {m['processor']}, {m['cores']} cores, {m['instructions']} |
|---|---|
| memory | {m['memory']} |
| C++ | {m['compiler']}, {m['build']}; LibTorch {m['libtorch']} |
| Python | {m['python']}, torch {m['torch']} |
""")
    return "\n".join(texts)


def legend(figures):
    largest = size_name(figures.sizes[-1])
    return f"""A number is **the time of the alternative divided by the time of this library**: above 1 this library is faster; below
0.95 it is slower, and the number is **bold**. Times are medians.

- *Python* is `torch.distributions` in eager mode. Both sides validate their arguments, which is the default. *Composed*
  is the textbook formula written with tensor operations in C++; *compiled* is `torch.compile` of construction and
  `log_prob`, measured for element-wise distributions at the smallest and the largest N. Neither validates, so they are
  compared with this library without validation.
- *N* counts the elements of the largest tensor: for `Dirichlet` at N = {largest} there are N/8 vectors of 8. There
  are 8 categories, vectors have 8 elements, matrices are 4 x 4, `Binomial` and `Multinomial` have 10 trials, and mixtures
  have 8 components; `TransformedDistribution` is a `Normal` through `tanh`. Probabilities are given as logits, covariances
  by `scale_tril`. Relaxed categories have one temperature, relaxed Bernoullis one each.
- *Forward and backward* goes from the parameters to the gradients of `log_prob(value).mean()` in every parameter, and in
  the value if it is continuous. It includes construction, as a training step does. Values of an element-wise distribution
  `d` are rows of {ROW}, each one event, as in training code: `Independent(d, 1).log_prob(value).mean()`, with the value
  [N/{ROW}, {ROW}] (for N = 1: [1]). Only one parameter for all values (`scalar`) has no dimension for an event, so that is
  `d.log_prob(value).mean()`. In all other columns the distribution is constructed beforehand, and for composed operations
  the logits are normalised beforehand; `torch.compile` always includes construction.
- *Dispatch of kl_divergence*, in the details of Normal, is a divergence whose rule returns a tensor at hand: the time to find
  the rule of a user's class and to call it.
- Python caches some properties of a distribution (such as `probs` of `logits`), so a repeated `entropy` or `sample` takes
  less time than the first.
"""


# The reasons for what the tables show. After each run, compare the families and operations that are named here with the bold
# cells: a group without a bold cell needs no entry, and a bold cell that no entry covers needs one.
REASONS = """## Where it is slower, and why

- **`log_prob` of a million values, compared with torch.compile and composed operations: GeneralizedPareto, Kumaraswamy, Pareto,
  VonMises, Weibull.** The library computes them in double, where a register holds half as many numbers. Their powers and
  Bessel functions magnify the rounding of a float: the textbook's formula, which the compiler evaluates in float, loses
  digits in proportion to the exponent.
- **Forward and backward of a million values, compared with torch.compile: those, and Bernoulli, Cauchy, Exponential, Gumbel,
  HalfCauchy, Laplace, LogNormal, Normal, RelaxedBernoulli, TransformedDistribution, Uniform.** Both sides add the densities of
  a row in the pass that computes them, so neither writes them to memory. The compiler keeps intermediate results for the
  gradients where that saves time; this library keeps the inputs only and evaluates the formula again. It also adds rows and
  gradients in double, and has formulas with more terms than the textbook's where those lose digits.
- **LogisticNormal.** The stick-breaking transform is composed of tensor operations, as in Python: forward and backward of one
  value is less than three times as fast as Python's, and composed operations, which leave out the limits, are faster.
- **One value of a cheap distribution: its entropy, a draw.** These are one or a few operations of LibTorch, so the overhead
  of a hook, the shape of the result and a generator is visible: about 100 ns.
- **Cheap entropies and divergences of a million parameters: Cauchy, HalfCauchy, Normal, Exponential, Gumbel, Laplace, Pareto,
  Geometric, Weibull, Independent.** Python's are a few passes of LibTorch's float operations. A kernel here is one pass, but
  the divergences of Cauchy, HalfCauchy and Geometric are written with terms that keep their digits for nearly equal parameters,
  and entropies without a kernel are the same operations as Python's plus the limits of infinite parameters.
- **Draws from gamma variables: Beta, Dirichlet, FisherSnedecor, InverseGamma, NegativeBinomial, StudentT, Wishart.** They are
  differentiable, and variables that underflow are drawn as logarithms. Composed operations do neither.
- **Draws by a logarithm or an exponential: Geometric, Laplace, LogitRelaxedBernoulli, RelaxedBernoulli, Pareto, Weibull.** They
  stay inside the support and have the right tails, where the textbook's formula in float gives 0, 1 or infinity: values at the
  ends of the uniform numbers, which have 24 bits, are drawn again with more bits, or all is computed in double.
- **Draws that are computed in double: VonMises, Binomial, ContinuousBernoulli.** Float has too few digits for the proposals
  of a rejection sampler, for counts, and for quantiles next to 0 and 1.
- **Sums over categories: entropy and divergence of Categorical and Bernoulli.** The sums are computed in double.
- **Matrices: Wishart, LKJCholesky.** Draws of LKJCholesky are normalised in double, so that no row is NaN; draws of Wishart are
  made positive definite. A constructor that does not validate still reads its matrices, to see whether numbers above the
  diagonal must be ignored. The divergence of Wishart in double is computed by tensor operations.
- **One parameter for a row, a million values, compared with composed operations.** The speedup is below 2 if the formula has
  few operations on the value, or if functions of the value take most of the time on both sides.
- **Memory.** Forward and backward by a kernel allocate only what is added and the gradients that are needed: three tensors
  for a value and two parameters. Chi2 allocates another one from its degrees of freedom; a TransformedDistribution keeps the
  results of its parts.
"""


def write(results, families, path):
    """Writes the report and its plots, with the families in this order; returns its summary."""
    path = Path(path)
    figures = Figures(results["times"], families)
    summary = f"""## log_prob

Cells: Python / composed / compiled; float, a parameter for each value, one thread.

{log_prob_summary(figures)}"""
    if any(k.endswith("/2") for k in results["times"]):
        summary += f"""
The same with two threads:

{log_prob_summary(figures, threads=2)}"""
    summary += f"""
## Everything else

Cells: Python / composed (construction: Python; N = 1); float, a parameter for each value, one thread.

{other_summary(figures)}"""
    if results["memory"]:
        elements = int(next(iter(results["memory"])).split("/")[5])
        summary += f"""
## Peak memory

The largest growth of a process, in units of one tensor of N = {size_name(elements)} floats: from parameters and
value to `log_prob`, and to the gradients. Results and gradients are included. Cells with two numbers: without and with
validation. C++ keeps the temporaries of a statement until its end, unlike Python, so composed operations need more
memory.

{memory_table(results["memory"], figures.families)}"""
    summary += "\n" + REASONS
    pictures = ""
    for operation, name in PLOTS.items():
        plot(figures, operation, path.with_name(name))
        pictures += f"![{NAMES[operation]}: time against N, one panel a family]({name})\n\n"
    folded = "\n".join(
        f"<details><summary>{f}</summary>\n\n{details(figures, f)}\n</details>\n" for f in figures.families)
    path.write_text(f"""# Benchmarks

{machine_text(results["runs"])}
{legend(figures)}
{summary}
## Time against N

Float, a parameter for each value, one thread, without validation.

{pictures}## Details

Cells: the time of this library without validation, then Python / Python without validation / composed / compiled; a
dash means not measured. `full`: a parameter for each value; `scalar`: one for all values; `row`: parameters [64] for
values [N/{ROW}, {ROW}]. LibTorch does not use a second thread below 32768 elements, so two threads are only measured at
large N.

{folded}""")
    return summary
