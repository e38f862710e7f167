"""Columns of delimited text: numbers by pandas' parser, whose doubles are those of Python, all else as texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from protokit.cells.missing import Marks
from protokit.collect.bulk import blocks
from protokit.collect.bulk.blocks import Unclean
from protokit.collect.bulk.levels import Levels
from protokit.collect.bulk.scan import scanned
from protokit.collect.delimited.footer import told_of_last
from protokit.collect.delimited.rows import rows
from protokit.collect.files.cells import Cells
from protokit.collect.files.dialect import Dialect
from protokit.collect.files.files import File
from protokit.core.values.said import Notice

_LAST = 5  # rows that are looked at for a sum or a remark below the table
_FIRST, _BLOCK = 1 << 16, 1 << 22  # of small blocks the memory is used again
_EXACT = float(1 << 53)
# the default parser rounds every double as it should since 3.1, where asking for it is deprecated
_ROUNDED: Mapping[str, Any] = (
    {} if tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1) else {"float_precision": "round_trip"}
)


class _Numbers:
    """A column whose cells were numbers so far."""

    def __init__(self, marks: Collection[float]) -> None:
        self._marks = list(marks)
        self._pieces: list[np.ndarray] = []

    def add(self, cells: pd.Series) -> bool:
        """Take the next cells if they are numbers, and surely what was written."""
        if cells.dtype not in (np.int64, np.float64):
            return False
        piece = cells.to_numpy()
        # infinite, or a whole number that may have lost its last digits
        if piece.dtype.kind == "f" and not np.fmax.reduce(np.abs(piece), initial=0) < _EXACT:
            return False
        if self._marks and np.isin(piece, self._marks).any():
            return False
        self._pieces.append(piece)
        return True

    def column(self) -> np.ndarray | None:
        """All cells as int64, or as float64 with NaN where missing; None where that would change a number."""
        if any(piece.dtype.kind == "f" for piece in self._pieces):
            for piece in self._pieces:
                if piece.dtype.kind == "i" and max(abs(int(piece.min())), abs(int(piece.max()))) > _EXACT:
                    return None
        return np.concatenate(self._pieces)


class _Texts:
    """A column whose cells are texts."""

    def __init__(self) -> None:
        self._pieces: list[pd.Series] = []

    def add(self, cells: pd.Series) -> bool:
        """Take the next cells."""
        self._pieces.append(cells)
        return True

    def column(self) -> Levels:
        """All cells."""
        return Levels.of(pd.concat(self._pieces, ignore_index=True))


class _Pass:
    """Some columns of all files, read once from the first to the last."""

    def __init__(self, files: Sequence[File], dialects: Sequence[Dialect], marks: Collection[str]) -> None:
        self._files = list(zip(files, dialects, strict=True))
        # float64 may take a neighbour for a mark: its column is read as texts, which tell them apart
        self._numeric = {float(mark) for mark in marks if _is_number(mark)} | Marks(frozenset(marks)).floats
        # what is said of question marks counts them
        self._silent = sorted(mark for mark in marks if not _is_number(mark) and mark != "?")
        self.counts = [0] * len(files)
        self.ends = [b""] * len(files)  # of each file the last rows that were read

    def read(self, names: Collection[str], texts: Collection[str]) -> dict[str, np.ndarray | Levels | None]:
        """Columns by their names; None for one that must be read as texts from the start."""
        texts = {*texts, *self._first_texts(set(names) - set(texts))}
        found: dict[str, _Numbers | _Texts | None]
        found = {name: _Texts() if name in texts else _Numbers(self._numeric) for name in names}
        self.counts = [0] * len(self._files)
        for i, (file, dialect) in enumerate(self._files):
            for raw, count, padded in scans(file, dialect):
                odd = {name for name in self._names(padded, dialect) if isinstance(found.get(name), _Numbers)}
                odd |= self._add(raw, count, dialect, {n: c for n, c in found.items() if c and n not in odd})
                found |= dict.fromkeys(odd)
                self.counts[i] += count
                self.ends[i] = raw if count else self.ends[i]
        if not all(self.counts):
            raise Unclean("no rows")
        ready: dict[str, np.ndarray | Levels | None] = {}
        for name in names:
            column = found.pop(name)
            ready[name] = column.column() if column else None
        return ready

    def _first_texts(self, names: Collection[str]) -> set[str]:
        """Those of some columns that are no numbers in the first rows."""
        file, dialect = self._files[0]
        for raw, count, padded in scans(file, dialect, _FIRST) if names else ():
            odd = set(self._names(padded, dialect)) & set(names)
            return odd | self._add(raw, count, dialect, {n: _Numbers(self._numeric) for n in names if n not in odd})
        return set()

    @staticmethod
    def _names(places: Collection[int], dialect: Dialect) -> list[str]:
        return [dialect.names[at] for at in places if at < len(dialect.names)]

    def _add(self, raw: bytes, count: int, dialect: Dialect, columns: Mapping[str, _Numbers | _Texts]) -> set[str]:
        """Add some rows to columns, and say which are no numbers any more."""
        if not columns or not count:
            return set()
        places = {name: i for i, name in enumerate(dialect.names)}
        texts = {places[name] for name, column in columns.items() if isinstance(column, _Texts)}
        numbers = {places[name] for name in columns} - texts
        frame = _parsed(raw, count, dialect, numbers, texts, self._silent)
        return {name for name, column in columns.items() if not column.add(frame[places[name]])}


def whole(
    files: Sequence[File], dialects: Sequence[Dialect], marks: Collection[str], texts: Collection[str] = ()
) -> tuple[Cells, list[int]]:
    """All cells of several files, in the order of the first one's names, and how many rows each file has.

    A column is one of numbers, int64, or float64 with NaN for cells that are `marks`, if all cells are numbers
    and none loses by it; else, and if it is among `texts`, it is `Levels` of the texts as they are written.

    Raises:
        Unclean: a file has to be read by rows.
    """
    names = list(dialects[0].names)
    reading = _Pass(files, dialects, marks)
    found = reading.read(names, texts)
    counts = reading.counts
    if late := [name for name, column in found.items() if column is None]:
        found |= reading.read(late, late)
        if reading.counts != counts:
            raise Unclean("changed meanwhile")
    notices: list[Notice] = []
    for dialect, end in zip(dialects, reading.ends, strict=True):
        notices += [*dialect.notices, *told_of_last(last_rows(end, dialect), dialect.footer)]
    return Cells(names, [found[name] for name in names], tuple(notices)), counts


def last_rows(text: bytes, dialect: Dialect) -> list[list[str]]:
    """The last rows, five or fewer, of some whole rows that end with one."""
    text = text.rstrip(b"\r\n")
    end = b"\n".join(text.rsplit(b"\n", _LAST)[-_LAST:])
    # a line may be one of a quoted cell: then the last lines alone are read from within it
    is_within = dialect.quote and text.count(dialect.quote.encode(), 0, len(text) - len(end)) % 2
    for part in (text,) if is_within else (end, text):
        read = rows(part.decode(), dialect.delimiter, quote=dialect.quote, strict=False)
        found = [row for _, row in read if row][-_LAST:]
        if found and all(len(row) == dialect.width for row in found):
            return [row[: len(dialect.names)] for row in found]
    raise Unclean("the last rows")


def scans(file: File, dialect: Dialect, size: int | None = None) -> Iterator[tuple[bytes, int, frozenset[int]]]:
    """Whole rows of a file, how many, and the columns in which a number starts with a zero too many.

    Raises:
        Unclean: they have to be read by rows.
    """
    with blocks.opened(file, dialect) as stream:
        while raw := next_rows(stream, dialect.quote, size):
            yield raw, *scanned(raw, dialect)[:2]


def next_rows(stream: BinaryIO, quote: str | None, size: int | None = None) -> bytes:
    """The next rows of a stream, as many as are read together.

    Raises:
        Unclean: a quote is not closed.
    """
    return blocks.block(stream, size or _BLOCK, quote)


def _parsed(
    raw: bytes, count: int, dialect: Dialect, numbers: Collection[int], texts: Collection[int], missing: list[str]
) -> pd.DataFrame:
    """Some columns of whole rows, by their places: of texts as they are written, of numbers as pandas reads them."""
    width = dialect.width
    # a row that makes pandas take a column for texts: to ask it for texts by `dtype` takes three times as long
    first = dialect.delimiter.join("t" if i in texts else "0" for i in range(width)) + "\n"
    wanted = sorted({*numbers, *texts})
    quoting: Any = csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE
    try:
        frame: pd.DataFrame = pd.read_csv(  # type: ignore[call-overload]
            io.BytesIO(first.encode() + raw), sep=dialect.delimiter, header=None, names=range(width), index_col=False,
            usecols=None if len(wanted) == width else wanted, quotechar=dialect.quote or '"', quoting=quoting,
            na_filter=bool(numbers), keep_default_na=False, na_values=dict.fromkeys(numbers, missing), engine="c",
            low_memory=False, **_ROUNDED,
        )  # fmt: skip
    except (ValueError, OverflowError) as error:
        raise Unclean(str(error)) from None
    if len(frame) != count + 1:
        raise Unclean("other rows than lines")
    return frame.iloc[1:]


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False
