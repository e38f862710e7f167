"""What is predicted: the task, the classes, and the numbers that the network is trained on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from protokit.cells.numbers import is_like_a_number
from protokit.core.errors import DataError
from protokit.core.names import as_text, counted
from protokit.core.values.signature import TargetSpec, TaskName
from protokit.represent.encoders.cells import to_numbers
from protokit.represent.encoders.distinct import distinct
from protokit.represent.encoders.inference import cure_of_derived
from protokit.represent.encoders.labels import pairs_of
from protokit.represent.encoders.readings import MOST_WHOLE_CLASSES
from protokit.represent.kinds.boolean import Boolean

_MOST_CLASSES = 1000
LABELS = "labels"  # the name of a target made of several columns that are each there or not


def infer_tasks(
    frame: pd.DataFrame,
    targets: Sequence[str],
    task: str | None,
    measured: Collection[str] = (),
    derived: Collection[str] = (),
) -> dict[str, TaskName]:
    """The task of each target column: regression of those that are `measured`, where nothing else is said.

    Those `derived` are in no table.

    Raises:
        DataError: a target is not for the task.
    """
    if task == "multilabel":
        return dict.fromkeys(targets, "multilabel")
    said = {name: "regression" if task is None and name in measured else task for name in targets}
    return {name: infer_task(frame[name], said[name], is_derived=name in derived) for name in targets}


def by_target(tasks: Mapping[str, TaskName]) -> dict[tuple[str, ...], TaskName]:
    """The columns of each of the network's targets: one, but for labels, which are predicted together."""
    if "multilabel" in tasks.values():
        return {tuple(tasks): "multilabel"}
    return {(name,): task for name, task in tasks.items()}


def infer_task(series: pd.Series, task: str | None, *, is_derived: bool = False) -> TaskName:
    """The task of a target: of numbers it is regression, unless they are few whole ones.

    Raises:
        DataError: one value only, or so many texts that they are no classes.
    """
    different = series.nunique()
    name = series.name
    if different < 2:
        value = as_text(series.iloc[0]) if len(series) else None
        raise DataError(
            f"the target {name!r} is {value!r} in every row: there is nothing to learn",
            cure="choose another target, or bring rows of another class",
        )
    numeric = series.dtype.kind in "iuf"
    if task is None:
        few = different <= MOST_WHOLE_CLASSES and len(series) >= 3 * different
        whole = numeric and bool((series == series.round()).all())
        task = "classification" if not numeric or (whole and (few or different == 2)) else "regression"
    if task in {"regression", "quantile"}:
        to_numbers(series)
        return "regression" if task == "regression" else "quantile"
    if different > _MOST_CLASSES or (different > 20 and different > 0.5 * len(series)):
        raise _no_classes(series, different, numeric, is_derived)
    return "binary" if different == 2 else "multiclass"


def _no_classes(series: pd.Series, different: int, numeric: bool, is_derived: bool) -> DataError:
    """Too many different values: of numbers, of numbers but for a few cells, or of texts."""
    name = series.name
    finite = np.isfinite(pd.to_numeric(series, errors="coerce").to_numpy(float))
    odd = series[~finite] if not numeric else series[:0]
    if 0 < len(odd) < 0.5 * len(series):
        cell = as_text(odd.iloc[0])
        rule = f"the target {name!r} holds numbers, but for {len(odd):,} of {len(series):,} cells, such as {cell!r}"
        cure = f"mend them, or give the table missing: [{cell!r}]"
        if is_derived:
            cure = cure_of_derived(str(name), cell)
        if is_like_a_number(cell):
            cure = "write all of them alike"
        return DataError(rule, cure=cure)
    rule = f"the target {name!r} has {different:,} different values in {counted(len(series), 'row')}: no classes"
    cure = "choose another target" + (", or set learn.task: regression" if numeric else "")
    return DataError(rule, cure=cure)


