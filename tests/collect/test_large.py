from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from protokit.core.errors import DataError, SpecError
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.collecting import held


@pytest.fixture
def data(tmp_path: Path) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"id": range(5000), "k": rng.integers(0, 60, 5000), "x": rng.normal(size=5000)})
    rows.loc[::7, "x"] = np.nan
    rows["who"] = [f"w{i % 90}" for i in range(5000)]
    rows["part"] = np.where(rows["id"] % 5 == 0, "Test ", np.where(rows["id"] % 5 == 1, "val", "train"))
    rows = rows.astype({"who": object, "part": object})
    duckdb.from_df(rows).write_parquet(str(tmp_path / "rows.parquet"))
    pd.DataFrame({"k": range(50), "name": [f"n{i}" for i in range(50)]}).to_csv(tmp_path / "small.csv", index=False)
    return {
        "seed": 3,
        "collect": {
            "tables": {"rows": str(tmp_path / "rows.parquet"), "small": str(tmp_path / "small.csv")},
            "join": [{"with": "small", "on": "k"}],
            "clean": [{"filter": "x is not null"}, {"derive": {"late": "x > 0.5"}}],
        },
        "represent": {"target": "late", "split": {"test": 0.25, "validation": 0.2, "by": "random"}},
    }


def parts(data: dict[str, Any]) -> dict[str, pd.DataFrame]:
    with held(Recipe.parse(data), memory="64MB") as large:
        names = ("train", "validation", "test")
        found = {part: pd.concat(list(large.batches(part, rows=2048)), ignore_index=True) for part in names}
        assert {part: len(frame) for part, frame in found.items()} == large.counts
    return found


def test_the_same_rows_as_in_memory_in_three_parts(data: dict[str, Any]) -> None:
    found = parts(data)
    whole = collect(Recipe.parse(data)).frame
    together = pd.concat(found.values()).sort_values("id", ignore_index=True)
    pd.testing.assert_frame_equal(together, whole, check_dtype=False)
    for frame in found.values():
        assert frame["id"].is_monotonic_increasing
    n = len(whole)
    for part, share in (("test", 0.25), ("validation", 0.15), ("train", 0.6)):
        assert abs(len(found[part]) - share * n) < 4 * np.sqrt(share * (1 - share) * n)


def test_the_parts_depend_on_seed_and_row_alone(data: dict[str, Any]) -> None:
    first = parts(data)
    assert all(first[part].equals(frame) for part, frame in parts(data).items())
    fewer = {**data, "collect": {**data["collect"], "clean": [{"filter": "x > 0"}, {"derive": {"late": "x > 0.5"}}]}}
    for part, frame in parts(fewer).items():
        assert set(frame["id"]) == set(first[part].query("x > 0")["id"])
    assert set(parts({**data, "seed": 4})["test"]["id"]) != set(first["test"]["id"])


def test_groups_and_columns_say_the_part(data: dict[str, Any]) -> None:
    data["represent"]["split"]["by"] = {"group": "who"}
    groups = [set(frame["who"]) for frame in parts(data).values()]
    assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]
    data["represent"]["split"] = {"by": {"column": "part"}}
    found = parts(data)
    assert (found["test"]["id"] % 5 == 0).all() and (found["validation"]["id"] % 5 == 1).all()


@pytest.mark.parametrize(
    ("split", "words"),
    [
        ({"folds": 5}, "in memory only"),
        ({"by": "stratified"}, "needs all rows in memory"),
        ({"by": {"time": "who"}}, "'w0' of 'who' is no time"),
        ({"by": {"time": "name"}}, "'n0' of 'name' is no time"),
        ({"by": {"time": "whn"}}, "did you mean"),
        ({"by": {"group": "whom"}}, "did you mean 'who'"),
        ({"by": {"column": "who"}}, "rows are in no part"),
    ],
)
def test_what_cannot_be_split_on_the_disk_is_said(data: dict[str, Any], split: dict[str, Any], words: str) -> None:
    data["represent"]["split"] = split
    with pytest.raises((SpecError, DataError), match=words), held(Recipe.parse(data)):
        pass


