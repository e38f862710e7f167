"""Kills an experiment on several sets in every step of every way, and compares its end with an unbroken one's.

    python benchmarks/sets_kills.py [--kills 24] [--each 4] [--seed 0] [--write]

Each experiment is killed `--each` times, in later and later steps, before it is left to come to its end. A kill is
drawn within the time that its step took in the unbroken experiment. Compared are scores, predictions and weights of
every set and way to the bit. Processes are forked off one that has imported what they need and has started nothing:
most of the time of so small an experiment is its imports.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import keras  # noqa: F401
import numpy as np
import pandas as pd
import rooms
import sklearn.ensemble  # noqa: F401
import tensorflow  # noqa: F401

from protokit.core.files import sha256
from protokit.show.progress import Silent

DOCS = Path(__file__).parent.parent / "docs" / "sets_kills.json"
BITS = ("model/weights.safetensors", "predictions.parquet", "history.csv")
WAYS = ((r"set \d+ of \d+", "each"), ("all sets stacked", "stacked"), ("all sets at once", "shared"),
        (r"step (\d+) of", "sequence, step"))  # fmt: skip


class Told(Silent):
    """Says in a pipe which step of which way begins."""

    way, epochs = "before training", False

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe

    def say(self, what: str) -> None:
        """Say that something begins."""
        os.write(self.pipe, f"{self.way}: {what}\n".encode())

    def step(self, text: str) -> None:
        """See Progress."""
        Told.epochs = False
        for pattern, way in WAYS:
            if found := re.match(pattern, text):
                Told.way = " ".join([way, *found.groups()])
                self.say("building")
                return
        if text == "comparing":
            Told.way = "the end"
        self.say(text)

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """See Progress."""
        if not Told.epochs:
            self.say("epochs")
        Told.epochs = True


def recipe_in(folder: Path) -> dict[str, object]:
    """An experiment on two sets by all ways, with its tables."""
    sets = {}
    for i, (name, rows) in enumerate((("north", 90), ("south", 60))):
        draw = np.random.default_rng(i)
        x = draw.normal(size=(rows, 2))
        frame = pd.DataFrame({"p": x[:, 0], "q": x[:, 1], "kind": draw.choice(["u", "v"], rows)})
        frame["y"] = np.where(x[:, 0] - x[:, 1] + 0.5 * draw.normal(size=rows) > 0, "yes", "no")
        frame.to_csv(folder / f"{name}.csv", index=False)
        sets[name] = {"collect": {"tables": {"data": str(folder / f"{name}.csv")}}}
    menu = [{"Dense": {"units": 8, "activation": "relu"}, "name": "stem"}, {"Dropout": 0.2}, {"Dense": 4}]
    ways = ["stacked", "shared", {"sequence": {"rehearse": 0.2}}]
    learn = {"menu": menu, "epochs": 60, "stop": None, "networks": 1, "sets": ways}
    target = {"represent": {"target": "y"}, "evaluate": {"baselines": ["dummy"]}}
    return {"name": "killed", "sets": sets, "learn": learn, **target}


def _train(recipe: dict[str, object], out: Path, pipe: int) -> None:
    """What a process does: the experiment, or what is left of it."""
    import protokit.learn.train as training
    import protokit.sets.running as running
    import protokit.workflow.run.run as single
    import protokit.workflow.run.training as second_half

    told = Told(pipe)
    running.progress = single.progress = lambda: told  # type: ignore[attr-defined]
    training._BETWEEN_SAVES = 0.0  # so tiny a network is trained before a second is over
    write: Callable[..., None] = second_half.write_results

    def writing(*given: object) -> None:
        told.say("writing")
        write(*given)

    second_half.write_results = writing  # type: ignore[attr-defined]
    running.run_sets(recipe, out=out, resume=True, cache=False)


@contextmanager
def process(recipe: dict[str, object], out: Path) -> Iterator[tuple[int, int]]:
    """A process that goes on with an experiment; its number, and the pipe that tells its steps."""
    reads, writes = os.pipe()
    number = os.fork()
    if not number:
        log = os.open(out.with_suffix(".txt"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1), os.dup2(log, 2)
        status = 1
        try:
            _train(recipe, out, writes)
            status = 0
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    os.close(writes)
    try:
        yield number, reads
    finally:
        os.close(reads)


def lines(pipe: int, until: float = float("inf")) -> Iterator[tuple[float, str]]:
    """What a process says, and when, until it ends or a moment has come."""
    held = b""
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([pipe], [], [], min(left, 3600.0))
        if not ready:
            continue
        if not (some := os.read(pipe, 4096)):
            return
        *whole, held = (held + some).split(b"\n")
        yield from ((time.monotonic(), line.decode()) for line in whole)


def left_alone(recipe: dict[str, object], out: Path) -> list[tuple[float, str]]:
    """The steps of an experiment that comes to its end, and how long each took."""
    with process(recipe, out) as (number, pipe):
        found = [(time.monotonic(), "before training: start"), *lines(pipe)]
        _, status = os.waitpid(number, 0)
    if status:
        raise SystemExit(f"it failed: {out.with_suffix('.txt').read_text()[-3000:]}")
    ends = [*(at for at, _ in found[1:]), time.monotonic()]
    return [(end - at, text) for (at, text), end in zip(found, ends, strict=True)]


def killed(recipe: dict[str, object], out: Path, step: str, after: float) -> str | None:
    """Go on, and kill so many seconds after a step began; the step in which that was, None where none was left."""
    with process(recipe, out) as (number, pipe):
        last = None
        for _, last in lines(pipe):
            if last == step:
                for _, further in lines(pipe, time.monotonic() + after):
                    last = further
                break
        os.kill(number, signal.SIGKILL)  # nobody has waited for it: the number is its own still
        _, status = os.waitpid(number, 0)
        return last if os.WIFSIGNALED(status) else None


def bits(out: Path) -> dict[str, str]:
    """All that is compared."""
    [file] = out.glob("killed/sets-*/sets.json")
    found = json.loads(file.read_text())
    cells = {
        f"{cell['set']} {cell['way']}": repr([cell["score"], cell["against_own"], cell["against_baseline"]])
        for cell in found["cells"]
    }
    runs = {
        f"{cell['set']} {cell['way']} {name}": sha256(file.parent / cell["run"] / name)
        for cell in found["cells"]
        for name in BITS
    }
    return {**cells, **runs, "steps": repr(found["steps"])}


def page(found: dict[str, object]) -> str:
    """The room of docs/sets.md."""
    steps = found["steps"]
    assert isinstance(steps, dict)
    return (
        f"SIGKILL at {found['kills']} drawn moments in {len(steps)} steps of all ways (collecting, each set's own "
        "network, joint epochs, between the steps of the sequence, scoring, writing): scores, predictions and weights "
        f"were equal to the bit to those of an unbroken experiment after {found['to the bit']} of {found['kills']} "
        f"(`benchmarks/sets_kills.py`, {found['date']})."
    )


def main() -> None:
    """Kill, compare, write."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--kills", type=int, default=24)
    given.add_argument("--each", type=int, default=4)
    given.add_argument("--seed", type=int, default=0)
    given.add_argument("--write", action="store_true")
    asked = given.parse_args()
    draw = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recipe = recipe_in(folder)
        took = left_alone(recipe, folder / "whole")
        wanted = bits(folder / "whole")
        known = list(dict.fromkeys(text for _, text in took))
        print(f"unbroken: {sum(seconds for seconds, _ in took):.0f} s, {len(wanted)} facts\n  ", *known, sep="\n  ")
        waiting: list[str] = []
        where: dict[str, int] = {}
        kills = same = count = 0
        while kills < asked.kills:
            if len(waiting) < asked.each:
                waiting += draw.sample(known, len(known))
            chosen, waiting = waiting[: asked.each], waiting[asked.each :]
            out, here = folder / f"killed{count}", 0
            for step in sorted(dict.fromkeys(chosen), key=known.index):
                after = draw.choice([seconds for seconds, text in took if text == step])
                place = killed(recipe, out, step, draw.random() * after)
                if place is not None:
                    where[place] = where.get(place, 0) + 1
                    here += 1
            left_alone(recipe, out)
            found = bits(out)
            other = [key for key, value in wanted.items() if found.get(key) != value]
            kills, same, count = kills + here, same + here * (not other), count + 1
            print(f"{kills} kills, {same} to the bit", *other, flush=True)
    if asked.write:
        held = {"date": f"{date.today()}", "kills": kills, "to the bit": same, "experiments": count, "steps": where}
        DOCS.write_text(json.dumps(held, indent=1) + "\n")
        rooms.fill(DOCS.with_name("sets.md"), "kills", page(held))
    if same < kills:
        raise SystemExit("something was lost")


if __name__ == "__main__":
    main()
