"""Excel workbooks (.xlsx), read by openpyxl."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from protokit.collect.files import archives, typed
from protokit.collect.files.file_source import Cells
from protokit.collect.files.files import File
from protokit.collect.files.text_cells import MISSING
from protokit.collect.table_words import TableSource
from protokit.core.errors import DataError
from protokit.core.libraries.optional import optional
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd

_MOST_BYTES = 1 << 32
_FAULTS = frozenset({"#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})


class Workbook:
    """One sheet of a workbook: the header in its first row that is not empty, formulas as the values last saved."""

    def header(self, file: File, spec: TableSource) -> list[str] | None:
        """Not known without openpyxl, which brings numpy; the file's presence was checked."""
        return None

    def cells(self, file: File, spec: TableSource) -> Cells:
        """All cells below the header.

        Raises:
            DataError: it is no workbook, has no such sheet, or a name stands twice.
            MissingExtra: openpyxl is not installed.
        """
        notices: list[Notice] = []
        rows = ((number, row) for number, row in self._rows(file, spec, notices) if any(v is not None for v in row))
        number, first = next(rows, (1, ()))
        below = [row for _, row in rows]
        if not below:
            raise file.error("no rows below the header", "give a sheet with rows")
        width = max(len(first), *(len(row) for row in below))
        padded = [[*row, *[None] * (width - len(row))] for row in (first, *below)]
        names: list[str] = []
        columns: list[list[Any]] = []
        for i, (title, *cells) in enumerate(zip(*padded, strict=True), 1):
            if title is None and all(cell is None for cell in cells):
                continue
            name = f"column_{i}" if title is None else str(title).strip()
            if name in names:
                raise file.error(f"two columns are named {name!r}", "rename one in the file", number, i)
            names.append(name)
            columns.append(cells)
        return Cells(names, columns, tuple(notices))

    def frame(self, cells: Cells, spec: TableSource) -> tuple[pd.DataFrame, list[Notice]]:
        """The cells with the types of the workbook; texts that are marks of missing cells as missing."""
        marks = frozenset(MISSING if spec.missing is None else ("", *spec.missing))
        faulty = sum(cell in _FAULTS for column in cells.columns for cell in column if isinstance(cell, str))
        columns = [[_cell(cell, marks) for cell in column] for column in cells.columns]
        frame, notices = typed.frame(cells.names, columns)
        if faulty:
            notices.append(Notice(f"{faulty:,} cells hold an error of Excel, read as missing", (), "mend the formulas"))
        return frame, notices

    def _rows(self, file: File, spec: TableSource, notices: list[Notice]) -> list[tuple[int, tuple[Any, ...]]]:
        openpyxl = optional("openpyxl", "xlsx")
        with archives.opened(file, "an .xlsx workbook", "save it as .xlsx, or as .csv") as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > _MOST_BYTES:
            raise file.error(f"unpacks to {size:,} bytes", "save it as .csv")
        try:
            # as an open file, since openpyxl minds its ending
            with warnings.catch_warnings(), file.path.open("rb") as content:
                warnings.simplefilter("ignore")  # of looks and validations, which are not read
                book = openpyxl.load_workbook(content, read_only=True, data_only=True)
                sheet = _sheet(book, file, spec, notices)
                sheet.reset_dimensions()  # what other programs write of a sheet's size is often wrong
                return list(enumerate(sheet.iter_rows(values_only=True), 1))
        except DataError:
            raise
        except Exception as error:  # a damaged workbook fails anywhere in the library, with any exception
            raise file.error(f"not a workbook that can be read: {error}", "save it anew as .xlsx, or as .csv") from None


def _sheet(book: Any, file: File, spec: TableSource, notices: list[Notice]) -> Any:
    names = [sheet.title for sheet in book.worksheets]
    if spec.sheet is None:
        if len(names) > 1:
            notices.append(Notice(f"of {len(names)} sheets the first was read, {names[0]!r}", (), "write sheet: NAME"))
        return book.worksheets[0]
    if isinstance(spec.sheet, int) and spec.sheet <= len(names):
        return book.worksheets[spec.sheet - 1]
    if spec.sheet in names:
        return book[spec.sheet]
    cure = did_you_mean(str(spec.sheet), names) or one_of(names)
    raise file.error(f"no sheet {spec.sheet!r}", cure)


def _cell(cell: Any, marks: frozenset[str]) -> Any:
    if isinstance(cell, str):
        text = cell.strip()
        return None if text in marks or text in _FAULTS else text
    return cell
