"""Classes as their places."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd

from protokit.cells.numbers import is_like_a_number
from protokit.core.errors import DataError
from protokit.core.names import as_text, counted
from protokit.core.values.signature import TargetSpec, Task, task_of
from protokit.represent.encoders.distinct import distinct
from protokit.represent.encoders.inference import cure_of_derived
from protokit.represent.targets.coding import CODINGS, MOST_CLASSES, Asked, Coding, Learned

Class: TypeAlias = str | bool | int | float


class Classes(Coding):
    """Classes as their places among those of the training rows, sorted, or in the order that is written."""

    name = "classes"
    about = "Classes as their places among those of the training rows, sorted."

    def hold(self, series: pd.Series, task: Task, *, is_derived: bool) -> None:
        """See Coding: so many values are no classes."""
        different = series.nunique()
        if different > MOST_CLASSES or (different > 20 and different > 0.5 * len(series)):
            raise _no_classes(series, different, series.dtype.kind in "iuf", is_derived)

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding."""
        series, name = frame[names[0]], names[0]
        kinds = dict.fromkeys(map(_plain, distinct(series).cells))
        classes = self.in_order(list(kinds), name, asked.order)
        if len(classes) < 2:
            raise DataError(f"the training rows hold only the class {classes[0]!r} of {name!r}", cure="split otherwise")
        return Learned(TargetSpec(name, task_of(asked.task).of_classes(len(classes)), tuple(classes)))

    def in_order(self, classes: list[Class], name: str, order: tuple[str, ...]) -> list[Class]:
        """The different classes of a target in the order of their places; `order` is as written, if any is.

        Raises:
            DataError: the order is not known.
        """
        if not order:
            return sorted(classes, key=lambda v: (isinstance(v, str), v))
        place = {text: i for i, text in enumerate(order)}
        if (odd := next((one for one in classes if as_text(one) not in place), None)) is not None:
            rule = f"the class {as_text(odd)!r} of {name!r} is not in the order that is written"
            raise DataError(rule, cure=f"add it under represent.columns.{name}, or mend its cells")
        return sorted(classes, key=lambda one: place[as_text(one)])

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """See Coding: positions (int64)."""
        spec = learned.spec
        series = frame[spec.name]
        position = {as_text(value): i for i, value in enumerate(spec.classes)}
        one = distinct(series)
        found = one.spread(np.array([position.get(text, -1) for text in one.texts], np.int64), missing=-1)
        if (odd := found < 0).any():
            value = as_text(series.iloc[int(odd.argmax())])
            raise DataError(
                f"the class {value!r} of {spec.name!r} is in no training row; those have: "
                + ", ".join(map(str, spec.classes[:10])),
                cure="spell it as the others, remove its rows, or split otherwise",
            )
        return found

    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """See Coding: places where the loss takes these, else 0 or 1. Shapes: (rows,) -> (rows, 1)."""
        return truth.astype(np.int32 if learned.spec.of_task.coded else np.float32)[:, None]

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: probabilities. Shapes: (rows, units) -> (rows, classes)."""
        if output.shape[1] == 1:
            return np.concatenate([1 - output[:, :1], output[:, :1]], axis=1)
        probabilities: np.ndarray = output / output.sum(axis=1, keepdims=True)
        return probabilities


CODINGS.add(Classes())


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


def _plain(value: object) -> Class:
    """A class as JSON takes it: a text, a truth value or a whole number."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (bool, int, float)) else as_text(value)
