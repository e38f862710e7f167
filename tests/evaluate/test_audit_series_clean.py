"""Sound series stay unblamed: nothing fatal, and no warning but the one that is true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

Sound = tuple[pd.DataFrame, dict[str, Any]]
ROWS = 1000
STEPS = np.arange(ROWS)
DAY = 2 * np.pi * STEPS
RECIPES = Path(__file__).parents[2] / "recipes"


def daily(y: Any, **columns: Any) -> pd.DataFrame:
    times = pd.date_range("2019-01-01", periods=len(np.asarray(y)))
    return pd.DataFrame({"t": times, "y": y, **columns})


def weather(r: np.random.Generator) -> np.ndarray:
    found: np.ndarray = 15 + 10 * np.sin(DAY / 365) + np.convolve(r.normal(size=ROWS + 20), np.ones(21) / 4, "valid")
    return found


def trend_season_noise(r: np.random.Generator) -> Sound:
    return daily(50 + 0.02 * STEPS + 10 * np.sin(DAY / 7) + r.normal(size=ROWS)), {}


def random_walk(r: np.random.Generator) -> Sound:
    return daily(r.normal(size=ROWS).cumsum()), {"window": 60, "horizon": 30}


def growth(r: np.random.Generator) -> Sound:
    return daily(100 * np.exp(0.02 * r.normal(size=ROWS).cumsum() + 0.0005 * STEPS)), {}


def months_that_swing_with_their_level(r: np.random.Generator) -> Sound:
    n = STEPS[:240]
    y = 100 * np.exp(0.01 * n) * (1 + 0.3 * np.sin(2 * np.pi * n / 12)) * np.exp(0.03 * r.normal(size=240))
    return daily(y).assign(t=pd.date_range("2000-01-01", periods=240, freq="MS")), {"window": 24, "horizon": 6}


def few_sales(r: np.random.Generator) -> Sound:
    return daily(r.poisson(2, ROWS) * (r.random(ROWS) < 0.15)), {}


def hardly_a_sale(r: np.random.Generator) -> Sound:
    return daily(r.poisson(2, ROWS) * (r.random(ROWS) < 0.04)), {}


def shops_of_other_levels(r: np.random.Generator) -> Sound:
    n = STEPS[:200]
    weeks = 1 + 0.2 * np.sin(2 * np.pi * n / 52)
    frames = [
        daily(10 ** r.uniform(0, 4) * (weeks + 0.1 * r.normal(size=200)), shop=f"s{i}").assign(
            t=pd.date_range("2019-01-06", periods=200, freq="W")
        )
        for i in range(12)
    ]
    return pd.concat(frames, ignore_index=True), {"by": "shop", "window": 26, "horizon": 8}


def shops_of_few_sales(r: np.random.Generator) -> Sound:
    frames = [daily(r.poisson(1.5, 300) * (r.random(300) < r.uniform(0.05, 0.5)), shop=f"s{i}") for i in range(40)]
    return pd.concat(frames, ignore_index=True), {"by": "shop", "horizon": 14}


def no_noise(r: np.random.Generator) -> Sound:
    return daily(np.round(10 * np.sin(DAY / 28) + STEPS % 5, 2)), {}


def restless_in_stretches(r: np.random.Generator) -> Sound:
    y, spread = np.zeros(ROWS), 1.0
    for i in range(1, ROWS):
        spread = np.sqrt(0.05 + 0.1 * y[i - 1] ** 2 + 0.85 * spread**2)
        y[i] = spread * r.normal()
    return daily(y), {}


def far_out(r: np.random.Generator) -> Sound:
    return daily(r.standard_t(2.5, ROWS)), {}


def weather_and_promotions(r: np.random.Generator) -> Sound:
    warm, promoted = weather(r), r.random(ROWS) < 0.1
    y = 200 + 5 * warm + 60 * promoted + 8 * r.normal(size=ROWS)
    return daily(y, warm=warm, promoted=promoted), {"known": ["warm", "promoted", "t"]}


def a_strong_known_column(r: np.random.Generator) -> Sound:
    warm = weather(r)
    return daily(5 * warm + 6 * r.normal(size=ROWS), warm=warm), {"known": ["warm"]}


def a_calendar(r: np.random.Generator) -> Sound:
    wave = np.sin(DAY / 365.25)
    frame = daily(20 * wave + 0.5 * r.normal(size=ROWS), wave=wave, n=STEPS)
    return frame.assign(month=frame["t"].dt.month), {"known": ["wave", "month", "n"], "horizon": 60}


def a_trend_that_is_counted(r: np.random.Generator) -> Sound:
    return daily(0.5 * STEPS + r.normal(size=ROWS), n=STEPS), {"known": ["n"]}


def what_leads(r: np.random.Generator) -> Sound:
    warm = weather(r)
    return daily(4 * np.roll(warm, 3) + 4 * r.normal(size=ROWS), warm=warm), {}


def the_target_again(r: np.random.Generator) -> Sound:
    """Of the past only: it tells nothing new."""
    y = pd.Series(r.normal(size=ROWS).cumsum())
    means = {"mean": y.rolling(7, min_periods=1).mean(), "ago": y.shift(2).bfill(), "change": y.diff().fillna(0)}
    return daily(y, again=3 * y, **means), {}


def a_step_ago_for_one_step(r: np.random.Generator) -> Sound:
    y = pd.Series(r.normal(size=ROWS).cumsum())
    return daily(y, ago=y.shift(1).bfill()), {"known": ["ago"], "horizon": 1}


def two_that_go_together(r: np.random.Generator) -> Sound:
    warm = weather(r)
    return daily(warm + r.normal(size=ROWS), z=-3 * warm + r.normal(size=ROWS)), {"target": ["y", "z"]}


def nights_without_sun(r: np.random.Generator) -> Sound:
    y = np.maximum(0, np.sin(DAY / 24)) * np.exp(0.3 * r.normal(size=ROWS))
    frame = daily(y).assign(t=pd.date_range("2019-01-01", periods=ROWS, freq="h"))
    return frame, {"window": 72, "horizon": 24}


def closed_in_winter(r: np.random.Generator) -> Sound:
    return daily(r.poisson(np.maximum(0, 30 * np.sin(2 * np.pi * np.arange(1500) / 365)))), {}


def plain_numbers_as_times(r: np.random.Generator) -> Sound:
    return daily(r.gamma(2, 3, ROWS)).assign(t=STEPS), {}


SOUND = [
    trend_season_noise, random_walk, growth, months_that_swing_with_their_level, few_sales, hardly_a_sale,
    shops_of_other_levels, shops_of_few_sales, no_noise, restless_in_stretches, far_out, weather_and_promotions,
    a_strong_known_column, a_calendar, a_trend_that_is_counted, what_leads, the_target_again, a_step_ago_for_one_step,
    two_that_go_together, nights_without_sun, closed_in_winter, plain_numbers_as_times,
]  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("make", SOUND, ids=lambda make: make.__name__)
def test_simulated_series(make: Callable[[np.random.Generator], Sound], seed: int, audited: Any) -> None:
    frame, more = make(np.random.default_rng(seed))
    series = {"time": "t", "window": 28, "horizon": 7, **more}
    findings = audited(frame, series.pop("target", "y"), series=series)
    assert not [str(finding) for finding in findings if finding.severity != "note"]


PUBLIC: dict[str, tuple[str, Any, dict[str, Any], int]] = {
    "etth1": (
        "ETTh1.csv.gz", ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"],
        {"time": "date", "window": 336, "horizon": 96}, 0,
    ),
    "etth1, loads known": (
        "ETTh1.csv.gz", "OT", {"time": "date", "window": 168, "horizon": 24, "known": ["HUFL", "MUFL"]}, 0
    ),
    "temperatures": ("ts_daily_min_temperatures.csv", "Temp", {"time": "Date", "window": 60, "horizon": 7}, 0),
    # 29 months hold two years that do not overlap
    "passengers": ("ts_airline_passengers.csv", "Passengers", {"time": "Month", "window": 24, "horizon": 12}, 1),
    "tourism": (
        "ts_tourism_panel.csv", "Trips",
        {"time": "Quarter", "by": ["Region", "State", "Purpose"], "window": 16, "horizon": 8}, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLIC)
def test_public_series(name: str, shared: Path, audited: Any) -> None:
    file, target, series, warnings = PUBLIC[name]
    findings = audited(None, target, tables={"t": {"csv": str(shared / file)}}, series=series)
    assert not [str(finding) for finding in findings if finding.severity == "fatal"]
    assert [one.check for one in findings if one.severity == "warning"] == ["spans"] * warnings


def test_the_recipe_of_sales(audited: Any) -> None:
    series = {"time": "date", "by": "shop", "window": 56, "horizon": 14, "known": ["promotion", "date"]}
    assert not audited(None, "sales", tables={"t": {"csv": str(RECIPES / "data" / "sales.csv")}}, series=series)
