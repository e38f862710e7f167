"""Real tables: a year of flights with planes, weather, airports and airlines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from protokit.core.errors import DataError
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected as collect

JOINS: list[dict[str, Any]] = [
    {"with": "planes", "on": "tailnum", "expect": "many_to_one", "prefix": "plane_"},
    {"with": "weather", "on": ["origin", "month", "day", "hour"], "prefix": "weather_"},
    {"with": "airports", "on": {"origin": "faa"}, "prefix": "origin_"},
    {"with": "airports", "on": {"dest": "faa"}, "prefix": "dest_"},
    {"with": "airlines", "on": "carrier", "how": "inner", "prefix": "airline_"},
]
CLEAN: list[Any] = [
    {"filter": "arr_delay is not null"},
    {"derive": {"late": "arr_delay > 15", "age": "year - plane_year"}},
    {"cast": {"month": "category", "weather_date": "date"}},
    {"outliers": {"age": [0, 100]}},
    {"drop": ["arr_delay", "dep_delay", "dep_time", "arr_time", "air_time"]},
    {"fill": {"plane_engine": "unknown"}},
]
ENDINGS = {"flights": "csv.gz", "planes": "csv", "weather": "csv.gz", "airports": "csv", "airlines": "csv"}


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    folder = Path(__file__).parents[3] / "shared" / "data" / "pnwflights14"
    if not folder.is_dir():
        pytest.skip("the folder of real data is not beside the project")
    return {name: pd.read_csv(folder / f"{name}.{ending}") for name, ending in ENDINGS.items()}


def recipe(join: list[dict[str, Any]], clean: list[Any]) -> Recipe:
    return Recipe.parse({"collect": {"join": join, "clean": clean}, "represent": {"target": "late"}})


def test_five_tables_in_one_recipe(frames: dict[str, pd.DataFrame]) -> None:
    table = collect(recipe(JOINS, CLEAN), frames)
    steps = {step.name: step for step in table.steps if not step.name.startswith(("read", "join airports"))}
    flights, planes = frames["flights"], frames["planes"]
    assert steps["join planes"].rows_in == steps["join airlines"].rows_out == len(flights) == 162_049
    lost = (~flights["tailnum"].isin(planes["tailnum"])).sum()
    assert f"{lost:,} of 162,049 rows (5.508%) without a match" in steps["join planes"].detail
    assert steps["filter"].dropped == {"false": flights["arr_delay"].isna().sum()} == {"false": 1301}
    wanted = flights.merge(planes[["tailnum", "year"]], on="tailnum", how="left", suffixes=("", "_plane"))
    wanted = wanted.merge(
        frames["weather"][["origin", "month", "day", "hour", "temp"]], on=["origin", "month", "day", "hour"], how="left"
    )
    age = wanted["year"] - wanted["year_plane"]
    kept = wanted["arr_delay"].notna() & ~((age < 0) | (age > 100))
    wanted = wanted[kept].reset_index(drop=True)
    frame = table.frame
    assert len(frame) == len(wanted) == 162_049 - 1301 - sum(steps["outliers"].dropped.values())
    assert (frame["flight"] == wanted["flight"]).all() and (frame["late"] == (wanted["arr_delay"] > 15)).all()
    pd.testing.assert_series_equal(frame["weather_temp"], wanted["temp"], check_names=False)
    pd.testing.assert_series_equal(frame["plane_year"], wanted["year_plane"], check_names=False)
    assert frame["dest_lat"].notna().all() and frame["airline_name"].notna().all()
    assert frame["flight"].dtype == "int64" and frame["late"].dtype == bool and frame["plane_engine"].notna().all()


def test_a_planted_second_plane_is_caught(frames: dict[str, pd.DataFrame]) -> None:
    often = frames["flights"]["tailnum"].value_counts().index
    twice = next(name for name in often if name in set(frames["planes"]["tailnum"]))
    planes = pd.concat([frames["planes"], frames["planes"].query("tailnum == @twice")])
    planted = {"flights": frames["flights"], "planes": planes}
    with pytest.raises(DataError) as caught:
        collect(recipe(JOINS[:1], []), planted)
    assert "1 key stands more than once in 'planes'" in str(caught.value)
    assert f"tailnum = {twice!r} 2 times" in str(caught.value)
    more = collect(recipe([{**JOINS[0], "expect": "many_to_many"}], []), planted)
    doubled = int((frames["flights"]["tailnum"] == twice).sum())
    assert len(more.frame) == 162_049 + doubled
    assert any(f"{doubled:,} rows more than before" in notice.rule for notice in more.notices)


def test_only_earlier_flights_count_for_a_flight(frames: dict[str, pd.DataFrame]) -> None:
    """The history of each plane before each flight, against pandas; flights of the same moment are not earlier."""
    flights = frames["flights"].dropna(subset=["tailnum", "arr_delay", "dep_time"]).copy()
    flights = flights[flights["tailnum"].isin(flights["tailnum"].unique()[:60])]
    day = pd.to_datetime(flights[["year", "month", "day"]])
    flights["at"] = day + pd.to_timedelta(flights["hour"] * 60 + flights["minute"], unit="min")
    rows = flights.rename(columns={"arr_delay": "delay"})[["tailnum", "at", "delay"]].reset_index(drop=True)
    spec = {
        "with": "history",
        "on": "tailnum",
        "before": "at",
        "aggregate": {"flown": "count(*)", "worst": "max(arr_delay)", "mean": "avg(arr_delay)"},
    }
    history = flights[["tailnum", "at", "arr_delay"]]
    found = collect(recipe([spec], []), {"rows": rows, "history": history}).frame
    assert len(found) == len(rows) > 3000
    for _, group in found.groupby("tailnum"):
        ordered = group.sort_values("at", kind="stable")
        moments = ordered.groupby("at")["delay"]
        flown = moments.size().cumsum().shift(1, fill_value=0)
        worst = moments.max().cummax().shift(1)
        total = moments.sum().cumsum().shift(1)
        assert (ordered["flown"] == ordered["at"].map(flown)).all()
        pd.testing.assert_series_equal(ordered["worst"], ordered["at"].map(worst), check_names=False)
        mean = ordered["at"].map(total / flown.where(flown > 0))
        pd.testing.assert_series_equal(ordered["mean"], mean, check_names=False)
