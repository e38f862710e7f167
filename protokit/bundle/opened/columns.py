"""What can be explained of a model, and where its columns stand in what its networks take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protokit.bundle.part import Part
from protokit.core.errors import SpecError
from protokit.core.names import as_text
from protokit.core.suggest import did_you_mean
from protokit.core.values.signature import TargetSpec
from protokit.represent.encoder import Encoder
from protokit.represent.sides.encoder import PairEncoder

OF_ONE = ("classes", "labels")  # forms of which one class or label is explained


@dataclass(frozen=True)
class Place:
    """Where a column stands: in an input, on one side of a pair, at some of its places; None for all."""

    given: str
    side: int | None
    at: np.ndarray | None

    def of(self, values: np.ndarray) -> np.ndarray:
        """What of an input is the column's. Shapes: (rows, ...) -> a view, or a copy of its places."""
        own: np.ndarray = values if self.side is None else values[:, self.side]
        return own if self.at is None else own[:, self.at]

    def put(self, values: np.ndarray, cells: np.ndarray) -> None:
        """Put cells of the column, as `of` gives them, into an input."""
        own = values if self.side is None else values[:, self.side]
        own[(slice(None),) if self.at is None else (slice(None), self.at)] = cells


def places_of(encoder: Encoder) -> dict[str, list[Place]]:
    """The columns of a table with all their places; of pairs each side's own columns."""
    if not isinstance(encoder, PairEncoder):
        return {name: [Place(given, None, at) for given, at in some] for name, some in encoder.places.items()}
    sides = (encoder.sides.left, encoder.sides.right)
    names = dict(zip(encoder.sides.names, zip(*sides, strict=True), strict=True))
    found: dict[str, list[Place]] = {}
    for side in range(2):
        for name, some in encoder.places.items():
            found[names[name][side]] = [Place(given, side, at) for given, at in some]
    return found


def encoder_of(part: Part) -> Encoder:
    """The encoder of a table of rows.

    Raises:
        SpecError: it is one of something else.
    """
    encoder = part.encoder
    if not isinstance(encoder, Encoder) or not encoder.one_for_each_row or part.clusters is not None:
        rule = "each row of a table is explained, and this model is not of rows of a table"
        raise SpecError.one(rule, "explain a model of single rows: no series, sequences of rows or clusters")
    return encoder


def names_of(target: TargetSpec) -> tuple[object, ...]:
    """The classes, or labels, of which one is explained; none of numbers."""
    if target.form not in OF_ONE:
        return ()
    return target.classes if target.has_classes else target.columns


def place_of(target: TargetSpec, of: object) -> int:
    """The position of a class or label.

    Raises:
        SpecError: the target has no such class, or none at all.
    """
    if target.form not in OF_ONE:
        raise SpecError.one(f"of={of!r} is a class, and the task is {target.task}", "leave it out")
    names = [as_text(one) for one in names_of(target)]
    if as_text(of) not in names:
        what = "class" if target.has_classes else "label"
        raise SpecError.one(f"{target.name!r} has no {what} {of!r}", did_you_mean(as_text(of), names))
    return names.index(as_text(of))


def own_target(encoder: Encoder, target: TargetSpec) -> TargetSpec:
    """A target as the training rows of one part have it."""
    return next(one for one in encoder.signature.targets if one.name == target.name)
