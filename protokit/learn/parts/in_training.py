"""The metrics of a recipe as Keras's objects, fitted to what a target is and to what a network gives for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from protokit.core.errors import DataError
from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn.parts.loss import ByTarget
from protokit.learn.parts.made import failed, of_keras, of_part
from protokit.learn.parts.part import Part
from protokit.learn.parts.training_metric import SHELF, MetricPart
from protokit.learn.training.failures import first_line
from protokit.menu import catalogue
from protokit.menu.reading.arguments import arguments_of

# of numbers; all else that Keras has is of labels or of classes
_OF_NUMBERS = (
    "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError",
    "RootMeanSquaredError", "LogCoshError", "R2Score", "CosineSimilarity", "PearsonCorrelation",
    "ConcordanceCorrelation", "Poisson",
)  # fmt: skip
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")  # where Keras's own names have a `_`
_TAKEN = ("loss", "learning_rate", "epoch", "fold", "seed")  # names in the history


class Adapted(keras.metrics.Metric):  # type: ignore[misc]
    """A metric of the places of classes as columns of 0 and 1, or of the mean of what members say."""

    def __init__(self, metric: keras.metrics.Metric, *, one_hot: bool, members: bool, name: str) -> None:
        super().__init__(name=name)
        self.inner, self._one_hot, self._members = metric, one_hot, members

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """See keras.metrics.Metric."""
        if self._members and len(y_pred.shape) == 3:
            y_pred = keras.ops.mean(y_pred, axis=1)
        if self._one_hot:
            places = keras.ops.reshape(keras.ops.cast(y_true, "int32"), (-1,))
            y_true = keras.ops.one_hot(places, y_pred.shape[-1], dtype=y_pred.dtype)
        self.inner.update_state(y_true, y_pred, sample_weight=sample_weight)

    def result(self) -> Any:
        """See keras.metrics.Metric."""
        return self.inner.result()

    def reset_state(self) -> None:
        """See keras.metrics.Metric."""
        self.inner.reset_state()


def metrics_of(given: object, signature: Signature, *, members: bool) -> dict[str, list[keras.metrics.Metric]]:
    """The metrics of a recipe by the target's key; `members`: the network gives one output for each of several.

    Raises:
        DataError: one fits no target, or not the target that it is written for, or fails.
    """
    found: dict[str, list[keras.metrics.Metric]] = {target.key: [] for target in signature.targets}
    if isinstance(given, ByTarget):
        by_target: Mapping[str, Iterable[object]] = given
        for target in signature.targets:
            for one in by_target.get(target.name, ()):
                if why := _unfit(one, target):
                    raise DataError(f"learn.metrics: {why}", cure=f"take it out of those of {target.name!r}")
                found[target.key].append(_made(one, target, found[target.key], members))
        return found
    for one in _each(given):
        reasons = {target.name: _unfit(one, target) for target in signature.targets}
        if all(reasons.values()):
            raise DataError(f"learn.metrics: {next(iter(reasons.values()))}", cure="take it out")
        for target in signature.targets:
            if not reasons[target.name]:
                found[target.key].append(_made(one, target, found[target.key], members))
    return found


def _each(given: object) -> Iterable[object]:
    return given if isinstance(given, (list, tuple)) else ()


def _named(one: object) -> tuple[Part | catalogue.Entry, object]:
    name, arguments = next(iter(one.items())) if isinstance(one, Mapping) else (one, None)
    found = SHELF.find(name)
    assert found is not None, "the recipe has checked the name"
    return found, arguments


def _unfit(one: object, target: TargetSpec) -> str | None:
    """Why a metric is not for a target; None where it is."""
    found, _ = _named(one)
    task = target.of_task
    if isinstance(found, MetricPart):
        if not found.tasks or task.is_one_of(found.tasks):
            return None
        return f"{found.name} is for {', '.join(found.tasks)}, and {target.name!r} is {target.task}"
    numbers = task.form in ("number", "vector", "steps")
    if task.form not in ("classes", "labels") and not numbers:
        return f"Keras's metrics are for classes, labels and numbers, and {target.name!r} is {target.task}"
    if (found.name in _OF_NUMBERS) != numbers:
        of = "numbers" if found.name in _OF_NUMBERS else "classes"
        return f"{found.name} is for {of}, and {target.name!r} is {target.task}"
    if any(part in found.name for part in ("Categorical", "OneHot")) and not task.coded:
        return f"{found.name} is for more than two classes, and {target.name!r} is {target.task}"
    if found.name in ("Accuracy", "MeanIoU", "IoU"):
        return f"{found.name} compares classes, and the network gives probabilities of {target.name!r}"
    return None


def _made(one: object, target: TargetSpec, before: list[keras.metrics.Metric], members: bool) -> keras.metrics.Metric:
    found, arguments = _named(one)
    made: keras.metrics.Metric
    taken = {*_TAKEN, *(metric.name for metric in before), *(str(name) for name in target.of_task.in_training)}
    name = first = found.name if isinstance(found, Part) else _SNAKE.sub("_", found.name).lower()
    count = 1
    while name in taken:
        count += 1
        name = f"{first}_{count}"
    more: dict[str, object] = {"name": name}
    if isinstance(found, catalogue.Entry):
        given = arguments_of(found, arguments)
        if found.name in ("F1Score", "FBetaScore") and isinstance(given, dict):
            more["average"] = "macro"
            if not target.of_task.coded:
                more["threshold"] = 0.5
        one_hot = target.of_task.coded and not found.name.startswith("Sparse")
        made = of_keras(found, arguments, **more)
    else:
        one_hot = False
        made = _of_part(found, arguments, name)
    made = Adapted(made, one_hot=one_hot, members=members, name=name) if one_hot or members else made
    _examined(found, made, target)
    return made


def _of_part(part: Part, arguments: object, name: str) -> keras.metrics.Metric:
    if not part.is_class:
        full = arguments_of(part.entry, arguments)
        assert isinstance(full, dict), "the recipe has checked the arguments"

        def of_rows(y_true: Any, y_pred: Any) -> Any:
            return part.thing(keras.ops.cast(y_true, y_pred.dtype), y_pred, **full)  # as a loss is given it

        return keras.metrics.MeanMetricWrapper(of_rows, name=name)
    made = of_part(part, arguments)
    made.name = name
    return made


def _examined(found: Part | catalogue.Entry, metric: keras.metrics.Metric, target: TargetSpec) -> None:
    """Hold that a metric gives one number, on two rows.

    Raises:
        DataError: it does not, or fails.
    """
    coded = target.of_task.coded
    truth = np.zeros((2, 1) if coded else (2, *target.shape), np.int32 if coded else np.float32)
    said = np.full((2, *target.shape), 1 / target.shape[-1] if target.of_task.coded else 0.25, np.float32)
    given = keras.ops.convert_to_tensor(said)
    try:
        metric.update_state(keras.ops.convert_to_tensor(truth), given)
        result = np.shape(keras.ops.convert_to_numpy(metric.result()))
        metric.reset_state()
    except Exception as error:
        told = f"{type(error).__name__}: {first_line(error)}"
        rule = f"fails on a truth of shape {truth.shape} and predictions of shape {tuple(given.shape)}: {told}"
        if isinstance(found, Part):
            raise failed(found, rule, error=error) from error
        raise DataError(f"learn.metrics: {found.name} of {target.name!r} {rule}", cure="see its arguments") from error
    if result != ():
        rule = f"gives numbers of shape {result}, and a metric is one number"
        if isinstance(found, Part):
            raise failed(found, rule)
        raise DataError(f"learn.metrics: {found.name} of {target.name!r} {rule}", cure="give it average: macro")
