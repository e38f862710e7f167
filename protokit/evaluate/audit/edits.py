"""The edits of a recipe that findings propose, and names of columns in a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable


def ignore(columns: Iterable[str]) -> str:
    """The edit of the recipe that leaves columns out.

    >>> print(ignore(["arr_time"]))
    represent:
      columns: {arr_time: ignore}
    """
    return f"represent:\n  columns: {{{', '.join(f'{quoted(name)}: ignore' for name in columns)}}}"


def split_by(key: str, column: str) -> str:
    """The edit of the recipe that splits the rows by a column."""
    return f"represent:\n  split: {{by: {{{key}: {quoted(column)}}}}}"


def sequence(by: str, time: str) -> str:
    """The edit of the recipe that makes one example of the rows of each group."""
    return f"represent:\n  sequence: {{by: {quoted(by)}, time: {quoted(time)}}}"


def quoted(name: str) -> str:
    """A column's name as YAML takes it."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.lower() not in {"true", "false", "null"}
    return name if plain else json.dumps(name, ensure_ascii=False)


def listed(columns: Iterable[str]) -> str:
    """Column names in a sentence."""
    names = [repr(name) for name in columns]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
