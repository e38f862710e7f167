from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.core.errors import DataError, ProtokitError, SpecError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders import inference as kinds
from protokit.represent.represented import Represented
from protokit.represent.target import infer_task
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.representing import represent


def done(frame: pd.DataFrame | None = None, path: Path | None = None, **more: object) -> Represented:
    data: dict = {"represent": {"target": "bought", **more}}
    if path:
        data["collect"] = {"tables": {"t": str(path)}}
    recipe = Recipe.parse(data)
    [result] = represent(recipe, collect(recipe, frame))
    return result


def test_kinds_are_inferred_and_what_is_left_out_is_said(people: Path) -> None:
    result = done(path=people)
    assert {c.column: c.kind for c in result.encoder.columns} == {
        "height": "number",
        "city": "category",
        "member": "boolean",
        "joined": "date",
    }
    rules = " ".join(notice.rule for notice in result.notices)
    assert "'id' is left out" in rules and "'planet' is left out: constant" in rules and "'empty' is left out" in rules
    spec = result.encoder.signature.inputs[0]
    assert spec.columns[:2] == ("height", "member") and "height missing" in spec.columns
    assert len(spec.columns) == spec.shape[0] == result.train.inputs["numbers"].shape[1]
    assert np.isfinite(result.test.inputs["numbers"]).all() and np.abs(result.test.inputs["numbers"]).max() <= 32


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.5, 2.5, None] * 9, "number"),
        (["3/12/2016", "4/02/2016", "25/11/2017"] * 9, "date"),
        (["1/31/2011", "2/1/2011", "2/2/2011"] * 9, "date"),
        (["2024-01-31 10:00:00", None, "2024-02-01 11:30:00"] * 9, "date"),
        (["yes", "no", None] * 9, "boolean"),
        ([True, False, True] * 9, "boolean"),
        (["a", "b", "c"] * 9, "category"),
        ([7] * 27, None),
        ([None] * 27, None),
        (list(range(27)), None),
        ([f"u{i}" for i in range(27)], None),
        ([1.0, 1.0, None] * 9, "number"),
    ],
)
def test_a_column_is_what_its_values_say(values: list, kind: str | None) -> None:
    assert kinds.infer(pd.Series(values, name="x")).kind == kind


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=8)
def test_nothing_is_fitted_on_validation_or_test_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 120
    frame = pd.DataFrame(
        {
            "a": rng.normal(size=n),
            "b": rng.choice(list("uvw"), n),
            "c": rng.choice([f"l{i}" for i in range(14)], n),
            "bought": rng.integers(0, 2, n),
        }
    )
    before = done(frame)
    other = np.concatenate([before.split.validation, before.split.test])
    frame.loc[other, "a"] = rng.normal(1e6, 1e5, len(other))
    frame.loc[other, "b"] = "never seen"
    frame.loc[other, "c"] = None
    after = done(frame)
    assert after.encoder.as_plain() == before.encoder.as_plain()
    for name, values in before.train.inputs.items():
        assert np.array_equal(values, after.train.inputs[name])


def test_the_state_survives_json_to_the_bit(people: Path) -> None:
    result = done(path=people)
    again = Encoder.from_plain(json.loads(json.dumps(result.encoder.as_plain())))
    frame = pd.read_csv(people)
    first, second = (e.encode(frame)[0] for e in (result.encoder, again))
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert again.signature == result.encoder.signature


@pytest.mark.parametrize(
    ("by", "check"),
    [
        ("random", None),
        ("stratified", None),
        ({"group": "city"}, "city"),
        ({"time": "joined"}, "joined"),
    ],
)
def test_every_row_is_in_one_part(people: Path, by: object, check: str | None) -> None:
    result = done(path=people, split={"by": by})
    parts = [result.split.train, result.split.validation, result.split.test]
    assert sorted(np.concatenate(parts).tolist()) == list(range(240))
    frame = pd.read_csv(people, keep_default_na=False)
    train, validation, test = (frame.iloc[part] for part in parts)
    if check == "city":
        assert not set(train[check]) & set(test[check]) and not set(train[check]) & set(validation[check])
    if check == "joined":
        assert train[check].max() < validation[check].min() and validation[check].max() < test[check].min()
    if by == "stratified":
        assert abs((train["bought"] == "yes").mean() - (test["bought"] == "yes").mean()) < 0.03


