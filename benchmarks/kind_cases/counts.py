"""Counts as targets: rented bikes by the hour, later days as test rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import mean_poisson_deviance

from kind_cases.case import Case, Given, Scores, add, error_of_mean, lightgbm, tested

LEARN: dict[str, dict[str, Any]] = {
    "count": {"task": "count"},
    "count, negative_binomial": {"task": "count", "loss": "negative_binomial"},
    "count, squared error": {"task": "count", "loss": "MeanSquaredError"},
    "regression (squared error)": {"task": "regression"},
}
_LEAST = 1.0  # a network of numbers says some below 0, of which there is no deviance: the least count of the data


def recipe(given: Given, learn: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Bikes by the hour; the network is the default."""
    return {
        "seed": seed,
        "collect": {
            "tables": {"rides": str(given.data / "bike_sharing_hourly.csv")},
            "clean": [
                {"parse_dates": {"dteday": "%m/%d/%Y"}},
                {"cast": {"season": "category", "weathersit": "category", "hr": "category", "weekday": "category"}},
                {"drop": ["instant"]},
            ],
        },
        "represent": {"target": "cnt", "split": {"by": {"time": "dteday"}}},
        "learn": dict(learn),
        "evaluate": {"metrics": ["mean_absolute_error", "root_mean_squared_error"], "baselines": ["dummy"]},
    }


def deviances(truth: np.ndarray, means: np.ndarray) -> np.ndarray:
    """The Poisson deviance of each row. Shapes: (rows,) each."""
    logs = truth * np.log(np.where(truth > 0, truth, 1.0) / means)
    found: np.ndarray = 2 * (np.where(truth > 0, logs, 0.0) - truth + means)
    return found


def measured(given: Given, seed: int) -> Scores:
    """The deviance of each loss, and that of LightGBM; the errors are of the difference to the first, by day."""
    found: Scores = {}
    by_row: dict[str, np.ndarray] = {}
    days = truth = np.zeros(0)
    dates = pd.read_csv(given.data / "bike_sharing_hourly.csv")["dteday"].to_numpy()
    for name, learn in LEARN.items():
        predicted, _ = tested(recipe(given, learn, seed))
        truth, means = predicted["cnt"].to_numpy(float), predicted["cnt predicted"].to_numpy(float)
        days = dates[predicted["row"].to_numpy(int)]
        by_row[name] = means
        found[name] = {"below": float((means <= 0).sum())}
    for fitted, means in lightgbm(given, recipe(given, LEARN["count"], seed), "poisson", seed).items():
        by_row[f"LightGBM, poisson, of {fitted} rows"] = means
    first = deviances(truth, np.maximum(by_row["count"], 1e-9))
    for name, means in by_row.items():
        held = np.maximum(means, _LEAST) if name.startswith("regression") else means
        of_rows = deviances(truth, held)
        assert np.isclose(of_rows.mean(), mean_poisson_deviance(truth, held))
        found.setdefault(name, {}).update(
            deviance=float(of_rows.mean()),
            difference=float((of_rows - first).mean()),
            error_of_difference=error_of_mean(of_rows - first, days),
            mean_absolute_error=float(np.abs(truth - means).mean()),
            root_mean_squared_error=float(np.sqrt(((truth - means) ** 2).mean())),
        )
    return found


def shown(found: Mapping[str, Mapping[str, float]]) -> list[tuple[str, bool]]:
    """What issue and docs claim."""
    own = found["count"]["deviance"]
    said = [
        (
            f"deviance {1 - own / found[name]['deviance']:.1%} below that of {name} (at least 3%)",
            bool(own <= 0.97 * found[name]["deviance"]),
        )
        for name in ("count, squared error", "regression (squared error)")
    ]
    for name in [name for name in found if name.startswith("LightGBM")]:
        one = found[name]
        word = "above" if one["difference"] < 0 else "below"
        said.append(
            (
                f"{abs(one['difference']):.2f} {word} {name}; standard error of the difference "
                f"{one['error_of_difference']:.2f}",
                one["difference"] >= -one["error_of_difference"],
            )
        )
    return said


add(Case("counts", "Bikes rented in an hour, the last days as test rows: `learn: {task: count}`", measured, shown))
