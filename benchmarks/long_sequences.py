"""Classes of long sequences that only a view of the whole length tells apart; writes docs/long-sequences.md.

python benchmarks/long_sequences.py [--menus before,auto] [--tasks order,gap,shape] [--seeds 3] [--epochs 25] [--write]

The sequences are drawn here, from a seed: a network that sees a few steps at a time finds the same things in both
classes of each task. `before` is the default of November 2026, as a menu.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import protokit

LEAST, MOST = 400, 600  # steps
ROWS = 600
BURST = 8  # steps
TASKS = ("order", "gap", "shape")
FRESH = 1_000  # the seed of the first table: networks were chosen on those of lower ones
DOCS = Path(__file__).parent.parent / "docs" / "long-sequences.md"
RECORD = DOCS.with_suffix(".json")


def _convolution(filters: int, kernel: int) -> list[object]:
    return [
        {"Conv1D": {"filters": filters, "kernel_size": kernel, "padding": "same", "use_bias": False}},
        {"BatchNormalization": {"momentum": 0.9}},
        {"Activation": "relu"},
    ]


MENUS: dict[str, object] = {
    "before": [
        *_convolution(64, 7),
        *_convolution(128, 5),
        *_convolution(64, 3),
        {"branch": {"mean": ["GlobalAveragePooling1D"], "most": ["GlobalMaxPooling1D"]}},
        {"Dropout": 0.3},
    ]
}


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


def one(task: str, menu: str, seed: int, epochs: int) -> dict[str, object]:
    """The least loss on validation rows, accuracy on test rows, that of the baselines, and CPU seconds of the run."""
    recipe = {
        "name": task,
        "seed": seed,
        "represent": {"target": "kind", "sequence": {"by": "case", "time": "t"}, "split": {"test": 0.3}},
        "learn": {"menu": MENUS.get(menu, menu), "epochs": epochs},
        "evaluate": {"metrics": ["accuracy"], "baselines": ["dummy", "linear"]},
    }
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        run = protokit.run(recipe, table(task, seed=FRESH + seed), out=Path(folder))
    [score] = run.results["metrics"]["scores"]
    return {
        "task": task,
        "menu": menu,
        "seed": seed,
        "epochs": epochs,
        "loss": float(run.history["validation_loss"].min()),
        "accuracy": score["network"]["value"],
        "linear": score["baselines"]["linear"]["value"],
        "cpu": round(time.process_time() - started, 1),
    }


def page(found: list[dict]) -> Iterator[str]:
    """The table of the page, a row for each task and menu."""
    yield "| task | menu | accuracy | least validation loss | linear on a summary | seeds | epochs at most | CPU s |"
    yield "|---|---|---|---|---|---|---|---|"
    for task, menu in dict.fromkeys((run["task"], run["menu"]) for run in found):
        runs = [run for run in found if (run["task"], run["menu"]) == (task, menu)]
        mean = {key: sum(run[key] for run in runs) / len(runs) for key in ("accuracy", "loss", "linear", "cpu")}
        cells = [task, menu, f"{mean['accuracy']:.3f}", f"{mean['loss']:.3f}", f"{mean['linear']:.3f}"]
        yield "| " + " | ".join([*cells, str(len(runs)), str(runs[0]["epochs"]), f"{mean['cpu']:.0f}"]) + " |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--menus", default="before,auto")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    found = json.loads(RECORD.read_text()) if options.write and RECORD.exists() else []
    for seed in range(options.seeds):
        for task in options.tasks.split(","):
            for menu in options.menus.split(","):
                run = one(task, menu, seed, options.epochs)
                print(run, file=sys.stderr, flush=True)
                found = [r for r in found if (r["task"], r["menu"], r["seed"]) != (task, menu, seed)] + [run]
                if options.write:
                    RECORD.write_text(json.dumps(found, indent=1) + "\n")
    found.sort(key=lambda run: (TASKS.index(run["task"]), run["menu"] != "before", run["menu"], run["seed"]))
    lines = list(page(found))
    print("\n".join(lines))
    if options.write:  # the text around the table is written by hand
        before, _, rest = DOCS.read_text().partition("| task |")
        after = rest.partition("\n\n")[2]
        DOCS.write_text(before + "\n".join(lines) + "\n" + f"\n{after}" * bool(after))


if __name__ == "__main__":
    main()
