"""The first part of a script: the tables read, cleaned, and put below each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from protokit.collect.files.dialect import dialect_of
from protokit.collect.readers.csv import Csv
from protokit.collect.readers.html import Html
from protokit.collect.readers.parquet import Parquet
from protokit.collect.readers.sklearn import Shipped
from protokit.collect.readers.sqlite import Sqlite
from protokit.collect.source import Source
from protokit.core.errors import SpecError
from protokit.core.outside import access
from protokit.core.places import Fault
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.cleaning import steps_of
from protokit.workflow.eject.code import call, listed, literal
from protokit.workflow.eject.refusal import INSTEAD
from protokit.workflow.eject.script import Section
from protokit.workflow.eject.texts import cells
from protokit.workflow.run.collecting import collected

_TOLD = "Every table is read as the run read it."


def collecting(recipe: Recipe, table: Table, used: Sequence[str]) -> Section:
    """Code that gives `table`, the rows as the run collected them, in which the columns `used` are the same.

    Raises:
        SpecError: a table is of a source, or is joined or cleaned, as no script is; or is read otherwise there.
    """
    split = recipe.represent.split
    names = list(recipe.collect.tables)
    stacked = [name for name in names[1:] if name in (split.test, split.validation)]
    if recipe.collect.join:
        raise SpecError.one("joins have no script", INSTEAD, ("collect", "join"))
    if other := next((name for name in names[1:] if name not in stacked), None):
        raise SpecError.one(f"the table {other!r} is joined to nothing", "remove it", ("collect", "tables", other))
    lines, told = ["SEED = " + str(recipe.seed), ""], [_TOLD]
    frames: list[tuple[str, pd.DataFrame]] = []
    for name in (names[0], *stacked):
        source = recipe.collect.tables[name]
        variable = "table" if not stacked else f"of_{name}" if name.isidentifier() else f"of_table_{len(frames) + 1}"
        code, frame = _read(name, source, recipe.folder)
        lines.append(f"{variable} = {code}")
        frames.append((variable, frame))
    whole = frames[0][1] if not stacked else pd.concat([frame for _, frame in frames], ignore_index=True)
    if stacked:
        lines.append(
            call("pd.concat", [f"[{', '.join(v for v, _ in frames)}]", "ignore_index=True"], before="table = ")
        )
        parts = [
            f"[{literal(_part(name, split))}] * len({v})"
            for name, (v, _) in zip((names[0], *stacked), frames, strict=True)
        ]
        lines.append(f"part = np.array({' + '.join(parts)})")
        told.append("Those of the test or the validation are put below the first.")
    clean = bool(recipe.collect.clean)
    # steps compute with the columns as they were read: with all of them
    before = collected(_without_steps(recipe)).frame if clean else table.frame
    names = [*map(str, before.columns)] if clean else [*used]
    if marks := missing_in(whole, before, names):
        told.append("These texts mean a missing cell.")
        lines.append(listed("MISSING = ", map(literal, marks)))
        lines.append("table = table.mask(table.isin(MISSING))")
    if clean:
        typed = [name for name in names if before[name].dtype.kind in "iuf" and whole[name].dtype.kind == "O"]
        if typed:
            lines.append(call("table.astype", [f"dict.fromkeys({literal(typed)}, float)"], before="table = "))
        whole = whole.mask(whole.isin(marks)).astype(dict.fromkeys(typed, float))
        lines += _cleaned(recipe, whole, table, used)
        told.append("Each step of cleaning is a query of DuckDB's over the rows that the one before has left.")
    return Section("1. The tables", "\n".join(told), "\n".join(lines))


def _cleaned(recipe: Recipe, whole: pd.DataFrame, table: Table, used: Sequence[str]) -> list[str]:
    """Lines that take the steps of cleaning, which give the collected table.

    Raises:
        SpecError: DuckDB gives another one.
    """
    steps = steps_of(recipe, [*whole.columns])
    try:
        found = cells.cleaned(whole, steps)
    except duckdb.Error as error:
        raise _otherwise("the steps of cleaning", str(error).splitlines()[0]) from None
    if missing_in(found, table.frame, used):
        raise _otherwise("the steps of cleaning", "texts that mean a missing cell")
    return [listed("CLEAN = ", map(literal, steps)), "table = cleaned(table, CLEAN)"]


def _without_steps(recipe: Recipe) -> Recipe:
    return recipe.model_copy(update={"collect": recipe.collect.model_copy(update={"clean": ()})})


def _part(name: str, split: Any) -> str:
    return "test" if name == split.test else "validation" if name == split.validation else "train"


def missing_in(raw: pd.DataFrame, collected: pd.DataFrame, used: Sequence[str]) -> list[str]:
    """The texts that are missing cells in the collected table.

    Raises:
        SpecError: the table is not the same when it is read by pandas.
    """
    marks, kept = set[str](), set[str]()
    for name in used:
        if name not in raw or len(raw) != len(collected):
            raise _otherwise(name, "it is not there" if name not in raw else f"there are {len(raw):,} rows")
        own, theirs = raw[name], collected[name]
        if own.dtype.kind != "O":
            floats = own.dtype.kind in "iuf" and theirs.dtype.kind in "iuf"
            pair = (own.to_numpy(float), theirs.to_numpy(float)) if floats else (own.to_numpy(), theirs.to_numpy())
            same = own.equals(theirs) or np.array_equal(*pair, equal_nan=floats)
            if not same:
                raise _otherwise(name, "cells differ")
            continue
        lost = theirs.isna().to_numpy() & own.notna().to_numpy()
        marks |= set(own[lost])
        rest = own[~theirs.isna().to_numpy()]
        kept |= set(rest)
        if theirs.dtype.kind in "iufb":
            found = pd.to_numeric(rest, errors="coerce").to_numpy(float)
            odd = found != theirs[~theirs.isna()].to_numpy(float)
        else:
            odd = np.array([cells.text_of(a) != cells.text_of(b) for a, b in zip(rest, theirs.dropna(), strict=True)])
        if len(odd) and odd.any():
            raise _otherwise(name, f"a cell is {rest.iloc[int(odd.argmax())]!r} there")
    if both := sorted(marks & kept):
        raise _otherwise(both[0], "it means a missing cell in one column, and is a level of another")
    return sorted(marks)


def _otherwise(what: str, why: str) -> SpecError:
    rule = f"pandas reads the table otherwise than the run did, at {what!r}: {why}"
    return SpecError.one(rule, "write the table anew as a plain CSV file, and run its recipe", ("collect", "tables"))


def _read(name: str, source: Source, folder: Path) -> tuple[str, pd.DataFrame]:
    """The call that reads a table, and what it gives."""
    reader = _READERS.get(type(source))
    if reader is None or (unsaid := _options(source)):
        rule = f"the table {name!r} is of {source.kind}, which has no script"
        if reader is not None:
            rule = f"the table {name!r} is read with {unsaid[0]}, which has no script"
        raise SpecError([Fault(rule, "write it as a plain CSV file", ("collect", "tables", name))])
    return reader(source, folder)


def _options(source: Any) -> list[str]:
    """The options of a source that no script has."""
    known = {"missing", "encoding", "delimiter", "table", "query"}
    return [name for name in source.option_names() if name not in known and getattr(source, name, None) is not None]


def _file(source: Any, folder: Path) -> tuple[str, Path]:
    """The place of a file in a script, and on this machine.

    Raises:
        SpecError: there are several, or it is packed or far away.
    """
    found = source.fetched(folder) if hasattr(source, "fetched") else [folder / source.location]
    place = access.local(folder / source.location)
    if len(found) != 1 or not place.is_file():
        rule = f"{source.location!r} is no one file of this machine"
        raise SpecError.one(rule, "write the table into one file", ("collect", "tables"))
    return f"FOLDER / {literal(source.location)}", place


def _csv(source: Csv, folder: Path) -> tuple[str, pd.DataFrame]:
    code, place = _file(source, folder)
    [file], _ = source.files(folder)
    dialect = dialect_of(file, source)
    arguments = (dialect.delimiter, dialect.encoding)
    try:
        frame = cells.read_csv(place, *arguments)
    except ValueError as error:
        raise _otherwise(source.location, str(error).splitlines()[0]) from None
    return f"read_csv({code}, {', '.join(map(literal, arguments))})", frame


def _sqlite(source: Sqlite, folder: Path) -> tuple[str, pd.DataFrame]:
    code, place = _file(source, folder)
    query = source.query or f'select * from "{source.table}"'
    return f"read_sqlite({code}, {literal(query)})", cells.read_sqlite(place, query)


def _html(source: Html, folder: Path) -> tuple[str, pd.DataFrame]:
    code, place = _file(source, folder)
    text = re.escape(source.table) if isinstance(source.table, str) else None
    arguments = (source.encoding, text, source.table - 1 if isinstance(source.table, int) else 0)
    try:
        frame = cells.read_html(place, *arguments)
    except (ValueError, IndexError) as error:
        raise _otherwise(source.location, str(error).splitlines()[0]) from None
    return f"read_html({code}, {', '.join(map(literal, arguments))})", frame


def _parquet(source: Parquet, folder: Path) -> tuple[str, pd.DataFrame]:
    code, place = _file(source, folder)
    return f"read_parquet({code})", cells.read_parquet(place)


def _shipped(source: Shipped, folder: Path) -> tuple[str, pd.DataFrame]:
    return f"shipped({literal(source.location)})", cells.shipped(source.location)


_READERS: Mapping[type, Callable[[Any, Path], tuple[str, pd.DataFrame]]] = {
    Csv: _csv,
    Html: _html,
    Sqlite: _sqlite,
    Parquet: _parquet,
    Shipped: _shipped,
}