def classes_of_rows(
    frame: pd.DataFrame, tasks: Mapping[str, TaskName], separator: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The classes and labels of each row, of all targets.

    Shapes: rows and classes (pairs,), a pair for each class or label that a row has.
    """
    rows, found = [np.empty(0, int)], [np.empty(0, int)]
    for name, task in tasks.items():
        if task in {"binary", "multiclass"}:
            one = distinct(frame[name])
            rows.append(np.flatnonzero(one.codes >= 0))
            classes = pd.factorize(one.texts)[0][one.codes[rows[-1]]]
        elif task == "multilabel" and len(tasks) == 1:
            having, classes, _ = pairs_of(frame[name], separator)
            rows.append(having)
        else:
            continue
        found.append(classes + found[-1].max(initial=-1) + 1)
    return np.concatenate(rows), np.concatenate(found)


@dataclass(frozen=True)
class TargetEncoder:
    """Classes to positions, numbers to standard units of the training rows, labels to 0 and 1, and back.

    `in_one_column`: all labels of a row stand in the one column that the target is named for. A target of several
    columns is named LABELS, which may be a column's name, too.
    """

    spec: TargetSpec
    center: float = 0.0
    scale: float = 1.0
    in_one_column: bool = False
    separator: str | None = None

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        names: tuple[str, ...],
        task: TaskName,
        quantiles: tuple[float, ...] = (),
        separator: str | None = None,
    ) -> TargetEncoder:
        """Learns classes (sorted), labels, or mean and standard deviation, from training rows.

        Raises:
            DataError: the training rows hold one class only.
        """
        if task == "multilabel":
            return cls(_labels(frame, names, separator), in_one_column=len(names) == 1, separator=separator)
        series, name = frame[names[0]], names[0]
        if task in {"regression", "quantile"}:
            values = to_numbers(series)
            wanted = quantiles if task == "quantile" else ()
            return cls(TargetSpec(name, task, quantiles=wanted), float(values.mean()), float(values.std()) or 1.0)
        kinds = dict.fromkeys(map(_plain, distinct(series).cells))
        classes = sorted(kinds, key=lambda v: (isinstance(v, str), v))
        if len(classes) < 2:
            raise DataError(f"the training rows hold only the class {classes[0]!r} of {name!r}", cure="split otherwise")
        if task == "binary" and len(classes) > 2:
            task = "multiclass"
        if task == "multiclass" and len(classes) == 2:
            task = "binary"
        return cls(TargetSpec(name, task, tuple(classes)))

    def truth(self, frame: pd.DataFrame) -> np.ndarray:
        """Of each row: class positions (int64), numbers in their own unit (float64), or 0 and 1 of each label.

        Shapes: (rows,), for labels (rows, labels).

        Raises:
            DataError: a class or label that no training row has.
        """
        if self.spec.task == "multilabel":
            if self.in_one_column:
                return _truth_of_cells(frame, self.spec, self.separator)
            return _truth_of_columns(frame, self.spec)
        series = frame[self.spec.name]
        if self.spec.task in {"regression", "quantile"}:
            return to_numbers(series)
        position = {as_text(value): i for i, value in enumerate(self.spec.classes)}
        one = distinct(series)
        found = one.spread(np.array([position.get(text, -1) for text in one.texts], np.int64), missing=-1)
        if (odd := found < 0).any():
            value = as_text(series.iloc[int(odd.argmax())])
            raise DataError(
                f"the class {value!r} of {self.spec.name!r} is in no training row; those have: "
                + ", ".join(map(str, self.spec.classes[:10])),
                cure="spell it as the others, remove its rows, or split otherwise",
            )
        return found

    def training(self, truth: np.ndarray) -> np.ndarray:
        """What the loss takes.

        Shapes: (rows,) -> (rows, 1); labels stay (rows, labels).
        """
        if self.spec.task == "multilabel":
            return truth.astype(np.float32)
        if self.spec.task in {"regression", "quantile"}:
            standard: np.ndarray = (truth - self.center) / self.scale
            return standard.astype(np.float32)[:, None]
        return truth.astype(np.int32 if self.spec.task == "multiclass" else np.float32)[:, None]

    def scores(self, output: np.ndarray) -> np.ndarray:
        """From what the network gives: probabilities of classes or labels, or numbers in their own unit.

        Shapes: (rows, units) -> (rows, classes), (rows, labels), (rows,), or (rows, quantiles), ascending.
        """
        output = np.asarray(output, np.float64)
        if self.spec.task == "multilabel":
            return output
        if self.spec.task == "quantile":
            crossed_none: np.ndarray = np.sort(output, axis=1) * self.scale + self.center
            return crossed_none
        if self.spec.task == "regression":
            numbers: np.ndarray = output[:, 0] * self.scale + self.center
            return numbers
        if self.spec.task == "binary":
            return np.concatenate([1 - output[:, :1], output[:, :1]], axis=1)
        probabilities: np.ndarray = output / output.sum(axis=1, keepdims=True)
        return probabilities

    def columns(self, scores: np.ndarray) -> dict[str, np.ndarray | pd.Series]:
        """Scores as columns of a table: what is predicted, and how sure the network is of it."""
        name = self.spec.name
        if self.spec.task == "regression":
            return {name: scores}
        if self.spec.task == "quantile":
            return {f"{name} {q:g}": scores[:, i] for i, q in enumerate(self.spec.quantiles)}
        if self.spec.task == "multilabel":
            found = self.spec.labels(scores)
            labels = {label: found[:, i] for i, label in enumerate(self.spec.columns)}
            return {**labels, **{f"{label} = 1": scores[:, i] for i, label in enumerate(self.spec.columns)}}
        classes = np.array(self.spec.classes, dtype=object)
        predicted = pd.Series(classes[self.spec.labels(scores)]).infer_objects()
        return {name: predicted, **{f"{name} = {c}": scores[:, i] for i, c in enumerate(self.spec.classes)}}

    def as_plain(self) -> dict[str, object]:
        """The state as JSON values, to the bit. A file says where labels stand only if the name does not tell."""
        plain: dict[str, object] = {**vars(self.spec), "center": self.center, "scale": self.scale}
        if self.in_one_column and self.spec.name == LABELS:
            plain["in_one_column"] = True
        if self.separator is not None:
            plain["separator"] = self.separator
        return {key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> TargetEncoder:
        """The encoder of `as_plain`."""
        values: dict[str, Any] = {}
        for key, value in plain.items():
            values[key] = tuple(value) if isinstance(value, list) else value
        center, scale, said = values.pop("center"), values.pop("scale"), values.pop("in_one_column", False)
        separator = values.pop("separator", None)
        spec = TargetSpec(**values)
        return cls(spec, center, scale, said or (spec.task == "multilabel" and spec.name != LABELS), separator)


def _labels(frame: pd.DataFrame, names: tuple[str, ...], separator: str | None) -> TargetSpec:
    """The labels of several columns of yes and no, or of one column of texts such as `red|large`."""
    if len(names) > 1:
        return TargetSpec(LABELS, "multilabel", columns=names)
    if frame[names[0]].dtype.kind in "iufbM":
        rule = (
            f"{names[0]!r} holds no texts, and multilabel takes several columns of yes and no, or one such as red|large"
        )
        raise DataError(rule, cure="name the labels' columns: target: [hot, wet]")
    found = sorted(pairs_of(frame[names[0]], separator)[2])
    if not found:
        raise DataError(f"no training row has a label in {names[0]!r}", cure="write them as red|large")
    if len(found) > _MOST_CLASSES:
        raise DataError(f"{len(found):,} different labels in {names[0]!r} are too many", cure="keep the common ones")
    return TargetSpec(names[0], "multilabel", columns=tuple(found))


def _truth_of_columns(frame: pd.DataFrame, spec: TargetSpec) -> np.ndarray:
    return np.concatenate([Boolean(name).numbers(frame[name]) for name in spec.columns], axis=1).astype(np.int64)


def _truth_of_cells(frame: pd.DataFrame, spec: TargetSpec, separator: str | None) -> np.ndarray:
    place = {label: i for i, label in enumerate(spec.columns)}
    rows, labels, names = pairs_of(frame[spec.name], separator)
    if odd := next((name for name in names if name not in place), None):
        rule = f"the label {odd!r} of {spec.name!r} is in no training row"
        raise DataError(rule, cure="spell it as the others")
    found = np.zeros((len(frame), len(place)), np.int64)
    found[rows, np.array([place[name] for name in names], np.int64)[labels]] = 1
    return found


def _plain(value: object) -> str | bool | int | float:
    """A class as JSON takes it: a text, a truth value or a whole number."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (bool, int, float)) else as_text(value)
