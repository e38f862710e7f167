"""All that was learned of the columns and targets: from a table to what the network takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.core.values import Arrays, Features, InputSpec, Signature, TargetSpec
from protokit.represent.kinds import columns as encoders
from protokit.represent.kinds import inputs as own_inputs
from protokit.represent.kinds.image import Image
from protokit.represent.kinds.inputs import InputEncoder
from protokit.represent.kinds.text import plain
from protokit.represent.scaler import Scaler
from protokit.represent.sequences import COLUMN, Folding, Steps
from protokit.represent.target import TargetEncoder

ONE_HOT = 8  # columns of up to so many levels are one-hot numbers, others are embedded


@dataclass(frozen=True)
class Encoder:
    """All that was learned of the columns and targets."""

    columns: tuple[encoders.Number | encoders.Ordered | encoders.Boolean | encoders.Date | encoders.Category, ...]
    scaler: Scaler
    targets: tuple[TargetEncoder, ...]
    own: tuple[InputEncoder, ...] = ()  # columns that are an input of their own
    folding: Folding | None = None  # how the rows of a long table become examples

    @property
    def signature(self) -> Signature:
        """What the network takes and gives."""
        hot, embedded = self._sorted()
        names = [name for column in self._numeric() for name in column.names]
        marked = [f"{name} missing" for name, is_marked in zip(names, self.scaler.marked, strict=True) if is_marked]
        one_hot = [name for column in hot for name in column.names]
        inputs = []
        if numbers := (*names, *marked, *one_hot):
            inputs.append(InputSpec("numbers", (len(numbers),), "float32", numbers))
        if embedded:
            levels = sum(len(column.levels) + 1 for column in embedded)
            titles = tuple(column.column for column in embedded)
            inputs.append(InputSpec("categories", (len(embedded),), "int32", titles, levels))
        inputs += [column.spec for column in self.own]
        return Signature(tuple(inputs), tuple(target.spec for target in self.targets))

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        own = [column.column for column in self.own if column.column != COLUMN]
        folding = self.folding
        long = (folding.by, *([folding.time] if folding.time else []), *folding.channels) if folding else ()
        return (*(column.column for column in self.columns), *own, *long)

    @property
    def kinds(self) -> dict[str, str]:
        """What each column that is learned from is."""
        return {column.column: column.kind for column in (*self.columns, *self.own)}

    def at(self, folder: Path) -> Encoder:
        """The same, with paths of images that start at a folder."""
        own = (replace(c, folder=str(folder)) if isinstance(c, Image) else c for c in self.own)
        return replace(self, own=tuple(own))

    def settled(self, specs: Mapping[str, TargetSpec]) -> Encoder:
        """The same, with thresholds and temperatures of targets as chosen, by the target's name."""
        return replace(self, targets=tuple(replace(t, spec=specs.get(t.spec.name, t.spec)) for t in self.targets))

    def examples(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One row for each example: the frame itself, unless the rows of a long table make sequences."""
        return self.folding.examples(frame)[0] if self.folding else frame

    def encode(self, examples: pd.DataFrame) -> tuple[dict[str, np.ndarray], Features]:
        """What the network takes, by the input's name, and the columns in plain form.

        Raises:
            DataError: a column is missing, or a cell is not what its column is.
        """
        for column in (*self.columns, *self.own):
            if column.column not in examples.columns:
                cure = did_you_mean(column.column, list(examples.columns))
                raise DataError(f"the column {column.column!r} is missing", cure=cure)
        own = {column.column: column.array(examples[column.column]) for column in self.own}
        features = self._features(examples, own)
        return {**self._columns(features), **own}, features

    def _features(self, examples: pd.DataFrame, own: Mapping[str, np.ndarray]) -> Features:
        numeric = [column.numbers(examples[column.column]) for column in self._numeric()]
        categories = [c for c in self.columns if isinstance(c, encoders.Category)]
        codes = [column.codes(examples[column.column]) for column in categories]
        empty = np.zeros((len(examples), 0))
        wide, texts = {}, {}
        for column in self.own:
            cells = examples[column.column]
            if isinstance(column, Image):
                wide[column.column] = own[column.column].reshape(len(cells), -1)
            elif isinstance(column, Steps):
                wide[column.column] = column.summary(cells)
            else:
                texts[column.column] = np.array(plain(cells), object)
        return Features(
            np.concatenate([empty, *numeric], axis=1),
            np.stack(codes, axis=1) if codes else empty.astype(np.int64),
            tuple(len(column.levels) + 1 for column in categories),
            texts,
            wide,
        )

    def _columns(self, features: Features) -> dict[str, np.ndarray]:
        """`numbers` and `categories`, those that exist."""
        hot, embedded = self._sorted()
        categories = [c for c in self.columns if isinstance(c, encoders.Category)]
        codes = {c.column: features.codes[:, i] for i, c in enumerate(categories)}
        numbers = [self.scaler.transform(features.numbers)]
        for column in hot:
            numbers.append(column.one_hot(codes[column.column]))
        found = {"numbers": np.concatenate(numbers, axis=1)}
        if not found["numbers"].shape[1]:
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
        truth = {t.spec.name: t.truth(examples) for t in self.targets}
        targets = {t.spec.key: t.training(truth[t.spec.name]) for t in self.targets}
        return Arrays(made, targets, truth, features)

    def scores(self, outputs: Mapping[str, np.ndarray], features: Features) -> dict[str, np.ndarray]:
        """From what the network gives, by the target's name: see TargetEncoder.scores."""
        return {t.spec.name: t.scores(outputs[t.spec.name]) for t in self.targets}

    def predictions(self, frame: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """The columns of a table of predictions, one row for each example."""
        keys = {self.folding.by: self.folding.keys(frame)} if self.folding else {}
        return {**keys, **{name: c for t in self.targets for name, c in t.columns(scores[t.spec.name]).items()}}

    def as_plain(self) -> dict[str, Any]:
        """The state as JSON values, to the bit."""
        return {
            "columns": [column.as_plain() for column in self.columns],
            "scaler": self.scaler.as_plain(),
            "targets": [target.as_plain() for target in self.targets],
            "own": [column.as_plain() for column in self.own],
            "folding": self.folding.as_plain() if self.folding else None,
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Encoder:
        """The encoder of `as_plain`."""
        folding = plain["folding"]
        return cls(
            tuple(encoders.from_plain(column) for column in plain["columns"]),
            Scaler.from_plain(plain["scaler"]),
            tuple(TargetEncoder.from_plain(target) for target in plain["targets"]),
            tuple(own_inputs.from_plain(column) for column in plain["own"]),
            Folding(folding["by"], folding["time"], tuple(folding["channels"])) if folding else None,
        )

    def _numeric(self) -> list[encoders.Number | encoders.Ordered | encoders.Boolean | encoders.Date]:
        return [c for c in self.columns if not isinstance(c, encoders.Category)]

    def _sorted(self) -> tuple[list[encoders.Category], list[encoders.Category]]:
        categories = [c for c in self.columns if isinstance(c, encoders.Category)]
        hot = [c for c in categories if len(c.levels) <= ONE_HOT]
        return hot, [c for c in categories if len(c.levels) > ONE_HOT]
