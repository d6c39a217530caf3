"""Multinomial(total_count n, probs or logits): P(x) = n! prod p_i^x_i / x_i!, where x sums to n."""

import itertools

from mpmath import mp, mpf

from .categorical import CATEGORIES, MASKED_AND_FAR
from .framework.accuracy import Points
from .framework.cases import INF, NAN, Case, T, bf16, f16, f32, f64
from .framework.divergences import Table
from .framework.draws import COUNTS, LOG_WEIGHT, TRIALS, WEIGHT
from .framework.family import Family, probs_or_logits
from .framework.mathematics import log_probabilities, plogp, total
from .one_hot_categorical import softmax


class OfProbs(Points):
    name, form = "Multinomial(probs)", ("total_count", "probs")
    quantities = ("log_prob", "mean", "variance", "entropy")
    differentiable = ("probs",)
    uses_lgamma = True

    @staticmethod
    def counts(draw, n, p, hostile):
        """Counts with the sum n, near the means or, if hostile, anywhere."""
        left, x = int(n), []
        for i, weight in enumerate(p[:-1]):
            rest = total(p[i:])
            mean = left * mpf(weight) / rest if rest else mpf(0)
            k = int(mp.floor(mean + mp.sqrt(mean) * draw.bell() + 0.5))
            if hostile and draw.chance(0.2):
                k = draw.choice([0, 1, left, left // 2])
            if weight == 0:
                k = 0
            x.append(min(max(int(draw.fmt.round(float(k))), 0), left))
            left -= x[-1]
        if p[-1] == 0 and left:
            x[0], left = x[0] + left, 0
        return tuple(float(v) for v in (*x, left))

    @classmethod
    def typical(cls, draw):
        n, p = float(draw.integer(1, 40)), tuple(draw.uniform(0.05, 1) for _ in range(4))
        return dict(total_count=n, probs=p, value=cls.counts(draw, n, p, False))

    @classmethod
    def hostile(cls, draw):
        n = float(int(draw.log_uniform(0, 12 if draw.fmt.is_double else 7)))
        p = tuple(draw.log_uniform(-12, 0) for _ in range(3)) + (draw.uniform(0.3, 1),)
        if draw.chance(0.5):  # weights need not be normalised
            size = mp.power(10, draw.uniform(-8, 8))
            p = tuple(draw.fmt.round(size * mpf(v)) for v in p)
        return dict(total_count=n, probs=p, value=cls.counts(draw, n, p, True))

    @classmethod
    def unit(cls, quantity, value, total_count, **parameter):
        p = [mp.exp(v) for v in log_probabilities(**parameter)]
        gaps = [abs(x - total_count * v) for x, v in zip(value, p)]
        if quantity == "log_prob":  # normalised probabilities are rounded
            return total(gaps)
        if quantity.startswith("log_prob/probs"):
            return total_count / total(parameter["probs"])  # x / p - n, of normalised probabilities
        if quantity == "entropy":  # its derivative in the logarithms of the probabilities
            return 1 + total(mpf(1) / 2 for _ in p)
        if quantity.startswith("variance"):  # n p (1 - p)
            return total_count * p[int(quantity[-2])]


class OfLogits(OfProbs):
    name, form = "Multinomial(logits)", ("total_count", "logits")
    differentiable = ("logits",)

    @classmethod
    def typical(cls, draw):
        n, t = float(draw.integer(1, 40)), tuple(draw.uniform(-3, 3) for _ in range(4))
        return dict(total_count=n, logits=t, value=cls.counts(draw, n, softmax([mpf(v) for v in t]), False))

    @classmethod
    def hostile(cls, draw):
        n = float(int(draw.log_uniform(0, 12 if draw.fmt.is_double else 7)))
        t = tuple(draw.sign() * draw.log_uniform(-6, 2 if draw.fmt.is_double else 1.5) for _ in range(3)) + (draw.uniform(-9, 9),)
        return dict(total_count=n, logits=t, value=cls.counts(draw, n, softmax([mpf(v) for v in t]), True))

    @classmethod
    def unit(cls, quantity, value, total_count, logits):
        largest = 1 + max(abs(t) for t in logits)
        l = log_probabilities(logits=logits)
        gaps = [abs(x - total_count * mp.exp(v)) for x, v in zip(value, l)]
        if quantity == "log_prob":  # normalised logits are rounded
            return total(gaps) * largest
        if quantity.startswith("log_prob/"):
            return max(value[int(quantity[-2])], total_count * mp.exp(l[int(quantity[-2])]))
        if quantity.startswith(("mean", "variance")):  # exp(logits)
            return total_count * mp.exp(l[int(quantity[-2])]) * largest
        if quantity == "entropy":
            return largest * (1 + total(mpf(1) / 2 for _ in l))


class Multinomial(Family):
    kind = "vector"
    parameters = {"total_count": TRIALS, "probs": WEIGHT, "logits": LOG_WEIGHT}
    dims = {"probs": 1, "logits": 1}
    event_dim = 1
    forms = probs_or_logits("total_count")
    value = COUNTS

    def canonical(total_count=mpf(1), probs=None, logits=None):
        return total_count, log_probabilities(probs, logits)

    def log_prob(x, n, l):
        if any(mp.isnan(k) for k in x):
            return mp.nan
        if any(not 0 <= k < mp.inf or k != mp.floor(k) for k in x) or total(x) != n:
            return -mp.inf
        return mp.loggamma(n + 1) + total((k * v if k else mpf(0)) - mp.loggamma(k + 1) for k, v in zip(x, l))

    def mean(n, l):
        return [n * mp.exp(v) for v in l]

    def variance(n, l):
        return [n * mp.exp(v) * (1 - mp.exp(v)) for v in l]

    def kl_multinomial_multinomial(n, l, m, other):
        """Counts with different sums have no value in common."""
        if n != m:
            return INF
        return n * total(mpf(0) if a == -INF else mp.exp(a) * (a - b) for a, b in zip(l, other)) if n else mpf(0)

    kl = {"Multinomial": kl_multinomial_multinomial}

    @classmethod
    def kl_tables(cls):
        for dtype, form, other_form in itertools.product(("float64", "float32"), cls.forms, cls.forms):
            p, q = form[1], other_form[1]

            def table(kind, *rows):
                made = [{"p.total_count": n, "p." + p: a, "q.total_count": m, "q." + q: b} for n, a, m, b in rows]
                return Table(cls.call(form, "p."), cls.call(other_form, "q."), kind, dtype, made, python=False)

            ordinary, other = CATEGORIES[p][0], CATEGORIES[q][1]
            (zero, far, _), (zero_q, _, far_q) = MASKED_AND_FAR[p], MASKED_AND_FAR[q]
            yield table("ordinary", (5, ordinary, 5, other), (1, ordinary, 1, other))
            if p == q and dtype == "float64":  # in float32 the rounding of normalised probabilities shows
                yield table("near", *[(20, ordinary, 20, [v * (1 + s * step) for v, s in zip(ordinary, (1, 0.5, -0.25))]) for step in (1e-3, 1e-6)])
            yield table("hostile", (1e6, [*ordinary[:2], zero], 1e6, other), (7, [*ordinary[:2], zero], 7, [*other[:2], zero_q]),
                        (7, ordinary, 7, [*other[:2], zero_q]), (0, ordinary, 0, [*other[:2], zero_q]), (3, far, 3, far_q),
                        (3, ordinary, 4, other))

    def mean_log_factorial(n, p):
        """E[log X!] of a binomial variable. As in the entropy of Binomial, every m-th term of a wide distribution is summed."""
        if n == 0 or p == 0:
            return mpf(0)
        if not p >= 0:
            return NAN
        if p >= 1:
            return mp.loggamma(n + 1)
        mean, deviation = n * p, mp.sqrt(n * p * (1 - p))
        low, high = max(0, int(mean - 20 * deviation - 80)), min(int(n), int(mean + 20 * deviation + 80))
        stride = max(1, int(deviation / 8)) if 0 < low and high < n else 1
        log_p, log_q = mp.log(p), mp.log1p(-p)
        sum_of_terms = mpf(0)
        for k in range(low, high + 1, stride):
            factorial = mp.loggamma(mpf(k + 1))
            log_prob = mp.loggamma(n + 1) - factorial - mp.loggamma(n - k + 1) + k * log_p + (n - k) * log_q
            if log_prob > -10000:
                sum_of_terms += mp.exp(log_prob) * factorial
        return sum_of_terms * stride

    def entropy(n, l):
        of_category = -total(plogp(mp.exp(v), v) for v in l)
        return n * of_category - mp.loggamma(n + 1) + total(Multinomial.mean_log_factorial(n, mp.exp(v)) for v in l)

    @classmethod
    def faults(cls):
        """Compares with the sum over all counts."""
        n, l = 4, log_probabilities(probs=[mpf(1), mpf(3), mpf("0.5")])
        every = [[mpf(k) for k in x] for x in itertools.product(range(n + 1), repeat=3) if sum(x) == n]
        log_probs = [cls.log_prob(x, mpf(n), l) for x in every]
        found = {"total probability": (mpf(1), total(mp.exp(v) for v in log_probs)),
                 "entropy": (cls.entropy(mpf(n), l), -total(mp.exp(v) * v for v in log_probs))}
        for i in range(3):
            mean = cls.mean(mpf(n), l)[i]
            found[f"mean[{i}]"] = (mean, total(mp.exp(v) * x[i] for v, x in zip(log_probs, every)))
            found[f"variance[{i}]"] = (cls.variance(mpf(n), l)[i], total(mp.exp(v) * (x[i] - mean) ** 2 for v, x in zip(log_probs, every)))
        return [f"Multinomial.{k} is {a}, by its density {b}" for k, (a, b) in found.items() if abs(a - b) > mpf(10) ** -30]

    ordinary = {"total_count": [3, 10, 5], "probs": [[0.2, 0.5, 0.5], [0.5, 1, 0.5], [3, 0.25, 0.5]],
                "logits": [[-2, 0, 0], [0.5, 1, 0], [1, 0.25, 0]]}
    grid = {
        ("total_count", "probs"): [(10, [p, q, 0.5]) for p in WEIGHT.grid for q in WEIGHT.grid],
        ("total_count", "logits"): [(10, [p, q, 0]) for p in LOG_WEIGHT.grid for q in LOG_WEIGHT.grid],
    }
    accuracy = [OfProbs, OfLogits]
    cases = [
        Case(probs=[1.0, 2.0, 5.0], at=[[1.0, 0, 0], [0, 0, 1.0]], outside=[[1.0, 1.0, 0], [0, 0, 0], [-1.0, 1.0, 1.0]]),
        Case(total_count=5, probs=[1.0, 2.0, 5.0], at=[[1.0, 1.0, 3.0], [0, 5.0, 0]], outside=[[1.0, 1.0, 2.0], [1.5, 1.5, 2.0], [INF, 0, 0]]),
        Case(total_count=5, logits=[0.5, -1.0, 2.0], at=[[1.0, 1.0, 3.0], [0, 5.0, 0]], outside=[[4.0, 4.0, 4.0], [NAN, 1.0, 1.0]]),
        Case(total_count=10, probs=[0.25, 0.75], at=[[4.0, 6.0], [10.0, 0]], dtype=f64),
        Case(total_count=7, logits=[0.5, -1.0, 2.0], at=[[1.0, 2.0, 4.0], [7.0, 0, 0]], dtype=f64),
        Case(total_count=4, probs=[[1.0, 2.0, 5.0], [4.0, 4.0, 2.0]], at=[[[1.0, 1.0, 2.0], [0, 4.0, 0]]]),
        Case(total_count=4, logits=[[1.0, 2.0, 5.0], [-4.0, 4.0, 2.0]], at=[[1.0, 1.0, 2.0], [0, 4.0, 0]], dtype=f64),
        Case(total_count=3, logits=[[[1.0, 2.0]], [[-1.0, 1.0]]], at=[[1.0, 2.0], [3.0, 0]]),
        Case(total_count=6, probs=[0.0, 0.5, 0.5], at=[[0, 2.0, 4.0]], edges=[[1.0, 2.0, 3.0]]),
        Case(total_count=2, probs=[1.0, 0.0], at=[[2.0, 0]], edges=[[1.0, 1.0]], dtype=f64),
        Case(total_count=3, logits=[0.0, 1.0, -INF], at=[[1.0, 2.0, 0]], edges=[[1.0, 1.0, 1.0]]),
        Case(total_count=0, probs=[0.5, 0.5], at=[[0.0, 0.0]]),
        Case(total_count=20, probs=[3.0], at=[[20.0]]),
        Case(total_count=100, probs=[1e-12, 0.5, 0.5], at=[[1.0, 49.0, 50.0], [0, 40.0, 60.0]]),
        Case(total_count=50, logits=[0.0, -20.0, 0.5], at=[[20.0, 0, 30.0], [24.0, 1.0, 25.0]]),
        Case(total_count=1000, probs=[0.1, 0.2, 0.3, 0.4], at=[[100.0, 210.0, 290.0, 400.0]], dtype=f64),
        Case(total_count=10000, probs=[0.25, 0.25, 0.5], at=[[2500.0, 2510.0, 4990.0]]),
        Case(total_count=4, probs=[1.0, 3.0], at=[[1.0, 3.0]], dtype=f16),
        Case(total_count=4, logits=[1.0, 3.0], at=[[1.0, 3.0]], dtype=bf16),
    ]
    bad_parameters = [
        Case(total_count=3, probs=[0.5, -0.25]),
        Case(total_count=3, logits=[0.5, NAN]),
        Case(total_count=-1, probs=[0.5, 0.25]),
        Case(total_count=3, probs=T(0.5, f32)),
        Case(total_count=3),
    ]
    bad_values = [
        Case(total_count=3, probs=[0.5, 0.5], at=[[2.0, 2.0]]),
        Case(total_count=3, probs=[0.5, 0.5], at=[[-1.0, 4.0]]),
    ]
