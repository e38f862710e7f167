from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.collect.frames import as_frame
from protokit.core.errors import DataError, ProtokitError, SpecError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected as collect

ROWS = {"id": [3, 1, 2, 1], "x": [1.0, 2.0, 3.0, 4.0]}
keys = st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=1, max_size=12)
numbers = st.lists(st.one_of(st.integers(0, 4), st.none()), min_size=1, max_size=12)


def gathered(tables: dict[str, Any], join: Any = (), clean: Any = (), **more: Any) -> Table:
    """The tables joined and cleaned; the first one holds the rows."""
    recipe = Recipe.parse({"collect": {"join": list(join), "clean": list(clean)}, "represent": {"target": "y", **more}})
    return collect(recipe, {name: pd.DataFrame(table) for name, table in tables.items()})


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    """Equal cells, whatever the types that pandas chose for columns with missing ones."""
    assert list(found.columns) == list(wanted.columns)
    plain = [frame.astype(object).where(frame.notna(), None).reset_index(drop=True) for frame in (found, wanted)]
    pd.testing.assert_frame_equal(plain[0], plain[1])


@given(keys, keys, numbers, numbers, st.sampled_from(["left", "inner"]))
@settings(deadline=None, max_examples=80)
def test_a_join_equals_pandas_merge(left: list, right: list, ln: list, rn: list, how: str) -> None:
    n, m = min(len(left), len(ln)), min(len(right), len(rn))
    rows = pd.DataFrame({"k": left[:n], "n": ln[:n], "x": range(n)}).astype({"k": object, "n": "float64"})
    other = pd.DataFrame({"k": right[:m], "m": rn[:m], "y": range(m)}).astype({"k": object, "m": "float64"})
    spec = {"with": "other", "on": ["k", {"n": "m"}], "how": how, "expect": "many_to_many"}
    wanted = rows.merge(other.dropna(subset=["k", "m"]), left_on=["k", "n"], right_on=["k", "m"], how=how).drop(
        columns="m"
    )
    if wanted.empty:
        with pytest.raises(DataError, match="no row has one"):
            gathered({"rows": rows, "other": other}, [spec])
        return
    table = gathered({"rows": rows, "other": other}, [spec])
    same(table.frame, wanted)
    [step] = [s for s in table.steps if s.name == "join other"]
    assert (step.rows_in, step.rows_out) == (n, len(wanted))
    lost = n - wanted["x"].nunique()
    assert sum(step.dropped.values()) == lost
    assert (how == "left") == (lost == 0) or how == "inner"


@given(st.data(), st.sampled_from([None, 0, 1, 3]))
@settings(deadline=None, max_examples=60)
def test_as_of_equals_pandas_merge_asof(data: Any, tolerance: int | None) -> None:
    times = st.lists(st.integers(0, 20), min_size=1, max_size=12)
    lt, rt = data.draw(times), sorted(set(data.draw(times)))
    by = st.sampled_from(["a", "b"])
    rows = pd.DataFrame({"k": [data.draw(by) for _ in lt], "t": lt, "x": range(len(lt))})
    other = pd.DataFrame({"k": [data.draw(by) for _ in rt], "t": rt, "y": [float(v) for v in range(len(rt))]})
    spec = {"with": "other", "on": "k", "as_of": "t"} | ({} if tolerance is None else {"tolerance": tolerance})
    found = gathered({"rows": rows, "other": other}, [spec]).frame
    ordered = rows.sort_values("t", kind="stable")
    wanted = pd.merge_asof(ordered, other, on="t", by="k", tolerance=tolerance).sort_values("x")
    same(found, wanted)


