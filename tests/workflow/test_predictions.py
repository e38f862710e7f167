"""Every score of a run is scikit-learn's own on the columns that the run saved."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

import protokit
from protokit.core.errors import DataError
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.metrics.metric import METRICS
from protokit.workflow.record.predictions import read_predictions

FEW = {"epochs": 2, "stop": None}
SEASON = 7


def shop(rows: int = 180) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(rows, 3)), columns=["u", "v", "w"])
    frame["city"] = np.array([f"c{i:02}" for i in rng.integers(0, 30, rows)])
    frame["hot"], frame["wet"] = (frame["u"] > 0).astype(int), (frame["v"] > 0.4).astype(int)
    frame["Y"] = np.where(frame["u"] + frame["v"] + rng.normal(size=rows) > 0, "yes", "no")
    frame["y"] = np.digitize(frame["u"] + 0.5 * rng.normal(size=rows), [-0.5, 0.5])
    frame["row"] = np.exp(0.3 * frame["u"] + 0.1 * rng.normal(size=rows))
    return frame


def wave(rows: int = 160) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    steps = np.arange(rows)
    a = 50 + 10 * np.sin(2 * np.pi * steps / SEASON) + rng.normal(size=rows)
    times = pd.date_range("2023-01-01", periods=rows).strftime("%Y-%m-%d")
    return pd.DataFrame({"t": times, "a": a, "b": -3 * a + rng.normal(size=rows)})


SERIES = {"time": "t", "window": 21, "horizon": 4, "season": SEASON}
# by name: the task of each target, what is represented, further parts of the recipe, the table's columns
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any], list[str]]] = {
    "binary": ("binary", {"target": "Y"}, {}, ["u", "v", "w", "Y"]),
    "multiclass": ("multiclass", {"target": "y"}, {}, ["u", "v", "w", "y"]),
    "regression": ("regression", {"target": "row"}, {}, ["u", "v", "w", "row"]),
    "groups": ("binary", {"target": "Y", "split": {"by": {"group": "city"}}}, {}, ["u", "v", "w", "city", "Y"]),
    "folds": ("binary", {"target": "Y", "split": {"folds": 3}}, {}, ["u", "v", "w", "Y"]),
    "multilabel": ("multilabel", {"target": ["hot", "wet"]}, {"task": "multilabel"}, ["u", "v", "w", "hot", "wet"]),
    "quantile": ("quantile", {"target": "row"}, {"task": "quantile"}, ["u", "v", "w", "row"]),
    "forecasting": ("forecasting", {"target": ["a", "b"], "series": SERIES}, {}, ["t", "a", "b"]),
    "clustering": ("clustering", {}, {"task": "clustering", "clusters": 3}, ["u", "v", "w", "city", "hot"]),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], protokit.Run]]:
    """The run of a case, with every metric that is for its task."""
    made: dict[str, protokit.Run] = {}

    def of(name: str) -> protokit.Run:
        if name not in made:
            task, represent, learn, columns = CASES[name]
            metrics = [metric for metric in METRICS if task in METRICS[metric].tasks]
            evaluate = {"metrics": metrics, **({"labels": "hot"} if task == "clustering" else {})}
            data = {"represent": represent, "learn": {**FEW, **learn}, "evaluate": evaluate}
            table = (wave() if task == "forecasting" else shop())[columns]
            made[name] = protokit.run(data, table, out=tmp_path_factory.mktemp("runs"))
        return made[name]

    with pytest.MonkeyPatch.context() as patch:  # no test looks at the intervals of so many scores
        for name in ("RESAMPLINGS", "_SLOW"):
            patch.setattr(bootstrap, name, 40)
        yield of


def of_classes(saved: pd.DataFrame, prefix: str, name: str, classes: list[str], positive: str) -> dict[str, float]:
    """scikit-learn's scores of the columns of a target with classes."""
    truth, predicted = saved[name], saved[f"{prefix}{name} predicted"]
    shares = saved[[f"{prefix}{name} = {c}" for c in classes]].to_numpy()
    found = {
        "accuracy": sk.accuracy_score(truth, predicted),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, predicted),
        "log_loss": sk.log_loss(truth, shares, labels=classes),
        "matthews_corrcoef": sk.matthews_corrcoef(truth, predicted),
        **{
            f"{score}_{average}": function(truth, predicted, average=average, zero_division=0)
            for score, function in (("f1", sk.f1_score), ("precision", sk.precision_score), ("recall", sk.recall_score))
            for average in ("micro", "macro", "weighted")
        },
        "cohen_kappa": sk.cohen_kappa_score(truth, predicted),
        "d2_log_loss": sk.d2_log_loss_score(truth, shares, labels=classes),
        "d2_brier": sk.d2_brier_score(truth, shares, labels=classes),
        **{
            f"jaccard_{average}": sk.jaccard_score(truth, predicted, average=average, zero_division=0)
            for average in ("micro", "macro", "weighted")
        },
    }
    if len(classes) > 2:
        return {
            **found,
            "roc_auc_ovr": sk.roc_auc_score(truth, shares, multi_class="ovr", labels=classes),
            "roc_auc_ovo": sk.roc_auc_score(truth, shares, multi_class="ovo", labels=classes),
            **{
                f"roc_auc_{way}_weighted": sk.roc_auc_score(
                    truth, shares, multi_class=way, labels=classes, average="weighted"
                )
                for way in ("ovr", "ovo")
            },
            "average_precision": sk.average_precision_score(truth, shares),
            "brier_score": sk.brier_score_loss(truth, shares, labels=classes),
            "top_k_accuracy": sk.top_k_accuracy_score(truth, shares, k=2, labels=classes),
        }
    called, first = {"pos_label": positive, "zero_division": 0}, classes.index(positive)
    there, negative = truth == positive, [one for one in classes if one != positive]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a ratio that is divided by 0
        ratios = sk.class_likelihood_ratios(truth, predicted, labels=[*negative, positive])
    return {
        **found,
        "f1": sk.f1_score(truth, predicted, **called),
        "precision": sk.precision_score(truth, predicted, **called),
        "recall": sk.recall_score(truth, predicted, **called),
        "jaccard": sk.jaccard_score(truth, predicted, **called),
        "positive_likelihood_ratio": ratios[0],
        "negative_likelihood_ratio": ratios[1],
        "roc_auc": sk.roc_auc_score(there, shares[:, first]),
        "average_precision": sk.average_precision_score(there, shares[:, first]),
        "brier_score": sk.brier_score_loss(there, shares[:, first]),
    }


