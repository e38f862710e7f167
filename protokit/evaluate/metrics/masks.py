"""Metrics of masks: of all pixels of all images together, with intervals over images."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import METRICS, Metric

if TYPE_CHECKING:
    import numpy as np

    from protokit.evaluate.scoring.resampled import Fast


class _OfOverlap(Metric):
    """A mean over the classes of how far two masks overlap. Classes that neither mask has do not count."""

    tasks = ("segmentation",)
    bounds = (0.0, 1.0)
    share: ClassVar[str]

    @property
    def weighs(self) -> bool:
        """See Metric."""
        return True

    def score(self, predictions: Predictions) -> float:
        """See Metric."""
        import numpy as np

        from protokit.evaluate.scoring import masks

        rows = len(predictions.truth)
        by = np.ones(rows) if predictions.weights is None else predictions.weights
        return float(masks.mean_overlap(self.share, masks.counted(predictions), by[None])[0])

    def fast(self, predictions: Predictions) -> Fast | None:
        """See Metric."""
        from protokit.evaluate.scoring import masks

        pixels = masks.counted(predictions)
        return lambda _, counts: masks.mean_overlap(self.share, pixels, counts)


@METRICS.add
class MeanIou(_OfOverlap):
    """The Jaccard index."""

    name = "mean_iou"
    about = "The pixels that truth and prediction share, by those that either has, mean over the classes."
    share = "iou"
    rank = 300


@METRICS.add
class MeanDice(_OfOverlap):
    """The F1 score of pixels."""

    name = "mean_dice"
    about = "Twice the pixels that truth and prediction share, by those of both, mean over the classes."
    share = "dice"
    rank = 301


@METRICS.add
class PixelAccuracy(Metric):
    """The share of pixels of each image."""

    name = "pixel_accuracy"
    about = "The share of the pixels of an image whose class is right."
    tasks = ("segmentation",)
    bounds = (0.0, 1.0)
    rank = 302

    def per_row(self, predictions: Predictions) -> np.ndarray | None:
        """See Metric."""
        found: np.ndarray = (predictions.labels == predictions.truth).mean(axis=(1, 2))
        return found
