from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.slices import levels, slices

COLUMNS = {
    "numbers": lambda rng, n: np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
    "few numbers": lambda rng, n: rng.integers(0, 4, n),
    "texts of numbers": lambda rng, n: np.array([f"{v:.2f}" for v in rng.normal(size=n)], object),
    "levels": lambda rng, n: np.array([f"c{i}" for i in rng.geometric(0.15, n)], object),
    "missing": lambda rng, n: np.array(["a", None], object)[rng.integers(0, 2, n)],
    "booleans": lambda rng, n: rng.random(n) < 0.3,
    "dates": lambda rng, n: pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 5, n), unit="D"),
    "all missing": lambda rng, n: np.full(n, np.nan),
}


@given(st.sampled_from(list(COLUMNS)), st.integers(2, 300), st.integers(0, 99))
@settings(deadline=None, max_examples=80)
def test_each_row_is_in_one_slice(kind: str, rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    column = pd.Series(COLUMNS[kind](rng, rows), name="c")
    order = rng.permutation(rows)
    train, test = order[: rows // 2], order[rows // 2 :]
    found = list(levels(column, train, test))
    assert sorted(np.concatenate([places for _, places in found])) == list(range(len(test)))
    names = [name for name, _ in found]
    assert len(set(names)) == len(names) <= 10
    for name, places in found:
        assert (name == "missing") == column.iloc[test[places]].isna().all()


def test_numbers_are_cut_at_the_quartiles_of_the_training_rows() -> None:
    column = pd.Series(np.arange(200.0), name="c")
    train = np.arange(100)
    found = dict(levels(column, train, np.arange(100, 200)))
    assert list(found) == ["above 74.25"] and len(found["above 74.25"]) == 100
    inside = dict(levels(column, train, train))
    assert {name: len(rows) for name, rows in inside.items()} == {
        "up to 24.75": 25, "24.75 to 49.5": 25, "49.5 to 74.25": 25, "above 74.25": 25,
    }  # fmt: skip


def test_the_commonest_levels_of_the_training_rows_stand_by_themselves() -> None:
    cells = [f"t{i}" for i in range(9) for _ in range(20 - i)] + ["only in the test"] * 50
    column = pd.Series(cells, name="c")
    train = np.arange(len(cells) - 50)
    found = dict(levels(column, train, np.arange(len(cells))))
    assert list(found) == [f"t{i}" for i in range(8)] + ["other"]
    assert len(found["other"]) == 12 + 50


def predictions(rows: int, seed: int, skill: float, blocks: np.ndarray | None = None) -> Predictions:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    positive = 1 / (1 + np.exp(-(skill * (truth - 0.5) + rng.normal(size=rows))))
    target = TargetSpec("y", "binary", ("n", "y"))
    return Predictions(target, truth, np.stack([1 - positive, positive], axis=1), blocks=blocks)


def test_scores_of_slices_are_those_of_their_rows() -> None:
    rows = 400
    column = pd.Series(["rare"] * 5 + ["one"] * 95 + ["two"] * 300, name="c")
    network, best = predictions(rows, 0, 3.0), predictions(rows, 0, 1.0)
    every = np.arange(rows)
    found = {one["value"]: one for one in slices(column, every, every, network, best, "roc_auc", 0)}
    assert sum(one["rows"] for one in found.values()) == rows
    one = found["one"]
    assert one["network"]["value"] == METRICS["roc_auc"](network, np.arange(5, 100))
    assert one["baseline"]["value"] == METRICS["roc_auc"](best, np.arange(5, 100))
    assert one["network"]["low"] < one["network"]["value"] < one["network"]["high"]
    wide, narrow = (found[name]["network"] for name in ("one", "two"))
    assert wide["high"] - wide["low"] > narrow["high"] - narrow["low"]
    assert np.isnan(found["rare"]["network"]["low"])  # of five rows nothing is sure


def test_a_metric_that_a_slice_leaves_undefined_is_not_a_number() -> None:
    network = predictions(60, 0, 3.0)
    column = pd.Series(np.where(network.truth == 1, "only positives", "only negatives"), name="c")
    for one in slices(column, np.arange(60), np.arange(60), network, None, "roc_auc", 0):
        assert np.isnan(one["network"]["value"]) and one["baseline"] is None


def test_intervals_of_slices_are_drawn_in_blocks() -> None:
    copies = np.repeat(np.arange(50), 8)
    alone, blocked = (predictions(50, 1, 1.0), None), (predictions(50, 1, 1.0), copies)
    whole = [Predictions(p.target, p.truth[copies], p.scores[copies], blocks=blocks) for p, blocks in (alone, blocked)]
    column = pd.Series(["all"] * 400, name="c")
    every = np.arange(400)
    widths = []
    for p in whole:
        [one] = slices(column, every, every, p, None, "accuracy", 0)
        widths.append(one["network"]["high"] - one["network"]["low"])
    assert widths[1] > 2 * widths[0]
    few = Predictions(whole[1].target, whole[1].truth, whole[1].scores, blocks=np.arange(400) // 100)
    [one] = slices(column, every, every, few, None, "accuracy", 0)
    assert np.isnan(one["network"]["low"]) and one["network"]["value"] == pytest.approx(METRICS["accuracy"](few))
