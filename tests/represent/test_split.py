"""Ways to split: the contract that each keeps, and one that another package brings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from protokit.core.errors import DataError, SpecError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.split_way import SPLITS, SplitTable
from protokit.represent.words import By, Represent
from protokit.testing.split import check_split
from protokit.workflow.run.collecting import collected
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


def plain(text: str) -> Any:
    return YAML(typ="safe").load(text)


@pytest.mark.parametrize("values", [(0, 1), (False, True), ("no", "yes"), (0.0, 1.0), ("0", "1")])
@pytest.mark.parametrize(("name", "part"), [("is_test", "test"), ("isTrain", "train"), ("is-test", "test")])
def test_a_flag_of_test_rows_is_left_out_and_the_edit_splits_by_it(
    values: tuple[object, object], name: str, part: str
) -> None:
    flags = [values[i % 5 == 0] for i in range(40)]
    frame = pd.DataFrame({"x": np.arange(40.0), name: flags, "y": ["a", "b"] * 20})
    recipe = Recipe.parse({"represent": {"target": "y"}})
    [told] = [one for one in represent(recipe, Table(frame))[0].notices if name in one.columns]
    assert "left out: it says which rows are for " + {"test": "test", "train": "training"}[part] in told.rule
    collect, rest = str(told.cure).split(" and split: ")
    split, kept = rest.split(", or columns: ")
    assert plain(kept) == {name: "boolean"}
    edited = {**plain(collect), "represent": {"target": "y", "split": plain(split)}}
    after = Recipe.parse(edited)
    [found] = represent(after, collected(after, frame))
    marked = {i for i in range(40) if i % 5 == 0}
    tested = set(found.positions[found.split.test])
    assert tested == (marked if part == "test" else set(range(40)) - marked)
    assert not any(name in str(one) for one in found.notices)


def test_a_flag_that_may_be_something_else_is_learned_from_and_told() -> None:
    from protokit.represent.encoders.inference import infer

    positive = pd.Series([0, 1, 1, 0] * 10, name="test")
    guess = infer(positive)
    assert guess.kind == "number" and "if it says which rows are for test, split by it" in guess.note
    assert "case when test = 1 then 'test' else 'train' end" in str(guess.cure)
    assert str(guess.cure).endswith("or columns: {test: boolean}")
    assert "for training, split by it" in infer(positive.rename("Train")).note
    holes = str(infer(positive.mask(positive.index < 3)).cure)
    assert holes.startswith('collect: {clean: [{filter: "test is not null"}, {derive: ')
    for other in (positive.rename("contest"), pd.Series([0, 1, 2] * 10, name="test"), pd.Series([1] * 9, name="train")):
        assert not infer(other).note


def test_parts_of_competitions_are_seen() -> None:
    from protokit.represent.encoders.inference import infer

    said = pd.Series(["Training", "PublicTest", "PrivateTest"] * 10, name="Usage")
    assert "by: {column: Usage}" in str(infer(said).cure)
    given = SPLITS["column"].given(SplitTable(pd.DataFrame({"Usage": said}), "Usage", None))
    assert given is not None and list(given[:3]) == ["train", "test", "test"]


@pytest.mark.parametrize(("written", "parts", "told"), [({"validation": 0.3}, 3, True), ({}, 3, False),
                                                        ({"validation": 0.3}, 2, False)])  # fmt: skip
def test_a_share_of_validation_rows_that_a_column_names_is_told(
    written: dict[str, float], parts: int, told: bool
) -> None:
    names = ["train", "test", "validation"][:parts]
    frame = pd.DataFrame({"x": np.arange(60.0), "y": ["a", "b"] * 30, "p": [names[i % 7 % parts] for i in range(60)]})
    recipe = Recipe.parse({"represent": {"target": "y", "split": {"by": {"column": "p"}, **written}}})
    [found] = represent(recipe, Table(frame))
    assert told == any("the share of 0.3 does not count" in one.rule for one in found.notices)
