"""Files with the same columns as one table, and tables with the same columns below each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
import pandas as pd

from protokit.cells.missing import Marks, Notations
from protokit.cells.numbers import Reading, found_in
from protokit.collect import text_cells
from protokit.collect.files.cells import Cells, order
from protokit.collect.files.files import File
from protokit.core.errors import DataError
from protokit.core.values.said import Notice

Readings = Mapping[str, tuple[str, ...]]  # of columns that a table's rules made numbers
AsTexts = Callable[[str, Sequence[str]], tuple[pd.DataFrame, Sequence[Notice]] | None]
_POINT = "decimal point"  # of what is said of a column in which it may part thousands
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def stacked(parts: Sequence[Cells], found: Sequence[File]) -> Cells:
    """The cells of all files, one below the other, in the order of the first one's columns.

    Raises:
        DataError: a file has other columns.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    orders = [order(first.names, part.names, found[0], file) for part, file in zip(parts, found, strict=True)]
    columns: list[list[object] | pd.Series] = []
    for i in range(len(first.names)):
        pieces = [part.columns[order[i]] for part, order in zip(parts, orders, strict=True)]
        if isinstance(pieces[0], (list, tuple)):
            columns.append(list(chain.from_iterable(pieces)))
        else:
            columns.append(pd.concat([pd.Series(piece) for piece in pieces], ignore_index=True))
    return Cells(first.names, columns)


