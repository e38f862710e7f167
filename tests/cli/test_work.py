"""`protokit work`: what it says and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from protokit.cli.app import main


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["protokit", "work", *arguments])
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_what_it_cannot_do_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, str(tmp_path / "none")) == 1
    assert "there is no such folder" in capsys.readouterr().err
    assert run(monkeypatch, str(tmp_path), "--idle", "soon") == 2
    assert "write --idle 15m, 2h, 600 or never" in capsys.readouterr().err
    assert run(monkeypatch, str(tmp_path), "--workers", "0") == 2
    assert "--workers is a number from 1, not 0" in capsys.readouterr().err


def test_a_search_that_is_done_has_no_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "search.json").write_text("{}")
    assert run(monkeypatch, str(tmp_path), "--json") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"folder": str(tmp_path), "done": 0}
    assert printed.err == "the search is done; tasks done here: 0\n"


@pytest.mark.parametrize(("how", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_leaves_when_it_is_told_to(tmp_path: Path, how: signal.Signals, status: int) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "protokit", "work", str(tmp_path)]
    # what a shell runs in the background ignores it, and hands that on
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    worker = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    signal.signal(signal.SIGINT, before)
    assert worker.stderr is not None
    guard = threading.Timer(120, worker.kill)  # a busy machine takes half a minute for the start
    guard.start()
    assert worker.stderr.readline().startswith("waiting for a driver in")
    worker.send_signal(how)
    assert worker.communicate()[1] == "left: what it was doing is given to another worker\n"
    assert worker.returncode == status
    guard.cancel()
