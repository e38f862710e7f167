"""How a file of delimited text is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from protokit.collect.delimited import delimiter as delimiters
from protokit.collect.delimited import layout
from protokit.collect.delimited.layout import Layout, Refuse
from protokit.collect.delimited.rows import BLANKS, Row, is_blank, rows
from protokit.collect.delimited.written import quoted
from protokit.collect.files import encodings, text_places
from protokit.collect.files.files import File
from protokit.collect.files.texts import text_of, unpacked
from protokit.core.errors import DataError
from protokit.core.values.said import Notice

_HEAD = 1 << 20
_SAMPLE = 1000  # rows
_SEP = re.compile(r'"?sep=(.)"?[,;\t ]*(?:\r\n|\r|\n|$)', re.I)
_MARKS = ("#", "%", "//")  # of lines above the names that are no rows


class DialectOptions(Protocol):
    """What a person writes of a file's dialect: None where nothing is written, and it is found."""

    @property
    def location(self) -> str:
        """The place as written."""

    @property
    def encoding(self) -> str | None:
        """The encoding."""

    @property
    def delimiter(self) -> str | None:
        """Between fields; `blanks` for any run of them."""

    @property
    def header(self) -> int | str | tuple[int, ...] | None:
        """The line of the names, two lines, or `none`."""

    @property
    def names(self) -> tuple[str, ...] | None:
        """All names, in place of those in the file."""

    @property
    def comment(self) -> str | None:
        """What starts a line that is no row."""

    @property
    def quote(self) -> str | None:
        """Around fields; `none` where quotes are text."""

    @property
    def footer(self) -> int | None:
        """Rows at the end that are none."""


@dataclass(frozen=True)
class Dialect:
    """Where the rows of a delimited text stand, and how their fields are parted.

    `above` counts the lines above the first row of data: titles, names, blank lines, `sep=;`. `names` are the columns.
    A `delimiter` of one blank stands for any run of blanks and tabs, also at either end of a line. Lines that start
    with `comment` are no rows; elsewhere in a line it is text. Where `quote` is None quotes are text. Where `trailing`
    is true each row ends with one more delimiter, which starts no field. Where `spaced` is true blanks at the start of
    a field are none of it: a quote may follow. The last `footer` rows are none. `encoding` is
    that by which Python leaves out a mark at the start. `notices` say what was found by itself.
    """

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    above: int = 1
    comment: str | None = None
    quote: str | None = '"'
    trailing: bool = False
    footer: int = 0
    spaced: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def width(self) -> int:
        """The fields of a row as they stand in the file."""
        return len(self.names) + self.trailing


def dialect_of(file: File, options: DialectOptions) -> Dialect:
    """How a file is written, from its head and what a person writes of it.

    Raises:
        DataError: it cannot be decoded, or where its names stand is not clear: with the option that says it.
    """
    text, encoding = text_in(file, options, _HEAD)
    if len(text) >= _HEAD // 4 and (end := max(text.rfind("\n"), text.rfind("\r"))) > 0:
        text = text[: end + 1]  # the head may end within a row
    notices: list[Notice] = []
    quote = None if options.quote == "none" else options.quote or '"'
    comment, delimiter = options.comment, options.delimiter
    header = layout.lines_of(options.header)
    skipped, named = (0, None) if header else _sep_line(text)
    if named is not None:
        cure = f"write header: 2 and delimiter: {quoted(named)} to say so"
        notices.append(Notice(f"the first line names the delimiter, {named!r}, and is no row", (), cure))
        delimiter = delimiter or named
    start = header[0] - 1 if header else skipped
    if comment is None and header is None:
        comment = _comment_above(text, quote, delimiter, skipped)
        if comment is not None:
            rule = f"lines that start with {comment!r} are read as comments"
            notices.append(Notice(rule, (), f"write comment: {quoted(comment)} to say so"))
    if options.quote is None and delimiters.single_quoted(text, delimiter, comment, start):
        quote = "'"
        notices.append(Notice("single quotes stand around fields", (), 'write quote: "\'" to say so'))
    spaced = bool(quote) and delimiter != "blanks" and delimiters.quoted_after_blanks(text, quote or "", delimiter)
    if spaced:
        notices.append(Notice("blanks stand between delimiters and quotes, and start no field"))
    if delimiter is None:
        found = delimiters.found(text, quote, comment, start, spaced=spaced)
        delimiter = found.delimiter
        if delimiter == BLANKS:
            notices.append(Notice("blanks part the fields", (), 'write delimiter: "," for one column'))
        elif found.other:
            rule = f"{delimiter!r} parts the fields, and {found.other!r} would part them as evenly"
            notices.append(Notice(rule, (), f"write delimiter: {quoted(found.other)} to read it so"))
    delimiter = BLANKS if delimiter == "blanks" else delimiter
    read = rows(text, delimiter, quote=quote, comment=comment, above=start, strict=False, spaced=spaced)
    sample = list(islice((row for row in read if not is_blank(row[1])), _SAMPLE))
    sample = _without(sample, options.footer or 0)

    def refuse(rule: str, cure: str, line: int, field: int) -> DataError:
        if cure == layout.RULER_CURE:
            drawn = text.splitlines()[line - 1]
            cure = f"write comment: {quoted(drawn)} to leave it out"
        if cure.endswith(layout.ONE_FIELD):
            unused = next((mark for mark in delimiters.DELIMITERS if mark not in text), "\x1f")
            cure = cure.replace("MARK", quoted(unused))
        places = text_places.fields(text, line, delimiter, quote).fields
        return file.error(rule, cure, *places[min(field, len(places) - 1)])

    where = _layout(header, options.names is not None, sample, text, refuse)
    if options.names is not None:
        where = layout.with_names(where, options.names, sample, refuse)
    where = layout.told_of_unnamed(where)
    return Dialect(
        encoding, delimiter, where.names, where.above, comment, quote, where.trailing, options.footer or 0, spaced,
        (*notices, *where.notices),
    )  # fmt: skip


