"""The shapes in which JSON holds a table: below a key, as columns, as records by a key, as `split` of pandas."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from protokit.collect.files.files import File
from protokit.core.suggest import did_you_mean

_DEEPEST = 4
_LINES = 20


def are_records(data: object) -> bool:
    """Whether it is a list of mappings."""
    return isinstance(data, list) and bool(data) and all(isinstance(record, dict) for record in data)


def are_columns(data: object) -> bool:
    """Whether it is a mapping of lists of one length, none of which are records."""
    if not isinstance(data, dict) or any(not isinstance(column, list) for column in data.values()):
        return False
    return len({len(column) for column in data.values()}) == 1 and not any(map(are_records, data.values()))


def record_keys(data: object, above: tuple[str, ...] = ()) -> list[str]:
    """The keys below which records stand, with dots between them, the nearest first."""
    if not isinstance(data, dict) or len(above) == _DEEPEST:
        return []
    here = [".".join((*above, key)) for key, value in data.items() if are_records(value) and "." not in key]
    if here:
        return here
    return [found for key, value in data.items() if "." not in key for found in record_keys(value, (*above, key))]


def below(data: Any, path: str, file: File) -> Any:
    """What stands below a key.

    Raises:
        DataError: there is no such key.
    """
    for key in path.split("."):
        if not isinstance(data, dict) or key not in data:
            keys = list(data) if isinstance(data, dict) else []
            raise file.error(f"no key {key!r} of {path!r}", did_you_mean(key, keys) or "name a key of the file")
        data = data[key]
    return data


def of_split(data: Any) -> tuple[list[str], list[list[object]]] | None:
    """Names and columns of `{"columns": [...], "data": [[...]]}`; None where it is none."""
    if not isinstance(data, dict) or not {"columns", "data"} <= set(data) <= {"columns", "data", "index"}:
        return None
    names, rows = data["columns"], data["data"]
    if not isinstance(names, list) or not isinstance(rows, list) or not rows or not names:
        return None
    if any(not isinstance(row, list) or len(row) != len(names) for row in rows):
        return None
    texts = [str(name) for name in names]
    return (texts, [list(column) for column in zip(*rows, strict=True)]) if len(set(texts)) == len(texts) else None


def rows_by_key(data: Any) -> list[object] | None:
    """The records of a mapping of them; None where it may be one of columns by the key of the row."""
    if not isinstance(data, dict) or not data or any(not isinstance(value, dict) for value in data.values()):
        return None
    inner = list(data.values())
    keys = list(dict.fromkeys(key for record in inner for key in record))
    if all(key.isdecimal() for key in keys):
        return None
    by_row = all(_of_one_type([record.get(key) for record in inner]) for key in keys)
    by_column = all(_of_one_type(list(record.values())) for record in inner)
    uneven = any(record.keys() != inner[0].keys() for record in inner)
    if by_row and (uneven or not by_column or all(key.isdecimal() for key in data)):
        return inner
    return None


def are_lines(text: str) -> bool:
    """Whether each line is a record by itself."""
    lines = [line for line in text.split("\n") if line.strip()][:_LINES]
    return len(lines) > 1 and all(_is_record(line) for line in lines)


def _is_record(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _of_one_type(values: Sequence[object]) -> bool:
    kinds = {float if isinstance(value, int) and not isinstance(value, bool) else type(value) for value in values}
    return len(kinds - {type(None)}) <= 1
