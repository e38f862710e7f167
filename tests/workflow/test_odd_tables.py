"""Tables of a few rows, odd names, rare classes and little to learn from: a run, or an error in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import protokit
from protokit.core.errors import DataError, ProtokitError
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.auditing import audit
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.evaluation_plan import EvaluationPlan
from protokit.workflow.run.representing import represent

NAMES = ["self", "cls", "columns", "name", "kwargs", "frame", "a b", "'", "0", "index", "value", "target", "x\n", "ü"]
MADE = ("number", "whole", "few", "text", "flag", "constant", "gone", "rising")


def column(kind: str, rows: int, rng: np.random.Generator) -> pd.Series:
    if kind == "number":
        return pd.Series(rng.normal(size=rows).round(2))
    if kind == "whole":
        return pd.Series(rng.integers(0, 30, rows))
    if kind == "few":
        return pd.Series(rng.choice(list("abcdefg"), rows, p=[0.6, 0.2, 0.1, 0.04, 0.03, 0.02, 0.01]))
    if kind == "text":
        return pd.Series([f"{rng.integers(0, 99)} words of {i}" for i in range(rows)])
    if kind == "flag":
        return pd.Series(rng.random(rows) < 0.2)
    if kind == "constant":
        return pd.Series([3] * rows)
    if kind == "gone":
        return pd.Series(np.where(rng.random(rows) < 0.9, np.nan, 1.0))
    return pd.Series(np.arange(rows))


@given(
    st.lists(st.sampled_from(MADE), min_size=2, max_size=6),
    st.permutations(NAMES),
    st.integers(2, 60),
    st.integers(0, 9999),
    st.sampled_from([{}, {"by": "random"}, {"folds": 3}]),
)
@settings(max_examples=150)
def test_every_table_gets_arrays_and_an_audit_or_an_error_in_words(
    kinds: list[str], names: list[str], rows: int, seed: int, split: dict[str, object]
) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: column(kind, rows, rng) for name, kind in zip(names, kinds, strict=False)})
    recipe = Recipe.parse({"represent": {"target": frame.columns[-1], "split": split}})
    try:
        table = collect(recipe, frame)
        folds = represent(recipe, table)
        EvaluationPlan.of(recipe, folds)
        audit(recipe, table, folds)
    except ProtokitError as error:
        assert str(error).strip()
        return
    for fold in folds:
        parts = [fold.split.train, fold.split.validation, fold.split.test]
        assert all(len(part) for part in parts)
        together = np.concatenate(parts)
        assert len(np.unique(together)) == len(together) == len(fold.frame)


@pytest.mark.parametrize("by", [None, "random"])
@pytest.mark.parametrize("seed", range(5))
def test_a_class_of_few_rows_is_in_training(by: str | None, seed: int) -> None:
    """Nine classes of two to four rows and few others: chance alone would leave one of them to the test."""
    rng = np.random.default_rng(seed)
    labels = [f"c{i}" for i in range(9) for _ in range(2 + i % 3)] + ["big"] * 12
    frame = pd.DataFrame({"x": rng.normal(size=len(labels)), "y": labels})
    recipe = Recipe.parse({"seed": seed, "represent": {"target": "y", "split": {"by": by} if by else {}}})
    [found] = represent(recipe, collect(recipe, frame))
    assert set(frame["y"].iloc[found.split.train]) == set(labels)


def test_a_label_of_one_row_is_in_training() -> None:
    rng = np.random.default_rng(0)
    labels = ["|".join(sorted({*rng.choice(["red", "large", "old"], 2)})) for _ in range(60)]
    for i in range(0, 40, 4):
        labels[i] += f"|rare{i}"
    frame = pd.DataFrame({"x": rng.normal(size=60), "y": labels})
    recipe = Recipe.parse({"represent": {"target": "y"}, "learn": {"task": "multilabel"}})
    [found] = represent(recipe, collect(recipe, frame))
    known = {label for cell in frame["y"].iloc[found.split.train] for label in cell.split("|")}
    assert known == {label for cell in labels for label in cell.split("|")}


def test_a_split_that_the_recipe_gives_is_kept() -> None:
    frame = pd.DataFrame(
        {"x": np.arange(40) % 7, "part": ["train"] * 25 + ["test"] * 15, "y": ["a", "b"] * 19 + ["c", "a"]}
    )
    recipe = Recipe.parse({"represent": {"target": "y", "split": {"by": {"column": "part"}}}})
    with pytest.raises(DataError, match="the class 'c' of 'y' is in no training row"):
        represent(recipe, collect(recipe, frame))


def test_why_no_column_is_left_is_said() -> None:
    frame = pd.DataFrame({"id": range(1, 41), "same": 1, "y": np.random.default_rng(0).normal(size=40)})
    with pytest.raises(DataError) as error:
        protokit.run({"represent": {"target": "y"}}, frame)
    assert "'id' is left out: a different whole number in every row, like an ID; 'same' is left out" in str(error.value)
    assert "represent.columns: {id: number}" in str(error.value)
    with pytest.raises(DataError, match="forecast it"):
        protokit.run({"represent": {"target": "y"}}, frame[["y"]])


def test_a_target_of_numbers_with_an_odd_cell_names_it() -> None:
    cells = [f"{value:.2f}" for value in np.random.default_rng(0).normal(size=40)]
    cells[7] = "6.2\x1a"
    frame = pd.DataFrame({"x": np.arange(40) % 7, "y": cells})
    with pytest.raises(DataError, match=r"holds numbers, but for 1 of 40 cells, such as '6.2\\x1a'"):
        protokit.run({"represent": {"target": "y"}}, frame)


def test_a_target_of_numbers_with_an_infinite_cell_names_it() -> None:
    frame = pd.DataFrame({"x": np.arange(40) % 7, "y": [f"{i}.25" for i in range(39)] + ["inf"]})
    with pytest.raises(DataError, match=r"for 1 of 40 cells, such as 'inf'(.|\n)*missing: \['inf'\]"):
        protokit.run({"represent": {"target": "y"}}, frame)


def test_columns_with_the_names_of_arguments_run_whole(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.normal(size=600).round(2) for name in NAMES[:-1]})
    frame["when"] = pd.date_range("2024-01-01", periods=600, freq="h").astype(str)
    frame[NAMES[-1]] = np.where(frame["self"] + rng.normal(size=600) > 0, "up", "down")
    recipe = {"represent": {"target": NAMES[-1]}, "learn": {"menu": [{"Dense": 4}], "epochs": 2}}
    run = protokit.run(recipe, frame, out=tmp_path)
    assert "self" in {row["column"] for row in run.results["metrics"]["importance"][NAMES[-1]]}
    assert len(protokit.load(run.path / "model").predict(frame)) == 600


@pytest.mark.parametrize(
    ("classes", "metric", "cure"),
    [
        (2, "roc_auc_ovr", "write roc_auc"),
        (2, "roc_auc_ovo_weighted", "write roc_auc"),
        (2, "top_k_accuracy", "write accuracy"),
        (2, "f1_samples", "write f1_macro"),
        (3, "roc_auc", "write roc_auc_ovr"),
        (3, "f1", "write f1_macro"),
        (3, "adjusted_rand", "evaluate: {labels: y}"),
        (2, "silhouette", "write roc_auc"),
        (3, "r2", "such as accuracy"),
    ],
)
def test_a_metric_of_another_task_is_refused_with_the_one_to_write(classes: int, metric: str, cure: str) -> None:
    frame = pd.DataFrame({"x": np.arange(60.0), "y": [f"class {i % classes}" for i in range(60)]})
    recipe = Recipe.parse({"represent": {"target": "y"}, "evaluate": {"metrics": [metric]}})
    with pytest.raises(ProtokitError, match=f"{metric} is not for") as caught:
        EvaluationPlan.of(recipe, represent(recipe, collect(recipe, frame)))
    assert cure in str(caught.value)
