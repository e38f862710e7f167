from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.learn import order
from protokit.learn.order import InBlocks, drawn


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "_BLOCK", 4)
    monkeypatch.setattr(order, "_TOGETHER", 3)


@given(rows=st.integers(0, 70), size=st.integers(1, 80), epoch=st.integers(0, 3))
def test_each_row_comes_once_whatever_is_taken_at_a_time(rows: int, size: int, epoch: int) -> None:
    found = InBlocks(7, epoch, rows)
    parts = [found[start : start + size] for start in range(0, rows, size)]
    together = np.concatenate([np.zeros(0, np.int64), *parts])
    assert len(found) == rows and sorted(together.tolist()) == list(range(rows))
    assert together.tolist() == found[:].tolist()


def test_rows_of_all_blocks_of_a_part_are_mixed_and_epochs_differ() -> None:
    first = InBlocks(7, 0, 50)[:]
    assert len({row // 4 for row in first[:12].tolist()}) == 3 and (np.diff(first[:12]) < 0).any()
    assert first.tolist() != InBlocks(7, 1, 50)[:].tolist() != InBlocks(8, 1, 50)[:].tolist()


def test_rows_in_memory_keep_the_order_that_they_had() -> None:
    assert sorted(drawn(3, 1, 9).tolist()) == list(range(9))
    assert InBlocks(3, 1, 9)[2:5].tolist() == InBlocks(3, 1, 9)[:].tolist()[2:5]
