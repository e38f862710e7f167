"""A schedule: up and down again."""

from __future__ import annotations

import keras

import protokit


@protokit.schedule
def triangle(step: keras.KerasTensor, steps: keras.KerasTensor, low: float = 0.1) -> keras.KerasTensor:
    """From a low rate to the whole one in the middle of the training, and back."""
    return 1 - (1 - low) * keras.ops.abs(2 * step / steps - 1)
