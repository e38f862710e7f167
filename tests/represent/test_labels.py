"""Cells of several labels: one separator, found on all rows and said, or refused with the option that names it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import DataError, SpecError
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.labels import parted, separator_of
from protokit.represent.represented import Represented
from protokit.represent.target import TargetEncoder
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.representing import represent


def represented(cells: list[str | None], **more: object) -> Represented:
    frame = pd.DataFrame({"x": np.arange(len(cells)) % 7, "tags": cells})
    recipe = Recipe.parse({"represent": {"target": "tags", **more}, "learn": {"task": "multilabel"}})
    [found] = represent(recipe, collect(recipe, frame))
    return found


def test_one_separator_is_found_and_said() -> None:
    found = represented(["red, dark|large", "large|old", "old|red, dark|large", "red, dark|old", None] * 12)
    assert found.encoder.signature.targets[0].columns == ("large", "old", "red, dark")
    told = [notice for notice in found.notices if "several labels" in notice.rule]
    rule = "'tags' holds several labels in a cell, parted by '|'"
    assert [(n.rule, n.cure) for n in told] == [(rule, 'write represent: {separator: "|"} to say so, or another one')]
    again = Encoder.from_plain(json.loads(json.dumps(found.encoder.as_plain())))
    frame = pd.DataFrame({"x": [1], "tags": ["red, dark"]})
    assert again.arrays(frame).truth["tags"].tolist() == [[0, 0, 1]]


def test_several_separators_are_refused_with_the_option() -> None:
    cells: list[str | None] = ["a,b", "b;c", "a", "c"] * 15
    with pytest.raises(DataError, match=r"parted by ';' in some rows, and ',' stands in 'a,b'") as caught:
        represented(cells)
    assert caught.value.cure == 'write represent: {separator: ";"} or represent: {separator: ","}'
    assert represented(cells, separator=",").encoder.signature.targets[0].columns == ("a", "b", "b;c", "c")
    assert represented(cells, separator=";").encoder.signature.targets[0].columns == ("a", "a,b", "b", "c")
    with pytest.raises(SpecError, match="a separator is a text"):
        Recipe.parse({"represent": {"target": "tags", "separator": 3}})


def test_models_of_before_part_by_any() -> None:
    plain = {"name": "t", "task": "multilabel", "classes": [], "columns": ["a", "b"], "quantiles": [], "center": 0.0}
    encoder = TargetEncoder.from_plain({**plain, "scale": 1.0})
    assert encoder.truth(pd.DataFrame({"t": ["a,b", "b;a", "b"]})).tolist() == [[1, 1], [1, 1], [0, 1]]
    assert "separator" not in encoder.as_plain()


@given(st.lists(st.lists(st.sampled_from(["red", "a b", "old"]), max_size=3), min_size=3), st.sampled_from("|;,/"))
def test_labels_come_back(cells: list[list[str]], separator: str) -> None:
    texts = pd.Series([separator.join(cell) for cell in cells], name="t", dtype=object)
    assert parted(texts, separator) == cells
    found, _ = separator_of(texts, "")
    assert found in (None, separator)
