"""Scripts of several targets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import protokit
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.eject import Made
from protokit.workflow.eject.proving import compared
from tests.workflow.eject.test_eject import TRAINED, birds, recipe, run
from tests.workflow.eject.test_weights import executed

THREE = ["kind", "town", "weight"]


def several(folder: Path, learn: dict[str, Any], targets: list[str] = THREE, **evaluate: Any) -> dict[str, Any]:
    birds(folder, 200)
    plain = recipe({**TRAINED, **learn, "menu": [{"Dense": 6}, {"Dropout": 0.2}]})
    columns = dict.fromkeys(("seen", "id", "age"), "ignore")
    plain["represent"] = {"target": targets, "columns": columns}
    plain["evaluate"] = {"baselines": [], **evaluate}
    return plain


@pytest.mark.some("three")
@pytest.mark.parametrize(
    ("learn", "targets", "says"),
    [pytest.param({"loss_weights": {"weight": 0.5}, "label_smoothing": 0.1}, THREE, "loss_weights=", id="three"),
     pytest.param({"networks": 2, "deal": "validation"}, ["weight", "kind"], "dealt(parts, i)", id="dealt")],
)  # fmt: skip
def test_several_targets_are_predicted_to_the_bit(
    learn: dict[str, Any], targets: list[str], says: str, tmp_path: Path
) -> None:
    done = run(several(tmp_path, learn, targets), tmp_path)
    script = protokit.eject(done, tmp_path / "birds.py").path
    found, said = executed(script)
    assert compared(said, done.predictions, "the run").equal
    text = script.read_text()
    assert says in text and max(map(len, text.splitlines())) <= 120
    scores = done.results["metrics"]["scores"]
    wanted = {f"{one['metric']} of {one['target']}": one["network"]["value"] for one in scores}
    assert found == pytest.approx({name: wanted[name] for name in found}) and len(found) > len(targets)


@pytest.mark.parametrize(
    ("learn", "evaluate", "rule"),
    [({"class_weights": "balanced"}, {}, "learn.class_weights has no script for several targets"),
     ({}, {"calibrate": "temperature"}, "evaluate.calibrate has no script for several targets"),
     ({}, {"threshold": "f1"}, "evaluate.threshold has no script for several targets")],
)  # fmt: skip
def test_what_is_of_one_target_is_refused(
    learn: dict[str, Any], evaluate: dict[str, Any], rule: str, tmp_path: Path
) -> None:
    plain = several(tmp_path, learn, **evaluate)
    with pytest.raises(protokit.SpecError, match=re.escape(rule)):
        Made.of(Recipe.parse(plain, folder=tmp_path))
