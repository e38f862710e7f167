"""How trials are compared: the one place that decides it.

By the loss of the validation rows, where all settings have one loss: the least noisy number there is, and the one that
training itself is stopped by. It cannot be, where

- `search.metric` names a metric,
- the loss itself, the target, the task or what rows count are chosen by a slot: the losses of two settings are then
  different things,
- a layer adds a penalty to the loss (a regularizer): a network of less penalty is not a better one.

Then trials are compared by a metric of the validation rows: the named one, else the first of `evaluate.metrics`, else
the first of the task. Of several targets it is the mean over those that it is for. The value is at the weights of the
best epoch so far, at the end of a trial as at each rung, and turned so that lower is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from statistics import fmean

from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import Signature
from protokit.evaluate.metrics.metric import METRICS, default_metrics
from protokit.learn.parts.loss import loss_for
from protokit.menu import catalogue
from protokit.recipe.recipe import Recipe

LOSS = "loss"
_SLOTS = {"choice", "int", "float"}
_CHANGES_LOSS = (
    ("learn", "loss"), ("learn", "task"), ("learn", "quantiles"), ("learn", "sample_weights"), ("learn", "event"),
    ("represent", "target"),
)  # fmt: skip
# losses that are never below 0; likelihoods of densities can be
_FROM_ZERO = frozenset((
    "BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy",
    "CategoricalHinge", "Hinge", "Huber", "LogCosh", "MeanAbsoluteError", "MeanAbsolutePercentageError",
    "MeanSquaredError", "MeanSquaredLogarithmicError", "SparseCategoricalCrossentropy", "SquaredHinge",
    "gamma_deviance", "pinball", "pixel_cross_entropy", "poisson_deviance", "step_crossentropy",
))  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """By what the trials of a search are compared: `metrics` by target, or the loss where there are none.

    `name` is that of the metric, or `loss`; `reason` says why it is not the loss, empty where it is. `bounds` are the
    least and the most that it can be, in its own sign.
    """

    name: str
    metrics: Mapping[str, str]
    reason: str = ""
    bounds: tuple[float, float] = (-inf, inf)

    @classmethod
    def of(cls, recipe: Recipe, signature: Signature) -> Comparison:
        """That of a recipe with slots, for the targets that its data has.

        Raises:
            SpecError: `search.metric` is no metric, or for none of the targets; or targets have different ones.
        """
        if recipe.search.metric is not None:
            return cls._named(recipe, signature)
        reason = _why_not_loss(recipe)
        if not reason:
            return cls._by_loss(recipe, signature)
        labels = recipe.evaluate.labels is not None
        metrics = {}
        for target in signature.targets:
            names = recipe.evaluate.metrics or default_metrics(target.task, labels=labels)
            fits = [name for name in names if METRICS[name].is_for(target)]
            found = [name for name in fits if METRICS[name].greater_is_better is not None]
            if found:
                metrics[target.name] = found[0]
        if len(set(metrics.values())) != 1:
            rule = f"{reason}, and its targets have different metrics: {', '.join(sorted(set(metrics.values())))}"
            raise recipe.error(("search",), rule, "write search: {metric: NAME}")
        [name] = set(metrics.values())
        return cls(name, metrics, reason, METRICS[name].bounds)

    @classmethod
    def _by_loss(cls, recipe: Recipe, signature: Signature) -> Comparison:
        names = set()
        for target in signature.targets:
            said = loss_for(recipe.learn.loss, target.name) or target.of_task.loss
            name = str(next(iter(said)) if isinstance(said, Mapping) else said)
            known = catalogue.find("losses", name)
            names.add(known.name if known is not None else name)
        return cls(LOSS, {}, bounds=(0.0, inf) if names <= _FROM_ZERO else (-inf, inf))

    @classmethod
    def _named(cls, recipe: Recipe, signature: Signature) -> Comparison:
        name, at = str(recipe.search.metric), ("search", "metric")
        if name == LOSS:
            return cls._by_loss(recipe, signature)
        if name not in METRICS:
            raise recipe.error(at, f"unknown metric {name!r}", did_you_mean(name, METRICS.all()))
        if METRICS[name].greater_is_better is None:
            raise recipe.error(at, f"{name} is better neither high nor low", "name another metric")
        metrics = {target.name: name for target in signature.targets if METRICS[name].is_for(target)}
        if not metrics:
            task = signature.targets[0].task
            raise recipe.error(at, f"{name} is not for {task}", f"such as {', '.join(default_metrics(task))}")
        return cls(name, metrics, "as search.metric says", METRICS[name].bounds)

    @property
    def by_loss(self) -> bool:
        """Whether trials are compared by the loss of the validation rows."""
        return not self.metrics

    def score(self, predictions: Mapping[str, Predictions]) -> float:
        """The metric on predictions of the validation rows, the mean over the targets.

        Raises:
            DataError: it is undefined on them.
        """
        found = []
        for target, name in self.metrics.items():
            value = METRICS[name](predictions[target])
            if not isfinite(value):
                why = METRICS[name].why_undefined(predictions[target])
                raise DataError(f"{name} is undefined on the validation rows: {why}", cure="search by another metric")
            found.append(value)
        return fmean(found)

    def turned(self, score: float) -> float:
        """A score of the metric, lower being better."""
        return -score if METRICS[self.name].greater_is_better else score


def _why_not_loss(recipe: Recipe) -> str:
    """Why settings cannot be compared by their losses; empty where they can."""
    data = recipe.document.data
    for path in _CHANGES_LOSS:
        part: object = data
        for key in path:
            part = part.get(key) if isinstance(part, Mapping) else None
        if _has_slot(part):
            return f"{'.'.join(path)} is chosen by the search, so that the losses of two trials are different things"
    if penalty := _penalty(recipe.network.as_plain(in_full=True)):
        return f"{penalty} adds to the loss, so that the losses of two trials are different things"
    return ""


def _has_slot(data: object) -> bool:
    if isinstance(data, Mapping):
        return bool(_SLOTS & set(data)) or any(map(_has_slot, data.values()))
    if isinstance(data, str):
        return data.startswith("$")
    return isinstance(data, Sequence) and any(map(_has_slot, data))


def _penalty(data: object) -> str:
    """The first argument or layer of a menu that adds to the loss."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if (str(key).endswith("regularizer") and value is not None) or key == "ActivityRegularization":
                return str(key)
        return next(filter(None, map(_penalty, data.values())), "")
    if isinstance(data, str):
        return data if data == "ActivityRegularization" else ""
    return next(filter(None, map(_penalty, data)), "") if isinstance(data, Sequence) else ""
