"""What a check of the audit is, and the names of all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from protokit.core.registry import Registry
from protokit.core.values import Finding
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.series.data import SeriesData


class Check(Protocol):
    """Looks at the data for one kind of fault."""

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """What was found; nothing where the data is sound, or the check is for other data."""


class SeriesCheck(Protocol):
    """Looks at series that are forecast for one kind of fault."""

    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """What was found; nothing where the series are sound."""


CHECKS: Registry[Check] = Registry("check")
SERIES_CHECKS: Registry[SeriesCheck] = Registry("check of series")


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


def quoted(name: str) -> str:
    """A column's name as YAML takes it."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.lower() not in {"true", "false", "null"}
    return name if plain else json.dumps(name, ensure_ascii=False)


def listed(columns: Iterable[str]) -> str:
    """Column names in a sentence."""
    names = [repr(name) for name in columns]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
