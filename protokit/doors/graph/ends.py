"""What is predicted, of what the networks give: scores in their own unit, averaged, and the class that they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.values.signature import TargetSpec
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.represent.target import TargetEncoder

Value = TypeVar("Value")
FORMS = ("classes", "labels", "number", "quantiles", "survival", "vector")
_FARTHEST, _CERTAIN = 30.0, 1e-300  # see the coding of times, and Survival.brought
_LEAST = float(np.finfo(np.float32).tiny)  # see the coding of rates


@dataclass(frozen=True)
class End:
    """One output of a file. `columns` are what its numbers are called, where it has several; `unit` what they are."""

    name: str
    target: str
    what: str  # class, probabilities, quantiles, number, mean time
    unit: str
    dtype: str
    columns: tuple[str, ...] = ()
    classes: tuple[object, ...] = ()

    @property
    def is_scores(self) -> bool:
        """Whether it is what the proof compares."""
        return self.what not in ("class", "mean time")


def hold(target: TargetEncoder) -> None:
    """Hold that a target can go into a file.

    Raises:
        SpecError: it cannot.
    """
    spec = target.spec
    if spec.form not in FORMS:
        rule = f"the target {spec.name!r} is one of the task {spec.task}, which does not go into a file"
        raise SpecError.one(rule, "take the network alone: model.to_keras(), with the arrays of model.arrays(table)")


def ends_of(spec: TargetSpec) -> list[End]:
    """The outputs of a target: first what is compared."""
    if spec.form == "classes":
        columns = tuple(f"{spec.name} = {one}" for one in spec.classes)
        scores = End(f"{spec.name} probabilities", spec.name, "probabilities", "probability", "float32", columns)
        return [scores, End(spec.name, spec.name, "class", "class", class_dtype(spec.classes), (), spec.classes)]
    if spec.form == "labels":
        columns = tuple(f"{one} = 1" for one in spec.columns)
        scores = End(f"{spec.name} probabilities", spec.name, "probabilities", "probability", "float32", columns)
        return [scores, End(spec.name, spec.name, "class", "1 where it is there", "int64", spec.columns)]
    if spec.form == "quantiles":
        columns = tuple(f"{spec.name} {one:g}" for one in spec.quantiles)
        return [End(f"{spec.name} quantiles", spec.name, "quantiles", "that of the column", "float64", columns)]
    if spec.form == "survival":
        columns = tuple(f"{spec.name} > {time:g}" for time in spec.times)
        scores = End(f"{spec.name} probabilities", spec.name, "probabilities", "probability", "float32", columns)
        return [scores, End(spec.name, spec.name, "mean time", "that of the column", "float64")]
    columns = spec.columns if spec.form == "vector" else ()
    return [End(spec.name, spec.name, "number", "that of the column", "float64", columns)]


def class_dtype(classes: Sequence[object]) -> str:
    """The type of what says a class: bool, int64, float64, or object for texts."""
    kinds = {type(one) for one in classes}
    if kinds == {bool}:
        return "bool"
    return {frozenset({int}): "int64", frozenset({float}): "float64", frozenset({int, float}): "float64"}.get(
        frozenset(kinds), "object"
    )


def scores_of(a: Arithmetic[Value], target: TargetEncoder, output: Value) -> Value:
    """Of what a network gives: see TargetEncoder.scores.

    Shapes: (rows, units) -> (rows, classes or numbers) float64.
    """
    spec, said = target.spec, a.cast(output, "float64")
    if spec.form == "classes":
        if spec.units == 1:
            return a.concatenate([a.binary("subtract", 1.0, said), said])
        return a.binary("divide", said, a.reduce("sum", said))
    if spec.form == "vector":
        said = a.binary("multiply", said, np.array([target.scales]))
        return a.binary("add", said, np.array([target.centers]))
    if spec.form == "labels":
        return said
    if spec.form == "survival":
        said = a.binary("minimum", a.binary("maximum", said, -_FARTHEST), _FARTHEST)
        return _later(a, a.cumulated(a.binary("multiply", a.unary("exp", said), np.array([spec.hazards]))))
    if spec.form == "quantiles":
        said = a.ascending(said)
    if spec.of_task.coding == "rates":
        return a.binary("multiply", a.binary("maximum", said, _LEAST), target.scale)
    return a.binary("add", a.binary("multiply", said, target.scale), target.center)


def brought(a: Arithmetic[Value], own: TargetSpec, scores: Value, other: TargetSpec) -> Value:
    """Scores of a fold's target as those of another one's: see Task.brought."""
    if own.times == other.times:
        return scores
    ends, at = np.array([0.0, *own.times]), np.array(other.times)
    place = np.clip(np.searchsorted(ends, at, side="right") - 1, 0, len(own.times) - 1)
    none = a.binary("multiply", a.columns(scores, [0]), 0.0)
    logs = a.unary("log", a.binary("maximum", scores, _CERTAIN))
    sums = a.concatenate([none, a.binary("subtract", 0.0, logs)])
    before, after = a.columns(sums, place.tolist()), a.columns(sums, (place + 1).tolist())
    on = ((at - ends[place]) / np.diff(ends)[place])[None]
    return _later(a, a.binary("add", before, a.binary("multiply", a.binary("subtract", after, before), on)))


def _later(a: Arithmetic[Value], sums: Value) -> Value:
    """The probability that it has not happened, of the hazards' sums."""
    return a.unary("exp", a.binary("subtract", 0.0, sums))


