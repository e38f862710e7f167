"""What a recipe that was read from a file may open, by every way that it has to name a thing. See docs/security.md."""

from __future__ import annotations

import gzip
import inspect
import json
import os
import pickle
import sqlite3
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import protokit
from protokit.core.errors import BundleError, DataError, ProtokitError, SpecError
from protokit.core.outside import access
from protokit.core.outside.reach import Kind, Reach
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.members import members
from protokit.recipe.space import Space
from protokit.search.hand import HandIn, HandOfPerson
from protokit.workflow.check import as_recipe
from protokit.workflow.run.collecting import collected

TABLE = "x,y\n1,a\n2,b\n"
_SEEN: list[str] = []
_LOOKS = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _LOOKS and event in ("open", "os.listdir", "os.scandir", "sqlite3.connect", "socket.connect", "os.mkdir"):
        _SEEN.append(str(arguments[-1] if event == "socket.connect" else arguments[0]))


sys.addaudithook(_watch)


@pytest.fixture
def looked() -> Iterator[list[str]]:
    """All that Python opens in the test, from when it is asked for."""
    global _LOOKS
    _SEEN.clear()
    _LOOKS = True
    yield _SEEN
    _LOOKS = False


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of recipes, the current one beside it, and a third one that neither may read."""
    for name in ("own", "current", "other/deep/_delta_log", "other/a", "other/run/model"):
        (tmp_path / name).mkdir(parents=True)
    other = tmp_path / "other"
    for name in ("t.csv", "u.csv", "t.tsv"):
        (other / name).write_text(TABLE)
    (other / "t.json").write_text('[{"x": 1, "y": "a"}]')
    (other / "t.jsonl").write_text('{"x": 1, "y": "a"}\n')
    (other / "t.html").write_text("<table><tr><th>x</th><th>y</th></tr><tr><td>1</td><td>a</td></tr></table>")
    (other / "i.gz").write_bytes(gzip.compress(b"\0\0\x08\x03"))
    with closing(sqlite3.connect(other / "t.db")) as connection:
        connection.executescript("create table t (x integer, y text); insert into t values (1, 'a')")
    with zipfile.ZipFile(other / "photos.zip", "w") as archive:
        archive.writestr("a/1.png", b"\x89PNG\r\n\x1a\n")
    (other / "a" / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (other / "w.weights.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (other / "m.keras").write_bytes(b"PK")
    own = tmp_path / "own"
    (own / "link.csv").symlink_to(other / "t.csv")
    (own / "links").symlink_to(other)
    (own / "t.csv").write_text(TABLE)
    monkeypatch.chdir(tmp_path / "current")
    return tmp_path


def written(place: Path, text: str) -> Path:
    path = place / "own" / "r.yaml"
    path.write_text(text.replace("OTHER", str(place / "other")))
    return path


def of_table(table: str) -> str:
    return f"collect:\n  tables:\n    t: {table}\nrepresent: {{target: y}}\n"


PLACES = [
    "../other/t.csv",
    "OTHER/t.csv",
    "./../own/../other/t.csv",
    "link.csv",
    "links/t.csv",
    "links/../../other/t.csv",
    "'../other/*.csv'",
    "'link*.csv'",
    "'links/*.csv'",
    "'*/t.csv'",
    "'**/../../other/t.csv'",
    "'**/*.csv'",
    "'*/*.csv'",
    "'*/deep/*.csv'",
    "'../*/t.csv'",
    "'OTHER/[tu].csv'",
    "../other/t.tsv",
    "../other/t.json",
    "../other/t.jsonl",
    "../other/t.html",
    "../other/t.parquet",
    "{parquet: ../other/}",
    "../other/t.xlsx",
    "../other/t.feather",
    "../other/t.db",
    "{sqlite: ../other/t.db, table: t}",
    "{sqlite: links/t.db, table: t}",
    "{sql: 'sqlite:///../other/t.db', table: t}",
    "{sql: 'sqlite:///OTHER/t.db', table: t}",
    "{sql: 'sqlite+pysqlite:///OTHER/t.db', table: t}",
    "{sql: 'duckdb:///OTHER/t.duckdb', table: t}",
    "{sql: 'duckdb:///md:shop', table: t}",
    "{sql: 'postgresql://me@db.example/shop', table: t}",
    "{sql: 'postgresql:///shop?host=db.example', table: t}",
    "{sql: 'mysql://me@db.example/shop?read_default_file=OTHER/my.cnf', table: t}",
    "{delta: ../other/deep}",
    "{delta: 's3://bucket/deep'}",
    "{images: ../other/}",
    "{images: links/}",
    "{images: ../other/photos.zip}",
    "{idx: ../other/i.gz}",
    "{idx: t.csv, labels: ../other/i.gz}",
    "{openml: iris}",
    "http://example.org/t.csv",
    "HTTPS://example.org/t.csv",
    "http://127.0.0.1:9/t.csv",
    "http://me:${WORD}@example.org/t.csv",
    "s3://bucket/t.csv",
    "'s3://bucket/*.csv'",
    "'s3://bucket/t.csv::file://OTHER/t.csv'",
    "gs://bucket/t.csv",
    "az://box/t.csv",
    "{csv: 'OTHER/t.csv'}",
    "{csv: '${WORD}/t.csv'}",
    "{csv: '${WORD}'}",
    "{sql: '${WORD}', table: t}",
    "{sql: 'postgresql://me@${WORD}/shop', table: t}",
    "'s3://${WORD}/t.csv'",
    "'http://example.org/${WORD}/t.csv'",
    "{csv: /proc/self/environ}",
    "{csv: /dev/stdin}",
    "{csv: /proc/self/root/etc/passwd}",
    "{csv: //etc/passwd}",
]


@pytest.mark.parametrize("table", PLACES)
def test_no_table_is_read_elsewhere(
    table: str, place: Path, monkeypatch: pytest.MonkeyPatch, looked: list[str]
) -> None:
    monkeypatch.setenv("WORD", str(place / "other"))
    path = written(place, of_table(table))
    looked.clear()
    with pytest.raises(ProtokitError) as caught:
        protokit.check(path)
    assert not [one for one in looked if _is_other(one, place)]
    assert "r.yaml:3:" in str(caught.value)
    if "${WORD}" not in table or "me:${WORD}@" in table:
        assert "if you trust it" in str(caught.value) or "type" in str(caught.value) or table.startswith("{idx: t.csv")
    recipe = Recipe.read(path)
    with access.named_by("recipe", recipe.reach), pytest.raises(ProtokitError):
        collected(recipe)  # what reads is held, too, and not only what checks
    assert not [one for one in looked if _is_other(one, place)]


def _is_other(opened: str, place: Path) -> bool:
    if opened.startswith("("):  # where a socket went
        return True
    real = os.path.realpath(opened)
    return real.startswith(str((place / "other").resolve())) or real in ("/etc/passwd",) or real.endswith("/environ")


@pytest.mark.parametrize("table", ["t.csv", "'t*.csv'", "{csv: t.csv}", "../own/t.csv", "../current/t.csv"])
def test_its_own_folder_and_the_current_one_are_read(table: str, place: Path) -> None:
    (place / "current" / "t.csv").write_text(TABLE)
    assert protokit.check(written(place, of_table(table))).reach is not None


@pytest.mark.parametrize(
    "table", ["../other/t.csv", "link.csv", "'../other/*.csv'", "{sqlite: ../other/t.db, table: t}"]
)
def test_what_a_person_allows_is_read(table: str, place: Path) -> None:
    path = written(place, of_table(table))
    assert len(protokit.table(path, allow=place / "other").frame) >= 1
    assert protokit.check(Recipe.read(path), allow=["../other"]).reach == Recipe.read(path, allow="../other").reach
    assert protokit.check(path, set={"collect.tables.t": "../other/u.csv"})
    with pytest.raises(DataError, match="outside of what a recipe"):
        protokit.check(path, allow=[place / "other" / "deep"])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("represent: {target: y}\nsets: '../other/*.csv'\n", 2),
        ("represent: {target: y}\nsets: ['link.csv', ../other/u.csv]\n", 2),
        ("represent: {target: y}\nsets:\n  a: {collect: {tables: {t: ../other/t.csv}}}\n  b: {}\n"
         "collect: {tables: {t: t.csv}}\n", 3),
        (of_table("t.csv") + "learn:\n  from: ../other/run\n", 6),
        (of_table("t.csv") + "learn:\n  from: links/m.keras\n", 6),
        (of_table("t.csv") + "learn: {menu: [{Backbone: {MobileNetV2: {weights: ../other/w.weights.h5}}}]}\n", 5),
    ],
)  # fmt: skip
def test_sets_beginnings_and_weights_are_paths_too(text: str, line: int, place: Path, looked: list[str]) -> None:
    path = written(place, text)
    looked.clear()
    with pytest.raises(ProtokitError, match="outside of what a recipe") as caught:
        protokit.check(path)
    assert f"r.yaml:{line}:" in str(caught.value) and "if you trust it, give allow=[" in str(caught.value)
    assert not [one for one in looked if _is_other(one, place)]


def test_cells_name_no_file_elsewhere(place: Path) -> None:
    pytest.importorskip("PIL")
    import pandas as pd

    from protokit.represent.encoders.media.mask import read_mask

    reach = Reach.of_file(place / "own" / "r.yaml")
    cells = pd.Series(["../other/a/1.png", "links/a/1.png", "none.png"], name="mask")
    for row in range(2):
        with access.named_by("recipe", reach), pytest.raises(DataError, match=r"row .*: a cell names ") as caught:
            read_mask(cells, row, str(place / "own"))
        assert str(place / "other" / "a") in str(caught.value.cure)
    with access.named_by("recipe", reach), pytest.raises(DataError, match="no such file"):
        read_mask(cells, 2, str(place / "own"))


def test_trials_are_shown_and_runs_logged_where_it_was_allowed(place: Path) -> None:
    reach = Reach.of_file(place / "own" / "r.yaml")
    run = place / "current" / "runs" / "r" / "1"
    run.mkdir(parents=True)
    with access.named_by("recipe", reach):
        assert access.written(run / "logs", run) == run / "logs"
        for elsewhere in (run / ".." / "logs", place / "own" / "logs", place / "other"):
            with pytest.raises(access.Refused, match="may write: below its run"):
                access.written(elsewhere, run)
        for address in ("postgresql://db.example/trials", f"sqlite:///{place}/own/t.db"):
            with pytest.raises(access.Refused, match="outside of what a recipe"):
                access.hold("written", address)
    with access.named_by("recipe", reach.allowing("https://db.example")):
        access.hold("written", "postgresql://db.example/trials")


def test_what_was_given_in_python_is_trusted(place: Path) -> None:
    plain = {"collect": {"tables": {"t": str(place / "other" / "t.csv")}}, "represent": {"target": "y"}}
    assert protokit.check(plain).reach is None and len(protokit.table(plain).frame) == 2
    assert protokit.check(plain, allow=["../x"]).reach is None
    with pytest.raises(SpecError, match="allow is paths and addresses"):
        protokit.check(plain, allow=[""])


def test_what_is_made_of_a_recipe_reaches_no_further(place: Path) -> None:
    text = of_table("t.csv") + "learn: {epochs: {choice: [1, 2]}}\n"
    recipe = Recipe.read(written(place, text))
    assert recipe.reach is not None
    settled = Space(recipe).settled({"learn.epochs": 2})
    assert settled.reach == recipe.reach and settled.document.reach == recipe.reach
    assert as_recipe(recipe, {"seed": 3}).reach.below == recipe.reach.below  # type: ignore[union-attr]
    assert pickle.loads(pickle.dumps(recipe.document)).reach == recipe.reach
    several = Recipe.read(written(place, "sets: {a: {}, b: {}}\n" + of_table("t.csv")))
    assert {one.reach for one in members(several).values()} == {several.reach}
    with access.named_by("recipe", recipe.reach), access.named_by("recipe"), pytest.raises(access.Refused):
        access.text(place / "other" / "t.csv")
    with access.named_by("recipe", recipe.reach), access.named_by("plug-in"), pytest.raises(access.Refused):
        access.inside(place / "other")
    with access.named_by("recipe", recipe.reach):
        (place / "own" / "inner.yaml").write_text("represent: {target: y}\n")
        assert Recipe.read(place / "own" / "inner.yaml").reach == recipe.reach
        with pytest.raises(access.Refused):
            Recipe.read(place / "other" / "r.yaml")


def test_a_run_of_a_stranger_says_not_how_far_its_recipe_reaches(place: Path) -> None:
    run = place / "own" / "20260101T000000-ab"
    run.mkdir()
    (run / "recipe.yaml").write_text(of_table("t.csv"))
    (run / "environment.json").write_text(json.dumps({"key": "k", "libraries": {}, "folder": "../../other"}))
    recipe = as_recipe(run / "recipe.yaml")
    assert recipe.folder == (place / "other").resolve()
    with pytest.raises(DataError, match=r"recipe\.yaml:3:8: .*outside of what a recipe"):
        protokit.check(run / "recipe.yaml")
    assert protokit.check(run / "recipe.yaml", allow=place / "other")


def test_a_folder_that_this_process_wrote_is_as_its_recipe(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_MADE", {})
    run = place / "own" / "runs" / "r" / "1"
    run.mkdir(parents=True)
    (run / "recipe.yaml").write_text(of_table("OTHER/t.csv".replace("OTHER", str(place / "other"))))
    with pytest.raises(DataError):
        protokit.check(run / "recipe.yaml")
    access.made(run, None)
    assert protokit.check(run / "recipe.yaml").reach is None
    reach = Reach.of_file(place / "own" / "r.yaml").allowing(place / "other")
    access.made(run, reach)
    assert protokit.check(run / "recipe.yaml").reach == reach


def test_workers_have_the_reach_of_their_driver(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_MADE", {})
    monkeypatch.setattr("protokit.search.hand.hand_in", lambda folder: access.reach_of(folder / "recipe.yaml"))
    reach = Reach.of_file(place / "own" / "r.yaml").allowing("https://example.org")
    for one in (reach, None):
        assert pickle.loads(pickle.dumps(HandIn(one)))(place / "own") == one
    found: Any = HandOfPerson(("../other",), ("work", "runs"))(place / "own")
    assert found.allowed == (str((place / "other").resolve()),) and found.command == ("work", "runs")


def test_a_model_opens_nothing(place: Path) -> None:
    kinds: tuple[Kind, ...] = ("file", "folder", "address", "database", "variable")
    for kind in kinds:
        with access.named_by("bundle"), pytest.raises(BundleError, match=f"names a {kind} outside of its folder"):
            access.hold(kind, str(place / "own" / "t.csv"))


def test_copies_of_the_web_are_read_only_through_their_address(place: Path) -> None:
    copy = place / "other" / "copy"
    copy.write_text(TABLE)
    with access.named_by("recipe", Reach.of_file(place / "own" / "r.yaml")):
        with pytest.raises(access.Refused):
            access.text(copy)
        assert access.text(access.brought(copy)) == TABLE


DOORS = ("check", "lr_range", "run", "run_all", "run_sets", "table", "tune", "eject", "try_cures")


def test_all_that_reads_a_recipe_takes_what_is_allowed() -> None:
    for name in DOORS:
        assert "allow" in inspect.signature(getattr(protokit, name)).parameters, name
    others = {
        name
        for name in protokit.__all__
        if inspect.isfunction(found := getattr(protokit, name))
        and {"recipe", "recipes"} & {*inspect.signature(found).parameters}
    }
    assert others <= {*DOORS}


@pytest.mark.parametrize("name", ["check", "lr_range", "run", "run_all", "run_sets", "table", "tune"])
def test_every_door_holds_what_a_recipe_names(name: str, place: Path, looked: list[str]) -> None:
    text = of_table("../other/t.csv")
    text += "learn: {epochs: {choice: [1, 2]}}\n" if name == "tune" else "learn: {epochs: 1}\n"
    text += "sets: {by: x}\n" if name == "run_sets" else ""
    path = written(place, text)
    looked.clear()
    with pytest.raises(ProtokitError, match="outside of what a recipe"):
        getattr(protokit, name)([path] if name == "run_all" else path)
    assert not [one for one in looked if _is_other(one, place)] and not (place / "current" / "runs").exists()
