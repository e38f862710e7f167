"""From the recipe's step `collect` to one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from protokit.collect.frames import as_frame, checked, fingerprint
from protokit.collect.sources import SOURCES, origin
from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.core.values import Notice, Step, Table
from protokit.recipe.recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd


def collect(recipe: Recipe, table: Any = None) -> Table:
    """The rows of the recipe's tables, joined and cleaned.

    A frame given from Python stands for the first table; a mapping of names to frames for the tables of these
    names. Rows of tables that hold the test or validation rows of the split are put below those of the first,
    before anything is joined.

    Raises:
        SpecError: a step of joining or cleaning does not fit the columns.
        DataError: a table cannot be read, is empty, lacks a column of the first, or is not what a step says.
    """
    import numpy as np
    import pandas as pd

    given = _given(recipe, table)
    if not given and not recipe.collect.tables:
        raise recipe.error(
            ("collect",), "no table to collect", "name one under collect.tables, or pass a data frame to run()"
        )
    split = recipe.represent.split
    stacked = [name for name in (split.test, split.validation) if isinstance(name, str)]
    first = next(iter(recipe.collect.tables), None) or next(iter(given))
    names = list(dict.fromkeys([first, *recipe.collect.tables, *given]))
    frames: dict[str, pd.DataFrame] = {}
    origins: dict[str, str] = {}
    notices: list[Notice] = []
    steps: list[Step] = []
    for name in names:
        if name in given:
            frame = given[name]
            origins[name] = fingerprint(frame)
        else:
            frame, record, found = read_source(recipe, name)
            origins |= record
            notices += found
        frames[name] = _matched(frame, frames[first], name) if name in stacked and name != first else frame
        word = "read " if name not in given or len(given) > 1 else ""
        steps.append(Step(f"{word}{name}", len(frame), len(frame), f"{frame.shape[1]} columns"))
    parts = None
    if recipe.collect.tables or len(given) > 1:
        rows = [name for name in names if name == first or name in stacked]
        parts = np.array([name for name in rows for _ in range(len(frames[name]))])
        if len(rows) > 1:
            frames[first] = pd.concat([frames[name] for name in rows], ignore_index=True)
    whole = frames[first]
    if recipe.collect.join or recipe.collect.clean:
        from protokit.collect.gather import gathered

        whole, taken, found_in = gathered(recipe, _known(recipe, frames))
        parts = None if parts is None else parts[whole.index.to_numpy()]
        whole = whole.reset_index(drop=True)
        steps += taken
        notices += found_in
    return Table(whole, parts, origins, tuple(dict.fromkeys(notices)), tuple(steps))


def columns(recipe: Recipe) -> list[str] | None:
    """The columns that the recipe's tables have once they are joined and cleaned, if known without loading them.

    Raises:
        SpecError: a step of joining or cleaning names a column that is not there.
        DataError: a file is not there or its header cannot be read.
    """
    from protokit.collect.gather import check_names

    found: dict[str, list[str] | None] = {}
    for name, source in recipe.collect.tables.items():
        with placed(recipe, name):
            found[name] = SOURCES[source.kind].columns(source, recipe.folder)
    return check_names(recipe, found)


def _given(recipe: Recipe, table: Any) -> dict[str, pd.DataFrame]:
    """What was passed from Python, as frames by the names of the tables that they stand for."""
    if table is None:
        return {}
    known = recipe.collect.tables
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


def _known(recipe: Recipe, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames, where every joined table is among them."""
    for i, join in enumerate(recipe.collect.join):
        if join.table not in frames:
            cure = did_you_mean(join.table, list(frames)) or "pass it: run(recipe, table={NAME: frame, ...})"
            raise recipe.error(("collect", "join", i, "with"), f"there is no table {join.table!r}", cure)
    return frames


def read_source(recipe: Recipe, name: str) -> tuple[pd.DataFrame, dict[str, str], tuple[Notice, ...]]:
    """One of the recipe's tables: its rows, the digests of what was read by place, and what was decided in reading.

    Raises:
        DataError: at the table's line, where the file itself has no better place.
    """
    source = recipe.collect.tables[name]
    with placed(recipe, name):
        frame, digest, found = SOURCES[source.kind].read(source, recipe.folder)
        return checked(frame, name), origin(name, source, recipe.folder, digest), found


@contextmanager
def placed(recipe: Recipe, name: str) -> Iterator[None]:
    """Give an error of a table's source the table's line, where the file itself has no better place."""
    try:
        yield
    except DataError as error:
        kind = recipe.collect.tables[name].kind
        place = recipe.document.place(("collect", "tables", name, kind))
        where = error.place or (str(place) if place else f"collect.tables.{name}")
        raise DataError(error.rule, place=where, cure=error.cure) from None


def read_table(
    place: str | FilePath, table: str | None = None, reading: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """One table from a file, a folder of images or a web address, by its ending; `reading` is for csv files.

    Raises:
        SpecError: the ending says nothing.
        DataError: the table cannot be read.
    """
    recipe = Recipe.parse({"collect": {"tables": {"data": as_written(place, table)}}, "represent": {"target": "-"}})
    source = recipe.collect.tables["data"]
    if reading and source.kind == "csv":
        tables = {"data": {"csv": source.location, **reading}}
        recipe = Recipe.parse({"collect": {"tables": tables}, "represent": {"target": "-"}})
    return collect(recipe).frame


def as_written(place: str | FilePath, table: str | None = None) -> str | dict[str, str | int]:
    """A place as a recipe has it: a folder with `/` at its end; `table` is one of a database or page, or a sheet."""
    text = str(place) + ("/" if FilePath(place).is_dir() and not str(place).endswith("/") else "")
    if table is None:
        return text
    kind = (
        Recipe.parse({"collect": {"tables": {"data": text}}, "represent": {"target": "-"}}).collect.tables["data"].kind
    )
    number = table.isdecimal() and kind != "sqlite"
    return {kind: text, "sheet" if kind == "xlsx" else "table": int(table) if number else table}


def _matched(frame: pd.DataFrame, first: pd.DataFrame, name: str) -> pd.DataFrame:
    """A further table with the columns of the first, in its order."""
    missing = [column for column in first.columns if column not in frame.columns]
    if missing:
        raise DataError(
            f"the table {name!r} lacks the column {missing[0]!r} of the first table",
            cure=did_you_mean(missing[0], list(frame.columns)),
        )
    return frame[list(first.columns)]
