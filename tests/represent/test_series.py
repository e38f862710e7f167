from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.core.errors import DataError, SpecError
from protokit.recipe.recipe import Recipe
from protokit.represent.encoding import from_plain
from protokit.represent.represented import Represented
from protokit.represent.series.encoder import SeriesEncoder
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.representing import represent


def recipe(target: Any = "y", split: dict | None = None, columns: dict | None = None, **series: Any) -> Recipe:
    whole = {"time": "t", "window": 6, "horizon": 3, **series}
    given: dict[str, Any] = {"target": target, "series": whole, "split": split or {}, "columns": columns or {}}
    return Recipe.parse({"represent": given})


def done(frame: pd.DataFrame, *args: Any, **more: Any) -> Represented:
    made = recipe(*args, **more)
    [found] = represent(made, collect(made, frame))
    return found


def line(rows: int = 100, start: str = "2024-01-01", freq: str = "D", **columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    times = pd.date_range(start, periods=rows, freq=freq)
    return pd.DataFrame({"t": times, "y": np.arange(rows) + rng.normal(size=rows), **columns})


def panel(rows: int = 60, keys: str = "abc") -> pd.DataFrame:
    frames = [line(rows).assign(key=key, y=lambda f, i=i: f["y"] * 10**i) for i, key in enumerate(keys)]
    return pd.concat(frames).sample(frac=1, random_state=0).reset_index(drop=True)


def test_windows_are_what_came_before_and_what_follows() -> None:
    frame = line()
    result = done(frame.sample(frac=1, random_state=1))
    y, encoder = frame["y"].to_numpy(), result.encoder
    # test: the last 20 rows; validation: the last 16 of the others
    assert (result.train.rows, result.validation.rows, result.test.rows) == (64 - 6 - 3 + 1, 16 - 3 + 1, 20 - 3 + 1)
    np.testing.assert_array_equal(result.test.truth["y"][0, :, 0], y[80:83])
    history, ago = result.test.features.history, result.test.features.season_ago
    assert history is not None and ago is not None
    np.testing.assert_array_equal(history[0, :, 0], y[74:80])
    np.testing.assert_array_equal(ago[:][0, :, 0], y[73:76])  # daily: a week ago
    center, scale = y[:64].mean(), y[:64].std()
    np.testing.assert_allclose(result.train.inputs["series"][:][0, :, 0], (y[:6] - center) / scale, rtol=1e-5)
    np.testing.assert_allclose(result.train.targets["y"][:][-1, :, 0], (y[61:64] - center) / scale, rtol=1e-5)
    assert encoder.signature.inputs[0].shape == (6, 1) and encoder.signature.targets[0].shape == (3, 1)
    units = result.test.features.units
    assert units["naive"][0, 0] == pytest.approx(np.abs(y[7:64] - y[:57]).mean())
    assert units["naive_1"][0, 0] == pytest.approx(np.abs(y[1:64] - y[:63]).mean())


def test_the_borders_are_those_of_the_ett_protocol() -> None:
    frame = line(14_400, freq="h")
    result = done(frame, split={"test": 0.2, "validation": 0.25}, window=336, horizon=96)
    assert (result.train.rows, result.validation.rows, result.test.rows) == (8_209, 2_785, 2_785)
    assert result.encoder.season == 24  # type: ignore[attr-defined]
    # a block holds as many windows as its first forecast has steps
    assert result.test.blocks is not None and np.bincount(result.test.blocks).tolist() == [96] * 29 + [1]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["y", "x", "k"]), st.booleans())
