"""Losses of masks."""

from __future__ import annotations

import numpy as np
import pytest

from protokit.learn.masks.losses import CrossEntropy, DiceAndCrossEntropy

TRUTH = np.array([[[0, 1], [1, 1]], [[0, 0], [0, 0]]], np.int32)


def said(sure: float) -> np.ndarray:
    """Probabilities of which that of the true class is so high. Shapes: -> (2, 2, 2, 3)."""
    found = np.full((2, 2, 2, 3), (1 - sure) / 2, np.float32)
    np.put_along_axis(found, TRUTH[..., None], sure, axis=-1)
    return found


def test_the_cross_entropy_is_the_mean_over_the_pixels_of_a_row() -> None:
    by_row = np.asarray(CrossEntropy().call(TRUTH, said(0.8)))
    assert by_row == pytest.approx([-np.log(0.8)] * 2, rel=1e-5)


def test_dice_is_0_where_the_masks_are_alike_and_counts_each_class() -> None:
    right = np.asarray(DiceAndCrossEntropy().call(TRUTH, said(1.0)))
    assert right == pytest.approx([0, 0], abs=1e-5)
    wrong = np.asarray(DiceAndCrossEntropy().call(TRUTH, said(0.4))) - np.asarray(CrossEntropy().call(TRUTH, said(0.4)))
    both, each = np.array([0.4, 1.2, 0.0]), np.array([1 + 1.3, 3 + 1.5, 0 + 1.2])
    assert wrong[0] == pytest.approx(1 - np.mean((2 * both + 1) / (each + 1)), rel=1e-5)
