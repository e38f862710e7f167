"""A part of a training that is not Keras's: a class or a function, under a name, with the arguments that it takes."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Iterable
from types import CodeType
from typing import Any

from protokit.core import plugins
from protokit.core.errors import SpecError
from protokit.core.outside.caller import place_of
from protokit.core.suggest import one_of
from protokit.core.values.signature import TASKS
from protokit.menu import catalogue
from protokit.menu.catalogue import Argument

Thing = Callable[..., Any]  # a class or a function of somebody else


class Part:
    """A loss, a training metric, an optimizer and so on of a person's own, or of a package.

    Attributes:
        noun: what it is, such as `loss`.
        name: as a recipe writes it.
        about: what it is, in a sentence: the beginning of its docstring.
        thing: the class or function.
        tasks: those that it is for; none: any.
        entry: its arguments, as a recipe may write them.
    """

    def __init__(
        self,
        noun: str,
        thing: Thing,
        name: str,
        *,
        section: str,
        tasks: tuple[str, ...] = (),
        given: tuple[str, ...] = (),
    ) -> None:
        """`given` are the parameters of a function that protokit gives; `protokit list SECTION` shows the part."""
        self.noun, self.thing, self.name, self.tasks = noun, thing, name, tasks
        said = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ").strip()
        self.about = said or f"A {noun} of {thing.__module__}."
        # where it stands, so that a notebook may define it anew and its package is found
        self.__module__, self.__qualname__ = thing.__module__, thing.__qualname__
        self.entry = catalogue.Entry(section, name, self.about, arguments_of(thing, len(given)))
        if not self.is_class and (fault := _fault_of(thing, given)):
            raise SpecError.one(f"the {noun} {name!r} {fault}", f"def {name}({', '.join(given)})")

    @property
    def is_class(self) -> bool:
        """Whether it is a class; a function otherwise."""
        return isinstance(self.thing, type)

    @property
    def source(self) -> str:
        """A hash of its code, with its package and version if it has one: a resumed run has to find them again."""
        package = plugins.package_of(self.thing)
        return " ".join(filter(None, (source_hash(self.thing), *(package or ()))))

    @property
    def place(self) -> str | None:
        """Its file and line."""
        return place_of(self.thing)


def arguments_of(thing: Thing, given: int = 0) -> dict[str, Argument]:
    """The arguments that a recipe may write: those of a class's constructor, or of a function less the first ones."""
    try:
        signature = inspect.signature(thing.__init__ if isinstance(thing, type) else thing)  # type: ignore[misc]
    except (TypeError, ValueError):  # of C
        return {}
    parameters = list(signature.parameters.values())[1 if isinstance(thing, type) else given :]
    found: dict[str, Argument] = {}
    for one in parameters:
        if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL, one.POSITIONAL_ONLY) and one.name != "name":
            found[one.name] = {} if one.default is one.empty else {"default": one.default}
    return found


def _fault_of(function: Thing, given: tuple[str, ...]) -> str | None:
    """Why a function cannot be called with what it is given."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    places = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    if len(places) < len(given) and not any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return f"takes {', '.join(one.name for one in parameters) or 'nothing'}, and is given {' and '.join(given)}"
    return None


def is_of_keras(thing: object, base: str) -> bool:
    """Whether a class derives from a class of Keras, without importing it: nobody can derive from what is not there."""
    kinds = thing.__mro__ if isinstance(thing, type) else type(thing).__mro__
    return any(kind.__name__ == base and kind.__module__.split(".")[0] == "keras" for kind in kinds)


def serializable(name: str, base: str, given: int) -> Thing | None:
    """A class or function that was registered by `keras.saving.register_keras_serializable`, or None."""
    keras = sys.modules.get("keras")
    if keras is None or not hasattr(keras, "saving"):
        return None
    known = keras.saving.get_custom_objects()
    named = {key: thing for key, thing in known.items() if name in (key, key.rpartition(">")[2])}
    found = named.get(name) or (next(iter(named.values())) if len(named) == 1 else None)
    if found is None or str(getattr(found, "__module__", "")).startswith("protokit."):
        return None
    fits = is_of_keras(found, base) if isinstance(found, type) else bool(given) and callable(found)
    return found if fits else None


def source_hash(thing: Thing) -> str:
    """A hash of the text of a class or function; of its compiled code where there is no text, as in a prompt."""
    try:
        text = inspect.getsource(thing)
    except (OSError, TypeError):
        text = "\n".join(_code(thing))
    return hashlib.sha256(text.encode()).hexdigest()


def _code(thing: object) -> Iterable[str]:
    if isinstance(thing, type):
        for name, value in sorted(vars(thing).items()):
            if inspect.isfunction(value):
                yield name
                yield from _code(value)
        return
    code = thing if isinstance(thing, CodeType) else getattr(thing, "__code__", None)
    if code is None:
        yield repr(type(thing))
        return
    yield code.co_code.hex() + repr(code.co_names)
    for value in code.co_consts:
        yield from _code(value) if isinstance(value, CodeType) else (repr(value),)


def tasks_of(task: str | Iterable[str], noun: str) -> tuple[str, ...]:
    """The names of tasks as a person writes them: `classification` is two.

    Raises:
        SpecError: there is no such task.
    """
    said = (task,) if isinstance(task, str) else tuple(task)
    known = TASKS.all().values()
    written = {name: tuple(one.name for one in known if one.written == name) for name in said}
    tasks = tuple(one for name in said for one in written[name] or (name,))
    if odd := next((one for one in tasks if one not in TASKS), None):
        raise SpecError.one(f"a {noun} is not for the task {odd!r}", one_of(list(TASKS)))
    return tasks
