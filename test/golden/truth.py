"""The second oracle: every family of the golden data in mpmath, written from the textbook and not from torch.

A model works on NumPy object arrays of `mpf`, so parameters broadcast as tensors do. A scalar family states its functions of
one value; `Scalar` maps them over arrays. Matrix families and combinators work on whole arrays. Parameters arrive as
the constructor of the Python class takes them. A method that a model lacks has no closed form in torch either.
"""

import itertools
import math

import mpmath as mp
import numpy as np
from mpmath import mpf

INF, NAN = mpf("inf"), mpf("nan")


def array(x):
    """An object array of mpf from numbers, however nested."""
    out = np.empty(np.shape(x), dtype=object)
    for index in np.ndindex(*out.shape):
        value = x
        for i in index:
            value = value[i]
        out[index] = mpf(float(value) if isinstance(value, np.ndarray) else value)
    return out


def elementwise(f, *arrays):
    out = np.frompyfunc(f, len(arrays), 1)(*arrays)
    return out if isinstance(out, np.ndarray) else np.array(out, dtype=object)


def log(x):
    return -INF if x == 0 else mp.log(x) if x > 0 else NAN


def xlogy(x, y):
    return mpf(0) if x == 0 else x * log(y)


def log1mexp(x):
    return log(-mp.expm1(x))


def softplus(x):
    return max(x, mpf(0)) + mp.log1p(mp.exp(-abs(x)))


def logsumexp(xs):
    if any(mp.isnan(x) for x in xs):
        return NAN
    top = max(xs)
    return top if mp.isinf(top) else top + mp.log(mp.fsum(mp.exp(x - top) for x in xs))


def gammainc_p(a, x):
    """Regularised lower incomplete gamma by its power series (the terms are positive, so nothing cancels)."""
    if x <= 0:
        return mpf(0)
    if x > a + 60 * mp.sqrt(a) + 400:
        return mpf(1)
    with mp.extradps(15):
        term = total = mpf(1)
        n = a
        while term > total * mp.eps:
            n += 1
            term *= x / n
            total += term
        return +(mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1)) * total)


def ndtri(p):
    if p == 0 or p == 1:
        return INF if p else -INF
    lost = int(-mp.log10(min(p, 1 - p))) * 2
    with mp.extradps(20 + lost):
        return +(mp.sqrt(2) * mp.erfinv(2 * p - 1))


def in_unit(f):
    """A quantile function is nan outside [0, 1]."""
    return lambda p, *parameters: f(p, *parameters) if 0 <= p <= 1 else NAN


class Model:
    """A discrete model with an `enumerate_support` returns its values in order, each of the shape of an event."""

    event_dim = 0

    def has_enumerate_support(self):
        return hasattr(self, "enumerate_support")

    def stddev(self):
        return elementwise(mp.sqrt, self.variance())

    def perplexity(self):
        return elementwise(mp.exp, self.entropy())


class Scalar(Model):
    """A family of one real or integer value; a subclass has static functions `_log_prob(x, *parameters)` and so on."""

    parameters = ()
    has_cdf = False

    def __init__(self, **arguments):
        self.arguments = [arguments[p] for p in self.parameters]

    @property
    def batch_shape(self):
        return np.broadcast_shapes(*[a.shape for a in self.arguments])

    def _of_value(self, name, x):
        f = getattr(type(self), name, None)
        if f is None:
            raise NotImplementedError
        return elementwise(lambda v, *p: NAN if mp.isnan(v) else f(v, *p), x, *self.arguments)

    def _of_parameters(self, name):
        f = getattr(type(self), name, None)
        if f is None:
            raise NotImplementedError
        return elementwise(f, *self.arguments)

    def log_prob(self, x):
        return self._of_value("_log_prob", x)

    def cdf(self, x):
        return self._of_value("_cdf", x)

    def icdf(self, p):
        return self._of_value("_icdf", p)

    def mean(self):
        return self._of_parameters("_mean")

    def mode(self):
        return self._of_parameters("_mode")

    def variance(self):
        return self._of_parameters("_variance")

    def entropy(self):
        return self._of_parameters("_entropy")


class Normal(Scalar):
    parameters = ("loc", "scale")

    @staticmethod
    def _log_prob(x, m, s):
        return -((x - m) / s) ** 2 / 2 - mp.log(s) - mp.log(2 * mp.pi) / 2 if not mp.isinf(x) else -INF

    @staticmethod
    def _cdf(x, m, s):
        return mp.erfc(-(x - m) / s / mp.sqrt(2)) / 2

    _icdf = staticmethod(in_unit(lambda p, m, s: m + s * ndtri(p)))
    _mean = _mode = staticmethod(lambda m, s: m)
    _variance = staticmethod(lambda m, s: s**2)
    _entropy = staticmethod(lambda m, s: mpf(1) / 2 + mp.log(2 * mp.pi) / 2 + mp.log(s))