@given(st.data(), st.booleans())
@settings(deadline=None, max_examples=60)
def test_aggregates_equal_groupby(data: Any, before: bool) -> None:
    n, m = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 16))
    key, day = st.sampled_from(["a", "b", "c", None]), st.integers(0, 5)
    rows = pd.DataFrame({"k": [data.draw(key) for _ in range(n)], "t": [data.draw(day) for _ in range(n)]})
    rows["k"] = rows["k"].astype(object)
    other = pd.DataFrame({"k": [data.draw(key) for _ in range(m)], "d": [data.draw(day) for _ in range(m)]})
    other["k"], other["p"] = other["k"].astype(object), [float(i % 5) for i in range(m)]
    spec: dict[str, Any] = {"with": "other", "on": "k"}
    spec["aggregate"] = {"n": "count(*)", "spent": "sum(p)", "most": "max(p) filter (where p < 4)"}
    if before:
        spec["before"] = {"t": "d"}
    found = gathered({"rows": rows, "other": other}, [spec]).frame
    for i, row in found.iterrows():
        mine = other[(other["k"] == row["k"]) & other["k"].notna() & (rows["k"].notna()[i])]
        if before:
            mine = mine[mine["d"] < row["t"]]
        assert row["n"] == len(mine)
        assert row["spent"] == mine["p"].sum() if len(mine) else pd.isna(row["spent"])
        few = mine[mine["p"] < 4]["p"]
        assert row["most"] == few.max() if len(few) else pd.isna(row["most"])
    pd.testing.assert_frame_equal(found[["k", "t"]], rows)


def test_what_lies_ahead_of_a_row_is_never_joined() -> None:
    """A planted price and a planted order of the row's own moment and after it would give the answer away."""
    days = pd.date_range("2024-01-01", periods=40)
    rows = pd.DataFrame({"who": ["a"] * 40, "day": days, "y": range(40)})
    prices = pd.DataFrame(
        {"who": ["a"] * 40, "day": days + pd.Timedelta("12h"), "price": [float(i) for i in range(40)]}
    )
    joins = [
        {"with": "prices", "on": "who", "as_of": "day", "tolerance": "2d"},
        {"with": "orders", "on": "who", "aggregate": {"n": "count(*)", "last": "max(y)"}, "before": "day"},
    ]
    frame = gathered({"rows": rows, "prices": prices, "orders": rows}, joins).frame
    assert frame["price"].tolist()[1:] == [float(i) for i in range(39)] and pd.isna(frame["price"][0])
    assert frame["n"].tolist() == list(range(40))
    assert frame["last"].tolist()[1:] == list(range(39))


def test_texts_are_read_as_times() -> None:
    rows = {"k": ["a", "a"], "day": ["2024-03-01", "2024-01-02"], "y": [1, 2]}
    prices = {"k": ["a", "a"], "seen": ["2024-02-29 23:00:00", "2024-01-03"], "p": [5, 6]}
    spec: dict[str, Any] = {"with": "prices", "on": "k", "as_of": {"day": "seen"}, "tolerance": "1 d"}
    frame = gathered({"rows": rows, "prices": prices}, [spec]).frame
    assert frame["p"].tolist()[0] == 5 and pd.isna(frame["p"][1])
    assert frame["seen"][0] == "2024-02-29 23:00:00" and pd.isna(frame["seen"][1])
    prices["seen"][1] = "soon"
    with pytest.raises(DataError, match=r"join\[0\]\.as_of: 'soon' of 'seen' is no date"):
        gathered({"rows": rows, "prices": prices}, [spec])
    for tolerance, words in ((3, "does not fit"), ("3 d", "")):
        spec["tolerance"] = tolerance
        prices["seen"][1] = "2024-01-01"
        if words:
            with pytest.raises(SpecError, match=words):
                gathered({"rows": rows, "prices": prices}, [spec])
        else:
            assert gathered({"rows": rows, "prices": prices}, [spec]).frame["p"].tolist() == [5, 6]


@pytest.mark.parametrize("key", ["ids", "place"])
def test_a_key_that_stands_twice_is_named_at_its_line(tmp_path: Path, key: str) -> None:
    (tmp_path / "rows.csv").write_text("id,y\n1,0\n2,1\n2,1\n3,1\n")
    (tmp_path / "other.csv").write_text("id,z\n1,a\n2,b\n2,c\n9,d\n9,e\n9,e\n")
    recipe = tmp_path / "r.yaml"
    expect = ", expect: many_to_one" if key == "place" else ""
    text = "collect:\n  tables: {rows: rows.csv, other: other.csv}\n  join:\n"
    recipe.write_text(text + f"    - {{with: other, on: id{expect}}}\nrepresent: {{target: y}}\n")
    with pytest.raises(DataError) as caught:
        collect(Recipe.read(recipe))
    column = 37 if expect else 25
    assert f"r.yaml:4:{column}: the join with 'other' is to be many_to_one, and 1 key stands" in str(caught.value)
    assert "id = 2 2 times" in str(caught.value) and "aggregate" in str(caught.value.cure)


