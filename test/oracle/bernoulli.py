"""Bernoulli(probs p or logits): P(1) = p, P(0) = 1 - p."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import LOGIT, OUTCOME, PROBABILITY, hostile_unit_interval
from .framework.family import Family, probs_or_logits
from .framework.mathematics import Odds, total


class OfProbs(Points):
    name, form = "Bernoulli(probs)", ("probs",)
    quantities = ("log_prob", "mean", "variance", "entropy")
    edges = [dict(probs=p, value=x) for p in (0.0, 1e-12, 1.0) for x in (0.0, 1.0)]
    differentiable = ("probs",)

    @staticmethod
    def typical(draw):
        return dict(probs=draw.uniform(0.01, 0.99), value=float(draw.integer(0, 1)))

    @staticmethod
    def hostile(draw):
        p = draw.choice([0.0, 1.0]) if draw.chance(0.1) else hostile_unit_interval(draw)
        return dict(probs=p, value=float(draw.integer(0, 1)))


class OfLogits(Points):
    name, form = "Bernoulli(logits)", ("logits",)
    quantities = ("log_prob", "mean", "variance", "entropy")
    differentiable = ("logits",)

    @staticmethod
    def typical(draw):
        return dict(logits=draw.uniform(-5, 5), value=float(draw.integer(0, 1)))

    @staticmethod
    def hostile(draw):
        t = draw.log_uniform(-6, 0) if draw.chance(0.3) else draw.uniform(5, 700 if draw.fmt.is_double else 87)
        if draw.chance(0.1):
            t = draw.log_uniform(3, 8)
        return dict(logits=draw.sign() * t, value=float(draw.integer(0, 1)))


class Bernoulli(Family):
    base = "ExponentialFamily"
    parameters = {"probs": PROBABILITY, "logits": LOGIT}
    forms = probs_or_logits()
    value = OUTCOME

    def canonical(probs=None, logits=None):
        return (Odds.of(probs, logits),)

    def log_prob(x, o):
        return o.log_p if x == 1 else o.log_q if x == 0 else -mp.inf

    def mean(o):
        return o.p

    def mode(o):
        return mpf(1) if o.p > o.q else mpf(0) if o.p < o.q else mp.nan

    def variance(o):
        return o.p * o.q

    def entropy(o):
        return o.entropy()

    def enumerate_support(o):
        return [0, 1]

    def kl_bernoulli_poisson(o, r):
        if o.p == 0:
            return r
        return -o.entropy() - o.p * mp.log(r) + r if r != 0 else mp.inf

    def kl_bernoulli_binomial(o, n, other):
        """The probabilities of 0 and 1 in n trials."""
        log_of = {0: n * other.log_q if n else mpf(0), 1: mp.log(n) + other.log_p + ((n - 1) * other.log_q if n > 1 else 0) if n else -mp.inf}
        return total(p * (log_p - log_of[k]) for k, (p, log_p) in zip((1, 0), o.sides) if p != 0)

    kl = {"Bernoulli": Odds.kl, "Binomial": kl_bernoulli_binomial, "Poisson": kl_bernoulli_poisson}
    kl_points = {
        "Binomial": {
            ("probs", "probs"): [(0, 1, 0.25), (0, 5, 0.25), (1, 1, 1), (1, 2, 1), (0, 2, 1), (0.5, 0, 0.5), (0, 0, 0.5), (0.5, 3, 0), (0, 3, 0),
                                 (0.25, 1e6, 1e-6), (1e-12, 1e6, 1e-18), (0, 0, 1)],
            ("logits", "logits"): [(-100, 3, 2), (2, 5, 100), (100, 2, -100), (2, 1, 2), (-800, 1, 800)],
            ("probs", "logits"): [(0, 2, 2), (1, 1, 100), (0.5, 0, 3)],
            ("logits", "probs"): [(0, 2, 1), (2, 1, 1), (-30, 3, 0)],
        },
        ("probs", "rate"): [(0, 2), (1, 2), (0, 0), (0.5, 0), (1e-30, 1e-30), (1e-7, 1e-7), (0.25, 1e8)],
        ("logits", "rate"): [(-100, 1e-30), (100, 2), (-20, 1e-9), (0, 0)],
        ("probs", "probs"): [(0, 0.25), (1, 0.25), (0, 0), (1, 1), (0.5, 0), (0.5, 1), (1, 0), (1e-12, 1e-9), (1e-30, 0.5)],
        ("logits", "logits"): [(0, 100), (100, 0), (-100, 100), (800, -800), (-25, -25.5), (50, 50.25), (0, 1e-8)],
        ("probs", "logits"): [(0, 2), (1, 2), (0.5, 1000), (1e-12, -1000), (1e-12, 3)],
        ("logits", "probs"): [(-100, 1e-12), (100, 0.25), (0, 0), (0, 1)],
    }
    # Clamps probabilities, and is infinite at logits of 100. It has no rule for Binomial.
    kl_wrong_in_python = ("Bernoulli", "Binomial")

    def kl_draw(partner, rng, spread, forms):
        drawn = [f.parameters[n].draw(rng, spread) for f, form in zip((Bernoulli, partner), forms) for n in form if n != "total_count"]
        if partner.name() == "Binomial":
            drawn.insert(1, float(rng.choice([1, 1, 2, 10] if spread != "hostile" else [1, 2, 1000, 10**6])))
        return drawn

    ordinary = {"probs": [0.2, 0.5, 0.9], "logits": [-2, 0.5, 1]}
    accuracy = [OfProbs, OfLogits]
    points = dict(at=[0.0, 1.0], outside=[-1.0, 2.0])
    cases = [
        Case(probs=0.3),
        Case(logits=0.5),
        Case(probs=1, at=[1.0], edges=[0.0]),
        Case(probs=[0.25, 0.5, 0.9]),
        Case(probs=[0.25, 0.5, 0.9], dtype=f64),
        Case(logits=[-1.0, 0.0, 2.5]),
        Case(logits=[-1.0, 0.0, 2.5], dtype=f64),
        Case(probs=[[0.25, 0.5], [0.75, 0.9]]),
        Case(logits=[[0.25, -0.5], [0.75, 3.0]], dtype=f64),
        Case(probs=[0.0], at=[0.0], edges=[1.0]),
        Case(probs=[1.0], at=[1.0], edges=[0.0], dtype=f64),
        Case(probs=[1e-12, 1e-30]),
        Case(probs=[1e-12, 1e-200], dtype=f64),
        Case(logits=[-80.0, -1000.0, 80.0, 1000.0]),
        Case(logits=[-40.0, -700.0, 40.0, 700.0], dtype=f64),
        Case(probs=T(0.25, f32)),
        Case(probs=[0.25, 0.75], dtype=f16),
        Case(logits=[0.25, 0.75], dtype=bf16),
    ]
    streams = [
        Case(probs=[0.25, 0.9]),
        Case(logits=T(0.5, None)),
    ]
    bad_parameters = [
        Case(probs=1.5),
        Case(probs=[0.5, -0.1]),
        Case(logits=[0.5, NAN]),
        Case(),
        Case(probs=0.5, logits=0.0),
    ]
    bad_values = [
        Case(probs=0.5, at=[0.5]),
    ]
