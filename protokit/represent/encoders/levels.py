"""Which level of a column a cell is: by its text, or, of a number that has lost the text, by what it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.core.names import as_text
from protokit.represent.column.note import Note
from protokit.represent.encoders.distinct import shortest
from protokit.represent.kind import Unusual

UNSEEN, RARE, DOUBTFUL = -1, -2, -3  # no level; one of too few training rows; a number that several levels are
_FEW = 64  # cells that are looked at one by one
_SHOWN = 3
_PLAIN = (str, int, float)  # others may have no hash
Found = TypeVar("Found")


class Levels:
    """The levels of a column in their order, and the `rare` texts that training rows had beside them.

    A number or truth value is the level of its text. Where there is none, it is the one level whose text is that
    number: 2134 is `02134`, as a table that was read as numbers has it. Where several are (`1.1`, `1.10`), it is none.
    With `texts`, so is a text that is no level by itself, such as `3.00` of the level `3`.
    """

    def __init__(self, levels: Sequence[str | None], rare: Sequence[str] | None = None, *, texts: bool = False) -> None:
        self._texts = texts
        self.levels, self.knows_rare = tuple(levels), rare is not None
        self._places: dict[str | None, int] = dict.fromkeys(rare or (), RARE)
        self._places |= {level: i for i, level in enumerate(levels)}
        self._numbers: dict[Decimal, int] | None = None

    def places(self, cells: pd.Series) -> np.ndarray:
        """The place of each cell's level, from 0, or one of the names above. Shapes: (rows,) int64."""
        return self._of(cells)[0]

    def unusual(self, cells: pd.Series) -> Unusual:
        """What of later cells is no level of the training rows."""
        return self._said(cells.notna().to_numpy(), *self._of(cells))

    def of_few(self, cells: Sequence[object]) -> tuple[np.ndarray, Unusual]:
        """The places of a few plain cells, None where missing, and what of them is no level."""
        places, taken = self._of_each(cells, [cell is None for cell in cells])
        if taken is None and UNSEEN not in places and DOUBTFUL not in places:
            return np.array(places, np.int64), Unusual(len(cells) - cells.count(None))
        found = np.array(places, np.int64)
        return found, self._said(np.array([cell is not None for cell in cells]), found, cells, taken)

    def _said(
        self, present: np.ndarray, places: np.ndarray, different: Sequence[object], taken: tuple[object, str] | None
    ) -> Unusual:
        unseen = present & ((places == UNSEEN) | (places == DOUBTFUL))
        if not self.knows_rare and not (unseen.sum() == present.sum() > 1):
            unseen[:] = False  # they may be levels that a few training rows had
        gone = 0 if None in self._places or not self.knows_rare else int((~present).sum())
        if not unseen.any() and not taken and not gone:
            return Unusual(int(present.sum()))
        shown = list(dict.fromkeys(as_text(different[int(i)]) for i in np.flatnonzero(unseen)))[:_SHOWN]
        at = np.flatnonzero(places == DOUBTFUL)
        doubt: tuple[str, ...] = ()
        if len(at):
            number = as_text(different[int(at[0])])
            same = _number(number)
            doubt = (number, *(one for one in self._places if one is not None and _number(one) == same))
        doubtful = len(at)
        notes = list[str]()
        if taken:
            rule = "numbers are taken for the levels that they are"
            notes.append(Note.once(rule, f"{rule}, as {taken[0]} for {taken[1]!r}"))
        if doubtful:
            notes.append(Note.of(doubtful, "a number that several levels are: give texts", verb="hold"))
        if gone:
            notes.append(Note.of(gone, "missing, and next to no training row's was: they count as unseen"))
        levels = tuple(level for level in self.levels if level is not None)
        return Unusual(int(present.sum()), int(unseen.sum()), tuple(shown), levels, tuple(notes), doubt)

    def _of(self, cells: pd.Series) -> tuple[np.ndarray, Sequence[object], tuple[object, str] | None]:
        """The places, the cells themselves, and the first number that was taken for a level of another text."""
        cells = shortest(cells)
        if len(cells) > _FEW and _alike(cells):
            codes, different = pd.factorize(cells, use_na_sentinel=True)
            each, taken = self._of_each([*different.tolist(), None], [False] * len(different) + [True])
            values: Sequence[object] = _Lazily(lambda i: cells.iloc[i])
            return np.array(each, np.int64)[codes], values, taken
        listed = cells.tolist()
        places, taken = self._of_each(listed, cells.isna().tolist())
        return np.array(places, np.int64), listed, taken

    def _of_each(self, cells: Sequence[object], gone: Sequence[bool]) -> tuple[list[int], tuple[object, str] | None]:
        """The place of each of some cells, and the first number that was taken for a level of another text."""
        missing, taken = self._places.get(None, UNSEEN), None
        known: dict[tuple[type, object], int] = {}
        found = list[int]()
        for value, is_gone in zip(cells, gone, strict=True):
            if is_gone:
                found.append(missing)
                continue
            key = (type(value), value if isinstance(value, _PLAIN) else as_text(value))
            if key not in known:
                known[key], level = self._place(value)
                if level is not None and taken is None:
                    taken = (value, level)
            found.append(known[key])
        return found, taken

    def _place(self, value: object) -> tuple[int, str | None]:
        """The place of a value, and the level that a number was taken for."""
        text = as_text(value)
        direct = self._places.get(text, UNSEEN)
        if isinstance(value, str) and (direct != UNSEEN or not self._texts):
            return direct, None
        if isinstance(value, bool):
            if direct != UNSEEN:
                return direct, None
            spelled = [level for level in self._places if level is not None and level.lower() == text.lower()]
            return (self._places[spelled[0]], None) if len(spelled) == 1 else (UNSEEN, None)
        found = _number(text) if isinstance(value, (int, float, str)) else None
        if found is None:
            return direct, None
        place = self._by_number.get(found, UNSEEN)
        if place in (UNSEEN, RARE, DOUBTFUL) or direct == place:
            return place, None
        return place, self.levels[place]

    @property
    def _by_number(self) -> dict[Decimal, int]:
        if self._numbers is None:
            self._numbers = {}
            for level, place in self._places.items():
                if level is not None and (number := _number(level)) is not None:
                    self._numbers[number] = DOUBTFUL if number in self._numbers else place
        return self._numbers


class _Lazily(Sequence[object]):
    """Values that are looked up by their place when they are asked for."""

    def __init__(self, get: Callable[[int], object]) -> None:
        self._get = get

    def __getitem__(self, place: int) -> object:  # type: ignore[override]
        return self._get(place)

    def __len__(self) -> int:
        return 0


def _alike(cells: pd.Series) -> bool:
    """Whether pandas tells the cells apart as Python does: True, 1 and 1.0 are the same to it."""
    return cells.dtype.kind in "iufb" or pd.api.types.infer_dtype(cells, skipna=True) == "string"


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and "_" not in text else None
