"""A table of another alphabet and with decimal commas, from `new` to `predict`."""

from __future__ import annotations

from pathlib import Path

import pytest

from protokit.cli.app import main


def test_from_new_to_predict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    lines = ["Größe;Stadt;gekündigt"]
    lines += [f"{150 + i % 40},{i % 10};{['Köln', 'Bonn'][i % 2]};{['ja', 'nein'][i % 3 == 0]}" for i in range(120)]
    (tmp_path / "kunden.csv").write_bytes("\n".join(lines).encode("cp1252"))
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["protokit", *arguments])
        code = main()
        captured = capsys.readouterr()
        assert not code, captured.err
        return captured.out

    called("new", "kunden.csv", "gekündigt")
    assert '{csv: kunden.csv, encoding: cp1252, decimal: ","}' in (tmp_path / "kunden.yaml").read_text("utf-8")
    called("run", "kunden.yaml", "--set", "learn.epochs=2", "--set", "evaluate.baselines=[]")
    assert len(called("predict", "runs/kunden", "kunden.csv").strip().splitlines()) == 121
