"""JSON: a list of records or a mapping of columns; JSON lines: a record a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from protokit.collect.files import text_places, typed
from protokit.collect.files.file_source import Cells
from protokit.collect.files.files import File
from protokit.collect.files.texts import decoded
from protokit.collect.table_words import TableSource
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd

_MOST_FOR_A_HEADER = 1 << 23  # the names of the columns take reading all records


class Json:
    """A file with one JSON value: `[{"a": 1}, ...]`, `{"a": [1, ...]}`, or `{"a": {"0": 1, ...}}` as pandas writes."""

    def header(self, file: File, spec: TableSource) -> list[str] | None:
        """The names of the columns; None for a file that takes long to read."""
        return self.cells(file, spec).names if len(file.head(_MOST_FOR_A_HEADER)) < _MOST_FOR_A_HEADER else None

    def cells(self, file: File, spec: TableSource) -> Cells:
        """All values.

        Raises:
            DataError: it is not JSON, with line and column, or neither records nor columns.
        """
        text = decoded(file, spec)
        data = _value(text, file, 1)
        cure = 'write [{"a": 1, "b": 2}, ...] or {"a": [1, ...], "b": [2, ...]}'
        if isinstance(data, dict):
            columns = list(data.values())
            if columns and all(isinstance(column, dict) and column.keys() == columns[0].keys() for column in columns):
                data = {name: [column[row] for row in columns[0]] for name, column in data.items()}
            lengths = {len(value) if isinstance(value, list) else None for value in data.values()}
            if None in lengths or len(lengths) > 1:
                rule = "a mapping of columns has a list of the same length for each"
                odd = next((name for name, value in data.items() if not isinstance(value, list)), None)
                raise file.error(rule + (f", and {odd!r} has none" if odd is not None else ""), cure)
            if lengths <= {0}:
                raise file.error("no rows", "give a table with rows")
            return Cells(list(data), list(data.values()))
        if not isinstance(data, list):
            raise file.error("neither a list of records nor a mapping of columns", cure)
        for i, record in enumerate(data, 1):
            if not isinstance(record, dict):
                raise file.error(f"item {i} is no record: {_short(record)}", cure)
        return _of_records(data, file)

    def frame(self, cells: Cells, spec: TableSource) -> tuple[pd.DataFrame, list[Notice]]:
        """The values with the types that JSON gives them."""
        return typed.frame(cells.names, cells.columns)


class JsonLines(Json):
    """A file with one JSON record on each line, plain or gzipped."""

    def cells(self, file: File, spec: TableSource) -> Cells:
        """All values.

        Raises:
            DataError: a line is no record, with line and column.
        """
        records = []
        for number, line in enumerate(decoded(file, spec).split("\n"), 1):
            if line.strip():
                record = _value(line, file, number)
                if not isinstance(record, dict):
                    raise file.error(f"no record: {_short(record)}", 'write {"a": 1, "b": 2} on each line', number, 1)
                records.append(record)
        return _of_records(records, file)


def _of_records(records: list[dict[str, Any]], file: File) -> Cells:
    names = list(dict.fromkeys(name for record in records for name in record))
    if not names:
        raise file.error("no rows", "give a table with rows")
    return Cells(names, [[record.get(name) for record in records] for name in names])


class _Doubled(ValueError):
    """A name that stands twice in one mapping."""


def _mapping(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    pairs = list(pairs)
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Doubled(next(name for i, name in enumerate(names) if name in names[:i]))
    return found


def _constant(text: str) -> None:
    if text != "NaN":
        raise _Doubled(text)


def _value(text: str, file: File, line: int) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_mapping, parse_constant=_constant)
    except json.JSONDecodeError as error:
        row, column = text_places.of(text, error.pos)
        rule = "the file is empty" if not text.strip() else f"not JSON: {error.msg}"
        raise file.error(rule, "mend it, or write it anew with a JSON library", line + row - 1, column) from None
    except _Doubled as error:
        if str(error).endswith("Infinity"):
            raise file.error(f"the number {error}", "write null, or a finite number", line) from None
        raise file.error(f"two values of one record are named {str(error)!r}", "rename one", line) from None
    except RecursionError:
        raise file.error("nested too deep", "flatten it", line) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise file.error(f"not JSON: {error}", "put it in quotes", line) from None


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:40] + "…"
