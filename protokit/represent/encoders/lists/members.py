"""Columns of sets, bags and steps: which members a cell has, as a number for each, or as codes that are embedded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import counted
from protokit.core.values.inputs import InputKind, InputSpec
from protokit.core.values.said import Notice
from protokit.represent.column.outside import missing_cells
from protokit.represent.encoders.cells import wrong
from protokit.represent.encoders.inference import cure_of_records
from protokit.represent.encoders.labels import ORDERED, SEPARATORS, pairs_of, separator_of
from protokit.represent.encoders.lists.cells import values_of
from protokit.represent.kind import FitContext, FittedColumn, InputColumn, NumberColumn, Unusual

RARE = 3  # members of fewer training rows count as unseen ones
_MOST_RARE = 10_000  # rare members that are kept
MOST_NUMBERS = 100  # members that are a number each, where no one has said it
_LONGEST = 1_000  # members of a cell
_REACH = 1.5  # the largest cell sets the length if it is not larger than so many times what 99 of 100 do not pass
_MORE = 0.015  # of later cells may be cut, where one in a hundred of the training cells was, before it is said
UNSEEN, EMPTY, MISSING, FIRST = 1, 2, 3, 4  # codes; 0 is past the last member
_SHOWN = 3


class Wanted(NamedTuple):
    """What a recipe says of such a column: the kind, and its options."""

    kind: str
    separator: str | None
    form: str | None
    members: int
    length: int | None


def fit(
    cells: pd.Series,
    wanted: Wanted,
    numbers: type[_Numbers],
    codes: type[_Codes],
    context: FitContext,
) -> FittedColumn:
    """Learns the members of at least three rows, of the `wanted` commonest, in the order of the alphabet.

    Raises:
        DataError: some rows are parted by one mark, and others by another.
    """
    column = str(cells.name)
    _hold_no_records(cells)
    cure = f"columns: {{{column}: {{{wanted.kind}: {{separator: SEPARATOR}}}}}}"
    whole = cells if context.whole is None else context.whole
    marks = ORDERED if wanted.kind == "steps" else SEPARATORS
    separator = wanted.separator or separator_of(whole, cure, marks)[0]
    if (told := _told_of_none(whole, wanted, separator, marks, cure)) is not None:
        context.say(told)
    rows, places, names = pairs_of(cells, separator)
    often = np.bincount(_once(rows, places)[1], minlength=len(names))
    order = sorted(range(len(names)), key=lambda i: (-often[i], names[i]))
    kept = [names[i] for i in order if often[i] >= RARE][: wanted.members]
    rare = {*names} - {*kept}
    learned = (tuple(sorted(kept)), separator, tuple(sorted(rare)) if len(rare) <= _MOST_RARE else None)
    if (wanted.form or ("embedded" if len(kept) > MOST_NUMBERS else "each")) == "each":
        if wanted.length is not None:
            rule = f"{column!r}: each of {counted(len(kept), 'member')} is a number, which `length` does not cut"
            edit = f"columns: {{{column}: {{{wanted.kind}: {{form: embedded, length: {wanted.length}}}}}}}"
            context.say(Notice(rule, (column,), edit))
        return numbers(column, *learned)
    found = codes(column, *learned)
    sizes = found.sizes(cells)
    length = wanted.length
    if length is None:
        usual, largest = max(1, int(np.quantile(sizes, 0.99))), int(sizes.max(initial=1))
        length = max(1, min(_LONGEST, largest if largest <= _REACH * usual else usual))
        if cut := int((sizes > length).sum()):
            rule = f"{column!r}: {counted(cut, 'training cell', 'have')} more than {length:,} members; the rest is cut"
            context.say(Notice(rule, (column,), f"columns: {{{column}: {{{wanted.kind}: {{length: {largest}}}}}}}"))
    return replace(found, length=length, gaps=bool(cells.isna().any()), sized=wanted.kind != "steps")


def _told_of_none(
    whole: pd.Series, wanted: Wanted, separator: str | None, marks: Sequence[str], cure: str
) -> Notice | None:
    """What is said where no text of a column has the separator, so that each is one member."""
    texts = [cell for cell in whole if isinstance(cell, str) and cell.strip() and values_of(cell) is None]
    if not texts or any(separator is not None and separator in text for text in texts):
        return None
    if len(texts) < whole.notna().sum():  # beside lists, a text can be one member
        return None
    no = f"the separator {separator!r}" if separator is not None else f"one of the separators {' '.join(marks)}"
    rule = f"no cell of {str(whole.name)!r} has {no}: each is one member, such as {texts[0][:40]!r}"
    return Notice(rule, (str(whole.name),), cure)


def _once(rows: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each different pair of a row and a place from -1, ascending. Shapes: (pairs,) int64 both."""
    many = int(places.max(initial=0)) + 2
    keys = np.unique(rows * many + places + 1)
    return keys // many, keys % many - 1


