from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import SpecError


def wave(rows: int = 400, **columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    steps = np.arange(rows)
    times = pd.date_range("2023-01-01", periods=rows, freq="D").strftime("%Y-%m-%d")
    a = 50 + 10 * np.sin(2 * np.pi * steps / 7) + 0.02 * steps + rng.normal(size=rows)
    return pd.DataFrame({"t": times, "a": a, "b": -3 * a + rng.normal(size=rows), **columns})


def run(frame: pd.DataFrame, out: Path, *, target: Any = ("a", "b"), menu: Any = "auto", **more: Any) -> protokit.Run:
    learn = {"menu": menu, "epochs": 3, **more.pop("learn", {})}
    split = more.pop("split", {})
    represent = {"target": target, "series": {"time": "t", "window": 21, "horizon": 7, **more}, "split": split}
    return protokit.run({"name": "wave", "represent": represent, "learn": learn}, frame, out=out)


def test_a_forecast_from_the_table_to_the_folder(tmp_path: Path) -> None:
    frame = wave()
    found = run(frame, tmp_path, learn={"epochs": 20, "optimizer": {"AdamW": {"learning_rate": 1e-2}}})
    scores = {s["metric"]: s for s in found.results["metrics"]["scores"]}
    assert list(scores) == ["mase", "mean_absolute_error", "smape"]
    mase = scores["mase"]["baselines"]
    assert set(mase) == {"naive", "seasonal_naive", "linear"}
    assert mase["linear"]["value"] < mase["seasonal_naive"]["value"] < mase["naive"]["value"]
    assert scores["mase"]["network"]["value"] < mase["seasonal_naive"]["value"]
    assert "test windows" in found.verdict and "74 test windows" in str(found)
    predictions = pd.read_parquet(found.path / "predictions.parquet")
    assert list(predictions.columns) == [
        "row", "block", "step", "a", "b", "a predicted", "b predicted", "a naive", "b naive", "a scale", "b scale",
        "a naive_1", "b naive_1",
    ]  # fmt: skip
    assert len(predictions) == 74 * 7 and predictions["step"].tolist()[:8] == [1, 2, 3, 4, 5, 6, 7, 1]
    at = (predictions["row"] + predictions["step"]).to_numpy()
    np.testing.assert_allclose(predictions["a"], frame["a"].to_numpy()[at])
    error = np.abs(predictions["a"] - predictions["a predicted"]).mean()
    error_b = np.abs(predictions["b"] - predictions["b predicted"]).mean()
    assert (error + error_b) / 2 == pytest.approx(found.metrics["mean_absolute_error"])

    ahead = protokit.load(found.path).predict(frame)
    assert list(ahead.columns) == ["t", "a", "b"]
    assert ahead["t"].tolist() == pd.date_range("2024-02-05", periods=7).strftime("%Y-%m-%d").tolist()
    pd.testing.assert_frame_equal(ahead, found.model.predict(frame.tail(21)))
    (tmp_path / "rows.csv").write_text(frame.tail(30).to_csv(index=False))
    command = [sys.executable, "-m", "protokit", "predict", str(found.path), str(tmp_path / "rows.csv"), "--json"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [row["t"] for row in json.loads(printed)] == ahead["t"].tolist()
    steps = {s["name"]: s for s in json.loads((found.path / "steps.json").read_text())["steps"]}
    assert steps["series"]["detail"] == "1 series, one row each day" and steps["windows"]["rows_out"] == 373


@pytest.mark.some("menu0", "menu3")
@pytest.mark.parametrize(
    "menu",
    [
        [{"LSTM": 4}],
        [{"Conv1D": {"filters": 4, "kernel_size": 3}}, {"GRU": {"units": 4, "return_sequences": True}}],
        ["Flatten", {"Dense": {"units": 8, "activation": "relu"}}],
        ["Flatten", {"Dense": 14}, {"Reshape": {"target_shape": [7, 2]}, "name": "output"}],
        [
            {"branch": {"line": [{"use": "series_linear"}], "net": [{"Dense": 2}]}, "merge": "Add"},
        ],
    ],
)
def test_a_menu_of_ones_own(menu: list, tmp_path: Path) -> None:
    found = run(wave(150), tmp_path, menu=menu, learn={"epochs": 1})
    assert found.model.network.output.shape == (None, 7, 2) and np.isfinite(found.metrics["mase"])
    assert len(protokit.load(found.path).predict(wave(60))) == 7


def test_an_output_of_another_shape_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"gives \(rows, 7\), the target takes \(rows, 7, 2\)"):
        run(wave(150), tmp_path, menu=["Flatten", {"Dense": 7, "name": "output"}])


def test_before_training_a_forecast_is_the_last_value(tmp_path: Path) -> None:
    frame = wave(150)
    for menu in ("auto", "series_linear", [{"LSTM": 4}]):
        found = run(frame, tmp_path, menu=menu, learn={"epochs": 1, "optimizer": {"SGD": {"learning_rate": 1e-9}}})
        np.testing.assert_allclose(found.model.predict(frame)["a"], frame["a"].iloc[-1], rtol=1e-4)


def test_what_is_known_ahead_is_learned_from(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    shown = rng.random(600) < 0.3
    frame = wave(600, shown=np.where(shown, "yes", "no"))
    frame["a"] += 40 * shown
    with_it = run(frame, tmp_path, target="a", known="shown", learn={"epochs": 60})
    scores = with_it.results["metrics"]["scores"][0]
    assert scores["network"]["value"] < 0.4 * scores["baselines"]["linear"]["value"]
    assert with_it.results["metrics"]["verdicts"][0]["outcome"] == "better"
    ahead = frame.assign(a=frame["a"].where(frame.index < 593))
    made = with_it.model.predict(ahead)["a"].to_numpy()
    assert made[shown[593:]].mean() - made[~shown[593:]].mean() > 25
    # a menu that does not take it has it added by the head; one that does not name it either
    for menu in ("series_linear", [{"LSTM": 2}]):
        own = run(frame, tmp_path, target="a", known="shown", menu=menu, learn={"epochs": 1})
        assert {"known_hidden", "known_output"} <= {layer.name for layer in own.model.network.layers}
    mixed = run(frame, tmp_path, target="a", known="shown", learn={"epochs": 1, "precision": "mixed_bfloat16"})
    assert mixed.model.network.output.dtype == "float32"


def test_folds_seeds_and_several_series_in_one_model(tmp_path: Path) -> None:
    frame = pd.concat([wave(160).assign(key=key) for key in ("one", "two")], ignore_index=True)
    found = run(frame, tmp_path, by="key", split={"folds": 2}, learn={"epochs": 1, "networks": 2}, target="a")
    assert found.model.networks == 4 and "test windows of each fold" in str(found)
    ahead = protokit.load(found.path).predict(frame)
    assert ahead["key"].tolist() == ["one"] * 7 + ["two"] * 7 and list(ahead.columns) == ["key", "t", "a"]
    predictions = pd.read_parquet(found.path / "predictions.parquet")
    assert list(predictions.columns) == [
        "row",
        "fold",
        "block",
        "step",
        "a",
        "a predicted",
        "a naive",
        "a scale",
        "a naive_1",
    ]


def test_streamed_windows_give_the_same_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = wave(200)
    resident = run(frame, tmp_path).model.predict(frame)
    monkeypatch.setattr("protokit.learn.training.data_feed.MEMORY_SHARE", 0.0)
    streamed = run(frame, tmp_path)
    assert "streamed" in streamed.results["metrics"]["engine"]["how"]
    pd.testing.assert_frame_equal(streamed.model.predict(frame), resident, rtol=1e-5)


def test_the_sales_are_made_by_their_script(root: Path, tmp_path: Path) -> None:
    made = runpy.run_path(str(root / "recipes" / "data" / "sales.py"))["sales"]()
    there = pd.read_csv(root / "recipes" / "data" / "sales.csv", parse_dates=["date"])
    pd.testing.assert_frame_equal(made, there, check_dtype=False, rtol=1e-3)
    found = protokit.run(root / "recipes" / "sales.yaml", out=tmp_path, set=["learn.epochs=25"])
    assert found.results["metrics"]["verdicts"][0]["outcome"] == "better"


@pytest.mark.proof
def test_hourly_transformer_temperatures(shared: Path, tmp_path: Path) -> None:
    """The published protocol: 8,640, 2,880 and 2,880 rows, errors in standard deviations of the training rows."""
    frame = pd.read_csv(shared / "ETTh1.csv.gz").iloc[:14_400]
    recipe = {
        "represent": {
            "target": ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"],
            "series": {"time": "date", "window": 336, "horizon": 96},
            "split": {"test": 0.2, "validation": 0.25},
        },
        "learn": {"epochs": 40},
        "evaluate": {"metrics": ["scaled_mean_squared_error"], "baselines": ["seasonal_naive"]},
    }
    found = protokit.run(recipe, frame, out=tmp_path)
    assert found.results["metrics"]["rows"] == {"train": 8_209, "validation": 2_785, "test": 2_785}
    assert found.metrics["scaled_mean_squared_error"] <= 0.385


@pytest.mark.parametrize("season", [7, 365])
def test_daily_temperatures_that_skip_leap_days(season: int, shared: Path, tmp_path: Path) -> None:
    series = {"time": "Date", "window": 60, "horizon": 7, "season": season}
    recipe = {"represent": {"target": "Temp", "series": series}, "evaluate": {"baselines": ["seasonal_naive"]}}
    found = protokit.run(recipe, pd.read_csv(shared / "ts_daily_min_temperatures.csv"), out=tmp_path)
    assert found.results["metrics"]["verdicts"][0]["outcome"] == "better"
    assert any(
        "2 gaps in 'Date' (the largest, of 1 steps, after 1984-12-30)" in n["rule"] for n in found.results["notices"]
    )


def test_monthly_passengers(shared: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(shared / "ts_airline_passengers.csv")
    series = {"time": "Month", "window": 24, "horizon": 12}
    recipe = {"represent": {"target": "Passengers", "series": series}, "evaluate": {"baselines": ["seasonal_naive"]}}
    found = protokit.run(recipe, frame, out=tmp_path)
    score = found.results["metrics"]["scores"][0]
    assert score["network"]["value"] < score["baselines"]["seasonal_naive"]["value"]
    assert "cannot be told apart" in found.verdict and "Only 2 forecasts that do not overlap" in found.verdict
    assert found.model.predict(frame)["Month"].tolist() == [f"1961-{month:02}" for month in range(1, 13)]


def test_quarterly_trips_of_three_hundred_series(shared: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(shared / "ts_tourism_panel.csv")
    series = {"time": "Quarter", "by": ["Region", "State", "Purpose"], "window": 16, "horizon": 8}
    recipe = {"represent": {"target": "Trips", "series": series}, "evaluate": {"baselines": ["seasonal_naive"]}}
    found = protokit.run(recipe, frame, out=tmp_path)
    assert found.results["metrics"]["verdicts"][0]["outcome"] == "better"
    ahead = found.model.predict(frame)
    assert len(ahead) == 304 * 8 and ahead["Quarter"].iloc[0] == "2018 Q1"
