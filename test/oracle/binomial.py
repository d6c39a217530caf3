"""Binomial(total_count n, probs p or logits): P(k) = C(n, k) p^k (1-p)^(n-k), k = 0 ... n."""

from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import Case, T, bf16, f16, f32, f64
from .framework.draws import COUNT, LOGIT, PROBABILITY, TRIALS, hostile_unit_interval
from .framework.family import Family, probs_or_logits
from .framework.mathematics import INF, NAN, Odds, sigmoid, total


class OfProbs(Points):
    name, form = "Binomial(probs)", ("total_count", "probs")
    quantities = ("log_prob", "mean", "variance", "entropy")
    edges = [
        dict(total_count=n, probs=p, value=k)
        for n, p, k in (
            (0.0, 0.5, 0.0),
            (1e4, 0.3, 3e3),
            (1e6, 0.3, 3e5),
            (1e9, 0.999, 999e6),
            (1e12, 0.3, 3e11),
            (10.0, 0.0, 0.0),
            (10.0, 1.0, 10.0),
        )
    ]
    differentiable = ("probs",)
    uses_lgamma = True

    @staticmethod
    def count(draw, hostile):
        n = draw.fmt.round(round(float(mpf(draw.log_uniform(0, 8 if hostile else 2)))))
        return n if n == int(n) else float(int(n))

    @staticmethod
    def success(draw, n, p, hostile):
        """A number of successes: near the mean, at an end, or anywhere."""
        mean, deviation = n * p, (n * p * (1 - p) + 0.1) ** 0.5
        k = round(mean + deviation * draw.bell())
        if hostile and draw.chance(0.4):
            k = draw.choice([0, 1, n, max(n - 1, 0), draw.integer(0, int(n)), min(8, n)])
        return draw.fmt.round(float(min(max(k, 0), n)))

    @classmethod
    def typical(cls, draw):
        n, p = cls.count(draw, False), draw.uniform(0.02, 0.98)
        return dict(total_count=n, probs=p, value=cls.success(draw, n, p, False))

    @classmethod
    def hostile(cls, draw):
        n = cls.count(draw, True)
        if draw.chance(0.05):
            p = draw.choice([0.0, 1.0])
        else:
            p = draw.uniform(0.001, 0.999) if draw.chance(0.5) else hostile_unit_interval(draw, -12, -12)
        return dict(total_count=n, probs=p, value=cls.success(draw, n, p, True))

    @classmethod
    def unit(cls, quantity, value, total_count, probs):
        if quantity == "log_prob/probs" and 0 < probs < 1:
            return abs(value - total_count * probs) / (probs * (1 - probs))


class OfLogits(OfProbs):
    name, form = "Binomial(logits)", ("total_count", "logits")
    edges = [
        dict(total_count=n, logits=t, value=k)
        for n, t, k in ((0.0, 0.5, 0.0), (1.0, 90.5, 1.0), (1e6, -0.8472979, 3e5), (1e12, 0.0, 5e11))
    ]
    differentiable = ("logits",)

    @classmethod
    def typical(cls, draw):
        n, t = cls.count(draw, False), draw.uniform(-4, 4)
        return dict(total_count=n, logits=t, value=cls.success(draw, n, float(sigmoid(mpf(t))), False))

    @classmethod
    def hostile(cls, draw):
        n = cls.count(draw, True)
        t = draw.sign() * (draw.uniform(0, 8) if draw.chance(0.5) else draw.log_uniform(-6, 2.7 if draw.fmt.is_double else 1.9))
        return dict(total_count=n, logits=t, value=cls.success(draw, n, float(sigmoid(mpf(t))), True))

    @classmethod
    def unit(cls, quantity, value, total_count, logits):
        if quantity == "log_prob":  # the derivative in the logits times the rounding error of sigmoid(logits)
            return abs(value - total_count * sigmoid(logits)) / 16
        if quantity == "log_prob/logits":  # value - total_count * probs
            return max(value, total_count * sigmoid(logits))


