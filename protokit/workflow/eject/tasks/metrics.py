"""Metrics as calls of scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature

import sklearn.metrics

from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics.declared import Declared
from protokit.evaluate.metrics.metric import METRICS
from protokit.workflow.eject.code import call, literal


@dataclass(frozen=True)
class Names:
    """How a script calls what metrics are given: the truth, what is said, the class called, the names of classes.

    `weights` is how much each row counts; nothing where all count the same.
    """

    truth: str = "truth"
    said: str = "said"
    called: str = "called"
    classes: str = "CLASSES"
    weights: str = ""


def of_labels(name: str) -> str:
    """A call of scikit-learn that gives a metric of labels that are 0 or 1; empty where there is none."""
    metric = METRICS[name]
    if not isinstance(metric, Declared) or not metric.function or metric.takes != "labels":
        return ""
    options = [f"{key}={literal(one)}" for key, one in metric.options.items()]
    if metric.average:
        options += [f"average={literal(metric.average)}", "zero_division=0.0"]
    return call(f"metrics.{metric.function}", ["truth", "called", *options])


def metric_call(name: str, target: TargetSpec, names: Names) -> str:
    """A call of scikit-learn that gives a metric of a target; empty where there is none."""
    truth, said, every = names.truth, names.said, f"labels=np.arange(len({names.classes}))"
    metric = METRICS[name]
    if not isinstance(metric, Declared) or not metric.function or target.form == "quantiles":
        return ""
    function, options = f"metrics.{metric.function}", [f"{key}={literal(one)}" for key, one in metric.options.items()]
    takes = signature(getattr(sklearn.metrics, metric.function)).parameters
    if names.weights and metric.weighs and "sample_weight" in takes:
        options.append(f"sample_weight={names.weights}")
    if metric.takes == "values":
        return call(function, [truth, said, *options])
    if metric.takes == "labels":
        if metric.average:
            options += [f"average={literal(metric.average)}", "zero_division=0.0"]
            options.append(f"pos_label={target.positive}" if metric.average == "binary" else every)
        return call(function, [truth, names.called, *options])
    options += [f"average={literal(metric.average)}"] if metric.average else []
    if metric.takes == "probabilities":
        return call(function, [truth, said, every, *options])
    if metric.takes == "score" and target.has_positive:
        return call(function, [f"{truth} == {target.positive}", f"{said}[:, {target.positive}]", *options])
    if metric.takes in ("score", "likeliest"):
        labels = [] if metric.function == "average_precision_score" else [every]
        return call(function, [truth, said, *options, *labels])
    return ""