@pytest.mark.parametrize(
    ("expect", "left", "right", "wrong"),
    [
        ("many_to_one", [1, 1, 2], [1, 2], False),
        ("many_to_one", [1, 2], [1, 1], True),
        ("one_to_one", [1, 2], [2, 1], False),
        ("one_to_one", [1, 1], [1, 2], True),
        ("one_to_one", [1, 2], [1, 1], True),
        ("one_to_many", [1, 2], [1, 1], False),
        ("one_to_many", [1, 1], [1, 2], True),
        ("many_to_many", [1, 1], [1, 1], False),
        ("many_to_one", [1, 2], [1, 5, 5], False),
        ("one_to_one", [1, None, None], [1, None, None], False),
    ],
)
def test_expectations(expect: str, left: list, right: list, wrong: bool) -> None:
    tables = {"rows": {"k": left}, "other": {"k": right, "z": range(len(right))}}
    spec = [{"with": "other", "on": "k", "expect": expect}]
    if wrong:
        with pytest.raises(DataError, match="more than once"):
            gathered(tables, spec)
        return
    table = gathered(tables, spec)
    made = len(table.frame) - len(left)
    assert (made > 0) == (expect in ("one_to_many", "many_to_many"))
    assert any("more than before" in notice.rule for notice in table.notices) == (made > 0)


def test_unmatched_rows_are_counted_with_examples() -> None:
    tables = {"rows": {"k": ["a", "b", "c", None, "d"], "y": range(5)}, "other": {"k": ["a"], "z": [1]}}
    table = gathered(tables, [{"with": "other", "on": "k"}])
    [notice] = table.notices
    assert "4 of 5 rows (80.0%) without a match, 1 of them without a key, such as 'b', 'c', 'd'" in notice.rule
    table = gathered(tables, [{"with": "other", "on": "k", "how": "inner"}])
    assert table.steps[-1].dropped == {"without a row in other": 4}


@pytest.mark.parametrize(
    ("join", "words"),
    [
        ({"with": "other", "on": "idd"}, "no column 'idd' at this step|did you mean 'id'"),
        ({"with": "other", "on": {"id": "kye"}}, "did you mean 'key'"),
        ({"with": "others", "on": "id"}, "did you mean 'other'"),
        (
            {"with": "other", "on": {"id": "word"}, "prefix": "o_"},
            "'id' is a number in the rows, and 'word' a text.*cast: {word: number}",
        ),
        ({"with": "other", "on": {"id": "key"}}, "'x' is a column of the rows and of 'other'.*add prefix: other_"),
        ({"with": "other", "on": {"id": "key"}, "aggregate": {"x": "sum(x)"}}, "'x' is a column already"),
        ({"with": "other", "on": {"id": "key"}, "aggregate": {"n": "sum(xx)"}}, "did you mean 'x'"),
        ({"with": "other", "on": {"id": "key"}, "aggregate": {"n": "sum(word)"}}, "sum"),
        ({"with": "other", "on": {"id": "key"}, "prefix": "o_", "cast": {"nothing": "text"}}, "no column 'nothing'"),
        (
            {"with": "other", "on": {"id": "key"}, "prefix": "o_", "cast": {"word": "number"}},
            "'one' in row 1 of 'word'",
        ),
        ({"with": "other", "on": {"id": "key"}, "prefix": "o_", "as_of": {"x": "word"}}, "'one' of 'word' is no date"),
        (
            {"with": "other", "on": {"id": "key"}, "prefix": "o_", "as_of": {"x": "flag"}},
            "'flag' is a boolean, not a date",
        ),
        ({"with": "other", "on": {"id": "blob"}, "prefix": "o_"}, "are no numbers, texts, dates"),
    ],
)
def test_what_does_not_fit_is_said(join: dict, words: str) -> None:
    other = {"key": [1, 2], "word": ["one", "two"], "x": [1, 2], "flag": [True, False], "blob": [b"a", b"b"]}
    with pytest.raises(ProtokitError) as caught:
        gathered({"rows": ROWS, "other": other}, [join])
    assert re.search(words, str(caught.value), re.S), str(caught.value)
    assert "join[0]" in str(caught.value)


