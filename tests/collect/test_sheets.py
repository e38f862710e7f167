"""Workbooks, pages and JSON as they come: what is decided is said, what is not clear is refused with its cure."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from protokit.bundle.input_schema import InputSchema
from protokit.collect.collect import read_table
from protokit.collect.sheets.parts import address, number_of
from protokit.core.errors import DataError
from protokit.recipe.recipe import Recipe
from protokit.represent.kinds.category import Category
from protokit.workflow.run.collecting import collected
from tests.collect.dialects import cured, cures, read

Rows = list[tuple[Any, ...]]


def workbook(path: Path, rows: Rows, change: Callable[[Any], object] = lambda _: None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "data"
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    book.save(path)
    return path


def merge(*areas: str) -> Callable[[Any], object]:
    def change(sheet: Any) -> None:
        for area in areas:
            sheet.merge_cells(area)

    return change


def plain(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): [None if v != v else v for v in column] for name, column in frame.to_dict("list").items()}


def shown_as(form: str, column: int = 1) -> Callable[[Any], object]:
    def change(sheet: Any) -> None:
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, column).number_format = form

    return change


@pytest.mark.parametrize(
    ("form", "cells", "wanted"),
    [
        ("00000", [501, 2134, None, 90210], ["00501", "02134", None, "90210"]),
        ("00000", [501, 123456, "02134"], ["00501", "123456", "02134"]),
        ("00000", [501.0, 90210], ["00501", "90210"]),
        ("000-00-0000", [12345678, 987654321], ["012-34-5678", "987-65-4321"]),
        ("0000;-0000", [501, 0], ["0501", "0000"]),
        ("00000;[Red]-00000", [501, 90210], ["00501", "90210"]),
        ("00000;;;", [501, 0], ["00501", "00000"]),
        ("00000_);(00000)", [501, 90210], ["00501", "90210"]),
        ("[$-409]00000", [501, 90210], ["00501", "90210"]),
        ("[Blue]00000", [501, 90210], ["00501", "90210"]),
        ("[<=99999]00000;00000\\-0000", [501, 5010001, 123456789], ["00501", "00501-0001", "12345-6789"]),
        ("[>99999]00000\\-0000;00000", [501, 123456789], ["00501", "12345-6789"]),
        ("00000;@", [501, 90210], ["00501", "90210"]),
        ("0;-00000", [501, 90210], [501, 90210]),  # only what is negative is shown with zeros
        ("[$€-407]00000", [501, 90210], [501, 90210]),
        ("00000", [90210, 10001], [90210, 10001]),  # no zero is shown
        ("00000", [501, 0.5], [501.0, 0.5]),  # numbers that no format of zeros shows
        ("0.00", [501, 2], [501, 2]),
        ("0", [501, 2], [501, 2]),
        ("00000", [501, -2], [501, -2]),
    ],
)
def test_zeros_that_a_workbook_shows_are_read(form: str, cells: list[Any], wanted: list[Any], tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [("zip", "n"), *((cell, 1) for cell in cells)], shown_as(form))
    frame, told = read(path)
    assert plain(frame)["zip"] == wanted
    assert ("shows with zeros" in " ".join(map(str, told))) == (wanted[0] != cells[0])


@pytest.mark.parametrize("training", ["00000", "General", "csv"])
@pytest.mark.parametrize("later", ["00000", "General", "frame", "csv"])
def test_a_zip_code_is_the_level_that_a_reader_sees(training: str, later: str, tmp_path: Path) -> None:
    zips, texts = [501, 2134, 90210] * 8, ["00501", "02134", "90210"] * 8
    rows = pd.DataFrame({"zip": texts, "y": [0, 1, 1] * 8})

    def table(name: str, form: str) -> Path:
        if form == "csv":
            rows.to_csv(tmp_path / f"{name}.csv", index=False)
            return tmp_path / f"{name}.csv"
        cells: Rows = [("zip", "y"), *zip(zips, rows["y"], strict=True)]
        return workbook(tmp_path / f"{name}.xlsx", cells, shown_as(form))

    collected_from = {"tables": {"t": str(table("train", training))}}
    recipe = Recipe.parse({"collect": collected_from, "represent": {"target": "y", "columns": {"zip": "category"}}})
    found = collected(recipe)
    column = Category.fit(found.frame["zip"])
    schema = InputSchema.of(recipe.collect, ["zip"], ["zip"], found.clean)
    if later == "frame":
        frame = pd.DataFrame({"zip": zips})
    else:
        frame = read_table(table("later", later), None, schema.reading, schema.as_written)
    frame, _ = schema.read(frame, {"zip": "category"})
    shown = training != "General"
    assert column.levels == (("00501", "02134", "90210") if shown else ("2134", "501", "90210"))
    known = column.codes(schema.cleaned(frame, ["zip"])["zip"])
    alike = shown or later in ("General", "frame")  # else 00501 is a text that the training rows had not
    assert known[:3].tolist() == ([1, 2, 3] if shown else [2, 1, 3] if alike else [0, 0, 3])


def test_names_over_two_rows_of_merged_cells(tmp_path: Path) -> None:
    rows: Rows = [
        ("city", 2019, None, 2020, None, "all"),
        (None, "q1", "q2", "q1", "q2", None),
        ("Oslo", 1, 2, 3, 4, 10),
    ]
    path = workbook(tmp_path / "t.xlsx", rows, merge("B1:C1", "D1:E1", "A1:A2", "F1:F2"))
    frame, error = cured(path)
    assert "the cell B1 spans 2 columns" in error.rule
    assert list(frame.columns) == ["city", "2019 q1", "2019 q2", "2020 q1", "2020 q2", "all"]
    assert frame.iloc[0].tolist() == ["Oslo", 1, 2, 3, 4, 10]


def test_merged_cells_of_rows_hold_their_value_in_each(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [("city", "n"), ("Oslo", 1), (None, 2), ("Rome", 3)], merge("A2:A3"))
    frame, told = read(path)
    assert frame["city"].tolist() == ["Oslo", "Oslo", "Rome"]
    assert told == ["1 cell is part of merged ones: the value of these is read in each"]


def test_titles_and_remarks_around_a_table(tmp_path: Path) -> None:
    rows: Rows = [("Sales", None, None), (), ("id", "price", "name"), (1, 2.5, "x"), (2, 3.5, "y"), (), ("Source: me",)]
    path = workbook(tmp_path / "t.xlsx", rows, merge("A1:C1"))
    _, told = read(path)
    assert (
        'a line above the table, not read: "Sales"' in told and "the last row has one cell only: 'Source: me'" in told
    )
    assert plain(read(path, footer=1)[0]) == {"id": [1, 2], "price": [2.5, 3.5], "name": ["x", "y"]}
    assert read(path, footer=1, header=3)[1] == []
    path = workbook(tmp_path / "t.xlsx", [(None, "a", "b"), (None, 1, 2), (None, 3, 4), ("note",)])
    assert plain(cured(path)[0]) == {"a": [1, 3], "b": [2, 4]}


def test_names_that_are_none_or_stand_twice(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [(1.5, "x"), (2.5, "y"), (3.5, "z")])
    assert plain(cured(path)[0]) == {"column_1": [1.5, 2.5, 3.5], "column_2": ["x", "y", "z"]}
    path = workbook(tmp_path / "t.xlsx", [("a", "a"), (1, 2)])
    assert plain(cured(path)[0]) == {"a": [1], "a_2": [2]}


def test_formulas_are_never_computed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [("a", "b"), (1, "=A2*2"), (2, "=A3*2")])
    with pytest.raises(DataError, match="the formula in B2 has no value saved with it") as caught:
        read(path)
    assert caught.value.place == f"{path}:2:2" and "save it" in str(caught.value.cure)


def test_a_saved_value_of_a_formula_is_read(tmp_path: Path) -> None:
    import zipfile

    path = workbook(tmp_path / "t.xlsx", [("a", "b"), (1, "=A2*2"), (2, '=""')])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    sheet = sheet.replace("<f>A2*2</f><v></v>", "<f>A2*2</f><v>2</v>").replace(
        "<f>A2*2</f><v />", "<f>A2*2</f><v>2</v>"
    )
    sheet = sheet.replace('<c r="B3">', '<c r="B3" t="str">')
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    frame, _ = read(path)
    assert plain(frame) == {"a": [1, 2], "b": [2, None]}


def test_hidden_sheets_are_passed_over(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet.sheet_state = "hidden"
        other = sheet.parent.create_sheet("shown")
        other.append(["z"])
        other.append([9])
        sheet.parent.active = 1

    path = workbook(tmp_path / "t.xlsx", [("a",), (1,)], change)
    frame, told = read(path)
    assert plain(frame) == {"z": [9]}
    assert told == ["of 2 sheets the first was read that is not hidden (1 are), 'shown'"]
    assert plain(read(path, sheet="data")[0]) == {"a": [1]}


def test_formats_errors_and_numbers_stored_as_text(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["A2"].number_format = sheet["A3"].number_format = "0.00%"

    rows: Rows = [
        ("p", "d", "t", "err", "text", "mix", "code", "zip"),
        (0.25, datetime(2020, 1, 2), time(1, 2), "#N/A", "1.5", 1, "00123", "1011"),
        (0.5, datetime(2020, 1, 3), time(1, 3), "#DIV/0!", "2", "2", "4", "9999"),
    ]
    frame, told = read(workbook(tmp_path / "t.xlsx", rows, change))
    assert frame["p"].tolist() == [0.25, 0.5] and frame["d"].tolist()[0] == pd.Timestamp("2020-01-02")
    assert frame["err"].isna().all() and frame["text"].tolist() == [1.5, 2.0] and frame["mix"].tolist() == [1, 2]
    assert frame["code"].tolist() == ["00123", "4"] and frame["zip"].tolist() == [1011, 9999]
    assert told == [
        "'text': 2 cells hold a number stored as text, read as a number",
        "'mix': 1 cell holds a number stored as text, read as a number",
        "'zip': 2 cells hold a number stored as text, read as a number",
        "2 cells hold an error of Excel, read as missing",
    ]


@pytest.mark.parametrize("number", [1, 26, 27, 702, 703, 16384])
def test_addresses_of_cells(number: int) -> None:
    assert number_of(address(1, number).rstrip("1").encode()) == number


def test_titles_doubled_names_and_sections_of_a_page(tmp_path: Path) -> None:
    path = tmp_path / "t.html"
    row = "<tr><td>1<td>2</tr>"
    path.write_text(f"<table><tr><th colspan=2>Report</tr><tr><th>a<th>b</tr>{row}</table>")
    frame, told = read(path)
    assert plain(frame) == {"a": [1], "b": [2]} and told == ['a title across the table, not read: "Report"']
    path.write_text(f"<table><tr><th>a<th>a</tr>{row}</table>")
    assert plain(cured(path)[0]) == {"a": [1], "a_2": [2]}
    path.write_text(f"<table><tr><th>a<th>b</tr><tr><td colspan=2>North</tr>{row}</table>")
    assert read(path)[1] == ["1 row is one cell across the table, read in each column: 'North'"]
    with pytest.raises(DataError, match="1 name for a table of 2 columns") as caught:
        read(path, names=["x"])
    assert list(read(path, **cures(caught.value.cure)[0])[0].columns) == ["a", "b"]


RECORDS = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
TABLE = {"a": [1, 2], "b": ["x", "y"]}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (RECORDS, None),
        ({"data": RECORDS, "count": 2}, "the records below 'data' were read"),
        ({"meta": {"n": 1}, "response": {"items": RECORDS}}, "the records below 'response.items' were read"),
        (TABLE, None),
        ({"a": {"r1": 1, "r2": 2}, "b": {"r1": "x", "r2": "y"}}, None),
        ({"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}, None),
        ({"r1": RECORDS[0], "r2": RECORDS[1]}, "a mapping of records, read without their keys"),
        ({"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]}, None),
    ],
)
def test_shapes_of_json(tmp_path: Path, value: object, told: str | None) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(value))
    frame, notices = read(path)
    assert plain(frame) == TABLE and notices == ([told] if told else [])


def test_json_that_is_not_clear_is_refused_with_its_cure(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"x": RECORDS, "y": [{"c": 1}]}))
    frame, error = cured(path)
    assert "several keys" in error.rule and plain(frame) == TABLE
    assert plain(read(path, records="y")[0]) == {"c": [1]}
    with pytest.raises(DataError, match="no key 'z' of 'z'"):
        read(path, records="z")
    path.write_text("\ufeff" + "\n\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    with pytest.raises(DataError, match="a record on each line") as caught:
        read(path)
    assert caught.value.cure == "write {jsonl: t.json}"
    path.rename(tmp_path / "t.jsonl")
    assert plain(read(tmp_path / "t.jsonl")[0]) == TABLE
