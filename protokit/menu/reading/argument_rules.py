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
_FROM_ONE = ("units", "filters", "num_heads", "key_dim", "every")
_DROPPED = ("rate", "dropout", "recurrent_dropout")  # a share that is not the whole
_SHARES = ("momentum", "ema_momentum", "beta_1", "beta_2", "rho")
_ABOVE_ZERO = ("learning_rate", "clipnorm", "clipvalue", "global_clipnorm")
_FROM_ZERO = (
    "weight_decay", "epsilon", "initial_learning_rate", "end_learning_rate", "warmup_target", "histogram_freq",
    "embeddings_freq",
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """What an argument may be, beside slots and expressions; where nothing is said, anything.

    `low` and `high` bound a number, which may be these unless it has to be `above` or `below`. `names` are what a text
    may be, `section` is where a name, or one name with its arguments, is looked up. `default` is a text that is taken
    although it is none of these.
    """

    kind: Literal["integer", "number", "boolean"] | None = None
    low: float | None = None
    high: float | None = None
    above: bool = False
    below: bool = False
    names: tuple[str, ...] = ()
    section: str | None = None
    layers: bool = False  # a layer, or a list of layers
    null: bool = True
    lists: bool = False  # a list, never a text or a mapping
    application: str | None = None  # a mapping of the arguments of this application
    default: str | None = None

    def why_not(self, number: float) -> str:
        """What a number would have to be that is out of the bounds; empty where it is not."""
        low, high = self.low, self.high
        fits = (low is None or (number > low if self.above else number >= low)) and (
            high is None or (number < high if self.below else number <= high)
        )
        if fits:
            return ""
        if high is None:
            return f"above {low:g}" if self.above else f"at least {low:g}"
        return f"a share from {low:g} to {'below ' * self.below}{high:g}"

    def is_of_kind(self, value: object) -> bool:
        """Whether a value has the kind."""
        if self.kind == "boolean" or isinstance(value, bool):
            return self.kind == "boolean" and isinstance(value, bool)
        return isinstance(value, int) if self.kind == "integer" else isinstance(value, (int, float))


@cache
def _rule(kind: Literal["integer", "number", "boolean"] | None, name: str, null: bool, default: str | None) -> Rule:
    ends = {} if kind == "boolean" else _REFERENCES  # whether there is one
    section = next((s for end, s in ends.items() if name == end or name.endswith("_" + end)), None)
    low = high = None
    if kind in {"integer", "number"} and name in _FROM_ONE:
        low = 1
    elif name in _DROPPED or name in _SHARES:
        low, high = 0, 1
    elif name in _ABOVE_ZERO or name in _FROM_ZERO:
        low = 0
    above, below = name in _ABOVE_ZERO, name in _DROPPED
    names = catalogue.activations() if section == "activations" else _ONE_OF.get(name, ())
    taken = default in names or not (kind or names or section) or _needs_nothing(section, default)
    written = None if taken else default
    return Rule(kind, low, high, above, below, tuple(names), section, null=null, default=written)


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
    if entry.own is not None and not name.endswith(("initializer", "regularizer", "constraint")):
        return Rule(null="default" in argument)  # a name says nothing of what another's layer takes
    return _rule(argument.get("type"), name, "default" in argument, default if isinstance(default, str) else None)
