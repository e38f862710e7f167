"""Arguments whose types are right and which Keras refuses are told as errors of the recipe."""

from __future__ import annotations

from typing import Any

import pytest

from protokit.core.errors import DataError
from protokit.learn.parts.made import of_keras
from protokit.menu import catalogue

WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    ("optimizers", "Adam", {"clipnorm": 1, "clipvalue": 1}, "learn.optimizer: Adam cannot be made of .*Only one of"),
    ("metrics", "Precision", {"thresholds": 7}, "learn.metrics: Precision cannot be made of .*Threshold values"),
    ("metrics", "AUC", {"num_thresholds": 0}, "learn.metrics: AUC cannot be made of .*num_thresholds"),
    ("schedules", "CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 0}, "learn.schedule: .*decay_steps"),
    ("schedules", "PiecewiseConstantDecay", {"boundaries": [1], "values": [1]}, "learn.schedule: .*boundaries"),
]


@pytest.mark.parametrize(("section", "name", "arguments", "told"), WRONG, ids=lambda given: None)
def test_what_keras_refuses_is_told_with_the_word(
    section: str, name: str, arguments: dict[str, Any], told: str
) -> None:
    entry = catalogue.find(section, name)
    assert entry is not None
    with pytest.raises(DataError, match=told):
        of_keras(entry, arguments)
