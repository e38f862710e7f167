from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from protokit.core.memory import forget_pages, process_memory, release_unused


def mapped_now() -> int:
    """Bytes of files that are counted as this process's memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssFile"))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells it")
def test_what_was_read_of_a_mapped_file_is_given_back_and_reads_the_same(tmp_path: Path) -> None:
    size = 32 << 20
    np.arange(size // 8).tofile(tmp_path / "rows")
    rows = np.memmap(tmp_path / "rows", np.int64, mode="r").reshape(-1, 8)
    total = int(rows.sum())
    before = mapped_now()
    forget_pages(rows)
    assert before - mapped_now() > size / 2
    assert int(rows.sum()) == total


def test_other_arrays_stay_as_they_are() -> None:
    rows = np.arange(9)
    forget_pages(rows)
    release_unused()
    assert rows.sum() == 36 and process_memory() > 1 << 20
