from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from protokit.core.values.said import Finding
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.auditing import audit
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.representing import represent

Audited = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def audited() -> Audited:
    """What the audit finds in a frame, as a run would have it; nothing is trained."""

    def find(
        frame: pd.DataFrame | None,
        target: str | list[str],
        *,
        tables: dict[str, Any] | None = None,
        derived: Mapping[str, Sequence[str]] | None = None,
        task: str | None = None,
        **represented: Any,
    ) -> tuple[Finding, ...]:
        data = {
            "collect": {"tables": tables or {}},
            "represent": {"target": target, **represented},
            "learn": {"task": task},
        }
        recipe = Recipe.parse(data)
        table = collect(recipe, frame)
        return audit(recipe, table, represent(recipe, table), derived)

    return find
