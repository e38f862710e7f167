"""`new` writes a recipe for every kind of table that a path or an address can name."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from protokit.collect.collect import read_table
from protokit.core.errors import ProtokitError
from protokit.recipe.recipe import Recipe
from protokit.workflow.new import new
from protokit.workflow.run.collecting import collected as collect

RECORDS = [{"x": i, "y": "ab"[i % 2]} for i in range(6)]


def make(folder: Path, name: str) -> Path:
    import pandas as pd

    frame, path = pd.DataFrame(RECORDS), folder / name
    path.parent.mkdir(exist_ok=True)
    if name.endswith((".csv", ".csv.gz")):
        frame.to_csv(path, index=False)
    elif name.endswith(".tsv"):
        frame.to_csv(path, index=False, sep="\t")
    elif name.endswith(".json"):
        path.write_text(json.dumps(RECORDS))
    elif name.endswith(("jsonl", "ndjson")):
        path.write_text("\n".join(map(json.dumps, RECORDS)))
    elif name.endswith(".xlsx"):
        with pd.ExcelWriter(path) as book:
            frame.to_excel(book, sheet_name="first", index=False)
            frame.rename(columns={"x": "z"}).to_excel(book, sheet_name="second", index=False)
    elif name.endswith(".html"):
        path.write_text(frame.to_html(index=False) + frame.rename(columns={"x": "z"}).to_html(index=False))
    elif name.endswith((".parquet", ".feather", ".arrow")):
        frame.to_parquet(path) if name.endswith(".parquet") else frame.to_feather(path)
    elif name.endswith(".db"):
        with closing(sqlite3.connect(path)) as connection:
            frame.to_sql("first", connection, index=False)
            frame.rename(columns={"x": "z"}).to_sql("2", connection, index=False)
    elif name.endswith("/"):
        for label in "ab":
            (path / label).mkdir(parents=True)
            (path / label / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return path


FILES = ["t.csv", "t.csv.gz", "t.tsv", "t.json", "t.jsonl", "t.ndjson", "t.parquet", "t.feather", "t.arrow"]


@pytest.mark.parametrize("name", ["a b: #'.csv", *FILES])
def test_a_file_of_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = make(tmp_path / "data", name)
    recipe = new(path, "y", tmp_path / "r.yaml")
    assert collect(recipe).frame.equals(read_table(path)) and list(read_table(path).columns) == ["x", "y"]
    assert str(tmp_path) not in (tmp_path / "r.yaml").read_text()  # from the recipe's folder
    monkeypatch.chdir(tmp_path / "data")
    assert len(read_table(name)) == 6
    with pytest.raises(ProtokitError, match="no column 'why'"):
        new(path, "why", tmp_path / "other.yaml")
    with pytest.raises(ProtokitError, match="one of: x, y"):
        new(path, "", tmp_path / "other.yaml")
    assert not (tmp_path / "other.yaml").exists()


@pytest.mark.parametrize(("name", "table"), [("t.xlsx", "second"), ("t.xlsx", "2"), ("t.html", "2"), ("t.db", "2")])
def test_one_table_of_several(tmp_path: Path, name: str, table: str) -> None:
    path = make(tmp_path, name)
    recipe = new(path, "y", tmp_path / "r.yaml", table=table)
    assert list(collect(recipe).frame.columns) == list(read_table(path, table).columns) == ["z", "y"]
    if name != "t.xlsx":
        with pytest.raises(ProtokitError, match=r"2 tables"):
            new(path, "y", tmp_path / "other.yaml")
    with pytest.raises(ProtokitError, match=r"no (table|sheet)"):
        new(path, "y", tmp_path / "other.yaml", table="7")


def test_a_folder_of_images(tmp_path: Path) -> None:
    folder = make(tmp_path, "photos/")
    recipe = new(folder, "label", tmp_path / "r.yaml")
    assert collect(recipe).frame["label"].tolist() == ["a", "b"] and len(read_table(folder)) == 2
    assert "photos: photos/" in (tmp_path / "r.yaml").read_text()


def test_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from protokit.collect.files.secrets import Location
    from protokit.collect.remote import web

    path = make(tmp_path, "t.csv")
    asked: list[str] = []

    def fetch(location: Location) -> tuple[Path, list[object]]:
        asked.append(location.text)
        return path, []

    monkeypatch.setenv("PROTOKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(web, "fetch", fetch)
    recipe = new("https://host/t.csv?v=1", "y", tmp_path / "r.yaml")
    assert recipe == Recipe.read(tmp_path / "r.yaml")
    assert recipe.collect.tables["t"].location == "https://host/t.csv?v=1" == asked[0]


@pytest.mark.parametrize(
    ("target", "fits", "not_its"), [("x", "mean_absolute_error", "accuracy"), ("y", "accuracy", "mean")]
)
def test_what_is_commented_fits_the_task(target: str, fits: str, not_its: str, tmp_path: Path) -> None:
    rows = [{"x": i + 0.5, "y": "ab"[i % 2]} for i in range(40)]
    for name in ("t.csv", "t.json"):
        path = tmp_path / name
        path.write_text(
            "x,y\n" + "".join(f"{r['x']},{r['y']}\n" for r in rows) if name == "t.csv" else json.dumps(rows)
        )
        new(path, target, tmp_path / f"{name}-{target}.yaml")
        text = (tmp_path / f"{name}-{target}.yaml").read_text()
        assert fits in text and not_its not in text
        assert ("class_weights" in text) == ("stratified" in text) == (target == "y")


def test_a_target_with_decimal_commas_is_a_number(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x;y\n" + "".join(f"{i},25;{i},5\n" for i in range(40)))
    new(path, "y", tmp_path / "r.yaml")
    text = (tmp_path / "r.yaml").read_text()
    assert "decimal" in text and "mean_absolute_error" in text


@pytest.mark.parametrize("kind", ["parquet", "delta"])
def test_a_folder_of_parquet_files_is_named_as_what_it_is(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb
    import pyarrow

    table = pyarrow.table({"x": [1.5, 2.5], "y": ["a", "b"]})
    folder = tmp_path / "sales"
    if kind == "delta":
        pytest.importorskip("deltalake").write_deltalake(str(folder), table)
    else:
        (folder / "year=2024").mkdir(parents=True)
        duckdb.from_arrow(table).write_parquet(str(folder / "year=2024" / "p.parquet"))
    monkeypatch.chdir(tmp_path)
    recipe = new("sales", "y", tmp_path / "r.yaml")
    assert recipe.collect.tables["sales"].kind == kind
    assert str(tmp_path) not in (tmp_path / "r.yaml").read_text()
    assert {"x", "y"} <= {*collect(recipe).frame.columns}


def test_the_network_is_left_to_the_data(tmp_path: Path) -> None:
    """A menu of layers for numbers would throw a text column away."""
    rows = [{"words": f"some words of {i}", "y": "ab"[i % 2]} for i in range(40)]
    (tmp_path / "t.json").write_text(json.dumps(rows))
    recipe = new(tmp_path / "t.json", "y", tmp_path / "r.yaml")
    assert recipe.learn.menu == "auto"
    lines = (tmp_path / "r.yaml").read_text().splitlines()
    start = lines.index("# learn:")
    uncommented = "\n".join(line.removeprefix("# ").removeprefix("#") for line in lines[start : start + 2])
    (tmp_path / "own.yaml").write_text("\n".join(lines) + "\n" + uncommented)
    assert len(Recipe.read(tmp_path / "own.yaml").network.expand().nodes) >= 2


@pytest.mark.parametrize("name", ["split", "data_split", "Fold"])
def test_a_column_that_says_the_parts_is_used(name: str, tmp_path: Path) -> None:
    rows = [{"x": i, name: ["train", "train", "test", "valid"][i % 4], "y": "ab"[i % 2]} for i in range(40)]
    (tmp_path / "t.json").write_text(json.dumps(rows))
    assert new(tmp_path / "t.json", "y", tmp_path / "r.yaml").represent.split.way_column == name
    for row in rows:
        row[name] = "bus" if row["x"] == 7 else row[name]
    (tmp_path / "t.json").write_text(json.dumps(rows))
    assert new(tmp_path / "t.json", "y", tmp_path / "other.yaml").represent.split.way is None


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("split", ["train", None, "test", "valid"], 'collect: {clean: [{filter: "split is not null"}]} and split:'),
        ("is_test", [0, 0, 0, 1], "{derive: {is_test_part: "),
        ("data_split", ["train", "valid", "train", "valid"], "columns: {data_split: category}"),
    ],
)
def test_what_a_run_says_of_a_column_of_parts_is_said(
    name: str, values: list[object], says: str, tmp_path: Path
) -> None:
    rows = [{"x": i, name: values[i % 4], "y": "ab"[i % 2]} for i in range(40)]
    (tmp_path / "t.json").write_text(json.dumps(rows))
    assert new(tmp_path / "t.json", "y", tmp_path / "r.yaml").represent.split.way is None
    [line] = [line for line in (tmp_path / "r.yaml").read_text().splitlines() if f"# '{name}': it says which" in line]
    assert says in line
