from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from protokit.recipe.recipe import Recipe
from protokit.sets.audit.data import SetData
from protokit.workflow.run.auditing import audit_data
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent

SetOf = Callable[..., SetData]


@pytest.fixture
def set_of() -> SetOf:
    """A set as its own recipe makes it of a frame; nothing is trained."""

    def make(
        name: str, frame: pd.DataFrame, target: str | list[str] = "y", seed: int = 0, **represented: Any
    ) -> SetData:
        data: Mapping[str, Any] = {"seed": seed, "represent": {"target": target, **represented}}
        recipe = Recipe.parse(data)
        table = collected(recipe, frame.reset_index(drop=True))
        return SetData.of(name, audit_data(recipe, table, represent(recipe, table)))

    return make
