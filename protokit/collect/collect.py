"""From the recipe's step `collect` to one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from protokit.collect.sources import SOURCES
from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.core.values import Notice, Step, Table
from protokit.recipe.recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd


def collect(recipe: Recipe, table: Any = None) -> Table:
    """The rows of the recipe's tables, or of a frame given from Python.

    Rows of further tables (the test or validation rows of the split) are put below those of the first.

    Raises:
        DataError: a table cannot be read, is empty, or lacks a column of the first.
    """
    import numpy as np
    import pandas as pd

    if table is not None:
        frame = as_frame(table)
        digest = fingerprint(frame)
        return Table(frame, None, {"table": digest}, (), (Step("table", len(frame), len(frame)),))
    if not recipe.collect.tables:
        raise recipe.error(
            ("collect",), "no table to collect", "name one under collect.tables, or pass a data frame to run()"
        )
    frames: list[pd.DataFrame] = []
    parts: list[str] = []
    origin: dict[str, str] = {}
    notices: list[Notice] = []
    steps: list[Step] = []
    for name, source in recipe.collect.tables.items():
        try:
            frame, digest, found = SOURCES[source.kind].read(source, recipe.folder)
        except DataError as error:
            place = recipe.document.place(("collect", "tables", name))
            where = error.place or (str(place) if place else f"collect.tables.{name}")
            raise DataError(error.rule, place=where, cure=error.cure) from None
        frame = _checked(frame, name)
        if frames:
            frame = _matched(frame, frames[0], name, recipe.represent.targets)
        frames.append(frame)
        parts += [name] * len(frame)
        origin[f"{name}: {source.location}"] = digest
        notices += found
        steps.append(Step(f"read {name}", len(frame), len(frame), f"{frame.shape[1]} columns"))
    whole = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return Table(whole, np.array(parts), origin, tuple(dict.fromkeys(notices)), tuple(steps))


def columns(recipe: Recipe) -> list[str] | None:
    """The columns that the recipe's first table has, if that can be known without loading it.

    Raises:
        DataError: a file is not there or its header cannot be read.
    """
    found: list[str] | None = None
    for i, source in enumerate(recipe.collect.tables.values()):
        names = SOURCES[source.kind].columns(source, recipe.folder)
        found = names if i == 0 else found
    return found


def read_table(path: FilePath) -> pd.DataFrame:
    """One table from a file, by its ending.

    Raises:
        SpecError: the ending says nothing, or is not supported yet.
        DataError: the file cannot be read.
    """
    recipe = Recipe.parse({"collect": {"tables": {"data": str(path.resolve())}}, "represent": {"target": "-"}})
    return collect(recipe).frame


def as_frame(table: Any) -> pd.DataFrame:
    """A frame from what a person may pass: a pandas frame, or a mapping of columns.

    Raises:
        DataError: it is neither, is empty, or its columns have no or twice the same name.
    """
    import pandas as pd

    if isinstance(table, dict):
        table = pd.DataFrame(table)
    if not isinstance(table, pd.DataFrame):
        raise DataError(f"a table is a pandas data frame, not {type(table).__name__}")
    return _checked(table.reset_index(drop=True), "table")


def fingerprint(frame: pd.DataFrame) -> str:
    """The SHA-256 of a frame's values and names."""
    import hashlib

    import pandas as pd

    digest = hashlib.sha256("\0".join(map(str, frame.columns)).encode())
    plain = frame.astype({c: str for c in frame.columns if frame[c].dtype == object})
    digest.update(pd.util.hash_pandas_object(plain, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _checked(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    if frame.shape[0] == 0 or frame.shape[1] == 0:
        raise DataError(f"the table {name!r} is empty", cure="give a table with rows and columns")
    frame = frame.rename(columns=str)
    doubled = frame.columns[frame.columns.duplicated()]
    if len(doubled):
        raise DataError(f"two columns of {name!r} are named {doubled[0]!r}", cure="rename one")
    return frame


def _matched(frame: pd.DataFrame, first: pd.DataFrame, name: str, targets: Sequence[str]) -> pd.DataFrame:
    """A further table with the columns of the first, in its order."""
    missing = [column for column in first.columns if column not in frame.columns]
    if missing:
        raise DataError(
            f"the table {name!r} lacks the column {missing[0]!r} of the first table",
            cure=did_you_mean(missing[0], list(frame.columns)),
        )
    return frame[list(first.columns)]
