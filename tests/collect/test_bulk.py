"""Files read by columns at once: what they hold is what the reader of rows finds, or they are left to it."""

from __future__ import annotations

import gzip
import random
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.collect.bulk import reader, scan
from protokit.collect.database.warehouse import Warehouse
from protokit.collect.disk.loading import load_delimited
from protokit.collect.files.cells import Cells
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.files import File
from protokit.collect.readers.csv import Csv
from protokit.core.errors import DataError


class ByRows(Csv):
    """The reader of rows alone."""

    def all_cells(self, found: Sequence[File], texts: Collection[str] = ()) -> tuple[Cells, list[int]]:
        return FileSource.all_cells(self, found, texts)


def read(kind: type[Csv], folder: Path, location: str, **options: Any) -> tuple[pd.DataFrame, list[str]]:
    frame, _, notices = kind(location=location, **options).read(folder)
    return frame, [str(notice) for notice in notices]


def the_same(folder: Path, location: str, **options: Any) -> pd.DataFrame | None:
    """Hold that both readers give one frame, to the bit, and the same notices; or the same error."""
    try:
        wanted, told = read(ByRows, folder, location, **options)
    except DataError as error:
        with pytest.raises(DataError) as caught:
            read(Csv, folder, location, **options)
        assert str(caught.value) == str(error)
        return None
    frame, notices = read(Csv, folder, location, **options)
    pd.testing.assert_frame_equal(frame, wanted, check_exact=True)
    assert notices == told
    return frame


def is_bulk(folder: Path, location: str, **options: Any) -> bool:
    """Whether the files are read by columns."""
    source = Csv(location=location, **options)
    found = [File(path, str(path)) for path in sorted(folder.glob(location))]
    return not isinstance(source.all_cells(found)[0].columns[0], (tuple, list))


NUMBERS = st.one_of(
    st.integers(-20, 20).map(str),
    st.integers(-(1 << 70), 1 << 70).map(str),
    st.floats(allow_nan=False).map(repr),
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(
        ["007", "0", "-0", "-07", "+5", "00.5", "1e5", "1E400", ".5", "5.", "0x1", "1_0", "1,5", " 3", "3 "]
    ),
    st.sampled_from(["9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809"]),
)
WORDS = st.one_of(
    st.text('ab ,;"\n\r\té\u00a00', max_size=4),
    st.sampled_from(["", "NA", "nan", "None", "null", "?", "inf", "-Infinity", "True", "false", "NAN", "2024-01-05"]),
)
LIKELY = st.sampled_from(["1", "2.5", "", "NA", "-3", "1e3", "12345678901234567890"])


OPTIONS: list[dict[str, Any]] = [
    {}, {}, {}, {"missing": ("NA", "-3")}, {"missing": ("?",)}, {"decimal": ","}, {"comment": "a"}, {"footer": 1},
    {"quote": "none"}, {"thousands": ","},
]  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    kinds = [draw(st.sampled_from([NUMBERS, WORDS, LIKELY, st.integers(0, 99).map(str)])) for _ in range(width)]
    rows = draw(st.integers(1, 6))
    return [[draw(kind) for kind in kinds] for _ in range(rows)]


def written(rows: list[list[str]], delimiter: str, newline: str, rng: random.Random, careless: float) -> str:
    """Rows as text, quoted where needed or by chance, and not always where needed."""

    def cell(text: str) -> str:
        needed = any(mark in text for mark in (delimiter, '"', "\n", "\r"))
        quoted = rng.random() >= careless if needed else rng.random() < 0.2
        return '"' + text.replace('"', '""') + '"' if quoted else text

    lines = [delimiter.join(map(cell, row)) for row in rows]
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        lines.insert(rng.randrange(1, len(lines) + 1), rng.choice(["", "", " ", delimiter]))
    return newline.join(lines) + rng.choice(["", newline, newline * 2])


