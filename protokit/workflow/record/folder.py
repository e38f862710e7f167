"""The folder of a run. Every file in it is written whole or not at all; `metrics.json` comes last."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from protokit.core.files import finite, write_json, write_text
from protokit.core.runs import LAST
from protokit.core.stopwatch import Stopwatch
from protokit.core.values import Finding, Notice, Score, Table
from protokit.learn.plan import Progress
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.look.page import page_of
from protokit.workflow.look.plots import Predicted
from protokit.workflow.record.predictions import target_as_plain, write_predictions
from protokit.workflow.record.test_set_uses import looks
from protokit.workflow.result import diagnosed
from protokit.workflow.run.results import Networks, Results

_LIBRARIES = ("protokit", "tensorflow", "keras", "numpy", "pandas", "scikit-learn", "duckdb")


@dataclass(frozen=True)
class RunFolder:
    """A run's place on the disk. `key` stands for the recipe and the data together."""

    path: Path
    key: str

    @classmethod
    def create(
        cls, out: Path, recipe: Recipe, fitted: Recipe, table: Table, own: Mapping[str, Any] | None = None
    ) -> RunFolder:
        """A new folder with the recipe, as it is and fitted to the data, and the environment in it.

        `own` are a person's baselines.
        """
        key = _key(recipe, table, own)
        while True:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            path = out / recipe.name / f"{stamp}-{key[:4]}{secrets.token_hex(2)}"
            if not path.exists():
                break
        written = recipe.document.text or recipe.write()
        write_text(path / "recipe.yaml", written)
        write_text(path / "resolved.yaml", fitted.write())
        write_json(path / "environment.json", {**_environment(), "key": key, "inputs": dict(table.origin)})
        return cls(path, key)

    @classmethod
    def find(cls, out: Path, recipe: Recipe, table: Table, own: Mapping[str, Any] | None = None) -> RunFolder | None:
        """The last run of the same recipe on the same data, against the same baselines of a person's own, or None."""
        key = _key(recipe, table, own)
        for path in sorted((out / recipe.name).glob("*/environment.json"), reverse=True):
            try:
                if json.loads(path.read_text(encoding="utf-8")).get("key") == key:
                    return cls(path.parent, key)
            except (OSError, ValueError):
                continue
        return None

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return (self.path / LAST).exists()

    def snapshot(self, fold: int, seed: int) -> Path:
        """The file with the state of one network's training, while the run is not complete."""
        return self.path / f"snapshot-{fold + 1}-{seed + 1}.safetensors"

    def write_results(
        self,
        recipe: Recipe,
        table: Table,
        folds: Sequence[Represented],
        findings: Sequence[Finding],
        networks: Networks,
        results: Results,
        clock: Stopwatch,
    ) -> None:
        """Write what came of the run. `clock` has the seconds of the steps before this one."""
        history = _history(networks)
        names = list(dict.fromkeys(name for row in history for name in row))
        lines = [",".join(names), *(",".join(repr(row.get(name, "")) for name in names) for row in history)]
        write_text(self.path / "history.csv", "\n".join(lines) + "\n")
        every = [one for found in networks.trained for one in found]
        audit = self.write_audit(recipe, table, folds, findings, networks.notices)
        rows = self._write_predictions(folds, networks, results)
        metrics = {
            "rows": {
                "train": folds[0].train.rows,
                "validation": folds[0].validation.rows,
                "test": sum(fold.test.rows for fold in folds),
            },
            "examples": "windows" if recipe.represent.series is not None else "rows",
            "networks": _trained(networks),
            "engine": {"name": every[0].progress.engine, "how": how([one.progress for one in every])},
            "batch_size": every[0].plan.batch_size,
            "targets": [target_as_plain(p.target) for p in results.predictions.values()],
            "scores": [_score(score) for score in results.scores],
            "verdicts": [finite(verdict.as_plain()) for verdict in results.verdicts],
            "folds": [finite(dict(fold)) for fold in results.folds],
            "network": network_table(networks.parts[0].network),
            **finite(dict(results.details)),
        }
        steps = [vars(step) for step in (*table.steps, *folds[0].steps)]
        looked = looks(self.path, table.origin, [fold.positions[fold.split.test] for fold in folds])
        found = {"steps": steps, "looks": looked, "diagnosis": diagnosed(self.path), **audit}
        whole = {"metrics": metrics, "history": history, **found}
        predicted = Predicted(results.predictions, results.baselines, rows)
        write_text(self.path / "report.html", page_of(self.path, recipe.name, whole, predicted).html())
        for snapshot in self.path.glob("snapshot-*.safetensors"):
            snapshot.unlink()
        clock.lap("write")
        compiling = sum(one.compile_seconds for one in every)
        seconds = {**clock.seconds, "learn": clock.seconds["learn"] - compiling, "compile": compiling}
        timing = {name: round(value, 3) for name, value in seconds.items()}
        write_json(self.path / "steps.json", {"steps": steps, "seconds": timing, "looks": looked})
        write_json(self.path / LAST, metrics)

    def write_audit(
        self,
        recipe: Recipe,
        table: Table,
        folds: Sequence[Represented],
        findings: Sequence[Finding],
        further: Sequence[Notice] = (),
    ) -> dict[str, Any]:
        """Write `audit.json`: what the audit found, and what was decided for the person."""
        found = dict.fromkeys(notice for fold in folds for notice in fold.notices)
        notices = [vars(notice) for notice in (*table.notices, *found, *further, *_slots(recipe))]
        audit = {"findings": [finding.as_plain() for finding in findings], "notices": notices}
        write_json(self.path / "audit.json", audit)
        return audit

    def _write_predictions(self, folds: Sequence[Represented], networks: Networks, results: Results) -> np.ndarray:
        """Write the predictions, and say which rows they are of."""
        rows: np.ndarray = np.concatenate([fold.positions[fold.split.test] for fold in folds])
        of = np.repeat(np.arange(1, len(folds) + 1), [fold.test.rows for fold in folds]) if len(folds) > 1 else None
        clusters = networks.parts[0].clusters
        write_predictions(self.path, rows, of, results.predictions, results.baselines, clusters)
        return rows


