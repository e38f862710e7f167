"""Workers that are processes: what each is given, how they end with their driver, what is said where none can begin."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from protokit.core.errors import WorkerError
from protokit.testing.workers.dummy import Dummy, alive
from protokit.workers import machine
from protokit.workers.crew import Crew, Event
from protokit.workers.processes.crew import LocalCrew
from tests.workers import hands


def events(crew: Crew) -> list[Event]:
    try:
        return [event for event in iter(lambda: crew.wait(30), None) if event.kind != "began"]
    finally:
        crew.close()


def test_each_worker_has_its_share_and_nothing_heavy(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    crew = LocalCrew(hands.Looking, 2, cores=6)
    crew.submit(0, {})
    crew.submit(1, {})
    found = [event.result for event in events(crew)]
    for result in found:
        assert result["TF_NUM_INTRAOP_THREADS"] == "3"
        assert result["OMP_NUM_THREADS"] == "1"  # what a person has said holds
        assert result["CUDA_VISIBLE_DEVICES"] == "4" and result["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
        assert result["heavy"] == []
        assert not Path(str(result["scratch"])).exists()
    assert "TF_NUM_INTRAOP_THREADS" not in os.environ and os.environ["OMP_NUM_THREADS"] == "1"
    assert "chatter" not in "".join(capfd.readouterr())


def test_gpus_are_dealt_in_turn() -> None:
    dealt = [machine.share(place, 3, 8, ("0", "MIG-7"))["CUDA_VISIBLE_DEVICES"] for place in range(3)]
    assert dealt == ["0", "MIG-7", "0"]
    assert "TF_FORCE_GPU_ALLOW_GROWTH" not in machine.share(0, 2, 8, ("0", "1"))
    assert "CUDA_VISIBLE_DEVICES" not in machine.share(0, 2, 8, ())
    assert machine.share(0, 16, 2, ())["OMP_NUM_THREADS"] == "1"


def test_cores_are_those_of_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "1")
    assert machine.cores() == 1
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert machine.gpus() == ()


def test_a_hand_that_cannot_be_made_is_told_at_once() -> None:
    crew = LocalCrew(hands.no_table, 2)
    crew.submit(0, {})
    with pytest.raises(WorkerError, match="worker 1 cannot begin: table/: there is no table here"):
        events(crew)


def test_workers_that_die_before_they_begin_are_not_started_for_ever() -> None:
    crew = LocalCrew(hands.dying, 1)
    crew.submit(0, {})
    with pytest.raises(WorkerError, match="worker 3 ended with status 3; the last it wrote: a library is missing"):
        events(crew)


def test_workers_that_die_one_after_the_other_end_the_search() -> None:
    crew = LocalCrew(Dummy, 1)
    with pytest.raises(WorkerError, match="12 workers died one after the other"):
        try:
            for number in range(20):
                crew.submit(number, {"die": True, "print": "out of memory"})
                assert [crew.wait(30).kind, crew.wait(30).kind] == ["began", "lost"]  # type: ignore[union-attr]
        finally:
            crew.close()


def test_the_last_words_of_a_worker_are_its_reason() -> None:
    crew = LocalCrew(Dummy, 1)
    crew.submit(0, {"die": True, "print": "F1129 check failed"})
    (lost,) = events(crew)
    said = (
        "worker 1 was ended by SIGKILL, as a system does that runs out of memory; the last it wrote: F1129 check failed"
    )
    assert lost.reason == said


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_driver(tmp_path: Path, how: signal.Signals) -> None:
    script = tmp_path / "driver.py"
    script.write_text(
        "from protokit.workers.processes.crew import LocalCrew\nfrom tests.workers.hands import Busy\n"
        "if __name__ == '__main__':\n    crew = LocalCrew(Busy, 1)\n"
        f"    crew.submit(0, {{'at': {str(tmp_path / 'pid')!r}}})\n    print(crew.wait(30).kind, flush=True)\n"
        "    crew.wait(60)\n"
    )
    driver = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=_environment())
    assert driver.stdout is not None and driver.stdout.readline() == "began\n"
    pid = int(_written(tmp_path / "pid"))
    driver.send_signal(how)
    driver.wait()
    driver.stdout.close()
    end = time.monotonic() + 10
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(pid)


def test_ctrl_c_reaches_the_driver_alone(tmp_path: Path) -> None:
    script = tmp_path / "driver.py"
    script.write_text(
        "from protokit.workers.processes.crew import LocalCrew\nfrom protokit.testing.workers.dummy import Dummy\n"
        "if __name__ == '__main__':\n    crew = LocalCrew(Dummy, 1)\n    crew.submit(0, {'sleep': 0.5})\n"
        "    try:\n        print(crew.wait(30).kind, flush=True)\n        crew.wait(60)\n"
        "    except KeyboardInterrupt:\n        print(crew.wait(60).kind, flush=True)\n"
        "        crew.close()\n"
    )
    driver = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env=_environment(), start_new_session=True
    )
    assert driver.stdout is not None and driver.stdout.readline() == "began\n"
    os.killpg(driver.pid, signal.SIGINT)  # as a terminal does: to all that run in it
    assert driver.communicate(timeout=30)[0] == "done\n"


def test_a_program_without_a_guard_is_told_of_it(tmp_path: Path) -> None:
    script = tmp_path / "driver.py"
    script.write_text(
        "from protokit.workers.processes.crew import LocalCrew\nfrom protokit.testing.workers.dummy import Dummy\n"
        "crew = LocalCrew(Dummy, 1)\ncrew.submit(0, {})\ncrew.wait(30)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=_environment(), timeout=60)
    assert done.returncode == 1
    assert 'put what the program does under `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _written(path: Path) -> str:
    end = time.monotonic() + 10
    while not (path.exists() and path.read_text()) and time.monotonic() < end:
        time.sleep(0.02)
    return path.read_text()