def test_wrong_names_and_files(data: dict[str, Any], tmp_path: Path) -> None:
    with held(Recipe.parse(data)) as large:
        with pytest.raises(DataError, match="did you mean 'train'"):
            next(large.batches("trian"))
        with pytest.raises(DataError, match="did you mean 'late'"):
            next(large.batches("train", ["lat"]))
        assert next(large.batches("train", ["late", "x"])).dtypes.map(str).tolist() == ["bool", "float64"]
    (tmp_path / "rows.parquet").write_bytes(b"no parquet")
    with pytest.raises(DataError, match="not a Parquet file"), held(Recipe.parse(data)):
        pass


def test_the_latest_rows_are_for_the_test(data: dict[str, Any]) -> None:
    data["represent"]["split"]["by"] = {"time": "id"}
    found = parts(data)
    assert found["train"]["id"].max() < found["validation"]["id"].min()
    assert found["validation"]["id"].max() < found["test"]["id"].min()
    n = sum(map(len, found.values()))
    assert abs(len(found["test"]) - 0.25 * n) <= 1 and abs(len(found["validation"]) - 0.15 * n) <= 1
    data["represent"]["split"]["by"] = {"time": "k"}  # many rows of one time: they are not parted
    times = [set(frame["k"]) for frame in parts(data).values()]
    assert not times[0] & times[1] and not times[1] & times[2] and max(times[0]) < min(times[1])


def test_a_time_that_is_missing_is_said(data: dict[str, Any]) -> None:
    data["collect"]["clean"] = [{"derive": {"late": "x > 0.5"}}, {"fill": {"late": False}}]
    data["represent"]["split"]["by"] = {"time": "x"}
    with pytest.raises(SpecError, match="715 rows have no 'x' to split by"), held(Recipe.parse(data)):
        pass


def test_many_files_are_one_table(data: dict[str, Any], tmp_path: Path) -> None:
    whole = parts(data)
    rows = duckdb.read_parquet(str(tmp_path / "rows.parquet")).df()
    columns = list(rows.columns)
    for i in range(3):
        some = rows.iloc[2000 * i : 2000 * (i + 1)][columns if i != 1 else columns[::-1]]
        duckdb.from_df(some).write_parquet(str(tmp_path / f"part-{i}.parquet"))
    data["collect"]["tables"]["rows"] = str(tmp_path / "part-*.parquet")
    for part, frame in parts(data).items():
        pd.testing.assert_frame_equal(frame, whole[part])
    duckdb.from_df(rows.drop(columns="x")).write_parquet(str(tmp_path / "part-9.parquet"))
    with pytest.raises(DataError, match=r"part-9\.parquet: lacks the column 'x'"), held(Recipe.parse(data)):
        pass


def test_a_sample_has_every_class(data: dict[str, Any]) -> None:
    data["collect"]["clean"] = [{"derive": {"late": "CASE WHEN id = 17 THEN 'rare' WHEN x > 0 THEN 'a' ELSE 'b' END"}}]
    data["represent"]["split"] = {"by": {"column": "part"}}
    with held(Recipe.parse(data)) as large:
        frame, dealt = large.sample({"train": 300, "validation": 50, "test": 10_000}, ["late"], 1)
        again, _ = large.sample({"train": 300, "validation": 50, "test": 10_000}, ["late"], 1)
        pd.testing.assert_frame_equal(frame, again)
        assert {"rare", "a", "b"} == set(frame["late"][dealt == "train"])
        assert (dealt == "test").sum() == large.counts["test"]
        assert 220 < (dealt == "train").sum() < 390 and 20 < (dealt == "validation").sum() < 90
        assert frame.index.is_monotonic_increasing
        by_row = pd.concat(list(large.batches("train"))).loc[frame.index[dealt == "train"]]
        pd.testing.assert_frame_equal(by_row, frame[dealt == "train"], check_dtype=False)


def test_texts_of_times_are_split_on_the_disk(tmp_path: Path) -> None:
    texts = [f"{1 + i % 28:02}/{1 + i // 28:02}/2024 10:00" for i in range(280)]
    pd.DataFrame({"at": texts, "x": range(280)}).to_parquet(tmp_path / "rows.parquet")
    plain = {
        "collect": {"tables": {"rows": str(tmp_path / "rows.parquet")}},
        "represent": {"target": "x", "split": {"by": {"time": "at"}}},
    }
    with held(Recipe.parse(plain)) as rows:
        parts = {part: pd.concat(rows.batches(part)) for part in ("train", "validation", "test")}
        assert "'at' is read as day/month/year" in "\n".join(map(str, rows.notices))
    assert parts["train"]["x"].max() < parts["validation"]["x"].min() < parts["test"]["x"].min()
    assert parts["test"]["at"].iloc[0] in texts


