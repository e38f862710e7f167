"""From the prompt to the first training step: what a run takes before it trains, here and in another checkout.

python benchmarks/first_step.py [--against FOLDER] [--runs 5] [--write]: seconds by the clock of each step before the
training, on adult (../shared/data) with its official test file; the libraries are imported before. Checkouts take
turns. Also a second run of the same data, which takes what the first has prepared.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
BEFORE = ("collect", "represent", "audit", "build", "cache")
PROGRAM = """
import json, sys, tempfile
import pandas as pd, protokit, keras
small = pd.DataFrame({"x": range(2000), "z": [1.5, 2.0, 7.5, 4.0] * 500, "s": ["a", "b"] * 1000, "w": [1, 2] * 1000,
                      "y": ["no", "yes", "yes", "no"] * 500})
learn = {"menu": [{"Dense": {"units": 2}}], "epochs": 1}
train, test = sys.argv[1:]
recipe = {"collect": {"tables": {"t": train, "e": test}}, "represent": {"target": "income", "split": {"test": "e"}},
          "learn": learn, "evaluate": {"baselines": []}, "name": "adult"}
with tempfile.TemporaryDirectory() as folder:
    protokit.run({"represent": {"target": "y"}, "learn": learn, "name": "small"}, small, out=folder)
    for _ in range(2):
        run = protokit.run(recipe, out=folder)
        print(json.dumps(json.loads((run.path / "steps.json").read_text())["seconds"]))
"""


def measured(checkout: Path, cache: Path) -> list[dict[str, float]]:
    """Seconds by step of a first and a second run in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PROTOKIT_CACHE": str(cache), "TF_CPP_MIN_LOG_LEVEL": "3"}
    files = [str(DATA / "adult_train.csv.gz"), str(DATA / "adult_test.csv")]
    command = [sys.executable, "-c", PROGRAM, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=cache, env=environment)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main() -> None:
    """See the module."""
    import tempfile

    parser = argparse.ArgumentParser()
    parser.add_argument("--against", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    checkouts = {"here": ROOT} | ({"before": given.against.resolve()} if given.against else {})
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(given.runs):
        for name, checkout in checkouts.items():
            with tempfile.TemporaryDirectory() as folder:
                first, second = measured(checkout, Path(folder))
            found.setdefault(name, []).append(first)
            found.setdefault(f"{name}, a second run", []).append(second)
    lines = [
        "# From the prompt to the first training step", "",
        f"Written by `benchmarks/first_step.py` on {date.today()}: adult with its official test file (48,842 rows x "
        f"15), seconds by the clock, medians of {given.runs} runs in turns, libraries imported before.", "",
        "| | " + " | ".join(BEFORE) + " | together |", "|---" * (len(BEFORE) + 2) + "|",
    ]  # fmt: skip
    together = {}
    for name, runs in found.items():
        each = {step: statistics.median(run.get(step, 0.0) for run in runs) for step in BEFORE}
        together[name] = statistics.median(sum(run.get(step, 0.0) for step in BEFORE) for run in runs)
        cells = " | ".join(f"{value:.2f}" for value in each.values())
        lines.append(f"| {name} | {cells} | **{together[name]:.2f}** |")
    if "before" in together:
        lines += ["", f"Here a first run takes {together['here'] / together['before']:.2f} of the time of before."]
    share = together["here, a second run"] / together["here"]
    lines += ["", f"A second run of the same data takes {share:.1%} of the time of the first."]
    print("\n".join(lines))
    if given.write:
        (ROOT / "docs/first-step.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
