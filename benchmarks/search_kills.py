"""Kills the driver of a search at random moments, again and again, and compares the end with an unbroken search's.

python benchmarks/search_kills.py [--kills 30] [--each 5] [--workers 1] [--write]

Each search is killed `--each` times before it is left to come to its end. Counted are finished trials that were lost,
trials left running, and searches whose trials, finalists or winner are not those of the unbroken one to the bit.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rooms

from protokit.core.files import sha256

DOCS = Path(__file__).parent.parent / "docs" / "search_kills.json"
RECIPE = """\
name: killed
collect: {tables: {cells: {sklearn: breast_cancer}}}
represent: {target: target}
learn:
  menu: [{Dense: {choice: [16, 64]}}, {Activation: relu}, {Dropout: {float: [0.0, 0.5]}}]
  optimizer: {AdamW: {learning_rate: 0.003}}
  epochs: 60
  stop: null
evaluate: {baselines: [dummy]}
search: {trials: 16, finalists: 2, seeds: 2}
"""
BITS = ("model/weights.safetensors", "metrics.json", "predictions.parquet")
RESULT = ("value", "loss", "scores", "epochs", "best_epoch", "parameters", "architecture")


def command(folder: Path, out: str, workers: int) -> list[str]:
    further = ["--workers", str(workers), "--resume"]
    return [sys.executable, "-m", "protokit", "tune", str(folder / "killed.yaml"), "-o", str(folder / out), *further]


def search_in(out: Path) -> Path:
    [found] = out.glob("killed/search-*")
    return found


def events(search: Path) -> list[dict[str, Any]]:
    lines = (search / "log.jsonl").read_bytes().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def trials(search: Path) -> dict[str, Any]:
    """Values and outcome of every trial and of each training of the end, without what hangs on the clock."""
    found: dict[str, Any] = {}
    for event in events(search):
        if event["event"] == "round":
            found |= {f"drawn {one['trial']}": one for one in event["trials"]}
        elif event["event"] in ("end", "final"):
            result = event.get("result") or {}
            outcome = {"state": event["state"], "value": event["value"], **{key: result.get(key) for key in RESULT}}
            found[f"{event['event']} {event['trial']} {event.get('split', '')}"] = outcome
    return found


def ends(search: Path) -> int:
    return sum(event["event"] in ("end", "final") for event in events(search))


def winner(search: Path) -> dict[str, Any]:
    figures = json.loads((search / "search.json").read_text())
    run = (search / figures["runs"]["best"]).resolve()
    keys = ("winner", "values", "gained", "shown_gain", "gain", "expected_optimism")
    return {**{key: figures[key] for key in keys}, **{name: sha256(run / name) for name in BITS}}


def left_alone(folder: Path, out: str, workers: int) -> float:
    started = time.monotonic()
    with (folder / f"{out}.txt").open("w") as told:
        done = subprocess.run(command(folder, out, workers), stdout=told, stderr=told)
    if done.returncode:
        raise SystemExit((folder / f"{out}.txt").read_text()[-3000:])
    return time.monotonic() - started


def killed(folder: Path, out: str, workers: int, moment: float) -> bool:
    """Begin or go on, and kill the driver after so many seconds; False where it had ended."""
    with (folder / f"{out}.txt").open("w") as told:
        process = subprocess.Popen(command(folder, out, workers), stdout=told, stderr=told, start_new_session=True)
        try:
            process.wait(timeout=moment)
            return False
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True


def page(known: dict[str, Any]) -> str:
    """The room of docs/search.md."""
    lines = [
        "SIGKILL of the driver at random moments (`python benchmarks/search_kills.py`, also with `--workers 2`):",
        "",
    ]
    lines += ["| search | kills | searches | finished trials lost | left running | otherwise than the unbroken one | |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for name, one in known.items():
        same = f"{one['other trials']} trials, {one['other winner']} winners" if name == "1 worker" else "not compared"
        counts = f"{one['kills']} | {one['searches']} | {one['lost']} | {one['left running']}"
        lines.append(f"| {name} | {counts} | {same} | {one['at']} |")
    lines += ["", "With two workers trials end in an order that hangs on the clock, and later ones are drawn by it."]
    return "\n".join(lines) + "\n\nKilled workers are [on a page of their own](search-cluster.md)."


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--each", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    counts = {"kills": 0, "searches": 0, "lost": 0, "left running": 0, "other trials": 0, "other winner": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "killed.yaml").write_text(RECIPE)
        whole = left_alone(folder, "whole", options.workers)
        wanted, best = trials(search_in(folder / "whole")), winner(search_in(folder / "whole"))
        print(f"unbroken: {whole:.1f} s, {len(wanted)} facts")
        while counts["kills"] < options.kills:
            out, before = f"killed{counts['searches']}", 0
            for _ in range(min(options.each, options.kills - counts["kills"])):
                counts["kills"] += killed(folder, out, options.workers, rng.uniform(0.05, 0.6) * whole)
                if logs := list((folder / out).glob("killed/search-*/log.jsonl")):
                    now = ends(logs[0].parent)
                    counts["lost"] += max(0, before - now)
                    before = now
            left_alone(folder, out, options.workers)
            search = search_in(folder / out)
            found = trials(search)
            counts["searches"] += 1
            over = {event["trial"] for event in events(search) if event["event"] == "end"}
            drawn = {one["trial"] for event in events(search) if event["event"] == "round" for one in event["trials"]}
            counts["left running"] += len(drawn - over)
            if options.workers == 1:
                counts["other trials"] += sum(found.get(key) != value for key, value in wanted.items())
                counts["other winner"] += winner(search) != best
            print(json.dumps(counts), flush=True)
    if options.write:
        known = json.loads(DOCS.read_text()) if DOCS.exists() else {}
        made = {"at": datetime.now(UTC).date().isoformat(), "cpus": os.cpu_count(), "python": platform.python_version()}
        known[f"{options.workers} workers" if options.workers > 1 else "1 worker"] = {**counts, **made}
        DOCS.write_text(json.dumps(known, indent=2) + "\n")
        rooms.fill(DOCS.with_name("search.md"), "kills", page(known))
    if any(counts[key] for key in ("lost", "left running", "other trials", "other winner")):
        raise SystemExit("something was lost")


if __name__ == "__main__":
    main()