def test_a_column_says_the_parts() -> None:
    frame = pd.DataFrame(
        {"x": np.arange(60) % 7 / 2, "part": ["train"] * 40 + ["val"] * 10 + ["Test"] * 10, "bought": [0, 1] * 30}
    )
    result = done(frame, split={"by": {"column": "part"}})
    assert (len(result.split.train), len(result.split.validation), len(result.split.test)) == (40, 10, 10)
    assert [c.column for c in result.encoder.columns] == ["x"]
    frame["part"] = "train"
    with pytest.raises(DataError, match="names no test rows"):
        done(frame, split={"by": {"column": "part"}})


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([0, 1] * 20, "binary"),
        ([-1.0, 1.0] * 20, "binary"),
        (["a", "b", "c"] * 20, "multiclass"),
        (list(range(10)) * 20, "multiclass"),
        ([x / 7 for x in range(60)], "regression"),
        (list(range(100)), "regression"),
    ],
)
def test_the_task_comes_from_the_target(values: list, task: str) -> None:
    assert infer_task(pd.Series(values, name="y"), None) == task


def test_targets_that_cannot_be_learned() -> None:
    rows = {"x": np.arange(40) % 9}
    with pytest.raises(DataError, match="'a' in every row"):
        done(pd.DataFrame({**rows, "bought": "a"}))
    with pytest.raises(DataError, match="missing in every row"):
        done(pd.DataFrame({**rows, "bought": None}))
    with pytest.raises(DataError, match="no classes"):
        done(pd.DataFrame({**rows, "bought": [f"t{i}" for i in range(40)]}))
    with pytest.raises(SpecError, match="did you mean 'bought'"):
        recipe = Recipe.parse({"represent": {"target": "bougth"}})
        represent(recipe, collect(recipe, pd.DataFrame({**rows, "bought": [0, 1] * 20})))


def test_rows_without_a_target_are_dropped_and_counted() -> None:
    frame = pd.DataFrame({"x": np.arange(60) % 9, "bought": [0.0, 1.0, None] * 20})
    result = done(frame)
    assert result.steps[0].rows_out == 40 and "20 rows without a target" in result.notices[0].rule
    assert set(result.positions) == set(np.flatnonzero(frame["bought"].notna()))


def test_rare_classes_stay_in_training() -> None:
    labels = ["a"] * 50 + ["b"] * 50 + ["c"]
    result = done(pd.DataFrame({"x": np.arange(101) % 9, "bought": labels}))
    assert result.encoder.targets[0].spec.classes == ("a", "b", "c")
    assert 100 in result.split.train


def test_a_few_cells_that_are_no_number_or_date_count_as_missing() -> None:
    ages = [str(20 + i % 40) for i in range(97)] + ["unknown", "unknown", "-"]
    days = [f"{i % 28 + 1}/{i % 12 + 1}/2016" for i in range(99)] + ["8122018"]
    codes = [f"{i % 9:03}" for i in range(100)]
    frame = pd.DataFrame({"age": ages, "day": days, "code": codes, "bought": [0, 1] * 50})
    result = done(frame)
    found = {c.column: c for c in result.encoder.columns}
    assert [found[name].kind for name in ("age", "day", "code")] == ["number", "date", "category"]
    assert found["age"].marks == ("-", "unknown") and found["day"].marks == ("8122018",)
    rules = " ".join(notice.rule for notice in result.notices)
    assert "'age': cells that are no number are read as missing (3, e.g. '-')" in rules
    again = Encoder.from_plain(json.loads(json.dumps(result.encoder.as_plain())))
    _, features = again.encode(frame)
    assert np.isnan(features.numbers[-1, 0]) and np.array_equal(
        features.numbers, result.encoder.encode(frame)[1].numbers, equal_nan=True
    )
    with pytest.raises(DataError, match="'many' is not a number"):
        again.encode(frame.assign(age="many"))


