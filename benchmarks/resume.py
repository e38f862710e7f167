"""Runs one recipe many times in fresh processes, left alone and killed, and compares every bit; writes docs/resume.md.

python benchmarks/resume.py [--kills 50] [--same 20]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
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
  epochs: 1500
  stop: null
  engine: fused
"""
COMPARED = ("model/weights.safetensors", "model/encoders.json", "metrics.json", "predictions.parquet", "history.csv")
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def command(folder: Path, out: str, *more: str) -> list[str]:
    return [sys.executable, "-m", "protokit", "run", str(folder / "killed.yaml"), "-o", str(folder / out), *more]


def bits(out: Path) -> dict[str, str]:
    [run] = [path.parent for path in out.glob("*/*/metrics.json")]
    return {name: sha256(run / name) for name in COMPARED}


def left_alone(folder: Path, number: int) -> dict[str, str]:
    subprocess.run(command(folder, f"same{number}"), check=True, **QUIET)  # type: ignore[call-overload]
    return bits(folder / f"same{number}")


def killed(folder: Path, kill: int, share: float, whole: float) -> tuple[str, dict[str, str]]:
    out = f"killed{kill}"
    process = subprocess.Popen(command(folder, out), **QUIET)  # type: ignore[call-overload]
    try:
        process.wait(timeout=share * whole)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    at = last_epoch(folder / out)
    subprocess.run(command(folder, out, "--resume"), check=True, **QUIET)  # type: ignore[call-overload]
    return at, bits(folder / out)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--same", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    shares = [rng.random() for _ in range(options.kills)]
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = Path(name)
        (folder / "killed.yaml").write_text(RECIPE)
        started = time.monotonic()
        runs = list(pool.map(lambda number: left_alone(folder, number), range(max(1, options.same))))
        whole = (time.monotonic() - started) / len(runs) * (os.cpu_count() or 1)
        [path] = (folder / "same0").glob("*/*/metrics.json")
        how = json.loads(path.read_text())["engine"]
        found = list(pool.map(lambda kill: killed(folder, kill, shares[kill], whole), range(options.kills)))
    alike = sum(run["model/weights.safetensors"] == runs[0]["model/weights.safetensors"] for run in runs)
    equal = [bits == runs[0] for _, bits in found]
    lines = [
        "# The same bits",
        "",
        f"Made by `python benchmarks/resume.py --kills {options.kills} --same {options.same}` on",
        f"{datetime.now(UTC):%Y-%m-%d}. A run of 1,500 epochs (dropout, batch normalization, AdamW, plateau schedule)",
        f"under the {how['name']} engine, {how['how']}, in fresh processes, two beside each other. Some are left",
        "alone, some get SIGKILL after a random share of their time and are resumed in another process. Weights,",
        "encoders, scores, predictions and history are compared.",
        "",
        f"**Left alone: {alike} of {len(runs)} with the same weights. Killed and resumed: {sum(equal)} of {len(equal)}"
        " bit-identical.**",
        "",
        "| kill | share of the run's time | state found | after `--resume` |",
        "|---|---|---|---|",
    ]
    for kill, ((at, _), share, same) in enumerate(zip(found, shares, equal, strict=True)):
        lines.append(f"| {kill + 1} | {share:.2f} | {at} | {'same bits' if same else '**different**'} |")
    DOCS.write_text("\n".join(lines) + "\n")
    print(lines[8])


def last_epoch(out: Path) -> str:
    if list(out.glob("*/*/metrics.json")):
        return "complete"
    if list(out.glob("*/*/snapshot-1-1.safetensors")):
        from safetensors import safe_open

        with safe_open(next(out.glob("*/*/snapshot-1-1.safetensors")), "numpy") as file:
            return f"epoch {json.loads(file.metadata()['progress'])['epoch']}"
    return "no epoch saved" if list(out.glob("*/*")) else "no folder yet"


if __name__ == "__main__":
    main()