class LogNormal(Scalar):
    parameters = ("loc", "scale")

    @staticmethod
    def _log_prob(x, m, s):
        return Normal._log_prob(mp.log(x), m, s) - mp.log(x) if 0 < x < INF else -INF

    @staticmethod
    def _cdf(x, m, s):
        return Normal._cdf(mp.log(x), m, s) if x > 0 else mpf(0)

    @staticmethod
    def _icdf(p, m, s):
        return mp.exp(Normal._icdf(p, m, s)) if p != 0 else mpf(0)

    _mean = staticmethod(lambda m, s: mp.exp(m + s**2 / 2))
    _mode = staticmethod(lambda m, s: mp.exp(m - s**2))
    _variance = staticmethod(lambda m, s: mp.expm1(s**2) * mp.exp(2 * m + s**2))
    _entropy = staticmethod(lambda m, s: Normal._entropy(m, s) + m)


class Laplace(Scalar):
    parameters = ("loc", "scale")
    _log_prob = staticmethod(lambda x, m, s: -abs(x - m) / s - mp.log(2 * s))
    _cdf = staticmethod(lambda x, m, s: mp.exp((x - m) / s) / 2 if x <= m else 1 - mp.exp((m - x) / s) / 2)
    _icdf = staticmethod(in_unit(lambda p, m, s: m + s * log(2 * p) if p < 0.5 else m - s * log(2 * (1 - p))))
    _mean = _mode = staticmethod(lambda m, s: m)
    _variance = staticmethod(lambda m, s: 2 * s**2)
    _entropy = staticmethod(lambda m, s: 1 + mp.log(2 * s))


class Uniform(Scalar):
    parameters = ("low", "high")
    _log_prob = staticmethod(lambda x, a, b: -mp.log(b - a) if a <= x <= b else -INF)
    _cdf = staticmethod(lambda x, a, b: min(max((x - a) / (b - a), mpf(0)), mpf(1)))
    _icdf = staticmethod(in_unit(lambda p, a, b: a + p * (b - a)))
    _mean = staticmethod(lambda a, b: (a + b) / 2)
    _mode = staticmethod(lambda a, b: NAN)
    _variance = staticmethod(lambda a, b: (b - a) ** 2 / 12)
    _entropy = staticmethod(lambda a, b: mp.log(b - a))


class StudentT(Scalar):
    parameters = ("df", "loc", "scale")

    def __init__(self, df, loc=array(0), scale=array(1)):
        super().__init__(df=df, loc=loc, scale=scale)

    @staticmethod
    def _log_prob(x, v, m, s):
        if mp.isinf(x) or mp.isinf(v):
            return Normal._log_prob(x, m, s)
        ratio = mp.loggamma((v + 1) / 2) - mp.loggamma(v / 2) - mp.log(v * mp.pi) / 2
        return ratio - mp.log(s) - (v + 1) / 2 * mp.log1p(((x - m) / s) ** 2 / v)

    @staticmethod
    def _entropy(v, m, s):
        if mp.isinf(v):
            return Normal._entropy(m, s)
        slope = mp.digamma((v + 1) / 2) - mp.digamma(v / 2)
        return (v + 1) / 2 * slope + mp.log(v) / 2 + Beta._log_norm(v / 2, mpf(1) / 2) + mp.log(s)

    _mean = staticmethod(lambda v, m, s: m if v > 1 else NAN)
    _mode = staticmethod(lambda v, m, s: m)
    _variance = staticmethod(lambda v, m, s: s**2 * (1 + 2 / (v - 2)) if v > 2 else INF if v > 1 else NAN)


class Exponential(Scalar):
    parameters = ("rate",)
    _log_prob = staticmethod(lambda x, r: mp.log(r) - r * x if x >= 0 else -INF)
    _cdf = staticmethod(lambda x, r: -mp.expm1(-r * x) if x > 0 else mpf(0))
    _icdf = staticmethod(in_unit(lambda p, r: -mp.log1p(-p) / r if p < 1 else INF))
    _mean = staticmethod(lambda r: 1 / r)
    _mode = staticmethod(lambda r: mpf(0))
    _variance = staticmethod(lambda r: 1 / r**2)
    _entropy = staticmethod(lambda r: 1 - mp.log(r))