def text_in(file: File, options: DialectOptions, limit: int | None = None) -> tuple[str, str]:
    """The text of a file, or of its head, and its encoding.

    Raises:
        DataError: it cannot be decoded, holds a NUL or nothing.
    """
    written = f"csv: {options.location}"
    text, encoding = text_of(file, options.encoding, written=written, limit=limit)
    if (at := text.find("\0")) >= 0:
        wide = encodings.wide(unpacked(file, _HEAD))
        cure = f"name the encoding: {{{written}, encoding: {wide}}}" if wide else "remove it"
        raise file.error("a NUL character", cure, *text_places.of(text, at))
    if not text.strip():
        raise file.error("the file is empty", "give a table with a header and rows")
    return text, encoding


def _sep_line(text: str) -> tuple[int, str | None]:
    """Whether the first line says what the delimiter is, and which."""
    match = _SEP.match(text)
    return (1, match[1]) if match else (0, None)


def _comment_above(text: str, quote: str | None, delimiter: str | None, above: int) -> str | None:
    """The mark of lines above the names that are no names."""
    lines = text.splitlines()[above:]
    first = next((line for line in lines if line.strip()), "")
    mark = next((mark for mark in _MARKS if first.startswith(mark)), None)
    rest = [line for line in lines if line.strip() and not line.startswith(mark)] if mark else []
    if not mark or not rest:
        return None
    found = delimiter or delimiters.found("\n".join(rest), quote, None, 0).delimiter
    found = BLANKS if found == "blanks" else found
    last = [line for line in lines[: lines.index(rest[0])] if line.strip()][-1]
    parsed = list(rows("\n".join([last, *rest[:_SAMPLE]]), found, quote=quote, strict=False))
    if len(parsed[0][1]) != len(parsed[1][1]) or (parsed[0][1][0].strip() in {mark, ""}):
        return mark if len(parsed[0][1]) != len(parsed[1][1]) else None
    return mark if layout.is_header(parsed, 1) else None


def _without(sample: list[Row], footer: int) -> list[Row]:
    """The rows less those at the end that are none, where the sample may reach it."""
    return sample[: len(sample) - footer] if len(sample) < _SAMPLE else sample


def _layout(header: tuple[int, ...] | None, named: bool, sample: list[Row], text: str, refuse: Refuse) -> Layout:
    end = len(text.splitlines())
    if header:
        return layout.asked(sample, header, end, refuse, named=named)
    if not sample:
        raise refuse("no rows", "give a table with a header and rows", 1, 0)
    return layout.nameless(sample) if header == () else layout.found(sample, end, refuse, named=named)
