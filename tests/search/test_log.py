from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protokit.core.errors import DataError
from protokit.search.log import LOCK, LOG, open_log, replay

ROUND = [{"trial": 0, "values": {"units": 8}, "split": 0, "seed": 7}, {"trial": 1, "values": {}, "split": 0, "seed": 7}]


def filled(folder: Path) -> Path:
    with open_log(folder) as log:
        log.append("begin", version=1, at=10.0)
        log.append("round", round=0, trials=ROUND, at=10.5)
        log.append("began", trial=0, worker="w", at=11.0)
        log.append("report", trial=0, epoch=4, value=0.1 + 0.2, go_on=True, at=12.0)
        log.append("report", trial=0, epoch=12, value=float("nan"), go_on=False, at=12.5)
        log.append("end", trial=0, state="pruned", value=0.5, reason="behind", result={"epochs": 12}, at=13.0)
        log.append("began", trial=1, worker="w", at=13.5)
    return folder / LOG


def test_what_is_written_is_read_to_the_bit(tmp_path: Path) -> None:
    path = filled(tmp_path)
    state, length = replay(path)
    assert length == path.stat().st_size
    first, second = state.trials[0], state.trials[1]
    assert (first.state, first.value, first.epochs, first.reason) == ("pruned", 0.5, 12, "behind")
    assert first.reports[0] == (4, 0.1 + 0.2) and first.reports[1][1] != first.reports[1][1]
    assert state.answers == {(0, 4): True, (0, 12): False} and state.told_to_end(0)
    assert second.state == "running" and state.starts == {(0, 0): 1, (1, 0): 1} and state.seconds == 3.5
    with open_log(tmp_path) as log:
        log.append("resume", at=100.0)
        assert log.state.trials[1].state == "waiting" and log.state.seconds == 3.5


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_log_that_was_cut_anywhere_is_read_up_to_its_last_whole_line(tmp_path: Path, data: Any) -> None:
    (tmp_path / LOG).unlink(missing_ok=True)
    path = filled(tmp_path)
    content = path.read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    path.write_bytes(content[:cut])
    whole = content[:cut].count(b"\n")
    with open_log(tmp_path) as log:
        assert path.read_bytes() == b"".join(content.splitlines(keepends=True)[:whole])
        log.append("resume", at=20.0)
    assert len(path.read_text().splitlines()) == whole + 1 and replay(path)[0] == replay(path)[0]


@pytest.mark.parametrize(
    ("line", "says"), [("no json\n", "line 2 of the log is no event"), ('{"event": 3}\n', "line 2 of the log")]
)
def test_a_damaged_log_is_no_guess(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / LOG).write_text('{"event": "begin", "version": 1}\n' + line + '{"event": "done"}\n')
    with pytest.raises(DataError, match=says), open_log(tmp_path):
        pass


def test_a_log_of_a_later_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / LOG).write_text('{"event": "begin", "version": 2}\n')
    with pytest.raises(DataError, match="version 2, and this protokit reads 1"), open_log(tmp_path):
        pass


def test_two_drivers_of_one_search_are_told_who_has_it(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom protokit.search.log import open_log\n"
        f"with open_log(Path({str(tmp_path)!r})): print('has it', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline()
        told = f"another process drives this search: number {other.pid} on"
        with pytest.raises(DataError, match=told), open_log(tmp_path):
            pass
        other.kill()
    assert json.loads((tmp_path / LOCK).read_text())["pid"] == other.pid  # of a process that is dead: taken over
    with open_log(tmp_path):
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()


@pytest.mark.parametrize("written", [0, 5])
def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    path = filled(tmp_path)
    before = path.read_bytes()

    def full(handle: int) -> None:
        os.ftruncate(handle, len(before) + written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with open_log(tmp_path) as log:
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(DataError, match=r"No space left.*(?s:.)*--resume goes on"):
                log.append("lost", trial=1, at=14.0)
        assert path.read_bytes() == before and log.state.losses == {}
        log.append("lost", trial=1, at=14.0)
    assert replay(path)[0].losses == {(1, 0): 1}
