"""How far masks overlap.

Shapes: pixels (3, rows, classes) of counts: those that truth and prediction share, those of the truth, and those of the
prediction.
"""

from __future__ import annotations

import numpy as np

from protokit.core.values.arrays import Predictions


def counted(p: Predictions) -> np.ndarray:
    """The pixels of each class in each image. Shapes: -> (3, rows, classes)."""
    said, classes = p.labels, range(len(p.target.classes))
    true = np.stack([(p.truth == one).sum(axis=(1, 2)) for one in classes], axis=1)
    called = np.stack([(said == one).sum(axis=(1, 2)) for one in classes], axis=1)
    both = np.stack([((p.truth == one) & (said == one)).sum(axis=(1, 2)) for one in classes], axis=1)
    return np.stack([both, true, called]).astype(np.float64)


def overlap(share: str, pixels: np.ndarray) -> np.ndarray:
    """Of each class `iou`, the Jaccard index, or `dice`, the F1 score; NaN of those that neither has.

    Shapes: (3, ..., classes) -> (..., classes).
    """
    both, true, called = pixels
    either = true + called
    over, under = (both, either - both) if share == "iou" else (2 * both, either)
    found: np.ndarray = np.divide(over, under, out=np.full(np.shape(over), np.nan), where=under > 0)
    return found


def mean_overlap(share: str, pixels: np.ndarray, often: np.ndarray) -> np.ndarray:
    """The mean over the classes, where each image counts so often. Shapes: often (sets, rows) -> (sets,)."""
    found = overlap(share, np.stack([often @ one for one in pixels]))
    there = np.isfinite(found)
    total, count = np.where(there, found, 0).sum(axis=1), there.sum(axis=1)
    mean: np.ndarray = np.divide(total, count, out=np.full(len(often), np.nan), where=count > 0)
    return mean


def of_each_image(p: Predictions) -> np.ndarray:
    """The mean intersection over union of each image. Shapes: -> (rows,)."""
    each = overlap("iou", counted(p))
    found: np.ndarray = np.nanmean(each, axis=1)
    return found


def per_class(p: Predictions) -> list[dict[str, object]]:
    """Images that have it, precision, recall, Dice and intersection over union of the pixels of each class."""
    pixels = counted(p)
    by = np.ones(len(p.truth)) if p.weights is None else p.weights
    both, true, called = (by @ one for one in pixels)
    iou, dice = (overlap(share, np.stack([both, true, called])) for share in ("iou", "dice"))
    ratio = [np.divide(both, one, out=np.zeros(len(both)), where=one > 0) for one in (called, true)]
    there = (pixels[1] > 0).sum(axis=0)
    return [
        {
            "class": str(one),
            "rows": int(there[i]),
            "precision": float(ratio[0][i]),
            "recall": float(ratio[1][i]),
            "f1": float(np.nan_to_num(dice[i])),
            "iou": float(np.nan_to_num(iou[i])),
        }
        for i, one in enumerate(p.target.classes)
    ]
