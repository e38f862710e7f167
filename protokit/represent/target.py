"""What is predicted: the task, and the encoder of a target."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.values.arrays import Features
from protokit.core.values.forms.given_back import GivenBack
from protokit.core.values.signature import TASKS, TargetSpec, form_written, task_of
from protokit.represent.encoders.distinct import distinct
from protokit.represent.encoders.labels import pairs_of
from protokit.represent.encoders.readings import MOST_WHOLE_CLASSES
from protokit.represent.kind import FittedColumn
from protokit.represent.targets.coding import CODINGS, LABELS, Asked, Coding, Encoded, Learned


def infer_tasks(
    frame: pd.DataFrame,
    targets: Sequence[str],
    task: str | None,
    measured: Collection[str] = (),
    derived: Collection[str] = (),
) -> dict[str, str]:
    """The task of each target column: regression of those that are `measured`, where nothing else is said.

    Those `derived` are in no table.

    Raises:
        DataError: a target is not for the task.
    """
    if form_written(task) in ("labels", "vector", "drawn", "tags"):
        assert task is not None, "it has a form"
        return dict.fromkeys(targets, task)
    said = {name: "regression" if task is None and name in measured else task for name in targets}
    return {name: infer_task(frame[name], said[name], is_derived=name in derived) for name in targets}


def by_target(tasks: Mapping[str, str], event: str | None = None) -> dict[tuple[str, ...], str]:
    """The columns of each of the network's targets: one, but for labels and vectors, which are predicted together.

    Where an event is said, it is beside the time until it.
    """
    if event is not None:
        return {(name, event): task for name, task in tasks.items()}
    whole = next((task for task in tasks.values() if task_of(task).form in ("labels", "vector", "drawn")), None)
    return {(name,): task for name, task in tasks.items()} if whole is None else {tuple(tasks): whole}


def infer_task(series: pd.Series, task: str | None, *, is_derived: bool = False) -> str:
    """The task of a target: of numbers it is regression, unless they are few whole ones.

    Raises:
        DataError: one value only, or cells that are not for the task, such as so many texts that they are no classes.
    """
    if task is not None and form_written(task) == "mask":
        return task
    different = series.nunique()
    name = series.name
    if different < 2:
        value = as_text(series.iloc[0]) if len(series) else None
        raise DataError(
            f"the target {name!r} is {value!r} in every row: there is nothing to learn",
            cure="choose another target, or bring rows of another class",
        )
    if task is None:
        numeric = series.dtype.kind in "iuf"
        few = different <= MOST_WHOLE_CLASSES and len(series) >= 3 * different
        whole = numeric and bool((series == series.round()).all())
        task = "classification" if not numeric or (whole and (few or different == 2)) else "regression"
    found = next(one for one in TASKS.all().values() if one.written == task)
    CODINGS[found.coding].hold(series, found, is_derived=is_derived)
    return found.of_classes(different)


def classes_of_rows(
    frame: pd.DataFrame, tasks: Mapping[str, str], separator: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The classes and labels of each row, of all targets.

    Shapes: rows and classes (pairs,), a pair for each class or label that a row has.
    """
    rows, found = [np.empty(0, int)], [np.empty(0, int)]
    for name, task in tasks.items():
        form = task_of(task).form
        if form == "classes":
            one = distinct(frame[name])
            rows.append(np.flatnonzero(one.codes >= 0))
            classes = pd.factorize(one.texts)[0][one.codes[rows[-1]]]
        elif form == "tags":
            flat = frame[name].reset_index(drop=True).explode().dropna()
            rows.append(flat.index.to_numpy(int))
            classes = pd.factorize(flat.map(as_text))[0]
        elif form == "labels" and len(tasks) == 1:
            having, classes, _ = pairs_of(frame[name], separator)
            rows.append(having)
        else:
            continue
        found.append(classes + found[-1].max(initial=-1) + 1)
    return np.concatenate(rows), np.concatenate(found)