def of_numbers(truth: Any, predicted: Any) -> dict[str, float]:
    return {
        "r2": sk.r2_score(truth, predicted),
        "mean_squared_error": sk.mean_squared_error(truth, predicted),
        "root_mean_squared_error": sk.root_mean_squared_error(truth, predicted),
        "mean_absolute_error": sk.mean_absolute_error(truth, predicted),
        "median_absolute_error": sk.median_absolute_error(truth, predicted),
        "mean_absolute_percentage_error": sk.mean_absolute_percentage_error(truth, predicted),
        "mean_squared_log_error": sk.mean_squared_log_error(truth, predicted) if (predicted > -1).all() else np.nan,
        "root_mean_squared_log_error": (
            sk.root_mean_squared_log_error(truth, predicted) if (predicted > -1).all() else np.nan
        ),
        "mean_poisson_deviance": sk.mean_poisson_deviance(truth, predicted) if (predicted > 0).all() else np.nan,
        "mean_gamma_deviance": sk.mean_gamma_deviance(truth, predicted) if (predicted > 0).all() else np.nan,
        **{
            f"d2_{name}_deviance": sk.d2_tweedie_score(truth, predicted, power=p) if (predicted > 0).all() else np.nan
            for name, p in (("poisson", 1), ("gamma", 2))
        },
        "d2_absolute_error": sk.d2_absolute_error_score(truth, predicted),
        "explained_variance": sk.explained_variance_score(truth, predicted),
        "max_error": sk.max_error(truth, predicted),
    }


