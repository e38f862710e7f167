"""What an argument of a class of the catalogue may be: the one table that the reader and the JSON Schema follow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from protokit.menu import catalogue

# The section that a text or mapping is looked up in, by the end of the argument's name.
_REFERENCES = {
    "activation": "activations",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
}
_ONE_OF = {
    "padding": ("valid", "same", "causal"),
    "data_format": ("channels_last", "channels_first"),
    "interpolation": ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"),
}
# a text in their place is the path of a file that Keras opens
_LISTS = ("vocabulary", "idf_weights")
_POOLINGS = ("avg", "max")
_FROM_ONE = ("units", "filters", "num_heads", "key_dim")
_SHARES = ("rate", "dropout", "recurrent_dropout")


@dataclass(frozen=True)
class Rule:
    """What an argument may be, beside slots and expressions; where nothing is said, anything.

    `low` and `high` bound a number, `names` are what a text may be, `section` is where a name, or one name with its
    arguments, is looked up. `default` is a text that is taken although it is none of these.
    """

    kind: Literal["integer", "number", "boolean"] | None = None
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()
    section: str | None = None
    layers: bool = False  # a layer, or a list of layers
    null: bool = True
    lists: bool = False  # a list, never a text or a mapping
    application: str | None = None  # a mapping of the arguments of this application
    default: str | None = None

    def is_of_kind(self, value: object) -> bool:
        """Whether a value has the kind."""
        if self.kind == "boolean" or isinstance(value, bool):
            return self.kind == "boolean" and isinstance(value, bool)
        return isinstance(value, int) if self.kind == "integer" else isinstance(value, (int, float))


@cache
def _rule(kind: Literal["integer", "number", "boolean"] | None, name: str, null: bool, default: str | None) -> Rule:
    section = next((s for end, s in _REFERENCES.items() if name == end or name.endswith("_" + end)), None)
    low = high = None
    if kind in {"integer", "number"} and name in _FROM_ONE:
        low = 1
    elif name in _SHARES:
        low, high = 0, 1
    names = catalogue.activations() if section == "activations" else _ONE_OF.get(name, ())
    taken = default in names or not (kind or names or section) or _needs_nothing(section, default)
    return Rule(kind, low, high, tuple(names), section, null=null, default=None if taken else default)


def _needs_nothing(section: str | None, name: str | None) -> bool:
    if section in {None, "activations"} or name is None:
        return False
    entry = catalogue.find(str(section), name)
    return entry is not None and not entry.required


def rule_of(entry: catalogue.Entry, name: str) -> Rule:
    """The rule of an argument."""
    if catalogue.takes_layer(entry, name):
        return Rule(layers=True)
    if entry.name == catalogue.BACKBONE and catalogue.find("applications", name):
        return Rule(application=name)
    argument = entry.arguments[name]
    if entry.section == "applications" and name == "pooling":
        return Rule(names=_POOLINGS)
    if name in _LISTS and entry.section == "layers" and entry.own is None:
        return Rule(lists=True, null="default" in argument)
    default = argument.get("default")
    return _rule(argument.get("type"), name, "default" in argument, default if isinstance(default, str) else None)
