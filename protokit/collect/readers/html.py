"""Tables of web pages, as lxml parses them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from protokit.collect.delimited.written import name_list, numbered, quoted
from protokit.collect.files.cells import Cells
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.files import File
from protokit.collect.files.texts import decoded, unpacked
from protokit.collect.options import Decimal, Encoding, Missing, Names, Thousands, marks_conflict, name_or_number
from protokit.collect.source import SOURCES
from protokit.core.names import counted
from protokit.core.places import Fault
from protokit.core.values.said import Notice

if TYPE_CHECKING:
    import pandas as pd

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.I)
_MOST_SPAN = 1000  # as browsers have it
_LAST_LINE = 65535  # libxml2 counts no further
_SHOWN = 8
_MOST_FOR_A_HEADER = 1 << 20


@dataclass
class _Cell:
    text: str
    header: bool
    across: int
    down: int


@dataclass
class _Table:
    line: int | None
    caption: str = ""
    rows: list[list[_Cell]] = field(default_factory=list)
    heads: list[bool] = field(default_factory=list)  # whether each row stands in <thead>

    def grid(self) -> list[list[tuple[str, bool]]]:
        """Text and whether it is a header of each cell; one that spans several stands in each of them."""
        grid: list[list[tuple[str, bool]]] = []
        above: dict[int, tuple[int, tuple[str, bool]]] = {}  # column: rows still to fill, and the cell
        for row in self.rows:
            found: list[tuple[str, bool]] = []
            cells = iter(row)
            cell = next(cells, None)
            while cell is not None or len(found) in above:
                at = len(found)
                if at in above:
                    left, value = above.pop(at)
                    if left > 1:
                        above[at] = (left - 1, value)
                    found.append(value)
                elif cell is not None:
                    value = (cell.text, cell.header)
                    for i in range(at, at + cell.across):
                        if cell.down > 1:
                            above[i] = (cell.down - 1, value)
                    found += [value] * cell.across
                    cell = next(cells, None)
            grid.append(found)
        return grid


@SOURCES.add
class Html(FileSource):
    """One table of a page: the only one, or the one that the recipe names by its number or a text in it."""

    name = "html"
    about = "a table of a web page"
    example = '{html: "https://example.org/cities.html", table: 2}'
    rank = 7
    texts_may_be_numbers = True
    endings = (".html", ".htm")

    missing: Missing = None
    encoding: Encoding = None
    decimal: Decimal = None
    thousands: Thousands = None
    names: Names = None
    table: Annotated[
        str | int | None,
        name_or_number("table"),
        Field(description="one of the page's tables: its number from 1, or a text in it", examples=[2]),
    ] = None

    @classmethod
    def conflicts(cls, written: Mapping[str, object]) -> Iterator[Fault]:
        """One mark for both decimals and thousands."""
        return marks_conflict(written)

    def columns_of_file(self, file: File) -> list[str] | None:
        """The names of the columns; None for a page that takes long to read."""
        return self.cells(file).names if len(file.head(_MOST_FOR_A_HEADER)) < _MOST_FOR_A_HEADER else None

    def cells(self, file: File) -> Cells:
        """All cells, as texts.

        Raises:
            DataError: the page has no such table, or several and none is named, or a row is longer than the header.
        """
        table = _chosen(_tables(file, self.encoding, self.location), file, self.table)
        grid = table.grid()
        titles = table.heads if any(table.heads) else [bool(row) and all(head for _, head in row) for row in grid]
        heads = next((i for i, title in enumerate(titles) if not title), 0) or 1
        width = max(len(row) for row in grid[:heads])
        over = next((i for i, row in enumerate(table.rows[:heads]) if len(row) > 1), 0)  # titles across the table
        names = [_name([row[i][0] for row in grid[over:heads] if i < len(row)], i) for i in range(width)]
        if self.names is not None:
            if len(self.names) != width:
                rule = f"{counted(len(self.names), 'name')} for a table of {counted(width, 'column')}"
                raise file.error(rule, f"write names: {name_list(numbered(names))} with your own", table.line)
            names = list(self.names)
        for i, name in enumerate(names):
            if name in names[:i]:
                cure = f"name another table, or write names: {name_list(numbered(names))}"
                raise file.error(f"two columns are named {name!r}", cure, table.line)
        short = 0
        rows: list[list[str]] = []
        for i, row in enumerate(grid[heads:], 1):
            if not row or row == grid[heads - 1]:
                continue  # a header that is repeated within the table
            if len(row) > width:
                rule = f"row {i} has {counted(len(row), 'cell')} where the header has {width}"
                raise file.error(rule, "name another table", table.line)
            short += len(row) < width
            rows.append([*(text for text, _ in row), *[""] * (width - len(row))])
        if not rows:
            raise file.error("no rows below the header", "name another table", table.line)
        notices: list[Notice] = []
        if over:
            title = quoted(grid[0][0][0][:60])
            notices.append(Notice(f"a title across the table, not read: {title}"))
        if short:
            notices.append(
                Notice(f"{counted(short, 'row')} with fewer cells than the header, the rest read as missing")
            )
        across = [row[0].text for row in table.rows[heads:] if len(row) == 1 and row[0].across >= width > 1]
        if across:
            many = counted(len(across), "row", "are")
            rule = f"{many} one cell across the table, read in each column: {across[0][:60]!r}"
            notices.append(Notice(rule))
        return Cells(names, list(zip(*rows, strict=True)), tuple(notices))

    def frame(self, cells: Cells, texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[Notice]]:
        """Numbers as numbers, the rest as text, missing cells as missing."""
        from protokit.collect.text_cells import frame_of

        return frame_of(self, cells, texts)


def _name(titles: list[str], at: int) -> str:
    return " ".join(dict.fromkeys(title for title in titles if title)) or f"column_{at + 1}"


def _tables(file: File, encoding: str | None, location: str) -> list[_Table]:
    if encoding is None:
        declared = _CHARSET.search(unpacked(file, 4096))
        name = declared[1].decode().lower() if declared else "utf-8"
        try:
            "".encode(name)
        except LookupError:
            name = "utf-8"
        # as browsers read it
        encoding = "cp1252" if name in {"iso-8859-1", "latin-1", "ascii"} else name
    page = _parsed(decoded(file, encoding, written=f"html: {location}"), file)
    # from the last to the first: a table within a cell is read, and taken out, before the cell is
    found = [_read(table) for table in reversed([] if page is None else list(page.iter("table")))]
    return [table for table in reversed(found) if len(table.rows) > 1]


def _chosen(tables: list[_Table], file: File, wanted: str | int | None) -> _Table:
    if not tables:
        raise file.error("no table with rows in the page", "the page may build it by a script: find its data")
    if isinstance(wanted, int):
        if wanted <= len(tables):
            return tables[wanted - 1]
        raise file.error(f"no table {wanted}: the page has {len(tables)}", _menu(tables, list(range(len(tables)))))
    fitting = [i for i, table in enumerate(tables) if wanted is None or wanted.casefold() in _text(table).casefold()]
    if len(fitting) == 1:
        return tables[fitting[0]]
    if not fitting:
        raise file.error(f"no table holds the text {wanted!r}", _menu(tables, list(range(len(tables)))))
    rule = f"{len(fitting)} tables hold the text {wanted!r}" if wanted else f"the page has {len(tables)} tables"
    raise file.error(rule, _menu(tables, fitting))


def _menu(tables: list[_Table], of: list[int]) -> str:
    """The tables that a person can choose from."""
    parts = []
    for i in of[:_SHOWN]:
        head = ", ".join(cell.text for cell in tables[i].rows[0][:4])
        parts.append(f"table: {i + 1} ({head[:60]}; {counted(len(tables[i].rows), 'row')})")
    return "write " + ", ".join(parts) + (", ..." if len(of) > _SHOWN else "")


def _text(table: _Table) -> str:
    return " ".join([table.caption, *(cell.text for row in table.rows for cell in row)])


def _parsed(text: str, file: File) -> Any:
    """The tree of a page, without what is not seen of it; None where nothing is in it."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    page = etree.fromstring(text.replace("\0", "\ufffd").encode("utf-8", "replace"), parser)
    # the rest of a page after such an error is lost
    if lost := [found for found in parser.error_log if found.level == etree.ErrorLevels.FATAL]:
        raise file.error(f"the page cannot be read: {lost[0].message}", "save the table in a page alone", lost[0].line)
    if page is not None:
        etree.strip_elements(page, "script", "style", with_tail=False)
        for node in page.iter("br", "p", "div", "li"):
            node.text = f" {node.text or ''}"
    return page


def _read(table: Any) -> _Table:
    """What a table holds. Its content is taken out of the page."""
    line = table.sourceline
    found = _Table(line if line and line < _LAST_LINE else None)
    parts = list(table.iter("caption", "tr", "td", "th"))
    in_head = [next(part.iterancestors("thead", "table")).tag == "thead" for part in parts]
    texts = [_taken(part) for part in reversed(parts)]
    for part, head, text in zip(parts, in_head, reversed(texts), strict=True):
        if part.tag == "caption":
            found.caption += text
            continue
        if part.tag == "tr" or not found.rows:
            found.rows.append([])
            found.heads.append(head)
        if part.tag != "tr":
            spans = _span(part.get("colspan")), _span(part.get("rowspan"))
            found.rows[-1].append(_Cell(text, part.tag == "th", *spans))
    del table[:]
    table.text = None
    return found


def _taken(part: Any) -> str:
    """The text of a cell, without that of cells and rows within it: their end tags may be missing."""
    text = " ".join("".join(part.itertext()).split())
    del part[:]
    part.text = None
    return text


def _span(text: str | None) -> int:
    return min(max(1, int(text)), _MOST_SPAN) if text and text.strip().isdecimal() and len(text) < 9 else 1
