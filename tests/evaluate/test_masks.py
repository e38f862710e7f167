"""Scores of masks, against scikit-learn's of all pixels together."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from protokit.core.values.arrays import Features, Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.estimators import masks as baselines
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.scoring import masks
from protokit.testing.metric import predictions


def test_overlaps_are_those_of_all_pixels_together() -> None:
    p = predictions("segmentation", 30, 4)
    true, said = p.truth.reshape(-1), p.labels.reshape(-1)
    assert METRICS["mean_iou"](p) == pytest.approx(sk.jaccard_score(true, said, average="macro"))
    assert METRICS["mean_dice"](p) == pytest.approx(sk.f1_score(true, said, average="macro"))
    assert METRICS["pixel_accuracy"](p) == pytest.approx(sk.accuracy_score(true, said))
    found = masks.per_class(p)
    assert [one["iou"] for one in found] == pytest.approx(list(sk.jaccard_score(true, said, average=None)))
    assert [one["recall"] for one in found] == pytest.approx(list(sk.recall_score(true, said, average=None)))


def test_a_class_that_neither_mask_has_does_not_count() -> None:
    target = TargetSpec("m", "segmentation", (0, 1, 2), ("m", "photo"), size=(1, 2))
    truth = np.array([[[0, 1]]])
    p = Predictions(target, truth, np.eye(3, dtype=np.float32)[truth])
    assert METRICS["mean_iou"](p) == 1
    assert masks.of_each_image(p).tolist() == [1]


def test_a_linear_model_takes_each_pixel_by_its_own_value() -> None:
    r = np.random.default_rng(0)
    photos = r.integers(0, 256, (20, 6, 5)).astype(np.uint8)
    truth = (photos > 128).astype(np.uint8)
    target = TargetSpec("m", "segmentation", (0, 255), ("m", "photo"), size=(6, 5))
    none = np.zeros((20, 0))
    features = Features(none, none.astype(np.int64), (), wide={"photo": photos.reshape(20, -1)})
    scores = baselines.linear(features, truth, target, 0).scores(features)
    assert scores.shape == (20, 6, 5, 2) and (scores.argmax(-1) == truth).mean() > 0.95
    often = baselines.dummy(truth, target, np.arange(20.0)).scores(features)
    assert often[0, ..., 1] == pytest.approx(np.average(truth, axis=0, weights=np.arange(20.0)), abs=1e-6)