class Gamma(Scalar):
    parameters = ("concentration", "rate")

    @staticmethod
    def _log_prob(x, a, b):
        return a * mp.log(b) - mp.loggamma(a) + xlogy(a - 1, x) - b * x if x >= 0 else -INF

    _cdf = staticmethod(lambda x, a, b: gammainc_p(a, b * x))
    _mean = staticmethod(lambda a, b: a / b)
    _mode = staticmethod(lambda a, b: max(a - 1, mpf(0)) / b)
    _variance = staticmethod(lambda a, b: a / b**2)
    _entropy = staticmethod(lambda a, b: a - mp.log(b) + mp.loggamma(a) + (1 - a) * mp.digamma(a))


class Chi2(Gamma):
    def __init__(self, df):
        super().__init__(concentration=df / 2, rate=array(0.5))


class Beta(Scalar):
    parameters = ("concentration1", "concentration0")

    @staticmethod
    def _log_norm(a, b):
        return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)

    @staticmethod
    def _log_prob(x, a, b):
        return xlogy(a - 1, x) + xlogy(b - 1, 1 - x) - Beta._log_norm(a, b) if 0 <= x <= 1 else -INF

    @staticmethod
    def _mode(a, b):
        if a > 1 and b > 1:
            return (a - 1) / (a + b - 2)
        rises, falls = a >= 1 >= b and a != b, b >= 1 >= a and a != b
        return mpf(1) if rises else mpf(0) if falls else NAN

    _mean = staticmethod(lambda a, b: a / (a + b))
    _variance = staticmethod(lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1)))

    @staticmethod
    def _entropy(a, b):
        return (Beta._log_norm(a, b) - (a - 1) * mp.digamma(a) - (b - 1) * mp.digamma(b)
                + (a + b - 2) * mp.digamma(a + b))


class Odds:
    """p, q = 1 - p and their logarithms, each of them exact."""

    def __init__(self, p, q, log_p, log_q):
        self.p, self.q, self.log_p, self.log_q = p, q, log_p, log_q

    @staticmethod
    def of_probability(p):
        return Odds(p, 1 - p, log(p), log(1 - p) if p > 0.5 else mp.log1p(-p))

    @staticmethod
    def of_logit(t):
        if mp.isinf(t):
            return Odds(mpf(t > 0), mpf(t < 0), mpf(0) if t > 0 else -INF, -INF if t > 0 else mpf(0))
        return Odds(1 / (1 + mp.exp(-t)), 1 / (1 + mp.exp(t)), -softplus(-t), -softplus(t))


class ProbsOrLogits(Scalar):
    """The first parameter of a family's functions is an Odds."""

    def __init__(self, probs=None, logits=None, **rest):
        odds = elementwise(Odds.of_probability, probs) if probs is not None else elementwise(Odds.of_logit, logits)
        self.arguments = [odds] + [rest[name] for name in self.parameters]


class Bernoulli(ProbsOrLogits):
    _log_prob = staticmethod(lambda x, o: o.log_p if x == 1 else o.log_q if x == 0 else -INF)
    _mean = staticmethod(lambda o: o.p)
    _mode = staticmethod(lambda o: mpf(1) if o.p > o.q else mpf(0) if o.p < o.q else NAN)
    _variance = staticmethod(lambda o: o.p * o.q)
    enumerate_support = staticmethod(lambda: array([0, 1]))
    _entropy = staticmethod(lambda o: -sum(w * l for w, l in ((o.p, o.log_p), (o.q, o.log_q)) if w != 0))


class Binomial(ProbsOrLogits):
    parameters = ("total_count",)

    @staticmethod
    def _log_prob(k, o, n):
        if not 0 <= k <= n:
            return -INF
        choose = mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)
        return choose + (k * o.log_p if k else mpf(0)) + ((n - k) * o.log_q if n - k else mpf(0))

    _mean = staticmethod(lambda o, n: n * o.p)
    _mode = staticmethod(lambda o, n: min(mp.floor((n + 1) * o.p), n))
    _variance = staticmethod(lambda o, n: n * o.p * o.q)

    def enumerate_support(self):
        return array(range(int(max(self.arguments[1].reshape(-1))) + 1))

    @staticmethod
    def _entropy(o, n):
        """Over every k whose probability is not below 1e-80 of the total."""
        if n == 0 or o.p == 0 or o.q == 0:
            return mpf(0)
        if o.p < 0 or o.q < 0:
            return NAN
        spread = 20 * mp.sqrt(n * o.p * o.q) + 100
        first, last = int(max(0, n * o.p - spread)), int(min(n, n * o.p + spread))
        total, q, odds = mpf(0), mp.exp(Binomial._log_prob(mpf(first), o, n)), o.p / o.q
        for k in range(first, last + 1):
            if q > 0:
                total -= q * mp.log(q)
            q = q * (n - k) / (k + 1) * odds
        return total


