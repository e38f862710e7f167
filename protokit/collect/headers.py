"""The columns of a recipe's tables, found without a heavy library: what a check needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from protokit.collect.column_flow import check_names
from protokit.collect.source import Source
from protokit.collect.words import Collect
from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.core.plugins import guarded


def columns(spec: Collect, folder: Path, given: Mapping[str, list[str]] = MappingProxyType({})) -> list[str] | None:
    """The columns that the tables have once they are joined and cleaned, if known without loading them.

    Those `given` are of tables that are there already.

    Raises:
        SpecError: a step of joining or cleaning names a column that is not there.
        DataError: a file is not there or its header cannot be read.
    """
    found: dict[str, list[str] | None] = dict(given)
    for name, source in spec.tables.items():
        if name in given:
            continue
        with reading(name, source):
            found[name] = source.columns(folder)
    return check_names(spec, found)


def some_cells(spec: Collect, folder: Path) -> Mapping[str, list[str]]:
    """The first cells of the columns of the first table, as far as they are known without loading it."""
    try:
        name, source = next(iter(spec.tables.items()))
        with reading(name, source):
            return source.some_cells(folder)
    except (StopIteration, DataError):
        return {}


def names_in(source: Source, folder: Path) -> list[str] | None:
    """The columns of a table that a person names, by its header alone; None where that takes more.

    Raises:
        DataError: there is no such table, or its header cannot be read.
    """
    with reading("data", source, "person"):
        if source.kind == "csv":
            return source.columns(folder)
        if source.kind == "parquet":
            from protokit.collect.readers.parquet import names_of

            return names_of(source, folder)
    return None


@contextmanager
def reading(name: str, source: Source, by: access.Namer = "recipe") -> Iterator[None]:
    """Give an error of a table's source the table's path, where the file itself has no better place.

    What is opened was named `by` a recipe or a person; what a source of another package opens, by that one.

    Raises:
        DataError: the same.
    """
    try:
        by = by if type(source).__module__.startswith("protokit.") else "plug-in"
        with access.named_by(by), guarded("the source", source):
            yield
    except DataError as error:
        if error.place is not None or error.path:
            raise
        path = ("collect", "tables", name, source.name)
        raise DataError(error.rule, cure=error.cure, path=path) from error.__cause__
