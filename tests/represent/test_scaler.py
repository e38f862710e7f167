from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from protokit.core.values.arrays import FEW_ROWS
from protokit.represent.encoders.circles import COMPUTED, TABLES, days_and_circles
from protokit.represent.encoders.scaling.scaler import FINE, SINGLE, ColumnScale, Scaler, rounded, scaler_from_plain

ANY = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(-(2**63), 2**63 - 1).map(float)
MOST = 1.7976931348623157e308
FEW = st.sampled_from([0.0, -0.0, 1.0, 1.1, 5e-324, 1e-310, 1e300, -1e300, MOST, -MOST, 2.0**53, 2.0**53 + 2])
COLUMNS = st.one_of(st.lists(cells, min_size=1, max_size=60) for cells in (ANY, WHOLE, FEW, ANY | st.just(np.nan)))


def fitted(*values: float) -> ColumnScale:
    return ColumnScale.fit(np.array(values, float))


@given(COLUMNS, st.lists(ANY, max_size=20))
def test_what_comes_out_is_bounded_finite_and_grows_with_the_number(train: list[float], later: list[float]) -> None:
    numbers = np.array(train)[:, None]
    scaler = Scaler.fit(numbers)
    every = np.sort(np.concatenate([numbers[~np.isnan(numbers)], later]))
    found = scaler.transform(every[:, None])[:, 0]
    assert np.isfinite(found).all() and (np.abs(found) <= (32 if scaler.columns[0].straight else 3)).all()
    assert (np.diff(found) >= -1e-6).all()
    missing = scaler.transform(np.array([[np.nan], [scaler.columns[0].median]]))
    assert missing[0, 0] == missing[1, 0] and scaler.marked[0] == np.isnan(numbers).any()
    if scaler.marked[0]:
        assert missing[:, 1].tolist() == [1, 0]


@given(COLUMNS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_and_json_change_nothing(train: list[float], random: object) -> None:
    mixed = train.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]
    scaler = Scaler.fit(np.array(train)[:, None])
    assert Scaler.fit(np.array(mixed)[:, None]).as_plain() == scaler.as_plain()
    again = scaler_from_plain(json.loads(json.dumps(scaler.as_plain())))
    numbers = np.array(train)[:, None]
    assert np.array_equal(again.transform(numbers), scaler.transform(numbers))


@given(st.lists(st.floats(-1e30, 1e30).filter(lambda x: abs(x) > 1e-30 or x == 0), min_size=1, max_size=60))
def test_a_float32_is_scaled_as_the_number_that_it_stands_for(train: list[float]) -> None:
    numbers = np.array(train)
    column = ColumnScale.fit(numbers)
    singles = numbers.astype(np.float32).astype(float)
    if column.bits == SINGLE:
        assert np.array_equal(column.transform(singles), column.transform(numbers))
    assert np.array_equal(rounded(numbers, SINGLE), singles)


def test_of_real_data_float32_and_the_last_bit_of_a_float64_change_nothing(shared: Path) -> None:
    tried = 0
    for path in sorted(shared.glob("*.csv*")):
        for name, column in pd.read_csv(path, nrows=50_000, encoding="latin-1").select_dtypes("number").items():
            numbers = column.to_numpy(float)[:, None]
            if np.isnan(numbers).all():
                continue
            scaler = Scaler.fit(numbers)
            found = scaler.transform(numbers)
            for other in (numbers.astype(np.float32).astype(float), np.nextafter(numbers, np.inf)):
                assert np.abs(scaler.transform(other) - found).max() <= 1e-6, (path.name, name)
            assert np.abs(found).max() <= (32 if len(column) < FEW_ROWS else 3)
            tried += 1
    assert tried > 100


def test_ranks_of_different_numbers_are_those_of_scikit_learn() -> None:
    from sklearn.preprocessing import QuantileTransformer, StandardScaler

    x = np.random.default_rng(0).lognormal(size=(800, 3))
    rank = QuantileTransformer(n_quantiles=800, output_distribution="normal", subsample=None).fit_transform(x)
    size = StandardScaler().fit_transform(x)
    expected = (np.clip(rank, -3, 3) + size / np.sqrt(1 + (size / 3) ** 2)) / 2
    np.testing.assert_allclose(Scaler.fit(x).transform(x), expected, atol=1e-5)


def test_of_few_rows_numbers_keep_their_proportions() -> None:
    from sklearn.preprocessing import StandardScaler

    x = np.random.default_rng(0).lognormal(sigma=2, size=(FEW_ROWS - 1, 3))
    scaler = Scaler.fit(x)
    np.testing.assert_allclose(scaler.transform(x), StandardScaler().fit_transform(x), atol=1e-5)
    assert all(column.straight for column in scaler.columns) and scaler.as_plain()["version"] == 3
    assert scaler.transform(np.array([[1e9, -1e9, 1e300]])).tolist() == [[32, -32, 32]]
    more = Scaler.fit(np.concatenate([x, x[:1]]))
    assert not any(column.straight for column in more.columns) and more.as_plain()["version"] == 2