def _trained(networks: Networks) -> list[dict[str, int]]:
    """Fold and seed of each network, from 1, and its epochs."""
    return [
        {"fold": i + 1, "seed": j + 1, "epochs": one.progress.epoch, "best_epoch": one.progress.best_epoch}
        for i, found in enumerate(networks.trained)
        for j, one in enumerate(found)
    ]


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


def _slots(recipe: Recipe) -> list[Notice]:
    """What the network was where the menu leaves it open."""
    chosen = recipe.network.expand().chosen
    if not chosen:
        return []
    values = ", ".join(f"{name} = {value}" for name, value in chosen.items())
    return [Notice(f"slots of the menu are at their defaults: {values}", (), "write the values to choose others")]


def network_table(network: Any) -> list[list[Any]]:
    """Name, kind, output shape and parameters of each layer."""
    rows: list[list[Any]] = []
    for layer in network.layers:
        shape = layer.output.shape if not isinstance(layer.output, (list, dict)) else ()
        rows.append([layer.name, type(layer).__name__, [n or 0 for n in shape[1:]], layer.count_params()])
    return rows


def _score(score: Score) -> dict[str, Any]:
    plain = {
        "target": score.target,
        "metric": score.metric,
        "greater_is_better": score.greater_is_better,
        "network": score.network.as_plain(),
        "baselines": {name: value.as_plain() for name, value in score.baselines.items()},
    }
    return dict(finite(plain))


def _key(recipe: Recipe, table: Table, own: Mapping[str, Any] | None) -> str:
    against = [sorted((str(name), repr(one)) for name, one in own.items())] if isinstance(own, Mapping) and own else []
    text = json.dumps([recipe.as_plain(), sorted(table.origin.items()), *against], default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _environment() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cpus": os.cpu_count(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except ModuleNotFoundError:
        return None
