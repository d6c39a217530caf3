"""The errors of Python's torch.distributions at the points of the accuracy test, for docs/accuracy.md to show beside ours."""

import csv
import math
import re
import warnings

import torch
import torch.distributions as td

BUILD = {
    "normal": td.Normal,
    "log_normal": td.LogNormal,
    "laplace": td.Laplace,
    "student_t": td.StudentT,
    "uniform": td.Uniform,
    "exponential": td.Exponential,
    "gamma": td.Gamma,
    "chi2": td.Chi2,
    "beta": td.Beta,
    "dirichlet": td.Dirichlet,
    "bernoulli_probs": lambda probs: td.Bernoulli(probs=probs),
    "bernoulli_logits": lambda logits: td.Bernoulli(logits=logits),
    "binomial_probs": lambda total_count, probs: td.Binomial(total_count, probs=probs),
    "binomial_logits": lambda total_count, logits: td.Binomial(total_count, logits=logits),
    "poisson": td.Poisson,
    "categorical_probs": lambda probs: td.Categorical(probs=probs),
    "categorical_logits": lambda logits: td.Categorical(logits=logits),
    "one_hot_categorical_logits": lambda logits: td.OneHotCategorical(logits=logits),
    "multivariate_normal": lambda loc, scale_tril: td.MultivariateNormal(
        loc, scale_tril=scale_tril.unflatten(-1, (3, 3))
    ),
    "transformed_distribution_normal_tanh": lambda loc, scale: td.TransformedDistribution(
        td.Normal(loc, scale), td.TanhTransform()
    ),
    "transformed_distribution_normal_sigmoid": lambda loc, scale: td.TransformedDistribution(
        td.Normal(loc, scale), td.SigmoidTransform()
    ),
    "transformed_distribution_normal_affine_exp_affine": lambda loc, scale: td.TransformedDistribution(
        td.Normal(loc, scale), [td.AffineTransform(3.0, -2.0), td.ExpTransform(), td.AffineTransform(1.0, 0.5)]
    ),
    "mixture_same_family_categorical_normal": lambda logits, loc, scale: td.MixtureSameFamily(
        td.Categorical(logits=logits), td.Normal(loc, scale)
    ),
    "independent_normal_1": lambda loc, scale: td.Independent(td.Normal(loc, scale), 1),
}
LARGEST_ENUMERATION = 20_000  # Binomial.entropy takes time and memory in proportion to total_count


def parse(text):
    exact, _, unit = text.partition("@")
    return float(exact), float(unit or 0)


def error(got, text, floor, info):
    """The error in eps, as accuracy_test.cpp counts it."""
    exact, unit = parse(text)
    if math.isinf(exact):
        return 0.0 if got == exact else math.inf
    if not math.isfinite(got):
        return math.inf
    unit = max(abs(exact), floor, unit)
    if unit < info.tiny:  # subnormal: anything as small will do
        return 0.0 if abs(got) <= info.tiny else math.inf
    return abs(got - exact) / unit / info.eps


def stack(columns, name, dtype):
    if name in columns:
        return torch.tensor([float(v) for v in columns[name]], dtype=torch.float64).to(dtype)
    parts = [columns[k] for k in columns if k.startswith(name + "[")]
    return torch.tensor([[float(v) for v in p] for p in parts], dtype=torch.float64).T.contiguous().to(dtype)


def quantities(family, columns, dtype, names):
    """A tensor for every quantity; None for what Python lacks or fails at as a whole."""
    inputs = [
        re.sub(r"\[.*", "", c) for c in columns if not re.search(r"^(log_prob|cdf|icdf|mean|variance|entropy)", c)
    ]
    tensors = {n: stack(columns, n, dtype) for n in dict.fromkeys(inputs)}
    parameters = {k: v.requires_grad_() for k, v in tensors.items() if k not in ("value", "probability")}
    value = tensors["value"].requires_grad_()
    d = BUILD[family](**parameters)
    results = {}

    def put(name, tensor):
        results.update(
            {name: tensor} if tensor.dim() == 1 else {f"{name}[{i}]": tensor[:, i] for i in range(tensor.shape[1])}
        )

    def attempt(name, function):
        if not any(n == name or n.startswith(name + "[") for n in names):
            return
        try:
            result = function()
        except Exception:  # not implemented, or a failure of Python's own
            return
        put(name, result.detach())
        wanted = {re.sub(r"\[.*", "", n.split("/")[1]) for n in names if n.startswith(name + "/")}
        for key in wanted:
            try:
                (gradient,) = torch.autograd.grad(
                    result.sum(), value if key == "value" else parameters[key], retain_graph=True
                )
            except RuntimeError:
                continue
            put(f"{name}/{key}", gradient)

    def binomial_entropy():
        rows = []
        for i in range(len(value)):
            n = parameters["total_count"][i].detach()
            key = next(k for k in ("probs", "logits") if k in parameters)
            rows.append(
                BUILD[family](n, parameters[key][i].detach()).entropy()
                if n <= LARGEST_ENUMERATION
                else torch.full((), math.nan, dtype=dtype)
            )
        return torch.stack(rows)

    attempt("log_prob", lambda: d.log_prob(value))
    attempt("cdf", lambda: d.cdf(value))
    attempt("icdf", lambda: d.icdf(tensors["probability"]))
    attempt("mean", lambda: d.mean)
    attempt("variance", lambda: d.variance)
    attempt("entropy", binomial_entropy if family.startswith("binomial") else d.entropy)
    return results


def write(here):
    td.Distribution.set_default_validate_args(False)
    warnings.simplefilter("ignore")
    lines = []
    for path in sorted((here / "data").glob("*.csv")):
        family, fmt = path.stem.rsplit(".", 1)
        dtype = getattr(torch, fmt)
        header, goals, floors, *rows = csv.reader(path.open())
        columns = dict(zip(header, zip(*rows)))
        names = [n for n, g in zip(header, goals) if g not in ("", "goal")]
        results = quantities(family, columns, dtype, names)
        for name, goal, floor in zip(header, goals, floors):
            if name not in results:
                continue
            got = results[name].tolist()
            errors = [error(g, text, float(floor), torch.finfo(dtype)) for g, text in zip(got, columns[name]) if text]
            if family.startswith("binomial") and name == "entropy":
                errors = [e for e, n in zip(errors, columns["total_count"]) if float(n) <= LARGEST_ENUMERATION]
            finite = [e for e in errors if math.isfinite(e)]
            lines.append(
                [
                    family,
                    fmt,
                    name,
                    len(errors),
                    sum(e <= float(goal) for e in errors),
                    len(errors) - len(finite),
                    f"{max(finite, default=0):.2g}",
                ]
            )
    with (here / "python.csv").open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["family", "format", "quantity", "points", "within", "wrong_infinities", "worst"])
        writer.writerows(lines)
    points, within = sum(l[3] for l in lines), sum(l[4] for l in lines)
    print(
        f"Python torch {torch.__version__}: {within} of {points} values within the goals ({100 * within / points:.1f} %)"
    )
