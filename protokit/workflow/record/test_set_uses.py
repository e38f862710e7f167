"""How often a test set has been looked at by runs of the same recipe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np


def looks(path: Path, origin: Mapping[str, str], rows: Sequence[np.ndarray]) -> dict[str, Any]:
    """The record of a run's look at its test rows: which they are, and which look at them it is among its neighbours.

    `path` is the run's folder; its neighbours are the runs of the same recipe, whatever was changed in it. `rows` are
    the places of the test rows in the table, fold by fold, `origin` the digests of what it was read from.
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


def _of(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8")).get("looks")
    except (OSError, ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}
