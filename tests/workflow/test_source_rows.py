"""Which row of the source a prediction, an error or a doubt is of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import protokit
from protokit.core.errors import DataError
from protokit.recipe.recipe import Recipe
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent

FEW = {"epochs": 1, "menu": [{"Dense": 2}]}
NONE: dict[str, Any] = {"baselines": []}


def source(rows: int, seed: int = 0) -> pd.DataFrame:
    """A number that tells its row, a column with gaps, one with copies, a key of another table, and an ID."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(rows)], "x": rng.normal(size=rows).round(2)})
    frame.loc[rng.random(rows) < 0.3, "x"] = np.nan
    frame["k"] = rng.integers(0, 6, rows)
    frame["y"] = 1000.0 * np.arange(rows) + rng.integers(0, 9, rows)
    return frame


CLEAN = [
    {"filter": "x is not null"}, {"filter": "k > 0"}, "drop_duplicates", {"drop_duplicates": ["k", "x"]},
    {"outliers": {"x": [-1, 1.5]}}, {"derive": {"z": "x * 2"}},
]  # fmt: skip
INDEX = {
    "range": lambda frame: frame,
    "filtered": lambda frame: frame[frame["k"] != 3],
    "sampled": lambda frame: frame.sample(frac=0.8, random_state=1),
    "texts": lambda frame: frame.set_axis([f"row {i}" for i in range(len(frame))]),
    "twice": lambda frame: frame.set_axis([0] * len(frame)),
    "times": lambda frame: frame.set_axis(pd.date_range("2020", periods=len(frame))),
    "several": lambda frame: frame.set_index(["k", "id"], drop=False).rename_axis([None, None]),
}


@settings(max_examples=25)
@given(
    st.sampled_from(sorted(INDEX)),
    st.lists(st.sampled_from(range(len(CLEAN))), unique=True, max_size=4),
    st.sampled_from(["none", "left", "inner", "many"]),
    st.integers(60, 140),
)
def test_an_example_is_of_the_row_that_has_its_truth(index: str, steps: list[int], join: str, rows: int) -> None:
    frame = INDEX[index](source(rows, rows))
    other = pd.DataFrame({"k": [0, 1, 2, 4, 4 if join == "many" else 5], "w": [1.0, 2, 3, 4, 5]})
    collect: dict[str, Any] = {"clean": [CLEAN[i] for i in steps]}
    tables: Any = frame
    if join != "none":
        how = {"how": "inner"} if join == "inner" else {"expect": "many_to_many"} if join == "many" else {}
        collect["join"] = [{"with": "other", "on": "k", **how}]
        tables = {"rows": frame, "other": other}
    recipe = Recipe.parse({"collect": collect, "represent": {"target": "y", "columns": {"id": "ignore"}}})
    [fold] = represent(recipe, collected(recipe, tables))
    truth = frame["y"].to_numpy()
    for part, positions in (("train", fold.split.train), ("test", fold.split.test)):
        rows_of = fold.source.take(positions)
        assert (truth[rows_of.numbers] == getattr(fold, part).truth["y"]).all()
        assert (frame["id"].to_numpy()[rows_of.numbers] == rows_of.keys["id"]).all()


def test_predictions_say_the_row_of_the_file_and_its_key(tmp_path: Path) -> None:
    source(120).to_csv(tmp_path / "data.csv", index=False)
    recipe = {
        "collect": {"tables": {"t": str(tmp_path / "data.csv")}, "clean": [{"filter": "x is not null"}]},
        "represent": {"target": "y", "columns": {"id": "ignore"}},
        "learn": FEW,
    }
    run = protokit.run(recipe, out=tmp_path / "runs")
    table = pd.read_csv(tmp_path / "data.csv")
    for name in ("predictions", "baselines"):
        saved = pd.read_parquet(run.path / f"{name}.parquet")
        assert list(saved.columns[:2]) == ["row", "id"]
        assert (table["id"].to_numpy()[saved["row"]] == saved["id"]).all()
    saved = pd.read_parquet(run.path / "predictions.parquet")
    assert (table["y"].to_numpy()[saved["row"]] == saved["y"]).all() and len(saved)
    network, _, rows = read_predictions(run.path)
    assert (rows.numbers == saved["row"]).all() and (network["y"].truth == saved["y"]).all()
    assert f"{saved['row'][0] + 1} (id: {saved['id'][0]})" in (run.path / "report.html").read_text()


def test_a_run_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    recipe = {"represent": {"target": "y", "columns": {"id": "ignore", "x": "ignore"}}, "learn": FEW, "evaluate": NONE}
    run = protokit.run(recipe, source(80).drop(columns="id").assign(id=1), out=tmp_path)
    metrics = json.loads((run.path / "metrics.json").read_text())
    assert metrics.pop("identified_by") == {"places": [], "keys": []}
    (run.path / "metrics.json").write_text(json.dumps(metrics))
    _, _, rows = read_predictions(run.path)
    assert rows.places == [] and len(rows.numbers)


def two_files(folder: Path) -> pd.DataFrame:
    frame = source(100)
    frame.iloc[:40].to_csv(folder / "a-1.csv", index=False)
    frame.iloc[40:].to_csv(folder / "a-2.csv", index=False)
    return frame


def test_rows_of_several_files_and_tables_are_told_with_them(tmp_path: Path) -> None:
    frame = two_files(tmp_path)
    later = source(30, 5).assign(id=[f"s{i}" for i in range(30)])
    later.to_csv(tmp_path / "later.csv", index=False)
    tables = {"t": str(tmp_path / "a-*.csv"), "later": str(tmp_path / "later.csv")}
    recipe = Recipe.parse(
        {
            "collect": {"tables": tables, "clean": [{"filter": "x is not null"}]},
            "represent": {"target": "y", "columns": {"id": "ignore"}, "split": {"test": "later"}},
        }
    )
    [fold] = represent(recipe, collected(recipe))
    test, train = fold.source.take(fold.split.test), fold.source.take(fold.split.train)
    assert test.tables is not None and set(test.tables) == {"later"}
    assert (later["y"].to_numpy()[test.numbers] == fold.test.truth["y"]).all()
    assert train.files is not None and set(train.files) == {"a-1.csv", "a-2.csv"}
    starts = np.where(train.files == "a-2.csv", 40, 0)
    assert (frame["y"].to_numpy()[train.numbers + starts] == fold.train.truth["y"]).all()


def test_a_wrong_cell_is_named_by_its_row_and_file(tmp_path: Path) -> None:
    frame = two_files(tmp_path).astype({"x": object})
    for name, part in (("a-1", frame.iloc[:40]), ("a-2", frame.iloc[40:].copy())):
        if name == "a-2":
            part.iloc[12, 1] = "many"
        part.to_csv(tmp_path / f"{name}.csv", index=False)
    data = {
        "collect": {"tables": {"t": str(tmp_path / "a-*.csv")}, "clean": [{"filter": "k > 0 or x = 'many'"}]},
        "represent": {"target": "y", "columns": {"id": "ignore", "x": {"ordered": [1, 2]}}},
    }
    recipe = Recipe.parse(data)
    with pytest.raises(DataError, match=r"column 'x', row \d+ of a-\d.csv"):
        represent(recipe, collected(recipe))
    recipe = Recipe.parse({**data, "collect": {**data["collect"], "clean": [{"cast": {"x": "number"}}]}})
    with pytest.raises(DataError, match=r"'many' in row 13 of a-2.csv"):
        collected(recipe)