def test_training_arrays_do_not_know_what_comes_later(seed: int, column: str, several: bool) -> None:
    rng = np.random.default_rng(seed)
    frame = panel(40) if several else line(60)
    frame["x"], frame["k"] = rng.normal(size=len(frame)), rng.normal(size=len(frame))
    frame.loc[rng.random(len(frame)) < 0.05, ["y", "x"]] = np.nan
    frame.loc[frame["t"] == frame["t"].max(), "y"] = 0.5  # rows after the last value are no share of the split
    options: dict[str, Any] = {"by": "key"} if several else {}
    before = done(frame, window=4, horizon=2, known="k", **options)
    border = frame["t"].sort_values().unique()[26 if several else 38]  # 64 of 100 rows are for training
    late = frame["t"] >= border
    other = frame.copy()
    other.loc[late, column] = rng.normal(size=int(late.sum())) * 1000
    after = done(other, window=4, horizon=2, known="k", **options)
    assert before.train.rows > 0 and late.sum() > 0
    for name, values in before.train.inputs.items():
        np.testing.assert_array_equal(np.asarray(values), np.asarray(after.train.inputs[name]))
    np.testing.assert_array_equal(np.asarray(before.train.targets["y"]), np.asarray(after.train.targets["y"]))
    assert before.encoder.as_plain() == after.encoder.as_plain()


def test_each_series_of_a_panel_has_units_of_its_own_and_common_borders() -> None:
    frame = panel()
    result = done(frame, by="key")
    inputs = np.asarray(result.train.inputs["series"])
    assert np.abs(inputs).max() < 4  # though one series is a hundred times another
    scale = result.test.features.units["scale"][:, 0]
    assert len(np.unique(scale)) == 3 and scale.max() / scale.min() == pytest.approx(100)
    first = result.frame.iloc[result.split.test].groupby("key")["t"].min()
    assert first.nunique() == 1
    assert len(result.test.blocks) == result.test.rows  # type: ignore[arg-type]
    by_block = pd.Series(result.frame.iloc[result.split.test]["key"].to_numpy()).groupby(result.test.blocks).nunique()
    assert (by_block == 1).all()


def test_missing_cells_are_filled_from_the_past_and_no_window_forecasts_one() -> None:
    frame = line()
    frame.loc[[0, 1, 30, 31, 95], "y"] = np.nan
    result = done(frame)
    for part in (result.train, result.validation, result.test):
        assert all(np.isfinite(np.asarray(v)).all() for v in (*part.inputs.values(), *part.truth.values()))
    whole = 100 - 6 - 3 + 1
    [step] = [step for step in result.steps if step.name == "windows"]
    assert (step.rows_in, step.rows_out) == (whole, whole - (4 + 3) - 2) and "dropped" in step.detail
    # the window before row 36 reaches over the hole in rows 30 and 31
    at = np.flatnonzero(result.positions[result.split.train] == 35)[0]
    history, y = result.train.features.history, frame["y"].to_numpy()
    assert history is not None
    np.testing.assert_array_equal(history[at][:, 0], y[[29, 29, 32, 33, 34, 35]])