def kl_binomial_binomial(n, o, m, other):
    """Infinite if the second lacks outcomes of the first. If it has more trials, the sum over all outcomes."""
    if n >= m:
        return m * o.kl(other) if n == m or o.p == 0 else INF
    if mp.floor(n) != n or mp.floor(m) != m:
        return NAN
    log_p, log_q = ([Binomial.log_prob(k, trials, odds) for k in range(int(n) + 1)] for trials, odds in ((n, o), (m, other)))
    return total(mp.exp(p) * (p - q) for p, q in zip(log_p, log_q) if mp.exp(p) != 0)


def kl_binomial_bernoulli(n, o, other):
    """Infinite if counts above 1 are possible."""
    if n == 1:
        return o.kl(other)
    return -other.log_q if n == 0 or o.p == 0 else INF


class Binomial(Family):
    parameters = {"total_count": TRIALS, "probs": PROBABILITY, "logits": LOGIT}
    forms = probs_or_logits("total_count")
    value = COUNT

    def canonical(total_count, probs=None, logits=None):
        return total_count, Odds.of(probs, logits)

    def log_prob(k, n, o):
        if not 0 <= k <= n:
            return -INF
        choose = mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)
        return choose + (k * o.log_p if k else mpf(0)) + ((n - k) * o.log_q if n - k else mpf(0))

    def mean(n, o):
        return n * o.p

    def mode(n, o):
        return min(mp.floor((n + 1) * o.p), n)

    def variance(n, o):
        return n * o.p * o.q

    def entropy(n, o):
        """For a wide distribution sums every m-th term, times m. By Poisson's summation formula the difference from the whole sum
        is of the order of exp(-2 pi^2 n p q / m^2)."""
        if n == 0 or o.p == 0 or o.q == 0:
            return mpf(0)
        if o.p < 0 or o.q < 0:
            return NAN
        mean, deviation = n * o.p, mp.sqrt(n * o.p * o.q)
        low, high = max(0, int(mean - 20 * deviation - 80)), min(int(n), int(mean + 20 * deviation + 80))
        stride = max(1, int(deviation / 8)) if 0 < low and high < n else 1
        sum_of_terms = mpf(0)
        for k in range(low, high + 1, stride):
            log_prob = Binomial.log_prob(mpf(k), n, o)
            if log_prob > -10000:
                sum_of_terms -= mp.exp(log_prob) * log_prob
        return sum_of_terms * stride

    def enumerate_support(n, o):
        return range(int(n) + 1)

    kl = {"Bernoulli": kl_binomial_bernoulli, "Binomial": kl_binomial_binomial}
    kl_points = {
        "Bernoulli": {
            ("probs", "probs"): [(1, 0.5, 0.25), (0, 0.5, 0.25), (0, 0.5, 1), (2, 0, 0.25), (2, 0.5, 0.25), (2, 0, 1), (1, 1, 0.25), (1, 1, 1)],
            ("logits", "logits"): [(1, 2, 5), (0, 2, 5), (2, 2, 5), (1, 90, -90)],
            ("probs", "logits"): [(2, 0, 3), (1, 0, 3)],
            ("logits", "probs"): [(0, 2, 1), (1, 2, 1)],
        },
        ("probs", "probs"): [(10, 1, 10, 0.5), (10, 0, 10, 0.5), (10, 0.5, 5, 0.5), (10, 0, 5, 0.5), (0, 0.5, 0, 0.25),
                             (1e9, 0.999, 1e9, 0.998), (0, 0.5, 3, 0.25), (5, 0, 7, 0.25), (5, 0, 7, 0), (5, 0, 7, 1), (0, 0.5, 7, 1),
                             (0, 0.5, 7, 0), (5, 1, 7, 0.25), (5, 1, 7, 1), (1, 0.5, 4, 0.25), (1, 0.25, 1e6, 2.5e-7), (5, 0.5, 7, 1),
                             (5, 0.5, 7, 0)],
        ("logits", "logits"): [(10, 2, 5, 2), (16, 90, 16, -90), (1, -3, 6, -2), (0, 2, 6, 90)],
        ("probs", "logits"): [(10, 1, 10, -2), (10, 0, 12, -2), (10, 1, 12, 2)],
        ("logits", "probs"): [(10, 2, 5, 0.5), (1, 2, 5, 0.25), (10, 2, 12, 0)],
    }
    kl_wrong_in_python = ("Bernoulli", "Binomial")  # it has no rule for Bernoulli

    def kl_draw(partner, rng, spread, forms):
        if partner.name() == "Bernoulli":
            p, q = (f.parameters[form[-1]].draw(rng, spread) for f, form in zip((Binomial, partner), forms))
            return [1.0 if spread != "hostile" else float(rng.choice([0, 1, 1, 2])), p, q]
        n = float(rng.choice([1, 3, 10, 1000] if spread != "hostile" else [1, 10**3, 10**6, 2**24]))
        p, q = (Binomial.parameters[form[1]].draw(rng, spread) for form in forms)
        return [n, p, n, q]

    ordinary = {"total_count": [10, 10, 10], "probs": [0.2, 0.5, 0.9], "logits": [-2, 0.5, 1]}
    grid = {("total_count", "probs"): [(10, p) for p in PROBABILITY.grid], ("total_count", "logits"): [(10, t) for t in LOGIT.grid]}
    accuracy = [OfProbs, OfLogits]
    cases = [
        Case(total_count=10, probs=[0.3], at=[0.0, 3.0, 10.0], outside=[-1.0, 11.0]),
        Case(total_count=1, logits=[0.5, -1.0], at=[0.0, 1.0], outside=[-1.0, 2.0]),
        Case(total_count=16, logits=[0.5, -1.0, 4.0], at=[0.0, 5.0, 16.0]),
        Case(total_count=16, logits=[0.5, -1.0, 4.0], at=[0.0, 5.0, 16.0], dtype=f64),
        Case(total_count=5, probs=[[0.25, 0.5], [0.75, 0.9]], at=[0.0, 2.0, 5.0]),
        Case(total_count=5, probs=[[0.25, 0.5], [0.75, 0.9]], at=[0.0, 2.0, 5.0], dtype=f64),
        Case(total_count=[[5.0], [10.0]], probs=[0.5, 0.8], at=[0.0, 3.0, 5.0]),
        Case(total_count=[3.0, 3.0], logits=[0.5, -0.5], at=[0.0, 2.0, 3.0], dtype=f64),
        Case(total_count=[7.0, 2.0], probs=T(0.4, f32), at=[0.0, 2.0]),
        Case(total_count=10, probs=[0.0], at=[0.0], edges=[1.0, 10.0]),
        Case(total_count=10, probs=[1.0], at=[10.0], edges=[0.0, 9.0], dtype=f64),
        Case(total_count=10, probs=[1e-12, 1e-30], at=[0.0, 1.0, 3.0]),
        Case(total_count=1, logits=[80.5, -80.5, 1000.0], at=[0.0, 1.0]),
        Case(total_count=10000, probs=[0.3], at=[2900.0, 3000.0]),
        Case(total_count=1000000, probs=[0.3], at=[300000.0, 300500.0]),
        Case(total_count=10000, logits=[-5.0], at=[60.0, 70.0], dtype=f64),
        Case(total_count=0, probs=[0.3], at=[0.0]),
        Case(total_count=4, probs=[0.25], at=[0.0, 1.0, 4.0], dtype=f16),
        Case(total_count=4, logits=[0.25], at=[0.0, 1.0, 4.0], dtype=bf16),
    ]
    streams = [
        Case(total_count=10, probs=[0.25, 0.9]),
        Case(total_count=1000, logits=[0.5]),
    ]
    bad_parameters = [
        Case(total_count=-1, probs=[0.5]),
        Case(total_count=2, probs=[1.5]),
        Case(total_count=[1.5], probs=[0.5]),
    ]
    bad_values = [
        Case(total_count=4, probs=[0.5], at=[5.0]),
    ]
