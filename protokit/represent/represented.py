"""What the second step takes beside its own words, and what it gives to the next ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from protokit.core.rows import SourceRows
from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.known import Known
from protokit.core.values.said import Notice, Step
from protokit.core.values.tables import Split
from protokit.represent.encoding import Encoding


@dataclass(frozen=True)
class Setting:
    """What the other parts of a recipe say that columns are represented for.

    `event`, `sample_weights` and `labels` name columns that are not learned from: whether what the target is the time
    until was seen, the weight of each row, and what clusters are held against. `own_menu` is whether the recipe names
    its network, so that texts and images cannot be added to it unasked. Paths in cells start at `folder`. The columns
    in `derived` are in no table: what is missing in them is not said there. `kept` is what an earlier run learned of
    the columns, which stands for what the rows tell; of rows that are `known` it says which part they were in.
    """

    seed: int = 0
    task: str | None = None
    quantiles: tuple[float, ...] = ()
    event: str | None = None
    sample_weights: str | None = None
    labels: str | None = None
    own_menu: bool = False
    folder: Path = Path()
    derived: frozenset[str] = frozenset()
    kept: Encoding | None = None
    known: Known | None = None


@dataclass(frozen=True)
class Represented:
    """The result of the second step."""

    encoder: Encoding
    split: Split
    train: Arrays
    validation: Arrays
    test: Arrays
    notices: tuple[Notice, ...]
    steps: tuple[Step, ...]
    positions: np.ndarray  # of each example's first row in the collected table; of a window its last known row
    frame: pd.DataFrame  # one row for each example, as split and positions count them
    source: SourceRows  # where each example stands in the source of the first table, as `positions` count them
    sample: Arrays | None = (
        None  # of the training rows, where they are too many for memory; `split` and `frame` have it
    )

    def with_validation(self, rows: np.ndarray) -> Represented:
        """The same with other validation rows, of those that are for training or validation; encoders stay as they are.

        Shapes: rows (rows,) of positions in `frame`.
        """
        known = np.concatenate([self.split.train, self.split.validation])
        return self.with_rows(np.setdiff1d(known, rows), rows)

    def with_rows(self, train: np.ndarray, validation: np.ndarray) -> Represented:
        """The same with other training and validation rows, of those that it has; others are left out.

        Shapes: (rows,) of positions in `frame`.
        """
        known = np.concatenate([self.split.train, self.split.validation])
        both = _joined(self.train, self.validation)
        places = np.argsort(known)
        train, validation = (places[np.isin(known[places], rows)] for rows in (train, validation))
        split = replace(self.split, train=known[train], validation=known[validation])
        return replace(self, split=split, train=_some_of(both, train), validation=_some_of(both, validation))

    def without_test(self) -> Represented:
        """The same without the test rows, for what may not look at them."""
        none: Arrays = _of_each(self.test, self.test, lambda a, _: np.asarray(a[:0]))
        return replace(self, split=replace(self.split, test=self.split.test[:0]), test=none)

    @property
    def for_training(self) -> Arrays:
        """The training and the validation rows together."""
        return _joined(self.train, self.validation)

    @property
    def in_memory(self) -> Arrays:
        """The training rows of `split`: all of them, or the sample."""
        return self.train if self.sample is None else self.sample


def _joined(one: Arrays, other: Arrays) -> Arrays:
    """The rows of two parts, one after the other."""
    found: Arrays = _of_each(one, other, lambda a, b: np.concatenate([np.asarray(a), np.asarray(b)]))
    return found


def _some_of(arrays: Arrays, rows: np.ndarray) -> Arrays:
    """Some rows of a part. Shapes: rows (rows,) of positions in it."""
    found: Arrays = _of_each(arrays, arrays, lambda a, _: np.asarray(a)[rows])
    return found


def _of_each(one: Any, other: Any, change: Callable[[Any, Any], np.ndarray]) -> Any:
    """A change to all that there is for each row of two parts."""
    if isinstance(one, (Arrays, Features)):
        names = [field.name for field in fields(one) if field.name != "levels"]
        return replace(one, **{name: _of_each(getattr(one, name), getattr(other, name), change) for name in names})
    if isinstance(one, Mapping):
        return {name: _of_each(part, other[name], change) for name, part in one.items()}
    return None if one is None else change(one, other)
