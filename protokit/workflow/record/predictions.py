"""The predictions of a run as tables, and back: `predictions.parquet` and, beside it, `baselines.parquet`.

Both have the same rows. The columns of each target come in the order in which they are written here, and are read by
their place: a name that stands twice gets a number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.rows import SourceRows
from protokit.core.runs import LAST
from protokit.core.values.arrays import Predictions
from protokit.core.values.forms.given_back import GivenBack
from protokit.core.values.signature import TargetSpec
from protokit.learn.clustering.clusters import Clusters
from protokit.workflow.record.contents import Identified, Metrics, PlainTarget
from protokit.workflow.record.parquet import columns_in, write_columns

Columns = list[tuple[str, np.ndarray]]
ByBaseline = dict[str, dict[str, Predictions]]
_OWN = ("row", "fold", "block", "weight", "step")  # no target's column has one of these names
_UNITS = ("naive", "scale", "naive_1")  # what the errors of a forecast are divided by


def write_predictions(
    path: Path,
    rows: SourceRows,
    folds: np.ndarray | None,
    network: Mapping[str, Predictions],
    baselines: Mapping[str, Mapping[str, Predictions]],
    clusters: Clusters | None = None,
) -> None:
    """Write both tables into a run's folder, a row for each example, of forecasts one for each step.

    Shapes: folds (examples,); the predictions by target, those of the baselines also by name.
    """
    first = next(iter(network.values()))
    own = _named_once([("row", rows.numbers), *rows.places], list(rows.keys.items()))
    own += [] if folds is None else [("fold", folds)]
    own += [] if first.blocks is None else [("block", first.blocks)]
    own += [] if first.weights is None else [("weight", first.weights)]
    if horizon := first.target.horizon:
        own = [(name, _spread(values, horizon)) for name, values in own]
        own.append(("step", _tiled(horizon, len(rows.numbers))))
    steps = first.target.of_task.steps(first.truth)
    kept = slice(None) if steps is None else steps.ravel()
    columns: Columns = []
    others: Columns = []
    for name, p in network.items():
        columns += [*_truth(p), *_scores(p, clusters), *_units(p)]
        for baseline, simple in baselines[name].items():
            others += [(f"{baseline}: {title}", values) for title, values in _scores(simple)]
    _write(path / "predictions.parquet", own, columns, kept)
    _write(path / "baselines.parquet", own, others, kept)


def read_predictions(path: Path) -> tuple[dict[str, Predictions], ByBaseline, SourceRows]:
    """The predictions of a run's network by target, of its baselines by target and name, and the rows they are of.

    Of a window that is its last known row. Runs of earlier versions have the places in the collected table.

    Raises:
        DataError: a file is missing, or is not as the run wrote it.
    """
    try:
        metrics = json.loads((path / "metrics.json").read_text(encoding="utf-8"))
        targets = [_spec(plain) for plain in metrics["targets"]]
        own, others = (_Reader.of(path / f"{name}.parquet") for name in ("predictions", "baselines"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        rule = "the predictions of this run cannot be read"
        raise DataError(rule, place=str(path), cure="run its recipe again") from error
    chosen = metrics.get("thresholds", {})
    rows = own.rows(metrics)
    others.rows(metrics)
    own.leading("fold"), others.leading("fold")
    blocks = own.leading("block")
    others.leading("block")
    weights = own.leading("weight")
    others.leading("weight")
    if horizon := targets[0].horizon:
        steps = own.leading("step")
        others.leading("step")
        assert steps is not None, "a run writes it"
        first = np.flatnonzero(steps == 1)
        rows = rows.take(first)
        blocks, weights = (None if one is None else one[first] for one in (blocks, weights))
        if len(steps) < len(first) * horizon:
            own.fill(steps, horizon)
            others.fill(steps, horizon)
    network: dict[str, Predictions] = {}
    baselines: ByBaseline = {}
    for spec in targets:
        truth, reference = own.truth(spec)
        scores, thresholds = own.scores(spec, spec.name in chosen, clusters=spec.form == "clusters")
        units = own.units(spec)
        network[spec.name] = Predictions(spec, truth, scores, units, blocks, reference, thresholds, weights)
        score = next(score for score in metrics["scores"] if score["target"] == spec.name)
        baselines[spec.name] = {}
        for name in score["baselines"]:
            scores, thresholds = others.scores(spec, spec.name in chosen)
            known = Predictions(spec, truth, scores, units, blocks, reference, thresholds, weights)
            baselines[spec.name][name] = known
    return network, baselines, rows


def read_frame(path: Path) -> pd.DataFrame:
    """The table of a run's predictions, as it was written: a row for each test row, the first columns say which.

    Raises:
        DataError: it is missing, or none.
    """
    return pd.DataFrame(dict(columns_in(path / "predictions.parquet")))


def read_folds(path: Path) -> np.ndarray | None:
    """The fold of each test row, from 1; None where the run has no folds.

    Shapes: (examples,).

    Raises:
        DataError: the predictions of the run are missing, or are not as it wrote them.
    """
    own, metrics = _Reader.of(path / "predictions.parquet"), json.loads((path / LAST).read_text(encoding="utf-8"))
    own.rows(metrics)
    folds: np.ndarray | None = own.leading("fold")
    own.leading("block"), own.leading("weight")
    steps = own.leading("step")
    return folds if folds is None or steps is None else folds[steps == 1]


def target_as_plain(spec: TargetSpec) -> PlainTarget:
    """A target as it stands in `metrics.json`; classes are texts there."""
    found: PlainTarget = {
        "name": spec.name,
        "task": spec.task,
        "classes": [str(value) for value in spec.classes],
        "columns": list(spec.columns),
        "horizon": spec.horizon,
        "quantiles": list(spec.quantiles),
        "width": spec.width,
        "threshold": spec.threshold,
    }
    if spec.positive_class is not None:
        found["positive"] = spec.positive_class
    if spec.parts:
        found["parts"] = [part.as_plain() for part in spec.parts]
    if spec.size:
        found["size"] = list(spec.size)
    if spec.times:
        found["times"] = list(spec.times)
    if spec.spread is not None:
        found["spread"] = spec.spread
    return found


def _spec(plain: PlainTarget) -> TargetSpec:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    values["parts"] = tuple(map(GivenBack.of, plain.get("parts", ())))
    positive = values.pop("positive", None)  # runs of earlier versions have the second class
    place = plain["classes"].index(positive) if isinstance(positive, str) else 1
    return TargetSpec(**values, positive=place)  # type: ignore[arg-type]


def _truth(p: Predictions) -> Columns:
    """What is true, and for clusters also the labels that they are held against."""
    found = list(p.target.of_task.truth_columns(p.target, p.truth).items())
    return found if p.reference is None else [*found, ("label", p.reference)]


def _scores(p: Predictions, clusters: Clusters | None = None) -> Columns:
    """What a model says."""
    own = list(clusters.columns(p.scores).items()) if clusters else []
    of_rows = p.target.of_task.said_of_rows(p.target, p.truth, p.scores)
    own += zip(p.target.of_task.beside, of_rows, strict=True)
    return [*own, *p.target.of_task.score_columns(p.target, p.scores, p.thresholds).items()]


def _units(p: Predictions) -> Columns:
    """What the errors of a forecast are measured in, the same at each of its steps."""
    spec = p.target
    if spec.form != "steps":
        return []
    return [
        (f"{column} {unit}", _spread(p.units[unit][:, i], spec.horizon))
        for unit in _UNITS
        for i, column in enumerate(spec.columns)
    ]


class _Reader:
    """The columns of one of the tables, taken one after the other."""

    def __init__(self, columns: Sequence[tuple[str, np.ndarray]]) -> None:
        self._columns, self._next = columns, 0
        self._places: tuple[np.ndarray, int] | None = None

    @classmethod
    def of(cls, path: Path) -> _Reader:
        """Raises: DataError: there is no such file, or it is none."""
        return cls(columns_in(path))

    def rows(self, metrics: Metrics) -> SourceRows:
        """Which rows these are: the first column, and those after it that `metrics.json` lists."""
        rows = self.leading("row")
        if rows is None:
            raise DataError("not a table of predictions: it has no column 'row'", cure="run its recipe again")
        none: Identified = {"places": [], "keys": []}
        beside = metrics.get("identified_by", none)
        places = {name: self.take() for name in beside["places"]}
        return SourceRows(rows, places.get("table"), places.get("file"), {name: self.take() for name in beside["keys"]})

    def leading(self, name: str) -> np.ndarray | None:
        """The next column if that is its name."""
        if self._next >= len(self._columns) or self._columns[self._next][0] != name:
            return None
        return self.take()

    def truth(self, spec: TargetSpec) -> tuple[np.ndarray, np.ndarray | None]:
        """See Predictions: the truth, and the reference where there is one."""
        truth = spec.of_task.read_truth(spec, self)
        return truth, None if spec.of_task.has_target else self.leading("label")

    def scores(self, spec: TargetSpec, chosen: bool, clusters: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """See Predictions: the scores, and the thresholds where they were chosen."""
        if clusters:
            self.skip(2)  # the cluster with its distance
        self.skip(len(spec.of_task.beside))
        return spec.of_task.read_scores(spec, self, chosen=chosen)

    def units(self, spec: TargetSpec) -> dict[str, np.ndarray]:
        """See Predictions. Runs of earlier versions have no `naive_1`: their `mase` was of the season."""
        if spec.form != "steps":
            return {}
        there = (len(self._columns) - self._next) // len(spec.columns)
        found = {unit: self.stacked(len(spec.columns))[:: spec.horizon].copy() for unit in _UNITS[:there]}
        return {"naive_1": found["naive"], **found}

    def fill(self, steps: np.ndarray, horizon: int) -> None:
        """Give further columns all steps of each row: NaN where there is none. Shapes: steps (rows of the file,)."""
        row = np.cumsum(steps == 1) - 1
        self._places = (row * horizon + steps - 1, (int(row[-1]) + 1) * horizon)

    def take(self) -> np.ndarray:
        """The next column."""
        self._next += 1
        values: np.ndarray = self._columns[self._next - 1][1]
        if self._places is None:
            return values
        at, count = self._places
        whole = np.full(count, np.nan, values.dtype if values.dtype.kind == "f" else object)
        whole[at] = values
        return whole

    def skip(self, count: int) -> None:
        """Leave out so many columns."""
        self._next += count

    def stacked(self, count: int) -> np.ndarray:
        """The next columns beside each other. Shapes: (rows, count)."""
        return np.stack([self.take() for _ in range(count)], axis=1)


def _spread(values: np.ndarray, horizon: int) -> np.ndarray:
    return np.repeat(values, horizon)


def _tiled(horizon: int, count: int) -> np.ndarray:
    return np.tile(np.arange(1, horizon + 1), count)


def _write(path: Path, own: Columns, columns: Columns, kept: np.ndarray | slice) -> None:
    write_columns(path, [(name, values[kept]) for name, values in _named_once(own, columns)])


def _named_once(own: Columns, columns: Columns) -> Columns:
    """All columns, the later ones under names that differ by more than upper and lower case, as DuckDB has it."""
    taken = {*_OWN, *(name.lower() for name, _ in own)}
    found = list(own)
    for name, values in columns:
        unique, number = name, 1
        while unique.lower() in taken:
            number += 1
            unique = f"{name} ({number})"
        taken.add(unique.lower())
        found.append((unique, values))
    return found
