"""Writes what came of a run into its folder; `metrics.json` comes last: with it the run is complete."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from protokit.core.files import finite, write_json, write_text
from protokit.core.libraries.backend import keras
from protokit.core.rows import SourceRows, joined
from protokit.core.runs import LAST
from protokit.core.values.said import Finding
from protokit.core.values.scores import Score
from protokit.core.values.tables import Table
from protokit.learn.plan import Progress
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.look.page import page_of
from protokit.workflow.look.plot import Predicted
from protokit.workflow.record.contents import Metrics, PlainNetwork, PlainScore, PlainVerdict, RunResults
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.record.predictions import target_as_plain, write_predictions
from protokit.workflow.record.results import Networks, Results
from protokit.workflow.record.stopwatch import Stopwatch
from protokit.workflow.record.uses_of_test_set import uses_of_test_set
from protokit.workflow.result import diagnosed


def write_results(
    folder: RunFolder,
    recipe: Recipe,
    table: Table,
    folds: Sequence[Represented],
    findings: Sequence[Finding],
    networks: Networks,
    results: Results,
    stopwatch: Stopwatch,
) -> None:
    """Write what came of the run. `stopwatch` has the seconds of the steps before this one."""
    history = _history(networks)
    names = list(dict.fromkeys(name for row in history for name in row))
    lines = [",".join(names), *(",".join(repr(row.get(name, "")) for name in names) for row in history)]
    write_text(folder.path / "history.csv", "\n".join(lines) + "\n")
    every = [one for found in networks.trained for one in found]
    audit = folder.write_audit(recipe, table, folds, findings, networks.notices)
    rows = _write_predictions(folder.path, folds, networks, results)
    metrics: Metrics = {
        "rows": {
            "train": folds[0].train.rows,
            "validation": folds[0].validation.rows,
            "test": sum(fold.test.rows for fold in folds),
        },
        "examples": "windows" if recipe.represent.series is not None else "rows",
        "networks": _trained(networks),
        "identified_by": {"places": [name for name, _ in rows.places], "keys": list(rows.keys)},
        "engine": {"name": every[0].progress.engine, "how": how([one.progress for one in every])},
        "batch_size": every[0].plan.batch_size,
        "targets": [target_as_plain(p.target) for p in results.predictions.values()],
        "scores": [_score(score) for score in results.scores],
        "verdicts": [cast(PlainVerdict, finite(verdict.as_plain())) for verdict in results.verdicts],
        "folds": [finite(dict(fold)) for fold in results.folds],
        "network": network_table(networks.parts[0].network),
        **finite(results.details),
    }
    steps = [step.as_plain() for step in (*table.steps, *folds[0].steps)]
    uses = uses_of_test_set(folder.path, table.origin, [fold.positions[fold.split.test] for fold in folds])
    whole: RunResults = {
        "metrics": metrics,
        "history": history,
        "steps": steps,
        "looks": uses,
        "diagnosis": diagnosed(folder.path),
        **audit,
    }
    predicted = Predicted(results.predictions, results.baselines, rows)
    write_text(folder.path / "report.html", page_of(folder.path, recipe.name, whole, predicted).html())
    for snapshot in folder.path.glob("snapshot-*.safetensors"):
        snapshot.unlink()
    stopwatch.lap("write")
    compiling = sum(one.compile_seconds for one in every)
    seconds = {**stopwatch.seconds, "learn": stopwatch.seconds["learn"] - compiling, "compile": compiling}
    timing = {name: round(value, 3) for name, value in seconds.items()}
    write_json(folder.path / "steps.json", {"steps": steps, "seconds": timing, "looks": uses})
    write_json(folder.path / LAST, metrics)


def _write_predictions(path: Path, folds: Sequence[Represented], networks: Networks, results: Results) -> SourceRows:
    """Write the predictions, and say which rows they are of."""
    rows = joined([fold.source.take(fold.split.test) for fold in folds])
    of = np.repeat(np.arange(1, len(folds) + 1), [fold.test.rows for fold in folds]) if len(folds) > 1 else None
    clusters = networks.parts[0].clusters
    write_predictions(path, rows, of, results.predictions, results.baselines, clusters)
    return rows


def _trained(networks: Networks) -> list[PlainNetwork]:
    """See PlainNetwork."""
    found: list[PlainNetwork] = []
    for i, trained in enumerate(networks.trained):
        for j, one in enumerate(trained):
            done = one.progress
            network: PlainNetwork = {"fold": i + 1, "seed": j + 1, "epochs": done.epoch, "best_epoch": done.best_epoch}
            found.append(network if done.xla is None else {**network, "xla": done.xla})
    return found


def how(trainings: Sequence[Progress]) -> str:
    """What the engine did, in words: nothing of a loop with XLA that was to start after the last epoch."""
    said = trainings[0].how
    later = re.search(r"XLA from epoch (\d+) on", said)
    if later is None or int(later[1]) <= max(one.epoch for one in trainings):
        return said
    return f"without XLA: it would have paid only from epoch {later[1]} on"


def _history(networks: Networks) -> list[dict[str, float]]:
    """Loss and scores of each epoch; of several networks with their fold and seed, from 1."""
    whole: list[dict[str, float]] = []
    single = len(networks.trained) == len(networks.trained[0]) == 1
    for i, found in enumerate(networks.trained):
        for j, one in enumerate(found):
            place = {} if single else {"fold": i + 1, "seed": j + 1}
            whole += [{**place, **row} for row in one.progress.history]
    return whole


def network_table(network: keras.Model) -> list[tuple[str, str, list[int], int]]:
    """Name, kind, output shape and parameters of each layer."""
    rows: list[tuple[str, str, list[int], int]] = []
    for layer in network.layers:
        shape = layer.output.shape if not isinstance(layer.output, (list, dict)) else ()
        rows.append((layer.name, type(layer).__name__, [n or 0 for n in shape[1:]], layer.count_params()))
    return rows


def _score(score: Score) -> PlainScore:
    plain: PlainScore = {
        "target": score.target,
        "metric": score.metric,
        "greater_is_better": score.greater_is_better,
        "network": score.network.as_plain(),
        "baselines": {name: value.as_plain() for name, value in score.baselines.items()},
    }
    if score.positive is not None:
        plain["positive"] = score.positive
    return finite(plain)
