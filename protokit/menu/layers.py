"""Keras's layers as light stand-ins: `Dense(64, activation="relu")` without importing Keras.

They take what the layers take, and `name`, and `from_` for what the item takes its input from. `layers.pyi` beside this
file tells editors their signatures; it is written by `python -m protokit.menu.network.describe`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from inspect import Parameter, Signature
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean
from protokit.menu import catalogue
from protokit.menu.items import Layer, Source


def __getattr__(name: str) -> Callable[..., Layer]:
    if name.startswith("__"):
        raise AttributeError(name)
    if catalogue.find("layers", name) is None:
        fault = catalogue.unknown("layers", name)
        raise AttributeError(fault.rule + (f"; {fault.cure}" if fault.cure else ""))
    return _StandIn(name)


def __dir__() -> list[str]:
    return [name for name in catalogue.names("layers") if name.isidentifier()]


def _entry(name: str) -> catalogue.Entry:
    entry = catalogue.find("layers", name)
    assert entry is not None, "the name was found before"
    return entry


class _StandIn:
    """What makes an item of one layer: with Keras's signature, and its text where somebody asks for that."""

    def __init__(self, name: str) -> None:
        self.__name__ = self.__qualname__ = name

    def __call__(self, *given: Any, **more: Any) -> Layer:
        return _layer(self.__name__, *given, **more)

    def __repr__(self) -> str:
        return f"protokit.menu.layers.{self.__name__}"

    @cached_property
    def __signature__(self) -> Signature:
        entry = _entry(self.__name__)
        places = [
            Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=argument.get("default", Parameter.empty))
            for name, argument in entry.arguments.items()
        ]
        ours = [Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in ("name", "from_")]
        return Signature([*sorted(places, key=lambda one: one.default is not Parameter.empty), *ours])

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        entry = _entry(self.__name__)
        if entry.own is not None:
            return entry.own.__doc__ or entry.about
        from protokit.core.libraries.backend import keras  # seconds, for the text alone

        return getattr(getattr(keras.layers, self.__name__, None), "__doc__", None) or entry.about


def _layer(kind: str, /, *given: Any, name: str | None = None, from_: Source | None = None, **arguments: Any) -> Layer:
    """A layer as an item of a menu.

    Raises:
        SpecError: Keras's layer takes no such argument.
    """
    entry = _entry(kind)
    if len(given) > len(entry.arguments):
        raise SpecError.one(f"{kind} takes at most {len(entry.arguments)} arguments, not {len(given)}")
    whole = {**dict(zip(entry.arguments, given, strict=False)), **arguments}
    twice = [key for key in arguments if key in list(entry.arguments)[: len(given)]]
    if twice:
        raise SpecError.one(f"{kind} got {twice[0]} twice", "once by its place, or once by its name")
    if unknown := [key for key in whole if key not in entry.arguments]:
        cure = did_you_mean(unknown[0], entry.arguments)
        raise SpecError([Fault(f"unknown argument {unknown[0]!r} of {kind}", cure)])
    return Layer(entry.name, whole, name, tuple(from_) if isinstance(from_, list) else from_)
