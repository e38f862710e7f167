"""What the audit looks at, and the sample of training rows that its small models are fitted on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from protokit.core.seeds import derive
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tables import Split
from protokit.evaluate.audit import learners
from protokit.evaluate.audit.hashing import cells
from protokit.evaluate.audit.learners import Column
from protokit.evaluate.audit.skills import Skill

SAMPLE = 5000  # training rows that models are fitted on
_CELLS = 250_000  # of all columns of the sample together, but at least so many rows:
_FEWEST = 500
ALONE = 100  # columns that are looked at one by one
_MOST_CLASSES = 50  # of a target that all columns together are fitted to


@dataclass(frozen=True)
class AuditData:
    """The rows with a target, and what the recipe makes of them. Dates are dates, other cells as collected.

    Shapes:
        truth: (rows,) by target, over all rows of `frame`: class positions, or numbers in their own unit.

        weights: (rows,) by target, how much each row counts for it, where they do not count alike.

    `kinds` has the kind of each column that is used, `left_out` the columns that are not; `splits` is one, or one
    for each fold; `given` says that a table or a column names the test rows; `group` and `time` are the columns that
    rows are split by; `derived` has the columns that a target was made of. `sides` are the targets that are a side of
    one: a part of a vector, the event of a time, a step's class. `further` are columns of targets without simple
    models.
    """

    frame: pd.DataFrame
    splits: tuple[Split, ...]
    targets: tuple[TargetSpec, ...]
    truth: Mapping[str, np.ndarray]
    kinds: Mapping[str, str]
    left_out: tuple[str, ...] = ()
    given: bool = False
    group: str | None = None
    time: str | None = None
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seed: int = 0
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)
    sides: frozenset[str] = frozenset()
    further: tuple[str, ...] = ()

    @property
    def of_classes(self) -> tuple[TargetSpec, ...]:
        """The targets that are classes, each as a whole."""
        return tuple(one for one in self.targets if one.has_classes and one.name not in self.sides)

    @property
    def split(self) -> Split:
        """The split, or that of the first fold."""
        return self.splits[0]

    @property
    def exchangeable(self) -> bool:
        """Whether test rows are drawn like training rows, by chance alone."""
        return not (self.given or self.group or self.time)

    @cached_property
    def fitting(self) -> np.ndarray:
        """Rows that a model may learn from: for training and validation, ascending."""
        return np.sort(np.concatenate([self.split.train, self.split.validation]))

    @cached_property
    def hashes(self) -> dict[str, np.ndarray]:
        """A hash of each cell of the used columns and the targets."""
        own = {target.name: pd.Series(self.truth[target.name]) for target in self.targets}
        names = [*self.kinds, *own, *self.further]
        return {name: cells(self.frame[name] if name in self.frame else own[name]) for name in names}

    @cached_property
    def sample(self) -> np.ndarray:
        """Training rows for models, at most SAMPLE, fewer of very many columns; the same ones for the same seed."""
        most = min(SAMPLE, max(_FEWEST, _CELLS // max(1, len(self.kinds))))
        return self.some(self.split.train, most, "sample")

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The used columns of the sample as models take them; texts and images are not among them."""
        return self.columns_of(self.sample)

    def columns_of(self, rows: np.ndarray) -> dict[str, Column]:
        """The used columns of some rows as models take them."""
        found = {}
        for name, kind in self.kinds.items():
            column = learners.column(self.frame[name].iloc[rows], kind)
            if column is not None:
                found[name] = column
        return found

    def apart(self, rows: np.ndarray) -> np.ndarray | None:
        """What keeps rows in one fold of a small model, as the recipe's split does: their group, or their stretch of
        time (one of twelve); None where rows are drawn by chance."""
        if self.group is not None:
            return np.asarray(pd.factorize(self.frame[self.group].iloc[rows].map(str))[0])
        if self.time is not None:
            return np.asarray(self.frame[self.time].iloc[rows].rank(method="first") * 12 // (len(rows) + 1))
        return None

    def some(self, rows: np.ndarray, most: int, purpose: str) -> np.ndarray:
        """At most so many of the rows, ascending."""
        if len(rows) <= most:
            return rows
        generator = np.random.Generator(np.random.PCG64(derive(self.seed, "audit", purpose)))
        return np.sort(generator.choice(rows, most, replace=False))

    def alone(self, target: TargetSpec) -> list[str]:
        """The columns of the sample that are looked at one by one: of very many those that tell most of a target."""
        if len(self.columns) <= ALONE:
            return list(self.columns)
        told = learners.told(list(self.columns.values()), self.truth[target.name][self.sample], target)
        best = set(np.argsort(-told, kind="stable")[:ALONE].tolist())
        return [name for i, name in enumerate(self.columns) if i in best]

    @cached_property
    def single(self) -> dict[tuple[str, str], Skill]:
        """How well single columns predict each target, on rows of the sample that they were not fitted on."""
        return {
            (target.name, name): self.single_skill(self.columns[name], target)
            for target in self.targets
            for name in self.alone(target)
        }

    def single_skill(self, column: Column, target: TargetSpec) -> Skill:
        """How well a column of the sample predicts a target."""
        rows = self.sample
        truth, weights = self.truth[target.name][rows], self.weights_of(target, rows)
        return learners.single_skill(column, truth, target, self.seed, self.apart(rows), weights)

    def weights_of(self, target: TargetSpec, rows: np.ndarray) -> np.ndarray | None:
        """How much some rows count for a target; None where all count alike."""
        own = self.weights.get(target.name)
        return None if own is None else own[rows]

    def joint_skill(self, target: TargetSpec, names: Iterable[str]) -> Skill | None:
        """How well columns together predict a target; None without columns, or for very many classes."""
        key = (target.name, frozenset(names))
        if not key[1] or len(target.classes) > _MOST_CLASSES:
            return None
        if key not in self._known:
            own = [self.columns[name] for name in self.columns if name in key[1]]
            rows = self.sample
            truth = self.truth[target.name][rows]
            apart, weights = self.apart(rows), self.weights_of(target, rows)
            self._known[key] = learners.joint_skill(own, truth, target, self.seed, apart, weights)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[str, frozenset[str]], Skill]:
        return {}