def of_labels(saved: pd.DataFrame, prefix: str, labels: list[str]) -> dict[str, float]:
    truth, shares = saved[labels].to_numpy(), saved[[f"{prefix}{label} = 1" for label in labels]].to_numpy()
    predicted = (shares > 0.5).astype(int)
    return {
        "accuracy": sk.accuracy_score(truth, predicted),
        "hamming_loss": sk.hamming_loss(truth, predicted),
        **{
            f"jaccard_{average}": sk.jaccard_score(truth, predicted, average=average, zero_division=0)
            for average in ("samples", "micro", "macro", "weighted")
        },
        "roc_auc_macro": sk.roc_auc_score(truth, shares),
        "average_precision_macro": sk.average_precision_score(truth, shares),
        **{
            f"{score}_{average}": function(truth, predicted, average=average, zero_division=0)
            for score, function in (("f1", sk.f1_score), ("precision", sk.precision_score), ("recall", sk.recall_score))
            for average in ("micro", "macro", "weighted", "samples")
        },
    }


def of_quantiles(truth: Any, columns: list[Any], levels: list[float]) -> dict[str, float]:
    return {
        "mean_pinball_loss": np.mean(
            [sk.mean_pinball_loss(truth, c, alpha=q) for c, q in zip(columns, levels, strict=True)]
        ),
        "coverage": ((columns[0] <= truth) & (truth <= columns[-1])).mean(),
        "interval_width": (columns[-1] - columns[0]).mean(),
    }


def of_forecasts(saved: pd.DataFrame, units: pd.DataFrame, prefix: str, columns: list[str]) -> dict[str, float]:
    truth, predicted = saved[columns].to_numpy(), saved[[f"{prefix}{c} predicted" for c in columns]].to_numpy()
    season, one, scale = (units[[f"{c} {unit}" for c in columns]].to_numpy() for unit in ("naive", "naive_1", "scale"))
    flat, said = truth.ravel(), predicted.ravel()
    return {
        "r2": sk.r2_score(flat, said),
        "mean_squared_error": sk.mean_squared_error(flat, said),
        "root_mean_squared_error": sk.root_mean_squared_error(flat, said),
        "mean_absolute_error": sk.mean_absolute_error(flat, said),
        "median_absolute_error": sk.median_absolute_error(flat, said),
        "mean_absolute_percentage_error": sk.mean_absolute_percentage_error(flat, said),
        "mase": sk.mean_absolute_error(truth / one, predicted / one),
        "seasonal_mase": sk.mean_absolute_error(truth / season, predicted / season),
        "smape": np.mean(200 * np.abs(truth - predicted) / (np.abs(truth) + np.abs(predicted))),
        "scaled_mean_squared_error": sk.mean_squared_error(truth / scale, predicted / scale),
        "scaled_mean_absolute_error": sk.mean_absolute_error(truth / scale, predicted / scale),
    }


def of_clusters(saved: pd.DataFrame, prefix: str, clusters: list[str]) -> dict[str, float]:
    points = saved[[c for c in saved if c.startswith("point ")]].to_numpy()
    found = saved[[f"{prefix}cluster = {c}" for c in clusters]].to_numpy().argmax(axis=1)
    return {
        "silhouette": sk.silhouette_score(points, found),
        "calinski_harabasz": sk.calinski_harabasz_score(points, found),
        "davies_bouldin": sk.davies_bouldin_score(points, found),
        "adjusted_rand": sk.adjusted_rand_score(saved["label"], found),
        "adjusted_mutual_info": sk.adjusted_mutual_info_score(saved["label"], found),
        "normalized_mutual_info": sk.normalized_mutual_info_score(saved["label"], found),
        "rand": sk.rand_score(saved["label"], found),
        "mutual_info": sk.mutual_info_score(saved["label"], found),
        "fowlkes_mallows": sk.fowlkes_mallows_score(saved["label"], found),
        "homogeneity": sk.homogeneity_score(saved["label"], found),
        "completeness": sk.completeness_score(saved["label"], found),
        "v_measure": sk.v_measure_score(saved["label"], found),
    }


