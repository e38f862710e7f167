"""The learning rate from step to step, inside what is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from protokit.core.errors import DataError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import rate_of, set_rate
from protokit.learn.parts.made import failed, of_keras, of_part
from protokit.learn.parts.part import Part
from protokit.learn.parts.schedule import FILLED, HOUSE, SHELF, WARMUP, named
from protokit.learn.parts.shelf import Reference
from protokit.learn.training.failures import first_line
from protokit.menu.reading.arguments import arguments_of

Number: TypeAlias = "keras.KerasTensor"  # one of the backend's tensors, without dimensions


class Course:
    """What the learning rate of an optimizer is multiplied by at each step.

    The optimizer's own learning rate is the one of the recipe, or of a training that is given another: so one compiled
    program does for all. `steps`, how many a training has at most, is read when it runs, too.
    """

    def __init__(self, factor: Callable[[Number, Number], Number]) -> None:
        self.steps = keras.Variable(1.0, trainable=False, dtype="float32", name="steps")
        self._factor = factor

    def factor(self, step: Number) -> Number:
        """What the rate is multiplied by at a step, from 0."""
        return _number(self._factor(step, _number(self.steps)))

    def put_into(self, optimizer: keras.Optimizer) -> None:
        """Have an optimizer take its rate from here."""
        rate = rate_of(optimizer)

        def now() -> Number:
            return _number(rate) * self.factor(_number(optimizer.iterations))

        set_rate(optimizer, now)
        optimizer.course = self


def course_of(given: Reference, rate: float) -> Course | None:
    """The course of a schedule that begins from a learning rate; None where each epoch has one rate.

    Raises:
        DataError: the schedule cannot be made, or gives something else than a number.
    """
    name, arguments = named(given)
    found = SHELF.find(name)
    assert found is not None, "the recipe has checked the name"
    full = arguments_of(found.entry if isinstance(found, Part) else found, arguments)
    assert isinstance(full, dict), "the recipe has checked the arguments"
    full = dict(full)
    warmup = 0 if name == "CosineDecay" else int(full.pop(WARMUP, 0) or 0)  # that has a warm-up of its own
    if name in HOUSE:
        return Course(lambda step, steps: _ramp(step, warmup)) if warmup else None
    shape = _function(found, full) if isinstance(found, Part) and not found.is_class else _class(found, full, rate)

    def factor(step: Number, steps: Number) -> Number:
        later = keras.ops.maximum(step - warmup, 0.0)
        return _number(shape(later, keras.ops.maximum(steps - warmup, 1.0))) * _ramp(step, warmup)

    _examine(found, factor)
    return Course(factor)


_TRIED = 100  # steps


def _number(value: Any) -> Number:
    """A number of float32, of whatever gives one."""
    return keras.ops.cast(keras.ops.convert_to_tensor(value), "float32")


def _ramp(step: Number, warmup: int) -> Number:
    return keras.ops.minimum(1.0, (step + 1.0) / warmup) if warmup else keras.ops.ones_like(step)


def _function(part: Part, arguments: dict[str, Any]) -> Callable[[Number, Number], Any]:
    return lambda step, steps: part.thing(step, steps, **arguments)


def _class(found: Any, arguments: dict[str, Any], rate: float) -> Callable[[Number, Number], Any]:
    """A schedule of Keras, or one that derives from it; its rates are shares of the optimizer's."""
    given = {key: value for key, value in arguments.items() if value is not None}
    entry = found.entry if isinstance(found, Part) else found
    taken = [name for name in FILLED if name in entry.arguments]
    own = {"initial_learning_rate": rate, "decay_steps": 1}
    if found.name == "CosineDecay" and given.get(WARMUP) and "warmup_target" not in given:
        given = {"warmup_target": given.get("initial_learning_rate", rate), **given, "initial_learning_rate": 0.0}
    if isinstance(found, Part):
        given.pop(WARMUP, None)
    filled = {name: own[name] for name in taken if name not in given}
    made = of_part(found, given, **filled) if isinstance(found, Part) else of_keras(found, given, **filled)
    whole, warmup = "decay_steps" in filled, float(given.get(WARMUP, 0))

    def shape(step: Number, steps: Number) -> Any:
        if whole:
            made.decay_steps = keras.ops.maximum(steps - warmup, 1.0)
        return _number(made(step)) / rate

    return shape


def _examine(found: Any, factor: Callable[[Number, Number], Number]) -> None:
    """Hold that a schedule gives a number that a rate may be multiplied by: at the first step, within, at the last.

    Raises:
        DataError: it does not.
    """
    for step in (0, 1, _TRIED // 2, _TRIED - 1):
        try:
            given = factor(_number(step), _number(_TRIED))
        except DataError:
            raise
        except Exception as error:
            told = f"fails at step {step} of {_TRIED}: {type(error).__name__}: {first_line(error)}"
            if isinstance(found, Part):
                raise failed(found, told, error=error) from error
            raise DataError(f"the schedule {found.name} {told}", cure="see its arguments") from error
        told = ""
        if len(given.shape) != 0:
            told = f"gives {tuple(given.shape)}, and a learning rate is one number"
        elif not (value := float(keras.ops.convert_to_numpy(given))) >= 0 or value == float("inf"):
            told = f"gives {value:.4g} at step {step} of {_TRIED}, and a learning rate is a number from 0"
        if told:
            raise failed(found, told) if isinstance(found, Part) else DataError(f"the schedule {found.name} {told}")
