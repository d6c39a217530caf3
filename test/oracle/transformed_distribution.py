"""TransformedDistribution(base, transforms): values of the base after the transforms."""

import numpy as np
from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INNER, MIDDLE, Case, D, In, X, f16, f64
from .framework.divergences import Table
from .framework.draws import hostile_unit_interval, probability
from .framework.family import TAILS, Family, Model
from .framework.mathematics import (
    INF,
    array,
    as_array,
    derivative,
    elementwise,
    log,
    ndtri,
    product_rightmost,
    rows_of,
    sigmoid,
    softplus,
    sum_rightmost,
)
from .independent import IndependentModel
from .multivariate_normal import TRIL2

# ---- transforms -------------------------------------------------------------------------------------------------------------


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
    """A function f of one number. `low` and `high` are its limits at -inf and inf, `attained` says whether results round to them."""

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
        return elementwise(self.contains, y).astype(bool)


class ExpTransform(ElementTransform):
    f, g, j = staticmethod(mp.exp), staticmethod(log), staticmethod(lambda x: x)
    contains = staticmethod(lambda y: y > 0)
    low, high = mpf(0), INF


class SigmoidTransform(ElementTransform):
    f, g = staticmethod(sigmoid), staticmethod(lambda y: log(y) - log(1 - y))
    j = staticmethod(lambda x: -softplus(x) - softplus(-x))
    contains = staticmethod(lambda y: 0 < y < 1)
    low, high = mpf(0), mpf(1)


class TanhTransform(ElementTransform):
    f, g = staticmethod(mp.tanh), staticmethod(mp.atanh)
    j = staticmethod(lambda x: -2 * mp.log(mp.cosh(x)))
    contains = staticmethod(lambda y: -1 < y < 1)
    low, high, attained = mpf(-1), mpf(1), True


class SoftplusTransform(ElementTransform):
    f, g = staticmethod(softplus), staticmethod(lambda y: y + log(-mp.expm1(-y)))
    j = staticmethod(lambda x: -softplus(-x))
    contains = staticmethod(lambda y: y > 0)
    low, high = mpf(0), INF


class PowerTransform(Transform):
    def __init__(self, exponent):
        self.exponent = exponent

    @property
    def sign(self):
        return elementwise(mp.sign, self.exponent)

    @staticmethod
    def _power(x, e):
        """x^e for x >= 0, including the limits at 0 and infinity."""
        if x not in (0, INF):
            return x**e
        return mpf(0) if (x > 0) == (e < 0) else INF

    def __call__(self, x):
        return elementwise(self._power, x, self.exponent)

    def inv(self, y):
        return elementwise(lambda v, e: self._power(max(v, mpf(0)), 1 / e), y, self.exponent)

    def ladj(self, x):
        return elementwise(lambda v, e: mp.log(abs(e)) + (e - 1) * mp.log(v), x, self.exponent)

    def inside(self, y):
        return elementwise(lambda v, _: 0 < v < INF, y, self.exponent).astype(bool)

    def end(self, at, closed):
        """0 and infinity lie outside of the domain, so that their images are only limits."""
        image = self(at)
        if all(mp.isinf(v) for v in image.reshape(-1)):
            image = array(INF)
        return image, closed and 0 < at.item() < INF

    def forward_shape(self, shape):
        return np.broadcast_shapes(shape, self.exponent.shape)

    inverse_shape = forward_shape


class AbsTransform(Transform):
    @property
    def sign(self):
        raise NotImplementedError

    def __call__(self, x):
        return elementwise(abs, x)

    def inv(self, y):
        raise NotImplementedError

    def inside(self, y):
        raise NotImplementedError


