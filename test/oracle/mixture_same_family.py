"""MixtureSameFamily(mixture, component): a component chosen by a Categorical."""

import numpy as np
from mpmath import mp, mpf

from .framework.accuracy import Points
from .framework.cases import INF, Case, D, In, f64
from .framework.draws import tail_z
from .framework.family import TAILS, Family, Model
from .framework.mathematics import as_array, elementwise, log_probabilities, logsumexp, rows_of, total
from .multivariate_normal import TRIL2


class MixtureModel(Model):
    def __init__(self, mixture_distribution, component_distribution):
        self.component = component_distribution
        self.family, self.event_dim = MixtureSameFamily, self.component.event_dim
        self.batch_shape = self.component.batch_shape[:-1]
        parameters, _ = mixture_distribution._canonical()
        log_weights = as_array([list(l) for l, in parameters])
        self.log_weights = log_weights.reshape(mixture_distribution.batch_shape + log_weights.shape[1:])

    def _pad(self, x):
        return np.expand_dims(x, x.ndim - self.event_dim)

    def log_prob(self, x):
        joint = as_array(self.component.log_prob(self._pad(x)) + self.log_weights)
        return as_array([logsumexp(list(r)) for r in rows_of(joint)]).reshape(joint.shape[:-1])

    def cdf(self, x):
        return as_array((self.component.cdf(self._pad(x)) * elementwise(mp.exp, self.log_weights)).sum(-1))

    def survival_function(self, x):
        return as_array((self.component.survival_function(self._pad(x)) * elementwise(mp.exp, self.log_weights)).sum(-1))

    def _average(self, moment):
        """The mean over the component dimension, which precedes the event."""
        event = moment.shape[moment.ndim - self.event_dim:] if self.event_dim else ()
        moment = np.broadcast_to(moment, self.component.batch_shape + event)
        weights = elementwise(mp.exp, self.log_weights)
        weights = weights.reshape(weights.shape + (1,) * self.event_dim)
        return as_array((weights * moment).sum(-1 - self.event_dim))

    def mean(self):
        return self._average(self.component.mean())

    def variance(self):
        return self._average(self.component.variance() + (self.component.mean() - self._pad(self.mean())) ** 2)

    def _lacks(self, *_):
        raise NotImplementedError

    mode = entropy = icdf = enumerate_support = _lacks

    def has_enumerate_support(self):
        return False


class ThreeNormals(Points):
    name = "MixtureSameFamily(Categorical, Normal)"
    quantities = ("log_prob", "cdf", "mean", "variance", *TAILS)

    @classmethod
    def call(cls):
        return D("MixtureSameFamily", mixture_distribution=D("Categorical", logits=In("logits")),
                 component_distribution=D("Normal", loc=In("loc"), scale=In("scale")))

    @staticmethod
    def typical(draw):
        loc = tuple(draw.uniform(-3, 3) for _ in range(3))
        return dict(
            logits=tuple(draw.uniform(-1, 1) for _ in range(3)),
            loc=loc,
            scale=tuple(draw.log_uniform(-0.5, 0.5) for _ in range(3)),
            value=draw.uniform(-6, 6),
        )

    @staticmethod
    def hostile(draw):
        loc = tuple(draw.sign() * draw.log_uniform(-6, 2) for _ in range(3))
        scale = tuple(draw.log_uniform(-2, 2) for _ in range(3))
        k = draw.integer(0, 2)
        logits = tuple(draw.uniform(-20, 20) for _ in range(3))
        return dict(logits=logits, loc=loc, scale=scale, value=draw.fmt.round(loc[k] + scale[k] * mpf(tail_z(draw, 20, 9))))

    @staticmethod
    def unit(quantity, value, logits, loc, scale):
        w = [mp.exp(l) for l in log_probabilities(logits=logits)]
        parts = [v * mp.npdf((value - m) / s) / s for v, m, s in zip(w, loc, scale)]
        z = [(value - m) / s for m, s in zip(loc, scale)]
        share = [max(p / total(parts), mpf("1e-300")) for p in parts]  # digits are lost to underflow below
        span = max(abs(t) for t in logits)
        # The error of the exponents: z is rounded twice before it is squared.
        terms = total(r * (2 * v * v + abs(mp.log(s))) for r, v, s in zip(share, z, scale)) + span
        if quantity == "log_prob":
            return terms
        if quantity == "log_prob/value":
            return total(r * abs(v) / s for r, v, s in zip(share, z, scale)) * max(1, terms / 8)
        if quantity.startswith("log_prob/"):
            k = int(quantity[-2])
            size = {
                "logits": share[k] + w[k],
                "loc": share[k] * abs(z[k]) / scale[k],
                "scale": share[k] * max(1, z[k] ** 2) / scale[k],
            }
            lost = 2 * z[k] ** 2 + abs(mp.log(scale[k])) + abs(logits[k])  # the error of the exponent of this share
            return size[quantity[9:-3]] * max(1, (terms + lost) / 8)
        mean = total(v * m for v, m in zip(w, loc))
        if quantity == "mean":
            return total(v * abs(m) for v, m in zip(w, loc)) * max(1, span / 8)
        if quantity == "variance":
            spread = total(v * (s**2 + max(abs(m), abs(mean)) * abs(m - mean)) for v, m, s in zip(w, loc, scale))
            return spread * max(1, span / 8)
        if quantity == "cdf":
            worst = max(v * v if v < 0 else 0 for r, v in zip(share, z) if r > 1e-20)
            return ("relative to goal", worst + span)
        if quantity == "survival_function":
            worst = max(v * v if v > 0 else 0 for r, v in zip(share, z) if r > 1e-20)
            return ("relative to goal", worst + span)
        if quantity in ("log_cdf", "log_survival_function"):
            return span


