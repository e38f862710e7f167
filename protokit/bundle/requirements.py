"""What a model needs beside protokit: layers, kinds of columns and steps of cleaning that others have registered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TypedDict

from protokit.collect.step import STEPS
from protokit.core import plugins
from protokit.core.errors import BundleError
from protokit.menu import catalogue
from protokit.menu.items import Layer
from protokit.menu.menu import Menu
from protokit.represent.encoding import Encoding
from protokit.represent.kind import KINDS


class Requirement(TypedDict):
    """A thing by kind and name, and the package that brings it; null where it was registered by a decorator."""

    kind: str
    name: str
    package: str | None
    version: str | None


def _layer(name: str) -> object | None:
    entry = catalogue.find("layers", name)
    return None if entry is None else entry.own or entry


# the kinds of things that a model may be made of, and how one is found by its name
FIND: dict[str, Callable[[str], object | None]] = {"layer": _layer, "kind": KINDS.find, "step": STEPS.find}


def requirements(menu: Menu, encoders: Iterable[Encoding], clean: Sequence[object]) -> list[Requirement]:
    """What is not protokit's own in a network, in encoders, and in steps of cleaning as a recipe has them."""
    found: dict[tuple[str, str], None] = {}
    for node in menu.expand().nodes:
        found |= {("layer", name): None for name in (node.kind, *_layers_in(node.arguments))}
    found |= {("kind", name): None for encoder in encoders for name in encoder.kinds.values()}
    found |= {("step", name): None for name in map(_step, clean)}
    needed: list[Requirement] = []
    for kind, name in found:
        thing = FIND[kind](name) if kind in FIND else None
        if thing is None or _is_own(thing):
            continue
        by, version = plugins.package_of(thing) or (None, None)
        needed.append({"kind": kind, "name": name, "package": by, "version": version})
    return needed


def check_requirements(menu: object, place: str) -> None:
    """Refuse a model whose things are not there; `menu` is what `menu.json` holds, not yet checked.

    Raises:
        BundleError: naming all that is missing, and the packages that bring it.
    """
    needed = menu.get("plugins", []) if isinstance(menu, dict) else []
    if not isinstance(needed, list) or not all(isinstance(one, dict) and _is_one(one) for one in needed):
        raise BundleError("the list of what the model needs cannot be read", place=place, cure="copy the folder again")
    missing = [one for one in needed if one["kind"] not in FIND or FIND[one["kind"]](one["name"]) is None]
    if not missing:
        return
    packages = sorted({str(one["package"]) for one in missing if one["package"]})
    named = ", ".join(f"the {one['kind']} {one['name']!r}" + _by(one) for one in missing)
    cures = [f"pip install {' '.join(packages)}"] if packages else []
    if any(not one["package"] for one in missing):
        cures.append(
            "register your own by the decorator of its kind, such as @protokit.layer, before you load the model"
        )
    rule = "; ".join([f"this model needs what is not there: {named}", *plugins.failures()])
    raise BundleError(rule, place=place, cure="; ".join(cures))


def _by(one: Mapping[str, object]) -> str:
    version = f" {one['version']}" if one.get("version") else ""
    return f" of the package {one['package']}{version}" if one["package"] else ""


def _is_one(one: Mapping[object, object]) -> bool:
    if {*one} != {*Requirement.__annotations__}:
        return False
    may_lack = (one["package"], one["version"])
    return all(isinstance(text, str) for text in (one["kind"], one["name"], *(text or "" for text in may_lack)))


def _is_own(thing: object) -> bool:
    return str(getattr(thing, "__module__", "")).split(".")[0] in {"protokit", "keras"}


def _step(plain: object) -> str:
    return str(next(iter(plain)) if isinstance(plain, Mapping) else plain)


def _layers_in(value: object) -> Iterator[str]:
    """The layers that stand in the arguments of others."""
    if isinstance(value, Layer):
        yield value.kind
        value = value.arguments
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _layers_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _layers_in(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _layers_in(getattr(value, field.name))
