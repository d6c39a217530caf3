"""Evaluations of a call: by torch in the dtype of the case, by torch in float64, and by mpmath."""

import importlib

import torch.distributions as td

from .cases import D, In, T, X
from .data import rounded
from .family import families
from .mathematics import array


def python_class(name):
    """Python's class of this name. Not all are exported."""
    modules = (td, td.relaxed_bernoulli, td.relaxed_categorical)
    return next(getattr(module, name) for module in modules if hasattr(module, name))


class Build:
    """Makes a distribution from its call and remembers its tensor parameters by path (`base_dist.loc`)."""

    def __init__(self, dtype, inputs=None):
        self.dtype, self.inputs = dtype, inputs or {}
        self.leaves = {}

    def make(self, node, path="", **more):
        if isinstance(node, D):
            arguments = {k: self.make(v, f"{path}{k}.", **more) for k, v in node.arguments.items()}
            return self.distribution(node.distribution, arguments, **more)
        if isinstance(node, X):
            return self.transform(node, {k: self.make(v, f"{path}{k}.", **more) for k, v in node.arguments.items()})
        if isinstance(node, In):
            return self.inputs[node.name]
        if isinstance(node, list) and (not node or isinstance(node[0], X)):
            return [self.make(v, f"{path}{i}.", **more) for i, v in enumerate(node)]
        if isinstance(node, (list, T)):
            data, dtype = (node.data, node.dtype) if isinstance(node, T) else (node, None)
            leaf = self.tensor(rounded(data, dtype or self.dtype))
            self.leaves[path.rstrip(".")] = leaf
            return leaf
        return self.number(node, path)


class Plain(Build):
    """Builds torch objects with parameters in the dtype of the case, without gradients."""

    def tensor(self, t):
        return t

    def number(self, x, path):
        return x

    def distribution(self, name, arguments, **more):
        return python_class(name)(**arguments, **more)

    def transform(self, node, arguments):
        t = getattr(td, node.transform)(**arguments)
        return t.inv if node.inverse else t


class Own(Plain):
    """Torch in the dtype of the case, with gradients."""

    def tensor(self, t):
        return t.requires_grad_()


class Float64(Plain):
    """Torch in float64, with gradients, at the parameters of the case rounded to its dtype."""

    def tensor(self, t):
        return t.double().requires_grad_()

    def number(self, x, path):
        return x if not isinstance(x, float) else rounded(x, self.dtype).item()


class Truth(Build):
    """mpmath, at the parameters of the case rounded to its dtype."""

    STRUCTURE = {"reinterpreted_batch_ndims", "event_dim"}

    def tensor(self, t):
        return array(t.double().tolist())

    def number(self, x, path):
        if path.rstrip(".").split(".")[-1] in self.STRUCTURE:
            return x
        return array(rounded(x, self.dtype).item())

    def distribution(self, name, arguments, **more):
        return families()[name].model(**arguments)

    def transform(self, node, arguments):
        module = importlib.import_module("oracle.transformed_distribution")
        t = getattr(module, node.transform)(**arguments)
        return module.Inverse(t) if node.inverse else t


def truth(call, inputs, dtype="float64"):
    """The model of a call at given inputs."""
    return Truth(dtype, inputs).make(call)
