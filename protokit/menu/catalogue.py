"""Keras's layers, optimizers and the like with their arguments, known without importing Keras."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any, Final, Literal, TypedDict, TypeVar

from protokit.core import plugins
from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.registry import Registry
from protokit.core.suggest import did_you_mean

Kind = TypeVar("Kind", bound=type)
SECTIONS = ("layers", "optimizers", "losses", "metrics", "initializers", "regularizers", "constraints")
# Layers that run code from a file, or wrap another framework's.
REFUSED = ("Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper")
_INPUT = "name it under inputs: {image: [28, 28, 1]}; in a recipe the columns are the inputs"
_MODEL = "write its layers as a list; under blocks, to use them twice"
_NO_LAYERS = {"Input": _INPUT, "InputLayer": _INPUT, "Sequential": _MODEL, "Model": _MODEL, "Functional": _MODEL}
# Arguments that hold a layer, or a list of layers.
_HOLD_LAYERS = {
    "Bidirectional": ("layer", "backward_layer"),
    "TimeDistributed": ("layer",),
    "SpectralNormalization": ("layer",),
    "RNN": ("cell",),
    "StackedRNNCells": ("cells",),
    "Pipeline": ("layers",),
}
HUB = "hub."  # begins the names of KerasHub's layers and activations
BACKBONE = "Backbone"  # the layer whose arguments are the names of applications, of which one is given
OPEN: Final = object()  # an argument whose value is not known yet


class Argument(TypedDict, total=False):
    """What is known of an argument: its default, where it has one, and its type, where that is plain."""

    default: object
    type: Literal["integer", "number", "boolean"]


@dataclass(frozen=True)
class Entry:
    """One class of Keras: its name, what it is in a sentence, and its arguments in order."""

    section: str
    name: str
    about: str
    arguments: dict[str, Argument]
    call: dict[str, bool] = field(default_factory=dict)  # what it is called on, and whether it must be
    always: bool = False  # acts as in training also where nothing says so
    own: type | None = None  # a class that a person registered
    home: str | None = None  # the module of a class that Keras does not export, or of an application
    extra: str | None = None  # of KerasHub: the extra that brings it
    kind: str | None = None  # of an operation: its class in that module
    many: bool = False  # of an operation: takes any number of tensors
    smallest: int | None = None  # of an application: height and width of the smallest images that it takes

    @property
    def first(self) -> str | None:
        """The argument that a lone value is for."""
        return next(iter(self.arguments), None)

    @property
    def required(self) -> tuple[str, ...]:
        """Arguments without a default."""
        return tuple(name for name, argument in self.arguments.items() if "default" not in argument)

    @property
    def class_name(self) -> str:
        """The name of the class where it stands."""
        return self.name.rpartition(".")[2]


@cache
def _raw() -> dict[str, Any]:
    text = files("protokit.menu").joinpath("catalogue.json").read_text(encoding="utf-8")
    raw: dict[str, Any] = json.loads(text)
    return raw


def names(section: str) -> tuple[str, ...]:
    """The names in a section, without the refused layers."""
    found = tuple(name for name in _raw()[section] if name not in REFUSED)
    if section != "layers":
        return found
    return (*found, *(f"ops.{name}" for name in _raw()["operations"]), *LAYERS.all())


def activations() -> list[str]:
    """The names of Keras's activations."""
    return list(_raw()["activations"])


@cache
def _hub() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(files("protokit.menu").joinpath("hub.json").read_text(encoding="utf-8"))
    return raw


def hub_activation(name: object) -> str | None:
    """The module of an activation of KerasHub, by its name in a menu, such as `hub.gelu_approximate`; or None."""
    known: dict[str, str] = _hub()["activations"] if isinstance(name, str) and name.startswith(HUB) else {}
    return known.get(str(name).removeprefix(HUB))


@cache
def hub_name(module: str, kind: str) -> str:
    """The name in a menu of a layer of KerasHub, by its module and class; one that is newer by its class."""
    found = (name for name, entry in _hub()["layers"].items() if (entry["home"], name.split(".")[-1]) == (module, kind))
    return HUB + next(found, kind)


@cache
def aliases(section: str) -> dict[str, str]:
    """Other ways to write a name: Keras's own aliases, and the snake_case forms it takes."""
    found: dict[str, str] = {}
    for name, entry in _raw()[section].items():
        for alias in entry.get("aliases", ()):
            found[alias] = name
        if section not in {"layers", "applications"}:
            found[snake(name)] = name
    return found


def find(section: str, name: str) -> Entry | None:
    """The entry of a name or alias, or None."""
    if section == "layers" and name.startswith("ops."):
        return _operation(name)
    if section == "layers" and name.startswith(HUB):
        known = _hub()["layers"].get(name.removeprefix(HUB))
        return None if known is None else Entry("layers", name, "A layer of KerasHub.", **known, extra="hub")
    if section == "applications" and name.startswith(HUB):
        known = _hub()["backbones"].get(name.removeprefix(HUB))
        return None if known is None else Entry(section, name, **known, extra="hub")
    name = aliases(section).get(name, name)
    raw = _raw()[section].get(name)
    if name in REFUSED:
        return None
    if raw is None:
        return (_own(name) or _newer(name)) if section == "layers" else None
    more = {key: raw[key] for key in ("call", "always", "home", "smallest") if key in raw}
    of_hub: dict[str, Argument] = {}
    if name == BACKBONE:
        of_hub = {f"{HUB}{one}": {"default": None} for one in _hub()["backbones"]}
    return Entry(section, name, raw["about"], {**raw["arguments"], **of_hub}, **more)


