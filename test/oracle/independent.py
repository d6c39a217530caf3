"""Independent(base, n): the last n batch dimensions of the base are one event."""

import numpy as np
from mpmath import mpf

from .framework.accuracy import Points
from .framework.cases import Case, D, In, bf16, f64
from .framework.family import Family, Model
from .framework.mathematics import as_array, combinations, product_rightmost, sum_rightmost, total
from .framework.divergences import Table
from .multivariate_normal import FACTOR, LOC3, OTHER_LOC3, TRIL2, MultivariateNormal, independent_normals, low_rank
from .normal import NormalPoints


class IndependentModel(Model):
    def __init__(self, base_distribution, reinterpreted_batch_ndims):
        self.base, self.n = base_distribution, int(reinterpreted_batch_ndims)
        self.family, self.event_dim = Independent, self.base.event_dim + self.n
        shape = self.base.batch_shape
        self.batch_shape = shape[:len(shape) - self.n]

    def log_prob(self, x):
        return sum_rightmost(self.base.log_prob(x), self.n)

    def entropy(self):
        return sum_rightmost(np.broadcast_to(self.base.entropy(), self.base.batch_shape), self.n)

    def cdf(self, x):
        return product_rightmost(self.base.cdf(x), self.n)

    def icdf(self, p):
        raise NotImplementedError

    def mean(self):
        return self.base.mean()

    def mode(self):
        return self.base.mode()

    def variance(self):
        return self.base.variance()

    def has_enumerate_support(self):
        return self.base.has_enumerate_support()

    def enumerate_support(self):
        return combinations(self.base.enumerate_support(), self.base.batch_shape[len(self.base.batch_shape) - self.n:])

    def kl(self, other):
        if isinstance(other, IndependentModel):
            return sum_rightmost(self.base.kl(other.base), self.n)
        return self.as_gaussian().kl(other)

    def as_gaussian(self):
        """The vector of independent normal numbers as a MultivariateNormal."""
        scale = np.broadcast_to(self.base.arguments["scale"], self.base.batch_shape)
        diagonal = as_array([[s if i == j else mpf(0) for j in range(len(scale))] for i, s in enumerate(scale)])
        return MultivariateNormal.model(loc=np.broadcast_to(self.base.arguments["loc"], scale.shape), scale_tril=diagonal)

    def _canonical(self, batch=None):  # for a divergence from a MultivariateNormal
        return self.as_gaussian()._canonical(batch)


class ThreeNormals(Points):
    name = "Independent(Normal, 1)"
    quantities = ("log_prob", "mean", "variance", "entropy")

    @classmethod
    def call(cls):
        return independent_normals("")

    @staticmethod
    def three(draw_one, draw):
        parts = [draw_one(draw) for _ in range(3)]
        return {k: tuple(p[k] for p in parts) for k in ("loc", "scale", "value")}

    @staticmethod
    def typical(draw):
        return ThreeNormals.three(NormalPoints.typical, draw)

    @staticmethod
    def hostile(draw):
        return ThreeNormals.three(NormalPoints.hostile, draw)

    @staticmethod
    def unit(quantity, value, loc, scale):
        def each(of_one):
            return [NormalPoints.unit(of_one, value=x, loc=m, scale=s) for x, m, s in zip(value, loc, scale)]

        if quantity in ("log_prob", "entropy"):
            return total(each(quantity))
        if quantity.startswith("log_prob/scale"):
            return each("log_prob/scale")[int(quantity[-2])]


