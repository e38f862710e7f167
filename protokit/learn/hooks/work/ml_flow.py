"""What a run writes for MLflow: one run of MLflow for each, which goes on where the run does."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from protokit.core.libraries.backend import keras
from protokit.core.libraries.optional import optional
from protokit.core.outside import access
from protokit.learn.hooks.work.run_end import RunEnd

TAG = "protokit.run"  # by which a run of MLflow is found again
_SQLITE = "sqlite:///"
_AT_ONCE = 100  # parameters that MLflow takes in one call
_LONGEST = 500  # letters of a parameter
_NO_NAME = re.compile(r"[^\w\-./ ]")  # what a name of MLflow does not have


class RunMLflow(keras.callbacks.Callback):  # type: ignore[misc]
    """The history as metrics after each epoch; of several networks each under its name."""

    def __init__(self, experiment: str | None, run_name: str | None, tracking_uri: str | None) -> None:
        super().__init__()
        self._experiment, self._run_name, self._uri = experiment, run_name, tracking_uri
        if tracking_uri is not None and ("://" in tracking_uri or Path(tracking_uri).is_absolute()):
            _address(tracking_uri, Path())  # before anything is trained
        self._client: Any = None
        self._id = ""

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """See keras.callbacks.Callback."""
        self._open(Path(self.params["run"]))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """See keras.callbacks.Callback."""
        label = self.params["network"]
        named = {f"{label}/{name}" if label else name: value for name, value in (logs or {}).items()}
        self._metrics(named, epoch + 1)

    def on_run_end(self, end: RunEnd) -> None:
        """The scores of the test rows, and the recipe."""
        self._open(end.folder)
        self._metrics({f"test_{name}": value for name, value in end.scores.items()}, 0)
        entities = optional("mlflow.entities", "mlflow")
        params = [entities.Param(_name(key), _text(value)) for key, value in end.settings.items()]
        for start in range(0, len(params), _AT_ONCE):
            self._client.log_batch(self._id, params=params[start : start + _AT_ONCE])
        self._client.log_text(self._id, end.recipe, "recipe.yaml")
        self._client.set_terminated(self._id)

    def _open(self, run: Path) -> None:
        """The run of MLflow for a run: the one that was begun for it, or a new one."""
        mlflow = optional("mlflow", "mlflow")
        self._client = mlflow.MlflowClient(tracking_uri=_address(self._uri, run))
        name = self._experiment or run.resolve().parent.name
        found = self._client.get_experiment_by_name(name)
        address = _address(self._uri, run) or ""
        # files go beside a database, and not to where the person happens to be
        beside = Path(address.removeprefix(_SQLITE)).parent.as_uri() if address.startswith(_SQLITE) else None
        experiment = found.experiment_id if found else self._client.create_experiment(name, beside)
        own = f"{run.resolve().parent.name}/{run.resolve().name}"
        begun = self._client.search_runs([experiment], f"tags.`{TAG}` = '{own}'")
        if begun:
            self._id = begun[0].info.run_id
            self._client.update_run(self._id, status="RUNNING")
        else:
            made = self._client.create_run(experiment, tags={TAG: own}, run_name=self._run_name or run.resolve().name)
            self._id = made.info.run_id

    def _metrics(self, values: Mapping[str, float], step: int) -> None:
        entities, now = optional("mlflow.entities", "mlflow"), int(time.time() * 1000)
        finite = {name: float(value) for name, value in values.items() if math.isfinite(value)}
        metrics = [entities.Metric(_name(name), value, now, step) for name, value in finite.items()]
        self._client.log_batch(self._id, metrics=metrics)


def _address(uri: str | None, run: Path) -> str | None:
    """Where MLflow keeps its runs; a path starts at the run's folder. None: where MLflow itself says.

    Raises:
        DataError: the recipe may not write there.
    """
    if uri is None:
        return None
    if "://" in uri and not uri.startswith(_SQLITE):
        access.hold("written", uri, run)
        return uri
    scheme, path = (_SQLITE, uri.removeprefix(_SQLITE)) if uri.startswith(_SQLITE) else ("", uri)
    return scheme + str(access.written(run.resolve() / path, run))


def _name(name: str) -> str:
    return _NO_NAME.sub("_", name)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
