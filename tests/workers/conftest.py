from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def found_in_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own hands are imported by workers, which look where their driver does."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent.parent))
