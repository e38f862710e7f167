"""Parts that would have a training go uphill, nowhere, or to numbers that are none, are told before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import DataError


def uphill(step: Any, steps: Any) -> Any:
    return 0.5 - step / steps


def broken(step: Any, steps: Any) -> Any:
    return keras.ops.log(step - 10.0)


def of_logarithms(y_true: Any, y_pred: Any) -> Any:
    return keras.ops.mean(keras.ops.square(keras.ops.log(y_true) - y_pred), axis=-1)


@pytest.mark.parametrize(
    ("learn", "rule"),
    [
        ({"schedule": uphill}, r"schedule 'uphill' gives -0.49 at step 99 of 100, and a learning rate is"),
        ({"schedule": broken}, r"schedule 'broken' gives nan at step 0 of 100"),
        ({"loss": of_logarithms}, r"loss 'of_logarithms' is not finite, .* on a truth of -0.5 beside 0.25"),
        (
            {"optimizer": {"Adam": {"gradient_accumulation_steps": 1000}}, "epochs": 2, "batch_size": 32},
            r"learn.optimizer.Adam.gradient_accumulation_steps: gradients of 1000 batches .* has 4\n    write",
        ),
    ],
)
def test_it_is_told_before_anything_is_trained(learn: dict[str, Any], rule: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=80), "b": rng.normal(size=80), "y": rng.normal(size=80)})
    recipe = {"represent": {"target": "y"}, "learn": {"menu": [{"Dense": 4}], "epochs": 1, "networks": 1, **learn}}
    with pytest.raises(DataError, match=f"(?s){rule}"):
        protokit.run(recipe, frame, out=tmp_path)
