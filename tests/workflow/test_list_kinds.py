"""Tables in which one column of lists alone tells the target: found, relied on, left out on demand, predicted again."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit

NETWORK = {"epochs": 30, "optimizer": {"Adam": {"learning_rate": 0.01}}, "networks": 1}
ROWS = 600


def _vector(rng: np.random.Generator) -> tuple[list[Any], np.ndarray]:
    vectors = rng.normal(size=(ROWS, 5))
    return [*map(list, vectors)], vectors[:, 0] - vectors[:, 3]


def _set(rng: np.random.Generator) -> tuple[list[Any], np.ndarray]:
    has = rng.random((ROWS, 8)) < 0.4
    return [[f"m{i}" for i in np.flatnonzero(row)] for row in has], has[:, 0] * 1.0 - has[:, 1] + 0.1


def _many(rng: np.random.Generator) -> tuple[list[Any], np.ndarray]:
    worth = rng.permutation(np.linspace(-1, 1, 110))
    each = [rng.choice(110, rng.integers(1, 6), replace=False) for _ in range(ROWS)]
    return [[f"m{i}" for i in row] for row in each], np.array([worth[row].mean() for row in each])


def _bag(rng: np.random.Generator) -> tuple[list[Any], np.ndarray]:
    counts = rng.integers(1, 5, (ROWS, 3))
    return [[f"m{i}" for i in np.repeat(np.arange(3), row)] for row in counts], counts[:, 0] - counts[:, 1] + 0.1


def _steps(rng: np.random.Generator) -> tuple[list[Any], np.ndarray]:
    """Which of two members comes first: as sets and bags all cells are alike."""
    order = [[f"m{i}" for i in rng.permutation(4)] for _ in range(ROWS)]
    return order, np.array([one.index("m1") - one.index("m0") for one in order])


TOLD = {
    "vector": (_vector, 0.95),
    "set": (_set, 0.95),
    "many": (_many, 0.85),
    "bag": (_bag, 0.95),
    "steps": (_steps, 0.9),
}


@pytest.mark.some("set")
@pytest.mark.parametrize("name", list(TOLD))
def test_the_column_that_alone_tells_is_found(name: str, tmp_path: Path) -> None:
    made, least = TOLD[name]
    rng = np.random.default_rng(0)
    cells, worth = made(rng)
    frame = pd.DataFrame({"noise": rng.normal(size=ROWS), "told": pd.Series(cells, dtype=object)})
    frame.loc[::40, "told"] = None
    frame["y"] = np.where(worth > 0, "a", "b")
    recipe: dict[str, Any] = {
        "represent": {"target": "y", "columns": {"told": "steps"} if name == "steps" else {}},
        "learn": NETWORK,
        "evaluate": {"metrics": ["roc_auc"], "baselines": ["linear"]},
    }
    run = protokit.run(recipe, frame, out=tmp_path)
    kind = "set" if name == "many" else name
    assert run.model.parts[0].encoder.kinds["told"] == kind
    assert _auc(run) >= least
    [found] = run.results["metrics"]["importance"].values()
    assert found[0]["column"] == "told" and found[0]["drop"]["low"] > 0
    assert any(one.name == "told" for one in run.model.signature.inputs) == (name in ("vector", "many", "steps"))
    again, later = protokit.load(run.path / "model"), frame.head(20)
    pd.testing.assert_frame_equal(again.predict(later), run.model.predict(later))
    assert later["told"].isna().any()
    recipe["represent"]["columns"] = {"told": "ignore"}
    assert _auc(protokit.run(recipe, frame, out=tmp_path)) < 0.65


def _auc(run: protokit.Run) -> float:
    [score] = run.results["metrics"]["scores"]
    assert score["metric"] == "roc_auc"
    return float(score["network"]["value"] or 0.0)


def test_the_recipe_of_orders_reads_baskets_tags_hours_and_places(root: Path, tmp_path: Path) -> None:
    made = runpy.run_path(str(root / "recipes" / "data" / "orders.py"))["orders"]()
    text = "".join(json.dumps(order) + "\n" for order in made)
    assert (root / "recipes" / "data" / "orders.jsonl").read_text(encoding="utf-8") == text
    run = protokit.run(root / "recipes" / "orders.yaml", out=tmp_path, set=["learn.epochs=25", "learn.networks=1"])
    kinds = {"basket": "bag", "tags": "set", "at": "time_of_day", "home": "place"}
    assert run.model.encoder.kinds == kinds and run.metrics["roc_auc"] > 0.7
