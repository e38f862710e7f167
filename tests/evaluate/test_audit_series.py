"""What every check of series has to keep, and what becomes of findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import protokit
from protokit.core.errors import AuditError
from protokit.core.values.said import Finding
from protokit.evaluate.audit.audit import audit_series
from protokit.evaluate.audit.check import SERIES_CHECKS
from protokit.evaluate.audit.series.data import SeriesData
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.audited.series import series_data
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.representing import represent


def recipe_of(target: Any = "y", split: Any = None, **series: Any) -> Recipe:
    asked = {"time": "t", "window": 6, "horizon": 3, **series}
    return Recipe.parse({"represent": {"target": target, "series": asked, **({"split": split} if split else {})}})


def made(frame: pd.DataFrame, recipe: Recipe) -> SeriesData:
    table = collect(recipe, frame)
    return series_data(recipe, table, represent(recipe, table), {})


def noise(rows: int, series: int, seed: int) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"t": np.tile(np.arange(rows), series), "s": np.repeat([f"s{i}" for i in range(series)], rows)}
    )
    frame["y"], frame["z"], frame["plan"] = r.normal(size=(3, len(frame)))
    frame["x"] = np.where(r.random(len(frame)) < 0.2, np.nan, r.normal(size=len(frame)))
    return frame.sample(frac=1, random_state=seed)


@given(st.integers(40, 160), st.integers(1, 4), st.integers(0, 10**6), st.sampled_from([None, {"folds": 2}]))
@settings(deadline=None, max_examples=20)
def test_noise_is_not_blamed(rows: int, series: int, seed: int, split: Any) -> None:
    recipe = recipe_of(["y", "z"], split, by="s", known=["plan"])
    data = made(noise(rows, series, seed), recipe)
    for check, finding in [(name, finding) for name in SERIES_CHECKS for finding in SERIES_CHECKS[name](data)]:
        assert finding.check == check == "spans" and finding.severity in {"note", "warning"}
        assert Finding.from_plain(json.loads(json.dumps(finding.as_plain()))) == finding


@given(st.integers(0, 10**6), st.floats(0.001, 1000), st.floats(-1000, 1000))
@settings(deadline=None, max_examples=15)
def test_a_known_column_that_is_the_target_is_always_found(seed: int, scale: float, shift: float) -> None:
    frame = noise(160, 2, seed)
    frame["plan"] = frame["y"] * scale + shift
    findings = audit_series(made(frame, recipe_of(by="s", known=["plan"])))
    assert [(one.check, one.severity, one.columns) for one in findings] == [("ahead", "fatal", ("plan",))]


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=10)
def test_what_is_ahead_is_told_from_rows_before_the_test(seed: int) -> None:
    frame = noise(160, 2, seed)
    frame["plan"] = frame["y"] + 0.02 * frame["z"]
    recipe = recipe_of(by="s", known=["plan"])
    data = made(frame, recipe)
    first = data.times[data.test].min()
    later = frame.assign(y=frame["y"].where(frame["t"] < first, 5 - 3 * frame["y"]))
    check = SERIES_CHECKS["ahead"]
    assert [*check(data)] == [*check(made(later, recipe))] != []


def test_the_rows_are_those_of_the_windows() -> None:
    data = made(noise(100, 2, 0), recipe_of(by="s"))
    assert data.times[data.test].tolist() == [*range(80, 100)] * 2
    assert data.times[data.before].tolist() == [*range(80)] * 2
    tested = data.origins[data.split.test]
    assert data.test[tested].all() and data.test[tested + data.horizon - 1].all()
    assert data.names == tuple(dict.fromkeys(data.rows.frame["s"]))
    assert np.array_equal(data.values[:, 0], data.rows.frame["y"])


def test_folds_are_looked_at_in_the_last_one() -> None:
    data = made(noise(120, 1, 0), recipe_of(split={"folds": 3}))
    assert data.folds == 3 and data.times[data.test].max() == 119 and data.times[data.before].max() == 89


def test_a_column_is_named_by_one_finding() -> None:
    r = np.random.default_rng(0)
    frame = pd.DataFrame({"t": np.arange(400), "y": r.permutation(400) * 1.0})
    frame["x_id"] = frame["y"].shift(-1).fillna(400).astype(int)
    represented = {
        "target": "y",
        "series": {"time": "t", "window": 6, "horizon": 3},
        "columns": {"x_id": "number"},
    }
    findings = audit_series(made(frame, Recipe.parse({"represent": represented})))
    assert [(one.check, one.severity) for one in findings if one.columns == ("x_id",)] == [("ahead", "fatal")]


def test_the_edits_of_several_columns_add_up() -> None:
    frame = noise(160, 2, 0)
    frame["copy"], frame["ago"] = frame["y"] * 2, frame.sort_values("t").groupby("s")["y"].shift(1).fillna(0)
    findings = audit_series(made(frame, recipe_of(by="s", known=["plan", "copy", "ago"])))
    assert [one.columns for one in findings] == [("copy",), ("ago",)]
    assert all("series: {known: [plan]}" in one.edit for one in findings)


@pytest.mark.parametrize("strict", [True, False])
def test_a_strict_run_stops_before_training(strict: bool, tmp_path: Path) -> None:
    frame = noise(200, 1, 0).sort_values("t").drop(columns="s")
    frame["plan"] = frame["y"]
    recipe = {
        "represent": {"target": "y", "series": {"time": "t", "window": 6, "horizon": 3, "known": ["plan"]}},
        "learn": {"epochs": 1},
        "evaluate": {"strict": strict},
    }
    if not strict:
        run = protokit.run(recipe, frame, out=tmp_path)
        assert [one.check for one in run.findings] == ["ahead"] and "said to be known" in str(run)
        edited = {**recipe["represent"], "columns": {"plan": "ignore"}}
        edited["series"] = {**edited["series"], "known": []}
        assert not protokit.run({**recipe, "represent": edited}, frame, out=tmp_path).findings
        return
    with pytest.raises(AuditError, match="'plan' is said to be known over the forecast"):
        protokit.run(recipe, frame, out=tmp_path)
    [kept] = tmp_path.rglob("audit.json")
    assert json.loads(kept.read_text())["findings"][0]["severity"] == "fatal"
    assert not (kept.parent / "model").exists()


def test_windows_that_do_not_overlap_are_not_said_to() -> None:
    last = {"test": {"last": 3}, "validation": {"last": 3}}
    recipe = recipe_of(split=last, horizon=3, window=6)
    data = made(noise(60, 1, 0).drop(columns="s"), recipe)
    rule, *_ = [one.rule for one in SERIES_CHECKS["spans"](data)]
    assert rule == "1 test window; scores are uncertain"
