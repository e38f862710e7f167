"""Several numbers as one target: where a district lies, by its houses."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kind_cases.case import Case, Given, Scores, add

PARTS = ["longitude", "latitude"]
TARGETS: dict[str, Any] = {"one vector": {"place": PARTS}, "two targets": PARTS}


def measured(given: Given, seed: int) -> Scores:
    """R2 of both, mean over them, as a vector and as two targets of one network; and of the baselines."""
    import protokit

    frame = pd.read_csv(given.data / "california_housing.csv").dropna()
    found: Scores = {}
    for name, target in TARGETS.items():
        metrics = ["r2_macro" if name == "one vector" else "r2"]
        recipe = {"seed": seed, "represent": {"target": target}, "evaluate": {"metrics": metrics}}
        with tempfile.TemporaryDirectory() as folder:
            scores = protokit.run(recipe, frame, out=folder).results["metrics"]["scores"]
        found[name] = {"r2": float(np.mean([s["network"]["value"] for s in scores]))}
        if name == "one vector":
            for baseline, score in scores[0]["baselines"].items():
                found[baseline] = {"r2": score["value"]}
    return found


def shown(found: Mapping[str, Mapping[str, float]]) -> list[tuple[str, bool]]:
    """What is claimed beside two targets, and a model of each."""
    own, two, linear = (found[name]["r2"] for name in ("one vector", "two targets", "linear"))
    return [
        (f"r2 {own:.4f}, as two targets {two:.4f} (within .01, or above)", own >= two - 0.01),
        (f"r2 {own:.4f}, ridge regression of each {linear:.4f}", own > linear),
    ]


add(Case("vector_place", "Longitude and latitude of a district by its houses (california)", measured, shown))