def _hold_no_records(cells: pd.Series) -> None:
    """Hold that members are single values.

    Raises:
        DataError: with the first cell that is a record, or holds some.
    """
    for row, cell in enumerate(cells):
        if isinstance(cell, dict) or any(isinstance(value, dict) for value in values_of(cell) or ()):
            error = wrong(cells, row, "a list of single values")
            raise DataError(error.rule, cure=cure_of_records(str(cells.name)))


class _Members(FittedColumn):
    """What both forms share: `labels` are the members that are known, `rare` those of too few training rows.

    `rare` is None where they are not known, as in models of earlier versions. Lists need no `separator`.
    """

    counts: ClassVar[bool] = False  # whether a member that is there twice counts twice
    labels: tuple[str, ...]
    separator: str | None
    rare: tuple[str, ...] | None

    @property
    def left_out(self) -> str:
        """Where every member is rare."""
        return "" if self.labels else f"no member is in {RARE} training rows"

    def pairs(self, cells: pd.Series) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """Each member that a row has: the rows, the places of the members in `labels`, -1 of others; and the others.

        Shapes: (pairs,) int64 both, rows ascending.
        """
        rows, places, names = pairs_of(cells, self.separator)
        known = {member: i for i, member in enumerate(self.labels)}
        own = np.array([known.get(name, -1) for name in names], np.int64)[places]
        if not self.counts:
            rows, own = _once(rows, own)
        return rows, own, [name for name in names if name not in known]

    def unusual(self, cells: pd.Series) -> Unusual:
        """Cells without a known member, and members that no training row had."""
        own = int(cells.notna().sum())
        rows, places, names = pairs_of(cells, self.separator)
        known = {*self.labels, *(self.rare or ())}
        new = [i for i, name in enumerate(names) if name not in known]
        if self.rare is None or not new:
            return Unusual(own)
        is_new = np.isin(places, new)
        shown = tuple(names[i] for i in new[:_SHOWN])
        nothing = np.setdiff1d(rows, rows[~is_new])
        told = f"{counted(len(new), 'member', 'are')} in no training row, such as {', '.join(map(repr, shown))}"
        count = "it counts" if len(new) == 1 else "they count"
        note = f"{told}: {count} as unseen, in {counted(len(np.unique(rows[is_new])), 'cell')}"
        return Unusual(own, len(nothing), shown, self.labels, (note,))

    def in_order(self, members: list[str]) -> list[str]:
        """The members of a cell so that equal cells are alike: in the order of the alphabet."""
        return sorted(members if self.counts else {*members})

    def audited(self, cells: pd.Series) -> pd.Series:
        """The members of each cell, with bars between them."""
        rows, places, names = pairs_of(cells, self.separator)
        held: list[list[str]] = [[] for _ in range(len(cells))]
        for row, place in zip(rows.tolist(), places.tolist(), strict=True):
            held[row].append(names[place])
        texts = ["|".join(self.in_order(some)) for some in held]
        return pd.Series(texts, cells.index, dtype=object, name=cells.name).mask(cells.isna(), None)


