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
from protokit.collect.options import Footer, Header, Missing, Names, name_or_number
from protokit.collect.sheets import grid, shown
from protokit.collect.sheets.parts import Parts, address, parts_of
from protokit.collect.source import SOURCES
from protokit.core.errors import DataError
from protokit.core.libraries.optional import optional
from protokit.core.outside import access
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values.said import Notice

if TYPE_CHECKING:
    import pandas as pd

_MOST_BYTES = 1 << 32


@SOURCES.add
class Workbook(FileSource):
    """One sheet of a workbook: the header in its first row that is not empty, formulas as the values last saved."""

    name = "xlsx"
    about = "a workbook"
    example = "{xlsx: data/sales.xlsx, sheet: sales}"
    rank = 6
    texts_may_be_numbers = True
    typed_cells = True
    endings = (".xlsx",)

    missing: Missing = None
    sheet: Annotated[
        str | int | None,
        name_or_number("sheet"),
        Field(description="name of a sheet, or its number from 1; the first when not given", examples=["sales"]),
    ] = None
    header: Header = None
    names: Names = None
    footer: Footer = None

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
        lines, parts = self._rows(file, notices)
        found = grid.table(lines, parts.merged, file, self)
        below = lines[-1][0] if lines else 0
        for row, column in parts.empty:
            if row <= below:
                cell = address(row, column)
                cure = "open the workbook in a spreadsheet program and save it: formulas are never computed here"
                raise file.error(f"the formula in {cell} has no value saved with it", cure, row, column)
        return Cells(found.names, found.columns, (*notices, *found.notices))

    def frame(self, cells: Cells, texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[Notice]]:
        """The cells with the types of the workbook; texts that are marks of missing cells as missing."""
        from protokit.collect.sheets.columns import frame

        return frame(cells.names, cells.columns, self.missing, texts)

    def _rows(self, file: File, notices: list[Notice]) -> tuple[list[tuple[int, tuple[object, ...]]], Parts]:
        openpyxl = optional("openpyxl", "xlsx")
        with archives.opened(file, "an .xlsx workbook", "save it as .xlsx, or as .csv") as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > _MOST_BYTES:
            raise file.error(f"unpacks to {size:,} bytes", "save it as .csv")
        try:
            # as an open file, since openpyxl minds its ending
            with warnings.catch_warnings(), access.file(file.path) as content:
                warnings.simplefilter("ignore")  # of looks and validations, which are not read
                book = openpyxl.load_workbook(content, read_only=True, data_only=True)
                sheet = _sheet(book, file, self.sheet, notices)
                sheet.reset_dimensions()  # what other programs write of a sheet's size is often wrong
                parts = parts_of(book._archive, sheet._worksheet_path)
                return list(enumerate(shown.rows(book, sheet), 1)), parts
        except DataError:
            raise
        except Exception as error:  # a damaged workbook fails anywhere in the library, with any exception
            raise file.error(f"not a workbook that can be read: {error}", "save it anew as .xlsx, or as .csv") from None


def _sheet(book: Any, file: File, wanted: str | int | None, notices: list[Notice]) -> Any:
    names = [sheet.title for sheet in book.worksheets]
    if wanted is None:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        if len(names) > 1:
            hidden = len(names) - len(shown)
            which = f"of {len(names)} sheets the first was read" + (
                f" that is not hidden ({hidden} are)" * (hidden > 0)
            )
            others = one_of(name for name in names if name != shown[0].title)
            notices.append(Notice(f"{which}, {shown[0].title!r}", (), f"write sheet: NAME for another: {others}"))
        return shown[0]
    if isinstance(wanted, int) and wanted <= len(names):
        return book.worksheets[wanted - 1]
    if wanted in names:
        return book[wanted]
    cure = did_you_mean(str(wanted), names) or one_of(names)
    raise file.error(f"no sheet {wanted!r}", cure)
