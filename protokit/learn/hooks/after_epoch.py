"""A hook after each epoch: a function that is given the epoch, or a class whose objects are called with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, overload

from protokit.core.registry import Registry
from protokit.learn.hooks.shelf import HookShelf, has_own
from protokit.learn.parts.part import Part

Thing = TypeVar("Thing", bound=Callable[..., Any])
GIVEN = ("end",)
AFTER_EPOCH: Registry[HookPart] = Registry("hook", "protokit.learn.hooks.house.after_epoch", key="after_epoch")


class HookPart(Part):
    """A hook that is registered. `example` is how a recipe names it, where protokit has it."""

    def __init__(
        self,
        thing: Callable[..., Any],
        name: str,
        tasks: tuple[str, ...] = (),
        *,
        example: object = None,
        types: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__("hook", thing, name, section="after_epoch", given=GIVEN)
        self.example = example
        for argument, kind in (types or {}).items():
            self.entry.arguments[argument]["type"] = kind


class _Hooks(HookShelf):
    """A class of any kind will do, where its objects can be called."""

    def _wanted(self) -> tuple[str, str]:
        return "a hook is a function, or an object that can be called", "write def NAME(end): ..."

    def _is_one(self, kind: type) -> bool:
        return has_own(kind, "__call__")


SHELF = _Hooks("hook", "after_epoch", AFTER_EPOCH, "", HookPart, GIVEN)


@overload
def after_epoch(thing: Thing, /) -> Thing: ...


@overload
def after_epoch(*, name: str | None = None) -> Callable[[Thing], Thing]: ...


def after_epoch(thing: Any = None, /, *, name: str | None = None) -> Any:
    """Register a hook of your own under its name, for `learn.after_epoch`: it is called after each epoch.

    >>> @protokit.after_epoch
    ... def good_enough(end, loss: float = 0.1):
    ...     '''Ends the training where the validation loss is small enough.'''
    ...     if end.logs["validation_loss"] < loss:
    ...         return f"the validation loss is below {loss}"
    >>> protokit.check(recipe, set={"learn.after_epoch": [{"good_enough": {"loss": 0.2}}]}).learn.after_epoch
    ({'good_enough': {'loss': 0.2}},)

    It is given a `protokit.plugins.EpochEnd`: the epoch, its scores and those before it, the network, a way to predict
    the validation rows, and the folder of the run. It returns None; True, or a text that says why, ends the training.
    What a recipe gives it are the further parameters. A class is made with these once for each training, and its
    object is called with the epoch; what it keeps in plain attributes (numbers, texts, lists, mappings) is there again
    when a run that was killed goes on.

    Raises:
        SpecError: the thing is no hook, or its name is taken.
    """

    def made(thing: Thing) -> Thing:
        return SHELF.register(thing, name)

    return made if thing is None else made(thing)