class Poisson(Scalar):
    parameters = ("rate",)

    @staticmethod
    def _log_prob(k, r):
        return xlogy(k, r) - r - mp.loggamma(k + 1) if 0 <= k < INF and k == mp.floor(k) else -INF

    _mean = _variance = staticmethod(lambda r: r)
    _mode = staticmethod(mp.floor)


class Categorical(Model):
    def __init__(self, probs=None, logits=None):
        self.given = probs if probs is not None else logits
        rows = self.given.reshape(-1, self.given.shape[-1])
        lp = []
        for row in rows:
            weights = [log(p) for p in row] if probs is not None else list(row)
            norm = logsumexp(weights)
            lp.append([w - norm if not mp.isinf(w) else w for w in weights])
        self.log_probs = np.array(lp, dtype=object).reshape(self.given.shape)

    @property
    def batch_shape(self):
        return self.given.shape[:-1]

    def enumerate_support(self):
        return array(range(self.given.shape[-1]))

    @property
    def probs(self):
        return elementwise(mp.exp, self.log_probs)

    def _pick(self, value):
        table = self.log_probs.reshape(-1, self.given.shape[-1])
        rows = np.arange(len(table)).reshape(self.batch_shape)
        return elementwise(lambda k, r: table[r][int(k)] if 0 <= k < len(table[r]) else -INF, value, rows)

    def log_prob(self, value):
        return self._pick(value)

    def mean(self):
        return np.full(self.batch_shape, NAN, dtype=object)

    variance = mean

    def mode(self):
        flat = self.log_probs.reshape(-1, self.given.shape[-1])
        return np.array([mpf(max(range(len(r)), key=lambda k: (r[k], -k))) for r in flat], dtype=object).reshape(self.batch_shape)

    def entropy(self):
        flat = self.log_probs.reshape(-1, self.given.shape[-1])
        return np.array([-mp.fsum(mp.exp(l) * l for l in r if not mp.isinf(l)) for r in flat],
                        dtype=object).reshape(self.batch_shape)


class OneHotCategorical(Categorical):
    event_dim = 1

    def log_prob(self, value):
        flat = value.reshape(-1, value.shape[-1])
        hot = [r.tolist() == [mpf(i == int(np.argmax(r))) for i in range(len(r))] for r in flat]
        index = np.array([mpf(int(np.argmax(r))) if ok else mpf(-1) for r, ok in zip(flat, hot)], dtype=object)
        return self._pick(index.reshape(value.shape[:-1]))

    def mean(self):
        return self.probs

    def variance(self):
        return self.probs * (1 - self.probs)

    def mode(self):
        flat = super().mode().reshape(-1)
        size = self.given.shape[-1]
        return np.array([[mpf(i == k) for i in range(size)] for k in flat], dtype=object).reshape(self.given.shape)


class OneHotCategoricalStraightThrough(OneHotCategorical):
    pass


def rows_of(x):
    return x.reshape(-1, x.shape[-1])


class Dirichlet(Model):
    event_dim = 1

    def __init__(self, concentration):
        self.c = concentration

    @property
    def batch_shape(self):
        return self.c.shape[:-1]

    def _map(self, f):
        return np.array([f(r) for r in rows_of(self.c)], dtype=object)

    def log_prob(self, x):
        x, c = np.broadcast_arrays(x, self.c)
        out = []
        for xs, cs in zip(rows_of(x), rows_of(c)):
            inside = all(v >= 0 for v in xs)
            norm = mp.loggamma(mp.fsum(cs)) - mp.fsum(mp.loggamma(a) for a in cs)
            out.append(norm + mp.fsum(xlogy(a - 1, v) for a, v in zip(cs, xs)) if inside else -INF)
        return np.array(out, dtype=object).reshape(x.shape[:-1])

    def mean(self):
        return self._map(lambda c: [a / mp.fsum(c) for a in c]).reshape(self.c.shape)

    def mode(self):
        def one(c):
            """Where none is above 1 and one is below, the density is infinite at the edge: the vertex of the largest is told."""
            if len(c) == 1:
                return [mpf(1)]
            if all(a <= 1 for a in c) and any(a < 1 for a in c):
                return [mpf(i == max(range(len(c)), key=lambda k: (c[k], -k))) for i in range(len(c))]
            excess = [max(a - 1, mpf(0)) for a in c]
            total = mp.fsum(excess)
            return [e / total if total else NAN for e in excess]
        return self._map(one).reshape(self.c.shape)

    def variance(self):
        def one(c):
            s = mp.fsum(c)
            return [a * (s - a) / (s * s * (s + 1)) for a in c]
        return self._map(one).reshape(self.c.shape)

    def entropy(self):
        def one(c):
            s, k = mp.fsum(c), len(c)
            return (mp.fsum(mp.loggamma(a) for a in c) - mp.loggamma(s) - (k - s) * mp.digamma(s)
                    - mp.fsum((a - 1) * mp.digamma(a) for a in c))
        return self._map(one).reshape(self.batch_shape)


