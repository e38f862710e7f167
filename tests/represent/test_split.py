"""Ways to split: the contract that each keeps, and one that another package brings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest

from protokit.core.errors import DataError, SpecError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.split_way import SPLITS, SplitTable
from protokit.represent.words import By, Represent
from protokit.testing.split import check_split
from protokit.workflow.run.representing import represent


@pytest.mark.parametrize("name", list(SPLITS.all()))
def test_every_way_keeps_the_contract(name: str) -> None:
    check_split(SPLITS[name])


def test_the_contract_names_what_is_not_kept(plugged: Callable[[str], type]) -> None:
    way = plugged("split")
    check_split(way)

    def halves(
        cls: type, table: SplitTable, rows: np.ndarray, share: float, seed: int
    ) -> tuple[np.ndarray, np.ndarray]:
        return rows[: len(rows) // 2], rows[len(rows) // 2 :]

    def twice(cls: type, table: SplitTable, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rows = np.arange(len(table.frame))
        for _ in range(count):
            yield rows[:10], rows[10:]

    for words, change in {
        "rows of one block": {"take": classmethod(halves)},
        "tested in two folds": {"folds": classmethod(twice)},
        "unknown key 'hash'": {"by_column": False},
        "example": {"example": "random"},
    }.items():
        SPLITS._things.pop("hash")
        bad = SPLITS.add(type("Bad", (way,), {**change, "__module__": words}))
        with pytest.raises(AssertionError, match=words):
            check_split(bad)


def frame(rows: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"user": [f"u{i % 50}" for i in range(rows)], "x": rng.normal(size=rows), "y": rng.choice(["a", "b"], rows)}
    )


def test_a_way_of_another_package_splits_once_and_in_folds(plugged: Callable[[str], type]) -> None:
    data = {"represent": {"target": "y", "split": {"by": {"hash": "user"}}}}
    with pytest.raises(SpecError, match="unknown key 'hash'"):
        Recipe.parse(data)
    plugged("split")
    recipe = Recipe.parse(data)
    assert recipe.as_plain()["represent"]["split"]["by"] == {"hash": "user"}
    assert Recipe.parse(recipe.as_plain()) == recipe and '"hash"' in json.dumps(Represent.model_json_schema())
    table = frame()
    [found] = represent(recipe, Table(table))
    assert found.split.by == "hash" and found.encoder.kinds == {"x": "number"}
    parts = [set(table["user"].iloc[part]) for part in (found.split.train, found.split.validation, found.split.test)]
    assert all(parts) and not parts[0] & parts[1] and not parts[2] & (parts[0] | parts[1])
    assert found.test.blocks is not None and len(set(found.test.blocks)) == len(parts[2])
    [longer] = represent(recipe, Table(pd.concat([table, table.assign(user="new")], ignore_index=True)))
    assert set(found.split.test) == {row for row in longer.split.test if row < 200}
    folds = represent(
        Recipe.parse({"represent": {"target": "y", "split": {"by": {"hash": "user"}, "folds": 4}}}), Table(table)
    )
    assert sorted(np.concatenate([fold.split.test for fold in folds])) == list(range(200))
    assert folds[0].split.by == "4 folds, hash"


def test_a_way_without_folds_says_so(plugged: Callable[[str], type], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugged("split"), "has_folds", False)
    with pytest.raises(SpecError, match="rows that are split by hash are not dealt into folds"):
        Recipe.parse({"represent": {"target": "y", "split": {"by": {"hash": "user"}, "folds": 4}}})


def test_what_is_written_of_a_split() -> None:
    for said, rule, cure in (
        ("hash", "unknown way to split 'hash'", "one of: random, stratified, group, time, column"),
        ("stratifed", "unknown way to split", "did you mean 'stratified'?"),
        ("group", "group needs a column", "write by: {group: COLUMN}"),
        ({"grp": "g"}, "unknown key 'grp'", "one of: group, time, column"),
        ({"group": "g", "time": "t"}, "rows are split by one of group, time and column", "one of: group"),
        ({}, "rows are split by one of group, time and column", "one of: group"),
        ({"random": "x"}, "unknown key 'random'", "one of: group"),
        ({"folds": 3}, "folds stand beside `by`", "write split: {folds: 3}"),
        ({"time": 3}, "time is a column's name, not 3", ""),
        (["x"], "unknown way to split ['x']", "one of: random"),
    ):
        with pytest.raises(SpecError) as caught:
            Recipe.parse({"represent": {"target": "y", "split": {"by": said}}})
        [fault] = caught.value.faults
        assert rule in fault.rule and cure in (fault.cure or "") and fault.path[:3] == ("represent", "split", "by")
    by = Recipe.parse({"represent": {"target": "y", "split": {"by": {"time": "day"}}}}).represent.split
    assert (by.way, by.way_column) == ("time", "day") and by.by == By(time="day") != By(group="day")
    assert isinstance(by.by, By) and (by.by.time, by.by.group, by.by.column) == ("day", None, None)
    none = Recipe.parse({"represent": {"target": "y"}}).represent.split
    assert (none.way, none.way_column) == (None, None)


def test_a_column_of_parts_is_never_learned_from_in_silence() -> None:
    from protokit.represent.encoders.inference import infer

    parts = pd.Series(["train", "test", "val"] * 20, name="data_split")
    guess = infer(parts)
    assert guess.kind is None and "by: {column: data_split}" in str(guess.cure)
    without_test = infer(parts[parts != "test"])
    assert without_test.kind is None and str(without_test.cure) == "columns: {data_split: category}"
    with_holes = str(infer(parts.mask(parts.index < 3)).cure)
    assert with_holes.startswith('collect: {clean: [{filter: "data_split is not null"}]} and split: {by: {column:')
    for said in (["训练", "验证", "测试"], [" Training", "Validierung", "TEST "]):
        assert "by: {column: data_split}" in str(infer(pd.Series(said * 20, name="data_split")).cure)
    assert infer(parts.rename("vehicle")).kind == "category"
    assert infer(parts.replace("val", "bus")).kind == "category"


def test_a_column_of_parts_is_read_whatever_its_language_and_told_where_it_says_none() -> None:
    frame = pd.DataFrame({"part": [" Training", "训练", "Validierung", "TEST "] * 5})
    given = SPLITS["column"].given(SplitTable(frame, "part", None))
    assert given is not None and list(given[:4]) == ["train", "train", "validation", "test"]
    frame.loc[7, "part"] = None
    with pytest.raises(DataError, match="1 missing cells") as caught:
        SPLITS["column"].given(SplitTable(frame, "part", None))
    assert 'collect: {clean: [{filter: "part is not null"}]}' in str(caught.value.cure)
