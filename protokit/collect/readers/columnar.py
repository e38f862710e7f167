"""Files that keep the types of their columns: Parquet and Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.files.file_source import Cells
from protokit.collect.files.files import File
from protokit.collect.frames import tidy
from protokit.collect.table_words import TableSource
from protokit.core.libraries.optional import optional
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd


class Parquet:
    """A Parquet file, read by DuckDB."""

    def header(self, file: File, spec: TableSource) -> list[str] | None:
        """Not known without DuckDB; the file's presence was checked."""
        return None

    def cells(self, file: File, spec: TableSource) -> Cells:
        """All rows with the types of the file."""
        import duckdb

        try:
            with duckdb.connect() as connection:
                # the path as a value: in a name, * and ? would be patterns
                frame = connection.read_parquet([str(file.path).translate(_LITERAL)]).df()
        except (duckdb.Error, RuntimeError, ValueError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise file.error(f"not a Parquet file: {reason}", "write it anew") from None
        return of_frame(frame)

    def frame(self, cells: Cells, spec: TableSource) -> tuple[pd.DataFrame, list[Notice]]:
        """The columns as they are."""
        return together(cells)


class Arrow:
    """An Arrow file (also called Feather), or a stream of Arrow in a file; read by PyArrow."""

    def header(self, file: File, spec: TableSource) -> list[str] | None:
        """Not known without PyArrow; the file's presence was checked."""
        return None

    def cells(self, file: File, spec: TableSource) -> Cells:
        """All rows with the types of the file.

        Raises:
            DataError: it is no Arrow file.
            MissingExtra: PyArrow is not installed.
        """
        pyarrow = optional("pyarrow", "arrow")
        ipc, feather = optional("pyarrow.ipc", "arrow"), optional("pyarrow.feather", "arrow")
        start = file.head(6)
        try:
            with pyarrow.OSFile(str(file.path)) as source:
                if start == b"ARROW1":
                    table = ipc.open_file(source).read_all()
                elif start[:4] == b"FEA1":
                    table = feather.read_table(str(file.path))
                else:
                    table = ipc.open_stream(source).read_all()
                table.validate(full=True)  # offsets of a damaged file may lead anywhere in memory
                frame = table.to_pandas(date_as_object=False)
        except (pyarrow.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise file.error(f"not an Arrow file: {reason}", "write it anew, or as Parquet") from None
        return of_frame(frame)

    def frame(self, cells: Cells, spec: TableSource) -> tuple[pd.DataFrame, list[Notice]]:
        """The columns as they are."""
        return together(cells)


_LITERAL = str.maketrans({"*": "[*]", "?": "[?]", "[": "[[]"})


def of_frame(frame: pd.DataFrame) -> Cells:
    """The columns of a frame, each with a plain type."""
    frame = tidy(frame)
    return Cells([str(name) for name in frame.columns], [frame.iloc[:, i] for i in range(frame.shape[1])])


def together(cells: Cells) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame of columns that have their types."""
    import pandas as pd

    if len(set(cells.names)) < len(cells.names):  # refused where tables are checked, by its name
        return pd.concat(list(cells.columns), axis=1), []
    return pd.DataFrame(dict(zip(cells.names, cells.columns, strict=True))), []
