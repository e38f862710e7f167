"""What a run chooses on validation rows, says of slices, and holds its network against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.metrics import f1_score, roc_auc_score

import protokit
from protokit.core.errors import DataError, SpecError
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.run import baselines as module

RATE = {"AdamW": {"learning_rate": 0.02}}
LEARN = {"menu": [{"Dense": 8}], "epochs": 12, "stop": None, "optimizer": RATE}
SIMPLE = ["dummy", "linear"]


def loans(rows: int = 600) -> pd.DataFrame:
    """A rare default that two columns tell of, a branch that nothing tells of, and the part that each row is in."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.normal(size=(rows, 2)), columns=["debt", "age"])
    frame["branch"] = np.array(["north", "south", "east"])[rng.integers(0, 3, rows)]
    frame["customer"] = rng.integers(0, 90, rows)
    frame["default"] = np.where(frame["debt"] - frame["age"] + rng.normal(size=rows) > 2, "yes", "no")
    frame["part"] = np.array(["train", "validation", "test"])[np.arange(rows) % 10 // 2 % 3]
    return frame


def run(out: Path, frame: pd.DataFrame, evaluate: dict[str, Any], **more: Any) -> protokit.Run:
    represent = {"target": "default", "split": {"by": {"column": "part"}}, **more.pop("represent", {})}
    data = {"name": "loans", "represent": represent, "learn": LEARN, "evaluate": {"baselines": SIMPLE, **evaluate}}
    return protokit.run(data, frame, out=out, **more)


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> protokit.Run:
    evaluate = {"threshold": "f1", "calibrate": "temperature", "metrics": ["f1", "log_loss"]}
    slices = ["branch", "debt", "customer"]
    return run(tmp_path_factory.mktemp("runs"), loans(), {**evaluate, "slices": slices})


def test_a_threshold_and_a_temperature_never_see_the_test_rows(chosen: protokit.Run, tmp_path: Path) -> None:
    """Truth and columns of the test rows are changed: what was chosen stays the same to the bit."""
    frame = loans()
    test = frame["part"] == "test"
    frame.loc[test, "default"] = np.where(frame.loc[test, "default"] == "yes", "no", "yes")
    frame.loc[test, "age"] += 3
    evaluate = {"threshold": "f1", "calibrate": "temperature", "metrics": ["f1", "log_loss"]}
    other = run(tmp_path, frame, evaluate)
    for one in ("thresholds", "calibration"):
        assert one in other.results["metrics"]
    assert other.results["metrics"]["thresholds"] == chosen.results["metrics"]["thresholds"]
    temperatures = [one.results["metrics"]["calibration"]["default"]["temperature"] for one in (chosen, other)]
    assert temperatures[0] == temperatures[1] and 0.1 < temperatures[0] < 10
    simple = [read_predictions(one.path)[1]["default"]["linear"].thresholds for one in (chosen, other)]
    assert (simple[0] == simple[1]).all()
    assert other.metrics != chosen.metrics


def test_a_chosen_threshold_is_the_best_on_validation_rows_and_goes_with_the_model(chosen: protokit.Run) -> None:
    plain = chosen.results["metrics"]["thresholds"]["default"]
    assert plain["metric"] == "f1" and plain["value"] < 0.5
    frame = loans()
    known = frame[frame["part"] == "validation"]
    predicted = chosen.model.predict(known)
    assert ((predicted["default = yes"] > plain["value"]) == (predicted["default"] == "yes")).all()
    assert f1_score(known["default"], predicted["default"], pos_label="yes") == pytest.approx(plain["validation"])
    for other in np.linspace(0.02, 0.98, 49):
        labels = np.where(predicted["default = yes"] > other, "yes", "no")
        assert f1_score(known["default"], labels, pos_label="yes") <= plain["validation"] + 1e-12
    loaded = protokit.load(chosen.path)
    pd.testing.assert_frame_equal(loaded.predict(known), predicted, check_exact=True)
    assert loaded.signature.targets[0].threshold == plain["value"]
    assert "is called 'yes' above a probability" in str(chosen)
    saved = pd.read_parquet(chosen.path / "predictions.parquet")
    assert ((saved["default = yes"] > saved["default threshold"]) == (saved["default predicted"] == "yes")).all()
    assert f1_score(saved["default"], saved["default predicted"], pos_label="yes") == chosen.metrics["f1"]


def test_a_baseline_gets_the_same_chance(chosen: protokit.Run, tmp_path: Path) -> None:
    simple = pd.read_parquet(chosen.path / "baselines.parquet")
    assert simple["linear: default threshold"].nunique() == 1
    assert (
        simple["linear: default threshold"][0]
        != pd.read_parquet(chosen.path / "predictions.parquet")["default threshold"][0]
    )
    at_half = run(tmp_path, loans(), {"metrics": ["f1"]})
    better = [one.results["metrics"]["scores"][0]["baselines"]["linear"]["value"] for one in (chosen, at_half)]
    assert better[0] > better[1]


def test_a_number_is_a_threshold_too_and_folds_choose_their_own(tmp_path: Path) -> None:
    fixed = run(tmp_path, loans(), {"threshold": 0.2, "metrics": ["f1", "accuracy"]})
    assert fixed.results["metrics"]["thresholds"] == {} and fixed.results["metrics"]["targets"][0]["threshold"] == 0.2
    saved = pd.read_parquet(fixed.path / "predictions.parquet")
    assert ((saved["default = yes"] > 0.2) == (saved["default predicted"] == "yes")).all()
    network, simple, _ = read_predictions(fixed.path)
    assert network["default"].target.threshold == simple["default"]["linear"].target.threshold == 0.2

    evaluate = {"threshold": "balanced_accuracy", "calibrate": "temperature", "metrics": ["balanced_accuracy"]}
    frame = loans(300).drop(columns="part")
    folded = run(tmp_path, frame, evaluate, represent={"split": {"folds": 3}})
    saved = pd.read_parquet(folded.path / "predictions.parquet")
    own = saved.groupby("fold")["default threshold"].unique()
    assert all(len(values) == 1 for values in own) and len({values[0] for values in own}) == 3
    assert ((saved["default = yes"] > saved["default threshold"]) == (saved["default predicted"] == "yes")).all()
    mean = folded.results["metrics"]["thresholds"]["default"]["value"]
    assert mean == pytest.approx(np.mean([values[0] for values in own]))
    model = protokit.load(folded.path)
    temperatures = [part.encoder.signature.targets[0].temperature for part in model.parts]
    assert len(set(temperatures)) == 3
    assert len({id(part.network) for part in model.parts}) == 1  # one network for all
    predicted = model.predict(frame)
    assert ((predicted["default = yes"] > mean) == (predicted["default"] == "yes")).all()
    network, _, _ = read_predictions(folded.path)
    assert (network["default"].thresholds == saved["default threshold"]).all()


def test_slices_hold_all_test_rows_and_their_own_scores(chosen: protokit.Run, tmp_path: Path) -> None:
    found = chosen.results["metrics"]["slices"]
    rows = chosen.results["metrics"]["rows"]["test"]
    for column in ("branch", "debt", "customer"):
        assert sum(one["rows"] for one in found if one["column"] == column) == rows
    saved = pd.read_parquet(chosen.path / "predictions.parquet")
    branch = loans()["branch"].iloc[saved["row"]].to_numpy()
    for one in (one for one in found if one["column"] == "branch"):
        own = saved[branch == one["value"]]
        assert one["network"]["value"] == pytest.approx(
            f1_score(own["default"], own["default predicted"], pos_label="yes")
        )
        assert one["metric"] == "f1" and set(one["baseline"]) == {"value", "low", "high"}
    text = json.dumps(found)
    assert "NaN" not in text
    grouped = run(
        tmp_path,
        loans().drop(columns="part"),
        {"slices": ["branch"], "metrics": ["roc_auc"]},
        represent={"split": {"by": {"group": "customer"}}, "columns": {"branch": "ignore"}},
    )
    assert "branch" not in grouped.model.columns
    saved = pd.read_parquet(grouped.path / "predictions.parquet")
    assert saved["block"].nunique() > 10
    for one in grouped.results["metrics"]["slices"]:
        own = saved[loans()["branch"].iloc[saved["row"]].to_numpy() == one["value"]]
        assert one["network"]["value"] == pytest.approx(roc_auc_score(own["default"] == "yes", own["default = yes"]))


def test_per_class_is_of_the_test_rows(chosen: protokit.Run) -> None:
    found = {one["class"]: one for one in chosen.results["metrics"]["per_class"]["default"]}
    saved = pd.read_parquet(chosen.path / "predictions.parquet")
    assert {name: one["rows"] for name, one in found.items()} == saved["default"].value_counts().to_dict()
    assert found["yes"]["f1"] == chosen.metrics["f1"]


def test_baselines_are_the_same_bits_beside_the_training_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = {"baselines": ["dummy", "linear", "boosting", "neighbors"], "threshold": "f1"}
    forest = {"forest": RandomForestClassifier(20)}
    files = []
    for cores in (1, 2):
        monkeypatch.setattr(module, "cores", lambda cores=cores: cores)
        one = run(tmp_path, loans(), every, baselines=forest)
        files.append((one.path / "baselines.parquet").read_bytes())
        assert set(one.results["metrics"]["scores"][0]["baselines"]) == {*every["baselines"], "forest"}
        assert "RandomForestClassifier" in one.results["metrics"]["estimators"]["forest"]
    assert files[0] == files[1]


def test_own_estimators_of_every_task(tmp_path: Path) -> None:
    frame = loans(200).assign(hot=lambda f: (f["debt"] > 0).astype(int), wet=lambda f: (f["age"] > 0).astype(int))
    boosted = HistGradientBoostingClassifier(max_iter=5)  # takes no sparse matrix
    several = protokit.run(
        {"represent": {"target": ["default", "debt"]}, "learn": LEARN, "evaluate": {"baselines": []}},
        frame.drop(columns=["hot", "wet", "part"]),
        out=tmp_path,
        baselines={"mine": boosted, "ridge": Ridge(2.0)},
    )
    names = {score["target"]: set(score["baselines"]) for score in several.results["metrics"]["scores"]}
    assert names == {"default": {"mine"}, "debt": {"ridge"}}
    assert not hasattr(boosted, "classes_")  # a copy was fitted
    labels = protokit.run(
        {"represent": {"target": ["hot", "wet"]}, "learn": {**LEARN, "task": "multilabel"}},
        frame[["debt", "age", "hot", "wet"]],
        out=tmp_path,
        baselines={"mine": boosted},
    )
    assert set(labels.results["metrics"]["scores"][0]["baselines"]) >= {"mine", "neighbors"}


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"linear": Ridge()}, "is a name of protokit's own"),
        ({"mine": Ridge()}, "is a regressor, and the task is binary"),
        ({"mine": RandomForestClassifier}, "is a class"),
        ({"mine": "forest"}, "no classifier and no regressor"),
        ({"mine": RidgeClassifier()}, "gives no probabilities"),
        ({3: Ridge()}, "a baseline's name is a text"),
        ([Ridge()], "baselines are estimators by name"),
    ],
)
def test_what_is_no_baseline_is_said_before_anything_is_written(own: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=words):
        run(tmp_path, loans(100), {}, baselines=own)
    assert not any(tmp_path.iterdir())


