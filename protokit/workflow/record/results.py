"""What training and evaluation give to the run's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from protokit.bundle.part import Part
from protokit.core.values.arrays import Arrays, Predictions
from protokit.core.values.said import Notice
from protokit.core.values.scores import Score
from protokit.evaluate.pooling import pooled
from protokit.evaluate.verdict import Verdict
from protokit.learn.train import Trained
from protokit.represent.represented import Represented
from protokit.workflow.record.contents import Details, Threshold


@dataclass(frozen=True)
class Networks:
    """The parts of the model, one for each fold, and how each of their networks came to be, by fold and seed.

    `notices` are what was decided once they were trained, `thresholds` those chosen, by target. `dealt` are the rows of
    each, where they have different validation rows.
    """

    parts: tuple[Part, ...]
    trained: tuple[tuple[Trained, ...], ...]
    notices: tuple[Notice, ...] = ()
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    dealt: tuple[tuple[Represented, ...], ...] = ()

    @property
    def first(self) -> Part:
        """The first part, of those networks that its validation rows can judge: that have not learned from them."""
        part = self.parts[0]
        return replace(part, weights=part.weights[:1]) if self.dealt else part

    def on_validation(self, part: int, rows: Arrays) -> Mapping[str, Predictions]:
        """What a part says of the validation rows; of those that are dealt, each network of its own ones."""
        whole = self.parts[part]
        if not self.dealt:
            return whole.predictions(rows)
        each = [
            replace(whole, weights=(weights,)).predictions(own.validation)
            for weights, own in zip(whole.weights, self.dealt[part], strict=True)
        ]
        return {name: pooled([one[name] for one in each]) for name in each[0]}


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
