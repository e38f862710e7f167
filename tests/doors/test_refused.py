"""What does not go into a file is refused by its name, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.doors.arithmetic.of_keras import OfKeras
from protokit.doors.graph.columns.of_kind import raw_column
from protokit.doors.graph.scaling import checked
from protokit.doors.plan import Plan
from protokit.learn.clustering.clusters import Clusters
from protokit.represent.encoders.scaling.scaler import ColumnScale, Scaler
from protokit.represent.kinds.category import Category
from protokit.represent.kinds.date import Date
from protokit.represent.kinds.number import Number
from protokit.represent.kinds.times.period import Period

Models = Callable[[str], Any]


def test_a_kind_is_refused_by_name() -> None:
    with pytest.raises(SpecError, match="'month' is of the kind 'period', which does not go into a file") as caught:
        raw_column(Period("month", "month"), ())
    assert "columns: {month: ignore}" in str(caught.value) and "to_keras()" in str(caught.value)


def test_an_empty_text_that_is_a_level_is_refused() -> None:
    with pytest.raises(SpecError, match="'city' has the empty text as a level"):
        raw_column(Category("city", ("", "Oslo"), ()), ())


def test_dates_and_scalers_of_earlier_versions_are_refused() -> None:
    with pytest.raises(SpecError, match="'born' is a date of an earlier version"):
        raw_column(Date("born", False), ())


def test_marks_of_a_recipe_are_missing_cells() -> None:
    column = raw_column(Category("city", ("Oslo", None), ()), ("?", "Oslo"))
    assert column.marks == ("?",)


def test_marks_that_are_numbers_are_missing_numbers() -> None:
    column = raw_column(Number("age"), ("?", "-999"))
    assert column.missing_too == [-999.0]
    given = keras.Input((1,), dtype="float64")
    made = keras.Model(given, column.made(OfKeras(), given))(np.array([[-999.0], [3.0]]))
    assert np.isnan(made[0, 0]) and made[1, 0] == 3.0


def test_numbers_beyond_32_bits_are_refused() -> None:
    scaler = Scaler((ColumnScale.fit(np.linspace(0, 1e45, 200)),))
    with pytest.raises(SpecError, match="beyond those of 32 bits"):
        checked(scaler)


def test_clusters_and_targets_of_other_forms_are_refused(model: Models, tmp_path: Path) -> None:
    one = model("default")
    [part] = one.parts
    clusters = replace(one, parts=(replace(part, clusters=Clusters("kmeans", ((0.0,), (1.0,)))),))
    with pytest.raises(SpecError, match="clusters do not go into a file"):
        Plan.of(clusters)
    spec = replace(part.encoder.targets[0].spec, task="segmentation")
    other = replace(part.encoder, targets=(replace(part.encoder.targets[0], spec=spec),))
    with pytest.raises(SpecError, match="'species' is one of the task segmentation, which does not go into a file"):
        replace(one, parts=(replace(part, encoder=other),)).export(tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())
