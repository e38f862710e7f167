"""Parts as Keras's objects, and what is looked at before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from protokit.core.errors import DataError
from protokit.core.libraries.backend import BACKEND, keras
from protokit.core.outside.caller import place_of
from protokit.learn.backends.gradients import gradients
from protokit.learn.parts.part import Part
from protokit.learn.training.failures import first_line
from protokit.menu import catalogue
from protokit.menu.reading.arguments import arguments_of

if TYPE_CHECKING:
    from protokit.core.values.signature import TargetSpec

_OURS = f"with operations of keras.ops{' or tf' if BACKEND == 'tensorflow' else ''} on the tensors that it is given"

_WORDS = {"losses": "loss", "optimizers": "optimizer", "schedules": "schedule"}  # of a recipe, by section


def of_keras(entry: catalogue.Entry, arguments: object, **more: object) -> Any:
    """An object of Keras by its entry in the catalogue. `more` are further arguments, where the recipe says none.

    Raises:
        DataError: Keras refuses the arguments together, or a value that their types allow.
    """
    full = arguments_of(entry, arguments)
    assert isinstance(full, dict), "the recipe has checked the arguments"
    numbers = {key for key, about in entry.arguments.items() if about.get("type") == "number"}
    full = {key: float(v) if key in numbers and type(v) is int else v for key, v in full.items()}  # Keras takes no 1
    home = keras.optimizers.schedules if entry.section == "schedules" else getattr(keras, entry.section)
    try:
        return getattr(home, entry.name)(**{**more, **full})
    except (TypeError, ValueError) as error:
        word = _WORDS.get(entry.section, entry.section)
        rule = f"{entry.name} cannot be made of {arguments!r}: {first_line(error)}"
        raise DataError(rule, place=f"learn.{word}", cure=f"change the arguments of {entry.name}") from error


def of_part(part: Part, arguments: object, **more: object) -> Any:
    """An object of a registered class, as `of_keras`.

    Raises:
        DataError: its constructor fails.
    """
    full = arguments_of(part.entry, arguments)
    assert isinstance(full, dict), "the recipe has checked the arguments"
    try:
        return part.thing(**{**more, **full})
    except Exception as error:  # of somebody else
        raise failed(part, f"cannot be made: {type(error).__name__}: {first_line(error)}", error=error) from error


def failed(part: Part, what: str, cure: str | None = None, *, error: Exception | None = None) -> DataError:
    """What is wrong with a part, at the line that failed, or at that of its definition."""
    place = place_of(part.thing, error)
    return DataError(f"the {part.noun} {part.name!r} {what}", place=place, cure=cure or f"mend {part.__qualname__}")


def loss_of_part(part: Part, arguments: Mapping[str, object]) -> keras.losses.Loss:
    """A loss of somebody else, as a Keras object."""
    if part.is_class:
        return of_part(part, arguments)
    full = arguments_of(part.entry, arguments)
    assert isinstance(full, dict), "the recipe has checked the arguments"
    return _Function(part.thing, part.name, full)


class _Function(keras.losses.Loss):  # type: ignore[misc]
    """A loss that a function computes."""

    def __init__(self, function: Any, name: str, arguments: Mapping[str, object]) -> None:
        super().__init__(name=name)
        self._function, self._arguments = function, dict(arguments)

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """See keras.losses.Loss."""
        return self._function(y_true, y_pred, **self._arguments)


def examined(part: Part, loss: keras.losses.Loss, target: TargetSpec) -> keras.losses.Loss:
    """A loss of somebody else that was tried on two rows: it gives a number for each, or one, and a gradient.

    Raises:
        DataError: it does not.
    """
    truth = _truth(target)
    if truth is None:
        return loss
    shape = (2, *target.shape)
    said = np.full(shape, 1 / target.shape[-1] if target.of_task.probabilities else 0.25, np.float32)
    given = keras.Variable(said, name="predictions")

    def mean() -> tuple[Any, Any]:
        found = keras.ops.convert_to_tensor(
            loss.call(keras.ops.convert_to_tensor(truth), keras.ops.convert_to_tensor(given))
        )
        return keras.ops.mean(keras.ops.cast(found, "float32")), found

    try:
        found, [slope] = gradients(mean, [given])
    except Exception as error:
        told = f"{type(error).__name__}: {first_line(error)}"
        rule = f"fails on a truth of shape {truth.shape} and predictions of shape {shape}: {told}"
        cure = None if BACKEND == "tensorflow" else f"it is to run on {BACKEND}: write it {_OURS}"
        raise failed(part, rule, cure, error=error) from error
    if len(found.shape) and found.shape[0] != 2:
        rule = f"gives {tuple(found.shape)} for 2 rows, and a loss gives a number for each row, or one for all"
        raise failed(part, rule, "take the mean over the last axis")
    if slope is None:
        raise failed(part, "has no gradient: nothing can be learned by it", f"write it {_OURS}")
    if not all(np.isfinite(keras.ops.convert_to_numpy(one)).all() for one in (found, slope)):
        rule = f"is not finite, or has no finite gradient, on a truth of {truth[0].flat[0]:g} beside {said.flat[0]:g}"
        raise failed(part, rule, "keep what it divides by and takes logarithms and roots of above 0")
    return loss


_IN_DEVIATIONS = ("number", "quantiles", "vector")  # of the training rows: half of them below 0


def _truth(target: TargetSpec) -> np.ndarray | None:
    """Two rows of truth as a loss takes it; None of tasks that have a form of their own."""
    shapes = {
        "classes": (1,), "labels": target.shape, "number": (1,), "quantiles": (1,), "vector": target.shape,
        "steps": target.shape, "mask": target.size,
    }  # fmt: skip
    shape = shapes.get(target.form)
    if shape is None:
        return None
    truth = np.zeros((2, *shape), np.float32)
    return truth - 0.5 if target.form in _IN_DEVIATIONS else truth  # a number of 0 is seldom
