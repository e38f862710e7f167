"""Faults put into sound series: each is found by its check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import SERIES_CHECKS

Planted = tuple[pd.DataFrame, dict[str, Any]]
ROWS = 600


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def series(seed: int = 0, rows: int = ROWS) -> pd.DataFrame:
    """A week's season and a random walk, which its own past tells in part."""
    r, steps = rng(seed), np.arange(rows)
    y = 80 + 8 * np.sin(2 * np.pi * steps / 7) + 0.7 * r.normal(size=rows).cumsum() + 3 * r.normal(size=rows)
    return pd.DataFrame({"t": pd.date_range("2021-01-01", periods=rows), "y": y, "other": r.normal(size=rows)})


def shops(count: int = 8, rows: int = 200) -> pd.DataFrame:
    found = [series(i, rows).assign(shop=f"s{i}", y=lambda f, i=i: f["y"] * 3.0**i) for i in range(count)]
    return pd.concat(found, ignore_index=True)


def known(frame: pd.DataFrame, column: Any, *more: str) -> Planted:
    return frame.assign(x=column), {"known": ["x", *more]}


def the_target_in_another_unit() -> Planted:
    frame = series()
    return known(frame, frame["y"] * 0.92 + 3, "other")


def the_logarithm_of_the_target() -> Planted:
    frame = series(1)
    return known(frame, np.log(frame["y"] - frame["y"].min() + 1))


def the_target_with_noise() -> Planted:
    frame = series(2)
    return known(frame, frame["y"] + 0.4 * rng(3).normal(size=ROWS))


def the_target_a_step_ago_as_known() -> Planted:
    frame = series(4)
    return known(frame, frame["y"].shift(1).bfill())


def the_mean_of_a_week_ago_as_known() -> Planted:
    frame = series(5)
    return known(frame, frame["y"].shift(1).rolling(7, min_periods=1).mean().bfill())


def the_target_three_steps_on_as_known() -> Planted:
    frame = series(6)
    return known(frame, frame["y"].shift(-3).ffill())


def the_running_total_as_known() -> Planted:
    frame = series(41)
    return known(frame, frame["y"].cumsum())


def the_relative_change_as_known() -> Planted:
    frame = series(42)
    return known(frame, frame["y"].pct_change().fillna(0))


def shares_of_the_mean_of_each_shop() -> Planted:
    frame = shops()
    return known(frame, frame["y"] / frame.groupby("shop")["y"].transform("mean"))[0], {"known": ["x"], "by": "shop"}


def what_the_target_was_made_of() -> Planted:
    frame = series(7)
    return frame.assign(a=rng(8).normal(size=ROWS), b=1.0 * np.arange(ROWS) % 9), {
        "known": ["a", "b"], "derived": {"y": ("a", "b")},
    }  # fmt: skip


def the_next_step() -> Planted:
    frame = series(9)
    return frame.assign(x=frame["y"].shift(-1).ffill()), {}


def minus_the_last_step_of_the_horizon() -> Planted:
    frame = series(10)
    return frame.assign(x=-2 * frame["y"].shift(-7).ffill()), {}


def a_mean_around_each_row() -> Planted:
    frame = series(11)
    return frame.assign(x=frame["y"].rolling(7, center=True, min_periods=1).mean()), {}


def the_change_to_come() -> Planted:
    frame = series(12)
    return frame.assign(x=frame["y"].diff().shift(-1).fillna(0)), {}


def the_relative_change_to_come() -> Planted:
    frame = series(43)
    return frame.assign(x=frame["y"].pct_change().shift(-1).fillna(0)), {}


def a_target_moved_in_time() -> Planted:
    frame = series(13)
    return frame.assign(z=frame["y"].shift(-2).ffill() * 5), {"target": ["y", "z"]}


def shops_that_know_the_next_week() -> Planted:
    frame = shops()
    return frame.assign(x=frame.groupby("shop")["y"].shift(-5).ffill()), {"by": "shop"}


def one_shop_twice() -> Planted:
    frame = shops()
    return pd.concat([frame, frame[frame["shop"] == "s2"].assign(shop="again")], ignore_index=True), {"by": "shop"}


def all_shops_twice() -> Planted:
    frame = shops(4)
    return pd.concat([frame, frame.assign(shop=frame["shop"] + "b")], ignore_index=True), {"by": "shop"}


