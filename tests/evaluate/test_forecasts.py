from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.core.values.arrays import Arrays, Features, Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.estimators.forecasts import LinearForecast, _Solver, _Sums
from protokit.evaluate.estimators.predicting import predict
from protokit.evaluate.verdict import judge

WINDOW, HORIZON, SEASON = 12, 5, 4


def arrays(values: np.ndarray, start: int, end: int) -> Arrays:
    """Windows of one series: (steps, columns)."""
    origins = np.arange(start + WINDOW, end - HORIZON + 1)
    back = np.arange(HORIZON) % SEASON - SEASON
    ago = values[np.maximum(origins[:, None] + back, 0)]
    units = {name: np.tile(values.std(axis=0), (len(origins), 1)) for name in ("scale", "naive", "naive_1")}
    features = Features(
        np.zeros((len(origins), 0)),
        np.zeros((len(origins), 0), np.int64),
        (),
        history=np.stack([values[o - WINDOW : o] for o in origins]),
        season_ago=np.where((origins[:, None] + back < start + WINDOW - 2)[..., None], np.nan, ago),
        units=units,
    )
    truth = {"y": np.stack([values[o : o + HORIZON] for o in origins])}
    return Arrays({}, {}, truth, features, blocks=np.arange(len(origins)) // HORIZON)


def target(columns: int) -> TargetSpec:
    return TargetSpec("y", "forecasting", columns=tuple("abc"[:columns]), horizon=HORIZON)


def walk(columns: int = 2, steps: int = 300, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    waves = 3 * np.sin(2 * np.pi * np.arange(steps)[:, None] / SEASON + np.arange(columns))
    return np.cumsum(rng.normal(size=(steps, columns)), axis=0) * 0.2 + waves


def test_naive_forecasts_repeat_what_was() -> None:
    values = walk()
    train, test = arrays(values, 0, 200), arrays(values, 188, 300)
    last = predict("naive", target(2), train, test, 0)
    np.testing.assert_array_equal(last.scores, np.repeat(values[199:295, None][:96], HORIZON, axis=1))
    season = predict("seasonal_naive", target(2), train, test, 0)
    np.testing.assert_array_equal(season.scores[10], values[[206, 207, 208, 209, 206]])
    # before the series begins nothing is known of the season
    np.testing.assert_array_equal(season.scores[0, :2], values[[199, 199]])
    np.testing.assert_array_equal(season.scores[0, 2:4], values[[198, 199]])
    assert season.units is test.features.units and season.blocks is test.blocks


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(-1e3, 1e3), st.floats(0.01, 100), st.integers(1, 3))
def test_the_linear_forecast_moves_and_grows_with_the_series(seed: int, move: float, grow: float, columns: int) -> None:
    values = walk(columns, 200, seed)
    made = []
    for some in (values, values * grow + move):
        made.append(predict("linear", target(columns), arrays(some, 0, 150), arrays(some, 138, 200), 0).scores)
    np.testing.assert_allclose(made[1], made[0] * grow + move, rtol=1e-5, atol=1e-5 * grow + 1e-9 * abs(move))


def test_the_linear_forecast_finds_what_is_linear() -> None:
    """Each step of a sum of waves is a fixed mix of the steps before: nothing is left to err by."""
    steps = np.arange(400)[:, None]
    values = np.sin(steps * [0.7, 0.3]) + 2 * np.cos(steps * 1.9)
    train, test = arrays(values, 0, 300), arrays(values, 288, 400)
    found = predict("linear", target(2), train, test, 0)
    assert np.abs(found.scores - found.truth).mean() < 0.01 * np.abs(found.truth).mean()


def test_columns_that_differ_get_maps_of_their_own_and_alike_ones_share() -> None:
    rng = np.random.default_rng(2)
    noise = rng.normal(size=(600, 2))
    differ = np.zeros((600, 2))
    for i in range(1, 600):
        differ[i] = differ[i - 1] * [0.95, -0.95] + noise[i]
    train = arrays(differ, 0, 600)
    assert len(LinearForecast.fit(train.features, train.truth["y"]).weights) == 2
    alike = walk(3, 120, 3)
    train = arrays(alike, 0, 120)
    assert len(LinearForecast.fit(train.features, train.truth["y"]).weights) == 1


def test_ridge_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 7)) + 3, rng.normal(size=(50, 4)) - 2
    weights, start = _Solver(_Sums.of(x, y)).map(2.5)
    model = Ridge(alpha=2.5).fit(x, y)
    np.testing.assert_allclose(weights, model.coef_.T, atol=1e-9)
    np.testing.assert_allclose(start, model.intercept_, atol=1e-9)
    held = rng.normal(size=(20, 7)), rng.normal(size=(20, 4))
    assert _Sums.of(*held).error(weights, start) == pytest.approx(((model.predict(held[0]) - held[1]) ** 2).sum())


def test_few_forecasts_that_do_not_overlap_decide_nothing() -> None:
    values = walk(1, 400)
    for steps, blocks in ((20, 4), (200, 40)):
        test = arrays(values, 200 - WINDOW, 200 + steps)
        truth, units = test.truth["y"], test.features.units
        good = Predictions(target(1), truth, truth + 0.1, units, test.blocks)
        poor = Predictions(target(1), truth, truth + 1.0, units, test.blocks)
        verdict = judge(good, {"naive": poor}, ("mase", "smape"), 0)[1]
        assert len(np.unique(test.blocks)) == blocks and f"on {len(truth)} test windows" in verdict.sentence
        assert verdict.outcome == ("better" if blocks == 40 else "cannot tell apart")
        assert ("Only 4 forecasts that do not overlap: so few say little" in verdict.sentence) == (blocks == 4)
