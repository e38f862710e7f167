"""How a later table comes to the columns that a model learned from: read and cleaned as the recipe did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pandas as pd
from pydantic import ValidationError

from protokit.cells.missing import UNSAID, Notations, blanked, met
from protokit.cells.numbers import Reading
from protokit.collect.collect import cleaned
from protokit.collect.column_flow import cast_by_notation, cast_to_texts, replay, traced
from protokit.collect.database.as_written import notations_of
from protokit.collect.frames import as_file
from protokit.collect.readers.csv import Csv
from protokit.collect.words import Collect
from protokit.core.errors import DataError
from protokit.core.names import counted
from protokit.core.outside import access
from protokit.core.suggest import of_missing, renamed
from protokit.core.values.said import Notice
from protokit.grammar.readings import DECIMALS, THOUSANDS
from protokit.represent.encoders.cells import to_numbers
from protokit.represent.kinds.number import NumberOptions

_OF_NUMBERS = ("number", "boolean", "date", "duration")  # kinds that take numbers as they take their texts
_PARTS = ("columns", "clean", "reading", "joined", "texts", "as_file", "notations", "typed")
# how a csv file is read: never from where, and no column that depends on its name
_READING = tuple(name for name in Csv.option_names() if name != "file_column")


@dataclass(frozen=True)
class InputSchema:
    """`clean` are the steps that a table goes through, `columns` those that it must have for them.

    `reading` says how the file is read, `texts` which of the cleaned columns keep their cells as they are
    written, and `notations` how numbers are written in some. Where the recipe `joined` tables, what comes of it has to
    be there. Of a model that learned from such a file, texts in a frame are read `as_file`. Those in `typed` are
    numbers before the steps, in the reading that the file's rules found. Of those in `found` the notation was found in
    training: their cells come to the encoder as they are written. It is not kept here.
    """

    columns: tuple[str, ...]
    clean: tuple[object, ...] = ()
    reading: Mapping[str, object] = field(default_factory=dict)
    joined: bool = False
    texts: tuple[str, ...] = ()
    as_file: bool = False
    notations: Notations = field(default_factory=dict)
    typed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    found: Notations = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        spec: Collect,
        needed: Sequence[str],
        texts: Collection[str] = (),
        clean: Sequence[object] = (),
        notations: Notations = UNSAID,
        typed: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> InputSchema:
        """That of a model which needs some columns of what was collected; of `texts` and `notations` see `collect`.

        `clean` are the steps as decided from it, `typed` the notations of columns that the file's rules made numbers.
        """
        steps, columns = replay(spec.model_copy(update={"clean": tuple(clean)}) if clean else spec, needed)
        first = next(iter(spec.tables.values()), None)
        as_file = first is not None and first.kind == "csv"
        rules = _READING if as_file else ("missing",)
        given = {name: getattr(first, name, None) for name in rules}
        reading = {name: list(v) if isinstance(v, tuple) else v for name, v in given.items() if v is not None}
        kept = tuple(sorted(name for name in texts if name in needed))
        said = {name: marks for name, marks in notations.items() if name in needed and "missing" in reading}
        columns = columns if steps else tuple(needed)
        own = {name: marks for name, marks in typed.items() if name in columns}
        return cls(columns, steps, reading, bool(spec.join), kept, as_file, said, own)

    def knowing(self, readings: Mapping[str, Sequence[str]]) -> InputSchema:
        """The same, with the readings that the encoder's columns found in training."""
        return replace(self, found={name: (marks[0], marks[1] or None) for name, marks in readings.items()})

    @cached_property
    def as_written(self) -> frozenset[str]:
        """The columns of a file whose cells are to be read as they are written."""
        spec = Collect.of(clean=list(self.clean))
        texts = (*self.texts, *self.found)
        every = (traced(spec, texts), *cast_to_texts(spec), cast_by_notation(spec))
        return frozenset(self.typed).union(*(own for some in every for own in some.values()))

    def codes(self, kinds: Mapping[str, str]) -> frozenset[str]:
        """The columns whose texts stay texts, of a table that is read as the file was."""
        return self.as_written.union(name for name, kind in kinds.items() if kind not in _OF_NUMBERS)

    def typed_cells(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A frame with numbers in the columns whose notation the file's rules found."""
        known = [name for name in self.typed if name in frame.columns]
        numbers = {name: _as_typed(frame[name], Reading(*self.typed[name])) for name in known}
        return frame.assign(**numbers) if known else frame

    def read(self, frame: pd.DataFrame, kinds: Mapping[str, str]) -> tuple[pd.DataFrame, list[Notice]]:
        """A frame with its texts read as the file's were, and which of them were read as missing.

        `kinds` are what the columns that are learned from are.
        """
        columns, notices = list(dict.fromkeys((*self.columns, *kinds))), list[Notice]()
        if self.as_file:
            frame, notices = as_file(frame, columns, self.reading, self.codes(kinds))
        marks = self.reading.get("missing")
        if isinstance(marks, list):
            said = notations_of(Collect.of(clean=list(self.clean)), "", {**self.found, **self.notations}).get("", {})
            said = {**said, **{name: (marks[0], marks[1] or None) for name, marks in self.typed.items()}}
            frame, told = _without(frame, columns, marks, self.as_written, said)
            notices += told
        return self.typed_cells(frame), notices

    def cleaned(
        self, frame: pd.DataFrame, needed: Sequence[str], say: Callable[[Notice], None] = lambda _: None
    ) -> pd.DataFrame:
        """The table as the encoders take it; one that has all they need, and not what the steps do, stays as it is.

        `say` takes what the steps decided.

        Raises:
            DataError: a column is missing, or a cell is not what a step says.
        """
        missing = [name for name in self.columns if name not in frame.columns]
        if missing and self.clean and all(name in frame.columns for name in needed):
            return frame
        if missing:
            raise lacking(missing, list(frame.columns), self.columns, joined=self.joined)
        if not self.clean:
            return frame
        with access.named_by("bundle"):
            return cleaned(frame, self.clean, self.texts, say)

    def as_plain(self) -> dict[str, object]:
        """All of it as JSON values."""
        plain: dict[str, object] = {"columns": list(self.columns), "clean": list(self.clean)}
        plain |= {"reading": dict(self.reading), "joined": self.joined}
        plain |= {"texts": list(self.texts)} if self.texts else {}
        plain |= {"as_file": True} if self.as_file else {}
        plain |= {"typed": {k: list(v) for k, v in self.typed.items()}} if self.typed else {}
        return {**plain, "notations": {k: list(v) for k, v in self.notations.items()}} if self.notations else plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> InputSchema:
        """That of `as_plain`. Whoever wrote it, it names no source and no address, only what is done with cells.

        Raises:
            ValueError: a part is none, or not what it should be; the rules of reading are none of a csv file's.
            SpecError: a step is none of cleaning.
        """
        for name in plain:
            if name not in _PARTS:
                raise ValueError(f"{name!r} is no part of the intake: {', '.join(_PARTS)}")
        for name in ("columns", "texts"):
            if not _are_names(plain.get(name, [])):
                raise ValueError(f"the intake's {name} are no list of names: {plain[name]!r}")
        for name in ("joined", "as_file"):
            if not isinstance(plain.get(name, False), bool):
                raise ValueError(f"the intake's {name} is neither true nor false: {plain[name]!r}")
        if not isinstance(plain["reading"], Mapping):
            raise ValueError(f"the rules of reading are no mapping: {plain['reading']!r}")
        for name in plain["reading"]:
            if name not in _READING:
                raise ValueError(f"{name!r} is no rule of reading: {', '.join(_READING)}")
        try:
            Csv.model_validate({**plain["reading"], "location": "-"})
        except ValidationError as error:
            first = error.errors()[0]
            at = ".".join(str(part) for part in first["loc"])
            said = first["msg"].removeprefix("Value error, ")
            raise ValueError(f"the rule of reading {at}: {said}, not {first['input']!r}") from None
        Collect.of(clean=list(plain["clean"]))
        columns, clean = tuple(plain["columns"]), tuple(plain["clean"])
        texts, as_file = tuple(plain.get("texts", ())), bool(plain.get("as_file", False))
        notations = _notations(plain.get("notations", {}))
        typed = _readings(plain.get("typed", {}))
        return cls(columns, clean, dict(plain["reading"]), bool(plain["joined"]), texts, as_file, notations, typed)


def lacking(missing: Sequence[str], there: Sequence[str], needed: Collection[str], *, joined: bool) -> DataError:
    """The error of a table that lacks columns: all of them are named, and for each the one that may be meant.

    None of those that are `needed` themselves is meant.
    """
    if joined:
        cure: str | None = "the recipe joined tables: give the rows with the joined columns"
    elif len(missing) == 1:
        cure = of_missing(missing[0], there, needed)
    else:
        near = renamed(missing, [name for name in there if name not in needed])
        listed = ", ".join(f"{found!r} to {name!r}" for name, found in near.items())
        cure = f"rename {listed}, if these are meant" if near else "add them to the table"
        cure += ", and add the others" if 0 < len(near) < len(missing) else ""
    if len(missing) == 1:
        return DataError(f"the column {missing[0]!r} is missing", cure=cure)
    listed = ", ".join(map(repr, missing))
    return DataError(f"{len(missing)} columns are missing: {listed}", cure=cure)


def _readings(plain: object) -> dict[str, tuple[str, ...]]:
    """The readings of some columns, as `as_plain` gives them.

    Raises:
        ValueError: it is nothing of the kind.
    """
    if not isinstance(plain, Mapping):
        raise ValueError(f"the intake's typed columns are no mapping: {plain!r}")
    for name, marks in plain.items():
        if not _are_names(marks) or len(marks) != 3 or marks[0] not in DECIMALS or marks[1] not in ("", *THOUSANDS):
            raise ValueError(f"the intake's typed column {name!r} has no marks of numbers: {marks!r}")
    return {str(name): tuple(marks) for name, marks in plain.items()}


def _as_typed(column: pd.Series, reading: Reading) -> pd.Series:
    """A column whose texts are numbers in a notation, as they are.

    Raises:
        DataError: one is not written so.
    """
    if column.dtype.kind in "iuf":
        return column
    values = to_numbers(column, reading)
    return pd.Series(values, column.index, name=column.name)


def _are_names(plain: object) -> bool:
    return isinstance(plain, list) and all(isinstance(name, str) for name in plain)


def _notations(plain: object) -> dict[str, tuple[str | None, str | None]]:
    """How numbers are written in some columns, as `as_plain` gives it.

    Raises:
        ValueError: it is nothing of the kind.
    """
    found: dict[str, tuple[str | None, str | None]] = {}
    if not isinstance(plain, Mapping):
        raise ValueError(f"the intake's notations are no mapping: {plain!r}")
    for name, marks in plain.items():
        try:
            decimal, thousands = marks
            said = NumberOptions(decimal=decimal, thousands=thousands)
        except (TypeError, ValueError):
            raise ValueError(f"the intake's notations are no marks of numbers: {marks!r}") from None
        found[str(name)] = (said.decimal, said.thousands)
    return found


def _without(
    frame: pd.DataFrame, columns: Sequence[str], marks: list[str], codes: Collection[str], notations: Notations
) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame without the marks of missing cells that the table lists, and how many there were in each column."""
    known = [name for name in columns if name in frame.columns]
    told, whole = list[Notice](), frame.copy(deep=False)
    found = met(blanked(frame[known], marks, codes), marks, notations) if known else frame
    for name in known:
        if count := int((found[name].isna() & frame[name].notna()).sum()):
            whole[name] = found[name]
            rule = f"{name!r}: {counted(count, 'cell', 'hold')} a mark that the recipe lists, read as missing"
            told.append(Notice(rule, (name,)))
    return whole, told
