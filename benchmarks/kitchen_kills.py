"""Trains with each kind of own part, in each stage, killed and left alone; writes a room of docs/kitchen.md.

    python benchmarks/kitchen_kills.py [--kills 6] [--only NAME] [--write]

Each case is a run in a process of its own that gets SIGKILL: after a snapshot, while one is written, or at a random
moment of an epoch, in each third of its training. Another process resumes it. Weights, history and predictions are
compared with those of a run that was left alone.
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
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rooms import fill

ROOT = Path(__file__).parent.parent
COMPARED = ("model/weights.safetensors", "model/encoders.json", "predictions.parquet", "history.csv")
MOMENTS = ("after a snapshot", "while one is written", "within an epoch")
EPOCHS = 9


@dataclass(frozen=True)
class Killed:
    """What is trained: `recipe` as data, and the rows."""

    recipe: Mapping[str, Any]
    table: Callable[[int, Path], Any]
    rows: int = 600


def cases() -> dict[str, Killed]:
    """All, by name. Keras is imported here: the process that kills does not need it."""
    import kitchen_cases
    import kitchen_parts as parts
    from kitchen_cases import own_loss

    found = {one.name: Killed(one.data(**few(one.data())), one.table) for one in kitchen_cases.CASES}
    plain = next(one for one in kitchen_cases.CASES if one.name == "own loss").data(
        loss="MeanSquaredError", **few({"learn": {}})
    )
    more: dict[str, dict[str, Any]] = {
        "own optimizer": {"optimizer": parts.SignDescent},
        "own schedule": {"schedule": parts.triangle},
        "a schedule of Keras": {"schedule": {"CosineDecay": {"warmup_steps": 20}}},
        "own hook that remembers": {"after_epoch": [parts.Remembers]},
        "own hook that changes weights": {"after_epoch": [parts.Shrinks]},
        "own callback": {"callbacks": [parts.Counts]},
        "own callback of batches, by fit": {"callbacks": [parts.CountsBatches], "engine": "keras"},
        "own layer": {"menu": [{"Scaled": {"units": 16}}, {"Dropout": 0.2}, {"Dense": 8}]},
        "Mixup": {"training_step": {"Mixup": {"alpha": 0.3}}},
        "averaged weights, accumulated gradients": {
            "average": {"decay": 0.9},
            "optimizer": {"AdamW": {"gradient_accumulation_steps": 3, "clipnorm": 1.0}},
        },
        "three stages": {
            "menu": [{"Dense": {"units": 16, "activation": "relu"}, "name": "first"}, {"Dropout": 0.2}, {"Dense": 8}],
            "stages": [
                {"freeze": "first", "epochs": 3},
                {"epochs": 3, "optimizer": {"SGD": {"momentum": 0.9}}},
                {"epochs": 3, "optimizer": parts.SignDescent},
            ],
        },
    }
    for name, learn in more.items():
        found[name] = Killed({**plain, "learn": {**plain["learn"], **learn}}, own_loss.table)
    found["siamese"] = Killed(parts.PAIRS, parts.pairs)
    found["GAN of protokit"] = Killed(parts.GAN, parts.flowers)
    found["warm start"] = Killed({**plain, "learn": {**plain["learn"], "from": "RUN"}}, own_loss.table)
    return {
        name: Killed({"name": "killed", "evaluate": {"baselines": []}, **one.recipe}, one.table, one.rows)
        for name, one in found.items()
    }


def few(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Words for a short training."""
    learn = recipe["learn"]
    stages = [{**stage, "epochs": EPOCHS // 3} for stage in learn.get("stages", [])]
    return {"stop": None, **({"stages": stages} if stages else {"epochs": EPOCHS})}


def train(name: str, folder: Path, out: str, kill: str, resume: bool) -> None:
    """One run, in this process, which ends at the moment `kill` says: HOW, COUNT of snapshots, share of an epoch."""
    import protokit
    from protokit.learn import train as training

    training._BETWEEN_SAVES = -1.0
    case = cases()[name]
    frame = case.table(case.rows, folder)
    recipe = {**case.recipe}
    if recipe["learn"].get("from") == "RUN":
        first = {**recipe, "name": "first", "learn": {**recipe["learn"], "epochs": 2, "from": None}}
        recipe["learn"] = {
            **recipe["learn"],
            "from": str(protokit.run(first, frame, out=folder / "first", resume=True).path),
        }
    saves, replace = 0, Path.replace

    def counted(self: Path, target: Any) -> Path:
        nonlocal saves
        if not Path(target).name.startswith("snapshot"):
            return replace(self, target)
        saves += 1
        how, count, share = kill.split("/") if kill else ("", "0", "0")
        due = saves == int(count)
        if due and how == MOMENTS[1]:
            os.truncate(self, self.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        found = replace(self, target)
        if due and how == MOMENTS[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        if due:
            threading.Timer(float(share) * 0.05, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return found

    Path.replace = counted  # type: ignore[method-assign, assignment]
    started = time.monotonic()
    os.chdir(folder)
    run = protokit.run(recipe, frame, out=folder / out, resume=resume)
    print(json.dumps({"saves": saves, "engine": run.results["metrics"]["engine"], "s": time.monotonic() - started}))


def there(name: str, folder: Path, out: str, kill: str = "", resume: bool = False) -> dict[str, Any] | None:
    """What `train` says in a process of its own; None where it was killed."""
    command = [sys.executable, __file__, "--there", name, str(folder), out, kill, "resume" if resume else ""]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == -signal.SIGKILL:
        return None
    if done.returncode:
        raise SystemExit(f"{name}, {kill or 'left alone'}: {done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def bits(out: Path) -> dict[str, bytes]:
    [run] = [path.parent for path in out.glob("killed/*/metrics.json")]
    return {name: (run / name).read_bytes() for name in COMPARED}


def tried(name: str, kills: int) -> dict[str, Any]:
    """One case: how many kills, and after how many the bits were those of the run that was left alone."""
    rng = random.Random(name)
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        whole = there(name, folder, "whole")
        assert whole is not None, "nothing killed it"
        expected, found = bits(folder / "whole"), list[dict[str, Any]]()
        for i in range(kills):
            how = MOMENTS[i % len(MOMENTS)]
            part = i * 3 // kills  # of the training, a third
            count = 1 + min(whole["saves"] - 1, int((part + rng.random()) / 3 * whole["saves"]))
            killed = there(name, folder, f"killed{i}", f"{how}/{count}/{rng.random():.3f}")
            there(name, folder, f"killed{i}", resume=True)
            same = bits(folder / f"killed{i}") == expected
            found.append({"how": how, "snapshot": count, "killed": killed is None, "same": same})
            print(name, found[-1], flush=True)
    return {"engine": whole["engine"], "saves": whole["saves"], "kills": found}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--only")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--there", nargs=5)
    options = parser.parse_args()
    if options.there:
        name, folder, out, kill, resume = options.there
        train(name, Path(folder), out, kill, bool(resume))
        return
    names = [options.only] if options.only else list(cases())
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(names, pool.map(lambda name: tried(name, options.kills), names), strict=True))
    every = [kill for one in found.values() for kill in one["kills"]]
    count = Counter(kill["how"] for kill in every if kill["killed"])
    same, how = sum(kill["same"] for kill in every), ", ".join(f"{count[one]} {one}" for one in MOMENTS)
    lines = [
        f"Measured by `python benchmarks/kitchen_kills.py --kills {options.kills} --write` on {date.today()}: SIGKILL",
        f"{sum(count.values())} times ({how}), in each third of a training, and resumed in another process.",
        f"**{same} of {len(every)} have the weights, history and predictions of the run left alone, to the bit.**",
        "",
        "| trained with | engine | kills | same bits |",
        "|---|---|---|---|",
    ]
    for name, one in found.items():
        killed, equal = (sum(kill[key] for kill in one["kills"]) for key in ("killed", "same"))
        lines.append(f"| {name} | {one['engine']['name']} | {killed} | {equal} of {len(one['kills'])} |")
    print("\n".join(lines))
    if options.write:
        fill(ROOT / "docs" / "kitchen.md", "kills", "\n".join(lines))
        (ROOT / "docs" / "kitchen-kills.json").write_text(
            json.dumps({"date": str(date.today()), **found}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
