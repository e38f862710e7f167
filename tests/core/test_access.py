"""The door knows who named what it opens."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from protokit.collect.collect import read_table
from protokit.collect.source import SOURCES, Source
from protokit.core.outside import access
from protokit.core.values.said import Notice
from protokit.menu.menu import Menu
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected


def kinds(asked: list[access.Asked]) -> set[tuple[str, str]]:
    return {(one.kind, one.by) for one in asked}


def test_a_person_names_the_recipe_and_the_recipe_names_its_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHERE", "t.csv")
    (tmp_path / "t.csv").write_text("a,y\n1,2\n3,4\n")
    (tmp_path / "r.yaml").write_text("collect: {tables: {t: {csv: t.csv}}}\nrepresent: {target: y}\n")
    with access.watched() as asked:
        recipe = Recipe.read(tmp_path / "r.yaml", set={"collect.tables.t": {"csv": "${WHERE}"}})
    assert kinds(asked) == {("file", "person")} and Path(asked[0].name).name == "r.yaml"
    with access.watched() as asked:
        collected(recipe)
    assert kinds(asked) == {("file", "recipe"), ("variable", "recipe")}
    with access.watched() as asked:
        read_table(tmp_path / "t.csv")
    assert kinds(asked) == {("file", "person")} and access.namer() == "person"


def test_what_a_source_of_another_package_opens_is_that_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SOURCES.house()
    monkeypatch.setattr(SOURCES, "_things", dict(SOURCES._things))

    @SOURCES.add
    class Lines(Source):
        name, about, example = "lines", "lines of a file", "{lines: t.txt}"

        def columns(self, folder: Path) -> list[str] | None:
            return ["line"]

        def read(self, folder: Path, texts: Collection[str] = ()) -> tuple[Any, str, tuple[Notice, ...]]:
            import pandas as pd

            cells = access.text(folder / self.location).splitlines()
            return pd.DataFrame({"line": cells}), "0" * 64, ()

    (tmp_path / "t.txt").write_text("a\nb\n")
    recipe = Recipe.parse(
        {"collect": {"tables": {"t": {"lines": str(tmp_path / "t.txt")}}}, "represent": {"target": "line"}}
    )
    with access.watched() as asked:
        collected(recipe)
    assert kinds(asked) == {("file", "plug-in")}


def test_patterns_menus_and_databases_come_through_the_door(tmp_path: Path) -> None:
    (tmp_path / "a1.csv").write_text("x\n1\n")
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        connection.executescript("create table t (x integer); insert into t values (1)")
    (tmp_path / "m.yaml").write_text("- Dense: 4\n")
    for read, kind in (
        (lambda: Source.parse("a*.csv").read(tmp_path), "folder"),
        (lambda: Source.parse("t.db").read(tmp_path), "file"),
        (lambda: Menu.read(tmp_path / "m.yaml"), "file"),
    ):
        with access.watched() as asked:
            read()
        assert kind in {one.kind for one in asked}


def test_a_name_that_may_hold_a_secret_is_not_shown() -> None:
    with access.watched() as asked:
        access.hold("address", "https://me:word@host/t.csv")
    assert "word" not in repr(asked)


def test_who_named_a_thing_ends_with_the_block() -> None:
    with access.named_by("recipe"):
        with pytest.raises(ValueError), access.named_by("bundle"):
            assert access.namer() == "bundle"
            raise ValueError
        assert access.namer() == "recipe"
    assert access.namer() == "person"