@dataclass(frozen=True)
class TargetEncoder(Learned):
    """Classes to positions, numbers to standard units of the training rows, labels to 0 and 1, and back."""

    @property
    def _coding(self) -> Coding:
        return CODINGS[self.spec.of_task.coding]

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        names: tuple[str, ...],
        task: str,
        quantiles: tuple[float, ...] = (),
        separator: str | None = None,
        order: tuple[str, ...] = (),
        beside: Sequence[FittedColumn] = (),
        given: Encoded | None = None,
        options: object = None,
    ) -> TargetEncoder:
        """Learns classes (sorted, or in the `order` that is written), labels, or numbers, from training rows.

        `beside` are the columns that are inputs of their own; `given` is what the network takes, where that is the
        target; `options` are those of the kind that the target is said to be.

        Raises:
            DataError: the training rows hold one class only.
        """
        asked = Asked(task, quantiles, separator, order, beside, given, options)
        return cls(**vars(CODINGS[task_of(task).coding].fit(frame, names, asked)))

    def at(self, folder: Path) -> TargetEncoder:
        """The same, with paths in cells that start at a folder."""
        return replace(self, folder=str(folder))

    def truth(self, frame: pd.DataFrame) -> np.ndarray:
        """Of each row: class positions (int64), numbers in their own unit (float64), or 0 and 1 of each label.

        Shapes: (rows,), for labels (rows, labels).

        Raises:
            DataError: a class or label that no training row has, or a number that is not for the task.
        """
        return self._coding.truth(self, frame)

    def truth_of_inputs(
        self, examples: pd.DataFrame, inputs: Mapping[str, np.ndarray], features: Features
    ) -> np.ndarray:
        """The truth of rows whose inputs are known, which of some tasks are the truth."""
        found = self._coding.of_inputs(self, inputs, features)
        return self.truth(examples) if found is None else found

    def training(self, truth: np.ndarray) -> np.ndarray:
        """What the loss takes.

        Shapes: (rows,) -> (rows, 1); labels stay (rows, labels).
        """
        return self._coding.training(self, truth)

    def taught(self, truth: np.ndarray) -> Mapping[str, np.ndarray]:
        """What the network is given beside its inputs while it learns."""
        return self._coding.taught(self, truth)

    def scores(self, output: np.ndarray) -> np.ndarray:
        """From what the network gives: probabilities of classes or labels, or numbers in their own unit.

        Shapes: (rows, units) -> (rows, classes), (rows, labels), (rows,), or (rows, quantiles), ascending.
        """
        return self._coding.scores(self, np.asarray(output, np.float64))

    def columns(self, scores: np.ndarray, frame: pd.DataFrame) -> Mapping[str, np.ndarray | pd.Series]:
        """Scores of the rows of a table as columns: what is predicted, and how sure the network is of it."""
        return self._coding.columns(self, scores, frame)

    def as_plain(self) -> dict[str, object]:
        """The state as JSON values, to the bit. A file says where labels stand only if the name does not tell."""
        plain: dict[str, object] = {**vars(self.spec), "center": self.center, "scale": self.scale}
        if not self.spec.dispersion:
            del plain["dispersion"]
        if self.spec.spread is None:
            del plain["spread"]
        if not self.spec.size:
            del plain["size"]
        del plain["parts"]
        if self.spec.parts:
            plain["parts"] = [part.as_plain() for part in self.spec.parts]
        if not self.spec.times:
            del plain["times"], plain["hazards"]
        if self.in_one_column and (self.spec.name == LABELS or self.spec.form in ("vector", "drawn")):
            plain["in_one_column"] = True
        if self.scales:
            plain |= {"centers": self.centers, "scales": self.scales}
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
        centers, scales = values.pop("centers", ()), values.pop("scales", ())
        values["parts"] = tuple(map(GivenBack.of, values.get("parts", ())))
        spec = TargetSpec(**values)
        in_one = said or (spec.form == "labels" and spec.name != LABELS)
        return cls(spec, center, scale, in_one, separator, centers, scales)
