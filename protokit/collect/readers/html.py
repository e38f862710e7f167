"""Tables of web pages, read with the standard library."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from protokit.collect.files import text_cells
from protokit.collect.files.file_source import Cells
from protokit.collect.files.files import File
from protokit.collect.files.texts import decoded, unpacked
from protokit.collect.table_words import TableSource
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.I)
_MOST_SPAN = 1000  # as browsers have it
_SHOWN = 8
_MOST_FOR_A_HEADER = 1 << 20


@dataclass
class _Cell:
    text: list[str] = field(default_factory=list)
    header: bool = False
    across: int = 1
    down: int = 1

    def __str__(self) -> str:
        return " ".join("".join(self.text).split())


@dataclass
class _Table:
    line: int
    column: int
    caption: list[str] = field(default_factory=list)
    rows: list[list[_Cell]] = field(default_factory=list)
    heads: list[bool] = field(default_factory=list)  # whether each row stands in <thead>
    in_head: bool = False
    in_caption: bool = False
    cell: _Cell | None = None

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
                    value = (str(cell), cell.header)
                    for i in range(at, at + cell.across):
                        if cell.down > 1:
                            above[i] = (cell.down - 1, value)
                    found += [value] * cell.across
                    cell = next(cells, None)
            grid.append(found)
        return grid


class Html:
    """One table of a page: the only one, or the one that the recipe names by its number or a text in it."""

    def header(self, file: File, spec: TableSource) -> list[str] | None:
        """The names of the columns; None for a page that takes long to read."""
        return self.cells(file, spec).names if len(file.head(_MOST_FOR_A_HEADER)) < _MOST_FOR_A_HEADER else None

    def cells(self, file: File, spec: TableSource) -> Cells:
        """All cells, as texts.

        Raises:
            DataError: the page has no such table, or several and none is named, or a row is longer than the header.
        """
        table = _chosen(_tables(file, spec), file, spec)
        grid = table.grid()
        titles = table.heads if any(table.heads) else [bool(row) and all(head for _, head in row) for row in grid]
        heads = next((i for i, title in enumerate(titles) if not title), 0) or 1
        width = max(len(row) for row in grid[:heads])
        names = [_name([row[i][0] for row in grid[:heads] if i < len(row)], i) for i in range(width)]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise file.error(f"two columns are named {name!r}", "name another table", table.line, table.column)
        short = 0
        rows: list[list[str]] = []
        for i, row in enumerate(grid[heads:], 1):
            if not row or row == grid[heads - 1]:
                continue  # a header that is repeated within the table
            if len(row) > width:
                rule = f"row {i} has {len(row)} cells where the header has {width}"
                raise file.error(rule, "name another table", table.line, table.column)
            short += len(row) < width
            rows.append([*(text for text, _ in row), *[""] * (width - len(row))])
        if not rows:
            raise file.error("no rows below the header", "name another table", table.line, table.column)
        notices = (
            (Notice(f"{short:,} rows with fewer cells than the header, the rest read as missing"),) if short else ()
        )
        return Cells(names, list(zip(*rows, strict=True)), notices)

    def frame(self, cells: Cells, spec: TableSource) -> tuple[pd.DataFrame, list[Notice]]:
        """Numbers as numbers, the rest as text, missing cells as missing."""
        return text_cells.frame(cells.names, cells.columns, spec)


def _name(titles: list[str], at: int) -> str:
    return " ".join(dict.fromkeys(title for title in titles if title)) or f"column_{at + 1}"


def _tables(file: File, spec: TableSource) -> list[_Table]:
    if spec.encoding is None:
        declared = _CHARSET.search(unpacked(file, 4096))
        name = declared[1].decode().lower() if declared else "utf-8"
        try:
            "".encode(name)
        except LookupError:
            name = "utf-8"
        # as browsers read it
        spec = spec.model_copy(update={"encoding": "cp1252" if name in {"iso-8859-1", "latin-1", "ascii"} else name})
    reader = _Reader()
    reader.feed(decoded(file, spec))
    reader.close()
    return [table for table in reader.tables if len(table.rows) > 1]


def _chosen(tables: list[_Table], file: File, spec: TableSource) -> _Table:
    if not tables:
        raise file.error("no table with rows in the page", "the page may build it by a script: find its data")
    wanted = spec.table
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
        head = ", ".join(str(cell) for cell in tables[i].rows[0][:4])
        parts.append(f"table: {i + 1} ({head[:60]}; {len(tables[i].rows):,} rows)")
    return "write " + ", ".join(parts) + (", ..." if len(of) > _SHOWN else "")


def _text(table: _Table) -> str:
    return " ".join(["".join(table.caption), *(str(cell) for row in table.rows for cell in row)])


class _Reader(HTMLParser):
    """Collects the tables of a page; end tags may be left out, as HTML allows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.open: list[_Table] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            table = _Table(self.getpos()[0], self.getpos()[1] + 1)
            self.tables.append(table)
            self.open.append(table)
        elif tag in {"script", "style"}:
            self.silent += 1
        if not self.open:
            return
        table = self.open[-1]
        if tag in {"thead", "tbody", "tfoot"}:
            table.in_head, table.cell = tag == "thead", None
        elif tag == "caption":
            table.in_caption = True
        elif tag == "tr":
            table.rows.append([])
            table.heads.append(table.in_head)
            table.cell = None
        elif tag in {"td", "th"}:
            if not table.rows:
                table.rows.append([])
                table.heads.append(table.in_head)
            given = dict(attrs)
            across, down = _span(given.get("colspan")), _span(given.get("rowspan"))
            table.cell = _Cell([], tag == "th", across, down)
            table.rows[-1].append(table.cell)
        elif tag in {"br", "p", "div", "li"} and table.cell:
            table.cell.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self.silent = max(0, self.silent - 1)
        if not self.open:
            return
        table = self.open[-1]
        if tag == "table":
            self.open.pop()
        elif tag == "thead":
            table.in_head = False
        elif tag == "caption":
            table.in_caption = False
        elif tag in {"td", "th", "tr"}:
            table.cell = None

    def handle_data(self, data: str) -> None:
        if self.open and not self.silent:
            table = self.open[-1]
            if table.in_caption:
                table.caption.append(data)
            elif table.cell is not None:
                table.cell.text.append(data)


def _span(text: str | None) -> int:
    return min(max(1, int(text)), _MOST_SPAN) if text and text.strip().isdecimal() and len(text) < 9 else 1
