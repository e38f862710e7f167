"""Names and expressions that mean harm: nothing of the data or the recipe gets into SQL as it is."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from protokit.collect import gather
from protokit.collect.database.warehouse import Warehouse
from protokit.core.errors import SpecError
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected as collect

PIECES = [
    '"', '""', "'", "''", ";", "--", "/*", "*/", "\\", "\n", "\t", " ", ",", "(", ")", "[", "]", "{", "}", "$1", "?",
    "%", "::", ".", "=", "`", "drop table canary", "select", "from", "where", "or 1=1", "union select", "c1", "t1",
    "r1", "rowid", "A", "a", "É", "é", "ß", "日本", "🦆", "\u202e", "\u200b", "e\u0301", "\ufeff", "true", "null",
    "count(*)", "read_csv('/etc/passwd')", "x" * 300,
]  # fmt: skip


def identifiers(count: int) -> list[str]:
    rng = random.Random(20)
    found: dict[str, None] = dict.fromkeys(["a", "A", "order", "Order", "c1", "C1", "t1", "r1", "rowid", '"', "'", ";"])
    while len(found) < count:
        found["".join(rng.choice(PIECES) for _ in range(rng.randint(1, 5)))] = None
    return list(found)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def test_2000_hostile_names_are_names_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a key, a joined, a derived, a filtered and a renamed column once; a canary table outlives them all."""
    names = identifiers(2000)
    assert len({name.casefold() for name in names}) < len(names)
    said: list[str] = []
    canaries = []
    leave = Warehouse.__exit__

    def watched(self: Warehouse, *error: Any) -> None:
        canaries.append(self.one("SELECT sum(x) FROM canary"))
        leave(self, *error)

    run = Warehouse.run

    def listening(self: Warehouse, sql: str) -> list[tuple[Any, ...]]:
        if not said:
            self._connection.execute("CREATE TABLE canary AS SELECT 7 AS x")
        said.append(sql)
        return run(self, sql)

    monkeypatch.setattr(Warehouse, "run", listening)
    monkeypatch.setattr(Warehouse, "__exit__", watched)
    for start in range(0, len(names), 50):
        said.clear()
        some = names[start : start + 50]
        key, joined, derived, kept, new = some[0], some[1:15], some[15:30], some[30:45], some[45:]
        rows = pd.DataFrame({key: [2, 1, 3], **{name: [i, i + 1, None] for i, name in enumerate(kept)}})
        other = pd.DataFrame({key: [1, 2], **{name: [i, i * 10] for i, name in enumerate(joined)}})
        derive = {n: f"{quoted(k)} + {quoted(j)}" for n, k, j in zip(derived, kept, joined, strict=False)}
        clean = [
            {"derive": derive},
            {"filter": " and ".join(f"{quoted(name)} >= 0" for name in kept)},
            {"rename": dict(zip(kept, new, strict=False))},
        ]
        recipe = Recipe.parse(
            {"collect": {"join": [{"with": "other", "on": key}], "clean": clean}, "represent": {"target": "y"}}
        )
        frame = collect(recipe, {"rows": rows, "other": other}).frame
        renamed = dict(zip(kept, new, strict=False))
        assert list(frame.columns) == [key, *(renamed.get(k, k) for k in kept), *joined, *derive]
        for i, name in enumerate(joined):
            assert frame[name].tolist() == [i * 10, i]
            assert frame[derived[i]].tolist() == [i + i * 10, i + 1 + i]
        assert all(sql.isascii() for sql in said)
        for name in some:
            if len(name) > 12:
                assert not any(name in sql for sql in said), name
    assert canaries == [(7,)] * 40


def test_texts_in_expressions_are_texts() -> None:
    rng = random.Random(3)
    texts = ["".join(rng.choice(PIECES) for _ in range(3)) for _ in range(300)]
    rows = pd.DataFrame({"t": pd.Series(texts, dtype=object), "n": range(300)})
    for i in range(0, 300, 10):
        text = texts[i].replace("'", "''")
        recipe = {"collect": {"clean": [{"filter": f"t = '{text}'"}]}, "represent": {"target": "n"}}
        found = collect(Recipe.parse(recipe), rows).frame
        assert found["n"].tolist() == [j for j in range(300) if texts[j] == texts[i]]
    pairs = {text: f"{i}'; drop table t1 --" for i, text in enumerate(dict.fromkeys(texts))}
    recipe = {"collect": {"clean": [{"replace": {"t": pairs}}]}, "represent": {"target": "n"}}
    assert collect(Recipe.parse(recipe), rows).frame["t"].tolist() == [pairs[text] for text in texts]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '{file}.out'",
        "EXPORT DATABASE '{file}.d'",
        "ATTACH '{file}.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '{file}'",
        "SELECT * FROM read_csv('https://example.org/x.csv')",
        "SET enable_external_access = true",
        "SET threads = 1",
        "RESET lock_configuration",
        "SET python_enable_replacements = true",
        "SELECT * FROM secret_frame",
        "SELECT getenv('HOME')",
    ],
)
@pytest.mark.parametrize("on_disk", [False, True])
def test_the_database_itself_is_locked(tmp_path: Path, sql: str, on_disk: bool) -> None:
    """The second wall: were an expression to get through the parser, it would still reach nothing."""
    secret_frame = pd.DataFrame({"x": [1]})
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    with Warehouse(on_disk=on_disk) as warehouse:
        assert warehouse.load_frame(secret_frame).count == 1
        warehouse.lock()
        with pytest.raises(duckdb.Error):
            warehouse.run(sql.format(file=file))
    assert os.listdir(tmp_path) == ["secret.csv"]


def test_a_wrong_expression_stops_before_a_row_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "Warehouse", None)
    clean = [{"filter": "a > 0"}, {"derive": {"b": "aa + 1"}}, {"drop": "z"}]
    recipe = Recipe.parse({"collect": {"clean": clean}, "represent": {"target": "a"}})
    with pytest.raises(SpecError) as caught:
        collect(recipe, pd.DataFrame({"a": [1]}))
    assert len(caught.value.faults) == 2
