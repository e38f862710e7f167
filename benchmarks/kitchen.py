"""Twelve things of a researcher: their speed and losses beside plain Keras, in pairs in one run; fills docs/kitchen.md.

python benchmarks/kitchen.py [--turns 3] [--only NAME,NAME]

Run it on an idle machine. The things are in benchmarks/kitchen_cases, a file each; what is not named keeps its figures
of docs/kitchen.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import rooms
from kitchen_cases import CASES
from kitchen_cases.case import Both, Case, Losses, differences, given

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "kitchen.md"
RECORD = PAGE.with_suffix(".json")
FIRST = 3  # epochs, before what is rounded otherwise has grown


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--only", default=",".join(case.name for case in CASES))
    options = parser.parse_args()
    found = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    for name in options.only.split(","):
        [case] = [case for case in CASES if case.name == name]
        found[name] = measured(case, options.turns)
        found[name]["date"] = f"{datetime.now(UTC):%Y-%m-%d}"
        found["machine"] = f"{os.cpu_count()} cores ({platform.processor() or platform.machine()})"
        RECORD.write_text(json.dumps(found, indent=1) + "\n")
        print(row(case, found[name]), file=sys.stderr)
    rooms.fill(PAGE, "twelve", page(found))
    print(page(found))


def measured(case: Case, turns: int) -> dict[str, Any]:
    """Both in turn, each from a network that is not compiled yet."""
    with tempfile.TemporaryDirectory() as folder:
        both = Both.of(case, case.table(case.rows, Path(folder)), Path(folder))
        times: dict[str, list[list[float]]] = {"protokit": [], "keras": []}
        history: Losses = []
        for _ in range(turns):
            history, engine, taken = ours(both)
            times["protokit"].append(taken)
            times["keras"].append(theirs(both))
        return {
            "lines": case.lines,
            "rows": both.rows.train.rows,
            "engine": engine,
            "differences": differences(history, both.losses()) if case.equal else None,
            "starts": [i for i, one in enumerate(history) if i and one.get("stage") != history[i - 1].get("stage")],
            "ends": times,
        }


def ours(both: Both) -> tuple[Losses, str, list[float]]:
    """The history, the engine, and the seconds from the start to the end of each epoch."""
    started, ends = time.perf_counter(), list[float]()
    trained = both.trainer().train(
        both.rows.train, both.rows.validation, on_epoch=lambda *_: ends.append(round(time.perf_counter() - started, 4))
    )
    engine = ", ".join(filter(None, (trained.progress.engine, trained.progress.how)))
    return trained.progress.history, engine, ends


def theirs(both: Both) -> list[float]:
    """The seconds from the start to the end of each epoch, by Keras's `fit`."""
    started, ends = time.perf_counter(), list[float]()
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: ends.append(round(time.perf_counter() - started, 4)))
    network, learn = both.plain(), both.recipe.learn.in_stages
    (x, y), validation = given(both.rows.train), given(both.rows.validation)
    for prepare, stage in zip(both.case.stages or (None,), learn, strict=True):
        if prepare:
            prepare(network)
        network.fit(
            x,
            y,
            batch_size=stage.batch_size,
            epochs=stage.epochs,
            validation_data=validation,
            callbacks=[watch],
            verbose=0,
        )
    return ends


def warm(found: dict[str, Any], who: str) -> float:
    """Seconds of an epoch, the median of all but the first of each stage."""
    first = {0, *found["starts"]}
    return statistics.median(
        after - before
        for ends in found["ends"][who]
        for i, (before, after) in enumerate(zip([0.0, *ends], ends, strict=False))
        if i not in first
    )


def whole(found: dict[str, Any], who: str) -> float:
    """Seconds of the whole training."""
    return statistics.median(ends[-1] for ends in found["ends"][who])


def row(case: Case, found: dict[str, Any]) -> str:
    file = Path(sys.modules[case.plain.__module__].__file__ or "").name
    speeds = {name: [of(found, who) for who in ("protokit", "keras")] for name, of in (("e", warm), ("t", whole))}
    ratio, of_all = (theirs / ours for ours, theirs in speeds.values())
    short = "" if ratio >= case.need else " **falls short**"
    cells = [
        f"[{case.name}](../benchmarks/kitchen_cases/{file})",
        " + ".join(str(lines) for lines in found["lines"] if lines),
        f"{found['rows']:,}",
        found["engine"],
        " and ".join(f"{1000 * seconds:,.0f}" for seconds in speeds["e"]),
        f"{ratio:.2f}{short}",
        " and ".join(f"{seconds:.1f}" for seconds in speeds["t"]),
        f"{of_all:.2f}",
        same(found),
    ]
    return f"| {' | '.join(cells)} |"


def same(found: dict[str, Any]) -> str:
    """The largest difference of the first epochs, and of all."""
    if found["differences"] is None:
        return "draws"
    parts = max(found["differences"][:FIRST]), max(found["differences"])
    return ", ".join(f"{one:.0e}" if one else "0" for one in parts)


def page(found: dict[str, Any]) -> str:
    done = [case for case in CASES if case.name in found]
    dates = " and ".join(sorted({found[case.name]["date"] for case in done}))
    return "\n".join(
        [
            f"Measured by `python benchmarks/kitchen.py` on {dates}, on {found['machine']}, without a GPU.",
            "",
            "| thing | lines | training rows | engine | an epoch, ms: protokit and Keras | times as fast "
            "| whole training, s | times as fast | difference of losses: 3 epochs, all |",
            "|---|---|---|---|---|---|---|---|---|",
            *(row(case, found[case.name]) for case in done),
        ]
    )


if __name__ == "__main__":
    main()
