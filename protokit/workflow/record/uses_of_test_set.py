"""How often a test set has been used by runs of the same recipe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import numpy as np

from protokit.workflow.record.contents import UsesOfTestSet


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
    count, first = 1, now
    for other in sorted(path.parent.glob("*/steps.json")):
        found = _of(other)
        if other.parent != path and found.get("test_set") == test_set:
            count += 1
            first = min(first, str(found.get("at", now)))
    return {"count": count, "first": first, "at": now, "test_set": test_set}


def _of(file: Path) -> UsesOfTestSet:
    try:
        found = json.loads(file.read_text(encoding="utf-8")).get("looks")
    except (OSError, ValueError, AttributeError):
        return {}
    return cast(UsesOfTestSet, found) if isinstance(found, dict) else {}