def mean(a: Arithmetic[Value], values: Sequence[Value]) -> Value:
    """The mean of several scores."""
    total = values[0]
    for one in values[1:]:
        total = a.binary("add", total, one)
    return total if len(values) == 1 else a.binary("divide", total, float(len(values)))


def tempered(a: Arithmetic[Value], spec: TargetSpec, scores: Value) -> Value:
    """Probabilities at the target's temperature."""
    if spec.temperature is None:
        return scores
    logits = a.binary("divide", a.unary("log", scores), spec.temperature)
    shares = a.unary("exp", a.binary("subtract", logits, a.reduce("max", logits)))
    return a.binary("divide", shares, a.reduce("sum", shares))


def said(a: Arithmetic[Value], spec: TargetSpec, scores: Value) -> Mapping[str, Value]:
    """The outputs of a target by their names. Shapes: (rows,), or (rows, columns) of those that have such."""
    if spec.form == "classes":
        place = _place(a, spec, scores)
        dtype = class_dtype(spec.classes)
        if dtype == "object":
            called = a.texts(place, [str(one) for one in spec.classes])
        else:
            called = a.take(np.array(spec.classes, dtype), place)
        return {f"{spec.name} probabilities": a.cast(scores, "float32"), spec.name: a.flat(called)}
    if spec.form == "labels":
        there = a.cast(a.binary("greater", scores, spec.threshold), "int64")
        return {f"{spec.name} probabilities": a.cast(scores, "float32"), spec.name: there}
    if spec.form == "quantiles":
        return {f"{spec.name} quantiles": scores}
    if spec.form == "survival":  # the area under the curve, by trapezoids
        wide = np.diff([0.0, *spec.times])
        areas = a.binary("multiply", scores, 0.5 * (wide + np.append(wide[1:], 0.0))[None])
        long = a.binary("add", a.reduce("sum", areas), 0.5 * float(wide[0]))
        return {f"{spec.name} probabilities": a.cast(scores, "float32"), spec.name: a.flat(long)}
    return {spec.name: scores if spec.form == "vector" else a.flat(scores)}


def _place(a: Arithmetic[Value], spec: TargetSpec, scores: Value) -> Value:
    """The place of the class that is said: see Task.labels. Shapes: (rows, classes) -> (rows, 1) int64."""
    if spec.task == "binary":
        above = a.binary("greater", a.columns(scores, [spec.positive]), spec.threshold)
        return a.cast(above if spec.positive == 1 else a.unary("logical_not", above), "int64")
    if spec.of_task.ordered:
        half = a.binary("multiply", a.reduce("sum", scores), 0.5)
        below = a.unary("logical_not", a.binary("less_equal", half, a.cumulated(scores)))
        first = a.columns(a.cast(below, "int64"), range(len(spec.classes) - 1))
        return a.reduce("sum", first)
    return a.most(scores)