class Independent(Family):
    kind = "combinator"
    model = IndependentModel
    accuracy = [ThreeNormals]
    kl = {"Independent": None, "LowRankMultivariateNormal": None, "MultivariateNormal": None}  # computed by IndependentModel.kl

    @classmethod
    def kl_tables(cls):
        def independent(base, prefix, *parameters):
            return D("Independent", base_distribution=D(base, **{n: In(prefix + n) for n in parameters}), reinterpreted_batch_ndims=1)

        normal = {"p.loc": LOC3, "p.scale": [0.5, 1.0, 2.0], "q.loc": OTHER_LOC3, "q.scale": [1.5, 1.0, 0.25]}
        gamma = {"p.concentration": [0.5, 1.0, 3.0], "p.rate": [2.0, 1.0, 0.5], "q.rate": [1.5, 1.0, 0.25]}
        gaussian = {"p.loc": OTHER_LOC3, "p.scale": [0.5, 1.0, 2.0], "q.loc": LOC3, "q.scale_tril": FACTOR}
        of_low_rank = gaussian | {"q.cov_factor": [[1.0, 0.5], [-2.0, 0.25], [0.75, 1.5]], "q.cov_diag": [0.5, 1.0, 2.0]}
        del of_low_rank["q.scale_tril"]
        for dtype in ("float64", "float32"):
            yield Table(independent_normals("p."), independent_normals("q."), "ordinary", dtype, [normal])
            yield Table(independent("Gamma", "p.", "concentration", "rate"), independent("Exponential", "q.", "rate"), "ordinary",
                        dtype, [gamma])
            yield Table(independent_normals("p."), MultivariateNormal.call(("loc", "scale_tril"), "q."), "ordinary", dtype,
                        [gaussian], python=False)
            yield Table(independent_normals("p."), low_rank("q."), "ordinary", dtype, [of_low_rank], python=False)
    # Parameters of the law tests. The second number of each event is standard normal.
    law_call = ThreeNormals.call()
    ordinary = {"loc": [[-0.5, 0], [1, 0], [2, 0]], "scale": [[0.5, 1], [1, 1], [3, 1]]}
    grid = [([m, 0], [s, 1]) for m in (-1e6, -1, 0, 1e-3, 2, 1e6) for s in (1e-6, 0.5, 1, 30, 1e6)]
    cases = [
        Case(base_distribution=D("Normal", loc=[0.0, 1.0, 2.0], scale=[1.0, 0.5, 2.0]), reinterpreted_batch_ndims=1,
             at=[[0.5, 0.0, -1.0], [1.0, 1.0, 1.0]]),
        Case(base_distribution=D("Normal", loc=[0.0, 1.0, 2.0], scale=[1.0, 0.5, 2.0]), reinterpreted_batch_ndims=1,
             at=[[0.5, 0.0, -1.0], [1.0, 1.0, 1.0]], dtype=f64),
        Case(base_distribution=D("Normal", loc=[0.0, 1.0, 2.0], scale=1.0), reinterpreted_batch_ndims=0, at=[[0.5, 0.0, -1.0]]),
        Case(base_distribution=D("Normal", loc=[[0.0, 1.0], [2.0, 3.0]], scale=[0.5, 2.0]), reinterpreted_batch_ndims=2,
             at=[[[0.5, 0.0], [1.0, 2.0]]]),
        Case(base_distribution=D("Normal", loc=[[0.0, 1.0], [2.0, 3.0]], scale=[0.5, 2.0]), reinterpreted_batch_ndims=1,
             at=[[0.5, 0.0]], dtype=f64),
        Case(base_distribution=D("Bernoulli", probs=[0.25, 0.5, 0.9]), reinterpreted_batch_ndims=1, at=[[0.0, 1.0, 1.0]], outside=[[0.0, 1.0, 2.0]]),
        Case(base_distribution=D("Bernoulli", logits=[[0.25, 0.5], [-1.0, 2.0]]), reinterpreted_batch_ndims=0, at=[[[0.0, 1.0], [1.0, 0.0]]]),
        Case(base_distribution=D("Binomial", total_count=16, logits=[0.25, 0.5, -1.0]), reinterpreted_batch_ndims=1, at=[[0.0, 16.0, 3.0]]),
        Case(base_distribution=D("Gamma", concentration=[0.5, 2.0], rate=[1.0, 2.0]), reinterpreted_batch_ndims=1,
             at=[[0.25, 4.0]], edges=[[1.0, 0.0]], outside=[[1.0, -1.0]]),
        Case(base_distribution=D("Categorical", logits=[[0.25, 0.5], [-1.0, 2.0]]), reinterpreted_batch_ndims=1, at=[[0, 1], [1, 1]]),
        Case(base_distribution=D("Dirichlet", concentration=[[2.0, 3.0], [0.5, 1.0]]), reinterpreted_batch_ndims=1,
             at=[[[0.25, 0.75], [0.5, 0.5]]], dtype=f64),
        Case(base_distribution=D("MultivariateNormal", loc=[[0.5, -1.0], [0.0, 0.0]], scale_tril=TRIL2), reinterpreted_batch_ndims=1,
             at=[[[0.25, 0.75], [0.5, 0.5]]]),
        Case(base_distribution=D("Independent", base_distribution=D("Normal", loc=[[0.0, 1.0], [2.0, 3.0]], scale=1.0), reinterpreted_batch_ndims=1),
             reinterpreted_batch_ndims=1, at=[[[0.5, 0.0], [1.0, 2.0]]]),
        Case(base_distribution=D("Uniform", low=[0.0, 1.0], high=[1.0, 3.0]), reinterpreted_batch_ndims=1, at=[[0.5, 2.0]],
             edges=[[1.0, 3.0]], outside=[[0.5, 4.0]]),
        Case(base_distribution=D("Normal", loc=[0.0, 1.0], scale=[1.0, 0.5]), reinterpreted_batch_ndims=1, at=[[0.5, 0.0]], dtype=bf16),
    ]
    streams = [
        Case(base_distribution=D("Normal", loc=[0.0, 1.0, 2.0], scale=[1.0, 0.5, 2.0]), reinterpreted_batch_ndims=1),
    ]
    bad_parameters = [
        Case(base_distribution=D("Normal", loc=[0.0], scale=[1.0]), reinterpreted_batch_ndims=2),
    ]
    bad_values = [
        Case(base_distribution=D("Bernoulli", probs=[0.5, 0.5]), reinterpreted_batch_ndims=1, at=[[0.0, 2.0]]),
    ]
