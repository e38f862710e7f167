"""What is predicted: the task, the classes, and the numbers that the network is trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.values import TargetSpec, TaskName
from protokit.represent.columns import to_numbers

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_MOST_CLASSES_OF_WHOLE_NUMBERS = 20
_MOST_CLASSES = 1000


def infer_task(series: pd.Series, task: str | None) -> TaskName:
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
        few = different <= _MOST_CLASSES_OF_WHOLE_NUMBERS and len(series) >= 3 * different
        whole = numeric and bool((series == series.round()).all())
        task = "classification" if not numeric or (whole and (few or different == 2)) else "regression"
    if task == "regression":
        to_numbers(series)
        return "regression"
    if different > _MOST_CLASSES or (different > 20 and different > 0.5 * len(series)):
        raise DataError(
            f"the target {name!r} has {different:,} different values in {len(series):,} rows: no classes",
            cure="choose another target, or set learn.task: regression for numbers",
        )
    return "binary" if different == 2 else "multiclass"


@dataclass(frozen=True)
class TargetEncoder:
    """Classes to positions, numbers to standard units of the training rows, and back."""

    spec: TargetSpec
    center: float = 0.0
    scale: float = 1.0

    @classmethod
    def fit(cls, series: pd.Series, task: TaskName) -> TargetEncoder:
        """Learns classes (sorted), or mean and standard deviation, from training rows.

        Raises:
            DataError: the training rows hold one class only.
        """
        name = str(series.name)
        if task == "regression":
            values = to_numbers(series)
            return cls(TargetSpec(name, task), float(values.mean()), float(values.std()) or 1.0)
        kinds = series.map(_plain).unique().tolist()
        classes = sorted(kinds, key=lambda v: (isinstance(v, str), v))
        if len(classes) < 2:
            raise DataError(f"the training rows hold only the class {classes[0]!r} of {name!r}", cure="split otherwise")
        if task == "binary" and len(classes) > 2:
            task = "multiclass"
        if task == "multiclass" and len(classes) == 2:
            task = "binary"
        return cls(TargetSpec(name, task, tuple(classes)))

    def truth(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows,): class positions (int64) or numbers in their own unit (float64).

        Raises:
            DataError: a class that no training row has.
        """
        import numpy as np

        if self.spec.task == "regression":
            return to_numbers(series)
        position = {as_text(value): i for i, value in enumerate(self.spec.classes)}
        found = [position.get(as_text(value), -1) for value in series]
        if -1 in found:
            value = as_text(series.iloc[found.index(-1)])
            raise DataError(
                f"the class {value!r} of {self.spec.name!r} is in no training row; those have: "
                + ", ".join(map(str, self.spec.classes[:10])),
                cure="spell it as the others, remove its rows, or split otherwise",
            )
        return np.array(found, np.int64)

    def training(self, truth: np.ndarray) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 1): what the loss takes."""
        import numpy as np

        if self.spec.task == "regression":
            standard: np.ndarray = (truth - self.center) / self.scale
            return standard.astype(np.float32)[:, None]
        return truth.astype(np.int32 if self.spec.task == "multiclass" else np.float32)[:, None]

    def scores(self, output: np.ndarray) -> np.ndarray:
        """Shapes: (rows, units) -> (rows, classes) probabilities, or (rows,) numbers in their own unit."""
        import numpy as np

        output = np.asarray(output, np.float64)
        if self.spec.task == "regression":
            numbers: np.ndarray = output[:, 0] * self.scale + self.center
            return numbers
        if self.spec.task == "binary":
            return np.concatenate([1 - output[:, :1], output[:, :1]], axis=1)
        probabilities: np.ndarray = output / output.sum(axis=1, keepdims=True)
        return probabilities

    def as_plain(self) -> dict[str, Any]:
        """The state as JSON values, to the bit."""
        return {
            "name": self.spec.name,
            "task": self.spec.task,
            "classes": list(self.spec.classes),
            "center": self.center,
            "scale": self.scale,
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> TargetEncoder:
        """The encoder of `as_plain`."""
        spec = TargetSpec(plain["name"], plain["task"], tuple(plain["classes"]))
        return cls(spec, plain["center"], plain["scale"])


def _plain(value: Any) -> Any:
    """A class as JSON takes it: a text, a truth value or a whole number."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (bool, int, float)) else as_text(value)