def a_shop_of_few_sales_twice() -> Planted:
    r = rng(14)
    one = pd.DataFrame({"t": pd.date_range("2021-01-01", periods=200), "y": r.poisson(1, 200) * 1.0})
    frames = [one.assign(shop="a"), one.assign(shop="b"), one.assign(shop="c", y=r.poisson(1, 200) * 1.0)]
    return pd.concat(frames, ignore_index=True), {"by": "shop"}


def a_year_pasted_into_the_test() -> Planted:
    frame = series(15)
    frame.loc[520:, "y"] = frame["y"].to_numpy()[100 : 100 + ROWS - 520]
    return frame, {}


def a_shop_a_month_late() -> Planted:
    frame = shops(3)
    late = frame[frame["shop"] == "s1"].assign(shop="late", t=lambda f: f["t"] - pd.Timedelta(60, "D"))
    return pd.concat([frame, late], ignore_index=True), {"by": "shop"}


def part_of_the_test_pasted() -> Planted:
    frame = series(16)
    frame.loc[540:579, "y"] = frame["y"].to_numpy()[300:340]
    return frame, {}


def rows_lost() -> Planted:
    return series(17).sample(frac=0.85, random_state=0).sort_values("t"), {}


def sundays_of_half_of_the_time_lost() -> Planted:
    frame = series(18)
    return frame[~((frame.index < 450) & (frame["t"].dt.day_of_week == 6))], {}


def a_winter_lost() -> Planted:
    frame = series(19)
    return frame.drop(index=range(200, 290)), {}


def uneven_times() -> Planted:
    frame = series(20)
    return frame.assign(t=frame["t"] + pd.to_timedelta(rng().integers(0, 86_000, ROWS), "s")), {}


def cells_lost() -> Planted:
    frame = series(21)
    frame.loc[150:330, "y"] = np.nan
    return frame, {}


def stuck_before_the_test() -> Planted:
    frame = series(22)
    frame.loc[100:160, "y"] = 80.5
    return frame, {}


def stuck_in_the_test() -> Planted:
    frame = series(23)
    frame.loc[550:, "y"] = frame["y"][550]
    return frame, {}


def dead_at_zero() -> Planted:
    frame = series(24)
    frame.loc[60:140, "y"] = 0
    return frame, {}


def shops_that_are_constant() -> Planted:
    frame = shops()
    return frame.assign(y=frame["y"].where(~frame["shop"].isin(["s1", "s5"]), 7.0)), {"by": "shop"}


def one_value_in_the_test() -> Planted:
    frame = series(25)
    return frame.assign(y=frame["y"].where(frame.index < 470, 81.0)), {}


def another_unit_in_the_test() -> Planted:
    frame = series(26)
    return frame.assign(y=frame["y"] * np.where(frame.index < 500, 1, 1000)), {}


def a_level_that_jumps() -> Planted:
    frame = series(27)
    return frame.assign(y=frame["y"] + 300 * (frame.index >= 520)), {}


def noise_that_grows() -> Planted:
    frame = series(28)
    return frame.assign(y=frame["y"] + 60 * rng(29).normal(size=ROWS) * (frame.index >= 500)), {}


def a_smoothed_test() -> Planted:
    frame = series(30)
    smooth = frame["y"].rolling(40, center=True, min_periods=1).mean()
    return frame.assign(y=frame["y"].where(frame.index < 480, smooth)), {}


def shops_in_cents() -> Planted:
    frame = shops()
    late = frame["shop"].isin(["s0", "s3"]) & (frame["t"] > "2021-06-15")
    return frame.assign(y=frame["y"] * np.where(late, 100, 1)), {"by": "shop"}


def shops_that_open_in_the_test() -> Planted:
    frame = shops(6)
    return frame[~frame["shop"].isin(["s4", "s5"]) | (frame["t"] > "2021-06-22")], {"by": "shop"}


def a_horizon_as_long_as_the_test() -> Planted:
    return series(31, 200), {"horizon": 30, "window": 30}


def a_horizon_of_half_a_year_in_months() -> Planted:
    frame = series(32, 72)
    return frame.assign(t=pd.date_range("2015-01-01", periods=72, freq="MS")), {"horizon": 6, "window": 6}


def few_windows_to_learn_from() -> Planted:
    return series(33, 160), {"horizon": 20, "window": 60}


def hardly_any_cell() -> Planted:
    return series(34).assign(x=np.where(np.arange(ROWS) % 50 == 3, 1.5 + np.arange(ROWS), np.nan)), {
        "columns": {"x": "number"}
    }


