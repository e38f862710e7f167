"""Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.files.cells import Cells
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.files import File
from protokit.collect.source import SOURCES
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd


@SOURCES.add
class Parquet(FileSource):
    """A Parquet file, read by DuckDB."""

    name = "parquet"
    about = "a Parquet file"
    example = "{parquet: data/flights.parquet}"
    rank = 4
    endings = (".parquet",)

    def header(self, file: File) -> list[str] | None:
        """Not known without DuckDB; the file's presence was checked."""
        return None

    def cells(self, file: File) -> Cells:
        """All rows with the types of the file."""
        import duckdb

        from protokit.cells.times.durations import of_unit
        from protokit.collect.database.warehouse import LITERAL, parquet_durations
        from protokit.collect.frames import columns_of

        try:
            with duckdb.connect() as connection:
                frame = connection.read_parquet([str(file.path).translate(LITERAL)]).df()
                for name, unit in parquet_durations(connection, file.path).items():
                    frame[name] = of_unit(frame[name], unit)
        except (duckdb.Error, RuntimeError, ValueError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise file.error(f"not a Parquet file: {reason}", "write it anew") from None
        return Cells(*columns_of(frame))

    def frame(self, cells: Cells) -> tuple[pd.DataFrame, list[Notice]]:
        """The columns as they are."""
        from protokit.collect.stacking import framed

        return framed(cells)
