"""The script of every recipe, executed by a bare environment, and how far its predictions are from the run's.

python benchmarks/ejecting.py DATA_FOLDER [--venv FOLDER] [--only adult] [--page]

Each recipe is run by Keras's `fit` (`learn.engine: keras`), so that its script is to give the same bits; the
environment has what the script imports and no protokit. Results are kept in docs/eject.json; --page writes the table
of docs/eject.md anew.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from doors import PUBLIC, case
from rooms import ROOT, bare, fill

import protokit

PAGE = ROOT / "docs" / "eject.md"
RECORD = PAGE.with_suffix(".json")
PACKAGES = (
    "keras", "tensorflow", "pandas", "scikit-learn", "scipy", "numpy",
    "duckdb", "pyarrow", "pillow", "openpyxl", "lxml",
)  # fmt: skip
FOR_BITS = {"learn.engine": "keras", "evaluate.baselines": []}


def measured(name: str, data: Path, python: Path) -> dict[str, object]:
    """The figures of one recipe; `refused` where it has no script."""
    recipe, table = case(name, data)
    if table is not None:  # a script reads a file
        return {"refused": "its table was cut in Python"}
    with tempfile.TemporaryDirectory() as folder:
        out, set_to = Path(folder) / "runs", {**FOR_BITS, **({} if isinstance(recipe, Path) else {"learn.epochs": 3})}
        try:
            if isinstance(recipe, Path) and "\nsets:" in recipe.read_text():
                del set_to["learn.engine"]  # what is trained together is trained by the fused engine
                sets = protokit.run_sets(recipe, out=out, set=set_to)
                runs = [sets.run(one) for one in sets.sets]
            else:
                runs = [protokit.run(recipe, out=out, set=set_to)]
            found = [executed(run, Path(folder), python) for run in runs]
        except protokit.ProtokitError as error:
            return {"refused": re.sub(r"\S*/(recipe\.yaml)", r"\1", str(error).splitlines()[0])}
    return {name: max(one[name] for one in found) for name in found[0]}


def executed(run: protokit.Run, folder: Path, python: Path) -> dict[str, Any]:
    """The script of a run, executed by a bare Python, beside the run."""
    from protokit.workflow.eject.proving import compared

    script = folder / "script.py"
    protokit.eject(run, script)
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow", "PYTHONPATH": ""}
    begun = time.perf_counter()
    done = subprocess.run([python, "-I", script], cwd=folder, env=quiet, capture_output=True, text=True)
    lines = len(script.read_text().splitlines())
    if done.returncode:
        return {"lines": lines, "failed": (done.stderr or done.stdout).strip().splitlines()[-1]}
    seconds = time.perf_counter() - begun
    said = pd.read_csv(folder / "script_predictions.csv", dtype=str, keep_default_na=False)
    proof = compared(said, run.predictions, "the run")
    return {"lines": lines, "rows": proof.rows, "apart": proof.apart, "labels": proof.labels, "seconds": seconds}


def page(found: dict[str, Any]) -> str:
    """The table."""
    dates = sorted({one["date"] for one in found.values()})
    lines = [
        f"Measured by `benchmarks/ejecting.py`, {dates[0]} to {dates[-1]}: runs by Keras's `fit`,",
        "their scripts executed in an environment without protokit.",
        "",
        "| run | lines | test rows | largest difference | other classes | seconds of the script |",
        "|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        if "refused" in one:
            lines.append(f"| {name} | refused: {' '.join(one['refused'].split())} | | | | |")
        elif "failed" in one:
            lines.append(f"| {name} | {one['lines']} | failed: {one['failed']} | | | |")
        else:
            apart = "0, to the bit" if one["apart"] == 0 else f"{one['apart']:.1e}"
            lines.append(
                f"| {name} | {one['lines']} | {one['rows']:,} | {apart} | {one['labels']} | {one['seconds']:.0f} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Measure each in a process of its own, keep, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--venv", type=Path, default=Path(tempfile.gettempdir()) / "protokit-eject")
    parser.add_argument("--only", default="")
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    data, python = options.data.resolve(), options.venv.resolve() / "bin" / "python"
    if options.one:
        print(json.dumps(measured(options.one, data, python)))
        return
    every = (*(f"recipes/{one.stem}" for one in sorted((ROOT / "recipes").glob("*.yaml"))), *PUBLIC)
    found = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if not options.page:
        bare(options.venv, PACKAGES)
        for name in options.only.split(",") if options.only else every:
            command = [sys.executable, __file__, str(data), "--venv", str(options.venv), "--one", name]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
            if done.returncode:
                print(f"{name}: failed", file=sys.stderr, flush=True)
                continue
            figures = json.loads(done.stdout.strip().splitlines()[-1])
            found[name] = {"date": f"{datetime.now(UTC):%Y-%m-%d}", **figures}
            RECORD.write_text(json.dumps({one: found[one] for one in every if one in found}, indent=1) + "\n")
            print(name, figures, file=sys.stderr, flush=True)
    fill(PAGE, "ejecting", page({one: found[one] for one in every if one in found}))


if __name__ == "__main__":
    main()
