"""The default network for tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from protokit.core.values.arrays import FEW_ROWS
from protokit.core.values.signature import Signature
from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain

CLASSES, NUMBERS = 0.4, 0.25  # dropout, by what is predicted
UNITS, WIDTH = 16, 256  # numbers made of each number that has knots; of all of them together
MANY_LEVELS = 1000  # of all embedded columns together: more are learned by heart
NARROW, FORGOTTEN = 64, 0.5  # units of the hidden layers then, and dropout on what is embedded


def hidden_layers(dropout: float, units: int = 256) -> Plain:
    """Two hidden layers, and the inputs beside what they make."""
    layers: list[Plain] = [{"Dense": {"units": units, "activation": "relu"}}, {"Dropout": dropout}]
    return {"branch": {"deep": layers * 2, "wide": []}}


def embedded_inputs(signature: Signature) -> Plain | None:
    """The inputs of a table with what is made of its numbers between their knots; None where nothing is.

    Embedded categories of a great many levels get dropout.
    """
    knots = next((spec.knots for spec in signature.inputs if spec.name == "numbers" and spec.knots), None)
    branches: dict[str, Plain] = {}
    if knots:
        units = max(2, min(UNITS, WIDTH // len(knots.places)))
        branches["embedded"] = [{"PiecewiseLinearEmbedding": units, "from": "numbers"}]
    if not has_many_levels(signature):
        return {"branch": {**branches, "plain": []}} if branches else None
    branches["categories"] = [{"Dropout": FORGOTTEN, "from": "category_numbers"}]
    for spec in signature.inputs:
        if spec.kind == "columns" and spec.name != "categories":
            branches[f"plain_{spec.name}"] = [{"Identity": {}, "from": spec.name}]
    return {"branch": branches}


def has_many_levels(signature: Signature) -> bool:
    """Whether the embedded categories have so many levels that a network learns them by heart."""
    return any(spec.name == "categories" and spec.levels >= MANY_LEVELS for spec in signature.inputs)


@HOUSE_MENUS.add
class Tabular(HouseMenu):
    """Chosen by measurement on public tables: docs/decisions/default-network.md."""

    name = "tabular"
    about = "numbers embedded between knots of the training rows, two hidden layers with dropout, and the inputs beside"
    example = "menu: tabular"
    layers = (hidden_layers(CLASSES),)
    default = True

    @classmethod
    def learning(cls, signature: Signature, rows: int) -> Mapping[str, Plain]:
        """Of few rows numbers are learned from a linear model on: in so few steps a network does not get there."""
        numbers = bool(signature.targets) and all(target.of_task.starts_linear for target in signature.targets)
        few: Mapping[str, Plain] = {"start": "linear"} if numbers and 0 < rows < FEW_ROWS else {}
        return {**cls.learn, **few}

    @classmethod
    def layers_for(cls, signature: Signature) -> Sequence[Plain]:
        """See HouseMenu."""
        classes = all(target.of_task.probabilities for target in signature.targets)
        start = embedded_inputs(signature)
        units = NARROW if has_many_levels(signature) else 256
        return (*([start] if start else []), hidden_layers(CLASSES if classes else NUMBERS, units))