def whole(source: object, clean: list[object], **beside: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of a table as collected in memory, and as collected on the disk in batches."""
    plain = {
        "collect": {"tables": {"rows": source, **beside.get("tables", {})}, "clean": clean},
        "represent": {"target": "n", "split": {"by": "random"}},
    }
    if "join" in beside:
        plain["collect"]["join"] = beside["join"]
    recipe = Recipe.parse(plain)
    inside = collect(recipe).frame
    with held(recipe) as rows:
        frames = [frame for part in rows.counts for frame in rows.batches(part, rows=2048)]
    outside = pd.concat(frames).sort_values("n", ignore_index=True)
    return inside.sort_values("n", ignore_index=True), outside


@pytest.mark.parametrize("middle", ["", "4", "2.5"])
def test_a_text_of_a_whole_number_does_not_depend_on_the_others(
    tmp_path: Path, middle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("q,n,s\n10,0,x\n" + f"{middle},1,y\n" + "3,2,z\n" + "-0,3,w\n")
    made = {"a": "'a' || q || s", "b": "cast(q as varchar)", "c": "concat('k', q)", "d": "concat_ws('-', q, n)"}
    for frame in whole({"csv": "t.csv"}, [{"derive": made}]):
        assert frame["a"].tolist()[::2] == ["a10x", "a3z"] and frame["b"].tolist()[::2] == ["10", "3"]
        assert frame["c"].tolist()[::2] == ["k10", "k3"] and frame["d"].tolist()[::2] == ["10-0", "3-2"]
        assert frame["b"][3] == "0" and frame["b"][1] == (middle or None)


def test_a_column_has_one_type_in_all_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    n = 9000
    frame = pd.DataFrame({"n": range(n), "k": pd.array([(1 << 53) + 1 + i for i in range(n)], "Int64")})
    frame["q"] = pd.array([i % 7 for i in range(n)], "Int64")
    frame["b"] = pd.array([i % 2 == 0 for i in range(n)], "boolean")
    frame["full"] = [(1 << 53) + 1 + i for i in range(n)]
    frame["at"] = pd.date_range("2024-01-01", periods=n, freq="h", tz="Europe/Madrid")
    frame.loc[3, ["k", "q", "b"]] = pd.NA
    frame.to_parquet("t.parquet")
    inside, outside = whole({"parquet": "t.parquet"}, [{"derive": {"h": "q // 2", "t": "'a' || q"}}])
    assert outside["k"].tolist()[:5] == [str((1 << 53) + 1 + i) if i != 3 else None for i in range(5)]
    pd.testing.assert_frame_equal(inside, outside)
    plain = {"collect": {"tables": {"t": "t.parquet"}}, "represent": {"target": "n", "split": {"by": "random"}}}
    with held(Recipe.parse(plain)) as rows:
        kinds = [batch.dtypes.map(str).to_dict() for part in rows.counts for batch in rows.batches(part, rows=2048)]
        assert len(kinds) > 3 and all(one == kinds[0] for one in kinds)
        assert any("'at': times with a zone, read as those of UTC" in str(one) for one in rows.notices)


def test_a_fault_of_a_large_file_has_its_place_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ["a,n", *(f"{i},{i}" for i in range(52))]

    def said(text: bytes, name: str = "t.csv", **options: object) -> DataError:
        Path(name).write_bytes(text)
        plain = {
            "collect": {"tables": {"t": {"csv": name, **options}}},
            "represent": {"target": "n", "split": {"by": "random"}},
        }
        with pytest.raises(DataError) as caught, held(Recipe.parse(plain)):
            pass
        assert "csv:2:" not in str(caught.value) and f"{name}:2\n" not in str(caught.value)
        assert ":52:" in str(caught.value) or "mend the line" not in str(caught.value)
        return caught.value

    short = said("\n".join([*lines[:51], "7", lines[52]]).encode() + b"\n")
    assert ":52:" in str(short) and "footer" not in str(short)
    last = said("\n".join([*lines, "sum"]).encode() + b"\n")
    assert "footer: 1" in str(last)
    packed = gzip.compress("\n".join(lines * 50).encode())
    assert "fetch the file again" in str(said(packed[: len(packed) - 12], "t.csv.gz"))
    assert "Parquet" in str(said("\n".join(lines).replace(",", " ").encode(), delimiter="blanks"))
    said("\n".join([*lines[:51], '"7,1', lines[52]]).encode() + b"\n")
    assert "Parquet" in str(said(b'a, n\n"x, y", 1\n' + b'"x", "2"\n' * 9))
    assert "Parquet" in str(said(b"a,n\n" + b'"=""0012""",1\n' * 9))


def test_a_file_of_many_rows_needs_little_memory_whatever_its_longest_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [f"{i},{'w' * 80} {i}" for i in range(200_000)]
    lines[150_000] = '150000,"' + "two\nlines " * 100_000 + '"'
    Path("t.csv").write_text("n,a\n" + "\n".join(lines))
    plain = {"collect": {"tables": {"t": "t.csv"}}, "represent": {"target": "n", "split": {"by": "random"}}}
    with held(Recipe.parse(plain), memory="64MB", threads=2) as rows:
        cells = pd.concat([frame for part in rows.counts for frame in rows.batches(part, rows=20_000)])
    cells = cells.set_index("n")["a"]
    assert len(cells) == 200_000 and cells[7].endswith("w 7") and cells[150_000] == ("two\nlines " * 100_000).strip()
    assert cells[199_999].endswith("w 199999")


@pytest.mark.parametrize("text", ["x" * (1 << 24), '"' + "x\n" * (1 << 23) + '"'])
def test_a_row_that_is_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("n,a\n0,b\n1,c\n2," + text + "\n3,d\n")
    plain = {"collect": {"tables": {"t": "t.csv"}}, "represent": {"target": "n", "split": {"by": "random"}}}
    with pytest.raises(DataError, match=r"t\.csv:4(:3)?") as caught, held(Recipe.parse(plain)):
        pass
    assert "Parquet" in str(caught.value) and "16,777,216" in str(caught.value)


def test_a_quote_that_is_not_closed_has_its_place_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [f"{i},{'w' * 60}" for i in range(100_000)]
    lines[70_000] = '70000,"never closed'
    Path("t.csv").write_text("n,a\n" + "\n".join(lines) + "\n")
    plain = {"collect": {"tables": {"t": "t.csv"}}, "represent": {"target": "n", "split": {"by": "random"}}}
    with pytest.raises(DataError, match=r"t\.csv:70002:7\n? ?.*not closed"), held(Recipe.parse(plain)):
        pass


@pytest.mark.parametrize(
    ("keys", "others"),
    [("1\n2\nx7\n3", "1\n2\n3"), ("01\n02\n03\n4", "1\n2\n4"), ("1\n2\n3\n4", "1\nx\n3"), ("1.0\nNA\n3\na", "1\n3\n4")],
)
def test_a_key_of_texts_meets_one_of_numbers_as_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str, others: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("n,k\n" + "".join(f"{i},{key}\n" for i, key in enumerate(keys.split("\n"))))
    Path("b.csv").write_text("k,v\n" + "".join(f"{key},{i}\n" for i, key in enumerate(others.split("\n"))))
    inside, outside = whole("a.csv", [], tables={"b": "b.csv"}, join=[{"with": "b", "on": "k"}])
    pd.testing.assert_frame_equal(inside, outside)
    assert inside["v"].notna().any() or keys.startswith("01")


@pytest.mark.parametrize(
    ("cells", "gone"),
    [
        (["-999 kg", "5 kg", "7 kg", "-999.0 kg"], [0, 3]),
        (["-999,0", "5,5", "7,25", "-999"], [0, 3]),
        (["999 kg", "5 kg", "7 kg", "99.9 kg"], []),
        (["(999)", "5", "7", "-999.0"], [0, 3]),
        (["(999)", "5.5", "7", "9.25"], [0]),
        (["\u2212999", "9007199254740993", "7", "9"], [0]),
    ],
)
def test_marks_are_met_in_the_notation_of_the_column_as_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: list[str], gone: list[int]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("n;q\n" + "".join(f"{i};{cell}\n" for i, cell in enumerate(cells)))
    inside, outside = whole({"csv": "t.csv", "missing": ["-999"]}, [])
    pd.testing.assert_frame_equal(inside, outside)
    assert np.flatnonzero(outside["q"].isna()).tolist() == gone


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        (["1.1", "1.10", "1.2"], None),
        (["1.10", "1.20", "1.3"], None),
        (["1", "2", "None"], None),
        (["a", "b", "None"], None),
        (["1", "2", "NA"], None),
        (["1", "2", "NA"], ["-"]),
        (["a", "nan", "-"], ["-"]),
        (["7", "007", "8"], None),
        (["-999", "-999.0", "3"], ["-999"]),
        (["1", "+1", "2"], None),
        (["9007199254740993", "9007199254740992", ""], None),
        (["9007199254740993", "9007199254740992", "3"], None),
        (["0.5", "-0", "0"], None),
        (["1.1", "1.10", "-999.0"], ["-999"]),
        (["a", "-999.0", "-999"], ["-999"]),
        (["5 kg", "7 kg", "-999 kg"], ["-999"]),
        (["5 kg", "7 kg", "-999.0"], ["-999"]),
        (["5 kg", "7 kg or so", "-999 kg"], ["-999"]),
        (["$5", "NA", "$-999"], ["-999"]),
        (["5", "7", "-999.0"], ["-999"]),
    ],
)
@pytest.mark.parametrize("role", ["target", "group", "key"])
def test_codes_of_targets_groups_and_keys_stay_apart_as_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: list[str], missing: list[str] | None, role: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("n,k\n" + "".join(f"{i},{cells[i % 3]}\n" for i in range(60)))
    Path("b.csv").write_text("k,v\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(cells)))
    source = {"csv": "t.csv", **({"missing": missing} if missing else {})}
    plain: dict[str, Any] = {
        "collect": {"tables": {"t": source}},
        "represent": {"target": "k" if role == "target" else "n", "split": {"by": "random"}},
    }
    if role == "group":
        plain["represent"]["split"]["by"] = {"group": "k"}
    if role == "key":
        plain["collect"]["tables"]["b"] = {**source, "csv": "b.csv"}
        plain["collect"]["join"] = [{"with": "b", "on": "k"}]
    recipe = Recipe.parse(plain)
    inside = collect(recipe)
    with held(recipe) as rows:
        outside = pd.concat([frame for part in rows.counts for frame in rows.batches(part)])
        told = set(rows.notices)
    outside = outside.sort_values("n", ignore_index=True)
    pd.testing.assert_frame_equal(inside.frame, outside)
    assert told == set(inside.notices)


@pytest.mark.parametrize(
    "text",
    [
        b"n\n1\n\n2\n3\n",
        b"n\r\n1\r\n\r\n2\n\n\n3\r\n\r\n",
        b"n,k\n1,2\r\n3,4\n5,6\r\n",
        b"n,k\r\n1,2\n3,4\n5,6\n",
        b"n,k\n1,2\r\n3,4\r\n",
        b'n,k\n1,"a\r\nb"\n3,c\n5,""\n',
        b'n,k\r\n1,"a\nb"\r\n3,"c\r\nd"\r\n\r\n5,e',
        b'n,k\r\n1,"a\r\nb"\n3,"c\nd"\r\n5,"\r\n"\n',
    ],
)
def test_line_ends_and_lines_that_hold_nothing_are_read_as_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_bytes(text)
    inside, outside = whole("t.csv", [])
    pd.testing.assert_frame_equal(inside, outside)
    assert len(inside) in (2, 3)


@pytest.mark.parametrize("text", [b"n,k\r1,2\r3,4\r", b"n,k\n1,2\r3,4\n"])
def test_a_carriage_return_alone_is_refused_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_bytes(text)
    plain = {"collect": {"tables": {"t": "t.csv"}}, "represent": {"target": "n", "split": {"by": "random"}}}
    with pytest.raises(DataError, match="a carriage return") as caught, held(Recipe.parse(plain)):
        pass
    assert "Parquet" in str(caught.value)
