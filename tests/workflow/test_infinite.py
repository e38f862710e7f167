"""Cells such as inf: told as missing where they are texts, refused where they are numbers; in whatever row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.errors import DataError
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.auditing import audit
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent


def rows(tmp_path: Path, text: str, whole: bool, numeric: bool, columns: dict[str, str]) -> Recipe:
    rng = np.random.default_rng(0)
    cells = [str(i) if whole else f"{rng.normal():.4f}" for i in range(60)]
    cells[5:8] = [text] * 3
    y = [f"{rng.normal():.3f}" if numeric else str(i % 2) for i in range(60)]
    lines = "".join(f"{x},{i % 3},{target}\n" for i, (x, target) in enumerate(zip(cells, y, strict=True)))
    (tmp_path / "t.csv").write_text("x,k,y\n" + lines)
    plain: dict[str, Any] = {"collect": {"tables": {"t": str(tmp_path / "t.csv")}}, "represent": {"target": "y"}}
    plain["represent"]["columns"] = columns
    return Recipe.parse(plain)


@pytest.mark.parametrize("numeric", [True, False])
@pytest.mark.parametrize("columns", [{}, {"x": "number"}])
@pytest.mark.parametrize(("text", "whole"), [("inf", False), ("-Infinity", False), ("Infinity", True)])
def test_texts_of_infinite_numbers_are_told_as_missing(
    tmp_path: Path, text: str, whole: bool, columns: dict[str, str], numeric: bool
) -> None:
    recipe = rows(tmp_path, text, whole, numeric, columns)
    table = collected(recipe)
    folds = represent(recipe, table)
    audit(recipe, table, folds)  # whose trees know no infinite number
    told = "\n".join(str(one) for one in folds[0].notices if "x" in one.columns)
    assert "like an ID" in told if whole and not columns else f"read as missing (3, e.g. {text!r})" in told


def test_infinite_numbers_are_refused_with_a_cure_that_works(tmp_path: Path) -> None:
    recipe = rows(tmp_path, "inf", False, False, {})
    frame = pd.read_csv(tmp_path / "t.csv")
    with pytest.raises(DataError, match="'inf' is not a finite number") as caught:
        represent(recipe, collected(recipe, frame))
    assert "`missing:` of the table" in str(caught.value)
    marked = {"csv": str(tmp_path / "t.csv"), "missing": ["inf"]}
    recipe = Recipe.parse({"collect": {"tables": {"t": marked}}, "represent": {"target": "y"}})
    table = collected(recipe, frame)
    assert int(table.frame["x"].isna().sum()) == 3
    represent(recipe, table)