class AffineTransform(Transform):
    def __init__(self, loc, scale, event_dim=0):
        self.loc, self.scale = loc, scale
        self.domain_dim = self.codomain_dim = int(event_dim)

    @property
    def sign(self):
        return elementwise(mp.sign, self.scale)

    def __call__(self, x):
        return as_array(self.loc + self.scale * x)

    def end(self, at, closed):
        return self(at), closed

    def inv(self, y):
        return as_array((y - self.loc) / self.scale)

    def ladj(self, x):
        full = np.broadcast_to(elementwise(lambda s: mp.log(abs(s)), self.scale), np.broadcast_shapes(x.shape, np.shape(self.scale)))
        return sum_rightmost(full, self.domain_dim)

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
        return as_array(out).reshape(x.shape[:-1] + (x.shape[-1] + 1,))

    def inv(self, y):
        out = []
        for row in rows_of(y):
            k, xs = len(row) - 1, []
            for i in range(k):
                xs.append(mp.log(row[i]) - mp.log(1 - mp.fsum(row[:i + 1])) + mp.log(k - i))
            out.append(xs)
        return as_array(out).reshape(y.shape[:-1] + (y.shape[-1] - 1,))

    def ladj(self, x):
        out = []
        for row in rows_of(x):
            left, total = mpf(0), mpf(0)
            for t in self._sticks(row):
                total += left - softplus(t) - softplus(-t)
                left -= softplus(t)
            out.append(total)
        return as_array(out).reshape(x.shape[:-1])


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
        return sum_rightmost(self.base.ladj(x), self.n)

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
        if isinstance(self.of, PowerTransform):
            return PowerTransform(1 / self.of.exponent).end(at, closed)
        if at.item() in (self.of.low, self.of.high):
            return array(INF if at.item() == self.of.high else -INF), False
        return self.of.inv(at), closed

    def inv(self, y):
        return self.of(y)

    def ladj(self, x):
        return as_array(-self.of.ladj(self.of.inv(x)))


# ---- the distribution -------------------------------------------------------------------------------------------------------


def flatten(transforms):
    for t in transforms:
        yield from flatten(t.parts) if isinstance(t, ComposeTransform) else (t,)


