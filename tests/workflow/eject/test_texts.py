"""The functions that stand in scripts do what protokit does, to the bit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as skmetrics

from protokit.core.libraries.backend import keras
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tables import Split
from protokit.evaluate.temperature import tempered
from protokit.evaluate.thresholds import chosen
from protokit.learn.order import drawn
from protokit.menu.network.inputs import embedding_width
from protokit.menu.network.number_embeddings.piecewise_linear_embedding import PiecewiseLinearEmbedding
from protokit.represent.encoders.scaling.knots import aligned as aligned_here
from protokit.represent.encoders.scaling.knots import counts, knots_of
from protokit.represent.encoders.scaling.scaler import Scaler
from protokit.represent.folds import deal
from protokit.represent.kinds.boolean import Boolean
from protokit.represent.kinds.category import Category
from protokit.represent.kinds.date import Date
from protokit.represent.split_way import SPLITS, SplitTable
from protokit.represent.splitting import with_each_class
from protokit.workflow.eject.texts import (
    categories,
    cells,
    dates,
    layers,
    numbers,
    scores,
    seeds,
    splits,
)  # fmt: skip

NUMBER = st.one_of(
    st.sampled_from([0.0, 1.0, 2.5, float("nan")]),
    st.floats(-1e6, 1e6, width=32),
    st.integers(1_600_000_000, 1_600_000_400).map(float),
)


@given(st.lists(NUMBER, min_size=1, max_size=60), st.booleans(), st.integers(0, 20))
def test_numbers_are_scaled_and_have_knots_as_in_a_run(column: list[float], straight: bool, most: int) -> None:
    repeat = 1 if straight else 700 // len(column) + 1
    given_numbers = np.array(column * repeat)[:, None]
    ours = Scaler.fit(given_numbers)
    own = numbers.fit_scale(given_numbers[:, 0], 1000, straight=len(given_numbers) < 640)
    assert np.array_equal(numbers.scaled_columns(given_numbers, [own]), ours.transform(given_numbers))
    known = knots_of(ours, given_numbers, [most])
    assert numbers.knots_of(given_numbers[:, 0], own, most) == (list(known.values[0]) if known else [])


def test_knots_are_aligned_over_folds() -> None:
    table = np.stack([np.arange(90) % 7, np.arange(90) % 2, np.arange(90) % 31], axis=1).astype(float)
    parts = [table[:50], table[40:]]
    found = [knots_of(Scaler.fit(part), part, counts(len(part), [None] * 3)) for part in parts]
    wanted = aligned_here(found)
    own = []
    for part in parts:
        scales = [numbers.fit_scale(one, 1000, straight=True) for one in part.T]
        own.append(
            [numbers.knots_of(one, scale, max(8, len(part) // 32)) for one, scale in zip(part.T, scales, strict=True)]
        )
    for theirs, one in zip(wanted, numbers.aligned(own), strict=True):
        assert theirs is not None
        assert [i for i, knots in enumerate(one) if knots] == list(theirs.places)
        padded = [[*some, *some[-1:] * (theirs.size - len(some))] for some in theirs.values]
        assert [knots for knots in one if knots] == padded


@given(st.lists(st.sampled_from(["a", "b", "c c", "d", None, "1", "1.0"]), min_size=1, max_size=40))
def test_categories_are_coded_as_in_a_run(column: list[str | None]) -> None:
    series = pd.Series([*column, None, "z"], dtype=object, name="x")
    ours = Category.fit(series.iloc[:-1])
    texts = cells.texts_of(series)
    levels = categories.levels_of(texts[:-1])
    assert tuple(levels) == ours.levels
    assert np.array_equal(categories.codes_of(texts, levels), ours.codes(series))
    codes = ours.codes(series)
    assert np.array_equal(categories.one_hot(codes, len(levels)), ours.one_hot(codes))


@pytest.mark.parametrize(("levels", "columns"), [(20, 2), (2000, 2), (9, 1), (10**6, 3)])
def test_embeddings_are_as_wide(levels: int, columns: int) -> None:
    assert categories.width_of(levels, columns) == embedding_width(levels, columns)


@pytest.mark.parametrize("column", [["yes", "No", None, ""], [True, False, True, False], ["1", "0", "0", None]])
def test_truth_values_are_read(column: list[object]) -> None:
    series = pd.Series(column, dtype=object, name="x")
    assert np.array_equal(cells.truths_of(series), Boolean("x").numbers(series), equal_nan=True)


@pytest.mark.parametrize(
    ("column", "form"),
    [(["2024-02-29", "1999-12-31", None], None), (["2024-02-29 13:07:30", "1969-12-31 00:00:01", ""], None),
     (["29/02/2024", "01/12/1999", "13/01/2000"], "%d/%m/%Y")],
)  # fmt: skip
def test_dates_are_days_and_circles(column: list[str | None], form: str | None) -> None:
    series = pd.Series(column, dtype=object, name="x")
    ours = Date.fit(series)
    assert np.array_equal(dates.dates_of(series, form, ours.timed), ours.numbers(series), equal_nan=True)


def table(rows: int = 90) -> SplitTable:
    frame = pd.DataFrame(
        {"c": ["a", "b", "b", "c", "b"] * (rows // 5), "t": np.arange(rows)[::-1] // 3, "g": np.arange(rows) % 11}
    )
    frame.loc[0, "c"] = "rare"
    return SplitTable(frame, classes=frame["c"])


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_rows_are_taken_as_in_a_run(share: float) -> None:
    known, rows = table(), np.arange(90)[::-1].copy()
    by_group, by_time = SplitTable(known.frame, "g"), SplitTable(known.frame, "t")
    texts = cells.texts_of(known.frame["c"])
    strata, groups = splits.ranks_of(texts), splits.ranks_of(cells.texts_of(known.frame["g"]))
    times = splits.times_of(known.frame["t"])
    pairs = [
        (SPLITS["random"].take(known, rows, share, 5), splits.taken_at_random(rows, share, 5)),
        (SPLITS["stratified"].take(known, rows, share, 5), splits.taken_by_class(rows, share, 5, strata)),
        (SPLITS["group"].take(by_group, rows, share, 5), splits.taken_by_group(rows, share, 5, groups)),
        (SPLITS["time"].take(by_time, rows, share, 5), splits.taken_latest(rows, share, times)),
    ]
    for theirs, own in pairs:
        assert all(np.array_equal(a, b) for a, b in zip(theirs, own, strict=True))


def test_rows_are_dealt_into_folds_as_in_a_run() -> None:
    known = table()
    strata, groups = known.strata, SplitTable(known.frame, "g").groups
    times = known.frame["t"].to_numpy(float)
    pairs = [
        (deal(90, 3, None, None, None, 7), splits.folds_at_random(90, 3, 7)),
        (deal(90, 3, strata, None, None, 7), splits.folds_by_class(3, 7, strata)),
        (deal(90, 3, None, groups, None, 7), splits.folds_by_group(3, 7, groups)),
        (deal(90, 3, None, None, times, 7), splits.folds_by_time(3, times)),
    ]
    for theirs, own in pairs:
        for one, other in zip(theirs, own, strict=True):
            assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_each_class_has_a_training_row() -> None:
    texts = np.array(["a", "b", "a", "c", "b", "a", "c"], object)
    parts = {"train": np.array([0, 2]), "validation": np.array([1, 3]), "test": np.array([4, 5, 6])}
    split = Split(*parts.values(), "random")
    ours = with_each_class(split, np.arange(7), pd.factorize(texts)[0], ["validation", "test"])
    found = splits.with_each_class(parts, texts, ["validation", "test"])
    assert all(np.array_equal(found[name], getattr(ours, name)) for name in found)
    assert set(texts[found["train"]]) == {"a", "b", "c"}


def test_batches_come_in_the_order_of_a_run() -> None:
    assert np.array_equal(seeds.order_of(3, 4, 50), drawn(3, 4, 50))


def test_temperatures_soften_alike() -> None:
    shares = np.array([[0.9, 0.1], [0.5, 0.5], [1.0, 0.0]])
    assert np.array_equal(scores.tempered(shares, 1.7), tempered(shares, 1.7))


@pytest.mark.parametrize(
    ("name", "metric"), [("f1", skmetrics.f1_score), ("balanced_accuracy", skmetrics.balanced_accuracy_score)]
)
def test_thresholds_are_chosen_as_in_a_run(name: str, metric: Callable[..., float]) -> None:
    drawn = np.random.default_rng(8)
    truth = drawn.integers(0, 2, 70)
    high = np.clip(0.4 * truth + drawn.uniform(0, 0.6, 70), 0, 1).round(2)
    target = TargetSpec("y", "binary", classes=("a", "b"), positive=1)
    known = Predictions(target, truth, np.stack([1 - high, high], axis=1))
    assert scores.threshold_of(high, truth == 1, metric) == chosen(known, name)


def test_the_embedding_between_knots_is_that_of_the_house() -> None:
    knots = [[0.0, 1.0, 2.0], [], [-1.0, 0.5, 0.5]]
    rows = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
    keras.utils.set_random_seed(4)
    ours = PiecewiseLinearEmbedding(5, knots=knots, activation="relu")
    theirs = ours(rows)
    keras.utils.set_random_seed(4)
    own = layers.PiecewiseLinearEmbedding(5, knots, "relu")
    found = own(rows)
    assert np.array_equal(found, theirs) and np.asarray(found).any()
    assert [weight.shape for weight in own.weights] == [weight.shape for weight in ours.weights]
