"""Why a network says what it says of a row: how much each column adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from protokit.bundle.opened.gradients import Split
from protokit.bundle.part import Part
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import tf
from protokit.core.libraries.keras_state import seeded
from protokit.core.names import as_text, counted, number
from protokit.core.suggest import did_you_mean
from protokit.core.values.signature import TargetSpec
from protokit.learn.snapshot import hold
from protokit.represent.encoder import Encoder
from protokit.show.blocks import Grid
from protokit.show.card import Card

_STEPS = (32, 128, 512)
_NEAR = 0.005  # of the largest difference that is explained: a sum that misses it by less is as good
_CELLS = 2_000_000  # numbers of inputs that gradients are taken of at a time
_MOST_ROWS = 20
_MOST_COLUMNS = 6


@dataclass(frozen=True)
class Explanation:
    """What each column adds to what a model says of some rows. `print` shows the columns that matter most.

    `values` has a row for each row that was explained, under its index, and a column for each of the model's: in
    probability where `of` names the class that is explained in each row, else in the target's own unit. A row's values
    add up to its `score` less its `start`, what is said of the row that it is held against; `gap` is by how much they
    miss that at most.
    """

    target: str
    values: pd.DataFrame
    score: pd.Series
    start: pd.Series
    of: pd.Series | None
    gap: float

    @property
    def card(self) -> Card:
        """What the explanation shows of itself."""
        rows = []
        for i in range(min(len(self.values), _MOST_ROWS)):
            own = self.values.iloc[i]
            most = own.reindex(own.abs().sort_values(ascending=False, kind="stable").index)[:_MOST_COLUMNS]
            added = ", ".join(f"{name} {number(value, sign=True)}" for name, value in most.items())
            said = number(float(self.score.iloc[i]))
            said = said if self.of is None else f"{as_text(self.of.iloc[i])} {said}"
            rows.append((as_text(self.values.index[i]), said, number(float(self.start.iloc[i])), added))
        if len(self.values) > _MOST_ROWS:
            rows.append((f"… {len(self.values) - _MOST_ROWS} more", "", "", ""))
        grid = Grid("", ("row", self.target, "from", "what each column adds"), tuple(rows))
        notes = (
            (f"the columns add up to what is said but for {number(self.gap)} at most",) if self.gap >= 0.0005 else ()
        )
        return Card(f"why {self.target}", (), (grid,), notes)

    def __len__(self) -> int:
        return len(self.values)

    def __str__(self) -> str:
        return self.card.text()

    def __repr__(self) -> str:
        return f"<Explanation of {self.target}: {counted(len(self), 'row')}, {counted(self.values.shape[1], 'column')}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.card.bundle()


def explained(
    parts: Sequence[Part], frame: pd.DataFrame, background: pd.DataFrame, target: TargetSpec, of: np.ndarray | None
) -> Explanation:
    """Integrated gradients of a target from the mean of the background's rows to each row, by column.

    `of` is the position of a class for each row. Networks are averaged.

    Raises:
        SpecError: the network is not one whose gradients say something of each column.
    """
    columns = list(dict.fromkeys(name for part in parts for name in _encoder(part).places))
    total = np.zeros((len(frame), len(columns)))
    score, start, count = np.zeros(len(frame)), np.zeros(len(frame)), 0
    for part in parts:
        encoder = _encoder(part)
        own = next(one for one in encoder.signature.targets if one.name == target.name)
        unit, scale, offset = _units(encoder, own, target, of, len(frame))
        inputs, against = (encoder.encode(encoder.examples(some))[0] for some in (frame, background))
        split = Split(part.network)
        size = sum(int(np.prod(values.shape[1:])) for values in inputs.values())
        for weights in part.weights:
            hold(part.network.weights, weights)
            with seeded(0, tensorflow=False):
                start_at = [tf.reduce_mean(one, axis=0, keepdims=True) for one in split.numbers(against)]
                for i in range(0, len(frame), step := max(1, _CELLS // max(1, size))):
                    rows = slice(i, i + step)
                    end = split.numbers({name: values[rows] for name, values in inputs.items()})
                    begin = [tf.repeat(a, len(b), axis=0) for a, b in zip(start_at, end, strict=True)]
                    for steps in _STEPS:  # more where the line crosses many bends
                        moved, first, last = split.integrated(begin, end, own.key, unit[rows], steps)
                        missed = sum(one.reshape(len(one), -1).sum(axis=1) for one in moved) - (last - first)
                        if np.abs(missed).max() <= _NEAR * max(1e-12, float(np.abs(last - first).max())):
                            break
                    total[rows] += scale[rows, None] * _by_column(encoder, split.places, moved, columns)
                    start[rows] += scale[rows] * first + offset[rows]
                    score[rows] += scale[rows] * last + offset[rows]
            count += 1
    values = pd.DataFrame(total / count, frame.index, columns)
    score, start = score / count, start / count
    gap = float(np.abs(values.to_numpy().sum(axis=1) - (score - start)).max(initial=0.0))
    named = None if of is None else pd.Series([target.classes[i] for i in of], frame.index, name=target.name)
    return Explanation(
        target.name, values, pd.Series(score, frame.index, name="score"), pd.Series(start, frame.index, name="start"),
        named, gap,
    )  # fmt: skip


def class_of(target: TargetSpec, of: object) -> int:
    """The position of a class.

    Raises:
        SpecError: the target has no such class, or none at all.
    """
    if not target.has_classes:
        raise SpecError.one(f"of={of!r} is a class, and the task is {target.task}", "leave it out")
    names = [as_text(one) for one in target.classes]
    if as_text(of) not in names:
        raise SpecError.one(f"{target.name!r} has no class {of!r}", did_you_mean(as_text(of), names))
    return names.index(as_text(of))


def _encoder(part: Part) -> Encoder:
    """The encoder of a table of rows.

    Raises:
        SpecError: it is one of something else.
    """
    encoder = part.encoder
    if not isinstance(encoder, Encoder) or not encoder.one_for_each_row or part.clusters is not None:
        rule = "each row of a table is explained, and this model is not of rows of a table"
        raise SpecError.one(rule, "explain a model of single rows: no series, pairs or clusters")
    return encoder


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
        chosen = np.array([own.classes.index(target.classes[i]) for i in of], int)
        if width == len(own.classes):
            return chosen, ones, zeros
        if width == 1 and len(own.classes) == 2:
            return np.zeros(rows, int), np.where(chosen == 1, 1.0, -1.0), np.where(chosen == 1, 0.0, 1.0)
    rule = f"what is explained is a class or a number, and the task is {own.task}"
    raise SpecError.one(rule, "explain a model of classification or regression")


def _by_column(
    encoder: Encoder, places: Sequence[str], moved: Sequence[np.ndarray], columns: Sequence[str]
) -> np.ndarray:
    """Attributions of what stands between as those of the columns. Shapes: (rows, columns)."""
    of_input: dict[str, np.ndarray] = {}
    for name, values in zip(places, moved, strict=True):
        summed = values
        if name in ("numbers", "categories"):
            summed = values.reshape(values.shape[0], values.shape[1], -1).sum(axis=2)
        else:
            summed = values.reshape(values.shape[0], -1).sum(axis=1)
        of_input[name] = of_input.get(name, np.zeros(())) + summed
    found = np.zeros((len(moved[0]), len(columns)))
    for i, column in enumerate(columns):
        for name, at in encoder.places.get(column, []):
            own = of_input.get(name)
            if own is not None:  # else the network takes nothing from it
                found[:, i] += own if at is None else own[:, at].sum(axis=1)
    return found
