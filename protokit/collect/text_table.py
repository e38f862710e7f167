"""CSV and its kin: every row has as many fields as the header, or the line is named."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.core.values import Notice
from protokit.recipe.parts import TableSource

if TYPE_CHECKING:
    import pandas as pd

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "#N/A", "?")
_DELIMITERS = (",", ";", "\t", "|")
_MOST_FIELD = 1 << 24


def header(path: Path, spec: TableSource) -> list[str]:
    """The names of the columns.

    Raises:
        DataError: the file is empty, a name stands twice, or the text cannot be decoded.
    """
    text = _text(path, spec, limit=1 << 20)
    rows = _rows(text, path, spec)
    return _names(next(rows, (1, []))[1], path)


def read(path: Path, spec: TableSource) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """The rows of a file, numbers as numbers, the rest as text, missing cells as missing.

    Raises:
        DataError: with the line of the first row that is not like the header.
    """
    import pandas as pd

    text = _text(path, spec)
    rows = _rows(text, path, spec)
    names = _names(next(rows, (1, []))[1], path)
    kept: list[list[str]] = []
    for line, row in rows:
        if len(row) != len(names):
            if not row:
                continue  # a blank line
            raise DataError(
                f"{len(row)} fields where the header has {len(names)}",
                place=f"{path}:{line}",
                cure="put fields that hold the delimiter in double quotes, or mend the line",
            )
        kept.append(row)
    if not kept:
        raise DataError("no rows below the header", place=str(path), cure="give a table with rows")
    marks = MISSING if spec.missing is None else ("", *spec.missing)
    columns = list(zip(*kept, strict=True))
    series: dict[str, pd.Series] = {}
    unusual: dict[str, int] = {}
    for name, cells in zip(names, columns, strict=True):
        series[name] = _column(cells, frozenset(marks), unusual)
    frame = pd.DataFrame(series)
    notices = [
        Notice(f"{count:,} cells {mark!r} read as missing", (), "list the marks in `missing:` to choose")
        for mark, count in unusual.items()
    ]
    return frame, tuple(notices)


def _column(cells: Sequence[str], marks: frozenset[str], unusual: dict[str, int]) -> pd.Series:
    import pandas as pd

    values: list[str | None] = []
    for cell in cells:
        plain = cell.strip()
        if plain in marks:
            values.append(None)
            if plain == "?":
                unusual[plain] = unusual.get(plain, 0) + 1
        else:
            values.append(plain)
    present = [value for value in values if value is not None]
    if not present:
        return pd.Series([float("nan")] * len(values), dtype="float64")
    # a code such as 00123 is no number: its zeros would be lost
    padded = any(len(v) > 1 and v[0] == "0" and v.isdigit() for v in present)
    if not padded and (present[0][0] in "+-." or present[0][0].isdigit()):
        try:
            if len(present) == len(values) and all(_is_integer(value) for value in present):
                return pd.Series([int(value) for value in present], dtype="int64")
            numbers = [float("nan") if v is None else _number(v) for v in values]
            return pd.Series(numbers, dtype="float64")
        except (ValueError, OverflowError):
            pass
    return pd.Series(values, dtype="object")


def _is_integer(text: str) -> bool:
    return (text[1:] if text[0] in "+-" else text).isdecimal() and text.isascii()


def _number(text: str) -> float:
    if "_" in text or text.lower().lstrip("+-") in {"inf", "infinity", "nan"}:
        raise ValueError(text)
    return float(text)


def _text(path: Path, spec: TableSource, limit: int | None = None) -> str:
    try:
        raw = path.read_bytes() if limit is None else _head(path, limit)
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw) if limit is None else zlib.decompressobj(31).decompress(raw, limit)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"cannot be read: {error}", place=str(path), cure="fetch the file again, whole") from None
    encoding = spec.encoding or "utf-8-sig"
    if spec.encoding is None and raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    try:
        text = raw.decode(encoding)
    except LookupError:
        raise DataError(f"unknown encoding {encoding!r}", place=str(path), cure="write cp1252 or utf-8") from None
    except UnicodeDecodeError as error:
        if limit is not None and error.start > len(raw) - 5:  # the head ends within a character
            text = raw[: error.start].decode(encoding)
        else:
            line = raw.count(b"\n", 0, error.start) + 1
            name = encoding.removesuffix("-sig").upper()
            raise DataError(
                f"byte 0x{raw[error.start]:02x} is not {name}",
                place=f"{path}:{line}",
                cure=f"name the encoding: {{csv: {spec.location}, encoding: cp1252}}",
            ) from None
    at = text.find("\0")
    if at >= 0:
        raise DataError("a NUL character", place=f"{path}:{text.count(chr(10), 0, at) + 1}", cure="remove it")
    if not text.strip():
        raise DataError("the file is empty", place=str(path), cure="give a table with a header and rows")
    return text


def _head(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit)


def _rows(text: str, path: Path, spec: TableSource) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each ends on."""
    csv.field_size_limit(_MOST_FIELD)
    if spec.delimiter is not None and len(spec.delimiter) != 1:
        raise DataError(f"a delimiter is one character, not {spec.delimiter!r}", cure="write delimiter: ';'")
    delimiter = spec.delimiter or _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            rule = "a quote that is not closed" if "unexpected end" in str(error) else str(error)
            raise DataError(rule, place=f"{path}:{start}", cure='write "" for a quote inside quotes') from None
        yield start, row


def _delimiter(text: str) -> str:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    return max(_DELIMITERS, key=lambda d: (first.count(d), -_DELIMITERS.index(d)))


def _names(row: list[str], path: Path) -> list[str]:
    names = [name.strip() or f"column_{i}" for i, name in enumerate(row, 1)]
    for i, name in enumerate(names):
        if name in names[:i]:
            first, second = names.index(name) + 1, i + 1
            raise DataError(
                f"two columns are named {name!r} (the {first}. and the {second}.)",
                place=f"{path}:1",
                cure="rename one in the file",
            )
    return names
