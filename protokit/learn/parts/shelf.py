"""Where a recipe's parts of training are looked up: those of Keras, registered ones, Keras's serializables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from protokit.core import plugins
from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.registry import Registry
from protokit.core.suggest import did_you_mean
from protokit.grammar.faults import refuse
from protokit.grammar.words import closed, definition
from protokit.learn.parts.part import Part, is_of_keras, serializable
from protokit.menu import catalogue
from protokit.menu.reading.arguments import arguments_of, check_arguments

_HOMES = {"LearningRateSchedule": "optimizers.schedules"}  # of Keras's classes that are not in their section's module
_OF_ALL = ("reduction", "dtype")  # arguments that Keras's own classes may leave out of what they say
Reference = str | dict[str, Any]
Thing = TypeVar("Thing", bound=Callable[..., Any])


@dataclass(frozen=True)
class Shelf:
    """One kind of part: `noun` is what it is called, `section` its names in the catalogue, `base` Keras's class of it.

    `given` are the parameters that a function of the kind is called with. `wrap` makes a part of a class or function.
    `names` are those that protokit has beside both. `listed` is its name in `protokit list`, where not `section`.
    """

    noun: str
    section: str
    registry: Registry[Any]
    base: str
    wrap: Callable[[Any, str, tuple[str, ...]], Part]
    given: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    listed: str = ""

    def find(self, name: object) -> Part | catalogue.Entry | None:
        """What a name stands for, or None."""
        if not isinstance(name, str):
            return None
        own = self.registry.house().get(name)  # before Keras's, which are found in any spelling
        entry = self._of_keras(name) if own is None else None
        if entry is not None:
            return entry
        if (found := own or self.registry.find(name)) is not None:
            return found if isinstance(found, Part) else catalogue.Entry("parts", name, found.about, {})
        thing = serializable(name, self.base, len(self.given))
        return None if thing is None else self.wrap(thing, name, ())

    def unknown(self, name: object) -> Fault:
        """The fault of a name that nothing has."""
        known = [*(catalogue.names(self.section) if self.section else ()), *self.registry.all(), *self.names]
        found = did_you_mean(str(name), [one for one in known if self.find(one) is not None])
        own = f"register your own with @protokit.{self.registry.key}"
        cure = found or f"see protokit list {self.listed or self.section or self.registry.key}; {own}"
        return Fault(f"unknown {self.noun} {name!r}", plugins.or_failure(cure, self.registry.key))

    def faults(self, value: object) -> list[Fault]:
        """What is wrong with a name, or a mapping of one name to its arguments."""
        if isinstance(value, str):
            found = self.find(value)
            return [self.unknown(value)] if found is None else check_arguments(_entry(found), {})
        if not isinstance(value, dict) or len(value) != 1:
            return [Fault(f"{self.noun} is a name, or one name with its arguments, not {value!r}")]
        [(name, arguments)] = value.items()
        found = self.find(name)
        if found is None:
            fault = self.unknown(name)
            return [Fault(fault.rule, fault.cure, (name,), "key")]
        given = arguments_of(_entry(found), arguments)
        if isinstance(given, Fault):
            return [given.under((name,))]
        return [fault.under((name,)) for fault in check_arguments(_entry(found), given)]

    def register(self, thing: Thing, name: str | None = None, tasks: tuple[str, ...] = ()) -> Thing:
        """Take in what a person or a package made, under a name: its own where none is given.

        Raises:
            SpecError: it is nothing of the kind, or its name is taken.
        """
        own = str(name or getattr(thing, "__name__", ""))
        if not (self._is_one(thing) if isinstance(thing, type) else self.given):
            raise SpecError.one(f"{own or repr(thing)} is no {self.noun} class", self._wanted()[1])
        if not callable(thing) or not own.isidentifier():
            raise SpecError.one(f"a {self.noun} is a class or a function with a name, not {thing!r}", "def it")
        if own in self.registry.house() or own in self.names or self._of_keras(own) is not None:
            raise SpecError.one(f"{self.noun} {own!r} is there already", "choose another name")
        self.registry.add(self.wrap(thing, own, tasks))
        return thing

    def read(self, value: object) -> Reference:
        """A reference as it is kept: plain data, also where an object stands in a recipe of Python.

        Raises:
            PydanticCustomError: with what is wrong.
        """
        if not isinstance(value, (str, dict, list, tuple, int, float, type(None))):
            value = self.taken(value)
        if faults := self.faults(value):
            raise refuse(*faults)
        assert isinstance(value, (str, dict)), "it has no faults"
        return value

    def taken(self, thing: object) -> Reference:
        """An object, a class or a function as a reference to it; what is not known by name yet is from now on."""
        kind = thing if isinstance(thing, type) or (self.given and _is_function(thing)) else type(thing)
        called = getattr(kind, "__name__", "")
        if isinstance(kind, type) and not self._is_one(kind):
            wanted, cure = self._wanted()
            raise refuse(Fault(f"{wanted}, not {str(thing)[:80]!r}", cure))
        if not called.isidentifier():
            rule = f"a {self.noun} has a name, and {called or thing!r} is none"
            raise refuse(Fault(rule, "write def NAME(...): ..."))
        own = not str(kind.__module__).startswith("keras.")
        try:
            if own and (self.find(called) is None or called in self.registry._things):
                self.registry.add(self.wrap(kind, called, self._tasks(called)))
        except SpecError as error:
            raise refuse(*error.faults) from None
        found = self.find(called)
        assert found is not None, "it was added, or is Keras's"
        return called if kind is thing else _written(called, thing, _entry(found))

    def _of_keras(self, name: str) -> catalogue.Entry | None:
        """What Keras has of a name."""
        return catalogue.find(self.section, name) if self.section else None

    def _is_one(self, kind: type) -> bool:
        """Whether a class is of the kind."""
        return is_of_keras(kind, self.base)

    def _wanted(self) -> tuple[str, str]:
        """What a thing of the kind is, and what to write."""
        wanted = f"a {self.noun} is a keras {self.base}" + (", or a function" if self.given else "")
        home = _HOMES.get(self.base, self.section)
        return wanted, f"derive it from {'.'.join(filter(None, ('keras', home, self.base)))}"

    def _tasks(self, name: str) -> tuple[str, ...]:
        before = self.registry._things.get(name)
        return before.tasks if isinstance(before, Part) else ()

    def schema(self) -> dict[str, object]:
        """JSON Schema of a reference."""
        forms: list[dict[str, object]] = [definition(self.section.capitalize())] if self.section else []
        own = self.registry.all()
        parts = {name: one for name, one in own.items() if isinstance(one, Part)}
        names = [name for name, one in own.items() if name not in parts or not parts[name].entry.required]
        if names := [*self.names, *names]:
            forms.append({"enum": names})
        if parts:
            forms.append({**closed({name: {} for name in parts}, most=1), "minProperties": 1})
        return forms[0] if len(forms) == 1 else {"anyOf": forms}

    def parts_in(self, value: object) -> Iterator[Part]:
        """The parts that are not Keras's or protokit's own in a reference."""
        name = next(iter(value)) if isinstance(value, Mapping) and value else value
        found = self.find(name) if isinstance(name, str) else None
        if isinstance(found, Part):
            yield found


def _is_function(thing: object) -> bool:
    return callable(thing) and hasattr(thing, "__code__")


def _entry(found: Part | catalogue.Entry) -> catalogue.Entry:
    return found.entry if isinstance(found, Part) else found


def _written(name: str, thing: Any, entry: catalogue.Entry) -> Reference:
    """An object as its name and the arguments in its configuration that are not at their defaults."""
    # losses of Keras that are functions keep their arguments beside their configuration
    told = getattr(thing, "get_config", None)
    config = {**getattr(thing, "__dict__", {}), **(told() if told else {}), **getattr(thing, "_fn_kwargs", {})}
    if lacks := [one for one in entry.arguments if one not in config and one not in _OF_ALL]:
        rule = f"{name} does not tell how it was made: its {'get_config lacks' if told else 'attributes lack'} "
        cure = f"add {lacks[0]!r} to get_config" if told else f"keep it as self.{lacks[0]}"
        raise refuse(Fault(rule + ", ".join(lacks), f"{cure}, or write {{{name}: {{{lacks[0]}: ...}}}}"))
    given = {one: config[one] for one in entry.arguments if one in config}
    given = {one: value for one, value in given.items() if value != entry.arguments[one].get("default", given)}
    try:
        given = json.loads(json.dumps(given))
    except (TypeError, ValueError):
        rule = f"{name} was made with what no recipe can write: {', '.join(given)}"
        raise refuse(Fault(rule, "make it of numbers, texts and lists")) from None
    return {name: given} if given else name
