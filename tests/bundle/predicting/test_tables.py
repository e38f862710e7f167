"""Predictions in a file: part by part, whole or not at all."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from protokit.bundle.predicting.tables import hold_form, texts_of, write_table
from protokit.collect.collect import read_table
from protokit.core.errors import DataError, SpecError

WHOLE = pd.DataFrame(
    {
        "id": ["007", None, 'é, "quoted"\nline', "x"],
        "when": pd.to_datetime(["2024-01-01 01:00:00", None, "2024-01-02 03:04:05", "2024-01-03 23:00:00"]),
        "told": [None, None, True, False],
        "kind = a": [0.1, np.nan, 1 / 3, 1e-300],
        "count": [1, 2, 3, 1 << 60],
    }
)


def parts(*sizes: int) -> Iterator[pd.DataFrame]:
    start = 0
    for size in sizes:
        yield WHOLE.iloc[start : start + size]
        start += size


@pytest.mark.parametrize("sizes", [(4,), (1, 3), (2, 1, 1)])
def test_parts_give_the_text_of_the_whole(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    assert "".join(texts_of(parts(*sizes), as_json=False)) == WHOLE.to_csv(index=False)
    written = json.dumps(WHOLE.to_dict(orient="records"), ensure_ascii=False, default=str)
    assert "".join(texts_of(parts(*sizes), as_json=True)) == written + "\n"
    write_table(tmp_path / "p.csv", parts(*sizes), as_json=False)
    assert (tmp_path / "p.csv").read_text() == WHOLE.to_csv(index=False)


def test_kept_times_are_written_alike_in_each_part() -> None:
    days = pd.DataFrame({"day": pd.to_datetime(["2024-01-01", None, "2024-01-02"]), "y": [1, 2, 3]})
    later = days.assign(day=days["day"] + pd.Timedelta("3h"))
    for one in (days, later):
        one.attrs["kept"] = ["day"]
    written = "".join(texts_of([days, later], as_json=False)).splitlines()
    assert written[1:3] == ["2024-01-01 00:00:00,1", ",2"] and written[4] == "2024-01-01 03:00:00,1"


def test_parquet_keeps_types(tmp_path: Path) -> None:
    write_table(tmp_path / "a folder" / "p's.parquet", parts(1, 3), as_json=False)
    found = read_table(tmp_path / "a folder" / "p's.parquet")
    assert found.columns.tolist() == WHOLE.columns.tolist()
    assert found["count"].tolist() == WHOLE["count"].tolist() and found["id"].tolist() == WHOLE["id"].tolist()
    pd.testing.assert_series_equal(found["kind = a"], WHOLE["kind = a"], check_exact=True)
    assert found["when"].iloc[2] == WHOLE["when"].iloc[2] and found["when"].isna().tolist() == [
        False,
        True,
        False,
        False,
    ]
    with pytest.raises(SpecError, match="--json writes JSON"):
        hold_form(tmp_path / "p.parquet", as_json=True)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_stops_half_way_leaves_what_was_there(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped() -> Iterator[pd.DataFrame]:
        yield WHOLE
        raise KeyboardInterrupt

    out = tmp_path / f"p.{ending}"
    out.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        write_table(out, stopped(), as_json=False)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("protokit.core.files.os.fsync", full)
    with pytest.raises(DataError, match="No space left on device"):
        write_table(out, parts(4), as_json=False)
    assert out.read_bytes() == b"before" and list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(("name", "said"), [("p.xlsx", "is called as none of these"), ("p.json", "would hold CSV")])
def test_a_name_of_another_form_is_refused(name: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        hold_form(Path(name), as_json=False)
    hold_form(Path("p.json"), as_json=True)
    hold_form(Path("p.txt"), as_json=False)