@settings(deadline=None)
@given(
    table=tables(),
    delimiter=st.sampled_from([",", ";", "\t"]),
    newline=st.sampled_from(["\n", "\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    options=st.sampled_from(OPTIONS),
    seed=st.integers(0, 1 << 30),
    careless=st.sampled_from([0, 0, 0.3]),
)
def test_both_readers_find_the_same(
    table: list[list[str]],
    delimiter: str,
    newline: str,
    encoding: str,
    options: dict[str, Any],
    seed: int,
    careless: float,
) -> None:
    rng = random.Random(seed)
    rows = [[f"name{i}" for i in range(len(table[0]))], *table]
    text = written(rows, delimiter, newline, rng, careless)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "t.csv").write_bytes(text.encode(encoding, "replace"))
        said = {"encoding": encoding} if encoding == "cp1252" else {}
        the_same(folder, "t.csv", delimiter=delimiter, header=1, **said, **options)


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_both_readers_find_the_same_in_several_short_blocks(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([NUMBERS, LIKELY, WORDS, st.integers(0, 99).map(str)]))
    cells = data.draw(st.lists(kind, min_size=20, max_size=40))
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as name:
        patch.setattr(reader, "_FIRST", 8)
        patch.setattr(reader, "_BLOCK", data.draw(st.integers(1, 60)))
        patch.setattr(scan, "_SLICE", data.draw(st.integers(1, 30)))
        text = written([["a", "b"], *([cell, "x"] for cell in cells)], ",", "\n", random.Random(1), 0)
        (Path(name) / "t.csv").write_bytes(text.encode())
        the_same(Path(name), "t.csv", delimiter=",", header=1)
        lines = text.split("\n")
        for i in range(3):
            (Path(name) / f"part{i}.csv").write_text("\n".join(["a,b", *lines[1 + i :: 3]]) + "\n", newline="")
        the_same(Path(name), "part*.csv", delimiter=",", header=1)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.floats(-9, 9), min_size=1, max_size=50))
def test_numbers_are_the_doubles_that_python_reads(numbers: list[float]) -> None:
    with tempfile.TemporaryDirectory() as name:
        texts = [f"{number:.20e}" if i % 3 else repr(number) for i, number in enumerate(numbers)]
        (Path(name) / "t.csv").write_text("a;b\n" + "".join(f"{text};1\n" for text in texts))
        found = read(Csv, Path(name), "t.csv")[0]["a"]
        assert np.array_equal(found.astype(float), list(map(float, texts)))