def test_an_estimator_that_cannot_be_fitted_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'mine' could not be fitted"):
        run(tmp_path, loans(100), {}, baselines={"mine": RandomForestClassifier(max_features="all")})


def test_what_is_for_classes_is_refused_elsewhere(tmp_path: Path) -> None:
    frame = loans(100)[["debt", "age"]]
    for evaluate, words in (
        ({"threshold": "f1"}, "threshold is for a target of two classes, and the task is regression"),
        ({"calibrate": "temperature"}, "calibrate is for a target of classes, and the task is regression"),
    ):
        with pytest.raises(SpecError, match=words):
            protokit.run({"represent": {"target": "debt"}, "evaluate": evaluate}, frame, out=tmp_path)
    assert not any(tmp_path.iterdir())
    with pytest.raises(SpecError, match="no column 'brnch' in the data"):
        run(tmp_path, loans(100), {"slices": ["branch", "brnch"]})


class Moody(RidgeClassifier):  # type: ignore[misc]
    """An estimator with faults of its own."""

    def __init__(self, fault: str = "") -> None:
        super().__init__()
        self.fault = fault

    def fit(self, x: Any, y: Any) -> Moody:
        if self.fault == "fit":
            raise RuntimeError("not today")
        return super().fit(x, y)

    def predict_proba(self, x: Any) -> Any:
        if self.fault == "predict":
            raise KeyError("nor tomorrow")
        return np.full((x.shape[0], 2), np.nan)


@pytest.mark.parametrize(
    ("fault", "words"),
    [("fit", "'mine' could not be fitted: not today"), ("predict", "nor tomorrow"), ("nan", "not finite")],
)
def test_faults_of_a_persons_estimator_are_said(fault: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        run(tmp_path, loans(150), {"baselines": []}, baselines={"mine": Moody(fault)})


def test_a_step_of_an_estimator_gets_a_seed_too_and_a_resumed_run_has_the_same_baselines(tmp_path: Path) -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    forest = make_pipeline(StandardScaler(), RandomForestClassifier(3))
    none = run(tmp_path, loans(200), {"baselines": []})
    one, two = (run(tmp_path, loans(200), {"baselines": []}, baselines={"mine": forest}) for _ in range(2))
    assert one.results["metrics"]["scores"] == two.results["metrics"]["scores"]
    again = run(tmp_path, loans(200), {"baselines": []}, baselines={"mine": forest}, resume=True)
    assert again.path == two.path and run(tmp_path, loans(200), {"baselines": []}, resume=True).path == none.path


def test_filters_of_warnings_are_as_before(tmp_path: Path) -> None:
    import warnings

    before = list(warnings.filters)
    run(tmp_path, loans(150), {})
    assert warnings.filters == before
