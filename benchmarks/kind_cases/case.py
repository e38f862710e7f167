"""What a case is, and what several of them need."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Scores = dict[str, dict[str, float]]  # of each variant: metrics


@dataclass(frozen=True)
class Given:
    """Where public data lie, and the Python in which peers are installed; None where there is none."""

    data: Path
    peers: str | None


@dataclass(frozen=True)
class Case:
    """One thing that is shown of a kind.

    `measured` is called for each seed and gives metrics by variant. `shown` holds what is claimed against the means
    over the seeds: a sentence, and whether it is so.
    """

    name: str
    about: str
    measured: Callable[[Given, int], Scores]
    shown: Callable[[Mapping[str, Mapping[str, float]]], list[tuple[str, bool]]]


CASES: dict[str, Case] = {}


def add(case: Case) -> Case:
    """Make it known by its name."""
    CASES[case.name] = case
    return case


def tested(recipe: Mapping[str, Any], table: Any = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A run's predictions of the test rows, and those of its baselines."""
    import protokit

    with tempfile.TemporaryDirectory() as folder:
        run = protokit.run(recipe, table, out=folder)
        parts = [pd.read_parquet(run.path / f"{name}.parquet") for name in ("predictions", "baselines")]
        return parts[0], parts[1]


def scored(
    table: pd.DataFrame, represent: Mapping[str, Any], metric: str, seed: int, baselines: tuple[str, ...] = ("dummy",)
) -> dict[str, float]:
    """The score of one network, "network", and of baselines, on the test rows."""
    import protokit

    plain = {"seed": seed, "represent": represent, "learn": {"networks": 1}}
    plain["evaluate"] = {"metrics": [metric], "baselines": [*baselines]}
    with tempfile.TemporaryDirectory() as folder:
        [score] = protokit.run(plain, table, out=folder).results["metrics"]["scores"]
    return {"network": score["network"]["value"], **{name: score["baselines"][name]["value"] for name in baselines}}


def write_parts(recipe: Mapping[str, Any], table: Any, folder: Path) -> None:
    """The rows of a recipe's parts, with its inputs and its target, as Parquet for peers."""
    from protokit.recipe.recipe import Recipe
    from protokit.workflow.run.collecting import collected
    from protokit.workflow.run.representing import represent

    read = Recipe.parse(recipe)
    [fold] = represent(read, collected(read, table))
    target = str(recipe["represent"]["target"])
    frame = fold.frame[[*(c for c in fold.encoder.needed if c != target), target]]
    for part in ("train", "validation", "test"):
        frame.iloc[getattr(fold.split, part)].to_parquet(folder / f"{part}.parquet", index=False)


_LIGHTGBM = """
import json, sys
from pathlib import Path
import lightgbm
import pandas as pd
folder, target, objective, seed = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
parts = {p: pd.read_parquet(folder / f"{p}.parquet") for p in ("train", "validation", "test")}
whole = pd.concat(parts.values(), ignore_index=True)
for column in [c for c in whole.columns if c != target]:
    cells = whole[column]
    if pd.api.types.is_datetime64_any_dtype(cells):
        whole[column] = cells.dt.dayofyear
        whole[f"{column}_weekday"], whole[f"{column}_day"] = cells.dt.weekday, (cells - cells.min()).dt.days
    elif cells.dtype.kind not in "iuf":
        whole[column] = cells.astype(str).where(cells.notna(), "missing").astype("category")
x, y = whole.drop(columns=[target]), whole[target]
a, b = len(parts["train"]), len(parts["train"]) + len(parts["validation"])
found = {}
for name, end in (("train", a), ("train and validation", b)):
    model = lightgbm.LGBMRegressor(objective=objective, random_state=seed, verbose=-1).fit(x[:end], y[:end])
    found[name] = model.predict(x[b:]).tolist()
print(json.dumps(found))
"""


def lightgbm(given: Given, recipe: Mapping[str, Any], objective: str, seed: int) -> dict[str, np.ndarray]:
    """What LightGBM predicts of a recipe's test rows, fitted on its training rows, and on validation rows, too.

    Shapes: by the rows that it was fitted on (rows,), in the order of the test rows.
    """
    if given.peers is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        write_parts(recipe, None, Path(folder))
        call = [given.peers, "-c", _LIGHTGBM, folder, str(recipe["represent"]["target"]), objective, str(seed)]
        done = subprocess.run(call, capture_output=True, text=True, check=True)
    return {name: np.array(values) for name, values in json.loads(done.stdout.splitlines()[-1]).items()}


def error_of_mean(values: np.ndarray, blocks: np.ndarray) -> float:
    """The standard error of a mean of rows that are alike within a block, as the hours of a day are.

    Shapes: values and blocks (rows,).
    """
    sums = pd.Series(values - values.mean()).groupby(blocks).sum().to_numpy()
    count = len(sums)
    return float(np.sqrt(count / (count - 1) * (sums**2).sum()) / len(values))
