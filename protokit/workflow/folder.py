"""The folder of a run. Every file in it is written whole or not at all; `metrics.json` comes last."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.core.files import write_json, write_text, write_with
from protokit.core.values import Notice, Predictions, Score, Table
from protokit.recipe.recipe import Recipe

if TYPE_CHECKING:
    from protokit.evaluate.verdict import Verdict
    from protokit.learn.train import Trained
    from protokit.represent.represent import Represented

_LIBRARIES = ("protokit", "tensorflow", "keras", "numpy", "pandas", "scikit-learn", "duckdb")


@dataclass(frozen=True)
class RunFolder:
    """A run's place on the disk. `key` stands for the recipe and the data together."""

    path: Path
    key: str

    @classmethod
    def create(cls, out: Path, recipe: Recipe, table: Table) -> RunFolder:
        """A new folder with the recipe and the environment in it."""
        key = _key(recipe, table)
        while True:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            path = out / recipe.name / f"{stamp}-{key[:4]}{secrets.token_hex(2)}"
            if not path.exists():
                break
        written = recipe.document.text or recipe.write()
        write_text(path / "recipe.yaml", written)
        write_text(path / "resolved.yaml", recipe.write())
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

    def write_results(
        self,
        recipe: Recipe,
        table: Table,
        represented: Represented,
        trained: Trained,
        predictions: dict[str, Predictions],
        scores: Sequence[Score],
        verdicts: Sequence[Verdict],
        seconds: float,
    ) -> None:
        """Write what came of the run."""
        from protokit.workflow.result import card_of

        history = trained.progress.history
        names = list(dict.fromkeys(name for row in history for name in row))
        lines = [",".join(names), *(",".join(repr(row.get(name, "")) for name in names) for row in history)]
        write_text(self.path / "history.csv", "\n".join(lines) + "\n")
        steps = [vars(step) for step in (*table.steps, *represented.steps)]
        timing = {"represent": round(seconds, 3), "learn": round(trained.seconds, 3)}
        write_json(self.path / "steps.json", {"steps": steps, "seconds": timing})
        notices = [vars(notice) for notice in (*table.notices, *represented.notices, *_slots(recipe))]
        write_json(self.path / "audit.json", {"notices": notices})
        self._write_predictions(represented, predictions)
        metrics = {
            "rows": {p: getattr(represented, p).rows for p in ("train", "validation", "test")},
            "epochs": trained.progress.epoch,
            "best_epoch": trained.progress.best_epoch,
            "engine": trained.engine,
            "batch_size": trained.plan.batch_size,
            "scores": [_score(score) for score in scores],
            "verdicts": [_finite(verdict.as_plain()) for verdict in verdicts],
            "network": network_table(trained.network),
        }
        results = {"metrics": metrics, "history": history, "notices": notices}
        write_text(self.path / "report.html", card_of(recipe.name, results).page())
        (self.path / "snapshot.safetensors").unlink(missing_ok=True)
        write_json(self.path / "metrics.json", metrics)

    def _write_predictions(self, represented: Represented, predictions: dict[str, Predictions]) -> None:
        import duckdb
        import pandas as pd

        columns: dict[str, Any] = {"row": represented.positions[represented.split.test]}
        for name, p in predictions.items():
            if p.target.task == "regression":
                columns |= {name: p.truth, f"{name} predicted": p.scores}
                continue
            classes = [str(value) for value in p.target.classes]
            columns[name] = [classes[i] for i in p.truth]
            columns[f"{name} predicted"] = [classes[i] for i in p.labels]
            columns |= {f"{name} = {c}": p.scores[:, i] for i, c in enumerate(classes)}
        frame = pd.DataFrame(columns)
        with duckdb.connect() as connection:
            relation = connection.from_df(frame)
            write_with(self.path / "predictions.parquet", lambda path: relation.write_parquet(str(path)))


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