def cholesky(a):
    n = a.shape[0]
    l = np.full((n, n), mpf(0), dtype=object)
    for j in range(n):
        l[j, j] = mp.sqrt(a[j, j] - mp.fsum(l[j, k] ** 2 for k in range(j)))
        for i in range(j + 1, n):
            l[i, j] = (a[i, j] - mp.fsum(l[i, k] * l[j, k] for k in range(j))) / l[j, j]
    return l


def inverse(a):
    n = a.shape[0]
    out = mp.matrix([[a[i, j] for j in range(n)] for i in range(n)]) ** -1
    return np.array([[out[i, j] for j in range(n)] for i in range(n)], dtype=object)


class MultivariateNormal(Model):
    """A matrix argument is symmetrised first: that is the gradient that torch defines for a symmetric matrix."""

    event_dim = 1

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None):
        given = next(m for m in (covariance_matrix, precision_matrix, scale_tril) if m is not None)
        n = given.shape[-1]
        flat = given.reshape(-1, n, n)
        if scale_tril is not None:
            factors = [np.tril(m) + np.triu(np.full((n, n), mpf(0), dtype=object), 1) for m in flat]
        else:
            flat = [(m + m.T) / 2 for m in flat]
            factors = [cholesky(inverse(m) if precision_matrix is not None else m) for m in flat]
        factors = np.array(factors, dtype=object).reshape(given.shape)
        self._batch = np.broadcast_shapes(loc.shape[:-1], given.shape[:-2])
        self.loc = np.broadcast_to(loc, self._batch + (n,))
        self.factor = np.broadcast_to(factors, self._batch + (n, n))
        self.n = n

    @property
    def batch_shape(self):
        return self._batch

    def _half_log_det(self, l):
        return mp.fsum(mp.log(abs(l[i, i])) for i in range(self.n))

    def log_prob(self, x):
        shape = np.broadcast_shapes(x.shape[:-1], self._batch)
        n = self.n
        x, loc = np.broadcast_to(x, shape + (n,)), np.broadcast_to(self.loc, shape + (n,))
        factor = np.broadcast_to(self.factor, shape + (n, n))
        out = np.empty(shape, dtype=object)
        for index in np.ndindex(*shape):
            l, d, z = factor[index], x[index] - loc[index], []
            if any(mp.isinf(v) for v in d) and not any(mp.isnan(v) for v in d):
                out[index] = -INF
                continue
            for i in range(n):
                z.append((d[i] - mp.fsum(l[i, k] * z[k] for k in range(i))) / l[i, i])
            out[index] = -mp.fsum(v * v for v in z) / 2 - self._half_log_det(l) - n * mp.log(2 * mp.pi) / 2
        return out

    def mean(self):
        return self.loc

    mode = mean

    def variance(self):
        out = np.empty(self.loc.shape, dtype=object)
        for index in np.ndindex(*self._batch):
            l = self.factor[index]
            for i in range(self.n):
                out[index + (i,)] = mp.fsum(l[i, k] ** 2 for k in range(i + 1))
        return out

    def entropy(self):
        out = np.empty(self._batch, dtype=object)
        for index in np.ndindex(*self._batch):
            out[index] = self.n * (1 + mp.log(2 * mp.pi)) / 2 + self._half_log_det(self.factor[index])
        return out


def sum_rightmost(x, n):
    return x.sum(axis=tuple(range(x.ndim - n, x.ndim))) if n and x.ndim else x


def product_rightmost(x, n):
    return x.prod(axis=tuple(range(x.ndim - n, x.ndim))) if n and x.ndim else x


class Independent(Model):
    def __init__(self, base_distribution, reinterpreted_batch_ndims):
        self.base, self.n = base_distribution, int(reinterpreted_batch_ndims)
        self.event_dim = self.base.event_dim + self.n

    @property
    def batch_shape(self):
        shape = self.base.batch_shape
        return shape[:len(shape) - self.n]

    def log_prob(self, x):
        return np.asarray(sum_rightmost(self.base.log_prob(x), self.n), dtype=object)

    def entropy(self):
        full = np.broadcast_to(self.base.entropy(), self.base.batch_shape)
        return np.asarray(sum_rightmost(full, self.n), dtype=object)

    def cdf(self, x):
        return np.asarray(product_rightmost(self.base.cdf(x), self.n), dtype=object)

    def has_enumerate_support(self):
        return self.base.has_enumerate_support()

    def enumerate_support(self):
        base = self.base.enumerate_support()
        sizes = self.base.batch_shape[len(self.base.batch_shape) - self.n:]
        rows = itertools.product(base, repeat=math.prod(sizes))
        return np.array([np.array(row, dtype=object).reshape(sizes + base.shape[1:]) for row in rows], dtype=object)

    def mean(self):
        return self.base.mean()

    def mode(self):
        return self.base.mode()

    def variance(self):
        return self.base.variance()


