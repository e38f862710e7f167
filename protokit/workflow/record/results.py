"""What training and evaluation give to the run's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from protokit.bundle.model import Part
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Notice
from protokit.core.values.scores import Score
from protokit.evaluate.verdict import Verdict
from protokit.learn.train import Trained
from protokit.workflow.record.contents import Details, Threshold


@dataclass(frozen=True)
class Networks:
    """The parts of the model, one for each fold, and how each of their networks came to be, by fold and seed.

    `notices` are what was decided once they were trained, `thresholds` those chosen, by target.
    """

    parts: tuple[Part, ...]
    trained: tuple[tuple[Trained, ...], ...]
    notices: tuple[Notice, ...] = ()
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """The predictions of all test rows by target, how good they are, and, with folds, the scores of each fold.

    `baselines` are the predictions of the same rows by target and by the baseline's name, `details` what else there is
    to say, as `metrics.json` has it.
    """

    predictions: Mapping[str, Predictions]
    baselines: Mapping[str, Mapping[str, Predictions]]
    scores: tuple[Score, ...]
    verdicts: tuple[Verdict, ...]
    folds: tuple[Mapping[str, float], ...]
    details: Details = field(default_factory=lambda: Details())
