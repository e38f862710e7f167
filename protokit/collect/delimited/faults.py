"""What is said of a row that is not like the others: its place, and the option that reads it."""

from __future__ import annotations

from collections.abc import Sequence

from protokit.collect.delimited.rows import Row, Unreadable, is_blank, rows
from protokit.collect.delimited.written import name_list, quoted
from protokit.collect.files import text_places
from protokit.collect.files.dialect import Dialect
from protokit.collect.files.files import File
from protokit.core.errors import DataError
from protokit.core.names import counted

_MOST_BELOW = 3
_MARKS = ("#", "%", "//", "--")


def longer(text: str, file: File, dialect: Dialect, line: int, row: Sequence[str], kept: Sequence[Row]) -> DataError:
    """A row with more or fewer fields than the header."""
    starts = text_places.fields(text, line, dialect.delimiter, dialect.quote)
    place = starts.fields[dialect.width] if len(row) > dialect.width else starts.end
    rule = f"{counted(len(row), 'field')} where the header has {len(dialect.names)}"
    below = [(at, other) for at, other in kept if at >= line]
    cure = _cure(text, dialect, row, below if len(below) < len(kept) else [])
    return file.error(rule, cure, *place)


def after_last(text: str, file: File, dialect: Dialect, line: int) -> DataError:
    """A field after the delimiter that ends each row."""
    places = text_places.fields(text, line, dialect.delimiter, dialect.quote).fields
    last = len(dialect.names) + 1
    names = name_list([*dialect.names, f"column_{last}"])
    rule = f"a field after the last name, where other rows have none: the header has {len(dialect.names)}"
    return file.error(rule, f"write names: {names}, or mend the line", *places[-1])


def unreadable(text: str, file: File, dialect: Dialect, error: Unreadable) -> DataError:
    """A quote that is not closed, or closed too early."""
    found = text_places.fields(text, error.line, dialect.delimiter, dialect.quote)
    cure = 'write "" for a quote inside quotes'
    if _even(text, dialect, None):
        cure += ", or quote: none where quotes are text"
    if found.quote is not None:
        return file.error("a quote that is not closed", cure, *found.quote)
    if found.stray is not None:
        return file.error("a closing quote with more text after it", cure, *found.stray)
    return file.error(str(error), "mend the line", *found.end)


def _cure(text: str, dialect: Dialect, row: Sequence[str], below: Sequence[Row]) -> str:
    first = row[0].lstrip() if row else ""
    if mark := next((mark for mark in _MARKS if first.startswith(mark)), None):
        return f"write comment: {quoted(mark)} to leave such lines out"
    if any(cell.strip()[:1] == "'" for cell in row) and _even(text, dialect, "'"):
        return 'write quote: "\'"'
    if 0 < len(below) <= _MOST_BELOW and len(row) < dialect.width and all(len(r) != dialect.width for _, r in below):
        return f"write footer: {dialect.footer + len(below)} to leave out what stands below the rows"
    return "put fields that hold the delimiter in double quotes, or mend the line"


def _even(text: str, dialect: Dialect, quote: str | None) -> bool:
    """Whether all rows have as many fields as names with another quote, or where quotes are text."""
    read = rows(text, dialect.delimiter, quote=quote, strict=False, comment=dialect.comment, above=dialect.above)
    return all(len(row) == dialect.width for _, row in read if not is_blank(row))