def test_outcomes_for_a_later_table(people: Path) -> None:
    encoder = done(path=people).encoder
    row = {"height": [1.0], "city": ["Rome"], "member": ["yes"], "joined": ["2024-01-01"]}
    known = encoder.encode(pd.DataFrame(row))[0]["numbers"]
    unseen = encoder.encode(pd.DataFrame({**row, "city": ["Atlantis"]}))[0]["numbers"]
    assert known.shape == unseen.shape and (known != unseen).any()
    for change, words in (
        ({"height": ["tall"]}, "column 'height', row 1: 'tall' is not a number"),
        ({"height": [np.inf]}, "not a finite number"),
        ({"height": [-1.7e308]}, r"'-1.7e\+308' is not between"),
        ({"height": ["1e300"]}, "is not between"),
        ({"member": ["maybe"]}, "not true or false"),
        ({"joined": ["soon"]}, "not a date"),
    ):
        with pytest.raises(DataError, match=words):
            encoder.encode(pd.DataFrame({**row, **change}))
    del row["city"]
    with pytest.raises(DataError, match="'city' is missing"):
        encoder.encode(pd.DataFrame({**row, "cty": ["Rome"]}))


@given(st.integers(2, 12), st.integers(1, 3), st.integers(0, 99))
@settings(deadline=None, max_examples=60)
def test_tiny_tables_are_split_or_refused_in_words(rows: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": rng.normal(size=rows), "bought": rng.integers(0, classes, rows).astype(str)})
    try:
        result = done(frame)
    except ProtokitError:
        return
    assert min(result.train.rows, result.validation.rows, result.test.rows) >= 1


@pytest.mark.parametrize(
    ("cells", "task"),
    [
        ([["a"], ["a", "b"]], "multilabel"),
        ([[0.5, 1.0], [1.5, 2.0]], "vector"),
        ([np.zeros((2, 2), np.uint8), np.ones((2, 2), np.uint8)], "segmentation"),
    ],
)
@pytest.mark.parametrize("said", ["classification", "regression", "count", "ordinal", "quantile"])
@pytest.mark.parametrize("targets", ["t", ["t", "y"]])
def test_a_target_of_several_values_is_refused_with_the_task_that_reads_it(
    cells: list[Any], task: str, said: str, targets: str | list[str]
) -> None:
    frame = pd.DataFrame({"x": np.arange(40) % 7, "t": pd.Series(cells * 20, dtype=object), "y": np.arange(40) % 3})
    with pytest.raises(DataError, match="the target 't' holds several values in a row, as in row 1") as caught:
        represent(Recipe.parse({"represent": {"target": targets}, "learn": {"task": said}}), Table(frame))
    assert f"learn: {{task: {task}}}" in str(caught.value.cure)


def test_the_order_of_classes_that_are_texts_is_not_guessed() -> None:
    for levels, cure in (
        (["low", "high", "top"], "{ordered: [LOWEST, ..., HIGHEST]}}}, of high, low, top"),
        (["10", "9", "1"], "{ordered: [1, 9, 10]}}}"),
    ):
        frame = pd.DataFrame({"x": np.arange(60) % 7, "y": pd.Series(levels * 20, dtype=object)})
        with pytest.raises(DataError) as caught:
            represent(Recipe.parse({"represent": {"target": "y"}, "learn": {"task": "ordinal"}}), Table(frame))
        assert str(caught.value.cure).endswith(cure)
