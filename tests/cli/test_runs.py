"""`protokit runs`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from protokit.cli.app import app
from tests.command import call
from tests.workflow.made_runs import begun, finished, searched


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    finished(tmp_path / "runs" / "flights" / "20260101T120000-aa11", 0.9)
    finished(tmp_path / "runs" / "flights" / "20260103T120000-aa22", 0.95)
    searched(tmp_path / "runs" / "flights" / "search-20260104T120000-cc11")
    reason = {"state": "failed", "reason": "the loss was not finite"}
    begun(tmp_path / "runs" / "trains" / "20260102T120000-bb11", failed=reason)
    return tmp_path


def test_runs_are_listed_sorted_and_filtered(folder: Path) -> None:
    def said(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["runs", str(folder / "runs"), *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    text = said()
    assert "3 runs and 1 search: 3 finished, 1 failed" in text
    assert "trains/20260102T120000-bb11 failed: the loss was not finite" in text
    assert "roc_auc 0.950 (0.850 to 1.050)" in text and "gained" in text
    lines = [line.split()[0] for line in said("--sort", "roc_auc").splitlines() if "20260" in line]
    assert lines[:3] == [
        "flights/20260103T120000-aa22", "flights/20260101T120000-aa11", "flights/search-20260104T120000-cc11",
    ]  # fmt: skip
    only = json.loads(said("--filter", "roc_auc > .8", "--filter", "kind = run", "--sort", "started", "--json"))
    assert [one["value"] for one in only] == [0.95, 0.9] and only[0]["verdict"] == "better"
    assert "no runs" in said("--filter", "nobody")


def test_a_wrong_filter_and_a_wrong_folder_are_said(folder: Path) -> None:
    status, out, error = call("runs", "--filter", "rocauc > 1", cwd=folder)
    assert (status, out) == (2, "") and "did you mean 'roc_auc'?" in error
    status, _, error = call("runs", "rums", cwd=folder)
    assert status == 1 and "no such folder" in error
