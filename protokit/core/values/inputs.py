"""What goes into the network: its inputs, each with what the training rows showed of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

OF_KIND = {"text": "codes", "images": "share"}  # what a menu may take from beside an input, by its kind
STEP_IS_THERE = "step is there"  # the last channel of sequences whose lengths differ


@dataclass(frozen=True)
class Knots:
    """Numbers of the training rows at which what is made of a number may bend: those of some columns of an input.

    `places` are the columns' places in the input. `values` are the knots of each, ascending, at most `size` of them;
    all folds have the same places and size, so knots that differ in their values alone are equal: the networks that
    they make differ in weights only.
    """

    places: tuple[int, ...]
    size: int
    values: tuple[tuple[float, ...], ...] = field(compare=False)


@dataclass(frozen=True)
class Vectors:
    """Vectors of the codes of an input, learned elsewhere: `width` numbers each. Training changes them if `trained`.

    `values` are where the weights of a network begin, (levels, width); None where those are known. Networks whose
    vectors differ in them alone are of one shape, and equal.
    """

    width: int
    trained: bool
    values: np.ndarray | None = field(default=None, compare=False)


@dataclass(frozen=True)
class InputGroup:
    """Some columns as one input of a menu: their places among `numbers` and `categories`, and inputs of their own."""

    name: str
    numbers: tuple[int, ...] = ()
    categories: tuple[int, ...] = ()
    own: tuple[str, ...] = ()


InputKind = Literal[
    "columns", "members", "sized", "steps", "text", "image", "images", "audio", "sequence", "series", "known"
]


@dataclass(frozen=True)
class InputSpec:
    """One input of the network.

    `shape` is of one example, without the batch. For integer codes `levels` is the number of different
    codes over all columns (of a text: its words); for numbers it is 0. `kind` says what it is made of (`sized`: members
    whose number is an input, too), `knots` where
    the training rows' numbers lie, in which of its columns that tells something; `rate` is
    the samples of a second of sound, `vectors` those of the words of a text that a file brings.
    `width` is how many numbers each code becomes, where that is not by the levels.
    """

    name: str
    shape: tuple[int, ...]
    dtype: Literal["float32", "int32", "int16", "uint8"]
    columns: tuple[str, ...]
    levels: int = 0
    kind: InputKind = "columns"
    knots: Knots | None = None
    rate: int = 0
    vectors: Vectors | None = None
    width: int = 0

    @property
    def embedded(self) -> int:
        """Numbers for each code of a column."""
        return self.width or embedding_width(self.levels, len(self.columns))

    @property
    def joins_columns(self) -> bool:
        """Whether it is among the columns of a table, which together are what a chain starts from."""
        return self.kind in ("columns", "members", "sized")

    @property
    def is_marked(self) -> bool:
        """Whether its last channel is 1 at each step that is there, and 0 past the end of a shorter sequence."""
        return self.kind == "sequence" and self.columns[-1:] == (STEP_IS_THERE,)


def embedding_width(levels: int, columns: int) -> int:
    """Numbers for each category: the fourth root of the levels in a column, times four, at most 32.

    >>> embedding_width(20, 2), embedding_width(2_000, 2)
    (7, 22)
    """
    width: float = 4 * (levels / columns) ** 0.25
    return max(2, min(32, round(width)))
