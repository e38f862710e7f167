"""A loss of one's own: a function of truth and prediction, or a `keras.losses.Loss`, with the task that it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.values.signature import TargetSpec
from protokit.grammar.faults import refuse
from protokit.learn.losses.loss import LOSSES, OwnLoss
from protokit.learn.parts.part import Part, tasks_of
from protokit.learn.parts.shelf import Shelf

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras

Thing = TypeVar("Thing", bound=Callable[..., Any])
_GIVEN = ("y_true", "y_pred")


class LossPart(Part, OwnLoss):
    """A loss that a person or a package registered. For no tasks: whoever wrote it said none, so it is for any."""

    def __init__(self, thing: Callable[..., Any], name: str, tasks: tuple[str, ...] = ()) -> None:
        super().__init__("loss", thing, name, section="losses", tasks=tasks, given=_GIVEN)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        return self.made_with({})

    def made_with(self, arguments: Mapping[str, object]) -> keras.losses.Loss:
        """The loss, made with some arguments."""
        from protokit.learn.parts.made import loss_of_part

        return loss_of_part(self, arguments)


SHELF = Shelf("loss", "losses", LOSSES, "Loss", LossPart, _GIVEN)


def loss(*, task: str | Iterable[str], name: str | None = None) -> Callable[[Thing], Thing]:
    """Register a loss of your own under its name, for `learn.loss`.

    >>> import keras
    >>> @protokit.loss(task="regression")
    ... def asymmetric(y_true, y_pred, over: float = 3.0):
    ...     '''The squared error, more where the prediction is too high.'''
    ...     error = y_pred - y_true
    ...     return keras.ops.mean(keras.ops.where(error > 0, over, 1.0) * error**2, axis=-1)
    >>> protokit.check({"represent": {"target": "y"}, "learn": {"loss": {"asymmetric": {"over": 5}}}}).learn.loss
    {'asymmetric': {'over': 5}}

    A recipe says `loss: asymmetric`, or `loss: {asymmetric: {over: 5}}`. A function is given the truth and what the
    network gives, as tensors, and gives a number for each row; written with `keras.ops` it runs in compiled code. A
    class derives from `keras.losses.Loss`. What they are given is what Keras's own losses are: of two classes 0 or 1
    with the probability, (rows, 1) each; of more the place of the class, (rows, 1), with (rows, classes)
    probabilities; of numbers (rows, 1) in standard deviations of the training rows.

    Raises:
        SpecError: the task is none, or the thing is no loss.
    """
    if not task:
        raise SpecError.one("a loss says what task it is for", 'write @protokit.loss(task="regression")')
    tasks = tasks_of(task, "loss")

    return lambda thing: SHELF.register(thing, name, tasks)


class ByTarget(dict[str, Any]):
    """Something for each of some targets, by their names."""


class LossWord:
    """A loss for all targets, or one for each of some targets."""

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        one = SHELF.schema()
        by_target = {"type": "object", "additionalProperties": one, "minProperties": 1}
        return {"anyOf": [one, by_target, {"type": "null"}]}

    @staticmethod
    def _read(value: object, info: ValidationInfo) -> object:
        if value is None:
            return None
        targets = (info.context or {}).get("targets", ())
        if not isinstance(value, dict) or not value or not _by_target(value, targets):
            return SHELF.read(value)
        found, faults = ByTarget(), list[Fault]()
        for name, one in value.items():
            try:
                found[name] = SHELF.read(one)
            except Exception as error:
                faults += [fault.under((name,)) for fault in error.context["faults"]]  # type: ignore[attr-defined]
        if faults:
            raise refuse(*faults)
        return found


def _by_target(value: Mapping[object, object], targets: Iterable[object]) -> bool:
    """Whether the keys of a mapping are targets: one that is a loss's name alone is the loss with its arguments."""
    if len(value) > 1 or any(name in targets for name in value):
        return True
    [(name, one)] = value.items()
    if SHELF.find(name) is not None:
        return False
    return not targets and not isinstance(one, (int, float, type(None))) and not SHELF.faults(one)


def loss_for(loss: object, target: str) -> str | dict[str, Any] | None:
    """What a recipe says of one target's loss; None where it says nothing."""
    found = loss.get(target) if isinstance(loss, ByTarget) else loss
    assert found is None or isinstance(found, (str, dict)), "the recipe has read it"
    return found
