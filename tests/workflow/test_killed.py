"""Runs that are killed go on to the same bits: pairs, similarity, translation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.files import sha256
from protokit.learn import train as training
from protokit.learn.snapshot import Snapshot

MENU = [{"Dense": {"units": 8, "activation": "tanh"}}, {"Dropout": 0.2}]


class Killed(BaseException):
    """No cleaning up of protokit's catches it."""


def numbers(rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    who = rng.integers(0, 12, rows)
    x, z = rng.normal(size=(2, 12))[:, who] + 0.1 * rng.normal(size=(2, rows))
    same = np.where(x + z > 0, "yes", "no")
    columns = {"l_x": x, "l_y": z, "r_x": z, "r_y": x, "same": same, "who": [f"p{i}" for i in who]}
    return pd.DataFrame({**columns, "said": [f"{a} or so" for a in same], "back": [f"so {a}" for a in same]})


FORMS: dict[str, tuple[list[str], dict[str, Any], dict[str, Any]]] = {
    "pairs": (
        ["l_x", "l_y", "r_x", "r_y", "same"],
        {
            "target": "same",
            "inputs": {"one": ["l_x", "l_y"], "other": ["r_x", "r_y"]},
            "pairs": {"left": "one", "right": "other"},
        },
        {"menu": MENU},
    ),
    "similarity": (
        ["l_x", "l_y", "who"],
        {"target": "who", "split": {"by": {"group": "who"}}},
        {"menu": MENU, "task": "similarity"},
    ),
    "translation": (
        ["said", "back"],
        {"target": "back", "columns": {"said": "text", "back": {"text": {"tokens": "words"}}}},
        {"menu": [{"GRU": {"units": 4, "return_sequences": True, "dropout": 0.2}}], "task": "translation"},
    ),
}


def kill_after(epochs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every epoch is kept, and the training is killed when so many are."""
    monkeypatch.setattr(training, "_BETWEEN_SAVES", -1.0)
    save, saves = Snapshot.save, []

    def saved(self: Snapshot, path: Path, key: str) -> None:
        save(self, path, key)
        saves.append(path)
        if len(saves) == epochs:
            raise Killed

    monkeypatch.setattr(Snapshot, "save", saved)


@pytest.mark.some("similarity")
@pytest.mark.parametrize("form", FORMS)
def test_a_killed_run_goes_on_to_the_same_bits(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns, represent, learn = FORMS[form]
    few = {"epochs": 5, "batch_size": 32, "stop": None, "engine": "fused"}
    recipe = {"name": "r", "represent": represent, "learn": {**few, **learn}, "evaluate": {"baselines": []}}

    def run(out: str, resume: bool = False) -> protokit.Run:
        return protokit.run(recipe, numbers()[columns], out=tmp_path / out, resume=resume)

    whole = run("whole")
    with monkeypatch.context() as patched:
        kill_after(3, patched)
        with pytest.raises(Killed):
            run("killed")
    [left] = (tmp_path / "killed" / "r").iterdir()
    assert not (left / "metrics.json").exists()
    resumed = run("killed", resume=True)
    assert resumed.path == left
    for name in ("model/weights.safetensors", "history.csv", "predictions.parquet"):
        assert sha256(whole.path / name) == sha256(resumed.path / name), name


def test_a_run_of_other_code_says_so_and_begins_anew(tmp_path: Path) -> None:
    frame, words = numbers()[["l_x", "l_y", "same"]], {"menu": [{"Dense": 4}], "epochs": 3, "networks": 1, "stop": None}
    recipe: dict[str, Any] = {"name": "r", "represent": {"target": "same"}, "evaluate": {"baselines": []}}

    def turns(end: Any) -> None:
        if end.epoch == 2:
            raise Killed

    with pytest.raises(Killed):
        protokit.run({**recipe, "learn": {**words, "after_epoch": [turns]}}, frame, out=tmp_path)

    def other(end: Any) -> None: ...

    other.__name__, other.__qualname__ = turns.__name__, turns.__qualname__  # as a cell that is run again
    run = protokit.run({**recipe, "learn": {**words, "after_epoch": [other]}}, frame, out=tmp_path, resume=True)
    assert "the code of the hook turns has changed: the run begins anew" in str(run.results)
    assert len(list((tmp_path / "r").iterdir())) == 2, "what was there is left"