@pytest.mark.parametrize(
    ("times", "season", "following"),
    [
        (pd.date_range("2024-01-31", periods=90, freq="ME"), 12, "2031-07-31"),
        (pd.date_range("2024-01-01", periods=90, freq="MS").strftime("%Y-%m"), 12, "2031-07"),
        (pd.date_range("2024-01-01", periods=90, freq="QS"), 4, "2046-07-01"),
        ([f"{1998 + i // 4} Q{i % 4 + 1}" for i in range(90)], 4, "2020 Q3"),
        (pd.date_range("2024-01-01", periods=90, freq="h").strftime("%Y-%m-%d %H:%M:%S"), 24, "2024-01-04 18:00:00"),
        (pd.date_range("2024-01-01", periods=90, freq="30min"), 48, "2024-01-02 21:00:00"),
        (pd.date_range("2024-01-01", periods=90, freq="W"), 52, "2025-09-28"),
        (pd.date_range("2024-01-01", periods=90, freq="B"), 5, "2024-05-06"),
        (pd.date_range("2024-01-01", periods=90, freq="D", tz="Europe/Berlin"), 7, "2024-03-31 00:00:00+01:00"),
        (pd.date_range("2024-10-25", periods=90, freq="h", tz="Europe/Berlin"), 24, "2024-10-28 17:00:00+01:00"),
        (pd.date_range("2024-01-01", periods=90, freq="D").date, 7, "2024-03-31"),
        (pd.date_range("2024-02-01", periods=90, freq="D").strftime("%d/%m/%Y"), 7, "01/05/2024"),
        (pd.date_range("2024-02-01", periods=90, freq="D").strftime("%m/%d/%Y"), 7, "05/01/2024"),
        (pd.date_range("2024-02-01", periods=90, freq="D").strftime("%Y%m%d").astype(int), 7, "20240501"),
        (pd.date_range("1949-01-01", periods=90, freq="MS").strftime("%b %Y"), 12, "Jul 1956"),
        (range(1900, 1990), 1, "1990"),
        (np.arange(90) * 0.25, 1, "22.5"),
        (pd.date_range("2024-01-01", periods=90, freq="YS"), 1, "2114-01-01"),
    ],
)
def test_times_are_read_stepped_and_written_in_their_own_form(times: Any, season: int, following: str) -> None:
    frame = pd.DataFrame({"t": times, "y": np.random.default_rng(0).normal(size=90)})
    result = done(frame)
    encoder = result.encoder
    assert isinstance(encoder, SeriesEncoder) and encoder.season == season
    assert not [n for n in result.notices if "gap" in n.rule or "uneven" in n.rule]
    made = pd.DataFrame(encoder.predictions(frame, {"y": np.zeros((1, 3, 1))}))
    assert str(made["t"].iloc[0]).removesuffix(" 00:00:00") == following and len(made) == 3
    assert made["t"].dtype.kind == frame["t"].dtype.kind
    again = pd.concat([frame, made]).reset_index(drop=True)  # what is written can be read, and goes on
    positions = encoder.index.positions(again["t"])
    assert np.allclose(np.diff(positions), encoder.index.step)


def test_gaps_and_uneven_times_are_told() -> None:
    frame = line(100)
    gap = done(frame.drop(index=[50, 51, 52, 80]))
    [notice] = [n for n in gap.notices if "gaps" in n.rule]
    assert "2 gaps in 't' (the largest, of 3 steps, after 2024-02-19)" in notice.rule
    rng = np.random.default_rng(0)
    uneven = done(frame.assign(t=np.cumsum(rng.exponential(size=100))))
    assert any("uneven" in n.rule for n in uneven.notices)


def test_two_rows_of_one_time_name_what_tells_them_apart() -> None:
    with pytest.raises(DataError, match=r"both 2024-01-01.*\n.*series: \{by: key\}") as error:
        done(panel())
    assert "rows" in error.value.rule
    numbered = panel().assign(key=lambda f: f["key"].map({"a": 1, "b": 2, "c": 3}))
    with pytest.raises(DataError, match=r"series: \{by: key\}"):
        done(numbered)
    with pytest.raises(DataError, match="keep one row for each time"):
        done(pd.concat([line(), line()], ignore_index=True))
    hours = pd.date_range("2024-10-26", periods=80, freq="h", tz="Europe/Berlin").tz_localize(None)
    clock = pd.DataFrame({"t": hours, "y": np.arange(80) * 7 % 13})
    with pytest.raises(DataError, match="both 2024-10-27 02:00") as error:
        done(clock)
    assert "by: y" not in str(error.value) and "with their offset" in str(error.value.cure)
    two = panel(keys="ab").assign(other=lambda f: f["key"])
    with pytest.raises(DataError, match=r"2024-01-01 of [ab]"):
        done(pd.concat([two, two], ignore_index=True), by=["key"])


