"""CPU seconds of a trial: protokit's search beside KerasTuner and Optuna with Keras's fit, in turn in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rooms

HERE = Path(__file__).parent
RECORD = HERE.parent / "docs" / "search_cost.json"
PAGE = HERE.parent / "docs" / "search.md"
PEERS = {"keras_tuner": "KerasTuner RandomSearch", "optuna": "Optuna, Keras `fit`"}
CASES: dict[str, dict[str, Any]] = {
    "diabetes": {"epochs": 30, "batch_size": 32, "widths": [16, 32, 64, 128, 192, 256], "depth": 3},
    "adult": {"epochs": 10, "batch_size": 256, "widths": [32, 64, 128], "depth": 2},
}
OF_TASK = {
    "regression": {"loss": "mse", "metric": "mae", "activation": "linear"},
    "binary": {"loss": "binary_crossentropy", "metric": "accuracy", "activation": "sigmoid"},
}


def main(given: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="search.py cost")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--only", default="diabetes,pruned,adult")
    parser.add_argument("--data", type=Path, help="a folder with adult_train.csv.gz")
    parser.add_argument("--peers", default=sys.executable, help="the Python that has keras-tuner and tensorboard")
    parser.add_argument("--without", default="", help="peers to leave out, by comma")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--child", nargs=2, metavar=("RECIPE", "OUT"), help="for itself: one search of protokit's")
    options = parser.parse_args(given)
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if options.child:
        return child(Path(options.child[0]), Path(options.child[1]))
    found = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    for part in options.only.split(","):
        case = "adult" if part == "adult" else "diabetes"
        recipe = recipe_of(case, options, "halving" if part == "pruned" else None)
        without = list(PEERS) if part == "pruned" else options.without.split(",")
        found[part] = measured(case, recipe, options, without)
        found[part]["machine"] = f"{os.cpu_count()} cores ({platform.processor() or platform.machine()})"
        found[part]["date"] = f"{datetime.now(UTC):%Y-%m-%d}"
        RECORD.write_text(json.dumps(found, indent=1) + "\n")
    rooms.fill(PAGE, "cost", page(found))
    print(page(found))


def recipe_of(case: str, options: argparse.Namespace, pruner: str | None) -> dict[str, Any]:
    about = CASES[case]
    source: dict[str, Any] = {"data": {"sklearn": "diabetes"}}
    target = "target"
    if case == "adult":
        if options.data is None:
            sys.exit("adult: name the folder with adult_train.csv.gz by --data")
        source, target = {"data": str(options.data.resolve() / "adult_train.csv.gz")}, "income"
    layers: list[Any] = [{"Dense": {"units": "$width", "activation": "relu"}}, {"Dropout": "$dropout"}]
    menu = {
        "hyperparameters": {"width": {"choice": about["widths"]}, "dropout": {"float": [0.0, 0.5]}},
        "layers": [{"repeat": {"times": {"int": [1, about["depth"]]}, "layers": layers}}],
    }
    learn = {
        "menu": menu,
        "optimizer": {"Adam": {"learning_rate": {"float": [1e-4, 1e-2], "log": True}}},
        "epochs": about["epochs"],
        "batch_size": about["batch_size"],
        "schedule": "constant",
        "stop": None,
        "networks": 1,
    }
    search = {"trials": options.trials, "sampler": "random", "pruner": pruner}
    name, seed = f"cost-{case}", options.seed
    return {
        "name": name, "seed": seed, "collect": {"tables": source}, "represent": {"target": target}, "learn": learn,
        "search": search,
    }  # fmt: skip


def measured(case: str, recipe: dict[str, Any], options: argparse.Namespace, without: list[str]) -> dict[str, Any]:
    """Each in a process of its own, on the same arrays."""
    from scipy.stats import ks_2samp

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "recipe.json").write_text(json.dumps(recipe))
        command = [sys.executable, str(HERE / "search.py"), "cost", "--child"]
        run([*command, str(home / "recipe.json"), str(home / "protokit.json")])
        ours = json.loads((home / "protokit.json").read_text())
        found: dict[str, Any] = {"trials": options.trials, "protokit": ours}
        about = {**CASES[case], **ours.pop("case"), "trials": options.trials, "seed": options.seed}
        (home / "case.json").write_text(json.dumps({**about, "rates": [1e-4, 1e-2]}))
        for who in PEERS:
            if who in without:
                continue
            out = home / f"{who}.json"
            script = [options.peers, str(HERE / "search_peers.py"), who]
            run([*script, str(home / "case.json"), str(home / "protokit.npz"), str(out)])
            found[who] = json.loads(out.read_text())
            test = ks_2samp(ours["losses"], found[who]["losses"])
            found[who]["ks"] = {"statistic": float(test.statistic), "p": float(test.pvalue)}
            print(who, found[who]["cpu"] / options.trials, found[who]["ks"], file=sys.stderr)
        return found


def run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr[-3000:]}")


def child(path: Path, out: Path) -> None:
    """The trials of a search as `protokit tune` does them; what it trains again at its end is no trial."""
    import numpy as np

    from protokit.menu.network.inputs import embedding_width
    from protokit.recipe.recipe import Recipe
    from protokit.recipe.space import Space
    from protokit.search.choosing.pruning import rungs
    from protokit.search.crews import crew_of
    from protokit.search.driver import Driver, Wanted
    from protokit.search.log import open_log
    from protokit.workflow.run.collecting import collected
    from protokit.workflow.run.representing import represent

    recipe = Recipe.parse(json.loads(path.read_text()))
    table, search, space = collected(recipe), recipe.search, Space(recipe)
    settled = space.settled(space.defaults)
    [fold] = represent(settled, table)
    specs = {spec.name: spec for spec in fold.encoder.signature.inputs}
    target = fold.encoder.signature.targets[0]
    case: dict[str, Any] = {**OF_TASK[target.task]}
    if "categories" in specs:
        spec = specs["categories"]
        case |= {"levels": spec.levels, "embedding": embedding_width(spec.levels, len(spec.columns))}
    arrays: dict[str, np.ndarray] = {}
    for name, part in (("train", fold.train), ("valid", fold.validation)):
        arrays |= {f"{name} {key}": np.asarray(values) for key, values in part.inputs.items()}
        arrays[f"{name} y"] = np.asarray(part.targets[target.key])
    np.savez(out.with_suffix(".npz"), **arrays)
    case["head"] = "zeros"  # as the head that protokit makes begins
    at = rungs(settled.learn.epochs, search.pruner)
    wanted = Wanted(search.trials, None, search.sampler, search.pruner, at, search.reshuffle, recipe.seed)
    with open_log(out.parent) as log:
        log.append("begin", version=1, name=recipe.name, seed=recipe.seed, trials=search.trials, at=time.time())
        crew = crew_of(recipe, table, out.parent)
        cpu, wall = time.process_time(), time.perf_counter()
        Driver(log, crew, space, wanted, folder=out.parent).search()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        crew.close()
    ended = [json.loads(line) for line in (out.parent / "log.jsonl").read_text().splitlines()]
    done = [event["result"] for event in ended if event["event"] == "end"]
    assert len(done) == search.trials, [event for event in ended if event.get("state") == "failed"]
    by = {"known": [one for one in done if one["known"]], "new": [one for one in done if not one["known"]]}
    found: dict[str, Any] = {"case": case, "cpu": cpu, "wall": wall, "losses": [one["loss"] for one in done]}
    found["epochs"] = sum(one["epochs"] for one in done)
    for kind, some in by.items():
        seconds = {key: sum(one["seconds"][key] for one in some) for key in done[0]["seconds"]}
        found[kind] = {"trials": len(some), "cpu": sum(one["cpu"] for one in some), "seconds": seconds}
    out.write_text(json.dumps(found))


def page(found: dict[str, Any]) -> str:
    """The room of docs/search.md."""
    lines = ["| search | CPU seconds a trial | times protokit's | of a known architecture | validation losses |"]
    lines.append("|---|---|---|---|---|")
    titles = {"diabetes": "diabetes", "pruned": "diabetes, halving", "adult": "adult"}
    for part, title in titles.items():
        if part not in found:
            continue
        about = found[part]
        count, ours = about["trials"], about["protokit"]
        known = ours["known"]
        own = known["cpu"] / known["trials"] if known["trials"] else None
        lines.append(f"| {title}: **protokit** | **{ours['cpu'] / count:.3f}** | | {_of(own)} | |")
        for who, name in PEERS.items():
            if who in about:
                cpu = about[who]["cpu"] / count
                times = f"{cpu / (ours['cpu'] / count):.1f}"
                ratio = "" if own is None else f"{cpu / own:.1f} times"
                alike = f"p = {about[who]['ks']['p']:.2f} (KS)"
                lines.append(f"| {title}: {name} | {cpu:.3f} | {times} | {ratio} | {alike} |")
    lines.append("")
    for part, title in titles.items():
        if part in found:
            lines.append(_shares(title, found[part]))
    return "\n".join(lines).rstrip() + "\n"


def _of(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _shares(title: str, about: dict[str, Any]) -> str:
    """Where the time of protokit's trials goes."""
    ours, count = about["protokit"], about["trials"]
    seconds = {key: sum(ours[kind]["seconds"].get(key, 0.0) for kind in ("known", "new")) for key in _PARTS}
    total = sum(seconds.values()) or 1.0
    shares = ", ".join(f"{name} {seconds[key] / total:.0%}" for key, name in _PARTS.items())
    new = ours["new"]["trials"]
    said = f"{title}: {count} trials of {new} architectures, {ours['epochs']:,} epochs: {shares}"
    return f"{said} ({about['machine']}, {about['date']})."


_PARTS = {"train": "training", "trace": "tracing", "build": "building", "represent": "the data"}