@settings(deadline=None, max_examples=25)
@given(
    table=tables(),
    delimiter=st.sampled_from([",", ";", "\t"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    options=st.sampled_from([{}, {}, {"missing": ("NA", "-3")}, {"missing": ("?",)}, {"comment": "#"}, {"footer": 1}]),
    seed=st.integers(0, 1 << 30),
)
def test_the_database_finds_the_same(
    table: list[list[str]], delimiter: str, newline: str, options: dict[str, Any], seed: int
) -> None:
    text = written([["key", *(f"name{i}" for i in range(len(table[0])))]], delimiter, newline, random.Random(0), 0)
    rows = [[f"k{i}", *row] for i, row in enumerate(table)]
    text = text.rstrip(newline) + newline + written(rows, delimiter, newline, random.Random(seed), 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "t.csv").write_bytes(text.encode())
        options = {"delimiter": delimiter, "header": 1, **options}
        try:
            wanted, told = read(Csv, folder, "t.csv", **options)
        except DataError:
            return
        source = Csv(location="t.csv", **options)
        with Warehouse(on_disk=True) as warehouse:
            try:
                found, _ = load_delimited(warehouse, source, folder, (), (), {})
            except DataError as error:  # what is read by rows alone is refused
                assert not is_bulk(folder, "t.csv", **options) and "Parquet" in str(error)
                return
            frame = warehouse.frame(found.rows)
        pd.testing.assert_frame_equal(frame, wanted, check_exact=True)
        assert sorted(map(str, found.notices)) == sorted(told)


def test_what_is_read_by_columns_and_what_by_rows(tmp_path: Path) -> None:
    plain = "a,b\n1,x\n2,\n"
    for content, options, bulk in (
        (plain.encode(), {}, True),
        (gzip.compress(plain.encode()), {}, True),
        (plain.encode("utf-16"), {}, True),
        (plain.replace("\n", "\r\n").encode(), {}, True),
        (b'a,b\n"1","x, ""y""\nz"\n\n2,\n', {}, True),
        (b"# note\na,b\n# note\n1,x\n", {"comment": "#"}, True),
        (b"a,b,\n1,x,\n", {}, True),
        (plain.replace("\n", "\r").encode(), {}, False),
        (b"a b\n1  x\n", {"delimiter": "blanks"}, False),
        (b'a,b\n1,5" pipe\n', {}, False),
    ):
        (tmp_path / "t.csv").write_bytes(content)
        assert is_bulk(tmp_path, "t.csv", **options) == bulk, content
        assert the_same(tmp_path, "t.csv", **options) is not None


def test_a_quoted_cell_of_lines_near_the_end_leaves_what_is_said_of_the_last_row_as_it_is(tmp_path: Path) -> None:
    text = 'c0|c1|c2\na|.5|"\n 0| 0|07\r\n||1\n 007|NA0é|-.5\n||"\r\n 0 007||\na||a\r\n1 0|a| \n'
    (tmp_path / "t.csv").write_bytes(text.encode())
    assert the_same(tmp_path, "t.csv", delimiter="|", header=1) is not None
    assert not any("footer" in told for told in read(Csv, tmp_path, "t.csv", delimiter="|", header=1)[1])


def test_codes_that_come_late_stay_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_FIRST", 64)
    monkeypatch.setattr(reader, "_BLOCK", 64)
    rows = [f"{i},{i}.5,{i}" for i in range(10, 60)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,c", *rows, "007,x,", "1,2,9007199254740993"]) + "\n")
    frame = the_same(tmp_path, "t.csv")
    assert frame is not None and is_bulk(tmp_path, "t.csv")
    assert frame["a"].tolist()[-2:] == ["007", "1"] and frame["b"].tolist()[-2:] == ["x", "2"]
    assert frame["c"].tolist()[-2:] == [None, "9007199254740993"]


def load(folder: Path, location: str, **options: Any) -> pd.DataFrame:
    with Warehouse(on_disk=True) as warehouse:
        loaded, _ = load_delimited(warehouse, Csv(location=location, **options), folder, (), (), {})
        return warehouse.frame(loaded.rows)


def test_a_fault_of_a_large_file_has_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_BLOCK", 64)
    rows = "".join(f"{i},x{i}\n" for i in range(100))
    for bad, place in (("7,a,b\n", r"102:5: 3 fields"), ("7\n", r"102:2: 1 field"), ('7,"a"b\n', r"102:6: a closing")):
        (tmp_path / "t.csv").write_text("a,b\n" + rows + bad + rows)
        with pytest.raises(DataError, match=place):
            load(tmp_path, "t.csv")
    (tmp_path / "t.csv").write_text("a,b\n" + rows + '7,"a\n' + rows)
    with pytest.raises(DataError, match="a quote that is not closed"):
        load(tmp_path, "t.csv")
    (tmp_path / "t.csv").write_text("a,b\n1,x\n")
    with pytest.raises(DataError, match="Parquet"):
        load(tmp_path, "t.csv", decimal=",")


def test_how_large_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n" + "1,x\n" * 1000)
    source = Csv(location="t.csv")
    assert source.is_about(1000, tmp_path) and not source.is_about(3000, tmp_path)
    for i in range(3):
        (tmp_path / f"part{i}.csv").write_bytes(
            gzip.compress(b"a,b\n" + bytes(random.Random(i).choices(b"12,\n", k=2000)))
        )
    assert not Csv(location="part*.csv").is_about(10_000, tmp_path)
