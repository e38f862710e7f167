"""JSON, JSON lines, workbooks and pages: what each of them may hold, and what is said where it may not."""

from __future__ import annotations

import json
import os
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from protokit.collect import typed_cells as typed
from protokit.collect.collect import cleaned, read_table
from protokit.collect.source import Source
from protokit.core.errors import DataError, SpecError
from protokit.core.values.said import Notice


def read(path: Path, **options: Any) -> tuple[pd.DataFrame, list[str]]:
    kind = path.suffix.removeprefix(".")
    source = Source.parse({kind: path.name, **options})
    frame, _, notices = source.read(path.parent)
    assert source.columns(path.parent) in (None, list(frame.columns))
    return frame, [notice.rule for notice in notices]


def test_records_and_columns_of_json(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[{"a": 1, "b": "x"}, {"c": true, "a": NaN}, {"b": null, "a": 2.5, "c": false}]')
    frame, _ = read(path)
    assert list(frame.columns) == ["a", "b", "c"] and frame["a"].isna().tolist() == [False, True, False]
    assert frame["b"].tolist() == ["x", None, None] and frame["c"].tolist() == [None, True, False]
    path.write_bytes('\ufeff{"a": [1, 2], "b": ["é", "007"]}'.encode())
    assert read(path)[0]["b"].tolist() == ["é", "007"]
    path.write_text(pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=[4, 9]).to_json())
    assert read(path)[0].to_dict("list") == {"a": [1, 2], "b": ["x", None]}
    path.write_text('[{"a": [1, {"b": 2}], "n": 12345678901234567890}, {"a": null, "n": 1}]')
    frame, notices = read(path)
    assert frame["a"].tolist() == ['[1, {"b": 2}]', None] and "JSON" in notices[0]
    assert frame["n"].tolist() == ["12345678901234567890", "1"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file is empty"),
        ("[1, 2]", "item 1 is no record: 1"),
        ("5", "neither a list of records"),
        ("[]", "no rows"),
        ("{}", "no rows"),
        ('{"a": []}', "no rows"),
        ('{"a": [1], "b": [1, 2]}', "a list of the same length"),
        ('{"a": [1], "b": 2}', "'b' has none"),
        ('[{"a": 1},\n {"a": 1 "b": 2}]', r"t\.json:2:10: not JSON: Expecting ',' delimiter"),
        ('[{"a": 1, "a": 2}]', "two values of one record are named 'a'"),
        ('[{"a": -Infinity}]', "the number -Infinity"),
        ("[" * 100_000, "nested too deep"),
        ('[{"a": ' + "9" * 5000 + "}]", "not JSON: Exceeds"),
        (b'[{"a": "\xe9"}]', r"t\.json:1:9: byte 0xe9 is not UTF-8"),
    ],
)
def test_what_is_no_table_in_json(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataError, match=words) as caught:
        read(path)
    assert caught.value.cure


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"a": 1}\n\n{"b": "x\\u2028y", "a": 2}\r\n', newline="")
    frame, _ = read(path)
    assert frame["a"].tolist() == [1, 2] and frame["b"].tolist() == [None, "x\u2028y"]
    for content, words in (
        ('{"a": 1}\n{"a": }\n', r"jsonl:2:7: not JSON"),
        ('{"a": 1}\n[1]\n', r"jsonl:2:1: no record: \[1\]"),
    ):
        path.write_text(content)
        with pytest.raises(DataError, match=words):
            read(path)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_infinity=False), st.decimals(-9, 9), st.text()
)


@settings(deadline=None)
@given(st.one_of(st.lists(VALUES, min_size=1), st.lists(st.integers() | st.floats(-9, 9), min_size=1)))
def test_no_value_is_lost_by_the_type_of_its_column(values: list[Any]) -> None:
    notices: list[Notice] = []
    column = typed.column(values, "c", notices)
    for given_value, kept in zip(values, column, strict=True):
        if given_value is None or given_value != given_value:
            assert pd.isna(kept)
        elif isinstance(kept, str) and not isinstance(given_value, str):
            assert kept == str(given_value)
        else:
            assert kept == (float(given_value) if isinstance(given_value, Decimal) else given_value)


def test_decimals_that_are_not_finite() -> None:
    column = typed.column([Decimal("NaN"), Decimal("-Infinity"), Decimal("1.5")], "c", [])
    assert column.dtype.kind == "f" and pd.isna(column[0]) and column.tolist()[1:] == [float("-inf"), 1.5]


