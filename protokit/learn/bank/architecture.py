"""What of a recipe is compiled into its training, as a key, and what a compiled training reads at run time.

Two recipes of one architecture are trained by one program: they differ in weights, seeds, the learning rate, the weight
decay, rates of dropout, batch size, epochs, schedule and stopping alone. Keras is not needed to know it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from protokit.core.values.arrays import Arrays
from protokit.core.values.inputs import InputSpec, Knots, Vectors
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn.words import Learn
from protokit.menu.expand import expand
from protokit.menu.graph import Node
from protokit.menu.items import Outline

DROPOUTS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
_AT_RUN_TIME = "at run time"


@dataclass(frozen=True)
class Architecture:
    """All that is compiled in (`key`), and the values of what is not.

    `learning_rate` and `weight_decay` are None where the recipe leaves them to the optimizer: that is compiled in.
    `dropout` are the rates by layer.
    """

    key: str
    learning_rate: float | None = None
    weight_decay: float | None = None
    dropout: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def short(self) -> str:
        """The key in a few letters."""
        return self.key[:12]


def architecture_of(
    learn: Learn, menu: Outline, signature: Signature | None = None, *, weighs: str = ""
) -> Architecture:
    """The architecture of a recipe's `learn`, with its menu written out for the data of `signature`.

    `weighs` says which parts of the rows have weights. Without a signature it tells apart what one space of recipes
    has, all of which see the same data.

    Raises:
        SpecError: the menu cannot be written out.
    """
    graph = expand(menu)
    dropout: dict[str, float] = {}
    nodes = [_blanked(node, dropout) for node in graph.nodes]
    name, arguments = _named(learn.optimizer)
    given = {key: arguments.get(key) for key in ("learning_rate", "weight_decay")}
    rates = {k: float(v) for k, v in given.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
    ends = [menu.outputs, menu.gives, sorted(menu.inputs), graph.last, sorted(graph.names.items()), graph.members]
    compiled = [
        nodes,
        ends,
        [name, {**arguments, **dict.fromkeys(rates, _AT_RUN_TIME)}],
        [learn.compiled, learn.start == "linear", weighs],
        None if signature is None else [_of_fields(signature.inputs), _of_fields(signature.targets), signature.pairs],
    ]
    key = hashlib.sha256(json.dumps(compiled, sort_keys=True, default=repr).encode()).hexdigest()
    return Architecture(key, rates.get("learning_rate"), rates.get("weight_decay"), dropout)


def weighing(learn: Learn, train: Arrays, validation: Arrays) -> str:
    """Which rows have weights: a batch has another form then."""
    parts = (train.weights is not None or learn.class_weights is not None, validation.weights is not None)
    return "".join(name for name, has in zip(("train", "validation"), parts, strict=True) if has)


def _blanked(node: Node, dropout: dict[str, float]) -> list[object]:
    """All of a node that is compiled in; a rate of dropout is noted instead. At 0 and 1 Keras leaves the draw out."""
    arguments = dict(node.arguments)
    rate = arguments.get("rate")
    if node.kind in DROPOUTS and isinstance(rate, (int, float)) and 0 < rate < 1:
        dropout[node.layer] = float(rate)
        arguments["rate"] = _AT_RUN_TIME
    return [node.name, node.layer, node.kind, arguments, node.inputs, node.members, node.call]


def _named(given: str | Mapping[str, object]) -> tuple[str, dict[str, object]]:
    if isinstance(given, str):
        return given, {}
    [(name, arguments)] = given.items()
    return name, dict(arguments) if isinstance(arguments, Mapping) else {"": arguments}


def _of_fields(specs: Sequence[InputSpec] | Sequence[TargetSpec]) -> list[object]:
    """What tells inputs and targets apart; losses may be made of the times, too, by which targets are not."""
    more = ("times", "hazards")
    return [[_of_field(getattr(one, f.name)) for f in fields(one) if f.compare or f.name in more] for one in specs]


def _of_field(value: object) -> object:
    if isinstance(value, (Knots, Vectors)):
        return [getattr(value, f.name) for f in fields(value) if f.compare]
    return value