def test_other_columns_are_covariates_and_known_ones_reach_over_the_forecast() -> None:
    rng = np.random.default_rng(0)
    frame = line(100, heat=rng.normal(size=100), note=[f"day {i}" for i in range(100)], promo=["no", "yes"] * 50)
    frame["kind"] = ["a", "b", "c", "d"] * 25
    result = done(frame, known=["promo", "kind", "t"])
    series, known = result.encoder.signature.inputs
    assert series.columns[:2] == ("y", "heat") and series.columns[2:] == known.columns
    assert known.columns[:5] == ("promo", "kind = a", "kind = b", "kind = c", "kind = d")
    assert known.shape == (3, len(known.columns)) and any("sine of week" in name for name in known.columns)
    assert any("'note' is left out" in n.rule for n in result.notices)
    ahead = np.asarray(result.test.inputs["known"])[0, :, 0]
    assert (np.sign(ahead) == [-1, 1, -1]).all()  # rows 80, 81, 82
    assert (np.asarray(result.test.inputs["series"])[0, -1, 2] > 0) and result.encoder.kinds["promo"] == "boolean"
    spoken = done(frame, columns={"kind": "category", "heat": "ignore"})
    assert spoken.encoder.signature.inputs[0].columns == ("y", "promo", *(f"kind = {k}" for k in "abcd"))


def test_what_is_known_must_be_there_to_predict() -> None:
    frame = line(100, promo=np.random.default_rng(0).normal(size=100))
    encoder = done(frame, known="promo").encoder
    with pytest.raises(DataError, match="promo must be known for 3 rows after 2024-04-09, and there are 0"):
        encoder.examples(frame)
    ahead = frame.assign(y=frame["y"].where(frame.index < 97))
    asked = encoder.examples(ahead)
    inputs, _ = encoder.encode(asked)
    assert inputs["known"].shape == (1, 3, 1)
    np.testing.assert_allclose(
        inputs["known"][0, :, 0] * encoder.scales[0] + encoder.centers[0],  # type: ignore[attr-defined]
        frame["promo"].to_numpy()[97:],
        rtol=1e-4,
    )
    made = pd.DataFrame(encoder.predictions(ahead, {"y": np.zeros((1, 3, 1))}))
    assert made["t"].tolist() == frame["t"].tolist()[97:]
    holes = ahead.assign(promo=ahead["promo"].where(ahead.index != 98))
    with pytest.raises(DataError, match="'promo' is missing in row 99"):
        encoder.examples(holes)


def test_a_forecast_takes_the_last_rows_of_each_series_in_any_order() -> None:
    frame = panel()
    encoder = done(frame, by="key").encoder
    whole = encoder.encode(encoder.examples(frame))[0]["series"]
    tails = frame.sort_values("t").groupby("key").tail(6).sample(frac=1, random_state=3)
    some = encoder.encode(encoder.examples(tails))[0]["series"]
    order = [list(frame["key"].unique()).index(key) for key in tails["key"].unique()]
    np.testing.assert_array_equal(np.asarray(whole)[order], np.asarray(some))
    with pytest.raises(DataError, match=r"a forecast takes 6 rows, and there are 5 of [abc]"):
        encoder.examples(tails.iloc[1:])
    with pytest.raises(DataError, match="the column 'key' is missing"):
        encoder.examples(frame.drop(columns="key"))
    new = line(40).assign(key="new", y=lambda f: f["y"] * 1e6)  # never seen: measured by its own first window
    fresh = encoder.encode(encoder.examples(new))[1]
    assert fresh.units["scale"][0, 0] == pytest.approx(new["y"][:6].std(ddof=0))


def test_an_encoder_is_the_same_after_a_round_trip() -> None:
    frame = panel().assign(x=lambda f: f["y"] % 7)  # a covariate
    result = done(frame, by="key", known="t")
    plain = json.loads(json.dumps(result.encoder.as_plain(), allow_nan=False))
    again = from_plain(plain)
    assert again.as_plain() == result.encoder.as_plain() and again.signature == result.encoder.signature
    np.testing.assert_array_equal(
        np.asarray(result.encoder.encode(result.encoder.examples(frame))[0]["series"]),
        np.asarray(again.encode(again.examples(frame))[0]["series"]),
    )


def test_folds_are_rolling_origins() -> None:
    made = recipe(split={"folds": 3})
    frame = line(200)
    folds = represent(made, collect(made, frame))
    assert len(folds) == 3
    ends = []
    for fold in folds:
        last = fold.positions  # the last known row of each window
        assert last[fold.split.train].max() + 3 < last[fold.split.validation].min() + 1
        assert last[fold.split.validation].max() + 3 < last[fold.split.test].min() + 1
        ends.append((last[fold.split.test].min(), last[fold.split.test].max()))
    assert ends[0][1] < ends[1][0] and ends[1][1] < ends[2][0]