def one_value() -> Planted:
    return series(35).assign(x=3.5), {"columns": {"x": "number"}}


def one_flag() -> Planted:
    return series(36).assign(x=True), {"known": ["x"], "columns": {"x": "boolean"}}


def numbers_of_receipts() -> Planted:
    return series(37).assign(receipt_id=900 + np.arange(ROWS)), {"columns": {"receipt_id": "number"}}


def numbers_of_rows() -> Planted:
    return series(38).assign(x=np.arange(ROWS)), {"columns": {"x": "number"}}


def keys_in_no_order() -> Planted:
    return series(39).assign(order_key=rng(40).permutation(ROWS) + 10_000), {"columns": {"order_key": "number"}}


KNOWN = [
    the_target_in_another_unit, the_logarithm_of_the_target, the_target_with_noise, the_target_a_step_ago_as_known,
    the_mean_of_a_week_ago_as_known, the_target_three_steps_on_as_known, shares_of_the_mean_of_each_shop,
    the_running_total_as_known, the_relative_change_as_known, what_the_target_was_made_of,
]  # fmt: skip
MOVED = [
    the_next_step, minus_the_last_step_of_the_horizon, a_mean_around_each_row, the_change_to_come,
    the_relative_change_to_come,
    a_target_moved_in_time, shops_that_know_the_next_week,
]  # fmt: skip
FATAL = {
    "ahead": [*KNOWN, *MOVED],
    "copies": [a_year_pasted_into_the_test, a_shop_a_month_late, part_of_the_test_pasted],
    "frozen": [one_value_in_the_test],
}
WARNINGS = {
    "copies": [one_shop_twice, all_shops_twice, a_shop_of_few_sales_twice],
    "gaps": [rows_lost, sundays_of_half_of_the_time_lost, a_winter_lost, uneven_times, cells_lost],
    "frozen": [stuck_before_the_test, stuck_in_the_test, dead_at_zero, shops_that_are_constant],
    "shifts": [
        another_unit_in_the_test, a_level_that_jumps, noise_that_grows, a_smoothed_test, shops_in_cents,
        shops_that_open_in_the_test,
    ],
    "spans": [a_horizon_as_long_as_the_test, a_horizon_of_half_a_year_in_months, few_windows_to_learn_from],
    "empty": [hardly_any_cell, one_value, one_flag],
    "identifiers": [numbers_of_receipts, numbers_of_rows, keys_in_no_order],
}  # fmt: skip


def found(planted: Planted, audited: Any) -> tuple[Finding, ...]:
    frame, more = planted
    more = dict(more)
    outside = {name: more.pop(name) for name in ("columns", "derived", "split") if name in more}
    target = more.pop("target", "y")
    findings: tuple[Finding, ...] = audited(
        frame, target, series={"time": "t", "window": 14, "horizon": 7, **more}, **outside
    )
    return findings


CASES = [(check, "fatal", plant) for check, plants in FATAL.items() for plant in plants]
CASES += [(check, "warning", plant) for check, plants in WARNINGS.items() for plant in plants]


@pytest.mark.parametrize(("check", "severity", "plant"), CASES, ids=lambda case: getattr(case, "__name__", case))
def test_a_planted_fault_is_found(check: str, severity: str, plant: Callable[[], Planted], audited: Any) -> None:
    findings = found(plant(), audited)
    assert (check, severity) in {(finding.check, finding.severity) for finding in findings}, findings
    others = {(one.check, one.severity) for one in findings if one.severity != "note"} - {(check, severity)}
    assert len(others) <= 1 and (severity == "fatal" or "fatal" not in {grade for _, grade in others}), others


@pytest.mark.parametrize("plant", KNOWN[:-1] + MOVED, ids=lambda plant: plant.__name__)
def test_the_edit_takes_the_column_out(plant: Callable[[], Planted], audited: Any) -> None:
    [finding] = [one for one in found(plant(), audited) if one.check == "ahead"]
    if plant is a_target_moved_in_time:
        assert set(finding.columns) == {"y", "z"} and not finding.edit
    else:
        assert finding.columns == ("x",) and "columns: {x: ignore}" in finding.edit
        assert ("series: {known: [" in finding.edit) == (plant in KNOWN)


def test_each_check_has_planted_faults() -> None:
    assert {check for check, _, _ in CASES} == {*SERIES_CHECKS}
