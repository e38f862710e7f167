"""What the tests of dialects share: reading a file, and the options that a cure names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from protokit.collect.source import Source
from protokit.core.errors import DataError

OPTIONS = "header|names|delimiter|quote|comment|footer|encoding|sheet|table|records"
_VALUE = r"\[[^\]]*\]|\"(?:[^\"\\]|\\.)*\"|[\w.-]+"
_OPTION = re.compile(rf"\b({OPTIONS}): ({_VALUE})")


def read(path: Path, **options: Any) -> tuple[pd.DataFrame, list[str]]:
    """The rows of a file, and what was said of it; `check` finds the same columns."""
    source = Source.parse({path.suffix.removeprefix("."): path.name, **options})
    frame, _, notices = source.read(path.parent)
    assert source.columns(path.parent) in (None, list(frame.columns))
    return frame, [notice.rule for notice in notices]


def cures(cure: str | None) -> list[dict[str, Any]]:
    """The edits that a cure names: those joined by `and` are one."""
    parts = re.split(r",? or (?=\w+: )|, (?=encoding: )", cure or "")
    return [found for part in parts if (found := {key: _yaml(value) for key, value in _OPTION.findall(part)})]


def cured(path: Path, which: int = 0) -> tuple[pd.DataFrame, DataError]:
    """The rows that the cure of a refused file reads, followed until the file is read; and the first refusal."""
    options: dict[str, Any] = {}
    first: DataError | None = None
    for _ in range(4):
        try:
            return read(path, **options)[0], first or DataError("read at once")
        except DataError as error:
            first = first or error
            edits = cures(error.cure)
            assert edits, error
            options |= edits[min(which, len(edits) - 1)]
    raise AssertionError(f"the cures go round: {options}")


def _yaml(text: str) -> Any:
    value = YAML(typ="safe").load(text)
    return value
