"""Several numbers as one target, each in standard units of the training rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import as_text, counted
from protokit.core.values.signature import TargetSpec
from protokit.represent.encoders.cells import row_of, to_numbers
from protokit.represent.encoders.lists.cells import values_of
from protokit.represent.targets.coding import CODINGS, Asked, Coding, Learned


class Vectors(Coding):
    """Several numbers as one target, each in standard units of the training rows."""

    name = "vectors"
    about = "Several numbers as one target, each in standard units of the training rows."

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding: how many parts, and mean and standard deviation of each."""
        in_one = len(names) == 1
        truth = _of_lists(frame[names[0]]) if in_one else _of_columns(frame, names)
        parts = tuple(f"{names[0]} {i + 1}" for i in range(truth.shape[1])) if in_one else names
        if (truth == truth[:1]).all():
            rule = f"the parts of the target, {', '.join(parts)}, are the same in every training row"
            raise DataError(f"{rule}: there is nothing to learn", cure="choose another target")
        spreads = truth.std(axis=0)
        scales = tuple(np.where(spreads > 0, spreads, 1.0).tolist())
        return Learned(
            TargetSpec(names[0], asked.task, columns=parts),
            in_one_column=in_one,
            centers=tuple(truth.mean(axis=0).tolist()),
            scales=scales,
        )

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """See Coding: numbers in their own units. Shapes: (rows, parts) float64."""
        if learned.in_one_column:
            return _of_lists(frame[learned.spec.name], len(learned.spec.columns))
        return _of_columns(frame, learned.spec.columns)

    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """See Coding. Shapes: (rows, parts)."""
        standard: np.ndarray = (truth - np.array(learned.centers)) / np.array(learned.scales)
        return standard.astype(np.float32)

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: numbers in their own units. Shapes: (rows, parts)."""
        numbers: np.ndarray = output * np.array(learned.scales) + np.array(learned.centers)
        return numbers

    def columns(
        self, learned: Learned, scores: np.ndarray, frame: pd.DataFrame
    ) -> Mapping[str, np.ndarray | pd.Series]:
        """See Coding: a column for each part, or the one of lists that the target was."""
        if not learned.in_one_column:
            return super().columns(learned, scores, frame)
        return {learned.spec.name: pd.Series(scores.tolist(), dtype=object)}


CODINGS.add(Vectors())


def _of_columns(frame: pd.DataFrame, names: tuple[str, ...]) -> np.ndarray:
    """Shapes: (rows, parts). Raises: DataError: a cell is no number."""
    return np.stack([to_numbers(frame[name]) for name in names], axis=1)


def _of_lists(series: pd.Series, wanted: int = 0) -> np.ndarray:
    """The numbers of lists of one length: as many as `wanted`, or as most cells have.

    Shapes: (rows, parts).

    Raises:
        DataError: a cell is no list of numbers, has another length, or lacks a number.
    """
    name, cells = series.name, [values_of(cell) for cell in series]
    filter_it = "mend the cell, or leave its row out: collect: {clean: [{filter: ...}]}"
    if (odd := next((i for i, cell in enumerate(cells) if not cell), None)) is not None:
        rule = f"{name!r}, row {row_of(series, odd)}: {as_text(series.iloc[odd])!r} is no list of numbers"
        several = "write target: {NAME: [COLUMN, COLUMN]} where each number has a column of its own"
        raise DataError(rule, cure=f"{filter_it}; {several}")
    lengths = np.array([len(cell or ()) for cell in cells])
    wanted = wanted or int(np.bincount(lengths).argmax())
    if wanted < 2:
        raise DataError(f"{name!r} holds one number in a list", cure="make it a number under collect.clean")
    if (lengths != wanted).any():
        odd = int((lengths != wanted).argmax())
        rule = f"{name!r}, row {row_of(series, odd)}: the list has {counted(int(lengths[odd]), 'number')}, and "
        raise DataError(f"{rule}others have {wanted:,}", cure=filter_it)
    for i, cell in enumerate(cells):
        for place, value in enumerate(cell or ()):
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or not np.isfinite(float(value)):  # type: ignore[arg-type]
                rule = f"{name!r}, row {row_of(series, i)}: the number at place {place + 1} of the list is {value!r}"
                raise DataError(rule, cure=filter_it)
    return np.array(cells, np.float64)
