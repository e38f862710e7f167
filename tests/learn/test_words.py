"""What may be written under `learn`: reader and JSON Schema say the same of optimizers, losses and engines."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from protokit.core.errors import SpecError
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema

VALIDATOR = jsonschema.Draft202012Validator(schema())


def recipe(learn: dict[str, Any]) -> dict[str, Any]:
    return {"represent": {"target": "y"}, "learn": learn}


@pytest.mark.parametrize(
    "learn",
    [
        {"optimizer": "Adam"},
        {"optimizer": "adam_w"},
        {"optimizer": {"Adam": 0.1}},
        {"optimizer": {"Adam": None}},
        {"optimizer": {"Adam": {"learning_rate": 0.1, "clipnorm": 1.0, "use_ema": False}}},
        {"optimizer": {"Adam": {"learning_rate": {"float": [0.1, 0.2]}}}},
        {"loss": "huber"},
        {"loss": None},
        {"loss": {"Huber": {"delta": 0.5}}},
        {"engine": "auto"},
        {"engine": "keras"},
        {"menu": "tabular"},
        {"menu": [{"Dense": 8}, "Flatten"]},
    ],
)
def test_what_is_right_is_right_in_both(learn: dict[str, Any]) -> None:
    Recipe.parse(recipe(learn))
    assert VALIDATOR.is_valid(recipe(learn))


@pytest.mark.parametrize(
    "learn",
    [
        {"optimizer": "Adm"},
        {"optimizer": None},
        {"optimizer": {"Adam": {"lr": 0.1}}},
        {"optimizer": {"Adam": {"clipnorm": "high"}}},
        {"optimizer": {"Adam": {"use_ema": 1}}},
        {"optimizer": {"Adam": 0.1, "SGD": 0.1}},
        {"optimizer": {}},
        {"loss": "Hubr"},
        {"loss": {"Huber": {"delt": 0.5}}},
        {"engine": "fusd"},
        {"engine": None},
        {"engine": ["fused"]},
        {"menu": "tabula"},
        {"menu": [{"Dense": {"units": 8, "activation": "rleu"}}]},
    ],
)
def test_what_is_wrong_is_wrong_in_both(learn: dict[str, Any]) -> None:
    with pytest.raises(SpecError):
        Recipe.parse(recipe(learn))
    assert not VALIDATOR.is_valid(recipe(learn))