def workbook(path: Path, **sheets: list[list[Any]]) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_a_sheet_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    rows: list[list[Any]] = [[], [None, "n", "day", None, "code", "mixed", None], [None] * 7]
    rows += [
        [None, 1, datetime(2024, 2, 29), 5, "007", 3, None],
        [None, 2.5, date(2024, 3, 1), None, "NA", "n/a", None],
    ]
    rows += [[None, "#DIV/0!", None, None, " x ", "many", None], []]
    workbook(path, data=rows, other=[["a"], [1]])
    frame, notices = read(path)
    assert list(frame.columns) == ["n", "day", "column_4", "code", "mixed"]
    assert frame["n"].tolist()[:2] == [1.0, 2.5] and pd.isna(frame["n"][2])
    assert frame["day"].tolist()[:2] == [pd.Timestamp("2024-02-29"), pd.Timestamp("2024-03-01")]
    assert frame["code"].tolist() == ["007", None, "x"] and frame["mixed"].tolist() == [3, None, "many"]
    assert notices == [
        "of 2 sheets the first was read, 'data'",
        "a column has no name, read as 'column_4'",
        "'code': 1 cell 'NA' (33.3%) is read as missing",
        "'mixed': 1 cell 'n/a' (33.3%) is read as missing",
        "1 cell holds an error of Excel, read as missing",
    ]
    assert read(path, sheet="other")[0]["a"].tolist() == read(path, sheet=2)[0]["a"].tolist() == [1]
    assert read(path, missing=["x"])[0]["code"].tolist() == ["007", "NA", None]
    for options, words in (({"sheet": "othr"}, "did you mean 'other'"), ({"sheet": 3}, "no sheet 3")):
        with pytest.raises(DataError, match=words):
            read(path, **options)
    workbook(path, empty=[["a", "b"]])
    with pytest.raises(DataError, match="no rows below the header"):
        read(path)
    workbook(path, twice=[["a", "a"], [1, 2]])
    with pytest.raises(DataError, match=r"t\.xlsx:1:2: two columns are named 'a'"):
        read(path)


def test_a_missing_package_is_named_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from protokit.core.errors import MissingExtra

    for kind, package in (("xlsx", "openpyxl"), ("arrow", "pyarrow"), ("sql", "sqlalchemy")):
        monkeypatch.setitem(sys.modules, package, None)
        (tmp_path / f"t.{kind}").write_bytes(b"x")
        spec = {"sql": "postgresql://h/d", "table": "t"} if kind == "sql" else {kind: f"t.{kind}"}
        with pytest.raises(MissingExtra, match=rf"pip install 'protokit\[{kind}\]'"):
            Source.parse(spec).read(tmp_path)


PAGE = """<!DOCTYPE html><html><head><meta charset=iso-8859-1><style>table {x: "<td>"}</style></head><body>
<table><tr><td>menu only</table>
<table id=one><caption>Populat\xefon of cities</caption>
<thead><tr><th rowspan=2>City<th colspan=2>People</tr><tr><th>2010<th>2020</thead>
<tr><td><a href=x>Oslo</a><br>(Norway)<td>586,860<td>709,037
<tr><td>Bergen<table><tr><td>inner<tr><td>table</table><td>256,580</td><td>?</td></tr>
<tr><td>Hamar<script>"<td>no</td>"</script>
</table>
<table><tr><th>a</th><th>b</th></tr><tr><td rowspan=2>1</td><td>x &amp; y</td></tr><tr><td>z</td></tr></table>
"""


def test_a_table_of_a_page(tmp_path: Path) -> None:
    path = tmp_path / "t.html"
    path.write_bytes(PAGE.encode("cp1252"))
    frame, notices = read(path, table="Populatïon", thousands=",")
    assert list(frame.columns) == ["City", "People 2010", "People 2020"]
    assert frame["City"].tolist() == ["Oslo (Norway)", "Bergen", "Hamar"]
    assert frame["People 2010"].tolist()[:2] == [586860.0, 256580.0] and pd.isna(frame["People 2010"][2])
    assert any("fewer cells than the header" in rule for rule in notices)
    last, _ = read(path, table=3)
    assert last["a"].tolist() == [1, 1] and last["b"].tolist() == ["x & y", "z"]
    for options, words in (
        (
            {},
            r"the page has 3 tables\n    write table: 1 \(City, People; 5 rows\), table: 2 \(inner; 2 rows\), table: 3",
        ),
        ({"table": 9}, "no table 9: the page has 3"),
        ({"table": "Rome"}, "no table holds the text 'Rome'"),
        ({"table": "e"}, "2 tables hold the text 'e'"),
    ):
        with pytest.raises(DataError, match=words):
            read(path, **options)
    for content, words in (
        ("<p>none", "no table with rows"),
        ("<table><tr><th>a<tr><td>1<td>2</table>", "row 1 has 2 cells where the header has 1"),
        ("\n<table><tr><th>a<th>a<tr><td>1<td>2</table>", r"t\.html:2: two columns are named 'a'"),
    ):
        path.write_text(content)
        with pytest.raises(DataError, match=words) as caught:
            read(path)
        assert caught.value.cure