class MixtureSameFamily(Model):
    def __init__(self, mixture_distribution, component_distribution):
        self.mix, self.component = mixture_distribution, component_distribution
        self.event_dim = self.component.event_dim

    @property
    def batch_shape(self):
        return self.component.batch_shape[:-1]

    def _pad(self, x):
        return np.expand_dims(x, x.ndim - self.event_dim)

    def log_prob(self, x):
        lp = self.component.log_prob(self._pad(x))
        joint = np.asarray(lp + self.mix.log_probs, dtype=object)
        return np.array([logsumexp(list(r)) if not any(mp.isnan(v) for v in r) else NAN for r in rows_of(joint)],
                        dtype=object).reshape(joint.shape[:-1])

    def cdf(self, x):
        f = self.component.cdf(self._pad(x))
        return np.asarray((f * self.mix.probs).sum(-1), dtype=object)

    def _average(self, moment):
        """Over the component dimension, which stands before the event."""
        event = moment.shape[moment.ndim - self.event_dim:] if self.event_dim else ()
        moment = np.broadcast_to(moment, self.component.batch_shape + event)
        weights = self.mix.probs.reshape(self.mix.probs.shape + (1,) * self.event_dim)
        return np.asarray((weights * moment).sum(moment.ndim - 1 - self.event_dim - moment.ndim), dtype=object)

    def mean(self):
        return self._average(self.component.mean())

    def variance(self):
        mean = self._pad(self.mean())
        return self._average(self.component.variance() + (self.component.mean() - mean) ** 2)


class Transform:
    domain_dim = codomain_dim = 0
    sign = 1

    def inside(self, y):
        """Whether y lies in the codomain; elementwise over the batch."""
        return np.full(y.shape[:y.ndim - self.codomain_dim], True)

    def forward_shape(self, shape):
        return shape

    inverse_shape = forward_shape


class ElementTransform(Transform):
    """`low` and `high` are the limits of f at -inf and inf; `attained` when results round to them."""

    attained = False

    def end(self, at, closed):
        """The image of an end of an interval, and whether it belongs to the image."""
        if mp.isinf(at.item()):
            limit = self.high if at.item() > 0 else self.low
            return array(limit), self.attained and mp.isfinite(limit)
        return elementwise(self.f, at), closed

    def __call__(self, x):
        return elementwise(self.f, x)

    def inv(self, y):
        return elementwise(self.g, y)

    def ladj(self, x):
        return elementwise(self.j, x)

    def inside(self, y):
        return np.frompyfunc(self.contains, 1, 1)(y).astype(bool)


class ExpTransform(ElementTransform):
    f, g, j = staticmethod(mp.exp), staticmethod(log), staticmethod(lambda x: x)
    contains = staticmethod(lambda y: y > 0)
    low, high = mpf(0), INF


class SigmoidTransform(ElementTransform):
    f, g = staticmethod(lambda x: 1 / (1 + mp.exp(-x))), staticmethod(lambda y: log(y) - log(1 - y))
    j = staticmethod(lambda x: -softplus(x) - softplus(-x))
    contains = staticmethod(lambda y: 0 < y < 1)
    low, high = mpf(0), mpf(1)


class TanhTransform(ElementTransform):
    f, g = staticmethod(mp.tanh), staticmethod(mp.atanh)
    j = staticmethod(lambda x: -2 * mp.log(mp.cosh(x)))
    contains = staticmethod(lambda y: -1 < y < 1)
    low, high, attained = mpf(-1), mpf(1), True


class SoftplusTransform(ElementTransform):
    f, g = staticmethod(softplus), staticmethod(lambda y: y + log1mexp(-y))
    j = staticmethod(lambda x: -softplus(-x))
    contains = staticmethod(lambda y: y > 0)
    low, high = mpf(0), INF