class TransformedModel(Model):
    """Outside the image of the transforms the density is 0, and the cdf is 0 or 1."""

    def __init__(self, base_distribution, transforms):
        self.base = base_distribution
        self.transforms = list(flatten(transforms if isinstance(transforms, list) else [transforms]))
        domain_dim = codomain_dim = 0
        for t in reversed(self.transforms):
            domain_dim = max(domain_dim + t.domain_dim - t.codomain_dim, t.domain_dim)
        for t in self.transforms:
            codomain_dim = max(codomain_dim + t.codomain_dim - t.domain_dim, t.codomain_dim)
        self.event_dim = max(codomain_dim, self.base.event_dim + codomain_dim - domain_dim)

    def log_prob(self, y):
        total, event_dim, inside = mpf(0), self.event_dim, True
        for t in reversed(self.transforms):
            ok = t.inside(y)
            extra = event_dim - t.codomain_dim
            inside = inside & (ok.all(axis=tuple(range(ok.ndim - extra, ok.ndim))) if extra else ok)
            y = self._safe(t, y, ok)
            x = t.inv(y)
            event_dim += t.domain_dim - t.codomain_dim
            total = total - sum_rightmost(t.ladj(x), event_dim - t.domain_dim)
            y = x
        base = self.base.log_prob(y)
        total = as_array(total + sum_rightmost(base, event_dim - self.base.event_dim))
        return elementwise(lambda v, ok: v if ok else -INF, total, np.broadcast_to(inside, total.shape))

    @staticmethod
    def _safe(t, y, ok):
        """y, with a point of the image in the place of values outside it."""
        if ok.all():
            return y
        some = t(array(np.full(t.inverse_shape(y.shape[y.ndim - t.codomain_dim:]), 0.25)))
        ok = ok.reshape(ok.shape + (1,) * t.codomain_dim)
        return elementwise(lambda v, s, k: v if k else s, y, some, ok)

    def _affine(self, x, f):
        """Applies f(transform, x) for every transform; all of them must be affine."""
        for t in self.transforms:
            t = t.base if isinstance(t, IndependentTransform) else t
            if not isinstance(t, AffineTransform):
                raise NotImplementedError
            x = as_array(f(t, x))
        return x

    ENDS = {"Normal": "line", "MultivariateNormal": "line", "Exponential": "half line", "Gamma": "half line", "Uniform": "interval"}

    def support(self):
        """(class, bounds, event_dim) of the support, the image of an interval, or None if it is not known to be one."""
        base = self.base.base if isinstance(self.base, IndependentModel) else self.base
        kind = self.ENDS.get(base.family.name())
        lower, upper = (array(-INF), False), (array(INF), False)
        if kind == "half line":
            lower = (array(0), True)
        if kind == "interval":
            lower, upper = ((base.arguments[end], True) for end in ("low", "high"))
        for t in self.transforms:
            t = t.base if isinstance(t, IndependentTransform) else t
            if kind is None or not hasattr(t, "end"):
                return None
            if isinstance(t, AffineTransform) and lower[0].ndim == upper[0].ndim == 0 and lower[0] == -INF and upper[0] == INF:
                continue
            lower, upper = t.end(*lower), t.end(*upper)
            if np.all(np.asarray(t.sign) < 0):
                lower, upper = upper, lower
            elif np.any(np.asarray(t.sign) < 0):
                closed = lower[1] or upper[1]
                lower, upper = [(elementwise(f, lower[0], upper[0]), closed) for f in (min, max)]
                if all(v == INF for v in upper[0].reshape(-1)):
                    upper = array(INF), False
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
        """For an event of independent numbers, the product of their cdfs."""
        base = self.base.base if isinstance(self.base, IndependentModel) else self.base
        transforms = [t.base if isinstance(t, IndependentTransform) else t for t in self.transforms]
        if base.event_dim or any(t.domain_dim and not isinstance(t, AffineTransform) for t in transforms):
            raise NotImplementedError
        return as_array(product_rightmost(self._flip(base.cdf(self._pull_back(transforms, y))), self.event_dim))

    @staticmethod
    def _pull_back(transforms, y):
        """The value of the base; infinite for a value beyond the image of a transform."""
        for t in reversed(transforms):
            if isinstance(t, ElementTransform):
                bottom, top = t.f(mpf(-10**6)), t.f(mpf(10**6))
                y = elementwise(lambda v: -INF if not t.contains(v) and v <= bottom else INF if not t.contains(v) and v >= top
                                else t.g(v), y)
            else:
                y = t.inv(y)
        return y

    def _tail(self, own, opposite, y):
        """A function of the base, or the opposite one where the transforms decrease."""
        if self.event_dim:
            raise NotImplementedError
        with mp.workdps(mp.dps + 400):  # the value of the base may be next to 1
            x, sign = self._pull_back(self.transforms, y), mpf(1)
            for t in self.transforms:
                sign = sign * t.sign
            return elementwise(lambda a, b, s: a if s > 0 else b, getattr(self.base, own)(x), getattr(self.base, opposite)(x), sign)

    def log_cdf(self, y):
        return self._tail("log_cdf", "log_survival_function", y)

    def survival_function(self, y):
        return self._tail("survival_function", "cdf", y)

    def log_survival_function(self, y):
        return self._tail("log_survival_function", "log_cdf", y)

    def icdf(self, p):
        if self.event_dim:
            raise NotImplementedError
        y = self.base.icdf(self._flip(p))
        for t in self.transforms:
            y = t(y)
        return y

    def kl(self, other):
        """Transforms that both sides share do not change the divergence."""
        return self.base.kl(other.base)


# ---- points with exact values -----------------------------------------------------------------------------------------------


class OfNormal(Points):
    """A transformed Normal; a subclass states the transforms, their inverse and log |d inverse / d value|."""

    quantities = ("log_prob", "cdf", *TAILS)
    transforms = ()

    @classmethod
    def call(cls):
        return D("TransformedDistribution", base_distribution=D("Normal", loc=In("loc"), scale=In("scale")),
                 transforms=list(cls.transforms))

    @classmethod
    def unit(cls, quantity, value, loc, scale, **_):
        x = cls.inverse(value)
        z, inner = (x - loc) / scale, max(abs(x), abs(loc)) / scale
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), abs(cls.log_slope(value)), abs(z) * inner)
        if quantity == "log_prob/value":
            return abs(derivative(cls.inverse, value)) * inner / scale + abs(derivative(cls.log_slope, value))
        if quantity == "log_prob/loc":
            return inner / scale
        if quantity == "log_prob/scale":
            return max(1, abs(z) * inner) / scale
        if quantity in ("cdf", "survival_function"):
            return ("relative to goal", max(1, abs(z)) * inner)
        if quantity in ("log_cdf", "log_survival_function"):
            return max(1, abs(z)) * inner


