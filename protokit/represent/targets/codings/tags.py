"""A class for each step of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.core.values.signature import TargetSpec
from protokit.core.values.tasks.tagging import NO_LABEL, NO_STEP
from protokit.represent.encoders.sequences import SequenceColumn
from protokit.represent.targets.coding import CODINGS, Asked, Coding, Learned
from protokit.represent.targets.codings.classes import Classes


class Tags(Coding):
    """A class for each step: the cells are arrays, of a label for each step of their sequence, None where it has none.

    See `protokit.represent.encoders.sequences.SequenceGrouping`.
    """

    name = "tags"
    about = "Classes of steps as their places among those of the training rows, sorted."

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding: the classes, and as many steps as the network sees, or as the longest sequence has."""
        flat = _flat(frame[names[0]]).dropna().infer_objects()
        learned = Classes().fit(pd.DataFrame({names[0]: flat}), names, asked)
        longest = max(len(cell) for cell in frame[names[0]])
        seen = (one.length for one in asked.beside if isinstance(one, SequenceColumn))
        return replace(learned, spec=replace(learned.spec, horizon=next(seen, longest)))

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """See Coding: places of classes. Shapes: (rows, steps) int64, -1 without a label, -2 where there is no step."""
        spec = learned.spec
        cells = frame[spec.name]
        flat = _flat(cells)
        there = flat.notna().to_numpy()
        places = np.full(len(flat), NO_LABEL, np.int64)
        if there.any():
            places[there] = Classes().truth(learned, pd.DataFrame({spec.name: flat[there].infer_objects()}))
        return _padded(spec, cells, places)

    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """See Coding: below 0 where nothing is to be learned. Shapes: (rows, steps)."""
        return truth.astype(np.int32)

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: probabilities. Shapes: (rows, steps, classes)."""
        probabilities: np.ndarray = output / output.sum(axis=-1, keepdims=True)
        return probabilities


CODINGS.add(Tags())


def _flat(cells: pd.Series) -> pd.Series:
    """The labels of all steps, one after the other, under the row that each sequence begins in."""
    lengths = [len(cell) for cell in cells]
    labels = np.concatenate([*cells]) if len(cells) else np.empty(0, object)
    return pd.Series(labels, index=cells.index.repeat(lengths), dtype=object, name=cells.name)


def _padded(spec: TargetSpec, cells: Sequence[np.ndarray] | pd.Series, places: np.ndarray) -> np.ndarray:
    found = np.full((len(cells), spec.horizon), NO_STEP, np.int64)
    start = 0
    for row, cell in enumerate(cells):
        kept = min(len(cell), spec.horizon)
        found[row, :kept] = places[start : start + kept]
        start += len(cell)
    return found