class AffineTransform(Transform):
    def __init__(self, loc, scale, event_dim=0):
        self.loc, self.scale = loc, scale
        self.domain_dim = self.codomain_dim = int(event_dim)

    @property
    def sign(self):
        return elementwise(mp.sign, self.scale)

    def __call__(self, x):
        return np.asarray(self.loc + self.scale * x, dtype=object)

    def end(self, at, closed):
        return self(at), closed

    def inv(self, y):
        return np.asarray((y - self.loc) / self.scale, dtype=object)

    def ladj(self, x):
        full = np.broadcast_to(elementwise(lambda s: mp.log(abs(s)), self.scale), np.broadcast_shapes(x.shape, np.shape(self.scale)))
        return np.asarray(sum_rightmost(full, self.domain_dim), dtype=object)

    def forward_shape(self, shape):
        return np.broadcast_shapes(shape, self.loc.shape, self.scale.shape)

    inverse_shape = forward_shape


class StickBreakingTransform(Transform):
    domain_dim = codomain_dim = 1

    def forward_shape(self, shape):
        return shape[:-1] + (shape[-1] + 1,)

    def inverse_shape(self, shape):
        return shape[:-1] + (shape[-1] - 1,)

    def inside(self, y):
        return np.array([all(v > 0 for v in r) for r in rows_of(y)]).reshape(y.shape[:-1])

    @staticmethod
    def _sticks(row):
        k = len(row)
        return [v - mp.log(k - i) for i, v in enumerate(row)]

    def __call__(self, x):
        out = []
        for row in rows_of(x):
            left, ys = mpf(1), []
            for t in self._sticks(row):
                ys.append(left / (1 + mp.exp(-t)))
                left = left / (1 + mp.exp(t))
            out.append(ys + [left])
        return np.array(out, dtype=object).reshape(x.shape[:-1] + (x.shape[-1] + 1,))

    def inv(self, y):
        out = []
        for row in rows_of(y):
            k, xs = len(row) - 1, []
            for i in range(k):
                xs.append(mp.log(row[i]) - mp.log(1 - mp.fsum(row[:i + 1])) + mp.log(k - i))
            out.append(xs)
        return np.array(out, dtype=object).reshape(y.shape[:-1] + (y.shape[-1] - 1,))

    def ladj(self, x):
        out = []
        for row in rows_of(x):
            left, total = mpf(0), mpf(0)
            for t in self._sticks(row):
                total += left - softplus(t) - softplus(-t)
                left -= softplus(t)
            out.append(total)
        return np.array(out, dtype=object).reshape(x.shape[:-1])


class ComposeTransform(Transform):
    def __init__(self, parts):
        self.parts = parts


class IndependentTransform(Transform):
    def __init__(self, base_transform, reinterpreted_batch_ndims):
        self.base, self.n = base_transform, int(reinterpreted_batch_ndims)
        self.domain_dim, self.codomain_dim = self.base.domain_dim + self.n, self.base.codomain_dim + self.n

    def __call__(self, x):
        return self.base(x)

    def inv(self, y):
        return self.base.inv(y)

    def ladj(self, x):
        return np.asarray(sum_rightmost(self.base.ladj(x), self.n), dtype=object)

    def inside(self, y):
        return self.base.inside(y).all(axis=tuple(range(-self.n, 0)))

    def forward_shape(self, shape):
        return self.base.forward_shape(shape)

    def inverse_shape(self, shape):
        return self.base.inverse_shape(shape)


class Inverse(Transform):
    def __init__(self, of):
        self.of = of
        self.domain_dim, self.codomain_dim, self.sign = of.codomain_dim, of.domain_dim, of.sign
        self.forward_shape, self.inverse_shape = of.inverse_shape, of.forward_shape

    def __call__(self, x):
        return self.of.inv(x)

    def end(self, at, closed):
        if at.item() in (self.of.low, self.of.high):
            return array(INF if at.item() == self.of.high else -INF), False
        return self.of.inv(at), closed

    def inv(self, y):
        return self.of(y)

    def ladj(self, x):
        return np.asarray(-self.of.ladj(self.of.inv(x)), dtype=object)


def flatten(transforms):
    for t in transforms:
        yield from flatten(t.parts) if isinstance(t, ComposeTransform) else (t,)


