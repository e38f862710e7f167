"""An optimizer of one's own: a `keras.optimizers.Optimizer`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from protokit.core.registry import Registry
from protokit.grammar.words import Word
from protokit.learn.parts.part import Part
from protokit.learn.parts.shelf import Shelf

Thing = TypeVar("Thing", bound=Callable[..., Any])
OPTIMIZERS: Registry[OptimizerPart] = Registry("optimizer", key="optimizer")


class OptimizerPart(Part):
    """An optimizer that a person or a package registered."""

    def __init__(self, thing: Callable[..., Any], name: str, tasks: tuple[str, ...] = ()) -> None:
        super().__init__("optimizer", thing, name, section="optimizers")
        for argument in ("learning_rate", "weight_decay"):
            self.entry.arguments.get(argument, {}).setdefault("type", "number")


SHELF = Shelf("optimizer", "optimizers", OPTIMIZERS, "Optimizer", OptimizerPart)


@overload
def optimizer(thing: Thing, /) -> Thing: ...


@overload
def optimizer(*, name: str | None = None) -> Callable[[Thing], Thing]: ...


def optimizer(thing: Any = None, /, *, name: str | None = None) -> Any:
    """Register an optimizer of your own under its name, for `learn.optimizer`: a `keras.optimizers.Optimizer`.

    All that it remembers is in variables that it makes in `build` (`add_variable_from_reference`): a training that is
    killed goes on from them. It takes `learning_rate`, and passes what else it is given on to Keras's class
    (`**kwargs`), for clipping, accumulation and averages.

    >>> import keras
    >>> @protokit.optimizer
    ... class SignDescent(keras.optimizers.Optimizer):
    ...     '''Goes by the sign of the gradient.'''
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         self.assign_sub(variable, learning_rate * keras.ops.sign(gradient))
    >>> protokit.check({"represent": {"target": "y"}, "learn": {"optimizer": "SignDescent"}}).learn.optimizer
    'SignDescent'

    Raises:
        SpecError: the thing is no optimizer, or its name is taken.
    """

    def made(thing: Thing) -> Thing:
        return SHELF.register(thing, name)

    return made if thing is None else made(thing)


OPTIMIZER = Word(SHELF.read, SHELF.schema)
