"""All that was learned of the columns and targets: from a table to what the network takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.suggest import of_missing
from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.inputs import InputGroup, InputSpec, Knots
from protokit.core.values.signature import Signature, TargetSpec
from protokit.represent.column.grown import NOTHING, Grown
from protokit.represent.column.made import with_made
from protokit.represent.column.written import of_input, of_table
from protokit.represent.encoders.scaling.knots import as_plain, from_plain
from protokit.represent.encoders.scaling.scaler import NumberScaler, outside, scaler_from_plain
from protokit.represent.encoders.sequences import COLUMN, SequenceColumn, SequenceGrouping
from protokit.represent.kind import CodeColumn, FittedColumn, InputColumn, NumberColumn, Unusual
from protokit.represent.kinds.number import readings_of
from protokit.represent.target import TargetEncoder

ONE_HOT = 8  # columns of up to so many levels are one-hot numbers, others are embedded


@dataclass(frozen=True)
class Encoder:
    """All that was learned of the columns and targets."""

    columns: tuple[NumberColumn | CodeColumn, ...]
    scaler: NumberScaler
    targets: tuple[TargetEncoder, ...]
    own: tuple[InputColumn, ...] = ()  # columns that are an input of their own
    grouping: SequenceGrouping | None = None  # how the rows of a long table become examples
    knots: Knots | None = None  # of the numbers, as they are scaled
    named: tuple[tuple[str, tuple[str, ...]], ...] = ()  # inputs of a recipe's own names, with their columns
    grown: Grown = NOTHING

    @property
    def signature(self) -> Signature:
        """What the network takes and gives."""
        hot, embedded = self._by_levels()
        names = [name for column in self._numeric for name in column.names]
        marked = [f"{name} missing" for name, is_marked in zip(names, self.scaler.marked, strict=True) if is_marked]
        one_hot = [name for column in hot for name in column.names]
        inputs = []
        if (numbers := (*names, *marked, *one_hot)) or self._of_nothing:
            inputs.append(InputSpec("numbers", (len(numbers),), "float32", numbers, knots=self.knots))
        if embedded:
            levels = sum(len(column.levels) + 1 for column in embedded)
            titles = tuple(column.column for column in embedded)
            inputs.append(InputSpec("categories", (len(embedded),), "int32", titles, levels, width=self.grown.width))
        inputs += [column.spec for column in self.own]
        return Signature(tuple(inputs), tuple(target.spec for target in self.targets), self._groups)

    @property
    def _of_nothing(self) -> bool:
        """Whether rows are drawn for nothing: the network takes no numbers of each, and of noise alone it draws."""
        return not self._all and self.targets[0].spec.form == "drawn"

    @property
    def _groups(self) -> tuple[InputGroup, ...]:
        """Where the columns of each named input stand."""
        places, found = self.places if self.named else {}, list[InputGroup]()
        for name, columns in self.named:
            at = [one for column in columns for one in places.get(column, ())]
            spots = {
                kind: tuple(int(i) for given, some in at if given == kind and some is not None for i in some)
                for kind in ("numbers", "categories")
            }
            found.append(InputGroup(name, **spots, own=tuple(given for given, some in at if some is None)))
        return tuple(found)

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        group = self.grouping
        long = (group.by, *([group.time] if group.time else []), *group.channels) if group else ()
        parts = [part for column in self._all if column.column != COLUMN for part in column.parts]
        return (*dict.fromkeys(parts), *long)

    @property
    def kinds(self) -> dict[str, str]:
        """What each column that is learned from is."""
        return {column.column: column.kind for column in self._all}

    @property
    def notations(self) -> dict[str, tuple[str, ...]]:
        """How the numbers of a column were written in training, where not as computers write them."""
        return readings_of(self._all)

    @property
    def places(self) -> dict[str, list[tuple[str, np.ndarray | None]]]:
        """Where each column stands: the inputs that it is part of, with its places there; None for all of an input.

        Of sequences each column that is there at each step stands by itself, on the last axis.
        """
        found: dict[str, list[tuple[str, np.ndarray | None]]] = {one.column: [] for one in self._all}
        hot, embedded = self._by_levels()
        owners = [column.column for column in self._numeric for _ in column.names]
        owners += [name for name, is_marked in zip(owners, self.scaler.marked, strict=True) if is_marked]
        owners += [column.column for column in hot for _ in column.names]
        for owner, places in pd.Series(owners, dtype=object).groupby(owners).indices.items():
            found[str(owner)].append(("numbers", np.asarray(places)))
        for i, coded in enumerate(embedded):
            found[coded.column].append(("categories", np.array([i])))
        for own in self.own:
            if isinstance(own, SequenceColumn):
                del found[own.column]
                found |= {name: [(own.column, np.array([i]))] for i, name in enumerate(own.channels)}
            else:
                found[own.column].append((own.column, None))
        return found

    def at(self, folder: Path) -> Encoder:
        """The same, with paths in cells that start at a folder."""
        columns = tuple(column.at(folder) for column in self.columns)
        own = tuple(column.at(folder) for column in self.own)
        return replace(self, columns=columns, own=own, targets=tuple(target.at(folder) for target in self.targets))

    def settled(self, specs: Mapping[str, TargetSpec]) -> Encoder:
        """The same, with thresholds and temperatures of targets as chosen, by the target's name."""
        return replace(self, targets=tuple(replace(t, spec=specs.get(t.spec.name, t.spec)) for t in self.targets))

    def examples(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One row for each example, with the columns that are made of others; the frame itself, where nothing is made.

        Raises:
            DataError: a column that one is made of is missing.
        """
        made = {column.column: column.parts for column in self._all if column.parts != (column.column,)}
        return with_made(self.grouping.examples(frame)[0] if self.grouping else frame, made)

    def encode(self, examples: pd.DataFrame) -> tuple[dict[str, np.ndarray], Features]:
        """What the network takes, by the input's name, and the columns in plain form.

        Raises:
            DataError: a column is missing, or a cell is not what its column is.
        """
        for column in self._all:
            if column.column not in examples.columns:
                cure = of_missing(column.column, list(examples.columns))
                raise DataError(f"the column {column.column!r} is missing", cure=cure)
        own = {column.column: column.array(examples[column.column]) for column in self.own}
        features = self._features(examples, own)
        return {**self.inputs_of(features), **own}, features

    @property
    def one_for_each_row(self) -> bool:
        """Whether there is a prediction for each row of a table, in their order."""
        return self.grouping is None or self._by_step

    def unusual(self, examples: pd.DataFrame, features: Features) -> dict[str, Unusual]:
        """What of each column is not as the training rows were; see `Outside` for numbers."""
        found = {column.column: column.unusual(examples[column.column]) for column in self._all}
        place, columns = 0, self._numeric
        for column in columns:
            numbers = features.numbers[:, place]
            gone = 0 if self.scaler.marked[place] else int(np.isnan(numbers).sum())
            how: dict[str, Any] = {"measured": column.in_own_unit, "gone": gone, "columns": len(columns)}
            of_range = outside(numbers, self.scaler.knots(place), **how)
            found[column.column] = found[column.column].ranged(of_range)
            place += len(column.names)
        return found

    def _features(self, examples: pd.DataFrame, own: Mapping[str, np.ndarray]) -> Features:
        numeric = [column.numbers(examples[column.column]) for column in self._numeric]
        codes = [column.codes(examples[column.column]) for column in self._coded]
        empty = np.zeros((len(examples), 0))
        wide: dict[str, np.ndarray] = {}
        texts: dict[str, np.ndarray] = {}
        for column in self.own:
            plain = column.plain(examples[column.column], own[column.column])
            (texts if plain.dtype == object else wide)[column.column] = plain
        return Features(
            np.concatenate([empty, *numeric], axis=1),
            np.stack(codes, axis=1) if codes else empty.astype(np.int64),
            tuple(len(column.levels) + 1 for column in self._coded),
            texts,
            wide,
            next((one.steps(examples[COLUMN]) for one in self.own if isinstance(one, SequenceColumn)), None)
            if self._by_step
            else None,
        )

    def inputs_of(self, features: Features) -> dict[str, np.ndarray]:
        """What the network takes of columns in plain form: `numbers` and `categories`, those that exist."""
        hot, embedded = self._by_levels()
        codes = {c.column: features.codes[:, i] for i, c in enumerate(self._coded)}
        numbers = [self.scaler.transform(features.numbers)]
        for column in hot:
            numbers.append(column.one_hot(codes[column.column]))
        found = {"numbers": np.concatenate(numbers, axis=1)}
        if not found["numbers"].shape[1] and not self._of_nothing:
            del found["numbers"]
        if embedded:
            # codes of all columns share one embedding: each column has its own stretch of it
            starts = np.cumsum([0, *(len(column.levels) + 1 for column in embedded[:-1])])
            stacked = np.stack([codes[column.column] for column in embedded], axis=1) + starts
            found["categories"] = stacked.astype(np.int32)
        return found

    def arrays(self, examples: pd.DataFrame) -> Arrays:
        """Inputs, targets and plain features of examples that have the targets."""
        made, features = self.encode(examples)
        truth = {t.spec.name: t.truth_of_inputs(examples, made, features) for t in self.targets}
        targets = {t.spec.key: t.training(truth[t.spec.name]) for t in self.targets}
        taught = {name: some for t in self.targets for name, some in t.taught(truth[t.spec.name]).items()}
        return Arrays({**made, **taught}, targets, truth, features)

    def scores(self, outputs: Mapping[str, np.ndarray], features: Features) -> dict[str, np.ndarray]:
        """From what the network gives, by the target's name: see TargetEncoder.scores."""
        return {t.spec.name: t.scores(outputs[t.spec.name]) for t in self.targets}

    def predictions(self, frame: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> dict[str, np.ndarray | pd.Series]:
        """The columns of a table of predictions, one row for each example, or each row of the table it is a step."""
        if self._by_step:
            return self._of_steps(frame, scores)
        found: dict[str, np.ndarray | pd.Series] = {}
        if self.grouping:
            found[self.grouping.by] = self.grouping.keys(frame)
        for target in self.targets:
            said = scores[target.spec.name]
            found |= target.columns(said, frame)
            if names := target.spec.of_task.beside:
                truth = self.arrays(self.examples(frame)).truth[target.spec.name]
                found |= zip(names, target.spec.of_task.said_of_rows(target.spec, truth, said), strict=True)
        return found

    def _of_steps(self, frame: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> dict[str, np.ndarray | pd.Series]:
        """A row for each step, as the table has them; nothing is said of those beyond what the network reads."""
        assert self.grouping is not None, "steps are of sequences"
        example, step = self.grouping.places(frame)
        found: dict[str, np.ndarray | pd.Series] = {
            name: frame[name].reset_index(drop=True) for name in (self.grouping.by, self.grouping.time) if name
        }
        for target in self.targets:
            said = scores[target.spec.name]
            each = np.full((len(frame), said.shape[2]), np.nan)
            there = step < said.shape[1]
            each[there] = said[example[there], step[there]]
            found |= target.columns(each, frame)
        return found

    def as_plain(self) -> dict[str, object]:
        """The state as JSON values, to the bit."""
        return {
            "columns": [column.as_plain() for column in self.columns],
            "scaler": self.scaler.as_plain(),
            "targets": [target.as_plain() for target in self.targets],
            "own": [column.as_plain() for column in self.own],
            "folding": self.grouping.as_plain() if self.grouping else None,
            "knots": as_plain(self.knots),
            **({"inputs": {name: list(columns) for name, columns in self.named}} if self.named else {}),
            **({"grown": self.grown.as_plain()} if self.grown != NOTHING else {}),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Encoder:
        """The encoder of `as_plain`.

        Raises:
            SpecError: no installed package has the kind of a column.
            ValueError: a column does not give what it should.
        """
        return cls(
            tuple(of_table(column) for column in plain["columns"]),
            scaler_from_plain(plain["scaler"]),
            tuple(TargetEncoder.from_plain(target) for target in plain["targets"]),
            tuple(of_input(column) for column in plain["own"]),
            SequenceGrouping.from_plain(plain["folding"]) if plain["folding"] else None,
            from_plain(plain["knots"]),
            tuple((str(name), tuple(columns)) for name, columns in plain.get("inputs", {}).items()),
            Grown.from_plain(plain.get("grown")),
        )

    @property
    def _by_step(self) -> bool:
        """Whether each step of a sequence has a prediction."""
        return any(target.spec.form == "tags" for target in self.targets)

    @property
    def _all(self) -> tuple[FittedColumn, ...]:
        return (*self.columns, *self.own)

    @property
    def _numeric(self) -> list[NumberColumn]:
        return [column for column in self.columns if isinstance(column, NumberColumn)]

    @property
    def _coded(self) -> list[CodeColumn]:
        return [column for column in self.columns if isinstance(column, CodeColumn)]

    def _by_levels(self) -> tuple[list[CodeColumn], list[CodeColumn]]:
        """Columns of codes that are one-hot numbers, and those that are embedded."""
        hot = [one for one in self._coded if len(one.levels) <= ONE_HOT or one.column in self.grown.hot]
        return hot, [column for column in self._coded if column not in hot]
