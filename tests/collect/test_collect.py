from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.collect.files.files import File
from protokit.collect.readers.csv import Csv
from protokit.core.errors import DataError, ProtokitError
from protokit.core.values.said import Notice
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected as collect


def read(path: Path, location: str) -> tuple[pd.DataFrame, list[Notice]]:
    """The rows of one csv file."""
    source = Csv(location=location)
    return source.frame(source.cells(File(path, str(path))))


def load(path: Path, **options: object) -> Table:
    source = {path.suffix.removeprefix(".") if path.suffix != ".gz" else "csv": str(path), **options}
    return collect(Recipe.parse({"collect": {"tables": {"t": source}}, "represent": {"target": "y"}}))


def test_types_and_missing_marks(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('\ufeffa,b,c,d,y\n1,2.5, ,007,x\n2,NA,"p, q",008,?\n', encoding="utf-8")
    table = load(path)
    assert [table.frame[c].dtype.kind for c in "abcd"] == ["i", "f", "O", "O"]
    assert table.frame["c"].tolist() == [None, "p, q"]
    assert table.frame["d"].tolist() == ["007", "008"]
    assert "'?'" in table.notices[0].rule


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"a,y\n", "no rows below the header"),
        (b"a,y\n1,2\n1,2,3\n", r"t\.csv:3:5: 3 fields where the header has 2"),
        (b"a,y\n1\n", r"t\.csv:2:2: 1 field"),
        (b"a,y\n1,2\n\xe9,2\n", r"t\.csv:3:1: byte 0xe9 is not UTF-8"),
        (b'a,y\n1,"2\n', r"t\.csv:2:3: a quote that is not closed"),
        (b"a,a\n1,2\n", r"t\.csv:1:3: two columns are named 'a'"),
        (b"a,y\n1,\x00\n", r"t\.csv:2:3: a NUL character"),
        (b"\x1f\x8bnot gzip", "cannot be read"),
    ],
)
def test_a_broken_file_is_refused_with_place_and_cure(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        load(path)
    assert caught.value.cure and caught.value.place


def test_other_encodings_and_delimiters(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("name;y\nJosé;1\n".encode("cp1252"))
    with pytest.raises(DataError, match="encoding: cp1252"):
        load(path)
    assert load(path, encoding="cp1252").frame["name"].tolist() == ["José"]
    path.write_bytes(gzip.compress("name\ty\nJosé\t1\n".encode("utf-16")[:]))
    assert load(path).frame["name"].tolist() == ["José"]
    path.write_text("name|y\na|1\n")
    assert load(path, delimiter="|").frame.shape == (1, 2)


@given(st.binary(max_size=80))
@settings(deadline=None, max_examples=200)
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(content)
        try:
            frame, _ = read(path, "t.csv")
        except ProtokitError:
            return
        assert len(frame) > 0


def test_test_rows_from_a_table_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,a\n2,b\n")
    (tmp_path / "b.csv").write_text("y,x,more\na,3,z\n")
    data = {
        "collect": {"tables": {"a": str(tmp_path / "a.csv"), "b": str(tmp_path / "b.csv")}},
        "represent": {"target": "y", "split": {"test": "b"}},
    }
    table = collect(Recipe.parse(data))
    assert table.frame["x"].tolist() == [1, 2, 3]
    assert table.parts is not None and table.parts.tolist() == ["a", "a", "b"]
    (tmp_path / "b.csv").write_text("y,z\na,3\n")
    with pytest.raises(DataError, match="lacks the column 'x'"):
        collect(Recipe.parse(data))


def test_a_frame_stands_for_the_tables() -> None:
    recipe = Recipe.parse({"represent": {"target": "y"}})
    assert len(collect(recipe, pd.DataFrame({"y": [1, 2]})).frame) == 2
    for wrong, words in ((pd.DataFrame(), "empty"), (np.ones(3), "data frame"), ({"y": []}, "empty")):
        with pytest.raises(DataError, match=words):
            collect(recipe, wrong)
    with pytest.raises(ProtokitError, match="no table"):
        collect(recipe)
