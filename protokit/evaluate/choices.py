"""What is chosen on validation rows once a model is fitted: alike for a network and for a baseline."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate import temperature, thresholds
from protokit.evaluate.temperature import tempered


@dataclass(frozen=True)
class Choices:
    """Whether probabilities are calibrated, and the threshold of two classes or the metric that it is chosen by."""

    calibrate: bool = False
    threshold: float | str = 0.5

    def chosen_by(self, target: TargetSpec) -> str | None:
        """The metric that the threshold of a target is chosen by."""
        return self.threshold if target.has_positive and isinstance(self.threshold, str) else None

    def needs_validation(self, target: TargetSpec) -> bool:
        """Whether something of a target is chosen on validation rows."""
        return target.has_classes and (self.calibrate or self.chosen_by(target) is not None)

    def settled(self, known: Predictions) -> Predictions:
        """Predictions of validation rows with what is best on them: their target holds it."""
        target = self.fixed(known.target)
        if target.has_classes and self.calibrate:
            target = replace(target, temperature=temperature.fitted(known))
            known = replace(known, scores=tempered(known.scores, target.temperature))
        if metric := self.chosen_by(target):
            target = replace(target, threshold=thresholds.chosen(known, metric))
        return replace(known, target=target)

    def fixed(self, target: TargetSpec) -> TargetSpec:
        """A target with the threshold where it is a number."""
        if target.has_positive and isinstance(self.threshold, float):
            return replace(target, threshold=self.threshold)
        return target

    def marked(self, p: Predictions) -> Predictions:
        """Predictions with the threshold beside each row where it was chosen: another part may have another one."""
        if self.chosen_by(p.target) is None:
            return p
        return replace(p, thresholds=np.full(len(p.truth), p.target.threshold))
