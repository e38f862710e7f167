"""Classes of long sequences that only a view of the whole length tells apart, and what menus make of them.

python benchmarks/long_sequences.py [--menus sequence_cnn,auto] [--tasks order,gap,shape] [--seeds 1] [--epochs 30]

The sequences are drawn here, from a seed: a network that sees a few steps at a time finds the same things in both
classes of each task.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import protokit

LEAST, MOST = 400, 600  # steps
ROWS = 600
BURST = 8  # steps
TASKS = ("order", "gap", "shape")


def sequence(task: str, kind: int, rng: np.random.Generator) -> np.ndarray:
    """One sequence of a class, 0 or 1. Shapes: (steps,)."""
    steps = int(rng.integers(LEAST, MOST + 1))
    values = rng.normal(0, 0.5, steps)
    if task == "order":  # a burst up and one down, far apart: which comes first
        first, second = _apart(steps, int(rng.integers(80, 300)), rng)
        up, down = (first, second) if kind == 0 else (second, first)
        values[up : up + BURST] += 2
        values[down : down + BURST] -= 2
    elif task == "gap":  # two bursts: how far apart
        first, second = _apart(steps, int(rng.integers(60, 120) if kind == 0 else rng.integers(180, 240)), rng)
        for start in (first, second):
            values[start : start + BURST] += 2
    else:  # a slow wave: up and then down, or down and then up
        width = int(rng.integers(200, 300))
        start = int(rng.integers(0, steps - width))
        turn = np.linspace(0, 2 * np.pi, width)
        values[start : start + width] += (1 - 2 * kind) * np.sin(turn) * np.sin(turn / 2)
    return values


def table(task: str, rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """The rows of a long table: case, t, value and the class of each case."""
    rng = np.random.default_rng([seed, TASKS.index(task)])
    kinds = rng.permutation(np.arange(rows) % 2)
    each = [sequence(task, int(kind), rng) for kind in kinds]
    lengths = [len(one) for one in each]
    return pd.DataFrame(
        {
            "case": np.repeat(np.arange(rows), lengths),
            "t": np.concatenate([np.arange(length) for length in lengths]),
            "value": np.concatenate(each),
            "kind": np.repeat(np.array(["a", "b"])[kinds], lengths),
        }
    )


def _apart(steps: int, gap: int, rng: np.random.Generator) -> tuple[int, int]:
    first = int(rng.integers(0, steps - gap - BURST))
    return first, first + gap


def one(task: str, menu: object, seed: int, epochs: int) -> tuple[float, float, float]:
    """The least loss on validation rows, accuracy on test rows, and CPU seconds of the run."""
    recipe = {
        "name": task,
        "seed": seed,
        "represent": {"target": "kind", "sequence": {"by": "case", "time": "t"}, "split": {"test": 0.3}},
        "learn": {"menu": menu, "epochs": epochs},
        "evaluate": {"metrics": ["accuracy"], "baselines": ["dummy", "linear"]},
    }
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        run = protokit.run(recipe, table(task), out=Path(folder))
    metrics = run.results["metrics"]
    loss = float(run.history["validation_loss"].min())
    return loss, metrics["scores"][0]["network"]["value"], time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--menus", default="sequence_cnn,auto")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=30)
    options = parser.parse_args()
    for task in options.tasks.split(","):
        for menu in options.menus.split(","):
            for seed in range(options.seeds):
                loss, accuracy, seconds = one(task, menu, seed, options.epochs)
                print(f"| {task} | {menu} | {seed} | {loss:.4f} | {accuracy:.3f} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