def framed(cells: Cells) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame of columns that have their types."""
    if len(set(cells.names)) < len(cells.names):  # refused where tables are checked, by its name
        return pd.concat(list(cells.columns), axis=1), []
    return pd.DataFrame(dict(zip(cells.names, cells.columns, strict=True))), []


def partitions(found: Sequence[File]) -> pd.DataFrame:
    """The columns that the paths of files say, a row for each file: numbers where all are, codes as texts.

    Raises:
        DataError: the paths do not say the same columns.
    """
    first = found[0]
    names = [name for name, _ in first.partitions]
    for file in found:
        if [name for name, _ in file.partitions] != names:
            theirs = "/".join(f"{name}=..." for name in names) or "no columns"
            raise file.error(f"its folders do not say {theirs}, as those of {first.name}", "give all files the same")
    columns = [[dict(file.partitions)[name] for file in found] for name in names]
    return text_cells.frame(names, columns, missing=(_NO_VALUE,))[0]


def with_partitions(frame: pd.DataFrame, found: Sequence[File], rows: Sequence[int]) -> pd.DataFrame:
    """The frame with the columns that the paths of its files say; one that the files have stays as it is there.

    `rows` has how many rows each file gave, in order.
    """
    said = partitions(found)
    frame = frame.copy(deep=False)
    for name in said.columns:
        if name not in frame.columns:
            frame[name] = pd.Series(np.repeat(said[name].to_numpy(), rows), dtype=said[name].dtype)
    return frame


def with_file(frame: pd.DataFrame, column: str, rows: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """The frame with a column that names the file of each row; `rows` has the files and their rows, in order.

    Raises:
        DataError: there is such a column already.
    """
    if column in frame.columns:
        raise DataError(f"there is a column {column!r} already", cure="choose another name for file_column")
    names = [name for name, count in rows for name in [name] * count]
    frame = frame.copy(deep=False)  # `assign` knows no column named self
    frame[column] = pd.Series(names, dtype=object)
    return frame


def alike(
    frames: Mapping[str, pd.DataFrame],
    read_as: dict[str, Readings],
    as_texts: AsTexts,
    marks: tuple[str | None, str | None],
    codes: Collection[str],
    notations: Notations,
    notices: list[Notice],
) -> dict[str, pd.DataFrame]:
    """The tables of one split with a column as it is written in all where it is texts in one and was typed in another,
    or was read as numbers in one way here and in another there.

    All of its cells decide what it is: 4.500 beside 1.234,25 is no 4.5. What was said of its numbers is taken back.
    `as_texts` reads columns of a table again; `marks` are those in numbers that the first table names. Where one table
    has numbers by their type, the texts of the others are read as numbers, as the `notations` say, but for `codes`.
    """
    found = dict(frames)
    typed_in = {name: [str(one) for one in frame if _is_typed(frame[one])] for name, frame in frames.items()}
    others = frozenset().union(*typed_in.values())
    mixed = {name for name in others if any(name in one and is_texts(one[name]) for one in frames.values())}
    ways = {name: {read_as[table].get(name) for table, own in typed_in.items() if name in own} for name in others}
    unlike = {name for name, own in ways.items() if len(own) > 1}
    for table, frame in frames.items():
        typed = [name for name in typed_in[table] if name in mixed | unlike]
        if not typed or (read := as_texts(table, typed)) is None:
            continue
        again, said = read
        found[table] = frame.assign(**{str(name): again[name] for name in again})
        notices[:] = [one for one in notices if not ({*one.columns} & {*again} and _POINT in one.rule)]
        notices += [one for one in said if {*one.columns} & {*again}]
    for name in sorted(others - {*codes}):
        _as_typed(found, read_as, name, notations.get(name, marks), notices)
    for name in unlike:
        columns = {table: frame[name] for table, frame in found.items()}
        if all(is_texts(one) or one.isna().all() for one in columns.values()):
            whole = list(pd.concat(list(columns.values())).dropna().unique())
            numbers, reading = text_cells.read(whole, text_cells.Rules(Marks.of(None), *marks))
            if numbers is None:  # each table has its own way
                found |= {table: found[table].assign(**{name: frames[table][name]}) for table in columns}
                continue
            known = dict(zip(whole, numbers.tolist(), strict=True))
            _take(found, read_as, columns, name, known, reading)
    return found


def _as_typed(
    frames: dict[str, pd.DataFrame],
    read_as: dict[str, Readings],
    name: str,
    marks: tuple[str | None, str | None],
    notices: list[Notice],
) -> None:
    """Read a column of texts beside one that has numbers by their type as numbers, where it is clear which; say it."""
    typed = [table for table, frame in frames.items() if _is_typed(frame[name])]
    written = [table for table, frame in frames.items() if is_texts(frame[name])]
    if not typed or not written:
        return
    texts = list(pd.concat([frames[table][name] for table in written]).dropna().unique())
    number = found_in(texts, decimal=marks[0], thousands=marks[1])
    rule = f"{name!r} holds texts such as {texts[0]!r} in {written[0]!r}, and numbers in {typed[0]!r}"
    cure = f"give both tables texts, or both numbers, in {name!r}"
    if number is None or not number.all or number.other is not None or not number.reading.counts:
        notices.append(Notice(f"{rule}: each is taken as it is there", (name,), cure))
        return
    known = dict(zip(texts, number.reading.numbers(texts).tolist(), strict=True))
    _take(frames, read_as, written, name, known, None if number.plain else number.reading)
    notices.append(Notice(f"{rule}: the texts are read as numbers, that one as {known[texts[0]]:.15g}", (name,), cure))


def _take(
    frames: dict[str, pd.DataFrame],
    read_as: dict[str, Readings],
    tables: Iterable[str],
    name: str,
    known: Mapping[str, float],
    reading: Reading | None,
) -> None:
    """Put the numbers of its texts into a column of some tables, and keep the reading where it is not the usual one."""
    for table in tables:
        frames[table] = frames[table].assign(**{name: frames[table][name].map(known)})
        read_as[table] = {**read_as[table], **({name: reading.as_plain()} if reading else {})}


def _is_typed(column: pd.Series) -> bool:
    """Whether it has numbers by its type."""
    return column.dtype.kind in "iuf" and bool(column.notna().any())


def is_texts(column: pd.Series) -> bool:
    """Whether all cells that are not missing are texts, and there is one."""
    if column.dtype.kind in "iufbM":
        return False
    there = column.dropna()
    return len(there) > 0 and all(isinstance(cell, str) for cell in there)
