"""How the learning rate goes on: by name of protokit, by a schedule of Keras, or by one of one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, overload

from protokit.core.places import Fault
from protokit.core.registry import Registry
from protokit.grammar.faults import refuse
from protokit.grammar.words import Word, closed
from protokit.learn.parts.part import Part
from protokit.learn.parts.shelf import Reference, Shelf
from protokit.menu import catalogue

Thing = TypeVar("Thing", bound=Callable[..., Any])
HOUSE = {
    "constant": "The learning rate stays as it is.",
    "cosine": "The learning rate falls to zero along half a cosine, by epoch.",
    "plateau": "The learning rate falls to 0.3 of itself where a few epochs bring nothing better.",
}
WARMUP = "warmup_steps"
FILLED = ("initial_learning_rate", "decay_steps")  # the optimizer's, and all steps of the training, where none is given
_GIVEN = ("step", "steps")
SCHEDULES: Registry[SchedulePart] = Registry("schedule", key="schedule")


class SchedulePart(Part):
    """A schedule that a person or a package registered."""

    def __init__(self, thing: Callable[..., Any], name: str, tasks: tuple[str, ...] = ()) -> None:
        super().__init__("schedule", thing, name, section="schedules", given=_GIVEN)
        self.entry = _with_warmup(self.entry)


class _Schedules(Shelf):
    """Those of protokit are named beside the others, and each can be warmed up."""

    def find(self, name: object) -> Part | catalogue.Entry | None:
        """See Shelf."""
        if isinstance(name, str) and name in HOUSE:
            return _with_warmup(catalogue.Entry("schedules", name, HOUSE[name], {}))
        found = super().find(name)
        if isinstance(found, catalogue.Entry):
            return None if found.name == "LearningRateSchedule" else _with_warmup(found)
        return found


def _with_warmup(entry: catalogue.Entry) -> catalogue.Entry:
    """The arguments as a recipe may write them: what is filled in is not needed."""
    arguments = dict(entry.arguments)
    for name in FILLED:
        if name in arguments and "default" not in arguments[name]:
            arguments[name] = {"default": None, "type": "number"}
    return replace(entry, arguments={**arguments, WARMUP: {"default": 0, "type": "integer"}})


SHELF = _Schedules("schedule", "schedules", SCHEDULES, "LearningRateSchedule", SchedulePart, _GIVEN, tuple(HOUSE))


@overload
def schedule(thing: Thing, /) -> Thing: ...


@overload
def schedule(*, name: str | None = None) -> Callable[[Thing], Thing]: ...


def schedule(thing: Any = None, /, *, name: str | None = None) -> Any:
    """Register a schedule of your own under its name, for `learn.schedule`.

    >>> import keras
    >>> @protokit.schedule
    ... def triangle(step, steps, low: float = 0.1):
    ...     '''From a low rate to the whole one in the middle of the training, and back.'''
    ...     return 1 - (1 - low) * keras.ops.abs(2 * step / steps - 1)
    >>> protokit.check({"represent": {"target": "y"}, "learn": {"schedule": "triangle"}}).learn.schedule
    'triangle'

    A function is given the step, from 0, and how many there are at most, as tensors; it gives what the learning rate
    is multiplied by at this step. A class is a `keras.optimizers.schedules.LearningRateSchedule`; where it takes an
    `initial_learning_rate` or `decay_steps` that the recipe leaves out, it is given those of the training.

    Raises:
        SpecError: the thing is no schedule, or its name is taken.
    """

    def made(thing: Thing) -> Thing:
        return SHELF.register(thing, name)

    return made if thing is None else made(thing)


def named(given: Reference) -> tuple[str, object]:
    """The name of a schedule, and its arguments."""
    return next(iter(given.items())) if isinstance(given, dict) else (given, None)


def _read(value: object) -> object:
    found = SHELF.read(value)
    name, arguments = named(found)
    if isinstance(arguments, dict) and isinstance(steps := arguments.get(WARMUP), int) and steps < 0:
        raise refuse(Fault(f"a warm-up takes 0 steps or more, not {steps}", None, (name, WARMUP)))
    return found


def _schema() -> dict[str, object]:
    known = [*HOUSE, *catalogue.names("schedules"), *SCHEDULES.all()]
    entries = {name: found.entry if isinstance(found, Part) else found for name in known if (found := SHELF.find(name))}
    entries |= {catalogue.snake(name): one for name, one in entries.items() if one.section and name[0].isupper()}
    bare = [name for name, entry in entries.items() if not entry.required]
    each: dict[str, object] = {
        name: {"anyOf": [{"not": {"type": ["object", "array"]}}, _arguments(one)]} for name, one in entries.items()
    }
    return {"anyOf": [{"enum": bare}, {**closed(each, most=1), "minProperties": 1}]}


def _arguments(entry: catalogue.Entry) -> dict[str, object]:
    whole = {"type": "integer", "minimum": 0}
    plain: dict[str, object] = {name: whole if name == WARMUP else {} for name in entry.arguments}
    return closed(plain, required=entry.required)


SCHEDULE = Word(_read, _schema)
