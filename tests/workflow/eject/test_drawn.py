"""Scripts of networks that draw rows: a decoder with its encoder, a generator with its discriminator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics.metric import METRICS
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.eject import Made
from protokit.workflow.eject.texts.tasks import drawn_scores

ROWS = 90
CASES: dict[str, dict[str, Any]] = {
    "a decoder": {
        "training_step": {"VAE": {"encoder": [{"Dense": 8}, {"residual": [{"Dense": {"units": 6}}]}]}},
        "menu": [{"Noise": 3}, {"Dense": {"units": 8, "activation": "relu"}}, {"Dropout": 0.2}],
    },
    "a generator": {
        "training_step": {"GAN": {"discriminator": [{"Dense": {"units": 8}}, {"Dropout": 0.1}], "pace": 2}},
        "menu": [{"Dense": 5}, {"Noise": {"units": 4}}, {"Dense": 6}],
        "schedule": "constant",
        "optimizer": {"Adam": {"learning_rate": 0.01, "beta_1": 0}},
    },
    "a generator that is told nothing": {
        "training_step": {"GAN": {"penalty": 0.5}},
        "menu": [{"Noise": {"units": 4, "alone": True}}, {"Dense": 6}],
    },
}


def flowers(folder: Path, **more: list[str]) -> None:
    """Length and width of two kinds, some cells missing."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, ROWS)
    length = 100 + 40 * kind + 5 * rng.normal(size=ROWS)
    frame = pd.DataFrame({"length": length, "width": length / 50 + 0.02 * rng.normal(size=ROWS)})
    frame["kind"], frame["soil"] = np.where(kind == 1, "rose", "lily"), rng.normal(size=ROWS).round(2)
    frame.loc[[3, 40], "width"] = np.nan
    frame.assign(**more).to_csv(folder / "flowers.csv", index=False)


def recipe(folder: Path, learn: dict[str, Any]) -> Recipe:
    plain = {
        "name": "flowers",
        "collect": {"tables": {"flowers": "flowers.csv"}},
        "represent": {"target": {"flower": ["length", "width"]}},
        "learn": {"task": "generation", "epochs": 2, "engine": "keras", **learn},
        "evaluate": {"baselines": ["gaussian"]},
    }
    return Recipe.parse(plain, folder=folder)


@pytest.mark.some("a decoder", "a generator")
@pytest.mark.parametrize("name", [*CASES])
def test_rows_are_drawn_to_the_bit(name: str, tmp_path: Path) -> None:
    flowers(tmp_path)
    done = protokit.run(recipe(tmp_path, CASES[name]), out=tmp_path / "runs", cache=False)
    script = protokit.eject(done, tmp_path / "flowers.py", prove=True)
    assert script.proof is not None and script.proof.equal, str(script.proof)
    assert max(map(len, script.path.read_text().splitlines())) <= 120


@pytest.mark.parametrize("rows", [12, 60])
def test_draws_are_scored_as_in_a_run(rows: int) -> None:
    rng = np.random.default_rng(rows)
    truth, said = rng.normal(size=(rows, 3)).round(1), rng.normal(0.5, 2, (rows, 3)).round(1)
    predictions = Predictions(TargetSpec("flower", "generation", columns=("a", "b", "c")), truth, said)
    for name in ("energy_distance", "marginal_distance", "two_sample_accuracy"):
        assert getattr(drawn_scores, name)(truth, said) == pytest.approx(METRICS[name].score(predictions), abs=1e-12)


def test_numbers_that_are_texts_are_named(tmp_path: Path) -> None:
    flowers(tmp_path, width=["٣"] * (ROWS - 1) + ["٤"])
    made = Made.of(recipe(tmp_path, CASES["a decoder"]))
    with pytest.raises(protokit.SpecError, match="the numbers of 'width' are texts in a notation of their own"):
        made.sections("Path()", [], "said.csv")