class MixtureSameFamily(Family):
    kind = "combinator"
    model = MixtureModel
    accuracy = [ThreeNormals]
    cases = [
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("Normal", loc=[-1.0, 2.0], scale=[0.5, 1.0]),
             at=[-1.0, 0.5, 3.0]),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("Normal", loc=[-1.0, 2.0], scale=[0.5, 1.0]),
             at=[-1.0, 0.5, 3.0], dtype=f64),
        Case(mixture_distribution=D("Categorical", logits=[0.5, -1.0, 1.0]), component_distribution=D("Normal", loc=[-1.0, 2.0, 0.0], scale=1.0),
             at=[-30.0, 0.5]),
        Case(mixture_distribution=D("Categorical", logits=[0.0, -INF]), component_distribution=D("Normal", loc=[-1.0, 2.0], scale=1.0),
             at=[-1.0, 0.5]),
        Case(mixture_distribution=D("Categorical", probs=[[0.25, 0.75], [0.5, 0.5]]),
             component_distribution=D("Normal", loc=[[-1.0, 2.0], [0.0, 1.0]], scale=1.0), at=[-1.0, 0.5]),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]),
             component_distribution=D("Normal", loc=[[-1.0, 2.0], [0.0, 1.0], [3.0, 3.0]], scale=[1.0, 2.0]), at=[-1.0, 0.5], dtype=f64),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("Gamma", concentration=[0.5, 3.0], rate=[1.0, 2.0]),
             at=[0.25, 4.0], outside=[-1.0]),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("Uniform", low=[0.0, 1.0], high=[2.0, 3.0]),
             at=[0.5, 1.5, 2.5], outside=[-1.0, 4.0]),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("Binomial", total_count=5, probs=[0.2, 0.9]),
             at=[0.0, 3.0, 5.0], outside=[6.0]),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]),
             component_distribution=D("Independent", base_distribution=D("Normal", loc=[[-1.0, 2.0, 0.0], [0.0, 1.0, 1.0]], scale=1.0), reinterpreted_batch_ndims=1),
             at=[[0.5, 0.25, -1.0]]),
        Case(mixture_distribution=D("Categorical", logits=[0.25, 0.75]),
             component_distribution=D("MultivariateNormal", loc=[[-1.0, 2.0], [0.0, 1.0]], scale_tril=TRIL2), at=[[0.5, 0.25], [1.0, 1.0]], dtype=f64),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("Beta", concentration1=[0.5, 3.0], concentration0=[1.0, 2.0]),
             at=[0.25, 0.75], outside=[1.5]),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("LogNormal", loc=[0.5, 3.0], scale=[1.0, 2.0]),
             at=[0.25, 4.0], outside=[-1.0]),
        Case(mixture_distribution=D("Categorical", probs=[[0.5, 0.5], [0.25, 0.75]]), component_distribution=D("Bernoulli", logits=[[0.5, 3.0], [0.0, 1.0]]),
             at=[0.0, 1.0]),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("Dirichlet", concentration=[[0.5, 3.0], [2.0, 1.0]]),
             at=[[0.25, 0.75]]),
        Case(mixture_distribution=D("Categorical", probs=[0.0, 0.5, 0.5]), component_distribution=D("Normal", loc=[5.0, 1.0, 2.0], scale=1.0),
             at=[0.3, 2.0, 6.0]),
        Case(mixture_distribution=D("Categorical", probs=[[0.0, 3.0], [1.0, 0.0]]),
             component_distribution=D("Normal", loc=[[0.0, 1.0], [2.0, 0.0]], scale=[0.5, 2.0]), at=[-1.0, 0.5], dtype=f64),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("Beta", concentration1=[0.5, 2.0], concentration0=[1.0, 2.0]),
             at=[0.25, 0.75], edges=[0.0, 1.0], outside=[1.5], dtype=f64),
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("LogNormal", loc=[0.0, 0.0], scale=[1.0, 50.0]),
             at=[0.25, 4.0], outside=[-1.0], dtype=f64),
        Case(mixture_distribution=D("Categorical", logits=[0.5, -800.0]), component_distribution=D("Normal", loc=[-1.0, 2.0], scale=[0.5, 1.0]),
             at=[-100.0, 30.0, 100.0], dtype=f64),
    ]
    streams = [
        Case(mixture_distribution=D("Categorical", probs=[0.25, 0.75]), component_distribution=D("Normal", loc=[-1.0, 2.0], scale=[0.5, 1.0])),
        Case(mixture_distribution=D("Categorical", logits=[0.5, -1.0]),
             component_distribution=D("Independent", base_distribution=D("Normal", loc=[[-1.0, 2.0, 0.0], [0.0, 1.0, 1.0]], scale=1.0), reinterpreted_batch_ndims=1)),
    ]
    bad_parameters = [
        Case(mixture_distribution=D("Categorical", probs=[0.5, 0.5]), component_distribution=D("Normal", loc=[0.0, 1.0, 2.0], scale=1.0)),
        Case(mixture_distribution=D("Categorical", probs=[0.5, 0.5]), component_distribution=D("Normal", loc=0.0, scale=1.0)),
    ]
    bad_values = [
        Case(mixture_distribution=D("Categorical", probs=[0.5, 0.5]), component_distribution=D("Gamma", concentration=[1.0, 2.0], rate=1.0), at=[-1.0]),
    ]
