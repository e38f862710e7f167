"""What stands around the training, on tables that grow: wide, of many classes, of many series.

python benchmarks/growth.py [NAME ...] [--write]: seconds of each step of a run with default epochs and stop; `--write`
puts them into docs/growth.md and docs/growth.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parent.parent
TRAINING = ("compile", "learn")


def wide() -> tuple[dict[str, object], pd.DataFrame]:
    generator = np.random.default_rng(0)
    numbers = generator.normal(size=(2000, 2000))
    noise = generator.normal(size=2000)
    frame = pd.DataFrame(numbers, columns=[f"x{i}" for i in range(2000)])
    return {"represent": {"target": "y"}}, frame.assign(y=np.where(numbers[:, :20].sum(1) + noise > 0, "a", "b"))


def classes() -> tuple[dict[str, object], pd.DataFrame]:
    generator = np.random.default_rng(0)
    centers = generator.normal(size=(1000, 10)) * 2
    label = generator.integers(1000, size=30_000)
    numbers = centers[label] + generator.normal(size=(30_000, 10))
    frame = pd.DataFrame(numbers, columns=[f"x{i}" for i in range(10)])
    return {"represent": {"target": "y"}}, frame.assign(y=[f"c{i:04}" for i in label])


def series() -> tuple[dict[str, object], pd.DataFrame]:
    generator = np.random.default_rng(0)
    steps, count = 120, 2000
    walks = generator.normal(size=(count, steps)).cumsum(axis=1) + 10 * np.sin(np.arange(steps) * 2 * np.pi / 12)
    frame = pd.DataFrame({
        "store": np.repeat([f"s{i:04}" for i in range(count)], steps),
        "month": np.tile(pd.date_range("2018-01-01", periods=steps, freq="MS"), count),
        "sales": walks.ravel() + generator.normal(size=count).repeat(steps) * 20,
    })  # fmt: skip
    forecast = {"time": "month", "by": "store", "window": 24, "horizon": 6}
    return {"represent": {"target": "sales", "series": forecast}}, frame


TABLES = {"wide": wide, "classes": classes, "series": series}
TITLES = {
    "wide": "2,000 rows x 2,000 columns",
    "classes": "30,000 rows of 1,000 classes",
    "series": "2,000 series of 120 steps",
}


def measured(name: str) -> dict[str, float]:
    """Seconds by step of one run, and the process's peak memory in MiB. To be run in a process of its own."""
    import protokit
    from protokit.core.libraries.backend import keras

    assert keras.__version__, "Keras and TensorFlow are imported before the clock starts"
    recipe, frame = TABLES[name]()
    with tempfile.TemporaryDirectory() as folder:
        run = protokit.run({"name": name, **recipe}, frame, out=folder)
        seconds = json.loads((run.path / "steps.json").read_text())["seconds"]
    return {**seconds, "MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def page(found: dict[str, dict[str, float]]) -> str:
    """The figures as a page."""
    lines = [
        "# Around the training", "",
        f"Written by `benchmarks/growth.py` on {date.today()}: seconds by the clock of one run each, with default "
        "epochs and stop, imports of libraries apart. The training is what compiles and trains the networks; the "
        "baselines are fitted beside it, and their column is the time that they took longer; all else stands "
        "around.", "",
        "| table | training | baselines | around | around / training | around / training and baselines | "
        "the dearest steps around | peak memory |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, seconds in found.items():
        training, waited = sum(seconds[step] for step in TRAINING), seconds["baselines"]
        others = {step: s for step, s in seconds.items() if step not in (*TRAINING, "baselines", "MiB")}
        around = sum(others.values())
        dearest = ", ".join(f"{step} {s:.1f} s" for step, s in sorted(others.items(), key=lambda one: -one[1])[:3])
        shares = f"{around / training:.2f} | {around / (training + waited):.2f}"
        figures = f"{training:.1f} s | {waited:.1f} s | {around:.1f} s | {shares} | {dearest}"
        lines.append(f"| {TITLES[name]} | {figures} | {seconds['MiB']:,.0f} MiB |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=list(TABLES))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", action="store_true", help="in this process, as JSON")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.names[0])))
        return
    found = {}
    for name in given.names:
        command = [sys.executable, __file__, name, "--one"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        found[name] = json.loads(done.stdout.splitlines()[-1])
        print(name, found[name], flush=True)
    if given.write:
        (ROOT / "docs/growth.json").write_text(
            json.dumps({"date": str(date.today()), "seconds": found}, indent=1) + "\n"
        )
        (ROOT / "docs/growth.md").write_text(page(found))


if __name__ == "__main__":
    main()
