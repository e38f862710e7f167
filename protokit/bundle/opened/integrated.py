"""Explanations by integrated gradients: from the mean of the background's rows to each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from protokit.bundle.opened.columns import Place, encoder_of, names_of, own_target, places_of
from protokit.bundle.opened.explanation import Explanation, explained
from protokit.bundle.opened.gradients import Split
from protokit.bundle.part import Part
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_state import seeded
from protokit.core.values.signature import TargetSpec
from protokit.learn.snapshot import hold
from protokit.represent.encoder import Encoder

_STEPS = (32, 128, 512)
_NEAR = 0.005  # of the largest difference that is explained: a sum that misses it by less is as good
_CELLS = 2_000_000  # numbers of inputs that gradients are taken of at a time


def integrated(
    parts: Sequence[Part], frame: pd.DataFrame, background: pd.DataFrame, target: TargetSpec, of: np.ndarray | None
) -> Explanation:
    """What each column adds to a target, from the mean of the background's rows to each row. Networks are averaged.

    `of` is the position of a class or label for each row.

    Raises:
        SpecError: the network is not one whose gradients say something of each column.
    """
    columns = list(dict.fromkeys(name for part in parts for name in places_of(encoder_of(part))))
    total = np.zeros((len(frame), len(columns)))
    score, start, count = np.zeros(len(frame)), np.zeros(len(frame)), 0
    for part in parts:
        encoder = encoder_of(part)
        own = own_target(encoder, target)
        unit, scale, offset = _units(encoder, own, target, of, len(frame))
        inputs, against = (encoder.encode(encoder.examples(some))[0] for some in (frame, background))
        split, places = Split(part.network), places_of(encoder)
        size = sum(int(np.prod(values.shape[1:])) for values in inputs.values())
        for weights in part.weights:
            hold(part.network, weights)
            with seeded(0, tensorflow=False):
                start_at = [keras.ops.mean(one, axis=0, keepdims=True) for one in split.numbers(against)]
                for i in range(0, len(frame), step := max(1, _CELLS // max(1, size))):
                    rows = slice(i, i + step)
                    end = split.numbers({name: values[rows] for name, values in inputs.items()})
                    begin = [keras.ops.repeat(a, len(b), axis=0) for a, b in zip(start_at, end, strict=True)]
                    for steps in _STEPS:  # more where the line crosses many bends
                        moved, first, last = split.integrated(begin, end, own.key, unit[rows], steps)
                        missed = sum(one.reshape(len(one), -1).sum(axis=1) for one in moved) - (last - first)
                        if np.abs(missed).max() <= _NEAR * max(1e-12, float(np.abs(last - first).max())):
                            break
                    total[rows] += scale[rows, None] * _by_column(places, split.places, moved, columns)
                    start[rows] += scale[rows] * first + offset[rows]
                    score[rows] += scale[rows] * last + offset[rows]
            count += 1
    values = pd.DataFrame(total / count, frame.index, columns)
    return explained(target, values, score / count, start / count, of, frame, encoder_of(parts[0]))


def _units(
    encoder: Encoder, own: TargetSpec, target: TargetSpec, of: np.ndarray | None, rows: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each row, which output of the network is explained; and a factor and an addend to the target's own unit."""
    width = own.units
    ones, zeros = np.ones(rows), np.zeros(rows)
    if of is None:
        fitted = next(one for one in encoder.targets if one.spec.name == own.name)
        if own.form == "number" and width == 1:
            at = fitted.scores(np.array([[0.0], [1.0], [2.0]])).ravel()
            if np.isclose(at[2] - at[1], at[1] - at[0]):
                return np.zeros(rows, int), ones * (at[1] - at[0]), ones * at[0]
    else:
        names = names_of(own)
        chosen = np.array([names.index(names_of(target)[i]) for i in of], int)
        if width == len(names):
            return chosen, ones, zeros
        if width == 1 and len(names) == 2:
            return np.zeros(rows, int), np.where(chosen == 1, 1.0, -1.0), np.where(chosen == 1, 0.0, 1.0)
    rule = f"gradients explain a class, a label or a number in its own unit, and the task is {own.task}"
    raise SpecError.one(rule, 'write method="shap", if what is predicted is a number, or leave the target out')


def _by_column(
    places: Mapping[str, Sequence[Place]], given: Sequence[str], moved: Sequence[np.ndarray], columns: Sequence[str]
) -> np.ndarray:
    """Attributions of what stands between, each made of the input that is `given`, as those of the columns.

    Shapes: (rows, columns).
    """
    found = np.zeros((len(moved[0]), len(columns)))
    for i, column in enumerate(columns):
        for place in places.get(column, ()):  # none is given of an input that the network does not take
            for values in (one for name, one in zip(given, moved, strict=True) if name == place.given):
                own = place.of(values)
                found[:, i] += own.reshape(len(own), -1).sum(axis=1)
    return found
