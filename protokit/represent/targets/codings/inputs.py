"""The inputs as the target: numbers in standard deviations of the training rows, and places of levels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.values.arrays import Features
from protokit.core.values.forms.given_back import GivenBack, numbers_of, spans
from protokit.core.values.signature import TargetSpec
from protokit.represent.encoders.sequences import SequenceColumn
from protokit.represent.kind import CodeColumn, FittedColumn, InputColumn, NumberColumn
from protokit.represent.targets.coding import CODINGS, Asked, Coding, Learned


class Inputs(Coding):
    """The inputs as the target, a number for each cell."""

    name = "inputs"
    about = "The inputs as the target: numbers in standard deviations of the training rows, and places of levels."

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding: mean and standard deviation of each number, and the levels of each category.

        Raises:
            DataError: a column cannot be given back.
        """
        given = asked.given
        assert given is not None, "the columns are encoded before"
        parts: list[GivenBack] = []
        titles = [name for column in given.columns if isinstance(column, NumberColumn) for name in column.names]
        for i, title in enumerate(titles):
            parts.append(_standard(title, (), given.features.numbers[:, i : i + 1]))
        for column in given.columns:
            if isinstance(column, InputColumn):
                cells = _cells(column, given.inputs[column.column])
                parts.append(_standard(column.column, cells.shape[1:], cells))
        codes = [column for column in given.columns if isinstance(column, CodeColumn)]
        parts += [GivenBack(column.column, tuple(column.levels)) for column in codes if column.levels]
        columns = tuple(part.name for part in parts)
        return Learned(TargetSpec(names[0], asked.task, columns=columns, parts=tuple(parts)))

    def of_inputs(self, learned: Learned, inputs: Mapping[str, np.ndarray], features: Features) -> np.ndarray:
        """See Coding. Shapes: (rows, cells), float64, NaN where missing, -1 for a level that training rows lack."""
        rows = len(features.numbers)
        own = [part for part in learned.spec.parts if part.shape]
        arrays = [_of(inputs[part.name], part).reshape(rows, -1) for part in own]
        return np.concatenate([features.numbers, *arrays, _known(features) - 1.0], axis=1)

    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """See Coding. Shapes: (rows, cells)."""
        centers, scales, _ = numbers_of(learned.spec.parts)
        standard = (truth[:, : len(centers)] - centers) / scales
        return np.concatenate([standard, truth[:, len(centers) :]], axis=1).astype(np.float32)

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: numbers in their own units, probabilities of levels. Shapes: (rows, units)."""
        parts = learned.spec.parts
        centers, scales, _ = numbers_of(parts)
        found = [output[:, : len(centers)] * scales + centers]
        for part, at in zip(parts, spans(parts, units=True), strict=True):
            if part.levels:
                logits = output[:, at] - output[:, at].max(axis=1, keepdims=True)
                found.append(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))
        return np.concatenate(found, axis=1)


CODINGS.add(Inputs())


def _standard(name: str, shape: tuple[int, ...], cells: np.ndarray) -> GivenBack:
    """One mean and one standard deviation for each place of the last axis: of an image for all of its pixels."""
    wide = cells.reshape(-1, 1 if len(shape) == 3 else cells.shape[-1]).astype(np.float64)
    there = ~np.isnan(wide)
    count = np.maximum(there.sum(axis=0), 1)
    centers = np.where(there, wide, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(there, wide - centers, 0.0) ** 2).sum(axis=0) / count)
    return GivenBack(name, (), shape, tuple(centers.tolist()), tuple(np.where(spread > 0, spread, 1.0).tolist()))


def _cells(column: FittedColumn, array: np.ndarray) -> np.ndarray:
    """What is given back of an input of its own: all of it, but for the mark of steps that are there.

    Raises:
        DataError: it holds no numbers that could be.
    """
    assert isinstance(column, InputColumn)
    spec = column.spec
    if spec.levels or spec.kind not in ("image", "sequence", "columns"):
        rule = f"the {column.kind} column {column.column!r} cannot be given back: numbers, categories, images and "
        cure = f"represent: {{columns: {{{column.column}: ignore}}}}"
        raise DataError(f"{rule}sequences of numbers can", cure=f"write {cure}", path=("represent", "target"))
    if isinstance(column, SequenceColumn) and column.marked:
        return np.where(array[..., -1:] == 1, array[..., :-1], np.nan)
    return array


def _of(array: np.ndarray, part: GivenBack) -> np.ndarray:
    """The cells of a part in later rows."""
    if array.shape[1:] == part.shape:
        return array
    found: np.ndarray = np.where(array[..., -1:] == 1, array[..., :-1], np.nan)
    return found


def _known(features: Features) -> np.ndarray:
    """The codes of columns that have levels."""
    kept = [i for i, count in enumerate(features.levels) if count > 1]
    return features.codes[:, kept]
