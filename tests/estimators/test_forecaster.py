"""Series and what comes next of them, as an estimator of scikit-learn."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from protokit.core.errors import DataError, SpecError
from protokit.estimators.forecaster import Forecaster

SMALL: dict[str, Any] = {
    "menu": [{"Dense": 16}], "window": 14, "horizon": 7, "epochs": 30, "networks": 1, "learning_rate": 0.02,
}  # fmt: skip


def shops(days: int = 84) -> pd.DataFrame:
    """What two shops sold a day: the more at the end of a week, and twice with an offer."""
    frames = []
    for shop, size in (("north", 10.0), ("south", 300.0)):
        day = np.arange(days)
        offer = (day * 7 + len(frames)) % 5 == 0
        sold = size * (1 + (day % 7 > 4)) * (1 + offer)
        frames.append(pd.DataFrame({"day": pd.Timestamp("2024-01-01") + pd.to_timedelta(day, "D"), "shop": shop}))
        frames[-1] = frames[-1].assign(offer=offer.astype(int), sold=sold)
    return pd.concat(frames, ignore_index=True)


def test_the_next_rows_of_each_series_follow_those_of_training() -> None:
    whole = shops()
    past = whole[whole["day"] < "2024-03-18"]
    future = whole[whole["day"] >= "2024-03-18"]
    how: dict[str, Any] = {**SMALL, "time": "day", "by": "shop", "known": ["offer"], "season": 7, "epochs": 200}
    found = Forecaster(target="sold", **how).fit(past)
    assert found.n_iter_ <= 200 and found.model_.signature.targets[0].task == "forecasting"
    with pytest.raises(DataError, match="offer must be known for 7 rows after"):
        found.predict()
    rows = pd.concat([past, future.assign(sold=np.nan)])
    said = found.forecast(rows)
    assert said.columns.tolist() == ["shop", "day", "sold"]
    assert (
        said.groupby("shop")["day"].agg(["min", "max", "size"]).to_numpy().tolist()
        == [[pd.Timestamp("2024-03-18"), pd.Timestamp("2024-03-24"), 7]] * 2
    )
    assert_array_equal(found.predict(rows), said["sold"])
    with_y = Forecaster(**how).fit(past.drop(columns="sold"), past["sold"])
    assert_array_equal(with_y.predict(future.drop(columns="sold")), found.predict(rows))
    assert_array_equal(with_y.predict(whole.drop(columns="sold")), found.predict(rows))
    truth = future.groupby("shop").head(7)["sold"].to_numpy()
    error = np.abs(found.predict(rows) - truth) / np.repeat([10.0, 300.0], 7)
    assert error.mean() < 0.6


def test_rows_without_times_are_a_step_apart() -> None:
    waves = np.c_[np.sin(np.arange(120) / 3), np.cos(np.arange(120) / 3)]
    found = Forecaster(**{**SMALL, "epochs": 60}).fit(waves)
    assert found.predict().shape == (7, 2)
    truth = np.c_[np.sin(np.arange(120, 127) / 3), np.cos(np.arange(120, 127) / 3)]
    assert np.abs(found.predict() - truth).mean() < 0.3
    assert found.forecast().columns.tolist() == ["row", "x0", "x1"] and found.forecast()["row"].iloc[0] == 120
    assert_array_equal(found.predict(waves), found.predict())
    assert not np.array_equal(found.predict(waves[:-3]), found.predict())
    one = Forecaster(**{**SMALL, "epochs": 2}).fit(waves, waves[:, 0])
    assert one.predict().shape == one.predict(waves[:1]).shape == (7,)


def test_it_is_cloned_pickled_and_repeated_to_the_bit() -> None:
    waves = np.sin(np.arange(90) / 3)[:, None]
    found = Forecaster(**{**SMALL, "epochs": 3, "random_state": 1}).fit(waves)
    assert_array_equal(pickle.loads(pickle.dumps(found)).predict(), found.predict())
    assert_array_equal(clone(found).fit(waves).predict(), found.predict())
    with pytest.raises(NotFittedError):
        clone(found).predict()


@pytest.mark.parametrize(
    ("words", "error", "rule"),
    [
        ({"time": "dya"}, SpecError, "did you mean 'day'"),
        ({"by": "shops"}, SpecError, "did you mean 'shop'"),
        ({"target": "sld"}, SpecError, "did you mean 'sold'"),
        ({"window": 200}, SpecError, "the longest series has 84"),
        ({"horizon": 0}, SpecError, "horizon"),
        ({"by": ()}, DataError, "row"),
    ],
)
def test_a_wrong_parameter_is_told(words: dict[str, Any], error: type[Exception], rule: str) -> None:
    how = {**SMALL, "time": "day", "by": "shop", "target": "sold", **words}
    with pytest.raises(error, match=rule):
        Forecaster(**how).fit(shops())
    with pytest.raises(SpecError, match="no column of numbers to forecast"):
        Forecaster(**{**SMALL, "time": "day", "by": "shop"}).fit(shops()[["day", "shop"]])
