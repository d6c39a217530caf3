"""OneHotCategoricalStraightThrough: a OneHotCategorical whose draws have the gradient of probs."""

from .framework.cases import NAN, Case
from .one_hot_categorical import OneHotCategorical


class OneHotCategoricalStraightThrough(OneHotCategorical):
    base = "OneHotCategorical"
    attributes = (*OneHotCategorical.attributes, "only draws differ")
    accuracy = []
    # The others would only repeat those of OneHotCategorical.
    cases = [case for i, case in enumerate(OneHotCategorical.cases) if i % 5 != 3]
    streams = [
        Case(logits=[[1.0, 2.0, 0.0], [0.0, 0.0, -1.0]]),
    ]
    bad_parameters = [
        Case(logits=[[0.5, NAN]]),
    ]
    bad_values = [
        Case(probs=[0.5, 0.5], at=[[1.0, 0.0, 0.0]]),
    ]
