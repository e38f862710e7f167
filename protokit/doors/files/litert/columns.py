"""Columns as LiteRT takes them: numbers of 32 bits, days, and codes of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.free_texts import OfTokens
from protokit.doors.graph.columns.images import OfImage
from protokit.doors.graph.columns.numbers import OfNumber, OfSeconds
from protokit.doors.graph.columns.texts import OfBoolean, OfTexts
from protokit.doors.graph.columns.times import OfDate, OfTimeOfDay
from protokit.doors.graph.ends import End
from protokit.doors.plan import Plan
from protokit.represent.encoders.cells import FALSE, TRUE
from protokit.represent.kinds.date import Date

Value = TypeVar("Value")
_NO_DAY = -(2**31)


class Number(OfNumber):
    """Numbers, as 32 bits have them: those that the scaler tells apart stay apart."""

    dtype = "float32"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        with np.errstate(over="ignore"):
            return super().array(cells).astype(np.float32)


class Seconds(Number, OfSeconds):
    """Lengths of time."""


class TimeOfDay(OfTimeOfDay):
    """Times of day."""

    dtype = "float32"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        return super().array(cells).astype(np.float32)


class Days(OfDate):
    """Dates without a time."""

    dtype, takes, gone = "int32", "days since 1970-01-01, of the years 1 to 9999", str(_NO_DAY)

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        instants = super().array(cells).astype("datetime64[us]")
        days = instants.astype("datetime64[D]").astype(np.int64)
        return np.where(np.isnat(instants), _NO_DAY, days).astype(np.int32)

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        missing = a.binary("equal", value, np.int32(_NO_DAY))
        days = a.where(missing, np.int32(0), value)
        return a.where(missing, np.nan, a.concatenate([a.cast(days, "float32"), *self.circled(a, days)]))


@dataclass(frozen=True)
class Coded(RawColumn):
    """Texts that are given as codes. `known` are those of all parts of the model; `of` is the column of one of them."""

    of: OfTexts | None = None
    known: tuple[str, ...] = ()
    dtype = "int32"
    takes = "a code of a level, or 0 for any other text"
    gone = "1"

    @property
    def texts(self) -> list[str]:
        """What a code says, from 1: the first is a missing cell."""
        return ["", *self.known]

    @property
    def levels(self) -> list[str]:
        """See RawColumn."""
        return list(self.known)

    @property
    def codes(self) -> Mapping[str, int]:
        """See RawColumn."""
        return {text: i for i, text in enumerate(self.known, 2)}

    @property
    def missing_too(self) -> Sequence[str | float]:
        """See RawColumn: codes have no marks."""
        return ()

    @property
    def whole(self) -> OfTexts:
        """The column of texts."""
        assert self.of is not None, "it is given"
        return self.of

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        codes = {**dict.fromkeys(("", *self.marks), 1), **self.codes}
        texts = self.whole.array(cells)[:, 0].tolist()
        if isinstance(self.whole, OfBoolean):
            codes |= dict.fromkeys(("1", *TRUE), codes["true"]) | dict.fromkeys(("0", *FALSE), codes["false"])
            texts = [text.lower() for text in texts]
        return np.array([codes.get(text, 0) for text in texts], np.int32)[:, None]

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        return self.whole.made(a, value)

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        return self.whole.drawn(rng, rows, seen)


class NarrowPlan(Plan):
    """A plan whose outputs have 32 bits, and classes that are texts their places."""

    @property
    def ends(self) -> list[End]:
        """See Plan."""
        found = []
        for end in super().ends:
            dtype = {"float64": "float32", "int64": "int32", "object": "int32"}.get(end.dtype, end.dtype)
            placed = end.dtype == "object"
            found.append(replace(end, dtype=dtype, unit="the place among the classes, from 0" if placed else end.unit))
        return found


def narrowed(plan: Plan) -> NarrowPlan:
    """A plan as LiteRT has it.

    Raises:
        SpecError: a date has a time, or a class is no number of 32 bits.
    """
    for target in plan.targets:
        if any(isinstance(one, int) and abs(one) >= 2**31 for one in target.spec.classes):
            raise SpecError.one(f"classes of {target.spec.name!r} are no numbers of 32 bits", "export it as ONNX")
    columns = [{name: _narrowed(column, plan) for name, column in own.items()} for own in plan.columns]
    return NarrowPlan(plan.encoders, tuple(columns), plan.targets, plan.model)


def _narrowed(column: RawColumn, plan: Plan) -> RawColumn:
    if isinstance(column, OfTexts):
        of_parts = [own[column.name].levels or () for own in plan.columns if column.name in own]
        known = tuple(dict.fromkeys(level for levels in of_parts for level in levels)) or ("false", "true")
        return Coded(column.fitted, column.marks, column, known)
    if isinstance(column, (OfTokens, OfImage)):
        return column
    if isinstance(column, OfDate):
        assert isinstance(column.fitted, Date), "it is one"
        if column.fitted.timed:
            rule = f"{column.name!r} has dates with a time, which LiteRT has no numbers for"
            raise SpecError.one(rule, "export it as ONNX, or cut the time off: collect: {clean: [{derive: ...}]}")
        return Days(column.fitted, column.marks)
    narrow = {OfTimeOfDay: TimeOfDay, OfSeconds: Seconds}.get(type(column), Number)
    return narrow(column.fitted, column.marks)
