"""The values that pass between the four steps. Frozen; arrays and frames inside are not to be changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Literal, cast
from zlib import crc32

from protokit.core.plain import PlainFinding, PlainInterval, PlainNotice, PlainStep, Severity
from protokit.core.rows import SourceRows, rows_read

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TaskName = Literal["binary", "multiclass", "regression", "quantile", "multilabel", "forecasting", "clustering"]


@dataclass(frozen=True)
class Notice:
    """Something that was decided for the person, with the columns and the way to decide otherwise."""

    rule: str
    columns: tuple[str, ...] = ()
    cure: str | None = None

    def as_plain(self) -> PlainNotice:
        """The notice as JSON values."""
        return {"rule": self.rule, "columns": self.columns, "cure": self.cure}

    def __str__(self) -> str:
        return self.rule + (f" ({self.cure})" if self.cure else "")


@dataclass(frozen=True)
class Finding:
    """What the audit found in the data: the rule that is broken, the numbers that show it, and the edit that mends it.

    `edit` is a piece of a recipe; it is empty where the data itself has to be mended.
    """

    check: str
    severity: Severity
    columns: tuple[str, ...]
    rule: str
    evidence: Mapping[str, float | int | str] = field(default_factory=dict)
    edit: str = ""

    def as_plain(self) -> PlainFinding:
        """The finding as JSON values."""
        return cast(PlainFinding, {**vars(self), "columns": list(self.columns)})

    @classmethod
    def from_plain(cls, plain: PlainFinding) -> Finding:
        """The finding of `as_plain`."""
        return cls(**{**plain, "columns": tuple(plain["columns"])})  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.severity}: {self.rule}" + "".join(f"\n    {line}" for line in self.edit.splitlines())


@dataclass(frozen=True)
class Step:
    """One step of the data's way with the rows that went in and came out.

    `dropped` counts the rows that went in and did not come out, by reason.
    """

    name: str
    rows_in: int
    rows_out: int
    detail: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)

    def as_plain(self) -> PlainStep:
        """The step as JSON values."""
        return cast(PlainStep, vars(self))


@dataclass(frozen=True)
class Table:
    """The collected data, one row per example. `parts` names the table of each row, `rows` its row in the first table's
    source. `origin` maps each source to its SHA-256, `clean` are the steps of cleaning as the rows decided them."""

    frame: pd.DataFrame
    parts: np.ndarray | None = None
    origin: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    steps: tuple[Step, ...] = ()
    rows: SourceRows | None = None
    clean: tuple[object, ...] = ()

    @property
    def source_rows(self) -> SourceRows:
        """Where each row stands in what the first table was read from; as they come, where nothing says otherwise."""
        return self.rows or rows_read(self.frame)


@dataclass(frozen=True)
class Split:
    """Row positions of each part, ascending. No row is in two parts."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    by: str


@dataclass(frozen=True)
class InputSpec:
    """One input of the network.

    `shape` is of one example, without the batch. For integer codes `levels` is the number of different
    codes over all columns (of a text: its words); for numbers it is 0. `kind` says what it is made of.
    """

    name: str
    shape: tuple[int, ...]
    dtype: Literal["float32", "int32", "uint8"]
    columns: tuple[str, ...]
    levels: int = 0
    kind: Literal["columns", "text", "image", "sequence", "series", "known"] = "columns"


