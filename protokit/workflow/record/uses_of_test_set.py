"""How often a test set has been used by runs of the same recipe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import numpy as np

from protokit.workflow.record.contents import UsesOfTestSet

_TOGETHER: ContextVar[str] = ContextVar("protokit_looked_together", default="")


@contextmanager
def one_look(name: str) -> Iterator[None]:
    """The runs made inside, and those made under the same name, are one look at their test rows.

    So are a search's winner and its defaults: nothing is chosen between the one and the other.
    """
    token = _TOGETHER.set(name)
    try:
        yield
    finally:
        _TOGETHER.reset(token)


def uses_of_test_set(path: Path, origin: Mapping[str, str], rows: Sequence[np.ndarray]) -> UsesOfTestSet:
    """Which rows the test set of a run has, and how many runs of the recipe have been scored on it, this one included.

    `path` is the run's folder; counted are the runs beside it, whatever was changed in the recipe. `rows` are the
    places of the test rows in the table, fold by fold, `origin` the digests of what it was read from.
    """
    digest = hashlib.sha256(json.dumps(sorted(origin.values())).encode())
    for some in rows:
        digest.update(b"fold")
        digest.update(some.astype("<i8").tobytes())
    test_set = digest.hexdigest()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    together, first, looks = _TOGETHER.get(), now, set[str]()
    for other in sorted(path.parent.glob("*/steps.json")):
        found = _of(other)
        if other.parent != path and found.get("test_set") == test_set:
            looks.add(str(found.get("together") or other.parent.name))
            first = min(first, str(found.get("at", now)))
    uses: UsesOfTestSet = {"count": len(looks - {together}) + 1, "first": first, "at": now, "test_set": test_set}
    return {**uses, "together": together} if together else uses


def _of(file: Path) -> UsesOfTestSet:
    try:
        found = json.loads(file.read_text(encoding="utf-8")).get("looks")
    except (OSError, ValueError, AttributeError):
        return {}
    return cast(UsesOfTestSet, found) if isinstance(found, dict) else {}