def test_a_run_of_equal_numbers_has_the_rank_of_its_middle_and_no_knot_beside_it() -> None:
    ages = np.repeat([20.0, 20.1, 35.3, 40.7], [300, 200, 400, 101])
    column = ColumnScale.fit(ages)
    assert column.knots == tuple(np.array([20.0, 20.1, 35.3, 40.7], np.float32).astype(float).tolist())
    middles = (np.array([0, 300, 500, 900]) + np.array([299, 499, 899, 1000])) / 2 / 1000
    np.testing.assert_allclose(column.values, np.clip(ndtri(middles), -3, 3), atol=1e-12)
    many = np.concatenate([np.tile(ages, 50), np.linspace(50, 60, 2000)])
    long = ColumnScale.fit(many)
    assert set(column.knots) <= set(long.knots) and set(long.knots) <= set(rounded(many, SINGLE).tolist())
    assert 30 < len(long.knots) <= 1000


def test_what_a_float32_cannot_tell_apart_is_looked_at_more_closely() -> None:
    seconds = 1.7e9 + np.arange(0, 86_400, 60.0)
    column = ColumnScale.fit(seconds)
    assert column.bits == FINE and (np.diff(column.transform(seconds)) > 0).all()
    assert ColumnScale.fit(np.arange(2010.0, 2020.0)).bits == SINGLE
    noise = np.array([0.3, 0.1 + 0.2, 0.7, 0.1 * 7, 1.1, 1.1 * 1.1 / 1.1, 5.0])
    assert ColumnScale.fit(noise).bits == SINGLE and len(ColumnScale.fit(noise).knots) == 4


@pytest.mark.parametrize(
    ("train", "given_", "expected"),
    [
        ([7.0] * 5, [7.0, 7.5, -100.0], [0.0, 0.5, -3.0]),
        ([1e300] * 3, [1e300, -1e300], [0.0, -3.0]),
        ([5e-324] * 3, [5e-324, 0.0], [0.0, 0.0]),
        ([1.0, 2.0, 2.0, 1.0], [1.0, 2.0, 9.0], [-1.0, 1.0, 3.0]),
        ([0.1] * 7, [0.1], [0.0]),
        ([np.nan] * 3, [0.0, 5.0], [0.0, 3.0]),
    ],
)
def test_one_value_two_or_none_are_standardised_only(
    train: list[float], given_: list[float], expected: list[float]
) -> None:
    column = fitted(*train)
    assert column.knots == ()
    np.testing.assert_allclose(column.transform(np.array(given_)), expected, atol=1e-6)


def test_missing_numbers_get_the_median_and_are_marked_and_columns_stand_alone() -> None:
    numbers = np.array([[1.0, 5.0], [np.nan, 6.0], [2.0, 9.0], [9.0, 7.0]])
    scaler = Scaler.fit(numbers)
    assert scaler.columns[0].median == 2.0 and scaler.marked.tolist() == [True, False]
    found = scaler.transform(numbers)
    assert found.shape == (4, 3) and found.dtype == np.float32 and found[:, 2].tolist() == [0, 1, 0, 0]
    assert found[1, 0] == found[2, 0]
    assert np.array_equal(Scaler.fit(numbers[:, :1]).transform(numbers[:, :1])[:, 0], found[:, 0])
    assert Scaler.fit(np.zeros((3, 0))).transform(np.zeros((3, 0))).shape == (3, 0)


def test_a_column_of_hardly_anything_but_zeros_is_still_ranked() -> None:
    column = ColumnScale.fit(np.concatenate([np.zeros(1_200_000), np.arange(1.0, 1101.0)]))
    found = column.transform(np.array([0.0, 300.0, 600.0, 1100.0]))
    assert column.knots == (0.0, 1100.0) and (np.diff(found) > 0.1).all() and abs(found[0]) < 0.1


def test_numbers_beyond_those_that_a_float_counts() -> None:
    whole = pd.Series([2**53 + i for i in range(50)] + [2**62, -(2**62)], dtype="int64").to_numpy(float)
    found = ColumnScale.fit(whole).transform(np.sort(whole))
    assert (np.diff(found) >= 0).all() and found[0] < found[1] < found[-1]


def test_no_other_version_is_read() -> None:
    with pytest.raises(ValueError, match="version 5"):
        scaler_from_plain({"version": 5})


def test_circles_are_read_off_tables_and_close_to_what_was_computed() -> None:
    dates = pd.Series(pd.to_datetime(["2024-12-31 23:59:59", "1999-01-01 00:00:00", None, "2024-02-29 06:30:00"]))
    for timed, width in ((True, 7), (False, 5)):
        new, old = (days_and_circles(dates, timed=timed, version=v) for v in (TABLES, COMPUTED))
        assert new.shape == old.shape == (4, width) and np.isnan(new[2]).all() and np.isnan(old[2]).all()
        assert np.array_equal(new[:, 0], old[:, 0], equal_nan=True)
        np.testing.assert_allclose(new, old, atol=0.005)
        np.testing.assert_allclose(new[:, 1:5], old[:, 1:5], atol=1e-7)
        assert np.array_equal(new[:, 1:], new[:, 1:].astype(np.float32), equal_nan=True)
    far = pd.Series(np.array(["0001-01-01", "9999-12-31"], "datetime64[s]"))
    assert days_and_circles(far, timed=False, version=TABLES)[:, 0].tolist() == [-719162, 2932896]
