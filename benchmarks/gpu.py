"""What only a GPU can show, in at most 8 minutes; writes docs/gpu.md. On a machine without one it says 'not run'.

python benchmarks/gpu.py [--minutes 8] [--only engine,resume,mixed,search]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nets
import numpy as np
import peers

DOCS = Path(__file__).parent.parent / "docs" / "gpu.md"
RECORD = DOCS.with_suffix(".json")
CASES = [
    nets.Case("mlp", 20_000, 128), nets.Case("mlp_dropout", 20_000, 128), nets.Case("lstm", 4_000, 128),
    nets.Case("attention", 4_000, 128), nets.Case("cnn", 4_000, 128), nets.Case("mlp", 2_000, 32),
]  # fmt: skip
MIXED = [nets.Case("attention", 20_000, 512), nets.Case("cnn", 20_000, 512)]
SEARCH: dict[str, Any] = {
    "name": "gpu",
    "collect": {"tables": {"patients": {"sklearn": "diabetes"}}},
    "represent": {"target": "target"},
    "learn": {
        "menu": [{"Dense": {"units": {"choice": [16, 32, 64], "default": 32}, "activation": "relu"}}],
        "optimizer": {"AdamW": {"learning_rate": {"float": [0.0003, 0.03], "log": True}}},
        "epochs": 20,
    },
    "search": {"trials": 8, "finalists": 2, "seeds": 2},
}


class OutOfTime(Exception):
    pass


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--only", default="engine,resume,mixed,search")
    options = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    end = time.monotonic() + 60 * options.minutes
    gpus = tf.config.list_physical_devices("GPU")
    device = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "a GPU") if gpus else None
    found: dict[str, Any] = {"device": device, "date": f"{datetime.now(UTC):%Y-%m-%d}", "parts": {}}
    parts: dict[str, Callable[[Callable[[], None]], Any]] = {
        "engine": engine, "resume": resume, "mixed": mixed, "search": search,
    }  # fmt: skip

    def check() -> None:
        if time.monotonic() > end:
            raise OutOfTime

    for name in parts:
        if not gpus:
            found["parts"][name] = {"not run": "no GPU on this machine"}
        elif name not in options.only.split(","):
            found["parts"][name] = {"not run": "not asked for"}
        else:
            found["parts"][name] = measured(parts[name], check)
            print(name, found["parts"][name], file=sys.stderr)
        RECORD.write_text(json.dumps(found, indent=1) + "\n")
    DOCS.write_text(page(found))
    print(DOCS.read_text())


def measured(part: Callable[[Callable[[], None]], Any], check: Callable[[], None]) -> dict[str, Any]:
    started = time.monotonic()
    try:
        check()
        return {"rows": part(check), "seconds": time.monotonic() - started}
    except OutOfTime:
        return {"not run": "the time was over"}
    except Exception as error:  # one part that fails leaves the others their turn, and is told in the page
        return {"failed": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"}


def engine(check: Callable[[], None]) -> list[dict[str, Any]]:
    """Seconds of an epoch, in turn: protokit, `fit`, and the loop by hand with XLA."""
    rows = []
    for case in CASES:
        try:
            check()
        except OutOfTime:
            break
        ours, how = peers.protokit(case)
        running = {"protokit": ours, "fit": peers.fit(case), "by hand": peers.by_hand(case, True)}
        for run in running.values():
            run(1)
        times: dict[str, list[float]] = {name: [] for name in running}
        counts = {name: max(1, min(20, round(0.3 / run(1)))) for name, run in running.items()}
        for _ in range(3):
            for name, run in running.items():
                times[name].append(run(counts[name]) / counts[name])
        rows.append({"case": case.name, "rows": case.rows, "how": how(), "seconds": times})
    return rows


def resume(check: Callable[[], None]) -> list[dict[str, Any]]:
    """A training left after some epochs and gone on from its snapshot by another Trainer, against an unbroken one."""
    from protokit.learn import train as trainer_module

    rows = []
    trainer_module._BETWEEN_SAVES = -1.0
    for net in ("mlp_dropout", "lstm", "cnn"):
        check()
        case = nets.Case(net, 1_000, 32)
        whole, train, validation = peers.trainer(case, epochs=8, patience=None)
        expected = whole.train(train, validation)
        alike = []
        for after in (1, 4):
            with tempfile.TemporaryDirectory() as folder:
                snapshot = Path(folder) / "snapshot.safetensors"
                stopped, *_ = peers.trainer(case, epochs=8, patience=None)

                def stop(progress: Any, plan: Any, after: int = after) -> None:
                    if progress.epoch > after:
                        raise peers.Enough

                with contextlib.suppress(peers.Enough):
                    stopped.train(train, validation, snapshot=snapshot, key="k", on_epoch=stop)
                other, *_ = peers.trainer(case, epochs=8, patience=None)
                gone_on = other.train(train, validation, snapshot=snapshot, key="k")
            same = all(np.array_equal(a, b) for a, b in zip(gone_on.weights, expected.weights, strict=True))
            alike.append(bool(same and gone_on.progress.history == expected.progress.history))
        rows.append({"case": case.name, "alike": alike})
    return rows


def mixed(check: Callable[[], None]) -> list[dict[str, Any]]:
    """Seconds of an epoch in float32 and in mixed_float16, and the validation loss after as many epochs."""
    rows = []
    for case in MIXED:
        row: dict[str, Any] = {"case": case.name, "rows": case.rows, "seconds": {}, "loss": {}}
        for precision in ("float32", "mixed_float16"):
            check()
            made, train, validation = peers.trainer(case, epochs=8, patience=None, precision=precision)
            at: list[float] = []
            done = made.train(train, validation, on_epoch=lambda progress, plan, at=at: at.append(time.perf_counter()))
            row["seconds"][precision] = statistics.median(np.diff(at[2:]).tolist())
            row["loss"][precision] = done.progress.history[-1]["validation_loss"]
        rows.append(row)
    return rows


def search(check: Callable[[], None]) -> list[dict[str, Any]]:
    import protokit

    with tempfile.TemporaryDirectory() as out:
        started = time.perf_counter()
        study = protokit.tune(SEARCH, out=out)
        seconds = time.perf_counter() - started
        states = [str(state) for state in study.trials["state"]]
    return [{"trials": len(states), "complete": states.count("complete"), "seconds": seconds}]


def page(found: dict[str, Any]) -> str:
    device = found["device"]
    where = f"on one {device}" if device else "on a machine without a GPU: **not run**"
    lines = ["# On a GPU", "", f"Made by `python benchmarks/gpu.py` on {found['date']}, {where}.", ""]
    for name, (title, words) in TITLES.items():
        part = found["parts"][name]
        lines += [f"## {title}", "", *words, ""]
        if "rows" in part:
            lines += [*TABLES[name](part["rows"]), "", f"{part['seconds']:.0f} s.", ""]
        else:
            [(state, why)] = part.items()
            lines += [f"**{state}**: {why}", ""]
    return "\n".join(lines).rstrip() + "\n"


TITLES = {
    "engine": ("The engine", ["Thousand training rows a second, and times the speed of `fit` and of a loop by hand",
                              "with XLA (whole batches only), in turn in one run."]),
    "resume": ("Stopped and resumed", ["Trainings of 8 epochs, left in the 2nd and 5th and gone on by another",
                                       "Trainer: those whose weights and scores equal the unbroken one's to the bit."]),
    "mixed": ("mixed_float16", ["An epoch in `precision: mixed_float16` against float32, and the validation loss",
                                "after 8 epochs."]),
    "search": ("A search", ["8 trials of 20 epochs on diabetes, two finalists and the defaults on two more seeds."]),
}  # fmt: skip


def _engine_table(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["| network | engine | protokit | of `fit` | of by hand |", "|---|---|---|---|---|"]
    for row in rows:
        times = {name: statistics.median(values) for name, values in row["seconds"].items()}
        ours = times["protokit"]
        shares = f"{times['fit'] / ours:.2f} | {times['by hand'] / ours:.2f}"
        lines.append(f"| {row['case']} | {row['how']} | {row['rows'] / ours / 1000:,.1f} | {shares} |")
    return lines


def _resume_table(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["| network | equal to the bit |", "|---|---|"]
    return lines + [f"| {row['case']} | {sum(row['alike'])} of {len(row['alike'])} |" for row in rows]


def _mixed_table(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["| network | times the speed of float32 | loss: float32, mixed |", "|---|---|---|"]
    for row in rows:
        one, two = (row["seconds"][name] for name in ("float32", "mixed_float16"))
        losses = " and ".join(f"{row['loss'][name]:.4f}" for name in ("float32", "mixed_float16"))
        lines.append(f"| {row['case']} | {one / two:.2f} | {losses} |")
    return lines


def _search_table(rows: list[dict[str, Any]]) -> list[str]:
    return [f"{row['complete']} of {row['trials']} trials complete, {row['seconds']:.1f} s in all." for row in rows]


TABLES = {"engine": _engine_table, "resume": _resume_table, "mixed": _mixed_table, "search": _search_table}


if __name__ == "__main__":
    main()
