"""An optimizer of one's own: a `keras.optimizers.Optimizer`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from protokit.core.errors import SpecError
from protokit.core.registry import Registry
from protokit.grammar.words import Word
from protokit.learn.parts.part import Part, is_of_keras
from protokit.learn.parts.shelf import Shelf
from protokit.menu import catalogue

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

    Raises:
        SpecError: the thing is no optimizer, or its name is taken.
    """

    def made(thing: Thing) -> Thing:
        own = str(name or getattr(thing, "__name__", ""))
        if not isinstance(thing, type) or not is_of_keras(thing, "Optimizer"):
            raise SpecError.one(f"{own or thing!r} is no optimizer class", "derive it from keras.optimizers.Optimizer")
        if catalogue.find("optimizers", own) is not None:
            raise SpecError.one(f"an optimizer named {own!r} is there already", "choose another name")
        OPTIMIZERS.add(OptimizerPart(thing, own))
        return thing

    return made if thing is None else made(thing)


OPTIMIZER = Word(SHELF.read, SHELF.schema)
