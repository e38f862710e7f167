"""Cells keep what they are until the kind of their column is asked: codes, whole numbers of any size, marks."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.bundle.input_schema import InputSchema
from protokit.cells.numbers import reading_from
from protokit.collect.collect import cleaned, collect, read_table
from protokit.collect.frames import as_frame
from protokit.collect.text_cells import frame as of_texts
from protokit.collect.words import Collect
from protokit.core.errors import DataError, SpecError
from protokit.core.values.tables import Table
from protokit.represent.encoders.cells import to_numbers
from protokit.represent.encoders.readings import reading_of
from protokit.represent.kinds.number import NumberOptions
from protokit.represent.words import Represent

A, B = 9007199254740993, 9007199254740992  # float64 has only the second


def written(folder: Path, text: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def collected(folder: Path, tables: dict[str, object], **given: Any) -> Table:
    own = {key: given.pop(key) for key in ("texts", "apart") if key in given}
    return collect(Collect.of(tables=tables, **given), folder, **own)


def test_a_named_code_keeps_its_texts(tmp_path: Path) -> None:
    written(tmp_path, "version,n\n1.10,1\n1.1,2\n1e3,3\n+7,4\n,5\n")
    table = collected(tmp_path, {"t": "t.csv"}, texts={"version"})
    assert table.frame["version"].tolist() == ["1.10", "1.1", "1e3", "+7", None]
    assert table.frame["n"].tolist() == [1, 2, 3, 4, 5]
    assert collected(tmp_path, {"t": "t.csv"}).frame["version"].dtype == "float64"


def test_expressions_see_the_numbers_of_a_code(tmp_path: Path) -> None:
    written(tmp_path, "month,n\n6,1\n7,2\n11,3\n8,4\n", "u.csv")
    clean = [{"filter": "month > 6"}, {"derive": {"next": "month + 1"}}, {"rename": {"month": "m"}}]
    table = collected(tmp_path, {"u": "u.csv"}, clean=clean, texts={"m"})
    assert table.frame["m"].tolist() == ["7", "11", "8"] and table.frame["next"].tolist() == [8, 12, 9]


def test_a_code_is_traced_through_a_join(tmp_path: Path) -> None:
    written(tmp_path, "key,n\n1,1\n2,2\n", "a.csv")
    written(tmp_path, "key,zip\n1,5.10\n2,5.1\n", "b.csv")
    join = [{"with": "b", "on": "key", "prefix": "b_"}]
    table = collected(tmp_path, {"a": "a.csv", "b": "b.csv"}, join=join, texts={"b_zip"})
    assert table.frame["b_zip"].tolist() == ["5.10", "5.1"] and table.frame["key"].tolist() == [1, 2]


def test_keys_that_numbers_would_merge_stay_apart(tmp_path: Path) -> None:
    written(tmp_path, "key,n\n1.10,1\n1.1,2\n", "a.csv")
    written(tmp_path, "key,name\n1.1,one\n1.10,ten\n", "b.csv")
    table = collected(tmp_path, {"a": "a.csv", "b": "b.csv"}, join=[{"with": "b", "on": "key"}])
    assert table.frame["name"].tolist() == ["ten", "one"] and table.frame["key"].tolist() == ["1.10", "1.1"]
    written(tmp_path, "key,name\n1.0,one\n2.0,two\n", "b.csv")
    written(tmp_path, "key,n\n1,1\n2,2\n", "a.csv")
    table = collected(tmp_path, {"a": "a.csv", "b": "b.csv"}, join=[{"with": "b", "on": "key"}])
    assert table.frame["name"].tolist() == ["one", "two"] and table.frame["key"].tolist() == [1, 2]


def test_what_is_kept_apart_is_numbers_where_nothing_merges(tmp_path: Path) -> None:
    written(tmp_path, "a,b,c\n1,1.10,007\n0,1.1,7\n")
    found = collected(tmp_path, {"t": "t.csv"}, apart={"a", "b", "c"}).frame
    assert found["a"].tolist() == [1, 0] and found["b"].tolist() == ["1.10", "1.1"]
    assert found["c"].tolist() == ["007", "7"]


def test_the_marks_of_a_table_are_those_of_what_is_kept_apart(tmp_path: Path) -> None:
    written(tmp_path, 'x;y;z\n"1,234";1,5;1,10\n"2,345";2;1,1\n')
    for marks, numbers in (({"decimal": ","}, [1.234, 2.345]), ({"thousands": ","}, [1234, 2345])):
        found = collected(tmp_path, {"t": {"csv": "t.csv", **marks}}, apart={"x", "y", "z"}).frame
        assert found["x"].tolist() == numbers and found["z"].tolist() == ["1,10", "1,1"]
    assert collected(tmp_path, {"t": {"csv": "t.csv", "decimal": ","}}, apart={"y"}).frame["y"].tolist() == [1.5, 2]


@settings(deadline=None)
@given(st.lists(st.from_regex(r"[-+]?[0-9]{1,22}(\.[0-9]{0,3})?(e[0-9])?", fullmatch=True), min_size=1))
def test_drawn_codes_stay_apart(codes: list[str]) -> None:
    kept, _ = of_texts(["x"], [codes], texts={"x"})
    assert kept["x"].tolist() == codes


@settings(deadline=None)
@given(st.lists(st.integers(-(10**30), 10**30), min_size=1), st.booleans())
def test_drawn_whole_numbers_stay_apart(numbers: list[int], gap: bool) -> None:
    texts = [str(number) for number in numbers] + [""] * gap
    read, _ = of_texts(["x"], [texts])
    typed = as_frame(pd.DataFrame({"x": pd.Series([*numbers, *[None] * gap], dtype=object)}))
    for found in (read, typed):
        assert [None if pd.isna(one) else int(one) for one in found["x"]] == [*numbers, *[None] * gap]


@pytest.mark.parametrize(
    "column",
    [
        pd.array([A, B, None], dtype="Int64"),
        pd.array([A, B, None], dtype="UInt64"),
        pd.array([A, B, None], dtype="int64[pyarrow]"),
        pd.Series([A, B, None], dtype=object),
        pd.Series([Decimal(A), Decimal(B), None], dtype=object),
        pd.Categorical([A, B, None]),
    ],
    ids=["Int64", "UInt64", "arrow", "objects", "decimals", "category"],
)
def test_whole_numbers_with_gaps_keep_their_digits(column: Any) -> None:
    found = as_frame(pd.DataFrame({"x": column}))["x"].tolist()
    assert found == [str(A), str(B), None]


def test_small_whole_numbers_with_gaps_are_numbers() -> None:
    for column in (
        pd.array([1, None], dtype="Int64"),
        pd.Series([1, None], dtype=object),
        pd.array([1, None], "UInt8"),
    ):
        assert as_frame(pd.DataFrame({"x": column}))["x"].dtype == "float64"
    assert as_frame(pa.table({"x": [1, None]}))["x"].dtype == "float64"


def test_files_keep_the_digits_of_whole_numbers(tmp_path: Path) -> None:
    for kind in ("bigint", "ubigint", "decimal(20,0)"):
        values = f"(select x::{kind} as x from (values ({A}), ({B}), (null)) v(x))"
        duckdb.sql(f"copy {values} to '{tmp_path / 't.parquet'}' (format parquet)")
        assert read_table(tmp_path / "t.parquet")["x"].tolist() == [str(A), str(B), None], kind
    written(tmp_path, json.dumps([{"x": A}, {"x": B}, {"x": None}]), "t.json")
    assert read_table(tmp_path / "t.json")["x"].tolist() == [str(A), str(B), None]


def test_big_keys_keep_their_digits_where_a_join_finds_none(tmp_path: Path) -> None:
    left = pd.DataFrame({"k": [1, 2, 3]})
    right = pd.DataFrame({"k": [1, 2], "big": [A, B]})
    spec = Collect.of(join=[{"with": "b", "on": "k"}])
    found = collect(spec, tmp_path, {"a": left, "b": right}).frame["big"].tolist()
    assert found == [str(A), str(B), None]


def test_numbers_stored_as_texts_in_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["n", "m", "zip"], [1, "2", "0123"], ["2.5", "3", "4567"], [None, "NA", "8901"]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    table = collected(tmp_path, {"t": "t.xlsx"})
    assert table.frame["n"].tolist()[:2] == [1.0, 2.5] and table.frame["m"].tolist()[:2] == [2.0, 3.0]
    assert table.frame["zip"].tolist() == ["0123", "4567", "8901"]
    assert [n.columns for n in table.notices if "stored as text" in n.rule] == [("n",), ("m",)]
    kept = collected(tmp_path, {"t": "t.xlsx"}, texts={"n", "m"}).frame
    assert kept["n"].tolist() == ["1", "2.5", None] and kept["m"].tolist()[:2] == ["2", "3"]


def test_words_that_may_be_levels_are_kept_or_said(tmp_path: Path) -> None:
    written(tmp_path, "country,disorder,n\nZA,None,1\nNA,Apnea,NA\nBW,None,3\nNA,None,4\n")
    table = collected(tmp_path, {"t": "t.csv"}, apart={"disorder"})
    assert table.frame["disorder"].tolist() == ["None", "Apnea", "None", "None"]
    assert table.frame["country"].isna().sum() == 2 and table.frame["n"].isna().sum() == 1
    kept, lost = sorted(table.notices, key=lambda n: n.columns[0], reverse=True)
    assert kept.rule == "'disorder': 3 cells 'None' (75.0%) are a level of it"
    assert lost.rule == "'country': 2 cells 'NA' (50.0%) are read as missing" and '[""]' in str(lost.cure)
    # the cures do what they say, and no number goes
    table = collected(tmp_path, {"t": {"csv": "t.csv", "missing": [""]}}, apart={"disorder"})
    assert table.frame["country"].tolist() == ["ZA", "NA", "BW", "NA"] and table.frame["n"].dtype == "float64"
    table = collected(tmp_path, {"t": {"csv": "t.csv", "missing": ["None"]}}, apart={"disorder"})
    assert table.frame["disorder"].isna().sum() == 3 and table.frame["n"].dtype == "float64"


def test_a_mark_meets_its_number_in_every_notation(tmp_path: Path) -> None:
    written(tmp_path, "x,y\n-999,a\n-999.0,-999.00\n-9.99e2,b\n1,c\n")
    found = collected(tmp_path, {"t": {"csv": "t.csv", "missing": [-999]}}).frame
    assert found["x"].isna().tolist() == [True, True, True, False] and found["y"].isna().tolist()[1]
    duckdb.sql(
        f"copy (select * from (values (-999.0, -999, '-999.0'), (1, 2, 'a')) v(x, y, z)) to '{tmp_path}/t.parquet'"
    )
    found = collected(tmp_path, {"t": {"parquet": "t.parquet", "missing": ["-999"]}}).frame
    assert found.isna().iloc[0].all() and not found.isna().iloc[1].any()
    written(tmp_path, '[{"x": -999, "y": "-999"}, {"x": 1, "y": "a"}]', "t.json")
    found = collected(tmp_path, {"t": {"json": "t.json", "missing": [-999.0]}}).frame
    assert found.isna().iloc[0].all() and not np.asarray(found.isna().iloc[1]).any()


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["$1,000", "-$5", "($4.5)"], [1000, -5, -4.5]),
        (["12,5 km", "\u22123 km"], [12.5, -3]),
        (["1 234 567", "1\u00a0000"], [1234567, 1000]),
        (["5.00-", "3e-2"], [-5, 0.03]),
        (["1'234", "5\u2019678.5"], [1234, 5678.5]),
    ],
)
def test_a_cast_reads_numbers_as_people_write_them(texts: list[str], numbers: list[float]) -> None:
    assert cleaned(pd.DataFrame({"x": texts}), [{"cast": {"x": "number"}}])["x"].tolist() == numbers


def test_a_cast_does_not_choose_between_two_numbers() -> None:
    with pytest.raises(SpecError, match=r"may be 1234 or 1\.234"):
        cleaned(pd.DataFrame({"x": ["1,234", "2,345"]}), [{"cast": {"x": "number"}}])
    with pytest.raises(DataError, match="is no number") as caught:
        cleaned(pd.DataFrame({"x": ["5 €", "3 kg"]}), [{"cast": {"x": "number"}}])
    assert "missing" not in str(caught.value.cure)


def test_what_is_cast_to_a_category_is_as_written(tmp_path: Path) -> None:
    cells = ["1.10", "1.1", "3.00", "007"]
    written(tmp_path, "version,n,t\n" + "".join(f"{cell},{i},{cell}\n" for i, cell in enumerate(cells)))
    clean = [{"rename": {"version": "v"}}, {"cast": {"v": "category", "t": "text"}}]
    found = collected(tmp_path, {"t": "t.csv"}, clean=clean).frame
    assert found["v"].tolist() == cells and found["t"].tolist() == cells
    # also where one row is predicted
    schema = InputSchema.of(Collect.of(tables={"t": "t.csv"}, clean=clean), ["v", "t"])
    assert schema.as_written == {"version", "t"}
    later = pd.DataFrame({"version": ["1.10"], "t": ["3.00"]})
    read = schema.read(later, {"v": "category", "t": "text"})[0]
    assert schema.cleaned(read, ["v", "t"]).iloc[0].tolist() == ["1.10", "3.00"]
    # what is computed with is a number there
    written(tmp_path, "month,n\n6,1\n7,2\n11,3\n", "u.csv")
    clean = [{"filter": "month > 6"}, {"cast": {"month": "category"}}]
    assert collected(tmp_path, {"u": "u.csv"}, clean=clean).frame["month"].tolist() == ["7", "11"]


def test_points_in_a_table_of_decimal_commas_are_told(tmp_path: Path) -> None:
    written(tmp_path, "x;y\n1.234;1,5\n2.345;2,25\n")
    table = collected(tmp_path, {"t": {"csv": "t.csv", "decimal": ","}})
    [notice] = table.notices
    assert table.frame["x"].tolist() == [1.234, 2.345] and "'1.234'" in notice.rule and "1234" in notice.rule
    assert notice.cure and "thousands" in notice.cure
    # the edit keeps the texts, which the kind reads so
    kept = collected(tmp_path, {"t": {"csv": "t.csv", "decimal": ","}}, texts={"x"}).frame["x"]
    reading, _ = reading_of(kept, (), NumberOptions(decimal=",", thousands="."))
    assert to_numbers(kept, reading_from(reading)).tolist() == [1234, 2345]
    said = Represent.model_validate({"columns": {"x": {"number": {"decimal": ",", "thousands": "."}}, "y": "number"}})
    assert said.written_numbers == {"x": (",", ".")}
