"""Parquet files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.collect.files import files
from protokit.collect.files.cells import Cells
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.files import File
from protokit.collect.files.secrets import expand
from protokit.collect.options import Missing
from protokit.collect.source import SOURCES, Source
from protokit.core.outside import access
from protokit.core.values.said import Notice

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


@SOURCES.add
class Parquet(FileSource):
    """A Parquet file, or a folder of them as one table, read by DuckDB.

    Of a folder and of a pattern, folders named `year=2024` are a column `year`.
    """

    name = "parquet"
    about = "a Parquet file, or a folder of them; folders `year=2024` become a column"
    example = "{parquet: data/flights.parquet}"
    rank = 4
    endings = (".parquet",)
    inside = ".parquet"

    missing: Missing = None

    def columns_of_file(self, file: File) -> list[str] | None:
        """Not known without DuckDB; the file's presence was checked."""
        return None

    def cells(self, file: File) -> Cells:
        """All rows with the types of the file."""
        import duckdb
        import pandas as pd

        from protokit.cells.times.durations import of_unit
        from protokit.collect.database.warehouse import LITERAL, parquet_durations
        from protokit.collect.frames import columns_of, rows_of, told_of_zones

        try:
            with duckdb.connect() as connection:
                # the path as a value: in a name, * and ? would be patterns
                path = str(access.local(file.path)).translate(LITERAL)
                frame = rows_of(connection.read_parquet([path]))
                names = _as_written(connection, path)
                frame.columns = pd.Index([*names, *frame.columns[len(names) :]])
                for name, unit in parquet_durations(connection, file.path).items():
                    frame[name] = of_unit(frame[name], unit)
        except (duckdb.Error, RuntimeError, ValueError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise file.error(f"not a Parquet file: {reason}", "write it anew") from None
        return Cells(*columns_of(frame), told_of_zones(frame))

    def frame(self, cells: Cells, texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[Notice]]:
        """The columns as they are."""
        from protokit.cells.missing import blanked
        from protokit.collect.stacking import framed

        frame, notices = framed(cells)
        return blanked(frame, self.missing, texts), notices


def names_of(source: Source, folder: Path) -> list[str] | None:
    """The columns of one file, by what it says of itself; None of several, whose folders may say columns.

    Raises:
        DataError: there is no such file, or it is no Parquet file.
    """
    import duckdb

    from protokit.collect.database.warehouse import LITERAL

    location = expand(source.location)
    with location.masking():
        found, _ = files.find(location, folder, inside=Parquet.inside)
        if len(found) > 1 or found[0].partitions:
            return None
        try:
            with duckdb.connect() as connection:
                return _as_written(connection, str(access.local(found[0].path)).translate(LITERAL))
        except duckdb.Error as error:
            raise found[0].error(f"not a Parquet file: {str(error).splitlines()[0]}", "write it anew") from None


def _as_written(connection: duckdb.DuckDBPyConnection, path: str) -> list[str]:
    """The names of a file's columns: of those that differ in capitals alone DuckDB renames all but the first."""
    parts = connection.execute("SELECT name, num_children FROM parquet_schema(?)", [path]).fetchall()
    names: list[str] = []
    inside = 0
    for name, children in parts[1:]:
        if not inside:
            names.append(name)
        inside = max(0, inside - 1) + (children or 0)
    return names
