"""The contract of sources: every one in the registry is met, found by itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protokit.collect.collect import read_table
from protokit.collect.source import SOURCES, Source, endings
from protokit.core.errors import DataError, ProtokitError
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected as collect

HOUSE = list(SOURCES.house())
ENDINGS = endings({name: SOURCES[name] for name in HOUSE})
Sample = Callable[[str], dict[str, Any]]
# those whose tables are the three records of conftest.py
RECORDS = ["csv", "json", "jsonl", "parquet", "arrow", "xlsx", "html", "sqlite", "sql", "openml"]


@pytest.mark.parametrize("kind", HOUSE)
def test_every_source_reads_a_table(kind: str, sample: Sample, tmp_path: Path) -> None:
    source = Source.parse(sample(kind))
    frame, digest, notices = source.read(tmp_path)
    assert len(frame) >= 3 and len(digest) == 64 and isinstance(notices, tuple)
    assert source.columns(tmp_path) in (None, list(frame.columns))
    again, same, _ = source.read(tmp_path)
    assert same == digest and len(again) == len(frame)
    assert all(dtype.kind in "fibMO" for dtype in frame.dtypes)


@pytest.mark.parametrize("kind", HOUSE)
def test_every_source_refuses_what_is_not_there(kind: str, sample: Sample, tmp_path: Path) -> None:
    given = sample(kind)
    if kind == "sklearn":
        with pytest.raises(ProtokitError, match="ships no table"):
            recipe({"sklearn": "nowhere"})
        return
    where = {**given, kind: "sqlite:///nowhere.db" if kind == "sql" else "nowhere"}
    with pytest.raises(DataError) as caught:
        Source.parse(where).read(tmp_path)
    assert "nowhere" in str(caught.value) or kind == "openml"
    assert caught.value.cure


@pytest.mark.parametrize("kind", sorted(set(HOUSE) - {"sklearn", "openml", "sql"}))
def test_every_file_that_is_something_else_is_refused_with_its_name(kind: str, sample: Sample, tmp_path: Path) -> None:
    spec = sample(kind)
    for content in (b"", b"\0\1\2\3\xff" * 50, b"\x1f\x8bzzz", b"PK\3\4zzzz", b"<", b"[" * 100_000):
        path = tmp_path / "other"
        path.write_bytes(content)
        with pytest.raises(DataError) as caught:
            Source.parse({**spec, kind: "other"}).read(tmp_path)
        assert str(path) in str(caught.value), caught.value
        assert caught.value.cure


@pytest.mark.parametrize("kind", RECORDS)
def test_the_same_records_come_out_of_every_source(kind: str, sample: Sample, tmp_path: Path) -> None:
    frame, _, _ = Source.parse(sample(kind)).read(tmp_path)
    assert list(frame.columns) == ["x", "n", "y"]
    assert [frame[c].dtype.kind for c in "xn"] == ["f", "i"]
    assert frame["x"].tolist()[:2] == [1.5, 2.5] and np.isnan(frame["x"][2])
    assert frame["n"].tolist() == [1, 2, 3] and frame["y"].tolist() == ["a", "b", "a"]


@pytest.mark.parametrize("kind", HOUSE)
def test_a_damaged_file_is_read_or_refused_in_words(kind: str, sample: Sample, tmp_path: Path) -> None:
    spec = sample(kind)
    path = tmp_path / str(spec[kind])
    if kind in {"sql", "sklearn", "openml"} or path.is_dir():
        return
    whole = path.read_bytes()
    rng = np.random.default_rng(7)
    for trial in range(30):
        content = bytearray(whole)
        if trial % 3 == 0:
            content = content[: int(rng.integers(len(content)))]
        else:
            for at in rng.integers(len(content), size=trial):
                content[at] = int(rng.integers(256))
        path.write_bytes(bytes(content))
        try:
            frame, _, _ = Source.parse(spec).read(tmp_path)
            assert len(frame)
        except ProtokitError as error:
            assert error.cure


@pytest.mark.parametrize(
    "name", ["a b'c\".csv", "ü%20&é.csv", "${x.csv", "-o.csv", "a[1].csv", "a*.csv", "#?.csv", "x\ny.csv"]
)
def test_files_with_hostile_names(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("x,y\n1,2\n")
    if "${" in name:
        with pytest.raises(ProtokitError, match="without a name"):
            recipe({"csv": name})
        return
    spec = Source.parse({"csv": name})
    assert spec.read(tmp_path)[0].shape == spec.read(tmp_path)[0].shape == (1, 2)
    assert read_table(tmp_path / name).shape == (1, 2)


@pytest.mark.parametrize("name", ["a b'c\".{}", "ü%20&é.{}", "a[1].{}", "a*?.{}", "#?.{}"])
@pytest.mark.parametrize("kind", ["parquet", "arrow", "sqlite", "xlsx", "sql"])
def test_hostile_names_reach_other_libraries_as_they_are(kind: str, name: str, sample: Sample, tmp_path: Path) -> None:
    spec = sample(kind)
    if kind == "sql":
        if "?" in name or "%" in name:
            return  # an address has its own meaning for these
        name, spec["sql"] = name.format("sqlite"), "sqlite:///" + name.format("sqlite")
        (tmp_path / "t.sqlite").rename(tmp_path / name)
    else:
        (tmp_path / spec[kind]).rename(tmp_path / name.format(kind))
        spec[kind] = name.format(kind)
    assert len(Source.parse(spec).read(tmp_path)[0]) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"delimiter": ";;"}, "a delimiter is one character"),
        ({"delimiter": '"'}, "a delimiter is one character"),
        ({"encoding": "cp125"}, "did you mean 'cp1250'?"),
        ({"encoding": "base64"}, "unknown encoding"),
        ({"encoding": "unicode_escape"}, "unknown encoding"),
        ({"decimal": ";"}, "decimal is a mark"),
        ({"thousands": "."}, "write decimal: ',' too"),
        ({"decimal": ",", "thousands": ","}, "cannot mark both"),
        ({"missing": [[1]]}, "put it in quotes"),
        ({"missing": True}, "a mark is a text"),
        ({"sheet": 1}, "'sheet' is for xlsx, not csv"),
        ({"table": "x"}, "'table' is for html, sqlite and sql, not csv"),
        ({"file_column": 3}, "file_column is a text"),
        ({"delimeter": ";"}, "did you mean 'delimiter'?"),
        ({"kind": "csv", "location": "x"}, "unknown key 'kind'"),
        ({"json": "b.json"}, "a table has one source, not 2"),
    ],
)
def test_options_are_checked(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ProtokitError) as caught:
        recipe({"csv": "t.csv", **options})
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"csv": "https://me:word@host/t.csv"}, "a password stands in a recipe"),
        ({"csv": "https://me:a${WORD}@host/t.csv"}, "a password stands in a recipe"),
        ({"sql": "postgresql://me:a/b@host:5432/d", "table": "t"}, "a password stands in a recipe"),
        ({"xlsx": "t.xlsx", "sheet": 0}, "counted from 1"),
        ({"xlsx": "t.xlsx", "sheet": True}, "a name or a number"),
        ({"html": "t.html", "table": 0}, "counted from 1"),
        ({"sqlite": "t.db", "table": "a", "query": "select 1"}, "not both"),
        ({"sql": "sqlite:///t.db"}, "needs a table or a query"),
        ({"sql": "t.db", "table": "t"}, "not the URL of a database"),
        ({"sqlite": "sqlite:///t.db"}, "write {sql: ...}"),
        ({"openml": "wine", "version": 0}, "a whole number from 1"),
        ({"openml": True}, "openml is a text"),
        ({"csv": ""}, "csv is a text"),
        ({"csv": "ftp://a/b.csv"}, "ftp:// is not read"),
        ({"csv": "file:///b.csv"}, "without file://"),
        ({"idx": "https://a/b"}, "read from the disk"),
        ("ftp://a/b.csv", "is no file"),
        ("postgresql://me@host/db", "write {sql: postgresql://me@host/db, table: NAME}"),
        ("https://a.b/table", "says nothing"),
        ("t.xls", "save it as .xlsx"),
        ("t.cvs", "did you mean '.csv'?"),
        (5, "a path or a mapping"),
        ({}, "one source, not 0"),
    ],
)
def test_tables_are_checked(table: Any, words: str) -> None:
    with pytest.raises(ProtokitError) as caught:
        recipe(table)
    assert words in str(caught.value)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_has_its_source(ending: str) -> None:
    [table] = recipe(f"data/t{ending}").collect.tables.values()
    assert table.kind == ENDINGS[ending].name and table.kind in SOURCES
    if ending not in {"/", "-idx3-ubyte", "-idx3-ubyte.gz"}:
        [table] = recipe(f"https://a.b/t{ending}?raw=true#top").collect.tables.values()
        assert table.kind == ENDINGS[ending].name


@pytest.mark.parametrize("place", ["https://host:8080/a@b.csv", "https://me:${WORD}@host:80/t.csv?n=1", "a:b@c.csv"])
def test_what_is_no_password_in_an_address(place: str) -> None:
    assert recipe(place).collect.tables["t"].location == place


def test_each_option_has_its_sources_and_its_description() -> None:
    takers: dict[str, list[str]] = {}
    for name in HOUSE:
        source = SOURCES[name]
        for option in source.option_names():
            takers.setdefault(option, []).append(name)
            assert source.model_fields[option].description and source.model_fields[option].default is None
    assert takers == {
        "missing": ["csv", "json", "jsonl", "parquet", "arrow", "xlsx", "html", "sqlite", "sql"],
        "encoding": ["csv", "json", "jsonl", "html"],
        "delimiter": ["csv"],
        "header": ["csv", "xlsx"],
        "names": ["csv", "xlsx", "html"],
        "comment": ["csv"],
        "quote": ["csv"],
        "footer": ["csv", "xlsx"],
        "decimal": ["csv", "html"],
        "thousands": ["csv", "html"],
        "file_column": ["csv", "json", "jsonl", "parquet", "arrow", "xlsx", "html"],
        "sheet": ["xlsx"],
        "table": ["html", "sqlite", "sql"],
        "query": ["sqlite", "sql"],
        "records": ["json"],
        "labels": ["idx"],
        "version": ["delta", "openml"],
    }


def recipe(table: Any) -> Recipe:
    found = Recipe.parse({"collect": {"tables": {"t": table}}, "represent": {"target": "y"}})
    assert Recipe.parse(found.as_plain()) == found
    return found


def test_an_error_of_a_source_stands_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(
        "collect:\n  tables:\n    t:\n      sql: ${NOT_SET_ANYWHERE}\n      table: t\nrepresent: {target: y}\n"
    )
    with pytest.raises(DataError, match=r"r\.yaml:4:12: the environment variable 'NOT_SET_ANYWHERE' is not set"):
        collect(Recipe.read(path))


def test_names_of_columns_are_found_without_a_heavy_library(sample: Sample, tmp_path: Path) -> None:
    light = ("csv", "json", "jsonl", "html", "sqlite", "images", "idx")
    specs = {kind: sample(kind) for kind in light}
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from protokit.collect.source import Source\n"
        f"for kind, spec in {specs!r}.items():\n"
        f"    print(Source.parse(spec).columns(Path({str(tmp_path)!r})))\n"
        "heavy = {'numpy', 'pandas', 'duckdb', 'tensorflow', 'sklearn', 'openpyxl', 'pyarrow', 'sqlalchemy', 'PIL'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = ["['x', 'n', 'y']"] * 5 + ["['image', 'label']"] * 2
    assert done.stdout.splitlines() == names


def test_openml_by_name_and_number(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib.error import URLError

    from sklearn.datasets import _openml

    sample("openml")
    by_name, digest, notices = Source.parse({"openml": "tiny"}).read(tmp_path)
    assert "version 3 of 'tiny'" in notices[0].rule and notices[0].cure == "write version: 3 to keep it"
    by_number, same, notices = Source.parse({"openml": 7}).read(tmp_path)
    assert digest == same and by_name.equals(by_number) and not notices

    def unreachable(*_: Any, **__: Any) -> None:
        raise URLError("Name or service not known")

    monkeypatch.setattr(_openml, "urlopen", unreachable)
    monkeypatch.setattr(_openml.time, "sleep", lambda _: None)
    assert Source.parse({"openml": "tiny"}).read(tmp_path)[1] == digest  # scikit-learn kept it
    with pytest.raises(DataError, match="OpenML cannot be reached: Name or service not known") as caught:
        Source.parse({"openml": "other"}).read(tmp_path)
    assert "once fetched" in str(caught.value.cure)
