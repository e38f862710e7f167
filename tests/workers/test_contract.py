"""Every crew keeps one contract."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from protokit.testing.workers.crew import CHECKS, CHECKS_OF_PROCESSES, Opens
from protokit.testing.workers.dummy import Dummy
from protokit.workers.crew import Crew
from protokit.workers.folder.crew import FolderCrew
from protokit.workers.folder.work import work
from protokit.workers.processes.crew import LocalCrew

ALL = pytest.mark.parametrize("check", [*CHECKS, *CHECKS_OF_PROCESSES], ids=lambda check: check.__name__[6:])


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
