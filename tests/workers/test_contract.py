"""Every crew keeps one contract."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from protokit.testing.workers.crew import (
    CHECKS,
    CHECKS_OF_PROCESSES,
    Opens,
    check_close,
    check_failure,
    check_kill,
    check_report,
)
from protokit.testing.workers.dummy import Dummy
from protokit.workers.cluster.crew import RayCrew
from protokit.workers.cluster.start import connected
from protokit.workers.crew import Crew
from protokit.workers.folder.crew import FolderCrew
from protokit.workers.folder.work import work
from protokit.workers.in_process import InProcess
from protokit.workers.processes.crew import LocalCrew

ALL = pytest.mark.parametrize("check", [*CHECKS, *CHECKS_OF_PROCESSES], ids=lambda check: check.__name__[6:])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[6:])
def test_in_process(check: Callable[[Opens], None]) -> None:
    check(lambda size: InProcess(Dummy))


@ALL
def test_local_processes(check: Callable[[Opens], None]) -> None:
    check(lambda size: LocalCrew(Dummy, size))


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Opens]:
    """Crews on folders of their own, with a `protokit work` for each task at once."""
    threads: list[threading.Thread] = []

    def opens(size: int) -> Crew:
        folder = tmp_path / str(len(threads))
        folder.mkdir()
        crew = FolderCrew(folder, beat=0.2, patience=20.0)
        for _ in range(size):
            threads.append(threading.Thread(target=work, args=(folder, Dummy), kwargs={"once": True}))
            threads[-1].start()
        return crew

    yield opens
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "a worker goes on after its driver has ended"


@ALL
def test_folder(check: Callable[[Opens], None], folders: Opens) -> None:
    check(folders)


def test_ray(tmp_path: Path) -> None:
    """In one Ray, which takes seconds to start; benchmarks/search_workers.py holds the rest of the contract."""
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed")
    ray, ours = connected()
    assert ours, "the tests run inside a cluster"
    try:
        for check in (check_report, check_failure, check_kill, check_close):
            check(lambda size: RayCrew(Dummy, tmp_path, size=size))
        assert ray.is_initialized(), "a crew has shut down a Ray that it had not started"
        assert list(tmp_path.rglob("*")) == []
    finally:
        ray.shutdown()
