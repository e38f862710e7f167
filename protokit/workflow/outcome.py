"""What training and evaluation give to the run's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.core.values import Notice, Predictions, Score

if TYPE_CHECKING:
    from protokit.bundle.model import Part
    from protokit.evaluate.verdict import Verdict
    from protokit.learn.train import Trained


@dataclass(frozen=True)
class Networks:
    """The parts of the model, one for each fold, and how each of their networks came to be, by fold and seed.

    `notices` are what was decided once they were trained.
    """

    parts: tuple[Part, ...]
    trained: tuple[tuple[Trained, ...], ...]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Results:
    """The predictions of all test rows by target, how good they are, and, with folds, the scores of each fold."""

    predictions: Mapping[str, Predictions]
    scores: tuple[Score, ...]
    verdicts: tuple[Verdict, ...]
    folds: tuple[Mapping[str, float], ...]
