"""Records in cells are columns for their keys, in memory, in files and at predict; lists of records are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.collect.files.nested import filled, flattened
from protokit.core.errors import DataError
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent

PLACES: list[Any] = [
    {"city": "Rome", "at": {"lat": 41.9, "long": 12.5}, "tags": ["a", "b"]},
    {"city": "Oslo", "at": {"lat": 59.9, "long": None}, "tags": []},
    None,
    {"city": None, "at": None},
]
FLAT = ["place.city", "place.at.lat", "place.at.long", "place.tags"]


def table(places: list[Any] = PLACES, rows: int = 80) -> pd.DataFrame:
    cells = pd.Series((places * rows)[:rows], dtype=object)
    return pd.DataFrame({"x": np.arange(rows) % 7 / 2, "place": cells, "y": np.arange(rows) // 4 % 2})


def recipe(**more: Any) -> Recipe:
    return Recipe.parse({"represent": {"target": "y"}, **more})


@pytest.mark.parametrize("form", ["pandas", "records", "texts", "json", "jsonl", "parquet"])
def test_records_are_columns_wherever_they_come_from(form: str, tmp_path: Path) -> None:
    frame = table()
    given: Any = frame
    more: dict[str, Any] = {}
    if form == "records":
        given = frame.to_dict("records")
    elif form == "texts":
        given = frame.assign(place=frame["place"].map(json.dumps, na_action="ignore"))
    elif form != "pandas":
        path, given = tmp_path / f"t.{form}", None
        if form == "parquet":
            frame.to_json(tmp_path / "t.json", orient="records")
            duckdb.sql(f"copy (from read_json('{tmp_path / 't.json'}')) to '{path}'")
        else:
            frame.to_json(path, orient="records", lines=form == "jsonl")
        more = {"collect": {"tables": {"t": str(path)}}}
    said = recipe(**more)
    found = collected(said, given)
    assert [*found.frame.columns] == ["x", *FLAT, "y"]
    assert found.frame["place.at.lat"].head(4).tolist()[:2] == [41.9, 59.9]
    assert found.frame["place.at.long"].isna().tolist()[:4] == [False, True, True, True]
    told = next(notice for notice in found.notices if notice.columns == ("place",))
    shown = "'place.city', 'place.at.lat', 'place.at.long' and 1 more"
    assert told.rule == f"'place' holds records, whose keys are the columns {shown}"
    assert told.cure == "columns: {place: ignore} leaves them out"
    assert not any("'place': lists or mappings" in notice.rule for notice in found.notices)
    [fold] = represent(said, found)
    assert fold.encoder.kinds["place.city"] == "category" and fold.encoder.kinds["place.at.lat"] == "number"
    assert fold.encoder.kinds["place.tags"] == "set"


def test_a_column_that_the_recipe_names_stays_whole() -> None:
    texts = table([json.dumps(one) if one else None for one in PLACES])
    derive = {"collect": {"clean": [{"derive": {"city": "json_extract_string(place, '$.city')"}}]}}
    found = collected(recipe(**derive), texts).frame
    assert [*found.columns] == ["x", "place", "y", "city"] and found["city"].iloc[1] == "Oslo"
    ignored = Recipe.parse({"represent": {"target": "y", "columns": {"place": "ignore"}}})
    [fold] = represent(ignored, collected(ignored, table()))
    assert fold.encoder.kinds == {"x": "number"}
    as_text = Recipe.parse({"represent": {"target": "y", "columns": {"place": "category"}}})
    assert [*collected(as_text, texts).frame.columns] == ["x", "place", "y"]
    named = recipe(collect={"clean": [{"filter": '"place.at.lat" > 50'}]})
    assert len(collected(named, table()).frame) == 20


def test_keys_can_be_named_in_the_recipe_of_a_file(tmp_path: Path) -> None:
    table().to_json(tmp_path / "t.json", orient="records")
    data = {"collect": {"tables": {"t": str(tmp_path / "t.json")}}}
    said = Recipe.parse({**data, "represent": {"target": "y", "columns": {"place.at.lat": "category"}}})
    [fold] = represent(said, collected(said))
    assert fold.encoder.kinds["place.at.lat"] == "category"


def test_keys_that_are_values_and_names_that_are_there_are_no_columns() -> None:
    users = table([{f"u{i + k}": k for k in range(2)} for i in range(80)])
    found, [told] = flattened(users, lambda name: False)
    assert [*found.columns] == ["x", "place", "y"]
    assert told.rule == "'place' holds records of 81 different keys, and stays as it is"
    doubled = table().assign(**{"place.city": 1})
    found, [told] = flattened(doubled, lambda name: False)
    assert "place" in found.columns and told.rule.endswith("stays as it is: there is a column 'place.city'")


def test_lists_of_records_are_refused_with_the_join_that_reads_them() -> None:
    items = table([[{"sku": "a", "price": 2.0}], [], [{"sku": "b", "price": 1.0}, {"sku": "a", "price": 2.0}]])
    said = recipe()
    [fold] = represent(said, collected(said, items))
    [told] = [notice for notice in fold.notices if notice.columns == ("place",)]
    assert told.rule == "'place' is left out: lists of records, which are rows of another table"
    join = "collect: {join: [{with: place, on: KEY, aggregate: {NEW: 'count(*)'}}]}"
    assert told.cure is not None and told.cure.endswith(join)
    asked = Recipe.parse({"represent": {"target": "y", "columns": {"place": "set"}}})
    with pytest.raises(DataError, match=r"column 'place', row 1: .* is not a list of single values") as caught:
        represent(asked, collected(asked, items))
    assert caught.value.cure == told.cure


def test_a_later_table_has_records_or_columns() -> None:
    later = table([{"city": "Lima"}, None], rows=2)
    found = filled(later, ["x", "place.city", "place.at.lat", "other.key"])
    assert found["place.city"].tolist() == ["Lima", None] and found["place.at.lat"].isna().all()
    assert "other.key" not in found.columns
    assert filled(table([None], rows=2), ["place.city"])["place.city"].isna().all()
    flat = pd.DataFrame({"place.city": ["Rome"]})
    assert filled(flat, ["place.city"]) is flat


ANY = st.recursive(
    st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=3), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.text(max_size=2), st.integers()), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.lists(ANY, min_size=1, max_size=6), st.booleans())
def test_any_cell_is_flattened_or_stays(cells: list[Any], as_texts: bool) -> None:
    values = [json.dumps(cell) for cell in cells] if as_texts else cells
    frame = pd.DataFrame({"a": pd.Series(values, dtype=object), "x": 1.0})
    found, _ = flattened(frame, lambda name: False)
    assert len(found) == len(frame) and "x" in found.columns
    assert ("a" in found.columns) != any(name.startswith("a.") for name in found.columns)
    wanted = [name for name in found.columns if name.startswith("a.")]
    pd.testing.assert_frame_equal(filled(frame, wanted)[wanted], found[wanted])


def test_records_as_python_writes_them_beside_empty_texts_are_columns() -> None:
    cells = ["{'a': 1, 'b': np.float64(0.5)}", "", "{'a': None, 'b': nan}"]
    found, [notice] = flattened(pd.DataFrame({"x": cells}), lambda _: False)
    assert list(found.columns) == ["x.a", "x.b"] and "holds records" in notice.rule
    assert found["x.a"].tolist()[0] == 1 and found.isna().sum().tolist() == [2, 2]