@dataclass(frozen=True)
class TargetSpec:
    """One output of the network: what it predicts.

    `classes` are as written in the data, in order; of clusters found they are 1, 2, and so on. `columns` are those of a
    target made of several: labels that may each be there, or series that are forecast together over `horizon` steps.
    `quantiles` are those to predict. `width` is the count of numbers that a network without a target gives back.
    A row is called positive where its probability is above the `threshold`; the logits of classes are divided by the
    `temperature`. Neither changes the network: two targets that differ in them alone are equal.
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

    def labels(self, scores: np.ndarray, thresholds: np.ndarray | None = None) -> np.ndarray:
        """What scores say: the class or cluster of each row, from 0, 0 or 1 of each label, or the number (the median).

        Shapes: scores as in Predictions; `thresholds` (rows,) in place of the target's own.
        """
        if self.task in {"binary", "multilabel"}:
            border = self.threshold if thresholds is None else thresholds
            above: np.ndarray = (scores[:, 1] if self.task == "binary" else scores) > border
            return above.astype(int)
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
        """What a menu may take from: each input, and the codes of each text."""
        codes = [f"{spec.name}_codes" for spec in self.inputs if spec.kind == "text"]
        return (*(spec.name for spec in self.inputs), *codes)


@dataclass(frozen=True)
class Features:
    """The columns in plain form, for models that do their own scaling (the baselines).

    Shapes:
        numbers: (rows, columns), float64, NaN where missing.
        codes: (rows, columns), int64 from 0; `levels` counts the codes of each column.
        texts: (rows,) texts by column.
        wide: (rows, many) numbers by column: pixels of images, summaries of sequences.
        history: (rows, window, columns) of what is forecast, in its own unit; `season_ago` (rows, horizon, columns) is
            what each step was when its season was last known, NaN where that is before the series begins.
        units: (rows, columns) by name, of what is forecast: `center` and `scale` are the mean and standard deviation
            of the series' training rows, `naive` the mean error in them of a forecast that repeats the last season.
        points: (rows, width), float64, where there is no target: all columns as numbers, each counting the same.
    """

    numbers: np.ndarray
    codes: np.ndarray
    levels: tuple[int, ...]
    texts: Mapping[str, np.ndarray] = field(default_factory=dict)
    wide: Mapping[str, np.ndarray] = field(default_factory=dict)
    history: np.ndarray | None = None
    season_ago: np.ndarray | None = None
    points: np.ndarray | None = None
    units: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrays:
    """One part of the data as the network takes it.

    Shapes:
        inputs: (rows, *shape) by the input's name.
        targets: (rows, *shape of the target) by the target's key; float32 (0 or 1, standardised number) or int32
            (class).
        truth: (rows,) by the target's name: class positions, or the number in its own unit; (rows, labels) of 0 and 1;
            (rows, horizon, columns) of a forecast; (rows, width), the points, where there is no target.
        weights: (rows,) float32, how much each row counts in the loss, with a mean of 1 over the training rows;
            None where all count the same.
        blocks: (rows,) of whole numbers: rows of one block are not independent; None where all are.
        labels: (rows,) of texts, None where missing: what clusters are held against, never learned from.

    Windows of series are cut when they are read: such arrays are sliced like those of NumPy, and have their `shape`,
    `dtype`, `nbytes` and length; `np.asarray` makes them whole. Of a table larger than memory the training rows lie in
    files, and `features` has none of them.
    """

    inputs: Mapping[str, np.ndarray]
    targets: Mapping[str, np.ndarray]
    truth: Mapping[str, np.ndarray]
    features: Features
    weights: np.ndarray | None = None
    blocks: np.ndarray | None = None
    labels: np.ndarray | None = None

    @property
    def rows(self) -> int:
        """Examples in this part."""
        return len(next(iter(self.inputs.values())))


@dataclass(frozen=True)
class Predictions:
    """What a model says of one target for some rows.

    Shapes:
        truth: (rows,): class positions, or numbers in the target's own unit; (rows, labels) of 0 and 1;
            (rows, horizon, columns) of a forecast; (rows, width), the points, where there is no target.
        scores: (rows, classes) probabilities for a class target, (rows, labels) for labels; (rows,) numbers for
            regression, (rows, quantiles), (rows, horizon, columns); (rows, clusters), the highest of its own cluster.
        units: (rows, columns) by name: what the errors of a forecast are measured in.
        blocks: (rows,): rows of one block are not independent.
        reference: (rows,) texts, None where missing: what clusters are held against.
        thresholds: (rows,): above which probability each row is called positive, where folds have chosen their own.
    """

    target: TargetSpec
    truth: np.ndarray
    scores: np.ndarray
    units: Mapping[str, np.ndarray] = field(default_factory=dict)
    blocks: np.ndarray | None = None
    reference: np.ndarray | None = None
    thresholds: np.ndarray | None = None

    @property
    def labels(self) -> np.ndarray:
        """The predicted class or cluster of each row, from 0, 0 or 1 of each label, or the number (the median)."""
        return self.target.labels(self.scores, self.thresholds)


@dataclass(frozen=True)
class Interval:
    """A score with the bounds that hold it in 95 of 100 resamplings of the test rows."""

    value: float
    low: float
    high: float

    def as_plain(self) -> PlainInterval:
        """The interval as JSON takes it."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Score:
    """One metric of one target for the network and for each baseline, and whether more is better (None: neither)."""

    target: str
    metric: str
    greater_is_better: bool | None
    network: Interval
    baselines: Mapping[str, Interval]
