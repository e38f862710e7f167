"""Ordered classes as targets: the cut of diamonds, and how women rate their marriage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, cohen_kappa_score

from kind_cases.case import Case, Given, Scores, add, tested

CUTS = ["Fair", "Good", "Very Good", "Premium", "Ideal"]


def _recipe(given: Given, target: str, order: list[str], task: str, seed: int) -> tuple[dict[str, Any], Any]:
    represent: dict[str, Any] = {"target": target}
    if task == "ordinal":
        represent["columns"] = {target: {"ordered": order}}
    found: dict[str, Any] = {"seed": seed, "represent": represent, "learn": {"task": task}}
    found["evaluate"] = {"baselines": ["dummy", "linear", "boosting"]}
    if target == "cut":
        found["collect"] = {"tables": {"t": str(given.data / "diamonds.csv.gz")}}
        return found, None
    from statsmodels.datasets import fair

    frame = fair.load_pandas().data
    frame["rate_marriage"] = frame["rate_marriage"].astype(int)
    return found, frame


def _places(frame: pd.DataFrame, column: str, order: list[str]) -> np.ndarray:
    return frame[column].astype(str).map({name: i for i, name in enumerate(order)}).to_numpy(int)


def _scores(truth: np.ndarray, called: np.ndarray) -> dict[str, float]:
    return {
        "quadratic_kappa": float(cohen_kappa_score(truth, called, weights="quadratic")),
        "mean_absolute_rank_error": float(np.abs(truth - called).mean()),
        "accuracy": float(accuracy_score(truth, called)),
    }


def _measured(given: Given, seed: int, target: str, order: list[str]) -> Scores:
    found: Scores = {}
    for task in ("ordinal", "classification"):
        predicted, baselines = tested(*_recipe(given, target, order, task, seed))
        truth = _places(predicted, target, order)
        found[task] = _scores(truth, _places(predicted, f"{target} predicted", order))
        names = {title.split(": ")[0] for title in baselines if ": " in title}
        for name in sorted(names) if task == "ordinal" else []:
            found[name] = _scores(truth, _places(baselines, f"{name}: {target} predicted", order))
    return found


def shown(found: Mapping[str, Mapping[str, float]]) -> list[tuple[str, bool]]:
    """Whether the order tells something that the classes alone do not."""
    own, classes = found["ordinal"], found["classification"]
    return [
        (
            f"quadratic_kappa {own['quadratic_kappa']:.3f}, of the same network without the order "
            f"{classes['quadratic_kappa']:.3f}",
            own["quadratic_kappa"] >= classes["quadratic_kappa"],
        ),
        (
            f"error {own['mean_absolute_rank_error']:.3f} ranks, without the order "
            f"{classes['mean_absolute_rank_error']:.3f}",
            own["mean_absolute_rank_error"] <= classes["mean_absolute_rank_error"],
        ),
    ]


def of_cuts(given: Given, seed: int) -> Scores:
    """Five cuts of 53,940 diamonds."""
    return _measured(given, seed, "cut", CUTS)


def of_marriages(given: Given, seed: int) -> Scores:
    """Ratings from 1 to 5 of 6,366 marriages (Fair, 1978; from statsmodels)."""
    return _measured(given, seed, "rate_marriage", ["1", "2", "3", "4", "5"])


add(Case("ordinal_cut", "The cut of a diamond, of five that have an order: `task: ordinal`", of_cuts, shown))
add(Case("ordinal_fair", "How a marriage is rated, from 1 to 5 (statsmodels): `task: ordinal`", of_marriages, shown))
