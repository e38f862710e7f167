from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.rows import SourceRows, joined, of_files, row_of, rows_read, with_files


def test_rows_of_several_files_are_counted_in_each() -> None:
    rows = of_files(np.array([4, 0, 2, 1]), [("a.csv", 2), ("none.csv", 0), ("b.csv", 3)])
    assert rows.numbers.tolist() == [2, 0, 0, 1] and rows.files is not None
    assert rows.files.tolist() == ["b.csv", "a.csv", "b.csv", "a.csv"]
    assert [rows.shown(i) for i in range(4)] == ["3 of b.csv", "1 of a.csv", "1 of b.csv", "2 of a.csv"]
    assert [row_of(label, 9) for label in rows.index()] == [rows.shown(i) for i in range(4)]
    assert of_files(np.array([3]), [("a.csv", 9)]).places == []


def test_a_frame_says_once_which_files_it_is_of() -> None:
    frame = with_files(pd.DataFrame({"x": [1, 2, 3]}), [("a.csv", 1), ("b.csv", 2)])
    found = rows_read(frame, "train")
    assert found.shown(2) == "2 of train, b.csv" and frame.attrs == {}
    assert rows_read(frame).places == [] and rows_read(frame).shown(2) == "3"


def test_rows_below_each_other_and_taken() -> None:
    one = SourceRows(np.array([7, 1]), keys={"id": np.array(["x", "y"])})
    other = SourceRows(np.array([0]), files=np.array(["b.csv"], object), keys={"id": np.array(["z"])})
    both = joined([one, other]).take(np.array([2, 0]))
    assert [both.shown(0), both.shown(1)] == ["1 of b.csv (id: z)", "8 (id: x)"]
    assert row_of("monday", 4) == "5" and row_of(1200, 4) == "1,201"