def test_cast_in_a_join_mends_a_key_of_another_type() -> None:
    other = {"id": ["1", "2", "3"], "z": ["a", "b", "c"]}
    frame = gathered({"rows": ROWS, "other": other}, [{"with": "other", "on": "id", "cast": {"id": "number"}}]).frame
    assert frame["z"].tolist() == ["c", "a", "b", "a"] and frame["id"].tolist() == ROWS["id"]


def test_a_table_joined_twice_and_names_with_prefixes() -> None:
    places = {"code": ["A", "B"], "lat": [1.5, 2.5]}
    rows = {"start": ["A", "B"], "end": ["B", "A"]}
    specs = [{"with": "places", "on": {end: "code"}, "prefix": f"{end}_"} for end in ("start", "end")]
    frame = gathered({"rows": rows, "places": places}, specs).frame
    assert list(frame.columns) == ["start", "end", "start_lat", "end_lat"]
    assert frame["start_lat"].tolist() == [1.5, 2.5] and frame["end_lat"].tolist() == [2.5, 1.5]


def test_types_and_untouched_cells_come_through() -> None:
    images = pd.Series([np.ones((2, 2)), b"png", np.zeros(1)], dtype=object)
    rows = pd.DataFrame(
        {
            "k": [1, 2, 3],
            "image": images,
            "day": pd.to_datetime(["2024-01-01", None, "2024-01-03"]),
            "zoned": pd.to_datetime(["2024-01-01"] * 3).tz_localize("Europe/Rome"),
            "flag": [True, False, True],
            "maybe": pd.array([True, None, False], dtype="boolean"),
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "small": np.array([1, 2, 3], dtype="int8"),
            "level": pd.Categorical(["lo", "hi", "lo"]),
            "text": pd.Series(["a", None, "c"], dtype=object),
        }
    )
    other = pd.DataFrame({"k": [3, 1, 2], "n": [30, 10, 20], "picture": images, "on": [False, True, True]})
    rows = as_frame(rows)
    table = gathered({"rows": rows, "other": other}, [{"with": "other", "on": "k"}], [{"filter": "k > 0"}])
    assert table.frame.dtypes.to_dict() == {**rows.dtypes.to_dict(), **other.drop(columns="k").dtypes.to_dict()}
    pd.testing.assert_frame_equal(table.frame[list(rows.columns)].drop(columns="image"), rows.drop(columns="image"))
    assert table.frame["image"][1] == b"png" and table.frame["image"][0] is images[0]
    assert table.frame["picture"][1] is images[2] and table.frame["n"].tolist() == [10, 20, 30]
    some = gathered({"rows": rows, "other": other[:2]}, [{"with": "other", "on": "k"}]).frame
    assert some["n"].dtype == "float64" and some["on"].tolist() == [True, None, False]
    assert some["picture"][1] is None


def test_rows_of_the_split_are_stacked_before_they_are_joined() -> None:
    tables = {"a": {"k": [1, 2], "y": [0, 1]}, "t": {"y": [1, 0], "k": [2, 9]}, "o": {"k": [1, 2], "z": ["p", "q"]}}
    clean = [{"filter": "z is not null"}]
    table = gathered(tables, [{"with": "o", "on": "k"}], clean, split={"test": "t"})
    assert table.frame["z"].tolist() == ["p", "q", "q"]
    assert table.parts is not None and table.parts.tolist() == ["a", "a", "t"]


def test_frames_stand_for_tables_by_name(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("k,z\n1,p\n2,q\n")
    data: dict[str, Any] = {"collect": {"tables": {"a": "nowhere.csv", "o": str(tmp_path / "o.csv")}}}
    data["collect"]["join"] = [{"with": "o", "on": "k"}]
    data["represent"] = {"target": "y"}
    rows = pd.DataFrame({"k": [2, 1], "y": [0, 1]})
    assert collect(Recipe.parse(data), rows).frame["z"].tolist() == ["q", "p"]
    other = pd.DataFrame({"k": [1, 2], "z": ["s", "t"]})
    assert collect(Recipe.parse(data), {"a": rows, "o": other}).frame["z"].tolist() == ["t", "s"]
    with pytest.raises(DataError, match="no table 'b'"):
        collect(Recipe.parse(data), {"b": rows})
    del data["collect"]["tables"]
    with pytest.raises(SpecError, match="there is no table 'o'"):
        collect(Recipe.parse(data), rows)
