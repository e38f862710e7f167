"""Excel workbooks (.xlsx), read by openpyxl."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from protokit.collect.files import archives
from protokit.collect.files.cells import Cells
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.files import File
from protokit.collect.options import Missing, name_or_number
from protokit.collect.source import SOURCES
from protokit.core.errors import DataError
from protokit.core.libraries.optional import optional
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd

_MOST_BYTES = 1 << 32
_FAULTS = frozenset({"#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})


@SOURCES.add
class Workbook(FileSource):
    """One sheet of a workbook: the header in its first row that is not empty, formulas as the values last saved."""

    name = "xlsx"
    about = "a workbook"
    example = "{xlsx: data/sales.xlsx, sheet: sales}"
    rank = 6
    endings = (".xlsx",)

    missing: Missing = None
    sheet: Annotated[
        str | int | None,
        name_or_number("sheet"),
        Field(description="name of a sheet, or its number from 1; the first when not given", examples=["sales"]),
    ] = None

    @classmethod
    def of_several(cls, name: str) -> dict[str, str | int]:
        """A sheet."""
        return {"sheet": int(name) if name.isdecimal() else name}

    def columns_of_file(self, file: File) -> list[str] | None:
        """Not known without openpyxl, which brings numpy; the file's presence was checked."""
        return None

    def cells(self, file: File) -> Cells:
        """All cells below the header.

        Raises:
            DataError: it is no workbook, has no such sheet, or a name stands twice.
            MissingExtra: openpyxl is not installed.
        """
        notices: list[Notice] = []
        rows = ((number, row) for number, row in self._rows(file, notices) if any(v is not None for v in row))
        number, first = next(rows, (1, ()))
        below = [row for _, row in rows]
        if not below:
            raise file.error("no rows below the header", "give a sheet with rows")
        width = max(len(first), *(len(row) for row in below))
        padded = [[*row, *[None] * (width - len(row))] for row in (first, *below)]
        names: list[str] = []
        columns: list[list[object]] = []
        for i, (title, *cells) in enumerate(zip(*padded, strict=True), 1):
            if title is None and all(cell is None for cell in cells):
                continue
            name = f"column_{i}" if title is None else str(title).strip()
            if name in names:
                raise file.error(f"two columns are named {name!r}", "rename one in the file", number, i)
            names.append(name)
            columns.append(cells)
        return Cells(names, columns, tuple(notices))

    def frame(self, cells: Cells, texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[Notice]]:
        """The cells with the types of the workbook; texts that are marks of missing cells as missing."""
        from protokit.cells.missing import Marks
        from protokit.collect import text_cells

        rules = text_cells.Rules(Marks.of(self.missing))
        faulty = sum(cell in _FAULTS for column in cells.columns for cell in column if isinstance(cell, str))
        columns = [
            [None if isinstance(cell, str) and cell in _FAULTS else cell for cell in own] for own in cells.columns
        ]
        frame, notices = text_cells.mixed(cells.names, columns, rules, texts)
        if faulty:
            notices.append(Notice(f"{faulty:,} cells hold an error of Excel, read as missing", (), "mend the formulas"))
        return frame, notices

    def _rows(self, file: File, notices: list[Notice]) -> list[tuple[int, tuple[object, ...]]]:
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
                sheet = _sheet(book, file, self.sheet, notices)
                sheet.reset_dimensions()  # what other programs write of a sheet's size is often wrong
                return list(enumerate(sheet.iter_rows(values_only=True), 1))
        except DataError:
            raise
        except Exception as error:  # a damaged workbook fails anywhere in the library, with any exception
            raise file.error(f"not a workbook that can be read: {error}", "save it anew as .xlsx, or as .csv") from None


def _sheet(book: Any, file: File, wanted: str | int | None, notices: list[Notice]) -> Any:
    names = [sheet.title for sheet in book.worksheets]
    if wanted is None:
        if len(names) > 1:
            notices.append(Notice(f"of {len(names)} sheets the first was read, {names[0]!r}", (), "write sheet: NAME"))
        return book.worksheets[0]
    if isinstance(wanted, int) and wanted <= len(names):
        return book.worksheets[wanted - 1]
    if wanted in names:
        return book[wanted]
    cure = did_you_mean(str(wanted), names) or one_of(names)
    raise file.error(f"no sheet {wanted!r}", cure)


def _faultless(cell: object) -> object:
    return None if isinstance(cell, str) and cell.strip() in _FAULTS else cell