def _operation(name: str) -> Entry | None:
    """An operation of keras.ops on tensors, or between a tensor and a constant."""
    raw = _raw()["operations"].get(name.removeprefix("ops."))
    if raw is None:
        return None
    arguments: dict[str, Argument] = dict(raw["arguments"])
    if list(raw["call"]) == ["x1", "x2"]:
        arguments = {"value": {"default": None}, "reverse": {"default": False, "type": "boolean"}, **arguments}
    more = {key: raw[key] for key in ("home", "kind", "many") if key in raw}
    return Entry("layers", name, raw["about"], arguments, raw["call"], **more)


LAYERS: Registry[type] = Registry("layer", key="layer")
"""The layers that are not Keras's: of the person's own program, and of installed packages."""


def register(kind: Kind) -> Kind:
    """Add a layer class of one's own to what menus may name. The decorator `protokit.layer`.

    Its arguments are those of its constructor, its docstring begins with what it is in a sentence.

    >>> import keras
    >>> @protokit.layer
    ... class Doubled(keras.layers.Layer):
    ...     '''Twice what it is given.'''
    ...     def call(self, x):
    ...         return 2 * x
    >>> protokit.Menu(["Doubled", {"Dense": 8}]).as_plain()
    ['Doubled', {'Dense': 8}]

    Raises:
        SpecError: the name is taken, or the class is no layer.
    """
    name = kind.__name__ if isinstance(kind, type) else repr(kind)
    if not isinstance(kind, type) or not callable(getattr(kind, "call", None)):
        raise SpecError.one(f"{name} is no layer class", "derive it from keras.layers.Layer and give it `call`")
    if name in REFUSED or name in _raw()["layers"] or name in aliases("layers"):
        raise SpecError.one(f"a layer named {name!r} is there already", "choose another name")
    return LAYERS.add(kind, name=name)


def _own(name: str) -> Entry | None:
    kind = LAYERS.find(name)
    return None if kind is None else Entry("layers", name, *signature_of(kind), own=kind)


def _newer(name: str) -> Entry | None:
    """A layer of an installed Keras that is not the one that the catalogue describes."""
    if not name.isidentifier() or not name[0].isupper() or version("keras") == _raw()["keras"]:
        return None
    from protokit.core.libraries.backend import keras_layer

    kind = keras_layer(name)
    return Entry("layers", name, *signature_of(kind)) if kind is not None else None


def signature_of(kind: type) -> tuple[str, dict[str, Argument], dict[str, bool]]:
    """What a layer class is, its arguments, and what it is called on."""
    arguments: dict[str, Argument] = {}
    for parameter in list(inspect.signature(kind.__init__).parameters.values())[1:]:  # type: ignore[misc]
        if parameter.kind not in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL} and parameter.name != "name":
            has = parameter.default is not parameter.empty
            arguments[parameter.name] = {"default": parameter.default} if has else {}
    for name in ("trainable", "dtype"):
        arguments.setdefault(name, {"default": True if name == "trainable" else None})
    about = (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ").strip()
    return about, arguments, call_of(kind)


def takes_more(kind: type) -> bool:
    """Whether a constructor takes `name` and what else every layer takes."""
    parameters = inspect.signature(kind).parameters.values()
    return any(p.kind is p.VAR_KEYWORD or p.name == "name" for p in parameters)


def call_of(kind: type) -> dict[str, bool]:
    """The tensors that a layer is called on, by name, and whether each is needed."""
    found: dict[str, bool] = {}
    for parameter in list(inspect.signature(kind.call).parameters.values())[1:]:  # type: ignore[attr-defined]
        if parameter.kind in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL} or parameter.name == "training":
            continue
        found[parameter.name] = parameter.default is parameter.empty
    return found


def takes_layer(entry: Entry, argument: object) -> bool:
    """Whether an argument of a layer is a layer, or a list of them."""
    return argument in _HOLD_LAYERS.get(entry.name, ())


def snake(name: str) -> str:
    """The snake_case form that Keras gives to a class.

    >>> snake("HeNormal"), snake("L1L2"), snake("Conv2D")
    ('he_normal', 'l1_l2', 'conv2d')
    """
    out = ""
    for before, c in zip(" " + name, name, strict=False):
        out += ("_" if c.isupper() and (before.islower() or (before.isdigit() and c == "L")) else "") + c
    return out.lower()


def unknown(section: str, name: object, *, also: Iterable[str] = ()) -> Fault:
    """The fault of a name that a section does not hold."""
    noun = section.removesuffix("s").replace("losse", "loss")
    if section == "layers" and name in REFUSED:
        return Fault(
            f"{name} is refused: it runs code that is not in the menu",
            "build it from other layers, or register a layer of your own with @protokit.layer",
            (),
            "key",
        )
    if section == "layers" and name in _NO_LAYERS:
        return Fault(f"{name} is no layer of a menu", _NO_LAYERS[str(name)], (), "key")
    more = [f"{HUB}{one}" for one in _hub()["layers"]] if str(name).startswith(HUB) else names(section)
    found = did_you_mean(str(name), [*more, *also]) or f"see protokit list {section}"
    cure = plugins.or_failure(found, "layer") if section == "layers" else found
    return Fault(f"unknown {noun} {name!r}", cure, (), "key")
