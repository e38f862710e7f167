"""Tables with the truth in them, of later rows: series, clusters, sequences, and targets of several columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

import protokit
from protokit import DataError, SpecError

RNG = np.random.default_rng(0)
FEW: dict[str, Any] = {"epochs": 2, "networks": 1, "menu": [{"Dense": {"units": 4, "activation": "relu"}}]}


def test_every_forecast_whose_truth_is_there_is_scored(tmp_path: Path) -> None:
    days = np.arange(220)
    level = 50 + 10 * np.sin(2 * np.pi * days / 7) + RNG.normal(size=220)
    frame = pd.DataFrame({"t": pd.date_range("2024-01-01", periods=220), "a": level, "b": -level})
    series = {"time": "t", "window": 14, "horizon": 7}
    recipe = {"represent": {"target": ["a", "b"], "series": series}, "learn": {"epochs": 2, "networks": 1}}
    run = protokit.run(recipe, frame.iloc[:180], out=tmp_path)
    later = frame.iloc[180 - 14 :]
    found = run.evaluate(later)
    assert found.rows == 40 - 7 + 1 and list(found.metrics) == ["mase", "mean_absolute_error", "smape"]
    assert "34 forecasts, which begin from 2024-06-29 to 2024-08-01" in str(found.notices[-1])
    first = run.model.predict(later.iloc[:14])
    [p] = found.predictions.values()
    np.testing.assert_allclose(p.scores[0], first[["a", "b"]], rtol=1e-5)
    np.testing.assert_allclose(p.truth[0], later[["a", "b"]].iloc[14:21])
    missed = np.abs(p.scores - p.truth).mean()
    assert found.metrics["mean_absolute_error"] == pytest.approx(missed, rel=1e-6)
    # the test windows of the run itself give its scores again
    test = run.results["metrics"]["rows"]["test"]
    again = run.model.evaluate(frame.iloc[180 - 14 - 7 - test + 1 : 180])
    assert again.rows == test and again.metrics == pytest.approx(run.metrics, rel=1e-6)
    assert [*run.model.gradients(later)] == [one.path for one in run.model.network.trainable_variables]
    gaps = later.copy()
    gaps.iloc[20, 1] = None
    assert run.model.evaluate(gaps).rows == 34 - 7
    with pytest.raises(
        DataError, match="a window of 14 and a horizon of 7 take 21 rows, and the longest series has 20"
    ):
        run.model.evaluate(later.tail(20))


def test_clusters_are_held_against_labels(tmp_path: Path) -> None:
    of = RNG.integers(0, 2, 160)
    frame = pd.DataFrame({"x": RNG.normal(6 * of), "y": RNG.normal(-6 * of), "group": np.array(["l", "r"])[of]})
    recipe = {"learn": {"task": "clustering", "epochs": 4, "clusters": 2}, "evaluate": {"labels": "group"}}
    run = protokit.run(recipe, frame.iloc[:120], out=tmp_path)
    later = frame.iloc[120:].copy()
    found = run.evaluate(later)
    assert list(found.metrics) == ["adjusted_rand", "adjusted_mutual_info"]
    expected = adjusted_rand_score(later["group"], run.model.predict(later)["cluster"])
    assert found.metrics["adjusted_rand"] == pytest.approx(expected) and expected > 0.9
    assert "left out are silhouette, davies_bouldin" in str(found.notices[-1])
    later.iloc[:3, 2] = None
    assert "3 rows left out" in str(run.model.evaluate(later, labels="group"))
    with pytest.raises(SpecError, match="no column of them is named"):
        run.model.evaluate(later)
    with pytest.raises(DataError, match="the column 'grup' is missing"):
        run.model.evaluate(later, labels="grup")
    with pytest.raises(SpecError, match="silhouette: of the columns as training saw them"):
        run.model.evaluate(later, labels="group", metrics=["silhouette"])
    with pytest.raises(SpecError, match="clusters have none"):
        run.model.gradients(later)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    x, z = RNG.normal(size=(2, 160))
    return pd.DataFrame({"x": x, "z": z, "w": RNG.normal(size=160)})


def test_labels_in_one_column_are_a_truth_where_none_is_there(rows: pd.DataFrame, tmp_path: Path) -> None:
    tags = [
        ";".join(n for n, one in (("red", a), ("blue", b)) if one > 0) or None for a, b in rows[["x", "z"]].to_numpy()
    ]
    frame = rows.assign(tags=tags)
    recipe = {"represent": {"target": "tags"}, "learn": {**FEW, "task": "multilabel"}}
    run = protokit.run(recipe, frame.iloc[:120], out=tmp_path)
    assert run.evaluate(frame.iloc[120:]).rows == 40, "no label is an answer, too"
    with pytest.raises(SpecError, match="labels='tags' is what clusters are held against"):
        run.model.evaluate(frame, labels="tags")


@pytest.mark.parametrize(
    ("target", "learn"),
    [("inputs", {"menu": [{"Dense": 2}]}), ({"both": ["x", "z"]}, {"task": "vector"}), ("x", {"task": "quantile"})],
)
def test_the_runs_own_test_rows_give_its_scores(
    target: Any, learn: dict[str, Any], rows: pd.DataFrame, tmp_path: Path
) -> None:
    run = protokit.run({"represent": {"target": target}, "learn": {**FEW, **learn}}, rows, out=tmp_path)
    test = rows.iloc[run.predictions["row"]]
    assert run.evaluate(test).metrics == pytest.approx(run.metrics, rel=1e-5)
    assert len(run.history) == 2 and len(run.predictions) == len(test)


def test_sequences_of_rows_are_scored(tmp_path: Path) -> None:
    by = np.repeat(np.arange(60), 4)
    told = RNG.normal(size=240)
    frame = pd.DataFrame({"id": by, "t": np.tile(np.arange(4), 60), "v": told})
    frame["kind"] = np.where(frame.groupby("id")["v"].transform("mean") > 0, "up", "down")
    recipe = {
        "represent": {"target": "kind", "sequence": {"by": "id", "time": "t"}},
        "learn": {**FEW, "menu": ["Flatten", {"Dense": 4}]},
    }
    run = protokit.run(recipe, frame, out=tmp_path)
    assert run.evaluate(frame).rows == 60
    some = frame.assign(kind=frame["kind"].where(frame["id"] > 9))
    found = run.evaluate(some)
    assert found.rows == 50 and "10 rows left out" in str(found.notices[-1])


def test_a_class_without_a_row_is_told_where_it_counts_as_nothing(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": RNG.normal(size=150), "kind": np.repeat(["ant", "bee", "cat"], 50)})
    frame["x"] += np.repeat([0.0, 5.0, 10.0], 50)
    model = protokit.run({"represent": {"target": "kind"}, "learn": FEW}, frame, out=tmp_path).model
    told = [str(one) for one in model.evaluate(frame[frame["kind"] == "ant"], metrics=["f1_macro", "accuracy"]).notices]
    assert any("f1_macro counts classes of which no row is here as 0: bee, cat" in one for one in told)
    assert not any("counts classes" in str(one) for one in model.evaluate(frame, metrics=["f1_macro"]).notices)