class TransformedDistribution(Model):
    """Outside the image of the transforms the density is 0 and the distribution function 0 or 1."""

    def __init__(self, base_distribution, transforms):
        self.base = base_distribution
        self.transforms = list(flatten(transforms if isinstance(transforms, list) else [transforms]))
        domain_dim = codomain_dim = 0
        for t in reversed(self.transforms):
            domain_dim = max(domain_dim + t.domain_dim - t.codomain_dim, t.domain_dim)
        for t in self.transforms:
            codomain_dim = max(codomain_dim + t.codomain_dim - t.domain_dim, t.codomain_dim)
        self.event_dim = max(codomain_dim, self.base.event_dim + codomain_dim - domain_dim)

    @property
    def batch_shape(self):
        raise NotImplementedError

    def log_prob(self, y):
        total, event_dim, inside = mpf(0), self.event_dim, True
        for t in reversed(self.transforms):
            ok = t.inside(y)
            extra = event_dim - t.codomain_dim
            inside = inside & (ok.all(axis=tuple(range(ok.ndim - extra, ok.ndim))) if extra else ok)
            y = self._safe(t, y, ok)
            x = t.inv(y)
            event_dim += t.domain_dim - t.codomain_dim
            total = total - np.asarray(sum_rightmost(t.ladj(x), event_dim - t.domain_dim), dtype=object)
            y = x
        base = self.base.log_prob(y)
        total = np.asarray(total + sum_rightmost(base, event_dim - self.base.event_dim), dtype=object)
        return elementwise(lambda v, ok: v if ok else -INF, total, np.broadcast_to(inside, total.shape))

    @staticmethod
    def _safe(t, y, ok):
        """y with what lies outside the image replaced by a point of it."""
        if ok.all():
            return y
        some = t(array(np.full(t.inverse_shape(y.shape[y.ndim - t.codomain_dim:]), 0.25)))
        ok = ok.reshape(ok.shape + (1,) * t.codomain_dim)
        return elementwise(lambda v, s, k: v if k else s, y, some, ok)

    def _affine(self, x, f):
        """x through every transform, if all are affine: by f(transform, x)."""
        for t in self.transforms:
            t = t.base if isinstance(t, IndependentTransform) else t
            if not isinstance(t, AffineTransform):
                raise NotImplementedError
            x = np.asarray(f(t, x), dtype=object)
        return x

    ENDS = {"Normal": "line", "MultivariateNormal": "line", "Exponential": "half line", "Gamma": "half line", "Uniform": "interval"}

    def support(self):
        """(class, bounds, event_dim) of the image of an interval, or None."""
        base = self.base.base if isinstance(self.base, Independent) else self.base
        kind = self.ENDS.get(type(base).__name__)
        lower, upper = (array(-INF), False), (array(INF), False)
        if kind == "half line":
            lower = (array(0), True)
        if kind == "interval":
            lower, upper = ((bound, True) for bound in base.arguments)
        for t in self.transforms:
            t = t.base if isinstance(t, IndependentTransform) else t
            if kind is None or not hasattr(t, "end"):
                return None
            if isinstance(t, AffineTransform) and lower[0].ndim == upper[0].ndim == 0 and lower[0] == -INF and upper[0] == INF:
                continue
            lower, upper = t.end(*lower), t.end(*upper)
            if np.all(np.asarray(t.sign) < 0):
                lower, upper = upper, lower
        (a, has_a), (b, has_b) = lower, upper
        no_a, no_b = a.ndim == 0 and a == -INF, b.ndim == 0 and b == INF
        if no_a and no_b:
            return "Real", {}, self.event_dim
        if no_b:
            return "GreaterThanEq" if has_a else "GreaterThan", {"lower_bound": a}, self.event_dim
        if no_a and not has_b:
            return "LessThan", {"upper_bound": b}, self.event_dim
        half_open = has_a and not has_b
        return "HalfOpenInterval" if half_open else "Interval", {"lower_bound": a, "upper_bound": b}, self.event_dim

    def mean(self):
        return self._affine(self.base.mean(), lambda t, x: t(x))

    def mode(self):
        return self._affine(self.base.mode(), lambda t, x: t(x))

    def variance(self):
        return self._affine(self.base.variance(), lambda t, x: t.scale * t.scale * x + 0 * t.loc)

    def _flip(self, p):
        sign = mpf(1)
        for t in self.transforms:
            sign = sign * t.sign
        return elementwise(lambda v, s: v if s > 0 else 1 - v, p, sign)

    def cdf(self, y):
        """That of an event of independent numbers is the product of theirs."""
        base = self.base.base if isinstance(self.base, Independent) else self.base
        transforms = [t.base if isinstance(t, IndependentTransform) else t for t in self.transforms]
        if base.event_dim or any(t.domain_dim and not isinstance(t, AffineTransform) for t in transforms):
            raise NotImplementedError
        for t in reversed(transforms):
            if isinstance(t, ElementTransform):
                bottom, top = t.f(mpf(-10**6)), t.f(mpf(10**6))
                y = elementwise(lambda v: -INF if not t.contains(v) and v <= bottom else INF if not t.contains(v) and v >= top
                                else t.g(v), y)
            else:
                y = t.inv(y)
        return np.asarray(product_rightmost(self._flip(base.cdf(y)), self.event_dim), dtype=object)

    def icdf(self, p):
        if self.event_dim:
            raise NotImplementedError
        y = self.base.icdf(self._flip(p))
        for t in self.transforms:
            y = t(y)
        return y
