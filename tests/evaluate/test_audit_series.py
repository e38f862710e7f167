"""Faults planted in series are found, by their check and in their columns; sound series are left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.collect.collect import collect
from protokit.core.errors import AuditError
from protokit.core.values import Finding
from protokit.recipe.recipe import Recipe
from protokit.represent.represent import represent
from protokit.workflow.auditing import audit

ROWS = 900
T = np.arange(ROWS)
Made = tuple[pd.DataFrame, dict[str, Any]]


def found(frame: pd.DataFrame, target: Any = "y", **series: Any) -> tuple[Finding, ...]:
    given = {"time": "t", "window": 28, "horizon": 7, **series}
    recipe = Recipe.parse({"represent": {"target": target, "series": given}})
    table = collect(recipe, frame)
    return audit(recipe, table, represent(recipe, table))


def days(rows: int = ROWS) -> pd.Series:
    return pd.Series(pd.date_range("2020-01-01", periods=rows).strftime("%Y-%m-%d"))


def season(seed: int = 0, rows: int = ROWS, noise: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    t = np.arange(rows)
    made: np.ndarray = (
        20 + 5 * np.sin(2 * np.pi * t / 7) + 3 * np.sin(2 * np.pi * t / 365) + noise * rng.normal(size=rows)
    )
    return made


def walk(seed: int = 0, rows: int = ROWS) -> np.ndarray:
    made: np.ndarray = 100 + np.random.default_rng(seed).normal(size=rows).cumsum()
    return made


def one(y: np.ndarray, **more: Any) -> pd.DataFrame:
    return pd.DataFrame({"t": days(len(y)), "y": y, **more})


def shops(count: int = 4, rows: int = 300) -> pd.DataFrame:
    parts = []
    for i in range(count):
        level = 10.0 ** (i % 3)
        parts.append(
            pd.DataFrame({"t": days(rows), "shop": f"s{i}", "y": level * season(i, rows), "x": walk(50 + i, rows)})
        )
    return pd.concat(parts, ignore_index=True)


def later(y: np.ndarray, steps: int) -> np.ndarray:
    """The value so many steps later, or before where it is less than 0."""
    return pd.Series(y).shift(-steps).bfill().ffill().to_numpy()


R = np.random.default_rng(9)
LEAKS: dict[str, tuple[Callable[[], np.ndarray], Callable[[np.ndarray], np.ndarray], bool]] = {
    "the target itself, known": (season, lambda y: y, True),
    "in another unit, known": (walk, lambda y: 1.8 * y + 32, True),
    "falling, known": (season, lambda y: -3 * y, True),
    "its logarithm, known": (lambda: np.exp(walk() / 20), np.log, True),
    "with a little noise, known": (walk, lambda y: y + 0.05 * R.normal(size=len(y)), True),
    "of the day before, known": (walk, lambda y: later(y, -1), True),
    "of six days before, known": (season, lambda y: later(y, -6), True),
    "of the next day": (walk, lambda y: later(y, 1), False),
    "of the next day, with season": (season, lambda y: later(y, 1), False),
    "of five days later, in another unit": (season, lambda y: 0.1 * later(y, 5), False),
    "of a week later": (walk, lambda y: later(y, 7), False),
    "of the next day, known": (walk, lambda y: later(y, 1), True),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_column_that_tells_the_future_is_found(name: str) -> None:
    make, change, known = LEAKS[name]
    y = make()
    frame = one(y, x=change(y), other=walk(7))
    told = [f for f in found(frame, known=["x"] if known else []) if f.severity == "fatal"]
    assert [(f.check, f.columns) for f in told] == [("leaks", ("x",))], told
    # the edit, made in the recipe, mends it
    gone = "ignore" in told[0].edit
    assert ("known: []" in told[0].edit) == known
    mended = frame.drop(columns="x") if gone else frame
    assert not [f for f in found(mended) if f.severity == "fatal"]


def test_a_leak_in_a_panel_of_different_levels_is_found() -> None:
    frame = shops()
    frame["x"] = frame["y"] * frame["shop"].map({"s0": 1, "s1": 3, "s2": 0.1, "s3": 7})
    [told] = [f for f in found(frame, by="shop", known=["x"]) if f.severity == "fatal"]
    assert told.check == "leaks" and told.columns == ("x",) and "of the same step" in told.rule


def test_what_the_target_was_made_of_is_no_known_column() -> None:
    frame = one(season(), x=walk(3), z=walk(4))
    recipe = Recipe.parse({
        "collect": {"clean": [{"derive": {"sum": "y + x"}}]},
        "represent": {"target": "sum", "series": {"time": "t", "window": 28, "horizon": 7, "known": ["x", "z"]}},
    })  # fmt: skip
    from protokit.recipe.flow import origins

    table = collect(recipe, frame)
    [told] = [
        f for f in audit(recipe, table, represent(recipe, table), origins(recipe.collect)) if f.severity == "fatal"
    ]
    assert told.check == "origins" and told.columns == ("x",) and "known: [z]" in told.edit


def hung(y: np.ndarray, start: int, rows: int) -> np.ndarray:
    made = y.copy()
    made[start : start + rows] = made[start]
    return made


SHOP = {"by": "shop"}
OTHERS: dict[str, tuple[str, Callable[[], Made]]] = {
    "hung in training": ("standstill", lambda: (one(hung(season(), 200, 90)), {})),
    "hung in the test": ("standstill", lambda: (one(hung(walk(), 800, 60)), {})),
    "one series hung": (
        "standstill",
        lambda: (shops().assign(y=lambda f: f["y"].where((f["shop"] != "s1") | (f.index % 300 < 200), 7)), SHOP),
    ),
    "copied": ("duplicates", lambda: (pd.concat([shops(), shops(1).assign(shop="s9")]), SHOP)),
    "copied twice": (
        "duplicates",
        lambda: (pd.concat([shops(), *(shops(1).assign(shop=f"t{i}") for i in range(2))]), SHOP),
    ),
    "copied with another covariate": (
        "duplicates",
        lambda: (pd.concat([shops(), shops(2).assign(shop=lambda f: f["shop"] + "b", x=1.5)]), SHOP),
    ),
    "a level that jumps": ("drift", lambda: (one(season() + 60 * (T > 720)), {})),
    "a level that drops": ("drift", lambda: (one(season() - 60 * (T > 720)), {})),
    "a steep trend": ("drift", lambda: (one(season() + 0.2 * T), {})),
    "moves that grow": ("drift", lambda: (one(season() * np.where(T > 720, 6, 1)), {})),
    "a constant column with holes": (
        "empty",
        lambda: (one(season(), x=np.where(T % 5, np.where(T > 800, 2, 1), np.nan)), {}),
    ),
    "a column that is missing": (
        "empty",
        lambda: (one(season(), x=np.where(T % 40, np.nan, walk(2))), {}),
    ),
    "half missing": ("empty", lambda: (one(season(), x=np.where(T % 3, np.nan, walk(2))), {})),
    "a counter": ("identifiers", lambda: (one(season(), x=T * 2.0), {"known": ["x"]})),
    "series that begin late": (
        "groups",
        lambda: (pd.concat([shops(), shops(5)[lambda f: (f["shop"] == "s4") & (f.index % 300 > 242)]]), SHOP),
    ),
    "few forecasts": ("sizes", lambda: (one(season(rows=300)), {"horizon": 20})),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_a_planted_fault_is_found(name: str) -> None:
    check, make = OTHERS[name]
    frame, series = make()
    told = found(frame, **series)
    assert check in {f.check for f in told}, told
    assert not [f for f in told if f.severity == "fatal"]
    for finding in told:
        assert finding.rule and all(value == value for value in finding.evidence.values())


def intermittent(rows: int = ROWS) -> np.ndarray:
    rng = np.random.default_rng(4)
    made: np.ndarray = np.where(rng.random(rows) < 0.15, rng.poisson(4, rows) + 1, 0).astype(float)
    return made


SOUND: dict[str, Callable[[], Made]] = {
    "season": lambda: (one(season()), {}),
    "without noise, and a column with the same season": (
        lambda: (one(season(noise=0.0), x=np.sin(2 * np.pi * T / 7)), {"known": ["x"]})
    ),
    "walk": lambda: (one(walk(), x=walk(1)), {}),
    "a driver whose forecast is known": lambda: (one(walk(1) + season(), x=walk(1)), {"known": ["x"]}),
    "a driver that leads": lambda: (one(later(walk(1), -2) + season(5), x=walk(1)), {}),
    "demand with many days of none": lambda: (one(intermittent()), {}),
    "a panel": lambda: (shops(), {"by": "shop", "known": ["x"]}),
    "the sun, and nights": lambda: (one(np.maximum(0, np.sin(2 * np.pi * T / 24)) * (5 + season(2))), {"season": 24}),
    "its own week before, not known": lambda: (one(walk(), x=later(walk(), -7)), {}),
    "two targets": lambda: (one(season(), z=walk()), {"target": ["y", "z"]}),
}


@pytest.mark.parametrize("name", SOUND)
def test_sound_series_are_left_alone(name: str) -> None:
    frame, series = SOUND[name]()
    graver = [f for f in found(frame, **series) if f.severity != "note"]
    assert [f for f in graver if f.severity == "fatal"] == []
    assert {f.check for f in graver} <= {"drift"}, graver  # a walk leaves the range of its past


LOADS = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"]
REAL: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "one of seven": ("ETTh1.csv.gz", "OT", {"time": "date", "window": 96, "horizon": 24}),
    "all seven": ("ETTh1.csv.gz", LOADS, {"time": "date", "window": 96, "horizon": 96}),
    "temperatures": ("ts_daily_min_temperatures.csv", "Temp", {"time": "Date", "window": 90, "horizon": 14}),
    "passengers": ("ts_airline_passengers.csv", "Passengers", {"time": "Month", "window": 24, "horizon": 6}),
}


@pytest.mark.parametrize("name", REAL)
def test_real_series_are_left_alone(name: str, shared: Path) -> None:
    file, target, series = REAL[name]
    told = found(pd.read_csv(shared / file), target, **series)
    assert not [f for f in told if f.severity == "fatal"], told


def test_a_strict_run_stops_on_a_leak(tmp_path: Path) -> None:
    frame = one(walk(), x=later(walk(), 1))
    recipe = {
        "represent": {"target": "y", "series": {"time": "t", "window": 14, "horizon": 7}},
        "evaluate": {"strict": True},
    }
    with pytest.raises(AuditError, match="'x' holds 'y' of 1 step later"):
        protokit.run(recipe, frame, out=tmp_path)
    assert [*tmp_path.rglob("audit.json")] and not [*tmp_path.rglob("model")]
