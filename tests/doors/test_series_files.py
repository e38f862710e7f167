"""Files that forecast: windows of raw cells in, forecasts in their own unit out, as the model makes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import protokit
from protokit.bundle.exporter import Export
from protokit.core.errors import DataError, SpecError
from protokit.doors.plans.series import SeriesPlan

pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")
WINDOW, HORIZON = 8, 3
WHOLE = WINDOW + HORIZON


def panel(days: int = 60) -> pd.DataFrame:
    """Two figures of five shops in two towns, with gaps, and what is known before and ahead."""
    rng = np.random.default_rng(0)
    tables = []
    for i, (town, shop) in enumerate([("Oslo", 1), ("Oslo", 2), ("Rome", 1), ("Rome", 2), ("Rome", 3)]):
        one = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=days), "town": town, "shop": shop})
        one["sales"] = 10.0 ** (i % 3) * (5 + np.sin(np.arange(days) / 3) + rng.normal(0, 0.2, days)).round(2)
        one["left"] = np.where(rng.random(days) < 0.1, np.nan, rng.normal(3, 1, days).round(1))
        one["visitors"] = np.where(rng.random(days) < 0.1, np.nan, rng.integers(0, 50, days))
        one["promoted"] = rng.choice(["yes", "no"], days)
        one["weather"] = rng.choice(["sun", "rain", "snow"], days)
        tables.append(one)
    return pd.concat(tables, ignore_index=True)


LEARN = {"epochs": 3, "optimizer": {"Adam": {"learning_rate": 0.02}}}
SERIES = {"time": "day", "by": ["town", "shop"], "window": WINDOW, "horizon": HORIZON}
RECIPES: dict[str, dict[str, Any]] = {
    "panel": {
        "represent": {
            "target": ["sales", "left"],
            "series": {**SERIES, "known": ["promoted", "weather", "day"]},
            "columns": {"weather": "category"},
        },
        "learn": {**LEARN, "networks": 2},
    },
    "alone": {
        "represent": {
            "target": "sales",
            "series": {"time": "day", "window": WINDOW, "horizon": HORIZON},
            "split": {"folds": 2},
            "columns": {"town": "ignore", "shop": "ignore"},
        },
        "learn": {**LEARN, "networks": 1, "menu": [{"GRU": 4}]},
    },
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    @cache
    def made(name: str) -> Any:
        frame = panel() if name == "panel" else panel().head(60)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("protokit.workflow.look.page._pictures", lambda *_: ())
            recipe = {**RECIPES[name], "evaluate": {"baselines": []}}
            return protokit.run(recipe, frame, out=tmp_path_factory.mktemp("runs")).model

    return made


@pytest.fixture(scope="module")
def exported(model: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Export]:
    @cache
    def made(name: str, to: str) -> Export:
        rows = panel() if name == "panel" else panel().head(60)
        found: Export = model(name).export(tmp_path_factory.mktemp("files") / to, rows=rows)
        return found

    return made


@pytest.fixture(scope="module")
def file(exported: Callable[[str, str], Export]) -> Any:
    path = exported("panel", "m.onnx").path
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@pytest.mark.some("panel-m.onnx")
@pytest.mark.parametrize("to", ["m.onnx", "m.keras", "served"])
@pytest.mark.parametrize("name", ["panel", "alone"])
def test_a_file_forecasts_as_the_model(exported: Callable[[str, str], Export], name: str, to: str) -> None:
    found = exported(name, to)
    assert found.differs <= 1e-5 and found.rows > found.drawn == 512
    contract = json.loads(found.contract.read_text())
    assert contract["series"] == {"time": "day", "every": "day", "window": 8, "horizon": 3, "season": 7}
    if to != "m.onnx":
        every = [one for one in found.path.parent.rglob("*") if one.is_file() and one != found.contract]
        whole = [one.read_bytes() for one in every]
        assert not any(b"protokit" in one for one in whole)


def test_the_newest_windows_forecast_as_predict_does(model: Callable[[str], Any], file: Any) -> None:
    frame = panel()
    ahead = frame["day"] > frame["day"].max() - pd.Timedelta(HORIZON, "D")
    for name in ("left", "visitors"):  # what a window lacks at first is filled from before it
        frame[name] = frame.groupby(["town", "shop"])[name].ffill()
    frame.loc[ahead, ["sales", "left", "visitors"]] = np.nan
    ours = model("panel").predict(frame)
    plan = SeriesPlan.of(model("panel"))
    windows = frame.groupby(["town", "shop"], sort=False).tail(WHOLE).reset_index(drop=True)
    theirs = file.run(["sales forecast", "left forecast"], plan.arrays(windows))
    for name, found in zip(["sales", "left"], theirs, strict=True):
        assert found.shape == (5, HORIZON)
        np.testing.assert_allclose(found.ravel(), ours[name], rtol=1e-5)


NUMBER = st.one_of(st.none(), st.floats(-1e6, 1e6), st.integers(0, 100), st.just(7.0))
STEP = st.fixed_dictionaries(
    {
        "sales": NUMBER,
        "left": NUMBER,
        "visitors": NUMBER,
        "promoted": st.sampled_from(["yes", "NO", "1", None]),
        "weather": st.sampled_from(["sun", "rain", "hail", None]),
    }
)
WINDOWS = st.tuples(
    st.sampled_from([("Oslo", "1"), ("Rome", "3"), ("Rome", "4"), ("Bern", "1"), ("", "2")]),
    st.lists(STEP, min_size=WHOLE, max_size=WHOLE),
    st.dates(pd.Timestamp(1900, 1, 1).date(), pd.Timestamp(2200, 1, 1).date()),
)


@settings(max_examples=12)
@given(window=WINDOWS)
def test_a_drawn_window_is_forecast_as_predict_does(model: Callable[[str], Any], file: Any, window: Any) -> None:
    (town, shop), steps, first = window
    table = pd.DataFrame(steps).astype({"sales": float, "left": float, "visitors": float})
    table["day"] = pd.Series(pd.date_range(first, periods=WHOLE)).astype("M8[us]")
    table["town"], table["shop"] = town, shop
    table.loc[WINDOW:, ["sales", "left"]] = np.nan
    given = SeriesPlan.of(model("panel")).arrays(table)
    theirs = file.run(["sales forecast", "left forecast"], given)
    try:
        ours = model("panel").predict(table, unseen="allow")
    except DataError:  # a first cell, or one of what is known ahead, is missing; or the last row has nothing
        assert all(np.isnan(one).all() for one in theirs) or table.loc[WINDOW - 1, ["sales", "left"]].isna().all()
        return
    for name, found in zip(["sales", "left"], theirs, strict=True):
        size = max(1.0, table[name].abs().max())
        assert np.abs(found[0] - ours[name].to_numpy()).max() <= 1e-5 * size


def test_equal_numbers_of_a_new_series_do_not_vary(model: Callable[[str], Any], file: Any) -> None:
    table = panel().head(WHOLE).assign(town="Bern", sales=0.1, left=0.1)
    given = SeriesPlan.of(model("panel")).arrays(table)
    usual = model("panel").parts[0].encoder.own.usual
    [found] = file.run(["sales forecast"], given)
    assert 0 < np.abs(found - 0.1).max() < 10 * usual[0]
    table.loc[WINDOW:, ["sales", "left"]] = np.nan
    ours = model("panel").predict(table, unseen="allow")["sales"]
    np.testing.assert_allclose(found[0], ours, rtol=1e-5)


def test_the_contract_says_what_windows_are(exported: Callable[[str, str], Export]) -> None:
    found = exported("panel", "m.onnx")
    contract = json.loads(found.contract.read_text())
    inputs = {one["column"]: one for one in contract["inputs"]}
    assert inputs["sales"]["shape"] == ["rows", 8] and inputs["sales"]["steps"] == "the last 8 steps, oldest first"
    assert inputs["weather"]["shape"] == ["rows", 11] and "then the 3 that are forecast" in inputs["weather"]["steps"]
    assert inputs["shop"]["levels"] == ["1", "2", "3"] and inputs["town"]["shape"] == ["rows", 1]
    assert contract["outputs"][0]["name"] == "sales forecast" and contract["outputs"][0]["shape"] == ["rows", 3]
    assert any(one.startswith("cutting of windows: the last 8 rows") for one in contract["outside"])


def test_what_cannot_be_is_refused_by_name(model: Callable[[str], Any], tmp_path: Path) -> None:
    one = model("panel")
    for name in ("m.tflite", "m.py"):
        with pytest.raises(SpecError, match="forecasts of series do not go into a file of") as caught:
            one.export(tmp_path / name)
        assert "export it as ONNX" in str(caught.value)
    with pytest.raises(DataError, match="no series of the table has 11 rows"):
        one.export(tmp_path / "m.onnx", rows=panel(10))
    assert not list(tmp_path.iterdir())


def test_keys_of_too_many_texts_are_refused(monkeypatch: pytest.MonkeyPatch, model: Callable[[str], Any]) -> None:
    monkeypatch.setattr("protokit.doors.graph.steps.key._MOST", 10)
    with pytest.raises(SpecError, match="town, shop could tell 12 series apart, more than the 10"):
        SeriesPlan.of(model("panel"))


def test_numbers_far_from_their_spread_are_no_keras_file(tmp_path: Path) -> None:
    frame = panel().head(60).assign(sales=lambda some: some["sales"] / 1000 + 1e4)[["day", "sales"]]
    recipe = {
        "represent": {"target": "sales", "series": {"time": "day", "window": 8, "horizon": 3}},
        "learn": {**LEARN, "networks": 1},
        "evaluate": {"baselines": []},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("protokit.workflow.look.page._pictures", lambda *_: ())
        one = protokit.run(recipe, frame, out=tmp_path / "run").model
    with pytest.raises(SpecError, match="the numbers of 'sales' are too near each other for 32 bits"):
        one.export(tmp_path / "m.keras")
    assert one.export(tmp_path / "m.onnx").differs <= 1e-5
