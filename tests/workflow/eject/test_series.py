"""Scripts that forecast series: the parts before the network are executed, and whole scripts proved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.recipe.recipe import Recipe
from protokit.represent.series.encoder import SeriesEncoder
from protokit.represent.series.later import with_future
from protokit.workflow.eject.eject import Made
from protokit.workflow.eject.script import Script

SERIES = {"time": "day", "by": ["town", "shop"], "window": 6, "horizon": 3}
LEARN = {"engine": "keras", "epochs": 2, "networks": 1}


def shops(folder: Path, days: int = 40) -> pd.DataFrame:
    """A file of four series, out of order, of which one begins late: with gaps, levels and columns that are known."""
    drawn = np.random.default_rng(4)
    parts = []
    for i, (town, shop) in enumerate([("north", "1"), ("north", "2"), ("south", "1"), ("south", "2")]):
        day = pd.date_range("2024-02-20", periods=days)[5 * (i == 2) :]
        part = pd.DataFrame({"day": day.strftime("%d.%m.%Y"), "town": town, "shop": shop})
        part["step"] = np.arange(len(part)) + 5 * (i == 2)
        part["sold"] = (drawn.normal(10 * (i + 1), 2, len(part)) + np.sin(part["step"])).round(2)
        part["lost"] = drawn.gamma(2, 1, len(part)).round(2)
        part["wind"] = drawn.normal(5, 1, len(part)).round(1)
        part["sale"] = drawn.choice(["yes", "no"], len(part))
        part["kind"] = drawn.choice(["a", "b", "c"], len(part))
        parts.append(part)
    frame = pd.concat(parts).sample(frac=1, random_state=0)
    frame.loc[frame["step"] % 11 == 4, "wind"] = np.nan
    frame.loc[(frame["step"] % 17 == 9) & (frame["town"] == "south"), "sold"] = np.nan
    frame.to_csv(folder / "shops.csv", index=False)
    return frame


def recipe(series: dict[str, Any], learn: dict[str, Any] = LEARN, **represent: Any) -> dict[str, Any]:
    return {
        "name": "shops", "seed": 2, "collect": {"tables": {"shops": "shops.csv"}},
        "represent": {"target": "sold", "series": {**SERIES, **series}, **represent},
        "learn": learn, "evaluate": {"baselines": []},
    }  # fmt: skip


def hold_windows(plain: dict[str, Any], folder: Path) -> str:
    """The code of the parts before the network, which gives the run's windows to the bit, each in its part."""
    made = Made.of(Recipe.parse(plain, folder=folder))
    sections, _ = made.sections(f"Path({str(folder)!r})", ["mase"], "p.csv")
    text = Script("top", sections[:3]).text
    own: dict[str, Any] = {}
    exec(compile(text, "script", "exec"), own)
    assert len(own["folds"]) == len(made.folds)
    for fold, parts, found in zip(made.folds, own["folds"], own["encoded"], strict=True):
        for part in ("train", "validation", "test"):
            assert np.array_equal(parts[part], getattr(fold.split, part)), part
        assert isinstance(fold.encoder, SeriesEncoder)
        wanted = fold.encoder.arrays(with_future(fold.encoder, made.table.frame)[0])
        assert {*wanted.inputs} == {*found["inputs"]}
        for name, values in wanted.inputs.items():
            assert found["inputs"][name].dtype == np.float32
            assert np.array_equal(found["inputs"][name], np.asarray(values)), name
        assert np.array_equal(found["targets"], np.asarray(wanted.targets[made.target.key]))
        units = wanted.features.units
        for name, theirs in {"center": "center", "spread": "scale", "change": "naive_1"}.items():
            assert np.array_equal(found["units"][name][:, 0], units[theirs]), name
    return text


@pytest.mark.parametrize(
    ("series", "more", "says"),
    [({"known": ["sale", "day", "kind"]}, {"columns": {"kind": "category"}}, ["levels_apart(", 'inputs["known"]']),
     ({}, {"target": ["sold", "lost"]}, ['FORECAST = ["sold", "lost"]']),
     ({"time": "step"}, {"columns": {"wind": "ignore"}}, ['numbers_of(table["step"])[:, 0]']),
     ({}, {"split": {"folds": 2}}, ["folds_by_time(2, times)", "learned.append("]),
     ({}, {"split": {"test": {"last": 4}}}, ["test[of]", "end[of]"]),
     ({}, {"split": {"test": {"last": 5}, "validation": {"last": 4}}}, ["from_last(times, series, there, 5)"]),
     ({}, {"split": {"validation": {"last": 4}}}, ["there & (times < test), 4)", "validation[of], test,"])],
)  # fmt: skip
def test_windows_are_those_of_the_run(
    series: dict[str, Any], more: dict[str, Any], says: list[str], tmp_path: Path
) -> None:
    shops(tmp_path)
    text = hold_windows(recipe(series, **more), tmp_path)
    assert all(one in text for one in says), text


def test_later_rows_only_say_what_is_known(tmp_path: Path) -> None:
    frame = shops(tmp_path)
    frame.loc[frame["step"] > 36, "sold"] = np.nan
    frame.to_csv(tmp_path / "shops.csv", index=False)
    for split in ({}, {"folds": 2}):
        text = hold_windows(recipe({"known": ["sale"]}, split=split), tmp_path)
        assert "known = times <= times[there].max()" in text


@pytest.mark.some("steps")
@pytest.mark.parametrize(
    ("menu", "known", "says"),
    [pytest.param(None, ["sale", "day"], "covariates = ", id="house"),
     pytest.param([{"Conv1D": {"filters": 4, "kernel_size": 3}}], ["sale"], "known_output", id="steps"),
     pytest.param([{"GRU": 5}, {"Dropout": 0.2}], [], "steps", id="flat")],
)  # fmt: skip
def test_forecasts_are_those_of_the_run(menu: Any, known: list[str], says: str, tmp_path: Path) -> None:
    shops(tmp_path)
    plain = recipe({"known": known}, {**LEARN, **({"menu": menu} if menu else {})})
    done = protokit.run(Recipe.parse(plain, folder=tmp_path), out=tmp_path / "runs", cache=False)
    script = protokit.eject(done, tmp_path / "shops.py", prove=True)
    assert script.proof is not None and script.proof.equal and script.proof.rows > 0, str(script)
    text = script.path.read_text()
    assert says in text and 'print("mase:"' in text and max(map(len, text.splitlines())) <= 120


def test_a_series_that_is_measured_by_its_own_window_is_refused(tmp_path: Path) -> None:
    frame = shops(tmp_path)
    frame = frame[(frame["step"] > 32) | (frame["town"] == "north")]
    frame.to_csv(tmp_path / "shops.csv", index=False)
    with pytest.raises(protokit.SpecError, match="2 of 4 series, the first of south, 2, are measured by a window"):
        hold_windows(recipe({}), tmp_path)
