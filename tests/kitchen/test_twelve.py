"""Twelve things of a researcher: few lines each, on the fused engine, and with plain Keras's losses.

They are those of benchmarks/kitchen.py, on fewer rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import protokit
from benchmarks.kitchen_cases import CASES
from benchmarks.kitchen_cases.case import Both, Case, differences
from protokit.learn.losses.loss import LOSSES
from protokit.learn.parts.training_metric import TRAINING_METRICS
from protokit.learn.steps.step import STEPS
from protokit.recipe.recipe import Recipe

ROWS = 240
NAMES = {case.name: case for case in CASES}
LONG = "transfer learning in two stages"  # to compile its 27 layers takes most of the time


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a recipe of Python brings is gone after the test."""
    shelves = (LOSSES, TRAINING_METRICS, STEPS)
    before = [dict(shelf._registered()) for shelf in shelves]
    yield
    for shelf, things in zip(shelves, before, strict=True):
        shelf._things.clear()
        shelf._things.update(things)


def quick(case: Case) -> dict[str, object]:
    return {} if case.stages else {"epochs": 2}


@pytest.mark.some("own train step", "several targets with weights", "GAN", "own loss", "two towers")
@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.proof] * (name == LONG)) for name in NAMES])
def test_few_lines_train_on_the_fused_engine_to_the_losses_of_plain_keras(name: str, tmp_path: Path) -> None:
    case = NAMES[name]
    assert max(case.lines) < 30
    frame = case.table(ROWS, tmp_path)
    recipe = {"name": "one", **case.data(**quick(case)), "evaluate": {"baselines": []}}
    run = protokit.run(Recipe.parse(recipe, folder=tmp_path), frame, out=tmp_path / "runs")
    engine = json.loads((run.path / "metrics.json").read_text())["engine"]
    assert engine["name"] == "fused", engine["how"]
    history = run.history.to_dict("records")
    assert np.isfinite([row["loss"] for row in history]).all()
    if not case.equal:
        assert history[-1]["loss"] < history[0]["loss"]
    else:
        theirs = Both.of(case, frame, tmp_path, **quick(case)).losses()
        assert max(differences(history, theirs)) < 1e-5
