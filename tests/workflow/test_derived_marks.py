"""A text among the numbers of a derived column: no table has it, so that no mark of a table is met in it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from protokit.core.errors import DataError
from protokit.core.values.said import Notice
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent

FRAME = pd.DataFrame({"x": [i * 1.5 for i in range(60)], "y": ["a", "b", "b"] * 20})


def told(target: str = "y", *more: dict[str, Any]) -> list[Notice]:
    clean = [{"derive": {"w": "if(x > 80, 'hi', x)"}}, {"rename": {"w": "z"}}, *more]
    recipe = Recipe.parse({"collect": {"clean": clean}, "represent": {"target": target}})
    [found] = represent(recipe, collected(recipe, FRAME))
    return [one for one in (*found.notices,) if "z" in one.columns]


def test_the_cure_of_a_text_among_derived_numbers_is_a_step_after_it() -> None:
    [one] = [one for one in told() if "hi" in one.rule]
    assert one.cure == 'after it is derived, collect: {clean: [{replace: {z: {"hi": null}}}]}'
    after = told("y", {"replace": {"z": {"hi": None}}})
    assert not any("hi" in one.rule or "left out" in one.rule for one in after)


def test_so_is_that_of_a_derived_target() -> None:
    with pytest.raises(DataError, match=r'replace: \{z: \{"hi": null\}\}'):
        told("z")