class TanhOfNormal(OfNormal):
    name = "TransformedDistribution(Normal, Tanh)"
    transforms = (X("TanhTransform"),)

    @staticmethod
    def typical(draw):
        loc, scale = draw.uniform(-1, 1), draw.log_uniform(-1, 0)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(mp.tanh(loc + scale * draw.bell())))

    @staticmethod
    def hostile(draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-3, 3)
        x = draw.log_uniform(-30, -1) if draw.chance(0.5) else hostile_unit_interval(draw, -30, -30)
        return dict(loc=loc, scale=scale, value=draw.sign() * x)

    @staticmethod
    def inverse(value):
        return mp.atanh(value)

    @staticmethod
    def log_slope(value):
        return -mp.log1p(-value) - mp.log1p(value)


class SigmoidOfNormal(OfNormal):
    name = "TransformedDistribution(Normal, Sigmoid)"
    transforms = (X("SigmoidTransform"),)

    @staticmethod
    def typical(draw):
        loc, scale = draw.uniform(-1, 1), draw.log_uniform(-1, 0)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(sigmoid(loc + scale * mpf(draw.bell()))))

    @staticmethod
    def hostile(draw):
        return dict(loc=draw.uniform(-3, 3), scale=draw.log_uniform(-3, 3), value=hostile_unit_interval(draw, -30, -30))

    @staticmethod
    def inverse(value):
        return mp.log(value) - mp.log1p(-value)

    @staticmethod
    def log_slope(value):
        return -mp.log(value) - mp.log1p(-value)

    @classmethod
    def unit(cls, quantity, value, loc, scale, **_):
        larger = max(abs(mp.log(value)), abs(mp.log1p(-value)))  # logit subtracts them
        unit = super().unit(quantity, value, loc, scale)
        return max(unit, abs(cls.inverse(value) - loc) / scale * larger / scale) if quantity == "log_prob" else unit


class AffineExpAffineOfNormal(OfNormal):
    """x -> 3 - 2 x, then exp, then 1 + x / 2. The whole is decreasing."""

    name = "TransformedDistribution(Normal, Affine, Exp, Affine)"
    quantities = ("log_prob", "cdf", "icdf", *TAILS)
    transforms = (X("AffineTransform", loc=3.0, scale=-2.0), X("ExpTransform"), X("AffineTransform", loc=1.0, scale=0.5))

    @staticmethod
    def typical(draw):
        loc, scale = draw.uniform(-1, 1), draw.log_uniform(-1, 0)
        value = draw.fmt.round(1 + mp.exp(3 - 2 * (loc + scale * mpf(draw.bell()))) / 2)
        return dict(loc=loc, scale=scale, value=value, probability=probability(draw, False))

    @staticmethod
    def hostile(draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-3, 1)
        value = draw.fmt.round(1 + mpf(draw.log_uniform(-3, 12)))
        return dict(loc=loc, scale=scale, value=value, probability=draw.log_uniform(-9 if draw.fmt.is_double else -4, 0))

    @staticmethod
    def inverse(value):
        return (3 - mp.log(2 * (value - 1))) / 2

    @staticmethod
    def log_slope(value):
        return -mp.log(2 * (value - 1))

    @classmethod
    def unit(cls, quantity, value, loc, scale, probability=None):
        if quantity == "icdf":
            # The base computes the quantile of 1 - probability, which is rounded.
            z = ndtri(1 - probability)
            lost = 2 * scale * (1 - probability) / mp.npdf(z)
            return ("relative to goal", lost + 2 * abs(loc) + 2 * scale * abs(z) + 3)
        unit = super().unit(quantity, value, loc, scale)
        if quantity == "cdf":  # 1 - the base's cdf
            return max(1, unit[1])
        extra = abs(mp.log(2 * (value - 1))) + 3
        z = abs(cls.inverse(value) - loc) / scale
        if quantity == "survival_function":
            return ("relative to goal", unit[1] + max(1, z) * extra / scale)
        if quantity in ("log_cdf", "log_survival_function"):
            return unit + max(1, z) * extra / scale
        if quantity == "log_prob":
            return max(unit, z * extra / scale)
        return unit + extra / scale * (
            1 if quantity == "log_prob/loc" else z if quantity == "log_prob/scale" else 1 / (scale * (value - 1))
        )


