"""Scripts of rows that count differently."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.eject import Made
from protokit.workflow.eject.proving import compared
from tests.workflow.eject.test_eject import TRAINED, birds, recipe, run


def weighted(folder: Path, learn: dict[str, Any], target: str = "kind", **represent: Any) -> dict[str, Any]:
    """A recipe of birds, some of which do not count."""
    frame = pd.read_csv(birds(folder), keep_default_na=False)
    frame["worth"] = np.random.default_rng(8).gamma(2, 1, len(frame)).round(2)
    frame.loc[::10, "worth"] = 0
    frame.to_csv(folder / "birds.csv", index=False)
    plain = recipe({**learn, "sample_weights": "worth"}, target, **represent)
    plain["evaluate"]["calibrate"] = None
    plain["represent"]["columns"] = {"seen": "ignore", "id": "ignore", "age": "ignore"}
    return plain


def executed(script: Path) -> tuple[dict[str, float], pd.DataFrame]:
    """The scores that a script prints, and what it predicts."""
    done = subprocess.run([sys.executable, script], cwd=script.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    scores = {name: float(value) for name, value in re.findall(r"^(\w+(?: of \w+)?): (\S+)$", done.stdout, re.M)}
    said = pd.read_csv(script.with_name(f"{script.stem}_predictions.csv"), dtype=str, keep_default_na=False)
    return scores, said


@pytest.mark.some("classes")
@pytest.mark.parametrize(
    ("learn", "target", "more"),
    [pytest.param({"menu": [{"Dense": 4}], "class_weights": "balanced"}, "kind", {"split": {"folds": 2}}, id="classes"),
     pytest.param({"engine": "auto", "networks": 2, "deal": "validation"}, "weight", {}, id="numbers")],
)  # fmt: skip
def test_weighted_rows_count_as_in_the_run(
    learn: dict[str, Any], target: str, more: dict[str, Any], tmp_path: Path
) -> None:
    done = run(weighted(tmp_path, {**TRAINED, **learn}, target, **more), tmp_path)
    script = protokit.eject(done, tmp_path / "birds.py").path
    found, said = executed(script)
    assert compared(said, done.predictions, "the run").equal
    text = script.read_text()
    assert 'numbers_of(table["worth"])[:, 0] != 0' in text and "sample_weight=weights" in text
    assert ("start_at_ridge(" in text) == (target == "weight")
    wanted = {one["metric"]: one["network"]["value"] for one in done.results["metrics"]["scores"]}
    assert found == pytest.approx({name: wanted[name] for name in found}, rel=1e-6) and found


@pytest.mark.parametrize("evaluate", [{"calibrate": "temperature"}, {"threshold": "f1"}])
def test_what_is_chosen_by_weighted_rows_is_refused(evaluate: dict[str, Any], tmp_path: Path) -> None:
    plain = weighted(tmp_path, TRAINED)
    plain["evaluate"] |= evaluate
    with pytest.raises(protokit.SpecError, match="by weighted rows have no script"):
        Made.of(Recipe.parse(plain, folder=tmp_path))
