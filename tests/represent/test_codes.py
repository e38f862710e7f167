"""Whole numbers that are codes are told from those whose order means something."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.codes import CodeHunt, are_codes
from protokit.workflow.run.representing import represent

ROWS = 3000


def codes_and_truth(levels: int, seed: int = 0, noise: float = 0.7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.integers(100, 100 + levels, ROWS)
    return x.astype(float), rng.normal(size=levels)[x - 100] + noise * rng.normal(size=ROWS)


@pytest.mark.parametrize("levels", [12, 60, 300])
@pytest.mark.parametrize("of_classes", [False, True])
def test_codes_are_found(levels: int, of_classes: bool) -> None:
    found = 0
    for seed in range(6):  # a random order of few levels may look like one that means something
        x, y = codes_and_truth(levels, seed)
        found += are_codes(x, pd.Series(np.where(y > 0, "yes", "no") if of_classes else y), of_classes=of_classes)
    assert found >= (3 if levels < 50 else 4)


ORDERED = {
    "a line": lambda x: x,
    "a hill": lambda x: -((x - x.mean()) ** 2),
    "a wave": lambda x: np.sin(2 * x / x.std()),
    "a step": lambda x: x > np.median(x),
    "nothing": lambda x: 0 * x,
}


@pytest.mark.parametrize("shape", ORDERED)
@pytest.mark.parametrize("of_classes", [False, True])
@pytest.mark.parametrize("levels", [12, 60, 300])
def test_numbers_whose_order_tells_are_left_alone(shape: str, of_classes: bool, levels: int) -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x = rng.integers(0, levels, ROWS).astype(float)
        made = ORDERED[shape](x).astype(float)
        y = (made - made.mean()) / max(1e-9, made.std()) + 0.5 * rng.normal(size=ROWS)
        truth = pd.Series(np.where(y > 0, "yes", "no") if of_classes else y)
        assert not are_codes(x, truth, of_classes=of_classes), seed


def test_too_few_rows_and_levels_say_nothing() -> None:
    x, y = codes_and_truth(400)
    assert not are_codes(x[:1000], pd.Series(y[:1000]), of_classes=False)
    assert not are_codes(x, pd.Series(np.zeros(ROWS)), of_classes=False)
    few, of_few = codes_and_truth(5)
    assert not are_codes(few, pd.Series(of_few), of_classes=False)
    x[::7] = np.nan
    assert not are_codes(np.full(ROWS, np.nan), pd.Series(y), of_classes=False)


def table(**more: Any) -> pd.DataFrame:
    x, y = codes_and_truth(40)
    return pd.DataFrame({"desk": x.astype(int), "z": np.random.default_rng(1).normal(size=ROWS), "y": y, **more})


def told(frame: pd.DataFrame, **represented: Any) -> list[str]:
    recipe = Recipe.parse({"represent": {"target": "y", **represented}})
    [fold] = represent(recipe, Table(frame))
    return [str(one) for one in fold.notices if "codes" in one.rule]


def test_codes_are_said_with_the_edit() -> None:
    [said] = told(table())
    assert "'desk'" in said and "columns: {desk: category}" in said
    assert not told(table(), columns={"desk": "category"}) and not told(table(), columns={"desk": "number"})
    assert not told(table().rename(columns={"desk": "dep_hour"}))


def test_what_is_no_one_target_is_not_looked_at() -> None:
    frame = table()
    for targets, task in ((("y", "z"), None), ((), "clustering")):
        assert CodeHunt(frame, targets, task, 0).notice(frame["desk"]) is None
    assert CodeHunt(frame, ("y",), None, 0).notice(frame["z"]) is None
