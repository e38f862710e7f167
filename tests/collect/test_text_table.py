from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.collect.files import text_places
from protokit.collect.files.files import File
from protokit.collect.readers.csv import Csv
from protokit.core.errors import DataError
from protokit.core.values.said import Notice
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected as collect

Lines = list[list[str]]
Spot = tuple[int, int]


def read(path: Path, location: str, **options: Any) -> tuple[pd.DataFrame, list[Notice]]:
    """The rows of one csv file."""
    source = Csv(location=location, **options)
    return source.frame(source.cells(File(path, str(path))))


def written(rows: Lines) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def table(rng: random.Random) -> Lines:
    rows = [["name", "age", "city", "score"]]
    for i in range(rng.randrange(3, 30)):
        city = rng.choice(["Oslo", "São Paulo", "Rome", 'Quo "te"', "New, York"])
        rows.append([f"p{i}", str(rng.randrange(90)), city, f"{rng.random():.3f}"])
    return rows


# Each breaks a whole text: the bytes, and where the fault must be found (None where all rows can be read).
def ragged_long(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    at = rng.randrange(1, len(rows))
    rows[at].append("more")
    column = len(written([rows[at][:-1]]).rstrip("\n")) + 2
    return written(rows).encode(), (at + 1, column)


def ragged_short(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    at = rng.randrange(1, len(rows))
    rows[at].pop()
    return written(rows).encode(), (at + 1, len(written([rows[at]]).rstrip("\n")) + 1)


def nul(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    at = rng.randrange(1, len(rows))
    rows[at][1] = "\0"
    return written(rows).encode(), (at + 1, len(rows[at][0]) + 2)


def byte_order_mark(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    return written(rows).encode("utf-8-sig"), None


def utf_16(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    if rng.random() < 0.5:
        return written(rows).encode("utf-16"), None
    rows[0][0], rows[1][2] = "name", "Oslo"
    return written([[c.encode("ascii", "replace").decode() for c in row] for row in rows]).encode("utf-16-le"), (1, 2)


def unterminated(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    at = rng.randrange(1, len(rows))
    clean = [[cell.replace('"', "").replace(",", "") for cell in row] for row in rows]
    clean[at][2] = '"' + clean[at][2]
    text = "".join(",".join(row) + "\n" for row in clean)
    return text.encode(), (at + 1, len(",".join(clean[at][:2])) + 2)


def stray(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    at = rng.randrange(1, len(rows))
    clean = [[cell.replace('"', "").replace(",", "") for cell in row] for row in rows]
    clean[at][0] = '"a"b'
    return "".join(",".join(row) + "\n" for row in clean).encode(), (at + 1, 4)


def doubled_header(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    rows[0][3] = rows[0][1]
    return written(rows).encode(), (1, len("name,age,city,") + 1)


def late_type_change(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    rows[-1][1] = "unknown"
    return written(rows).encode(), None


def not_utf_8(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    at = rng.randrange(1, len(rows))
    rows[at][2] = "Tromsø"
    for row in rows:
        row[2] = row[2] if row[2] == "Tromsø" else "Rome"
    return written(rows).encode("cp1252"), (at + 1, len(",".join(rows[at][:2])) + 1 + len("Troms") + 1)


def blank_lines(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    rows.insert(rng.randrange(len(rows) + 1), [])
    return b"\n" * rng.randrange(3) + written(rows).encode() + b"\n\r\n", None


def returns(rng: random.Random, rows: Lines) -> tuple[bytes, Spot | None]:
    return written(rows).replace("\n", rng.choice(["\r\n", "\r"])).encode(), None


BREAKS: list[Callable[[random.Random, Lines], tuple[bytes, Spot | None]]] = [
    ragged_long, ragged_short, nul, byte_order_mark, utf_16, unterminated, stray, doubled_header, late_type_change,
    not_utf_8, blank_lines, returns,
]  # fmt: skip


def accounted(path: Path, content: bytes) -> None:
    """Every row of the file is in the frame, cell by cell."""
    frame, _ = read(path, "t.csv")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    rows = [row for row in csv.reader(io.StringIO(content.decode(encoding), newline="")) if row]
    assert list(frame.columns) == rows[0]
    assert len(frame) == len(rows) - 1
    for i, name in enumerate(frame.columns):
        for found, cell in zip(frame[name], (row[i] for row in rows[1:]), strict=True):
            assert found == (float(cell) if frame[name].dtype.kind in "if" else cell)


def test_200_broken_files_are_refused_at_the_place_or_read_whole(tmp_path: Path) -> None:
    rng = random.Random(3)
    path = tmp_path / "t.csv"
    refused = 0
    for i in range(150):
        content, place = BREAKS[i % len(BREAKS)](rng, table(rng))
        path.write_bytes(content)
        if place is None:
            accounted(path, content)
            continue
        with pytest.raises(DataError) as caught:
            read(path, "t.csv")
        assert caught.value.place == f"{path}:{place[0]}:{place[1]}", BREAKS[i % len(BREAKS)].__name__
        assert caught.value.cure
        refused += 1
    for _ in range(50):  # two faults in one file: the text of one, broken as bytes again
        first, _ = rng.choice(BREAKS[:1] + BREAKS[5:])(rng, table(rng))
        lines = first.split(b"\n")
        lines[rng.randrange(len(lines))] = rng.choice([b"a,b", b'"', b"\0", b"\xe9,1,2,3", b"x,1,y,2", b"a" * 9])
        path.write_bytes(b"\n".join(lines))
        try:
            accounted(path, b"\n".join(lines))
        except DataError as error:
            assert error.cure and re.fullmatch(re.escape(str(path)) + r":\d+:\d+", str(error.place)), error
            assert 1 <= int(str(error.place).split(":")[-2]) <= b"\n".join(lines).replace(b"\r", b"\n").count(b"\n") + 1
            refused += 1
    assert refused > 100


@settings(deadline=None)
@given(st.lists(st.lists(st.text('ab,"\n\r é', max_size=5), min_size=1, max_size=4), min_size=1, max_size=4))
def test_places_of_fields_are_where_csv_writes_them(rows: Lines) -> None:
    text = written(rows)
    reader = csv.reader(io.StringIO(text, newline=""))
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        if not row:
            continue
        found = text_places.fields(text, line, ",")
        assert len(found.fields) == len(row) and found.quote is None and found.stray is None
        lines = list(io.StringIO(text, newline=""))
        for (at, column), cell in zip(found.fields, row, strict=True):
            rest = "".join([lines[at - 1][column - 1 :], *lines[at:]])
            assert rest.startswith(cell) or rest.startswith('"' + cell.replace('"', '""') + '"')


def column(tmp_path: Path, cells: list[str], **options: object) -> list[object]:
    path = tmp_path / "t.csv"
    path.write_text("x;y\n" + "".join(f"{cell};1\n" for cell in cells), encoding="utf-8")
    frame, _ = read(path, "t.csv", **options)
    return [v.item() if hasattr(v, "item") else v for v in frame["x"]]


def test_decimal_commas_and_thousands_only_where_they_are_asked_for(tmp_path: Path) -> None:
    assert column(tmp_path, ["1,5", "-2,25", ",5"], decimal=",") == [1.5, -2.25, 0.5]
    assert column(tmp_path, ["1,5", "2"]) == ["1,5", "2"]
    assert column(tmp_path, ["1.234", "1.5"]) == [1.234, 1.5]
    assert column(tmp_path, ["1.234,5", "12"], decimal=",", thousands=".") == [1234.5, 12.0]
    assert column(tmp_path, ["1.234", "1.234.567"], decimal=",", thousands=".") == [1234, 1234567]
    assert column(tmp_path, ["1,234.5", "1e3"], thousands=",") == [1234.5, 1000.0]
    assert column(tmp_path, ["1 234", "1\u00a0234", "1\u202f234"], thousands=" ") == [1234] * 3
    assert column(tmp_path, ["1'234"], thousands="'") == [1234]
    # what is not so written stays text: nothing is guessed
    for cells, options in (
        (["1,5", "2.5"], {"decimal": ","}),
        (["12,34"], {"thousands": ","}),
        (["1,234,56"], {"thousands": ","}),
        (["1,2,3"], {"decimal": ","}),
        (["007", "1,5"], {"decimal": ","}),
    ):
        assert column(tmp_path, cells, **options) == cells


@settings(deadline=None)
@given(
    numbers=st.lists(st.floats(-1e9, 1e9).map(lambda v: round(v, 3)), min_size=1, max_size=20),
    marks=st.sampled_from([(",", "."), (",", " "), (",", None), (".", ","), (".", "'")]),
)
def test_written_with_any_marks_the_numbers_come_back(numbers: list[float], marks: tuple[str, str | None]) -> None:
    from protokit.collect.text_cells import frame

    decimal, thousands = marks
    swapped = [f"{v:,.3f}".replace(",", "T").replace(".", decimal).replace("T", thousands or "") for v in numbers]
    found, _ = frame(["x"], [swapped], decimal=decimal, thousands=thousands)
    assert np.array_equal(found["x"], numbers)


def test_numbers_that_floats_would_lose_stay_text(tmp_path: Path) -> None:
    long = ["9007199254740993", "9007199254740992", ""]
    assert column(tmp_path, long) == [*long[:2], None]
    assert column(tmp_path, long[:2]) == [9007199254740993, 9007199254740992]
    assert column(tmp_path, ["99999999999999999999"]) == ["99999999999999999999"]
    assert column(tmp_path, ["1e999", "1"]) == ["1e999", "1"]
    assert column(tmp_path, ["inf", "1_000"]) == ["inf", "1_000"]


def test_the_text_messages_are_read_in_their_encoding(shared: Path) -> None:
    path = shared / "sms_spam.csv"
    with pytest.raises(DataError, match=r"sms_spam\.csv:\d+:\d+: byte 0x.. is not UTF-8\n.*encoding: cp1252"):
        read(path, str(path))
    frame, _ = read(path, str(path), encoding="cp1252")
    assert frame.shape == (5572, 2)
    assert any("£" in text for text in frame.iloc[:, 1])


def test_a_pattern_reads_all_files_as_one_table(tmp_path: Path) -> None:
    for month, row in (("02", "n,5,b"), ("01", "3,1,a"), ("10", "007,,c")):
        (tmp_path / f"2024-{month}.csv").write_text(f"x,n,y\n{row}\n")
    (tmp_path / "2024-02.csv").write_text("y,x,n\nb,n,5\n")  # another order is no other table
    recipe = {"collect": {"tables": {"t": {"csv": f"{tmp_path}/2024-*.csv", "file_column": "file"}}}}
    found = collect(Recipe.parse({**recipe, "represent": {"target": "y"}}))
    assert found.frame["x"].tolist() == ["3", "n", "007"]  # typed over all files: no zero is lost
    assert found.frame["y"].tolist() == ["a", "b", "c"]
    assert found.frame["file"].tolist() == ["2024-01.csv", "2024-02.csv", "2024-10.csv"]
    names = [f"t: {tmp_path}/2024-{month}.csv" for month in ("*", "01", "02", "10")]
    assert list(found.origin) == names and len(set(found.origin.values())) == 4
    before = found.origin[names[0]]
    (tmp_path / "2024-10.csv").write_text("x,n,y\n8,,c\n")
    assert collect(Recipe.parse({**recipe, "represent": {"target": "y"}})).origin[names[0]] != before
    for content, words in (("x,n\n1,2\n", "lacks the column 'y'"), ("x,n,y,z\n1,2,3,4\n", "has the column 'z'")):
        (tmp_path / "2024-10.csv").write_text(content)
        with pytest.raises(DataError, match=rf"2024-10\.csv: {words}"):
            collect(Recipe.parse({**recipe, "represent": {"target": "y"}}))
    with pytest.raises(DataError, match="no file is like"):
        collect(
            Recipe.parse({"collect": {"tables": {"t": {"csv": f"{tmp_path}/x-*.csv"}}}, "represent": {"target": "y"}})
        )
    (tmp_path / "2024-10.csv").write_text("x,n,file\n1,2,3\n")
    one = {"csv": f"{tmp_path}/2024-10.csv", "file_column": "file"}
    with pytest.raises(DataError, match="there is a column 'file' already"):
        collect(Recipe.parse({"collect": {"tables": {"t": one}}, "represent": {"target": "y"}}))


def test_texts_that_spreadsheets_are_to_keep_are_read_without_the_sign(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = "".join(f'="00{i % 3}",="",="{i}"x,{i % 2}\n' for i in range(30))
    path.write_text("code,none,odd,y\n" + rows + ',,="1",1\n')
    recipe = Recipe.parse({"collect": {"tables": {"t": str(path)}}, "represent": {"target": "y"}})
    table = collect(recipe)
    assert table.frame["code"].tolist()[:3] == ["000", "001", "002"] and table.frame["code"].tolist()[-1] is None
    assert table.frame["none"].isna().all() and table.frame["odd"][3] == '="3"x'
    told = [one.columns for one in table.notices if "spreadsheets keep" in one.rule]
    assert ("code",) in told and ("odd",) not in told
    assert collect(recipe, pd.read_csv(path)).frame["code"].tolist() == table.frame["code"].tolist()
