"""Cells of all types and damaged ones, at each kind: refused in words or read, never a traceback."""

from __future__ import annotations

import pytest

from protokit.represent.kind import KINDS
from protokit.testing.hostile.cells import check_hostile


@pytest.mark.parametrize("name", [name for name, kind in KINDS.house().items() if kind.sample()])
def test_odd_cells_are_read_or_refused_in_words(name: str) -> None:
    assert check_hostile(KINDS[name], draws=200, seed=0) > 0  # some columns are read
