"""Compares the functions of a family with sums or integrals of its density."""

import random

from mpmath import mp, mpf

from . import divergences

DIGITS, ALLOWED = 30, mpf("1e-9")


def parameters(family, form, seed):
    """Canonical parameters at which an integral is accurate to many digits."""
    rng = random.Random(f"{family.name()} {form} {seed}")
    if family.checked_at:
        return family.canonical(**{n: mpf(v) for n, v in family.checked_at[seed].items()})
    if hasattr(family, "kl_draw") and "low" in family.parameters:
        given = dict(zip(form, family.kl_draw(family, rng, "bounded")))
    else:
        given = {n: 6 if family.parameters[n].draw is None else family.parameters[n].draw(rng, "bounded") for n in form}
    return family.canonical(**{n: mpf(v) for n, v in given.items()})


class Expectation:
    """The mean of a function of a value under a family."""

    def __init__(self, family, canonical, breaks=()):
        self.family, self.canonical, self.breaks = family, canonical, breaks

    @property
    def is_discrete(self):
        return hasattr(self.family, "values") or hasattr(self.family, "enumerate_support")

    def __call__(self, f, up_to=mp.inf):
        if self.is_discrete:
            values = getattr(self.family, "values", None) or self.family.enumerate_support
            return mp.fsum(mp.exp(self.log_prob(mpf(k))) * f(mpf(k)) for k in values(*self.canonical) if k <= up_to)
        first, *inner, last = map(mpf, self.family.interval(*self.canonical))
        last = min(last, up_to)
        ends = [first, *sorted(e for e in {*inner, *self.breaks} if first < e < last), last]

        def integrand(x):
            log_prob = self.log_prob(x)
            return mp.exp(log_prob) * f(x) if log_prob > -5000 else mpf(0)

        return mp.quad(integrand, ends, maxdegree=9)

    def somewhere(self):
        """A value away from the ends of the support: beside the mean, the mode, or a point of the interval."""
        function = lambda name: getattr(self.family, name, lambda *_: None)(*self.canonical)
        mean, variance = function("mean"), function("variance")
        if mean is not None and mp.isfinite(mean) and mp.isfinite(variance):
            return mean + mpf("0.25") * mp.sqrt(variance)
        mode = function("mode")
        return mode + mpf("0.25") if mode is not None else mpf(self.family.interval(*self.canonical)[1]) * mpf("0.75")

    def log_prob(self, x):
        return self.family.log_prob(x, *self.canonical)


def faults_of(family, form, seed):
    canonical = parameters(family, form, seed)
    mean_of = Expectation(family, canonical)
    function = lambda name: getattr(family, name)(*canonical) if hasattr(family, name) else None
    wanted = {"total probability": (mpf(1), lambda: mean_of(lambda x: mpf(1)))}
    mean = function("mean")
    variance = function("variance")
    has_moments = all(m is None or mp.isfinite(m) for m in (mean, variance))
    if mean is not None and has_moments:
        wanted["mean"] = (mean, lambda: mean_of(lambda x: x))
    if variance is not None and has_moments:
        deviation = (lambda d: 1 - mp.cos(d)) if "circular" in family.attributes else lambda d: d**2
        wanted["variance"] = (variance, lambda: mean_of(lambda x: deviation(x - mean)))
    if hasattr(family, "entropy"):
        wanted["entropy"] = (function("entropy"), lambda: mean_of(lambda x: -mean_of.log_prob(x)))
    if hasattr(family, "cdf"):
        x = mean_of.somewhere()
        wanted["cdf"] = (family.cdf(x, *canonical), lambda: mean_of(lambda x: mpf(1), up_to=x))
        if hasattr(family, "survival_function"):
            wanted["survival_function"] = (family.survival_function(x, *canonical), lambda: 1 - mean_of(lambda x: mpf(1), up_to=x))
        if hasattr(family, "icdf"):
            wanted["icdf"] = (family.icdf(family.cdf(x, *canonical), *canonical), lambda: mp.floor(x) if mean_of.is_discrete else x)
    for key, (said, found) in wanted.items():
        found = found()
        if abs(said - found) > ALLOWED * max(1, abs(said)):
            yield f"{family.name()}.{key} of {canonical} is {said}, by its density {found}"


def divergence_faults(family):
    for other, formula in divergences.partners(family).items():
        form, other_form = family.every_form()[0], other.every_form()[0]
        rng = random.Random(f"{family.name()} {other.name()} bounded")
        drawn = [mpf(x) for x in divergences.fixed_draw(family, other, rng, "bounded", (form, other_form))]
        p = family.canonical(**dict(zip(form, drawn)))
        q = other.canonical(**dict(zip(other_form, drawn[len(form):])))
        mean_of = Expectation(family, p, breaks=other.interval(*q)[1:-1] if hasattr(other, "interval") else ())
        found = mean_of(lambda x: mean_of.log_prob(x) - other.log_prob(x, *q))
        said = formula(*p, *q)
        if abs(said - found) > ALLOWED * max(1, abs(said)):
            yield f"the divergence of {family.name()} from {other.name()} at {drawn} is {said}, by their densities {found}"


def faults(family):
    """The errors of a family. Only scalar families are integrated: others are made of them, are compared with Python, or have a
    check of their own."""
    if family.kind != "scalar":
        return family.faults() if hasattr(family, "faults") else []
    with mp.workdps(DIGITS):
        found = [f for form in family.every_form() for seed in range(2) for f in faults_of(family, form, seed)]
        return found + list(divergence_faults(family))