def test_a_hostile_page_is_read_or_refused(tmp_path: Path, web: Any) -> None:
    path = tmp_path / "t.html"
    table = "<table><tr><th>a<th>b<tr><td>1<td>{}</table>"
    entity = f'<!DOCTYPE html SYSTEM "{web.url}/x.dtd" [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    page = f'<link rel=stylesheet href="{web.url}/x.css"><base href="{web.url}"><img src="{web.url}/x.png">'
    for text, cell in (
        ("&e;", "&e;"),
        ("&#150;&hellip;&CounterClockwiseContourIntegral;", "–…∳"),
        ("x\0y", "x\ufffdy"),
        ("<!-- <td>no -->yes<font>", "yes"),
        ("x" * 11_000_000, "x" * 11_000_000),
        ("<b>" * 1500 + "deep", "deep"),
    ):
        path.write_text(entity + page + table.format(text), encoding="utf-8")
        assert read(path)[0]["b"][0] == cell
    assert not web.asked
    for nested in ("<table><tr><td>", "<b>"):
        path.write_text(table.format(1) + nested * 100_000)
        with pytest.raises(DataError, match="the page cannot be read: Excessive depth") as caught:
            read(path, table=1)
        assert caught.value.cure
    path.write_text("<table><tr><th rowspan=999999999 colspan=99999999>a<tr><td>1</table>")
    with pytest.raises(DataError, match=r"t\.html:1: two columns are named 'a'"):
        read(path)
    path.write_text("\n" * 70_000 + "<table><tr><th>a<th>a<tr><td>1<td>2</table>")
    with pytest.raises(DataError, match=r"t\.html: two columns are named 'a'"):
        read(path)


@settings(deadline=None)
@given(st.lists(st.lists(st.text("ab<&>\"' é"), min_size=2, max_size=2), min_size=2, max_size=5))
def test_cells_of_a_page_are_what_was_written(rows: list[list[str]]) -> None:
    import html
    import tempfile

    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.html"
        path.write_text(f"<table><tr><th>x</th><th>y</th></tr>{body}</table>", encoding="utf-8")
        frame, _ = read(path, missing=[])
    plain = [[" ".join(cell.split()) or None for cell in row] for row in rows]
    found = [[None if pd.isna(cell) else cell for cell in row] for row in frame.itertuples(index=False)]
    assert found == plain


def test_json_of_any_records_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    records = [{"s": 'a\n\0"é', "i": 2**53, "f": 0.1, "b": True}, {"s": "", "i": -1, "f": -2.5e-300, "b": False}]
    path.write_text(json.dumps(records))
    assert read(path)[0].to_dict("records") == records


def test_names_of_parquet_that_differ_in_capitals_stay(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    nested = pa.array([{"x": 1, "y": {"z": 2}}] * 2)
    table = pa.table({"a": [1, 2], "s": nested, "A": [3, 4], "l": [[1], [2]], "aA": [5, 6], "AA": [7, 8]})
    pq.write_table(table, tmp_path / "t.parquet")
    frame, _ = read(tmp_path / "t.parquet")
    assert list(frame.columns) == ["a", "s", "A", "l", "aA", "AA"] and frame["AA"].tolist() == [7, 8]
    assert frame["A"].tolist() == [3, 4] and frame["a"].tolist() == [1, 2]


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_times_with_a_zone_are_said_to_be_of_utc(tmp_path: Path, ending: str) -> None:
    import pyarrow as pa
    import pyarrow.feather as feather
    import pyarrow.parquet as pq

    moments = pd.date_range("2024-05-01 12:00", periods=2, tz="America/New_York")
    table = pa.table({"at": pa.array(moments), "clock": pa.array(moments.tz_localize(None))})
    path = tmp_path / f"t.{ending}"
    pq.write_table(table, path) if ending == "parquet" else feather.write_feather(table, str(path))
    frame, told = read(path)
    assert told == ["'at': times with a zone, read as those of UTC"]
    assert [str(frame[name][0]) for name in frame] == ["2024-05-01 16:00:00+00:00", "2024-05-01 12:00:00"]


def test_the_edit_for_objects_of_json_makes_a_column_of_a_part(tmp_path: Path) -> None:
    records = [{"info": {"area": i, "n": [2]}, "tags": [i], "od d": {"x": 1}} for i in range(3)]
    (tmp_path / "t.json").write_text(json.dumps(records))
    frame, _, notices = Source.parse("t.json").read(tmp_path)
    for notice, column, cells in zip(notices, ("info_area", "tags_0"), (["0", "1", "2"],) * 2, strict=False):
        step = YAML(typ="safe").load("{" + str(notice.cure).removesuffix(" makes a column of a part") + "}")
        assert cleaned(frame, [step])[column].tolist() == cells
    assert "columns of its own" not in str(notices[0].cure) and "columns of its own" in str(notices[2].cure)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_stream_is_no_table(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rows.csv")
    for place in ("-", "/dev/null", str(tmp_path / "rows.csv")):
        with pytest.raises(SpecError, match="is a stream, and a table is read more than once"):
            read_table(place)
