"""What embeddings of numbers bring: the same network with and without them, on the same rows, at their defaults.

python benchmarks/number_embeddings.py DATA_FOLDER [--rows 8000] [--seeds 2] [--epochs 60]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import mean

import pandas as pd

import protokit
from protokit.menu.house.tabular import hidden_layers

TABLES = {
    "california_housing": ("california_housing.csv", "median_house_value"),
    "adult": ("adult_train.csv.gz", "income"),
}
EMBEDDINGS = {
    "none": None,
    "PeriodicEmbedding": {"PeriodicEmbedding": {}, "from": "numbers"},
    "16 fixed bins": {"PiecewiseLinearEmbedding": {"bins": 16}, "from": "numbers"},
    "PiecewiseLinearEmbedding": {"PiecewiseLinearEmbedding": {}, "from": "numbers"},
}


def menu(embedding: dict[str, object] | None) -> list[object]:
    """Two hidden layers and the inputs beside them, with the embedded numbers among these."""
    if embedding is None:
        return [hidden_layers(0.4)]
    return [{"branch": {"embedded": [embedding], "plain": []}}, hidden_layers(0.4)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=8000)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=60)
    options = parser.parse_args()
    for name, (file, target) in TABLES.items():
        table = pd.read_csv(options.data / file, na_values=["?"], skipinitialspace=True)
        table = table.sample(min(options.rows, len(table)), random_state=0).reset_index(drop=True)
        for embedding, item in EMBEDDINGS.items():
            scores: dict[str, list[float]] = {}
            for seed in range(options.seeds):
                recipe = {
                    "name": name,
                    "seed": seed,
                    "represent": {"target": target},
                    "learn": {"menu": menu(item), "epochs": options.epochs},
                    "evaluate": {"baselines": []},
                }
                with tempfile.TemporaryDirectory() as out:
                    run = protokit.run(recipe, table, out=out)
                    seconds = json.loads((run.path / "steps.json").read_text())["seconds"]
                for metric, value in run.metrics.items():
                    scores.setdefault(metric, []).append(value)
                scores.setdefault("seconds", []).append(seconds["learn"] + seconds["compile"])
            shown = "  ".join(f"{metric} {mean(values):,.4f}" for metric, values in scores.items())
            print(f"{name:20} {embedding:26} {shown}", flush=True)


if __name__ == "__main__":
    main()
