"""What is known of each column that a request gives: its type, and what training saw in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from protokit.bundle.opened.learned import Learned
from protokit.core.errors import SpecError
from protokit.represent.encoder import Encoder
from protokit.represent.kind import KINDS, CodeColumn, FittedColumn

Cells = Mapping[str, Sequence[object]]  # of each column
Type = Literal["number", "choice", "boolean", "text", "any"]

_STEPS = 20  # values of a number that are tried
_LEVELS = 50  # levels that are
_TEXTS = ("text", "date", "time_of_day", "duration")


@dataclass(frozen=True)
class Field:
    """A column of the table that the model takes.

    `levels` are those of training rows, without a missing one. `values` are numbers of training rows, ascending, the
    first the least and the last the greatest. Of a column that the recipe's cleaning changes first, the type is any.
    """

    name: str
    kind: str
    type: Type
    levels: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    fills: object = None
    example: object = None

    @property
    def about(self) -> str:
        """What training rows had, in a sentence."""
        if self.type == "number" and self.values:
            return f"{self.kind}; {self.values[0]:g} to {self.values[-1]:g} in training"
        if self.type == "choice" and len(self.levels) <= 20:
            return f"{self.kind}: {', '.join(self.levels)}"
        return f"{self.kind}, {len(self.levels):,} levels in training" if self.type == "choice" else self.kind

    def unlike(self, cell: object) -> str | None:
        """How a cell is not as training had it: `missing`, `unseen`, `out_of_range`; None where it is."""
        if cell is None or (isinstance(cell, float) and np.isnan(cell)):
            return "missing"
        if self.type == "number" and self.values and isinstance(cell, (int, float)):
            return None if self.values[0] <= cell <= self.values[-1] else "out_of_range"
        if self.type == "choice":
            return None if str(cell) in self._known else "unseen"
        return None

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.levels)

    def tried(self, cell: object) -> tuple[object, ...]:
        """Other values that the cell might have had, the nearest of numbers first."""
        if self.type == "choice":
            return tuple(level for level in self.levels[:_LEVELS] if level != str(cell))
        if self.type == "boolean":
            return tuple(value for value in (True, False) if value is not cell)
        if self.type != "number" or not self.values:
            return ()
        here = cell if isinstance(cell, (int, float)) else float(np.median(self.values))
        some = np.unique(np.quantile(self.values, np.linspace(0, 1, _STEPS + 1), method="nearest"))
        return tuple(float(value) for value in sorted(some[some != here], key=lambda value: abs(value - here)))


def told(cells: Cells, fields: Sequence[Field]) -> list[str]:
    """What is said of cells that no training row had, a sentence for each column."""
    found = []
    for field in fields:
        odd = {what: cell for cell in cells.get(field.name, ()) if (what := field.unlike(cell)) is not None}
        for what, cell in odd.items():
            shown = repr(cell) if len(repr(cell)) <= 80 else f"{repr(cell)[:79]}…"
            if what == "unseen":
                found.append(f"{field.name!r}: {shown} is in no training row: it counts as unseen")
            elif what == "out_of_range":
                low, high = field.values[0], field.values[-1]
                found.append(f"{field.name!r}: {shown} is beyond the range of training, {low:g} to {high:g}")
    return found


def fields_of(model: Learned) -> tuple[Field, ...]:
    """The columns that a table must have, in the model's order.

    Raises:
        SpecError: a cell of a column is read from a file, or a mask or a drawn row comes out: none fits a request.
    """
    encoder = model.encoder
    known: dict[str, Field] = {}
    for target in model.signature.targets:
        if target.form == "drawn":
            raise SpecError.one("this model draws rows, and does not predict", "use model.sample")
        if target.form == "mask":
            raise SpecError.one(f"{target.name!r} is predicted as a mask", "use protokit predict, which writes images")
    if isinstance(encoder, Encoder):
        place = 0
        for column in (*encoder.columns, *encoder.own):
            if type(column).reads_files:
                rule = f"a cell of {column.column!r} is read from a file, and who asks a server cannot name one"
                raise SpecError.one(rule, "use protokit predict, which reads it")
            known[column.column] = _field(column, encoder, place)
            place += len(column.names) if column in encoder.columns and not isinstance(column, CodeColumn) else 0
    cleaned = model.input_schema is not None and bool(model.input_schema.clean)
    names = model.columns
    return tuple(
        Field(name, "as it was collected", "any") if cleaned or name not in known else known[name] for name in names
    )


def _field(column: FittedColumn, encoder: Encoder, place: int) -> Field:
    name, kind = column.column, column.kind
    if isinstance(column, CodeColumn):
        levels = tuple(str(level) for level in column.levels if level is not None)
        return Field(
            name, kind, "choice", levels, fills=levels[0] if levels else None, example=levels[0] if levels else None
        )
    if kind == "number":
        knots = encoder.scaler.knots(place)
        values = tuple(float(value) for value in knots[np.isfinite(knots)])
        middle = float(f"{np.median(values):.4g}") if values else None
        return Field(name, kind, "number", values=values, fills=middle, example=middle)
    if kind == "boolean":
        return Field(name, kind, "boolean", fills=True, example=True)
    found = KINDS.find(kind)
    sample = [cell for cell in found.sample() if cell is not None] if found is not None and kind != "text" else []
    return Field(name, kind, "text" if kind in _TEXTS else "any", example=_plain(sample[0]) if sample else None)


def _plain(value: object) -> object:
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool)) else str(value)
