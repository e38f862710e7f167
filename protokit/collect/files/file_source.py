"""A source that is files of one format: one of them, or several with the same columns as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from protokit.collect.files import files
from protokit.collect.files.files import File
from protokit.collect.files.secrets import expand
from protokit.collect.table_words import TableSource
from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cells:
    """What a file holds, before the type of each column is known: one sequence of cells for each name."""

    names: list[str]
    columns: Sequence[Any]
    notices: tuple[Notice, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return len(self.columns[0]) if self.columns else 0


class Format(Protocol):
    """How files of one format are read."""

    def header(self, file: File, spec: TableSource) -> list[str] | None:
        """The columns' names, found without a heavy library; None if that needs one."""

    def cells(self, file: File, spec: TableSource) -> Cells:
        """All cells of a file."""

    def frame(self, cells: Cells, spec: TableSource) -> tuple[pd.DataFrame, list[Notice]]:
        """The cells with a type for each column, over all files together."""


class FileSource:
    """The source that reads files of a format."""

    def __init__(self, form: Format) -> None:
        self.form = form

    def columns(self, spec: TableSource, folder: Path) -> list[str] | None:
        """The names in the header; all files must have the same."""
        location = expand(spec.location)
        with location.masking():
            found, _ = files.find(location, folder, fetch=False)
            headers = [(file, self.form.header(file, spec)) for file in found]
            names = headers[0][1] if headers else None
            if names is None:
                return None
            for file, other in headers[1:]:
                if other is not None:
                    _order(names, other, headers[0][0], file)
            return [*names, spec.file_column] if spec.file_column else names

    def read(self, spec: TableSource, folder: Path) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows of all files, one below the other."""
        location = expand(spec.location)
        with location.masking():
            found, notices = files.find(location, folder)
            parts = [self.form.cells(file, spec) for file in found]
            frame, decided = self.form.frame(_stacked(parts, found), spec)
            if spec.file_column:
                frame = _with_file(frame, spec.file_column, parts, found, location.masked)
            told = [*notices, *(notice for part in parts for notice in part.notices), *decided]
            return frame, files.digest(found)[0], tuple(dict.fromkeys(told))


def _stacked(parts: list[Cells], found: list[File]) -> Cells:
    first = parts[0]
    if len(parts) == 1:
        return first
    orders = [_order(first.names, part.names, found[0], file) for part, file in zip(parts, found, strict=True)]
    columns: list[Any] = []
    for i in range(len(first.names)):
        pieces = [part.columns[order[i]] for part, order in zip(parts, orders, strict=True)]
        if isinstance(pieces[0], (list, tuple)):
            columns.append(list(chain.from_iterable(pieces)))
        else:
            import pandas as pd

            columns.append(pd.concat([pd.Series(piece) for piece in pieces], ignore_index=True))
    return Cells(first.names, columns)


def _order(names: list[str], other: list[str], first: File, file: File) -> list[int]:
    """Where each column of the first file stands in another one."""
    missing = [name for name in names if name not in other]
    spare = [name for name in other if name not in names]
    if missing:
        raise file.error(f"lacks the column {missing[0]!r} of {first.name}", did_you_mean(missing[0], spare or other))
    if spare:
        raise file.error(f"has the column {spare[0]!r}, which {first.name} has not", "give all files the same columns")
    return [other.index(name) for name in names]


def _with_file(frame: pd.DataFrame, column: str, parts: list[Cells], found: list[File], masked: Any) -> pd.DataFrame:
    import pandas as pd

    if column in frame.columns:
        raise DataError(f"there is a column {column!r} already", cure="choose another name for file_column")
    names = [name for part, file in zip(parts, found, strict=True) for name in [masked(file.path.name)] * part.rows]
    frame = frame.copy(deep=False)  # `assign` knows no column named self
    frame[column] = pd.Series(names, dtype=object)
    return frame
