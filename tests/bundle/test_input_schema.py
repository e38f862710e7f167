"""A model takes the table as it was before the recipe cleaned it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from protokit.bundle.folder import load
from protokit.bundle.input_schema import InputSchema, lacking
from protokit.collect.column_flow import replay
from protokit.collect.frames import as_frame
from protokit.core.errors import DataError
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.run import run

CLEAN = [
    {"filter": "price is not null"},
    {"derive": {"dear": "price > 100", "size": "rooms * 10", "twice": "size * 2"}},
    {"rename": {"city": "town"}},
    {"replace": {"town": {"NYC": "New York"}}},
    {"cast": {"rooms": "number", "floor": "category"}},
    {"clip": {"twice": [0, 90]}},
    {"drop": ["price", "size"]},
    "drop_duplicates",
]


def rows(count: int = 160) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"rooms": rng.integers(1, 7, count), "floor": rng.integers(0, 12, count)})
    frame["city"] = rng.choice(["NYC", "Rome"], count)
    frame["price"] = 30 * frame["rooms"] + rng.normal(0, 20, count)
    frame["year"] = rng.integers(1900, 2024, count)
    return frame


def test_only_what_the_model_needs_is_done_again() -> None:
    recipe = Recipe.parse({"collect": {"clean": CLEAN}, "represent": {"target": "dear"}})
    steps, columns = replay(recipe.collect, ["twice", "town", "rooms"])
    assert columns == ("city", "rooms")
    assert [next(iter(step)) for step in steps] == ["derive", "rename", "replace", "cast", "clip"]
    assert steps[0] == {"derive": {"size": "rooms * 10", "twice": "size * 2"}}
    assert steps[3] == {"cast": {"rooms": "number"}}
    again = InputSchema.from_plain(json.loads(json.dumps(InputSchema.of(recipe.collect, ["twice", "town"]).as_plain())))
    frame = rows()
    whole = collect(recipe, frame).frame
    alone = again.cleaned(frame[["city", "rooms"]], ["twice", "town"])
    assert whole["town"].isin(["New York", "Rome"]).all() and len(alone) == len(frame)
    expected = (frame["rooms"] * 20).clip(0, 90)
    assert alone["twice"].tolist() == expected.tolist()


def test_a_model_predicts_the_table_it_was_trained_on(tmp_path: Path) -> None:
    recipe = {
        "collect": {"clean": CLEAN},
        "represent": {"target": "dear"},
        "learn": {"epochs": 2},
        "evaluate": {"baselines": []},
    }
    result = run(recipe, rows(), out=tmp_path)
    model = load(result.path / "model")
    assert set(model.columns) == {"city", "floor", "rooms", "year"}
    raw = rows().drop(columns="price")
    predicted = model.predict(raw)
    assert len(predicted) == len(raw)
    pd.testing.assert_frame_equal(predicted, result.model.predict(raw))
    cleaned = raw.assign(twice=(raw["rooms"] * 20).clip(0, 90), town=raw["city"].replace("NYC", "New York"))
    cleaned["floor"] = cleaned["floor"].astype(str)
    pd.testing.assert_frame_equal(model.predict(cleaned.drop(columns="city")), predicted)
    with pytest.raises(DataError, match="the column 'city' is missing"):
        model.predict(raw.drop(columns="city"))


def test_a_table_without_rows_or_a_column_is_refused_in_plain_words() -> None:
    for empty in (pd.DataFrame({"x": []}), {"x": []}, pd.DataFrame()):
        with pytest.raises(DataError, match=r"is empty: it has no (rows|columns)"):
            as_frame(empty)
    schema = InputSchema(("height", "joined"))
    with pytest.raises(DataError, match="2 columns are missing: 'height', 'joined'") as caught:
        schema.cleaned(pd.DataFrame({"Height": [1], "city": ["a"]}), ["height"])
    assert caught.value.cure == "rename 'Height' to 'height', if these are meant, and add the others"
    with pytest.raises(DataError, match="'joined' is missing") as caught:
        schema.cleaned(pd.DataFrame({"height": [1], "city": ["a"]}), ["height"])
    assert caught.value.cure == "add it to the table, which has height, city"


def test_what_was_joined_has_to_be_there(tmp_path: Path) -> None:
    people = pd.DataFrame({"city": ["NYC", "Rome"], "people": [8.0, 2.8]})
    recipe = {
        "collect": {"join": [{"with": "people", "on": "city"}], "clean": [{"derive": {"dear": "price > 100"}}]},
        "represent": {"target": "dear", "columns": {"price": "ignore"}},
        "learn": {"epochs": 1},
        "evaluate": {"baselines": []},
    }
    result = run(recipe, {"rows": rows(), "people": people}, out=tmp_path)
    with pytest.raises(DataError, match="'people' is missing") as caught:
        result.model.predict(rows())
    assert "joined" in str(caught.value)
    assert len(result.model.predict(rows().merge(people, on="city"))) == 160


def test_paths_of_images_start_where_they_are_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    rng = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    names = [f"photos/{i}.png" for i in range(40)]
    for i, name in enumerate(names):
        Image.fromarray(rng.integers(0, 90, (6, 6), dtype=np.uint8) + 150 * (i % 2)).save(tmp_path / name)
    frame = pd.DataFrame({"photo": names, "kind": ["dark", "light"] * 20})
    monkeypatch.chdir(tmp_path)
    menu = ["Flatten", {"Dense": 4}]
    recipe = {"represent": {"target": "kind", "columns": {"photo": "image"}}, "learn": {"epochs": 1, "menu": menu}}
    result = run({**recipe, "evaluate": {"baselines": []}}, frame, out=tmp_path)
    monkeypatch.chdir(tmp_path.parent)
    model = load(result.path / "model")
    with pytest.raises(DataError, match="no such file"):
        model.predict(frame)
    assert len(model.predict(frame, folder=tmp_path)) == 40


def test_no_column_is_meant_for_two_missing_ones_nor_one_that_is_needed() -> None:
    found = lacking(["weight", "height"], ["Weight", "width", "note"], ["weight", "height", "width"], joined=False)
    assert found.cure == "rename 'Weight' to 'weight', if these are meant, and add the others"
    alone = lacking(["weight"], ["height", "wieght"], ["weight", "height"], joined=False)
    assert alone.cure == "rename 'wieght' to 'weight' if it is that one, else add the column"
    assert lacking(["weight"], ["height"], ["weight", "height"], joined=False).cure == (
        "add it to the table, which has height"
    )
