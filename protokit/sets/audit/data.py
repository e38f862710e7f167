"""What the audit across sets looks at of each set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from protokit.core.seeds import derive
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tables import Split
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.row_hashes import cells


@dataclass(frozen=True)
class SetData:
    """The rows of one set, and what its own recipe makes of them. Dates are dates, other cells as collected.

    Shapes:
        truth: (rows,) by target, over all rows of `frame`: class positions, or numbers in their own unit. Targets
            of which nothing is compared but their cells (tags, masks, vectors) are not in it.

    `kinds` has the kind of each column that is used; `answers` the columns of the targets, as far as `frame` has them.
    """

    name: str
    frame: pd.DataFrame
    split: Split
    targets: tuple[TargetSpec, ...]
    kinds: Mapping[str, str]
    truth: Mapping[str, np.ndarray]
    answers: tuple[str, ...] = ()
    seed: int = 0

    @classmethod
    def of(cls, name: str, data: AuditData) -> SetData:
        """A set, of what its own audit looks at (`protokit.workflow.run.auditing.audit_data`).

        With folds the split is that of the first.
        """
        whole = [spec for spec in data.targets if spec.name not in data.sides]
        columns = [column for spec in data.targets for column in (spec.columns or (spec.name,))]
        answers = tuple(dict.fromkeys(c for c in (*columns, *data.further) if c in data.frame))
        kinds = {column: kind for column, kind in data.kinds.items() if column not in answers}
        truth = {spec.name: data.truth[spec.name] for spec in whole}
        return cls(name, data.frame, data.split, tuple(whole), kinds, truth, answers, data.seed)

    @cached_property
    def fitting(self) -> np.ndarray:
        """Rows that a network may learn from: for training and validation, ascending."""
        return np.sort(np.concatenate([self.split.train, self.split.validation]))

    @cached_property
    def cells(self) -> dict[str, np.ndarray]:
        """A hash of each cell of the used columns and the targets. Shapes: (rows,) uint64 by column."""
        return {name: cells(self.frame[name]) for name in (*self.kinds, *self.answers)}

    def some(self, most: int, purpose: str) -> np.ndarray:
        """At most so many of the rows that a network may learn from, ascending; the same ones for the same seed."""
        rows = self.fitting
        if len(rows) <= most:
            return rows
        generator = np.random.Generator(np.random.PCG64(derive(self.seed, "sets", "audit", purpose, self.name)))
        return np.sort(generator.choice(rows, most, replace=False))

    def target(self, name: str) -> TargetSpec:
        """One of the targets, by its name."""
        return next(spec for spec in self.targets if spec.name == name)


def shared_columns(sets: Sequence[SetData]) -> list[str]:
    """The columns that are of one kind in all of some sets, in the order of the first."""
    first, *rest = sets
    return [name for name, kind in first.kinds.items() if all(one.kinds.get(name) == kind for one in rest)]


def families(sets: Sequence[SetData]) -> list[list[SetData]]:
    """Sets that are compared as one: all where they share a column, else those of equal columns, at least two."""
    if len(sets) > 1 and shared_columns(sets):
        return [list(sets)]
    found: dict[frozenset[tuple[str, str]], list[SetData]] = {}
    for one in sets:
        found.setdefault(frozenset(one.kinds.items()), []).append(one)
    return [family for family in found.values() if len(family) > 1 and family[0].kinds]
