"""Kills a run with SIGKILL at random moments, resumes it, and compares every bit; writes docs/resume.md.

python benchmarks/resume.py [--kills 20]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from protokit.core.files import sha256

DOCS = Path(__file__).parent.parent / "docs" / "resume.md"
RECIPE = """\
name: killed
collect: {tables: {cells: {sklearn: breast_cancer}}}
represent: {target: target}
learn:
  menu: [{Dense: 64}, BatchNormalization, {Activation: relu}, {Dropout: 0.3}, {Dense: 64, name: last}]
  epochs: 150
  stop: null
"""
COMPARED = ("model/weights.safetensors", "model/encoders.json", "metrics.json", "predictions.parquet", "history.csv")


def command(folder: Path, out: str, *more: str) -> list[str]:
    return [sys.executable, "-m", "protokit", "run", str(folder / "killed.yaml"), "-o", str(folder / out), *more]


def bits(out: Path) -> dict[str, str]:
    [run] = [path.parent for path in out.glob("*/*/metrics.json")]
    return {name: sha256(run / name) for name in COMPARED}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    rows, same = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "killed.yaml").write_text(RECIPE)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ}}
        started = time.monotonic()
        subprocess.run(command(folder, "whole"), check=True, **quiet)  # type: ignore[call-overload]
        whole, expected = time.monotonic() - started, bits(folder / "whole")
        for kill in range(options.kills):
            out = f"killed{kill}"
            process = subprocess.Popen(command(folder, out), **quiet)  # type: ignore[call-overload]
            share = rng.random()
            try:
                process.wait(timeout=share * whole)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            at = last_epoch(folder / out)
            subprocess.run(command(folder, out, "--resume"), check=True, **quiet)  # type: ignore[call-overload]
            equal = bits(folder / out) == expected
            same += equal
            rows.append(f"| {kill + 1} | {share:.2f} | {at} | {'same bits' if equal else '**different**'} |")
            print(rows[-1], file=sys.stderr, flush=True)
    lines = [
        "# Killed and resumed",
        "",
        f"Made by `python benchmarks/resume.py --kills {options.kills}` on {datetime.now(UTC):%Y-%m-%d}.",
        "A run of 150 epochs (dropout, batch normalisation, AdamW, plateau schedule) gets SIGKILL after a random share",
        "of its time and is resumed in a fresh process. Its weights, encoders, scores, predictions and history are",
        "compared with those of a run left alone.",
        "",
        f"**{same} of {options.kills} bit-identical.**",
        "",
        "| kill | share of the run's time | state found | after `--resume` |",
        "|---|---|---|---|",
        *rows,
    ]
    DOCS.write_text("\n".join(lines) + "\n")
    print(lines[7])


def last_epoch(out: Path) -> str:
    if list(out.glob("*/*/metrics.json")):
        return "complete"
    if list(out.glob("*/*/snapshot-1-1.safetensors")):
        from safetensors import safe_open

        with safe_open(next(out.glob("*/*/snapshot-1-1.safetensors")), "numpy") as file:
            import json

            return f"epoch {json.loads(file.metadata()['progress'])['epoch']}"
    return "no epoch saved" if list(out.glob("*/*")) else "no folder yet"


if __name__ == "__main__":
    main()