@pytest.mark.parametrize(
    ("change", "options", "rule"),
    [
        ({"t": "then"}, {}, "no one form reads every cell as a time, e.g. 'then'"),
        ({"t": None}, {}, "the time column 't' is missing in row 1"),
        ({"y": "high"}, {}, "column 'y', row 1: 'high' is not a number"),
        ({"y": 5.0}, {}, "'y' is the same in every training row"),
        ({"y": np.nan}, {}, "no window has all of its forecast"),
        ({"y": np.inf}, {}, "is not a finite number"),
        ({"key": None}, {"by": "key"}, "row 1 has no 'key'"),
    ],
)
def test_data_that_is_no_series(change: dict, options: dict, rule: str) -> None:
    frame = line().assign(key="a").astype({"t": object})
    for name, value in change.items():
        some = frame.index if (name == "y" and value in (5.0,)) or value is np.nan else frame.index[:1]
        frame[name] = frame[name].astype(object)
        frame.loc[some, name] = value
    frame = frame.infer_objects()
    with pytest.raises(DataError) as error:
        done(frame, **options)
    assert rule in str(error.value)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"window": 200}, "take 203 rows, and the longest series has 100"),
        ({"window": 80}, "no training window"),
        ({"horizon": 17}, "no validation window"),
        ({"time": "when"}, "no column 'when'"),
        ({"known": ["nothing"]}, "no column 'nothing'"),
        ({"columns": {"x": "text"}}, "a series takes no text"),
        ({"columns": {"x": "ignore"}, "known": "x"}, "'x' is named in represent.series.known"),
        ({"time": "i", "known": "i"}, "counts steps"),
    ],
)
def test_recipes_that_do_not_fit_the_data(options: dict, rule: str) -> None:
    frame = line(100, x=np.random.default_rng(0).normal(size=100), i=range(100))
    with pytest.raises(SpecError) as error:
        done(frame, **options)
    assert rule in str(error.value)


def test_short_series_are_counted_and_give_no_window() -> None:
    frame = panel(keys="ab")
    short = line(8).assign(key="short")
    result = done(pd.concat([frame, short], ignore_index=True), by="key")
    assert any("1 of 3 series have fewer than 9 rows" in n.rule for n in result.notices)
    assert "short" not in set(result.frame["key"])


def test_a_large_panel_is_never_written_out_whole() -> None:
    """Windows of 336 rows would take a hundred times the memory of the table."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "t": np.tile(np.arange(1000), 200),
            "key": np.repeat(np.arange(200), 1000).astype(str),
            "y": rng.normal(size=200_000),
        }
    )
    result = done(frame, by="key", window=336, horizon=24)
    series = result.train.inputs["series"]
    assert (
        not isinstance(series, np.ndarray) and series.nbytes == series.shape[0] * 336 * 4 > 40 * frame["y"].nbytes / 2
    )
    rows = rng.integers(0, len(series), 10)
    assert series[rows].shape == (10, 336, 1) and series[:2].dtype == np.float32


def test_rows_that_only_give_what_is_known_are_no_share_of_the_split() -> None:
    frame = line(100, promo=np.random.default_rng(0).normal(size=100))
    ahead = line(120, promo=np.random.default_rng(0).normal(size=120)).assign(
        y=[*frame["y"], *[np.nan] * 20],
        promo=lambda f: f["promo"].where(f.index >= 100, [*frame["promo"], *[0.0] * 20]),
    )
    before, after = done(frame, known="promo"), done(ahead, known="promo")
    assert [p.rows for p in (before.train, before.validation, before.test)] == [
        p.rows for p in (after.train, after.validation, after.test)
    ]
    assert before.encoder.as_plain() == after.encoder.as_plain()
