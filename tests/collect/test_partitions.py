"""Folders of Parquet files as one table, with the columns that their names say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from protokit.collect import large
from protokit.collect.collect import as_written, read_table
from protokit.collect.source import Source
from protokit.core.errors import DataError
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected, held


def put(path: Path, **columns: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(columns)
    duckdb.from_df(frame).write_parquet(str(path))


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """Sales of two years and two regions, whose codes start with zeros."""
    for year in (2023, 2024):
        for region in ("01", "02"):
            where = tmp_path / "sales" / f"year={year}" / f"region={region}"
            put(where / "part-0.parquet", x=[year + 0.5, year + 1.5], who=["a", "b"])
    put(tmp_path / "sales" / "_temporary" / "part.parquet", other=[1])
    put(tmp_path / "sales" / ".hidden.parquet", other=[1])
    (tmp_path / "sales" / "_SUCCESS").write_text("")
    return tmp_path


@pytest.mark.parametrize("place", ["sales/", "sales", "sales/year=*/*/*.parquet", "sales/**/part-0.parquet"])
def test_folders_become_columns_with_their_types(sales: Path, place: str) -> None:
    if "**" in place:
        for stray in (sales / "sales" / "_temporary" / "part.parquet",):
            stray.unlink()
    frame, digest, _ = Source.parse({"parquet": place}).read(sales)
    assert list(frame.columns) == ["x", "who", "year", "region"] and len(frame) == 8
    assert frame["year"].dtype == "int64" and frame["year"].tolist() == [2023] * 4 + [2024] * 4
    assert frame["region"].tolist() == ["01", "01", "02", "02"] * 2
    origin = Source.parse({"parquet": place}).origin("t", sales, digest)
    assert len(origin) == 5 and any("year=2024/region=02/part-0.parquet" in name for name in origin)


def test_moving_a_file_to_another_folder_is_another_table(sales: Path) -> None:
    for path in (sales / "sales" / "year=2024").rglob("*.parquet"):
        path.unlink()
    (sales / "sales" / "year=2023" / "region=02" / "part-0.parquet").unlink()
    before = Source.parse({"parquet": "sales/"}).read(sales)[1]
    (sales / "sales" / "year=2023").rename(sales / "sales" / "year=2022")
    frame, after, _ = Source.parse({"parquet": "sales/"}).read(sales)
    assert before != after and frame["year"].tolist() == [2022, 2022]


def test_values_that_are_missing_or_escaped(tmp_path: Path) -> None:
    put(tmp_path / "t" / "k=__HIVE_DEFAULT_PARTITION__" / "n=1" / "p.parquet", x=[1])
    put(tmp_path / "t" / "k=a%2Fb" / "n=2.5" / "p.parquet", x=[2])
    put(tmp_path / "t" / "k=None" / "n=3" / "p.parquet", x=[3])
    frame = Source.parse({"parquet": "t/"}).read(tmp_path)[0].sort_values("x", ignore_index=True)
    assert frame["k"].tolist() == [None, "a/b", "None"] and frame["n"].tolist() == [1.0, 2.5, 3.0]


def test_a_column_that_the_files_have_is_theirs(tmp_path: Path) -> None:
    put(tmp_path / "t" / "year=2024" / "p.parquet", year=["2024"], x=[1])
    assert Source.parse({"parquet": "t/"}).read(tmp_path)[0]["year"].tolist() == ["2024"]


def test_a_file_that_is_named_by_itself_has_its_own_columns(sales: Path) -> None:
    frame = Source.parse("sales/year=2024/region=01/part-0.parquet").read(sales)[0]
    assert list(frame.columns) == ["x", "who"]


def test_folders_that_do_not_fit(sales: Path) -> None:
    put(sales / "sales" / "year=2025" / "p.parquet", x=[1.0], who=["c"])
    with pytest.raises(DataError, match=r"do not say year=\.\.\./region=") as caught:
        Source.parse({"parquet": "sales/"}).read(sales)
    assert "year=2025" in str(caught.value.place) and caught.value.cure
    (sales / "empty").mkdir()
    with pytest.raises(DataError, match=r"no file in the folder ends in \.parquet"):
        Source.parse({"parquet": "empty/"}).read(sales)
    (sales / "sales" / "_delta_log").mkdir()
    with pytest.raises(DataError, match="a Delta table") as caught:
        Source.parse({"parquet": "sales/"}).read(sales)
    assert caught.value.cure == "write {delta: sales}"
    for kind in ("csv", "arrow"):
        with pytest.raises(DataError, match="a folder"):
            Source.parse({kind: "empty"}).read(sales)


def test_a_folder_of_parquet_at_the_prompt_needs_no_word(sales: Path) -> None:
    assert as_written(sales / "sales") == {"parquet": f"{sales / 'sales'}/"}
    assert read_table(sales / "sales")["year"].nunique() == 2
    with pytest.raises(DataError, match="no images") as caught:
        Source.parse("sales/").read(sales)
    assert "{parquet: FOLDER/}" in str(caught.value)


def test_a_folder_larger_than_memory_stays_on_the_disk(sales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = {
        "collect": {
            "tables": {"sales": {"parquet": f"{sales}/sales/"}},
            "clean": [{"derive": {"late": "year > 2023 and region = '02'"}}],
        },
        "represent": {"target": "late", "split": {"test": 0.25, "validation": 0.25, "by": "random"}},
    }
    whole = collected(Recipe.parse(data)).frame
    monkeypatch.setattr(large, "CELLS", 1)
    recipe = Recipe.parse(data)
    assert large.is_large(recipe.collect, recipe.folder)
    with held(recipe, memory="64MB") as rows:
        found = pd.concat([frame for part in rows.counts for frame in rows.batches(part)])
    folders = [f"{sales}/sales/year={year}/region={region}" for year in (2023, 2024) for region in ("01", "02")]
    assert set(found.index) == {(row, f"{folder}/part-0.parquet") for row in (0, 1) for folder in folders}
    found = found.sort_values(["year", "region", "x"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(found, whole, check_dtype=False)
    assert found["late"].sum() == 2 and found["region"].iloc[0] == "01"