@dataclass(frozen=True)
class _Numbers(_Members, NumberColumn):
    """A number for each member: 0 or 1, or how often it is there."""

    labels: tuple[str, ...]
    separator: str | None
    rare: tuple[str, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the number of each member."""
        return tuple(f"{self.column} = {label}" for label in self.labels)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, members) float64, NaN where missing."""
        rows, places, _ = self.pairs(cells)
        found = np.zeros((len(cells), len(self.labels)))
        np.add.at(found, (rows[places >= 0], places[places >= 0]), 1.0)
        found[cells.isna().to_numpy()] = np.nan
        return found


@dataclass(frozen=True)
class _Codes(_Members, InputColumn):
    """The codes of the members, from FIRST, that are embedded and averaged; at most `length` of a cell.

    Rare and unseen members share a code, and an empty and a missing cell have one each; without `gaps` no training row
    was missing, and one that is counts as unseen. The network is told how many there are, too, where they are `sized`:
    not in older models.
    """

    labels: tuple[str, ...]
    separator: str | None
    rare: tuple[str, ...] | None = None
    length: int = 1
    gaps: bool = True
    sized: bool = False

    @property
    def spec(self) -> InputSpec:
        """What the network takes."""
        kind: InputKind = "sized" if self.sized else "members"
        return InputSpec(self.column, (self.length,), "int32", (self.column,), len(self.labels) + FIRST, kind)

    @property
    def names(self) -> tuple[str, ...]:
        """Of each place of a member."""
        return tuple(f"{self.column} member {i + 1}" for i in range(self.length))

    def sizes(self, cells: pd.Series) -> np.ndarray:
        """How many members each cell has. Shapes: (rows,) int64."""
        return np.bincount(self.pairs(cells)[0], minlength=len(cells))

    def array(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, length) int32."""
        rows, places, _ = self.pairs(cells)
        sizes = np.bincount(rows, minlength=len(cells))
        within = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        kept = within < self.length
        found = np.zeros((len(cells), self.length), np.int32)
        found[rows[kept], within[kept]] = np.where(places < 0, UNSEEN, places + FIRST)[kept]
        found[sizes == 0, 0] = EMPTY
        found[cells.isna().to_numpy()] = 0
        found[cells.isna().to_numpy(), 0] = MISSING if self.gaps else UNSEEN
        return found

    def unusual(self, cells: pd.Series) -> Unusual:
        """Members that are new, and how many cells are cut."""
        found = super().unusual(cells)
        cut = int((self.sizes(cells) > self.length).sum())
        note = f"{counted(cut, 'cell', 'have')} more than the {self.length:,} members that the model reads"
        gone = 0 if self.gaps else len(cells) - found.cells
        notes = [*([note] if cut > _MORE * len(cells) else []), *missing_cells(gone, "they count as unseen")]
        return replace(found, notes=(*found.notes, *notes))

    def plain(self, cells: pd.Series, array: np.ndarray) -> np.ndarray:
        """The members of each cell as the words of a text."""
        named = np.array(["", "(unseen)", "(empty)", "(missing)", *("_".join(m.split()) for m in self.labels)], object)
        return np.array([" ".join(named[codes[codes > 0]]) for codes in array], object)


class SetNumbers(_Numbers):
    """A set of few members."""

    name = "set"


class SetCodes(_Codes):
    """A set of many members."""

    name, saved_as = "set", "set_codes"


class BagNumbers(_Numbers):
    """A bag of few members."""

    name, counts = "bag", True


class BagCodes(_Codes):
    """A bag of many members."""

    name, saved_as, counts = "bag", "bag_codes", True


class StepCodes(_Codes):
    """A list whose order tells: the code of each step."""

    name, counts = "steps", True

    @property
    def spec(self) -> InputSpec:
        """What the network takes: the code of each step, 0 past the end."""
        return replace(super().spec, kind="steps")

    @property
    def names(self) -> tuple[str, ...]:
        """Of each place of a step."""
        return tuple(f"{self.column} step {i + 1}" for i in range(self.length))

    def in_order(self, members: list[str]) -> list[str]:
        """As they are."""
        return members

    def plain(self, cells: pd.Series, array: np.ndarray) -> np.ndarray:
        """The steps as the words of a text, and behind them the pairs of neighbours."""
        words = [text.split() for text in super().plain(cells, array)]
        texts = [" ".join([*some, *(f"{one}>{other}" for one, other in pairwise(some))]) for some in words]
        found: np.ndarray = np.array([*texts, ""], object)[:-1]
        return found