def expected(run: protokit.Run, prefix: str) -> dict[str, float]:
    [target] = run.results["metrics"]["targets"]
    network, baselines = (pd.read_parquet(run.path / f"{name}.parquet") for name in ("predictions", "baselines"))
    saved = network if not prefix else pd.concat([network, baselines[[c for c in baselines if prefix in c]]], axis=1)
    name, task = target["name"], target["task"]
    if task == "multilabel":
        return of_labels(saved, prefix, target["columns"])
    if task == "quantile":
        columns = [saved[f"{prefix}row {q:g}"] for q in target["quantiles"]]
        return of_quantiles(saved["row (2)"], columns, target["quantiles"])
    if task == "forecasting":
        return of_forecasts(saved, network, prefix, target["columns"])
    if task == "clustering":
        return of_clusters(saved, prefix, target["classes"])
    if task == "regression":
        return of_numbers(saved["row (2)"], saved[f"{prefix}row predicted"])
    return of_classes(saved.astype({name: str}), prefix, name, target["classes"], target.get("positive", ""))


@pytest.mark.some("folds", "multilabel", "regression", "clustering", "forecasting")
@pytest.mark.parametrize("case", list(CASES))
def test_every_score_is_scikit_learns_on_the_saved_columns(case: str, runs: Callable[[str], protokit.Run]) -> None:
    scores = runs(case).results["metrics"]["scores"]
    task = CASES[case][0]
    assert {score["metric"] for score in scores} == {name for name in METRICS if task in METRICS[name].tasks}
    assert len(scores[0]["baselines"]) >= 2
    for baseline in ("", *scores[0]["baselines"]):
        own = {s["metric"]: (s["baselines"][baseline] if baseline else s["network"])["value"] for s in scores}
        own = {name: np.nan if value is None else value for name, value in own.items()}  # undefined on these rows
        right = expected(runs(case), f"{baseline}: " if baseline else "")
        assert own == pytest.approx({name: right[name] for name in own}, rel=1e-12, abs=1e-14, nan_ok=True)


@pytest.mark.parametrize("case", list(CASES))
def test_predictions_come_back_as_they_were_scored(case: str, runs: Callable[[str], protokit.Run]) -> None:
    run = runs(case)
    network, baselines, rows = read_predictions(run.path)
    for score in run.results["metrics"]["scores"]:
        one = network[score["target"]]
        assert len(rows.numbers) == len(one.truth)
        for name, value in {"": score["network"], **score["baselines"]}.items():
            again = METRICS[score["metric"]](baselines[score["target"]][name] if name else one)
            assert again == value["value"] or (np.isnan(again) and value["value"] is None)
    assert (next(iter(network.values())).blocks is not None) == (case in {"groups", "forecasting"})


def test_columns_of_any_name_are_told_apart(tmp_path: Path) -> None:
    frame = shop().rename(columns={"hot": "block", "wet": "y predicted"})[["u", "v", "Y", "y", "block", "y predicted"]]
    data = {"represent": {"target": ["block", "Y", "y", "y predicted"]}, "learn": FEW}
    run = protokit.run(data, frame, out=tmp_path)
    network, baselines, rows = read_predictions(run.path)
    for name, one in network.items():
        classes = np.array(one.target.classes)
        assert (classes[one.truth] == frame[name].astype(str).to_numpy()[rows.numbers]).all()
        assert all((simple.truth == one.truth).all() for simple in baselines[name].values())
    for score in run.results["metrics"]["scores"]:
        assert METRICS[score["metric"]](network[score["target"]]) == score["network"]["value"]


def test_a_folder_without_predictions_says_so(tmp_path: Path, runs: Callable[[str], protokit.Run]) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_predictions(tmp_path)
    metrics = json.loads((runs("binary").path / "metrics.json").read_text())
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    with pytest.raises(DataError, match="not a table of predictions"):
        read_predictions(tmp_path)


def test_a_forecast_of_an_earlier_version_keeps_what_it_called_mase() -> None:
    """Its table has two units; what it divided by was the error of the season."""
    run = Path(__file__).parent.parent / "golden" / "run_sales" / "run"
    network, _, _ = read_predictions(run)
    [found] = network.values()
    scores = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["scores"]
    recorded = next(score for score in scores if score["metric"] == "mase")
    assert METRICS["mase"](found) == pytest.approx(recorded["network"]["value"])
