"""What goes into the network and what comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Literal
from zlib import crc32

if TYPE_CHECKING:
    import numpy as np

OF_KIND = {"text": "codes", "images": "share"}  # what a menu may take from beside an input, by its kind
STEP_IS_THERE = "step is there"  # the last channel of sequences whose lengths differ
TaskName = Literal["binary", "multiclass", "regression", "quantile", "multilabel", "forecasting", "clustering"]


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
class InputSpec:
    """One input of the network.

    `shape` is of one example, without the batch. For integer codes `levels` is the number of different
    codes over all columns (of a text: its words); for numbers it is 0. `kind` says what it is made of, `knots` where
    the training rows' numbers lie, in which of its columns that tells something; `rate` is
    the samples of a second of sound, `vectors` those of the words of a text that a file brings.
    """

    name: str
    shape: tuple[int, ...]
    dtype: Literal["float32", "int32", "int16", "uint8"]
    columns: tuple[str, ...]
    levels: int = 0
    kind: Literal["columns", "members", "steps", "text", "image", "images", "audio", "sequence", "series", "known"] = (
        "columns"
    )
    knots: Knots | None = None
    rate: int = 0
    vectors: Vectors | None = None

    @property
    def joins_columns(self) -> bool:
        """Whether it is among the columns of a table, which together are what a chain starts from."""
        return self.kind in ("columns", "members")

    @property
    def is_marked(self) -> bool:
        """Whether its last channel is 1 at each step that is there, and 0 past the end of a shorter sequence."""
        return self.kind == "sequence" and self.columns[-1:] == (STEP_IS_THERE,)


@dataclass(frozen=True)
class TargetSpec:
    """One output of the network: what it predicts.

    `classes` are as written in the data, in order; of clusters found they are 1, 2, and so on. `columns` are those of a
    target made of several: labels that may each be there, or series that are forecast together over `horizon` steps.
    `quantiles` are those to predict. `width` is the count of numbers that a network without a target gives back.
    Of two classes the one at the place `positive` is what precision, recall and the like are of. A row is called
    positive where its probability of it is above the `threshold`; the logits of classes are divided by the
    `temperature`. None of these changes the network: two targets that differ in them alone are equal.
    """

    name: str
    task: TaskName
    classes: tuple[object, ...] = ()
    columns: tuple[str, ...] = ()
    horizon: int = 0
    quantiles: tuple[float, ...] = ()
    width: int = 0
    threshold: float = field(default=0.5, compare=False)
    temperature: float | None = field(default=None, compare=False)
    positive: int = field(default=1, compare=False)

    @property
    def key(self) -> str:
        """The name under which Keras knows the target: its own, or one with a checksum where that cannot be."""
        plain = re.sub(r"[^A-Za-z0-9_.]", "_", self.name)
        fits = plain == self.name and plain[0].isalnum()
        return self.name if fits else f"target_{plain}_{crc32(self.name.encode()):08x}"

    @property
    def shape(self) -> tuple[int, ...]:
        """Of what the network gives for one row."""
        if self.task == "forecasting":
            return (self.horizon, len(self.columns))
        several = {"multiclass": len(self.classes), "multilabel": len(self.columns), "quantile": len(self.quantiles)}
        return (self.width if self.task == "clustering" else several.get(self.task, 1),)

    @property
    def units(self) -> int:
        """Numbers that the network gives for one row."""
        return prod(self.shape)

    @property
    def has_classes(self) -> bool:
        """Whether a row is of one class."""
        return self.task in {"binary", "multiclass"}

    @property
    def positive_class(self) -> str | None:
        """The name of the positive class of two; None of other targets."""
        return str(self.classes[self.positive]) if self.task == "binary" else None

    def labels(self, scores: np.ndarray, thresholds: np.ndarray | None = None) -> np.ndarray:
        """What scores say: the class or cluster of each row, from 0, 0 or 1 of each label, or the number (the median).

        Shapes: scores as in Predictions; `thresholds` (rows,) in place of the target's own.
        """
        if self.task in {"binary", "multilabel"}:
            border = self.threshold if thresholds is None else thresholds
            above: np.ndarray = (scores[:, self.positive] if self.task == "binary" else scores) > border
            return (above if self.task == "multilabel" or self.positive == 1 else ~above).astype(int)
        if self.task in {"multiclass", "clustering"}:
            likeliest: np.ndarray = scores.argmax(axis=1)
            return likeliest
        if self.task == "quantile":
            middle = min(range(len(self.quantiles)), key=lambda i: abs(self.quantiles[i] - 0.5))
            found: np.ndarray = scores[:, middle]
            return found
        return scores


@dataclass(frozen=True)
class Signature:
    """What goes into the network and what comes out."""

    inputs: tuple[InputSpec, ...]
    targets: tuple[TargetSpec, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What a menu may take from: each input, the codes of each text, and the share of each of several images."""
        more = [f"{spec.name}_{OF_KIND[spec.kind]}" for spec in self.inputs if spec.kind in OF_KIND]
        return (*(spec.name for spec in self.inputs), *more)
