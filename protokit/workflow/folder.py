"""The folder of a run. Every file in it is written whole or not at all; `metrics.json` comes last."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.core.files import write_json, write_text, write_with
from protokit.core.stopwatch import Stopwatch
from protokit.core.values import Finding, Notice, Predictions, Score, Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.outcome import Networks, Results

if TYPE_CHECKING:
    from protokit.learn.clusters import Clusters
    from protokit.represent.represented import Represented

_LIBRARIES = ("protokit", "tensorflow", "keras", "numpy", "pandas", "scikit-learn", "duckdb")


@dataclass(frozen=True)
class RunFolder:
    """A run's place on the disk. `key` stands for the recipe and the data together."""

    path: Path
    key: str

    @classmethod
    def create(cls, out: Path, recipe: Recipe, fitted: Recipe, table: Table) -> RunFolder:
        """A new folder with the recipe, as it is and fitted to the data, and the environment in it."""
        key = _key(recipe, table)
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
    def find(cls, out: Path, recipe: Recipe, table: Table) -> RunFolder | None:
        """The last run of the same recipe on the same data, or None."""
        key = _key(recipe, table)
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
        return (self.path / "metrics.json").exists()

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
        from protokit.workflow.result import card_of

        history = _history(networks)
        names = list(dict.fromkeys(name for row in history for name in row))
        lines = [",".join(names), *(",".join(repr(row.get(name, "")) for name in names) for row in history)]
        write_text(self.path / "history.csv", "\n".join(lines) + "\n")
        every = [one for found in networks.trained for one in found]
        audit = self.write_audit(recipe, table, folds, findings, networks.notices)
        self._write_predictions(folds, results.predictions, networks.parts[0].clusters)
        metrics = {
            "rows": {
                "train": folds[0].train.rows,
                "validation": folds[0].validation.rows,
                "test": sum(fold.test.rows for fold in folds),
            },
            "examples": "windows" if recipe.represent.series is not None else "rows",
            "networks": _trained(networks),
            "engine": {"name": every[0].progress.engine, "how": every[0].progress.how},
            "batch_size": every[0].plan.batch_size,
            "scores": [_score(score) for score in results.scores],
            "verdicts": [_finite(verdict.as_plain()) for verdict in results.verdicts],
            "folds": [_finite(dict(fold)) for fold in results.folds],
            "network": network_table(networks.parts[0].network),
        }
        steps = [vars(step) for step in (*table.steps, *folds[0].steps)]
        card = card_of(recipe.name, {"metrics": metrics, "history": history, "steps": steps, **audit})
        write_text(self.path / "report.html", card.page())
        for snapshot in self.path.glob("snapshot-*.safetensors"):
            snapshot.unlink()
        clock.lap("write")
        compiling = sum(one.compile_seconds for one in every)
        seconds = {**clock.seconds, "learn": clock.seconds["learn"] - compiling, "compile": compiling}
        timing = {name: round(value, 3) for name, value in seconds.items()}
        write_json(self.path / "steps.json", {"steps": steps, "seconds": timing})
        write_json(self.path / "metrics.json", metrics)

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

    def _write_predictions(
        self, folds: Sequence[Represented], predictions: Mapping[str, Predictions], clusters: Clusters | None
    ) -> None:
        import duckdb
        import numpy as np
        import pandas as pd

        columns: dict[str, Any] = {"row": np.concatenate([fold.positions[fold.split.test] for fold in folds])}
        if len(folds) > 1:
            columns["fold"] = np.repeat(np.arange(1, len(folds) + 1), [fold.test.rows for fold in folds])
        if horizon := next(iter(predictions.values())).target.horizon:  # a row for each step after the last known one
            columns = {name: np.repeat(values, horizon) for name, values in columns.items()}
            columns["step"] = np.tile(np.arange(1, horizon + 1), len(columns["row"]) // horizon)
        for p in predictions.values():
            columns |= clusters.columns(p.scores) if clusters else _columns(p)
            columns |= {} if p.reference is None else {"label": p.reference}
        frame = pd.DataFrame(columns)
        with duckdb.connect() as connection:
            relation = connection.from_df(frame)
            write_with(self.path / "predictions.parquet", lambda path: relation.write_parquet(str(path)))


def _columns(p: Predictions) -> dict[str, Any]:
    """Truth and prediction of one target, by the columns' names."""
    name, scores = p.target.name, p.scores
    if p.target.task == "multilabel":
        truth = {label: p.truth[:, i] for i, label in enumerate(p.target.columns)}
        return truth | {f"{label} = 1": scores[:, i] for i, label in enumerate(p.target.columns)}
    if p.target.task == "quantile":
        return {name: p.truth} | {f"{name} {q:g}": scores[:, i] for i, q in enumerate(p.target.quantiles)}
    if p.target.task == "forecasting":
        truth = {column: p.truth[:, :, i].ravel() for i, column in enumerate(p.target.columns)}
        return truth | {f"{column} predicted": scores[:, :, i].ravel() for i, column in enumerate(p.target.columns)}
    if not p.target.has_classes:
        return {name: p.truth, f"{name} predicted": scores}
    classes = [str(value) for value in p.target.classes]
    found: dict[str, Any] = {name: [classes[i] for i in p.truth], f"{name} predicted": [classes[i] for i in p.labels]}
    return found | {f"{name} = {c}": scores[:, i] for i, c in enumerate(classes)}


def _trained(networks: Networks) -> list[dict[str, int]]:
    """Fold and seed of each network, from 1, and its epochs."""
    return [
        {"fold": i + 1, "seed": j + 1, "epochs": one.progress.epoch, "best_epoch": one.progress.best_epoch}
        for i, found in enumerate(networks.trained)
        for j, one in enumerate(found)
    ]


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
    return dict(_finite(plain))


def _finite(value: Any) -> Any:
    """JSON has no word for an undefined number: null."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    return None if isinstance(value, float) and value != value else value


def _key(recipe: Recipe, table: Table) -> str:
    text = json.dumps([recipe.as_plain(), sorted(table.origin.items())], default=str)
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
