"""No secret of the environment is in what a run writes, or in what is said when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

import protokit
from protokit.core.errors import DataError


def test_a_runs_folder_holds_no_secret(people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "geheim-4711"
    secret.mkdir()
    people.rename(secret / "people.csv")
    monkeypatch.setenv("DATA_FOLDER", str(secret))
    recipe = {
        "collect": {"tables": {"p": "${DATA_FOLDER}/peop*.csv"}},
        "represent": {"target": "bought"},
        "learn": {"epochs": 1, "menu": [{"Dense": 4}]},
        "evaluate": {"baselines": ["dummy"]},
    }
    run = protokit.run(recipe, out=tmp_path / "runs")
    files = [path for path in run.path.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        assert b"geheim-4711" not in path.read_bytes(), path
    for name in ("recipe.yaml", "resolved.yaml", "environment.json"):
        assert "${DATA_FOLDER}/peop*.csv" in (run.path / name).read_text()
    (secret / "people.csv").write_text("a,b\n1\n")
    with pytest.raises(DataError, match=r"\$\{DATA_FOLDER\}/people\.csv:2:2: 1 field") as caught:
        protokit.run(recipe, out=tmp_path / "runs")
    assert "geheim" not in str(caught.value)
    monkeypatch.delenv("DATA_FOLDER")
    for act in (protokit.run, protokit.check):
        with pytest.raises(
            DataError, match=r"collect\.tables\.p\S*: the environment variable 'DATA_FOLDER' is not set"
        ):
            act(recipe)
