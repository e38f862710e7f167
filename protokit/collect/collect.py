"""From the recipe's step `collect` to one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from protokit.collect.frames import as_frame, checked, fingerprint
from protokit.collect.gather import gathered
from protokit.collect.headers import reading
from protokit.collect.readers.csv import Csv
from protokit.collect.source import Source
from protokit.collect.words import Collect
from protokit.core.errors import DataError, SpecError
from protokit.core.suggest import did_you_mean
from protokit.core.values import Notice, Step, Table


def collect(spec: Collect, folder: Path, table: object = None, *, stacked: Sequence[str] = ()) -> Table:
    """The rows of the tables, joined and cleaned. Paths start at `folder`.

    A frame given from Python stands for the first table; a mapping of names to frames for the tables of these
    names. Rows of the tables that are `stacked`, which hold the test or validation rows of the split, are put below
    those of the first, before anything is joined.

    Raises:
        SpecError: a step of joining or cleaning does not fit the columns.
        DataError: a table cannot be read, is empty, lacks a column of the first, or is not what a step says.
    """
    given = _given(spec, table)
    if not given and not spec.tables:
        cure = "name one under collect.tables, or pass a data frame to run()"
        raise SpecError.one("no table to collect", cure, ("collect",))
    first = next(iter(spec.tables), None) or next(iter(given))
    names = list(dict.fromkeys([first, *spec.tables, *given]))
    frames: dict[str, pd.DataFrame] = {}
    origins: dict[str, str] = {}
    notices: list[Notice] = []
    steps: list[Step] = []
    for name in names:
        if name in given:
            frame = given[name]
            origins[name] = fingerprint(frame)
        else:
            frame, record, found = read_source(name, spec.tables[name], folder)
            origins |= record
            notices += found
        frames[name] = _matched(frame, frames[first], name) if name in stacked and name != first else frame
        word = "read " if name not in given or len(given) > 1 else ""
        steps.append(Step(f"{word}{name}", len(frame), len(frame), f"{frame.shape[1]} columns"))
    parts = None
    if spec.tables or len(given) > 1:
        rows = [name for name in names if name == first or name in stacked]
        parts = np.array([name for name in rows for _ in range(len(frames[name]))])
        if len(rows) > 1:
            frames[first] = pd.concat([frames[name] for name in rows], ignore_index=True)
    whole, clean = frames[first], spec.clean
    if spec.join or spec.clean:
        _hold_joined(spec, frames)
        whole, found_in = gathered(spec, frames)
        parts = None if parts is None else parts[whole.index.to_numpy()]
        whole = whole.reset_index(drop=True)
        steps += found_in.steps
        notices += found_in.notices
        clean = found_in.clean
    return Table(whole, parts, origins, tuple(dict.fromkeys(notices)), tuple(steps), clean)


def cleaned(frame: pd.DataFrame, steps: Sequence[object]) -> pd.DataFrame:
    """A frame after some steps of cleaning, as a recipe has them.

    Raises:
        SpecError: one is no step, or does not fit the columns.
        DataError: a cell is not what a step says.
    """
    return collect(Collect.of(clean=list(steps)), Path(), frame).frame


def read_source(name: str, source: Source, folder: Path) -> tuple[pd.DataFrame, dict[str, str], tuple[Notice, ...]]:
    """One table: its rows, the digests of what was read by place, and what was decided in reading.

    Raises:
        DataError: at the table's path, where the file itself has no better place.
    """
    with reading(name, source):
        frame, digest, found = source.read(folder)
        return checked(frame, name), source.origin(name, folder, digest), found


def read_table(
    place: str | Path, table: str | None = None, reading: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """One table from a file, a folder of images or a web address, by its ending; `reading` is for csv files.

    Raises:
        SpecError: the ending says nothing.
        DataError: the table cannot be read.
    """
    source = Source.parse(as_written(place, table))
    if reading and isinstance(source, Csv):
        source = Source.parse({"csv": source.location, **reading})
    return read_source("data", source, Path.cwd())[0]


def as_written(place: str | Path, table: str | None = None) -> str | dict[str, str | int]:
    """A place as a recipe has it: a folder with `/` at its end; `table` is one of a database or page, or a sheet.

    Raises:
        SpecError: the ending says nothing.
    """
    text = str(place) + ("/" if Path(place).is_dir() and not str(place).endswith("/") else "")
    if table is None:
        return text
    source = Source.parse(text)
    return {source.name: text, **source.of_several(table)}


def _given(spec: Collect, table: object) -> dict[str, pd.DataFrame]:
    """What was passed from Python, as frames by the names of the tables that they stand for."""
    if table is None:
        return {}
    known = spec.tables
    if (
        isinstance(table, Mapping)
        and table
        and all(isinstance(t, Mapping) or hasattr(t, "columns") for t in table.values())
    ):
        for name in table:
            if known and name not in known:
                raise DataError(f"the recipe has no table {name!r}", cure=did_you_mean(str(name), list(known)))
        return {str(name): as_frame(part, str(name)) for name, part in table.items()}
    return {next(iter(known), "table"): as_frame(table)}


def _hold_joined(spec: Collect, frames: Mapping[str, pd.DataFrame]) -> None:
    """Hold that every joined table is among the frames."""
    for i, join in enumerate(spec.join):
        if join.table not in frames:
            cure = did_you_mean(join.table, list(frames)) or "pass it: run(recipe, table={NAME: frame, ...})"
            raise SpecError.one(f"there is no table {join.table!r}", cure, ("collect", "join", i, "with"))


def _matched(frame: pd.DataFrame, first: pd.DataFrame, name: str) -> pd.DataFrame:
    """A further table with the columns of the first, in its order."""
    missing = [column for column in first.columns if column not in frame.columns]
    if missing:
        raise DataError(
            f"the table {name!r} lacks the column {missing[0]!r} of the first table",
            cure=did_you_mean(missing[0], list(frame.columns)),
        )
    return frame[list(first.columns)]
