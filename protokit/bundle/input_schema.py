"""How a later table comes to the columns that a model learned from: read and cleaned as the recipe did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from protokit.collect.collect import cleaned
from protokit.collect.column_flow import replay
from protokit.collect.words import Collect
from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean

_READING = ("missing", "encoding", "delimiter", "decimal", "thousands")  # of a csv file


@dataclass(frozen=True)
class InputSchema:
    """`clean` are the steps that a table goes through, `columns` those that it must have for them.

    `reading` says how a csv file is read. Where the recipe `joined` tables, what comes of it has to be there.
    """

    columns: tuple[str, ...]
    clean: tuple[object, ...] = ()
    reading: Mapping[str, object] = field(default_factory=dict)
    joined: bool = False

    @classmethod
    def of(cls, spec: Collect, needed: Sequence[str], clean: Sequence[object] = ()) -> InputSchema:
        """That of a model which needs some columns of what was collected; `clean` are the steps as decided from it."""
        steps, columns = replay(spec.model_copy(update={"clean": tuple(clean)}) if clean else spec, needed)
        first = next(iter(spec.tables.values()), None)
        given = {name: getattr(first, name) for name in _READING} if first is not None and first.kind == "csv" else {}
        reading = {name: list(v) if isinstance(v, tuple) else v for name, v in given.items() if v is not None}
        return cls(columns if steps else tuple(needed), steps, reading, bool(spec.join))

    def cleaned(self, frame: pd.DataFrame, needed: Sequence[str]) -> pd.DataFrame:
        """The table as the encoders take it; one that has all they need, and not what the steps do, stays as it is.

        Raises:
            DataError: a column is missing, or a cell is not what a step says.
        """
        missing = [name for name in self.columns if name not in frame.columns]
        if missing and self.clean and all(name in frame.columns for name in needed):
            return frame
        if missing:
            cure = did_you_mean(missing[0], list(frame.columns))
            if self.joined:
                cure = "the recipe joined tables: give the rows with the joined columns"
            raise DataError(f"the column {missing[0]!r} is missing", cure=cure)
        if not self.clean:
            return frame
        return cleaned(frame, self.clean)

    def as_plain(self) -> dict[str, object]:
        """All of it as JSON values."""
        plain = {"columns": list(self.columns), "clean": list(self.clean)}
        return {**plain, "reading": dict(self.reading), "joined": self.joined}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> InputSchema:
        """That of `as_plain`."""
        return cls(tuple(plain["columns"]), tuple(plain["clean"]), dict(plain["reading"]), bool(plain["joined"]))
