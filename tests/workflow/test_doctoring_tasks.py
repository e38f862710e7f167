"""What the doctor says of vectors, times until an event, steps and masks: of a planted fault, and of a sound run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.doctor.of_task import _pseudo
from protokit.evaluate.scoring import survival
from protokit.workflow.run.run import Run, run

HIDDEN = [{"Dense": {"units": 32, "activation": "relu"}}]
LINEAR = [{"Dense": {"units": 8}}]
EPOCHS = {"epochs": 60, "stop": None, "optimizer": {"Adam": {"learning_rate": 0.01}}}


def learned(frame: pd.DataFrame, represent: dict[str, Any], out: Path, baseline: str = "dummy", **learn: Any) -> Run:
    written = {"represent": represent, "learn": {**EPOCHS, **learn}, "evaluate": {"baselines": [baseline]}}
    found = run(written, frame, out=out, cache=False)
    assert "failed" not in found.results["diagnosis"]
    return found


def said(found: Run) -> list[str]:
    return [one.check for one in found.diagnoses]


def vectors(rows: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(2, rows))
    noise = 0.3 * rng.normal(size=(4, rows))
    return pd.DataFrame(
        {
            "u": u,
            "v": v,
            "a": 100 * (u + noise[0]),
            "b": v + noise[1],
            "c": (u - v) + noise[2],
            "d": 0.01 * (v**2 + noise[3]),
        }
    )


def test_a_part_that_the_network_cannot_learn_is_named(tmp_path: Path) -> None:
    target = {"target": {"all": ["a", "b", "c", "d"]}}
    found = learned(vectors(), target, tmp_path, menu=LINEAR)
    assert said(found) == ["part_not_learned"]
    assert "the part 'd' of 'all'" in found.diagnoses[0].rule and found.diagnoses[0].edit
    assert said(learned(vectors(), target, tmp_path, menu=HIDDEN)) == []


def times(rows: int = 700, *, bent: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    u = rng.normal(size=rows)
    time = rng.exponential(10 * np.exp(-2 * (np.abs(u) if bent else u)))
    lost = rng.exponential(30, rows)
    return pd.DataFrame({"u": u, "days": np.minimum(time, lost), "died": (time <= lost).astype(int)})


def test_times_are_held_against_trees(tmp_path: Path) -> None:
    def of(frame: pd.DataFrame, **learn: Any) -> list[str]:
        of_task = {"task": "survival", "event": "died", **learn}
        return said(learned(frame, {"target": "days"}, tmp_path, "kaplan_meier", **of_task))

    assert of(times(), menu=HIDDEN, epochs=15) == []
    assert of(times(bent=True), menu=LINEAR, epochs=15)[0] == "underfitting"
    shuffled = times()
    shuffled["u"] = shuffled["u"].sample(frac=1, random_state=0).to_numpy()
    assert "shuffled_labels" in of(shuffled, menu=HIDDEN, epochs=15)


def steps(cases: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    case = np.repeat(np.arange(cases), 10)
    u, v = rng.uniform(-3, 3, (2, len(case)))
    does = np.where(np.abs(u) < 0.2, "rest", np.where(v > 0, "up", "down"))
    return pd.DataFrame({"case": case, "t": np.tile(np.arange(10), cases), "u": u, "v": v, "does": does})


def test_a_class_of_steps_that_is_never_said_is_named(tmp_path: Path) -> None:
    represent = {"target": "does", "sequence": {"by": "case", "time": "t"}}
    found = learned(steps(), represent, tmp_path, task="tagging", menu=LINEAR)
    assert said(found) == ["class_never_said"] and "'rest'" in found.diagnoses[0].rule
    assert said(learned(steps(), represent, tmp_path, task="tagging", menu=HIDDEN)) == []


def test_a_class_of_pixels_that_is_never_said_is_a_note(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    photos, masks = np.empty(60, object), np.empty(60, object)
    for i in range(60):
        mask = np.zeros((12, 12), np.uint8)
        for value, size in ((1, 5), (2, 2)):  # as bright as each other
            y, x = rng.integers(0, 12 - size, 2)
            mask[y : y + size, x : x + size] = value
        photos[i] = (np.where(mask > 0, 200, 60) + rng.normal(0, 5, mask.shape)).astype(np.uint8)
        masks[i] = mask
    frame = pd.DataFrame({"photo": photos, "mask": masks})
    menu = [{"Conv2D": {"filters": 8, "kernel_size": 1, "activation": "relu"}}]
    learn = {"task": "segmentation", "menu": menu, "batch_size": 8, "epochs": 40}
    found = learned(frame, {"target": "mask"}, tmp_path, **learn)
    assert said(found) == ["class_never_said"]
    assert found.diagnoses[0].severity == "note" and "loss: dice" in found.diagnoses[0].edit
    clear = frame.assign(mask=[np.minimum(mask, 1) for mask in masks])
    assert said(learned(clear, {"target": "mask"}, tmp_path, **learn)) == []


def test_pseudo_observations_are_what_each_row_adds_to_the_curve() -> None:
    rng = np.random.default_rng(0)
    truth = np.stack([rng.integers(1, 30, 60).astype(float), rng.integers(0, 2, 60)], axis=1)
    at = np.array([3.0, 8.0, 15.0])

    def of(rows: np.ndarray) -> np.ndarray:
        return survival.at_times(survival.curve(rows, np.ones(len(rows))), at)

    found = _pseudo(truth, at)
    exact = np.stack([60 * of(truth) - 59 * of(np.delete(truth, i, axis=0)) for i in range(60)])
    assert np.abs(found.mean(axis=0) - of(truth)).max() < 0.01
    assert np.abs(found - exact).max() < 0.1 and np.corrcoef(found.ravel(), exact.ravel())[0, 1] > 0.999


def test_what_rows_add_to_the_brier_score_is_the_score() -> None:
    rng = np.random.default_rng(0)
    truth = np.stack([rng.uniform(0.1, 9, 50), rng.integers(0, 2, 50)], axis=1)
    scores = np.sort(rng.random((50, 3)), axis=1)[:, ::-1]
    spec = TargetSpec("t", "survival", columns=("t", "seen"), times=(2.0, 4.0, 6.0))
    each = survival.errors_of_curves(truth, scores, np.array(spec.times))
    assert each.mean() == pytest.approx(survival.integrated_brier_score(Predictions(spec, truth, scores)))
