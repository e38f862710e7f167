"""Speed of training against others, measured in turn in one run; writes docs/performance.md. Run it on an idle machine.

python benchmarks/engine.py [--turns 5] [--data FOLDER] [--only steady,cold,folds,run] [--peers-python PYTHON]

Parts that are not named keep the figures of docs/performance.json. JAX (with optax) and PyTorch are measured where
PYTHON has them: an environment of their own (`pip install jax optax torch numpy`), as they are no dependency.
FOLDER holds adult_train.csv.gz and adult_test.csv; without it the run on adult is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nets
import peers

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs" / "performance.md"
RECORD = DOCS.with_suffix(".json")
COLUMNS = (
    "protokit",
    "fit",
    "fit, 32 steps at once, XLA",
    "by hand",
    "jax, `lax.scan`",
    "scikit-learn",
    "PyTorch, 1 thread",
    "PyTorch, all",
)
_PAUSE = 0.5  # seconds: a peer's threads spin on for a while after it, and would slow the next one
OF_HAND = 0.85  # of the speed of the loop by hand: to show in batches of 32 and 128
NEED = {"mlp": 15.0, "mlp_dropout": 8.0, "lstm": 2.0, "attention": 2.0, "cnn": 1.5}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", default="steady,cold,folds,run")
    parser.add_argument("--peers-python", default=sys.executable, help="has jax, optax and torch")
    parser.add_argument("--cold", nargs=2, metavar=("ENGINE", "CASE"), help="for itself: one cold training")
    parser.add_argument("--timed", type=Path, help="for itself: one run, its imports apart")
    options = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if options.cold:
        return cold_child(*options.cold)
    if options.timed:
        return timed_child(options.timed)
    found = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    for part in options.only.split(","):
        made: dict[str, Any] = {
            "steady": lambda: [steady(case, options.turns, options.peers_python) for case in nets.CASES],
            "cold": lambda: cold(3),
            "folds": folds,
            "run": lambda: whole_runs(options.data, 3),
        }[part]()
        found[part] = made
        found["machine"] = f"{os.cpu_count()} cores ({platform.processor() or platform.machine()})"
        found.setdefault("dates", {})[part] = f"{datetime.now(UTC):%Y-%m-%d}"
        RECORD.write_text(json.dumps(found, indent=1) + "\n")
    DOCS.write_text(page(found))
    print(DOCS.read_text())


def steady(case: nets.Case, turns: int, python: str) -> dict[str, Any]:
    """Seconds of an epoch once all is compiled: each peer in turn, so that a busy moment meets all."""
    ours, how = peers.protokit(case)
    running: dict[str, peers.Peer | None] = {
        "protokit": ours,
        "fit": peers.fit(case),
        "fit, 32 steps at once, XLA": peers.fit(case, steps_per_execution=32, jit_compile=True),
        "by hand": peers.by_hand(case, case.net != "cnn"),
        "jax, `lax.scan`": peers.jax(case, python),
        "scikit-learn": peers.scikit_learn(case) if case.net == "mlp" else None,
        "PyTorch, 1 thread": peers.pytorch(case, 1, python),
        "PyTorch, all": peers.pytorch(case, os.cpu_count() or 1, python),
    }
    counts = {}
    for name, run in running.items():
        if run is not None:
            run(1)
            once = run(1)
            counts[name] = max(1 if once > 1 else 2, min(150, round(1.0 / once)))
    times: dict[str, list[float]] = {name: [] for name in counts}
    for _ in range(turns):
        for name, epochs in counts.items():
            run = running[name]
            assert run is not None
            time.sleep(_PAUSE)
            times[name].append(run(epochs) / epochs)
    peers.stop()
    row = {"net": case.net, "rows": case.rows, "batch": case.batch, "how": how(), "seconds": times}
    print(case.name, {name: round(case.rows / statistics.median(t)) for name, t in times.items()}, file=sys.stderr)
    return row


def cold(times: int) -> list[dict[str, Any]]:
    """Fresh processes: seconds from the first line after the imports to the end of epoch 1, 10 and 25; and memory."""
    rows = []
    for name in ("wine", *(f"{case.net} {case.rows} {case.batch}" for case in nets.CASES if case.batch == 128)):
        found: dict[str, list[dict[str, Any]]] = {"protokit": [], "fit": []}
        for _ in range(times):
            for engine, results in found.items():
                command = [sys.executable, __file__, "--cold", engine, name]
                done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parent)
                results.append(json.loads(done.stdout.splitlines()[-1]))
        rows.append({"name": name, **found})
        print(name, {k: v[0]["after"] for k, v in found.items()}, file=sys.stderr)
    return rows


def cold_child(engine: str, name: str) -> None:
    import resource

    import keras
    import numpy as np
    import tensorflow as tf

    after: dict[int, float] = {}
    if name == "wine":
        from protokit.learn.train import Trainer, network_of
        from protokit.recipe.recipe import Recipe
        from protokit.workflow.run.collecting import collected as collect
        from protokit.workflow.run.representing import represent

        recipe = Recipe.read(HERE.parent / "recipes" / "wine.yaml")
        [rows] = represent(recipe, collect(recipe, None))
        train, validation, signature = rows.train, rows.validation, rows.encoder.signature
        network = network_of(recipe.fitted(signature).network, signature, seed=recipe.seed)
        started = time.perf_counter()
        trainer = Trainer(recipe.learn, network, signature, seed=recipe.seed) if engine == "protokit" else None
        batch = 32
    else:
        net, count, size = name.split()
        case = nets.Case(net, int(count), int(size))
        if engine == "protokit":
            trainer, train, validation = peers.trainer(case)
        else:
            trainer, (x, y, xv, yv) = None, nets.data(case)
            network = nets.network(net)
        started, batch = time.perf_counter(), case.batch

    if trainer is not None:

        def watch(progress: Any, plan: Any) -> None:
            after[progress.epoch] = time.perf_counter() - started
            if progress.epoch == 25:
                raise peers.Enough

        with contextlib.suppress(peers.Enough):
            trainer.train(train, validation, on_epoch=watch)
    else:
        if name == "wine":
            x, xv = dict(train.inputs)["numbers"], dict(validation.inputs)["numbers"]
            y, yv = (next(iter(part.targets.values())) for part in (train, validation))
            network = keras.Model(list(network.inputs), network.outputs)
            network.compile("adamw", "sparse_categorical_crossentropy", metrics=["accuracy"])
        else:
            network.compile("adam", "binary_crossentropy", metrics=["accuracy"])

        class Watch(keras.callbacks.Callback):
            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                after[epoch + 1] = time.perf_counter() - started

        network.fit(x, y, batch_size=batch, epochs=25, validation_data=(xv, yv), callbacks=[Watch()], verbose=0)
    assert np.isfinite(list(after.values())).all() and tf.__version__
    last = max(after)
    print(
        json.dumps(
            {
                "after": {n: after[min(n, last)] for n in (1, 10, 25)},
                "epochs": last,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def folds() -> dict[str, Any]:
    """Whole processes: one run of 5 folds and 3 seeds, and single runs."""
    found: dict[str, Any] = {}
    command = [sys.executable, "-m", "protokit", "run"]
    for name in ("wine", "breast_cancer", "digits"):
        recipe = str(HERE.parent / "recipes" / f"{name}.yaml")
        many = ["--set", "represent.split.folds=5", "--set", "learn.networks=3"]
        times: dict[str, list[float]] = {"single": [], "folds": []}
        training: dict[str, list[float]] = {"single": [], "folds": []}
        for _ in range(3):
            for kind, more in (("single", []), ("folds", many)):
                with tempfile.TemporaryDirectory() as out:
                    started = time.perf_counter()
                    subprocess.run([*command, recipe, "-o", out, *more], check=True, capture_output=True)
                    times[kind].append(time.perf_counter() - started)
                    seconds = steps_of(Path(out))
                    training[kind].append(seconds["learn"] + seconds["compile"])
        found[name] = {"seconds": times, "training": training}
        print(name, times, training, file=sys.stderr)
    return found


def steps_of(out: Path) -> dict[str, float]:
    [path] = out.glob("*/*/steps.json")
    return dict(json.loads(path.read_text())["seconds"])


def whole_runs(data: Path | None, times: int) -> dict[str, Any]:
    """Where the time of `protokit run` goes: the libraries are imported first, so that each step has its own time."""
    recipes: dict[str, Any] = {"wine": {"collect": {"tables": {"wine": {"sklearn": "wine"}}}}}
    recipes["wine"]["represent"] = {"target": "target"}
    if data is not None:
        tables = {"train": str(data / "adult_train.csv.gz"), "official": str(data / "adult_test.csv")}
        represent = {"target": "income", "split": {"test": "official"}}
        recipes["adult"] = {"collect": {"tables": tables}, "represent": represent}
    found: dict[str, Any] = {}
    for name, recipe in recipes.items():
        with tempfile.TemporaryDirectory() as folder:
            kinds = {"runs": recipe, "alone": {**recipe, "evaluate": {"baselines": []}}}
            made: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
            for _ in range(times):
                for kind, some in kinds.items():
                    path = Path(folder) / f"{name}-{kind}.yaml"
                    path.write_text(json.dumps({"name": name, **some}))
                    started = time.perf_counter()
                    command = [sys.executable, __file__, "--timed", str(path)]
                    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parent)
                    took = json.loads(done.stdout.splitlines()[-1])
                    made[kind].append({**took, "whole": time.perf_counter() - started})
        found[name] = made
        print(name, {kind: some[0] for kind, some in made.items()}, file=sys.stderr)
    return found


def timed_child(path: Path) -> None:
    started = time.perf_counter()
    import duckdb  # noqa: F401
    import matplotlib.figure  # noqa: F401
    import pandas  # noqa: F401
    import sklearn.ensemble
    import sklearn.linear_model
    import sklearn.model_selection  # noqa: F401

    import protokit

    imported = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as out:
        protokit.run(path, out=out)
        print(json.dumps({"import": imported, **steps_of(Path(out))}))


def median(values: list[float]) -> float:
    return statistics.median(values)


def page(found: dict[str, Any]) -> str:
    dates = sorted(set(found["dates"].values()))
    lines = [
        "# Speed",
        "",
        f"Made by `python benchmarks/engine.py` on {' and '.join(dates)}, on {found['machine']}, without a GPU.",
        "Ratios of medians; each table was measured in turn in one run. The peers are as their own users would write",
        "them (benchmarks/peers.py).",
        "",
    ]
    if "steady" in found:
        lines += steady_page(found["steady"])
    if "cold" in found:
        lines += cold_page(found["cold"])
    if "folds" in found:
        lines += folds_page(found["folds"])
    if "run" in found:
        lines += run_page(found["run"])
    return "\n".join(lines).rstrip() + "\n"


def steady_page(rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        "## Steady training",
        "",
        "Epochs once all is compiled, validation rows (a fourth as many) scored after each. Thousand training rows a",
        "second; in brackets, times the speed of Keras's `fit` at its defaults. `by hand`: a `tf.function` for each",
        "epoch, with XLA but for the CNN, whole batches only (the limit). `jax`: the epoch in `lax.scan`, Adam of",
        "optax, whole batches only, the validation rows in the same call. scikit-learn scores no validation rows. The",
        "last columns: times the speed of the loop by hand, and of jax.",
        "",
        "| network | engine | " + " | ".join(COLUMNS) + " | of by hand | of jax |",
        "|---|---|" + "---|" * (len(COLUMNS) + 2),
    ]
    for row in rows:
        case = nets.Case(row["net"], row["rows"], row["batch"])
        speed = {name: case.rows / median(times) / 1000 for name, times in row["seconds"].items()}
        cells = [f"{speed[n]:,.1f} ({speed[n] / speed['fit']:.2f})" if n in speed else "-" for n in COLUMNS]
        shares = [f"{speed['protokit'] / speed[n]:.2f}" if n in speed else "-" for n in ("by hand", COLUMNS[4])]
        lines.append(f"| {case.name} | {row['how']} | " + " | ".join([*cells, *shares]) + " |")
    lines += ["", "What it was to show, and what it does:", ""]
    by_net: dict[str, float] = {}
    of_hand: dict[int, list[tuple[float, str]]] = {128: [], 32: []}
    worst, torch = [], None
    for row in rows:
        times = {name: median(values) for name, values in row["seconds"].items()}
        ratio = times["fit"] / times["protokit"]
        by_net.setdefault(row["net"], ratio)
        worst.append(ratio)
        if row["batch"] in of_hand:
            of_hand[row["batch"]].append((times["by hand"] / times["protokit"], nets.TITLES[row["net"]]))
        pytorch = [times[name] for name in COLUMNS[-2:] if name in times]
        if row["net"] == "mlp" and row["batch"] == 128 and pytorch:
            torch = min(pytorch) / times["protokit"]
    for net, ratio in by_net.items():
        lines.append(line(f"{nets.TITLES[net]}: {ratio:.1f} times `fit`", ratio, NEED[net]))
    lines.append(line(f"the least of all rows: {min(worst):.2f} times `fit`", min(worst), 0.95))
    for batch, found in of_hand.items():
        if found:
            least, which = min(found)
            lines.append(line(f"of the loop by hand at least {least:.2f} ({which}), batch {batch}", least, OF_HAND))
    if torch is not None:
        lines.append(line(f"{torch:.1f} times the fastest PyTorch loop on the plain MLP", torch, 3))
    return [*lines, ""]


def line(text: str, value: float, need: float) -> str:
    return f"- {text} (to show: {need:g})" + ("" if value >= need else ": **falls short**")


def cold_page(rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        "## From a cold start",
        "",
        "Fresh processes, libraries imported and data there: seconds until the end of the epoch, compiling included",
        "(protokit less `fit`; negative: protokit is faster), and the most memory that the process had. protokit's",
        "plan is of 200 epochs with a patience of 20; where it stopped earlier, its end stands for the later epochs.",
        "",
        "| network | 1 epoch | 10 epochs | 25 epochs | memory, MiB: protokit, fit |",
        "|---|---|---|---|---|",
    ]
    most, wine = -9.0, 0.0
    for row in rows:
        cells = []
        for n in ("1", "10", "25"):
            ours, theirs = (median([run["after"][n] for run in row[name]]) for name in ("protokit", "fit"))
            if int(n) <= min(run["epochs"] for run in row["protokit"]):
                most = max(most, ours - theirs)
            wine = ours - theirs if row["name"] == "wine" and n == "10" else wine
            cells.append(f"{ours:.2f} - {theirs:.2f} = {ours - theirs:+.2f}")
        memory = " and ".join(f"{median([run['memory'] for run in row[name]]):,.0f}" for name in ("protokit", "fit"))
        name = row["name"] if row["name"] == "wine" else nets.TITLES[row["name"].split()[0]] + ", batch 128"
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {memory} |")
    short = "" if most <= 1.5 else ": **falls short**"
    lines += ["", f"- slower than `fit` by at most {most:+.2f} s (to show: 1.5 s){short}"]
    lines.append(f"- wine, 10 epochs: {wine:+.2f} s (to show: faster)" + ("" if wine < 0 else ": **falls short**"))
    return [*lines, ""]


def folds_page(found: dict[str, Any]) -> list[str]:
    lines = [
        "## Five folds, three seeds",
        "",
        "`protokit run` with `folds: 5` and `networks: 3` (fifteen networks, one compiled program) against fifteen",
        "times a single run, as whole processes and as training alone (compiling included).",
        "",
        "| recipe | whole: once, 15 x single | share | training: once, 15 x single | share |",
        "|---|---|---|---|---|",
    ]
    for name, row in found.items():
        cells = []
        for kind in ("seconds", "training"):
            many, single = median(row[kind]["folds"]), 15 * median(row[kind]["single"])
            cells += [f"{many:.1f} s, {single:.1f} s", f"{many / single:.2f}"]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    most = max(median(row["seconds"]["folds"]) / 15 / median(row["seconds"]["single"]) for row in found.values())
    short = "" if most <= 1 / 3 else ": **falls short**"
    return [*lines, "", f"- at most {most:.2f} of fifteen single runs (to show: 0.33){short}", ""]


def run_page(found: dict[str, Any]) -> list[str]:
    steps = ("import", "collect", "represent", "audit", "build", "compile", "learn", "doctor", "evaluate", "write")
    lines = [
        "## A whole run",
        "",
        "Seconds of each step of a run at its defaults in a fresh process, all libraries imported first. Baselines are",
        "fitted in a thread beside the training; `learn` ends when both are done or the network is.",
        "",
        "| recipe | " + " | ".join(steps) + " | whole process |",
        "|---|" + "---|" * (len(steps) + 1),
    ]
    for name, made in found.items():
        cells = [f"{median([run[step] for run in made['runs']]):.2f}" for step in (*steps, "whole")]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "What the verdict costs: all steps after the training, and what the baselines beside it slow it down by.",
        "",
    ]
    lines += ["| recipe | training alone | with baselines beside it | doctor, scores, report | verdict / training |"]
    lines += ["|---|---|---|---|---|"]
    for name, made in found.items():
        alone, beside = (median([run["learn"] + run["compile"] for run in made[kind]]) for kind in ("alone", "runs"))
        after = median([sum(run[step] for step in ("doctor", "evaluate", "write")) for run in made["runs"]])
        share = (beside - alone + after) / alone
        lines.append(f"| {name} | {alone:.2f} | {beside:.2f} | {after:.2f} | **{share:.2f}** |")
    return [*lines, ""]


if __name__ == "__main__":
    main()
