from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import protokit


def test_a_look_at_a_file_says_what_each_column_is_and_holds(people: Path) -> None:
    view = protokit.table(people)
    kinds = {column.name: column.kind for column in view.columns}
    assert kinds == {
        "id": None, "height": "number", "city": "category", "member": "boolean", "joined": "date", "planet": None,
        "empty": None, "bought": "boolean",
    }  # fmt: skip
    frame = pd.read_csv(people)
    by_name = {column.name: column for column in view.columns}
    assert by_name["height"].missing == frame["height"].isna().sum()
    assert by_name["joined"].different == frame["joined"].nunique()
    assert by_name["joined"].span.startswith("2024-01-01 to 2024-12-2")
    shares = view.frame["city"].value_counts(normalize=True)
    assert by_name["city"].span.startswith(f"{shares.index[0]} ({shares.iloc[0]:.0%})")
    assert len(view) == 240 and view.frame.shape == (240, 8)
    text = str(view)
    assert "240 rows, 8 columns" in text and "'planet' would be left out: constant" in text and "people.csv" in text
    assert set(view._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_a_look_at_a_recipe_is_of_the_joined_and_cleaned_table(root: Path) -> None:
    view = protokit.table(root / "recipes" / "shop.yaml")
    assert view.name == "shop" and view.targets == ("left_us",)
    assert "days_quiet" in view.frame.columns and "last_order" not in view.frame.columns
    assert view.steps[0].name.startswith("read")
    assert "left_us" in str(view) and "target" in str(view)
    same = protokit.table(protokit.Recipe.read(root / "recipes" / "shop.yaml"))
    pd.testing.assert_frame_equal(same.frame, view.frame)


def test_a_look_at_a_frame_with_cells_of_any_kind() -> None:
    frame = pd.DataFrame(
        {"list": [[1], [2]], "bytes": [b"ab", b"c"], "none": [None, None], "when": pd.to_datetime(["2024-01-01"] * 2)}
    )
    view = protokit.table(frame)
    assert view.name == "table" and "2 rows, 4 columns" in str(view)
    assert {c.name: c.span for c in view.columns}["none"] == ""
    with pytest.raises(protokit.DataError):
        protokit.table("nowhere.csv")
    with pytest.raises(protokit.SpecError):
        protokit.table({"represent": {"targt": "y"}})


def test_a_recipe_shows_what_it_will_do(root: Path) -> None:
    for path in sorted((root / "recipes").glob("*.yaml")):
        shown = protokit.Recipe.read(path)._repr_mimebundle_()
        assert path.stem in shown["text/plain"] and "<table" in shown["text/html"]
    text = protokit.Recipe.read(root / "recipes" / "sales.yaml")._repr_mimebundle_()["text/plain"]
    assert "14 steps ahead from the last 56" in text and "by time" in text
    own = {
        "represent": {"target": ["a", "b"], "columns": {"c": "category"}, "split": {"folds": 5, "by": {"group": "g"}}},
        "learn": {"menu": [{"Dense": {"units": {"choice": [4, 8]}}}], "networks": 3},
        "evaluate": {"metrics": ["r2"], "baselines": []},
    }
    text = protokit.Recipe.parse(own)._repr_mimebundle_()["text/plain"]
    for said in (
        "a, b",
        "c: category",
        "5 folds, by group g",
        "1 layer, 1 slot",
        "3, averaged",
        "r2",
        "none",
        "passed to run",
    ):
        assert said in text, said
