"""Arrow files."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from protokit.collect.files.cells import Cells
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.files import File
from protokit.collect.options import Missing
from protokit.collect.source import SOURCES
from protokit.core.libraries.optional import optional
from protokit.core.outside import access
from protokit.core.values.said import Notice

if TYPE_CHECKING:
    import pandas as pd


@SOURCES.add
class Arrow(FileSource):
    """An Arrow file (also called Feather), or a stream of Arrow in a file; read by PyArrow."""

    name = "arrow"
    about = "an Arrow or Feather file"
    example = "{arrow: data/flights.arrow}"
    rank = 5
    endings = (".arrow", ".feather")

    missing: Missing = None

    def columns_of_file(self, file: File) -> list[str] | None:
        """Not known without PyArrow; the file's presence was checked."""
        return None

    def cells(self, file: File) -> Cells:
        """All rows with the types of the file.

        Raises:
            DataError: it is no Arrow file.
            MissingExtra: PyArrow is not installed.
        """
        from protokit.collect.frames import columns_of, told_of_zones

        pyarrow = optional("pyarrow", "arrow")
        ipc, feather = optional("pyarrow.ipc", "arrow"), optional("pyarrow.feather", "arrow")
        start = file.head(6)
        path = str(access.local(file.path))
        try:
            with pyarrow.OSFile(path) as source:
                if start == b"ARROW1":
                    table = ipc.open_file(source).read_all()
                elif start[:4] == b"FEA1":
                    table = feather.read_table(path)
                else:
                    table = ipc.open_stream(source).read_all()
                table.validate(full=True)  # offsets of a damaged file may lead anywhere in memory
                frame = table.to_pandas(date_as_object=False, integer_object_nulls=True)
        except (pyarrow.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise file.error(f"not an Arrow file: {reason}", "write it anew, or as Parquet") from None
        return Cells(*columns_of(frame), told_of_zones(frame))

    def frame(self, cells: Cells, texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[Notice]]:
        """The columns as they are."""
        from protokit.cells.missing import blanked
        from protokit.collect.stacking import framed

        frame, notices = framed(cells)
        return blanked(frame, self.missing, texts), notices
