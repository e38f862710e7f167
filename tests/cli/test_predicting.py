"""`protokit predict` and `protokit evaluate`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.collect.collect import read_table
from tests.command import call


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on birds, and later tables of them."""
    folder = tmp_path_factory.mktemp("birds")
    rng = np.random.default_rng(0)
    birds = pd.DataFrame({"ring": [f"{i:04}" for i in range(200)], "wing": rng.normal(200, 15, 200).round(1)})
    birds["mass"] = (birds["wing"] * 20 + rng.normal(0, 60, 200)).round()
    birds["island"] = rng.choice(["Dream", "Biscoe"], 200)
    birds["species"] = np.where(birds["wing"] > 200, "Gentoo", "Adelie")
    birds.to_csv(folder / "birds.csv", index=False)
    birds.head(20).drop(columns="species").to_csv(folder / "new.csv", index=False)
    less = birds.head(20)[["ring", "wing"]].rename(columns={"wing": "Wing"})
    less.to_csv(folder / "less.csv", index=False)
    recipe = {
        "name": "birds",
        "collect": {"tables": {"birds": str(folder / "birds.csv")}},
        "represent": {"target": "species", "columns": {"ring": "ignore"}},
        "learn": {"epochs": 3, "networks": 1, "menu": [{"Dense": 4}]},
        "evaluate": {"baselines": []},
    }
    protokit.run(recipe, out=folder / "runs")
    return folder


def test_kept_columns_and_parquet(folder: Path) -> None:
    found = call("predict", "runs/birds", "new.csv", "--keep", "ring", "--keep", "wing", "-o", "p.parquet", cwd=folder)
    hint = "TensorFlow is loaded, which takes seconds: `protokit export runs/birds` makes a file that does without\n"
    assert found == (0, "", f"{hint}wrote 20 predictions to p.parquet\n")
    table = read_table(folder / "p.parquet")
    assert table.columns.tolist() == ["ring", "wing", "species", "species = Adelie", "species = Gentoo"]
    assert table["ring"].tolist()[:2] == ["0000", "0001"]
    status, out, _ = call("predict", "runs/birds", "new.csv", "--keep", "ring", cwd=folder)
    assert status == 0 and out.splitlines()[2].startswith("0001,") and len(out.splitlines()) == 21
    assert len(json.loads(call("predict", "runs/birds", "new.csv", "--keep", "ring", "--json", cwd=folder)[1])) == 20


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["new.csv", "--keep", "rings"], 2, "no column 'rings' to keep"),
        (["new.csv", "--keep", "rings"], 2, "did you mean 'ring'?"),
        (["birds.csv", "--keep", "species"], 2, "'species' cannot be kept"),
        (["new.csv", "--json", "-o", "p.parquet"], 2, "--json writes JSON"),
        (["nowhere.csv"], 1, "no such file"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, arguments: list[str], status: int, words: str) -> None:
    found, out, error = call("predict", "runs/birds", *arguments, cwd=folder)
    assert (found, out) == (status, "") and words in error


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_all_missing_columns_are_said_before_tensorflow_is_loaded(folder: Path, verb: str) -> None:
    code = (
        f"import sys; sys.argv = ['protokit', '{verb}', 'runs/birds', 'less.csv']\nfrom protokit.cli.app import main\n"
        "try: main()\nexcept SystemExit as e: assert e.code == 1, e.code\nassert 'tensorflow' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "3 columns are missing: 'wing', 'mass', 'island'" in done.stderr
    assert "rename 'Wing' to 'wing', if these are meant, and add the others" in done.stderr


def test_scores_of_a_later_table(folder: Path) -> None:
    status, out, _ = call("evaluate", "runs/birds", "birds.csv", cwd=folder)
    assert status == 0 and "evaluation on 200 rows" in out and "accuracy" in out
    status, out, _ = call("evaluate", "runs/birds", "birds.csv", "--metrics", "accuracy, roc_auc", "--json", cwd=folder)
    found = json.loads(out)
    assert status == 0 and list(found["metrics"]) == ["accuracy", "roc_auc"] and found["rows"] == 200
    assert found["scores"][0]["low"] <= found["metrics"]["accuracy"] <= found["scores"][0]["high"]
    one = protokit.load(folder / "runs" / "birds").evaluate(pd.read_csv(folder / "birds.csv", dtype={"ring": str}))
    assert one.metrics["roc_auc"] == found["metrics"]["roc_auc"]
    found = call("evaluate", "runs/birds", "birds.csv", "-o", "scores.html", cwd=folder)
    assert found == (0, "", "wrote scores.html\n")
    assert (folder / "scores.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["new.csv"], 1, "the column 'species' is missing: it holds what is predicted"),
        (["birds.csv", "--metrics", "acuracy"], 2, "did you mean 'accuracy'?"),
        (["birds.csv", "--metrics", "r2"], 2, "r2 is not for binary"),
        (["birds.csv", "--labels", "island"], 2, "what clusters are held against"),
        (["birds.csv", "-o", "scores.pdf"], 2, "-o scores.html"),
    ],
)
def test_what_cannot_be_scored_is_said(folder: Path, arguments: list[str], status: int, words: str) -> None:
    found, out, error = call("evaluate", "runs/birds", *arguments, cwd=folder)
    assert (found, out) == (status, "") and words in error
