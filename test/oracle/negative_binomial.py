"""NegativeBinomial(total_count r, probs p or logits): P(k) = Gamma(r + k) / (Gamma(r) k!) p^k (1-p)^r, k = 0, 1, ... successes before
r failures."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.draws import COUNT, INTENSITY, LOGIT, PROPER_PROBABILITY, hostile_unit_interval
from .framework.family import Family, probs_or_logits
from .framework.mathematics import Odds


class OfProbs(Points):
    name, form = "NegativeBinomial(probs)", ("total_count", "probs")
    quantities = ("log_prob", "mean", "variance")
    edges = [
        dict(total_count=r, probs=p, value=k)
        for r, p, k in (
            (0.0, 0.5, 0.0),
            (0.0, 0.5, 2.0),
            (3.0, 0.0, 0.0),
            (3.0, 0.0, 1.0),
            (1e12, 1e-11, 10.0),
            (1e12, 0.5, 1e12),
            (1e6, 0.3, 428571.0),
            (1e-6, 0.5, 3.0),
            (2.5, 0.25, 1e8),
        )
    ]
    differentiable = ("total_count", "probs")
    uses_lgamma = True

    @staticmethod
    def successes(draw, r, odds, hostile):
        """A number of successes near the mean or, if hostile, anywhere."""
        mean, deviation = r * odds.p / odds.q, mp.sqrt(r * odds.p + mpf("0.1")) / odds.q
        k = mean + deviation * draw.bell()
        if hostile and draw.chance(0.4):
            k = draw.choice([0, 1, 2, mean * draw.log_uniform(-2, 2), draw.log_uniform(0, 8)])
        return draw.fmt.round(float(round(float(min(max(k, 0), 1e12)))))

    @classmethod
    def point(cls, draw, r, hostile, **parameter):
        return dict(total_count=r, **parameter, value=cls.successes(draw, r, Odds.of(**{k: mpf(v) for k, v in parameter.items()}), hostile))

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, draw.log_uniform(-0.7, 1.5), False, probs=draw.uniform(0.02, 0.95))

    @classmethod
    def hostile(cls, draw):
        p = draw.uniform(0.001, 0.999) if draw.chance(0.5) else hostile_unit_interval(draw, -12, -12)
        return cls.point(draw, draw.log_uniform(-6, 8), True, probs=p)

    @classmethod
    def unit(cls, quantity, value, total_count, **parameter):
        odds = Odds.of(**parameter)
        if quantity == "log_prob/total_count":  # log q + psi(r + k) - psi(r)
            return abs(odds.log_q)
        if quantity == "log_prob" and "logits" in parameter:  # the derivative times the rounding error of sigmoid(logits)
            return abs(value * odds.q - total_count * odds.p) / 16
        if quantity == "log_prob/logits":
            return max(value * odds.q, total_count * odds.p)
        if quantity in ("mean", "variance") and "logits" in parameter:  # exp(logits)
            return ("relative to goal", 2 * abs(parameter["logits"]))


class OfLogits(OfProbs):
    name, form = "NegativeBinomial(logits)", ("total_count", "logits")
    edges = [
        dict(total_count=r, logits=t, value=k)
        for r, t, k in ((0.0, 0.5, 0.0), (1.0, 80.5, 1e6), (1.0, -80.5, 0.0), (1e6, -0.8472979, 428571.0), (1e12, 0.0, 1e12))
    ]
    differentiable = ("total_count", "logits")

    @classmethod
    def typical(cls, draw):
        return cls.point(draw, draw.log_uniform(-0.7, 1.5), False, logits=draw.uniform(-4, 3))

    @classmethod
    def hostile(cls, draw):
        t = draw.sign() * (draw.uniform(0, 8) if draw.chance(0.5) else draw.log_uniform(-6, 2.7 if draw.fmt.is_double else 1.9))
        return cls.point(draw, draw.log_uniform(-6, 8), True, logits=t)


class NegativeBinomial(Family):
    parameters = {"total_count": INTENSITY, "probs": PROPER_PROBABILITY, "logits": LOGIT}
    forms = probs_or_logits("total_count")
    value = COUNT
    attributes = ("equal counts",)

    def canonical(total_count, probs=None, logits=None):
        return total_count, Odds.of(probs, logits)

    def log_prob(k, r, o):
        if not 0 <= k < mp.inf or k != mp.floor(k):
            return -mp.inf
        if k == 0:
            return r * o.log_q
        if r == 0 or o.p == 0:
            return -mp.inf
        return mp.loggamma(r + k) - mp.loggamma(r) - mp.loggamma(k + 1) + k * o.log_p + r * o.log_q

    def mean(r, o):
        return r * o.p / o.q

    def mode(r, o):
        return max(mp.floor((r - 1) * o.p / o.q), mpf(0))

    def variance(r, o):
        return r * o.p / o.q**2

    def values(r, o):
        return range(4000)

    def kl_of_equal_counts(r, o, _, other):
        return r / o.q * o.kl(other) if r else mpf(0)

    kl = {"NegativeBinomial": kl_of_equal_counts}
    kl_points = {
        ("probs", "probs"): [(0, 0.5, 0, 0.25), (0, 0.5, 0, 0), (3, 0, 3, 0.25), (3, 0.5, 3, 0), (3, 0, 3, 0), (1e8, 1e-12, 1e8, 1e-9)],
        ("logits", "logits"): [(2, 0, 2, 100), (2, 100, 2, 0), (2, -100, 2, 100), (0, 3, 0, 4), (2, 700, 2, 699), (2, 3, 2, 1e16)],
        ("probs", "logits"): [(2, 0, 2, 3), (2, 1e-12, 2, 3)],
        ("logits", "probs"): [(2, -100, 2, 1e-12), (2, 3, 2, 0)],
    }
    kl_wrong_in_python = ("NegativeBinomial",)  # it has no rule

    def kl_draw(partner, rng, spread, forms):
        """Equal counts, without which the divergence has no closed form."""
        if spread == "bounded":
            return [6, 0.3, 6, 0.6]
        r = NegativeBinomial.parameters["total_count"].draw(rng, spread)
        p, q = (NegativeBinomial.parameters[form[1]].draw(rng, spread) for form in forms)
        return [r, p, r, q]

    ordinary = {"total_count": [2.5, 9, 0.7], "probs": [0.2, 0.5, 0.8], "logits": [-2, 0.5, 1]}
    grid = {
        ("total_count", "probs"): [(r, p) for r in INTENSITY.grid for p in PROPER_PROBABILITY.grid],
        ("total_count", "logits"): [(r, t) for r in INTENSITY.grid for t in LOGIT.grid],
    }
    accuracy = [OfProbs, OfLogits]
    points = dict(at=[0.0, 1.0, 4.0, 20.0], outside=[-1.0, 0.5, INF, NAN])
    cases = [
        Case(total_count=3.0, probs=[0.3]),
        Case(total_count=2, probs=T(0.25, f32)),
        Case(total_count=[3.5, 0.5], logits=T(0.5, f32)),
        Case(total_count=[0.5, 2.5, 12.0], probs=[0.25, 0.5, 0.8]),
        Case(total_count=[0.5, 2.5, 12.0], probs=[0.25, 0.5, 0.8], dtype=f64),
        Case(total_count=[1.0, 2.0, 6.5], logits=[-1.0, 0.25, 2.5]),
        Case(total_count=[1.0, 2.0, 6.5], logits=[-1.0, 0.25, 2.5], dtype=f64),
        Case(total_count=[[5.0], [10.0]], probs=[0.5, 0.8]),
        Case(total_count=4, logits=[[0.25, -0.5], [0.75, 3.0]], dtype=f64),
        Case(total_count=[0.0, 2.0], probs=[0.5, 0.25], at=[0.0], edges=[3.0]),
        Case(total_count=[0.0], logits=[0.5], at=[0.0], edges=[2.0], dtype=f64),
        Case(total_count=[2.0], probs=[0.0], at=[0.0], edges=[1.0], dtype=f64),
        Case(total_count=[1.0, 1000.0], probs=[1e-12, 1e-30], at=[0.0, 1.0, 3.0]),
        Case(total_count=[1e-3, 1e-6], probs=[0.5, 0.9], at=[0.0, 1.0, 30.0], dtype=f64),
        Case(total_count=[1.0], logits=[80.5, -80.5, 30.0], at=[0.0, 1.0, 1e6]),
        Case(total_count=[1e12], probs=[1e-11], at=[4.0, 10.0]),
        Case(total_count=[1e12], probs=[1e-11], at=[4.0, 10.0], dtype=f64),
        Case(total_count=[1e6], probs=[0.3], at=[428000.0, 428571.0]),
        Case(total_count=[10000.0], logits=[-5.0], at=[60.0, 70.0], dtype=f64),
        Case(total_count=[3.0], probs=[0.25], at=[0.0, 1.0, 4.0], dtype=f16),
        Case(total_count=[3.0], logits=[0.25], at=[0.0, 1.0, 4.0], dtype=bf16),
    ]
    streams = [
        Case(total_count=[0.5, 10.0], probs=[0.25, 0.9]),
        Case(total_count=3, logits=[0.5]),
    ]
    bad_parameters = [
        Case(total_count=-1.0, probs=[0.5]),
        Case(total_count=2.0, probs=[1.0]),
        Case(total_count=[2.0], logits=[NAN]),
    ]
    bad_values = [
        Case(total_count=4.0, probs=[0.5], at=[0.5]),
    ]