class Logistic(Points):
    """loc + scale * logit(X) of a uniform number X, which rounds to 0 or 1 far out."""

    name = "TransformedDistribution(Uniform, Logit, Affine)"
    quantities = TAILS
    cdf_gradients = ("value", "loc", "scale")
    edges = [dict(loc=0.0, scale=1.0, value=x) for x in (-800.0, -40.0, 40.0, 100.0, 800.0)]

    @classmethod
    def call(cls):
        return D("TransformedDistribution", base_distribution=D("Uniform", low=0.0, high=1.0),
                 transforms=[X("SigmoidTransform").inv, X("AffineTransform", loc=In("loc"), scale=In("scale"))])

    @staticmethod
    def typical(draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-1, 1)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(loc + scale * 2 * draw.bell()))

    @staticmethod
    def hostile(draw):
        loc, scale = draw.uniform(-3, 3), draw.sign() * draw.log_uniform(-3, 3)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(loc + scale * draw.sign() * draw.log_uniform(-3, 2.8)))

    @staticmethod
    def unit(quantity, value, loc, scale):
        if quantity == "survival_function":
            return ("relative to goal", abs((value - loc) / scale))


class TransformedDistribution(Family):
    kind = "combinator"
    model = TransformedModel
    accuracy = [TanhOfNormal, SigmoidOfNormal, AffineExpAffineOfNormal, Logistic]
    kl = {"TransformedDistribution": None}  # computed by TransformedModel.kl

    @classmethod
    def kl_tables(cls):
        transforms = [X("AffineTransform", loc=0.5, scale=-2.0), X("SigmoidTransform")]

        def transformed(base, prefix, *parameters, of):
            return D(cls.name(), base_distribution=D(base, **{n: In(prefix + n) for n in parameters}), transforms=of)

        normal = {"p.loc": [0.5], "p.scale": [2.0], "q.loc": [1.5], "q.scale": [0.75]}
        beta = dict(zip(("p.concentration1", "p.concentration0", "q.concentration1", "q.concentration0"), ([0.5], [2.0], [1.5], [0.75])))
        for dtype in ("float64", "float32"):
            for base, row, of in (("Normal", normal, transforms), ("Beta", beta, transforms[:1])):
                names = [n[2:] for n in row if n.startswith("p.")]
                yield Table(transformed(base, "p.", *names, of=of), transformed(base, "q.", *names, of=of), "ordinary", dtype, [row])
    cases = [
        Case(base_distribution=D("Normal", loc=0.0, scale=1.0), transforms=X("ExpTransform"), at=[0.5, 2.0], outside=[-1.0, 0.0]),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=[1.0, 2.0]), transforms=[X("ExpTransform")], at=[0.5, 2.0], dtype=f64),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=[1.0, 2.0]), transforms=[X("TanhTransform"), X("AffineTransform", loc=0, scale=2)],
             at=[-1.5, 0.25, 1.0], outside=[-3.0, 2.5]),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=[1.0, 2.0]), transforms=[X("TanhTransform")], at=[-0.5, 0.25], outside=[-3.0, 2.5],
             dtype=f64),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=[1.0, 2.0]), transforms=[X("SigmoidTransform")], at=[0.25, 0.75], p=INNER,
             outside=[-1.0, 2.0]),
        Case(base_distribution=D("Uniform", low=0.0, high=1.0), transforms=[X("SigmoidTransform").inv, X("AffineTransform", loc=[0.5, 1.0], scale=[2.0, 3.0])],
             at=[-0.5, 2.0], p=INNER),
        Case(base_distribution=D("Normal", loc=[0.5], scale=[2.0]), transforms=[X("AffineTransform", loc=1.0, scale=[-2.0, 3.0])], at=[-0.5, 2.0],
             p=MIDDLE),
        Case(base_distribution=D("Exponential", rate=[1.0, 2.0]), transforms=[X("AffineTransform", loc=1.0, scale=-1.0)], at=[0.5, -2.0],
             outside=[2.0], p=MIDDLE, dtype=f64),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=[1.0, 2.0]), transforms=[X("SoftplusTransform")], at=[0.25, 2.0], outside=[-1.0]),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=[1.0, 2.0]), transforms=[X("ComposeTransform", parts=[X("AffineTransform", loc=1.0, scale=0.5), X("ExpTransform")])],
             at=[0.5, 2.0]),
        Case(base_distribution=D("Uniform", low=0.0, high=1.0), transforms=[X("PowerTransform", exponent=-2.0)], at=[4.0, 1.5], outside=[0.5, 0.0],
             p=MIDDLE),
        Case(base_distribution=D("Exponential", rate=[1.0, 2.0]), transforms=[X("PowerTransform", exponent=[0.5, 2.0])], at=[0.25, 3.0],
             outside=[-1.0, 0.0], p=MIDDLE),
        Case(base_distribution=D("Gamma", concentration=[2.0, 0.5], rate=3.0), transforms=[X("PowerTransform", exponent=[-1.0, 3.0]), X("AffineTransform", loc=0.0, scale=2.0)],
             at=[2.0, 3.0], outside=[-1.0, 0.0], dtype=f64),
        Case(base_distribution=D("Exponential", rate=[1.0]), transforms=[X("PowerTransform", exponent=[0.25]).inv, X("PowerTransform", exponent=[-0.5])],
             at=[0.5, 2.0], p=MIDDLE, dtype=f16),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=[1.0, 2.0]), transforms=[X("AbsTransform")], at=[0.5, 2.0]),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=[1.0, 2.0]), transforms=[], at=[0.5, 2.0]),
        Case(base_distribution=D("Normal", loc=[[0.5, -1.0], [0.0, 0.0]], scale=1.0), transforms=[X("StickBreakingTransform")],
             at=[[0.25, 0.25, 0.5]]),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=1.0), transforms=[X("StickBreakingTransform")],
             at=[[0.25, 0.25, 0.5], [0.125, 0.125, 0.75]], dtype=f64),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=[1.0, 2.0]),
             transforms=[X("IndependentTransform", base_transform=X("ExpTransform"), reinterpreted_batch_ndims=1)], at=[[0.5, 2.0]], outside=[[0.5, -1.0]]),
        Case(base_distribution=D("MultivariateNormal", loc=[0.5, -1.0], scale_tril=TRIL2), transforms=[X("ExpTransform")], at=[[0.5, 2.0]],
             outside=[[0.5, -1.0]]),
        Case(base_distribution=D("Independent", base_distribution=D("Normal", loc=[0.5, -1.0], scale=1.0), reinterpreted_batch_ndims=1),
             transforms=[X("TanhTransform"), X("AffineTransform", loc=[0.0, 1.0], scale=[1.0, 2.0], event_dim=1)], at=[[0.5, 2.0]], dtype=f64),
        Case(base_distribution=D("Normal", loc=[0.5], scale=[1.0]), transforms=[X("ExpTransform")], at=[0.5, 2.0], dtype=f16),
        Case(base_distribution=D("Normal", loc=[0.0], scale=[0.5]), transforms=[X("AffineTransform", loc=0.25, scale=[-1.0, 0.5]), X("TanhTransform")],
             at=[-0.5, 0.25], outside=[-3.0, 2.5], p=MIDDLE, dtype=f64),
        Case(base_distribution=D("Laplace", loc=[0.5, 0.0], scale=[2.0, 1.0]), transforms=[X("AffineTransform", loc=1.0, scale=-2.0)],
             at=[-2e3, 0.25, 2e3], p=[0.1, 0.25, 0.9, -0.5, 1.5], dtype=f64),
    ]
    streams = [
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=[1.0, 2.0]), transforms=[X("TanhTransform"), X("AffineTransform", loc=0, scale=2)]),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=1.0), transforms=[X("StickBreakingTransform")]),
        Case(base_distribution=D("Exponential", rate=[1.0, 2.0]), transforms=[X("PowerTransform", exponent=[0.5, -2.0])]),
        Case(base_distribution=D("Normal", loc=[0.5, -1.0], scale=1.0), transforms=[X("AbsTransform")]),
    ]
    bad_parameters = [
        Case(base_distribution=D("Normal", loc=0.0, scale=1.0), transforms=[X("StickBreakingTransform")]),
    ]
    bad_values = [
        Case(base_distribution=D("Normal", loc=[0.0], scale=[1.0]), transforms=[X("ExpTransform")], at=[-1.0]),
    ]
