"""A table that is read once and given in batches: each cell as it is where all are in memory at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from protokit.collect.database.cells import placed, taken
from protokit.collect.database.gaps import filled
from protokit.collect.database.warehouse import Rows, Stored, Warehouse, parquet_cells
from protokit.collect.disk.loading import load_delimited, load_parquet, on_disk, read_as_file
from protokit.collect.frames import told_of
from protokit.collect.headers import reading
from protokit.collect.readers.csv import Csv
from protokit.collect.source import Source
from protokit.collect.text_cells import Rules
from protokit.core.values.said import Notice

_FAMILIES = ("number", "text", "date", "boolean")
_MEMORY = "512MB"


@dataclass(frozen=True)
class Streamed:
    """A table on the disk, with what was decided in reading it. `columns` are those whose cells come in batches.

    `odd` are the columns of other cells than numbers, texts, dates and truth values: they do not come.
    """

    columns: tuple[str, ...]
    odd: tuple[str, ...]
    count: int
    notices: tuple[Notice, ...]
    _warehouse: Warehouse
    _rows: Rows
    _texts: Mapping[str, Stored]
    _gaps: frozenset[str]

    def batches(
        self, names: Sequence[str], as_texts: Sequence[str], rows: int
    ) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
        """Some columns in frames of so many rows, the last one of fewer; their index is the number of a row, from 0.

        Beside each stand the columns `as_texts`, as they are written where the source knows that.
        """
        wanted = [self._rows.columns[name] for name in names]
        written = [self._texts.get(name, self._rows.columns[name]) for name in as_texts]
        inner = list(dict.fromkeys(one.inner for one in (*wanted, *written)))
        sql = f"SELECT {', '.join([self._rows.order[0], *inner])} FROM {self._rows.table}"
        start, kept = 0, pd.DataFrame()
        for batch in self._warehouse.batches(sql, rows):
            kept = pd.concat([kept, batch], ignore_index=True) if len(kept) else batch
            while len(kept) >= rows:
                yield self._frames(kept.iloc[:rows], start, (names, wanted), (as_texts, written))
                start, kept = start + rows, kept.iloc[rows:].reset_index(drop=True)
        if len(kept):
            yield self._frames(kept, start, (names, wanted), (as_texts, written))

    def _frames(
        self, batch: pd.DataFrame, start: int, *asked: tuple[Sequence[str], Sequence[Stored]]
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        index = pd.RangeIndex(start, start + len(batch))
        assert (batch[self._rows.order[0]].to_numpy() == index).all(), "the database gives rows in their order"
        found = []
        for names, columns in asked:
            cells = {n: placed(taken(batch[one.inner]), one.zone) for n, one in zip(names, columns, strict=True)}
            cells |= {name: cells[name].astype(object) for name in self._gaps.intersection(cells)}
            found.append(pd.DataFrame(cells, index=batch.index).set_axis(index))
        first, second = found
        return first, second


def is_about(source: Source, cells: int, folder: Path) -> bool:
    """Whether a table is CSV or Parquet of so many cells or more.

    Raises:
        DataError: there is no such file, or it is not what it should be.
    """
    if not on_disk(source):
        return False
    with reading("data", source, "person"):
        if isinstance(source, Csv):
            return source.is_about(cells, folder)
        return parquet_cells(source.fetched(folder)) >= cells


@dataclass(frozen=True)
class AsFile:
    """How texts of Parquet are read for a model that learned from a file of delimited text: see `frames.as_file`."""

    columns: Collection[str]
    rules: Rules
    codes: Collection[str]


@contextmanager
def streamed(
    source: Source, folder: Path, texts: Collection[str], as_texts: Collection[str], as_file: AsFile | None = None
) -> Iterator[Streamed]:
    """A table of CSV or Parquet that a person names, on the disk as long as it is needed.

    The columns in `texts` are read as they are written; those in `as_texts` can be had so, too. Texts of Parquet are
    read `as_file`.

    Raises:
        DataError: it cannot be read so: a file is not clean text, or no Parquet.
    """
    assert on_disk(source), "another source has to be read whole"
    with Warehouse(memory=_MEMORY, on_disk=True) as warehouse:
        written: Mapping[str, Stored] = {}
        gaps: frozenset[str] = frozenset()
        told: tuple[Notice, ...] = ()
        with reading("data", source, "person"):
            if isinstance(source, Csv):
                loaded, _ = load_delimited(warehouse, source, folder, texts, as_texts)
                rows, told, written = loaded.rows, loaded.notices, loaded.written
                filled(warehouse.before_lock, rows)
                rows = warehouse.typed(rows)
            else:
                rows, gaps = load_parquet(warehouse, source.files(folder)[0])
                told = told_of(tuple(name for name, one in rows.columns.items() if one.zone))
                if as_file is not None:
                    how = (as_file.columns, as_file.rules, as_file.codes, as_texts)
                    rows, more, written = read_as_file(warehouse, rows, *how)
                    told = (*told, *more)
        known = {name: one for name, one in rows.columns.items() if one.inner}
        plain = tuple(name for name, one in known.items() if one.zone or one.family in _FAMILIES)
        odd = tuple(name for name in rows.columns if name not in plain)
        yield Streamed(plain, odd, rows.count, tuple(dict.fromkeys(told)), warehouse, rows, written, gaps)
