"""A table in batches has the cells that it has in memory, whatever stands in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.collect.collect import read_table, source_of
from protokit.collect.disk.streamed import is_about, streamed
from protokit.core.errors import DataError

CELLS = [
    "1", "2", "2.5", "", "NA", "None", "?", "007", "1e3", "x", " y ", "-999", "inf", "1,5", "9007199254740993", "a b",
]  # fmt: skip


def batches(path: Path, texts: Sequence[str] = (), kept: Sequence[str] = (), rows: int = 3) -> list[pd.DataFrame]:
    with streamed(source_of(path), Path(), texts, kept) as table:
        found = list(table.batches(table.columns, kept, rows))
        assert [len(one) for one, _ in found[:-1]] == [rows] * (len(found) - 1)
        assert sum(len(one) for one, _ in found) == table.count
        return [pd.concat([one for one, _ in found]), pd.concat([beside for _, beside in found])]


@settings(max_examples=30)
@given(
    st.lists(st.tuples(*[st.sampled_from(CELLS)] * 3), min_size=1, max_size=8),
    st.sets(st.sampled_from("abc")),
)
def test_cells_are_those_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], texts: set[str]
) -> None:
    path = tmp_path_factory.mktemp("cells") / "t.csv"
    pd.DataFrame(rows, columns=["a", "b", "c"]).assign(n=range(len(rows))).to_csv(path, index=False)
    found, kept = batches(path, sorted(texts), ["a", "n"])
    pd.testing.assert_frame_equal(found, read_table(path, texts=texts), check_exact=True)
    assert kept["n"].tolist() == [str(i) for i in range(len(rows))]
    assert found.index.tolist() == list(range(len(rows)))


def test_what_is_large_is_told_by_the_file(tmp_path: Path) -> None:
    pd.DataFrame({"a": range(2000), "b": 1}).to_csv(tmp_path / "t.csv", index=False)
    source = source_of(tmp_path / "t.csv")
    assert is_about(source, 3000, Path()) and not is_about(source, 30_000, Path())
    (tmp_path / "t.json").write_text('[{"a": 1}]')
    assert not is_about(source_of(tmp_path / "t.json"), 1, Path())
    with pytest.raises(DataError, match="no such file"):
        is_about(source_of(tmp_path / "u.csv"), 1, Path())


def test_a_column_that_begins_empty_is_no_sheet(tmp_path: Path) -> None:
    pd.DataFrame({"a": [""] * 150 + ["yes"], "n": 1}).to_csv(tmp_path / "t.csv", index=False)
    found, _ = batches(tmp_path / "t.csv", rows=100)
    pd.testing.assert_frame_equal(found, read_table(tmp_path / "t.csv"))
    pd.DataFrame({"a": [""] * 150 + ['="0012"'], "n": 1}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError, match="written for a spreadsheet"):
        batches(tmp_path / "t.csv")
