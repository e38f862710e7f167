"""A shared folder: who may come when, who is given up, what a late worker may not do, how all of it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from protokit.core.errors import DataError, WorkerError
from protokit.testing.workers.dummy import Dummy, alive
from protokit.workers.crew import Event, MakeHandIn
from protokit.workers.folder.crew import FolderCrew
from protokit.workers.folder.lines import Reader, Writer
from protokit.workers.folder.session import begin, newest
from protokit.workers.folder.work import work
from tests.workers import hands


class Worker(threading.Thread):
    """A `protokit work` in a thread; `done` is what it returned or raised."""

    def __init__(self, folder: Path, make: MakeHandIn = Dummy, **options: object) -> None:
        super().__init__(daemon=True)
        self.folder, self.make, self.said, self.done = folder, make, list[str](), list[object]()
        self.options = {"idle": 20.0, **options}  # seconds: none outlives its test by more
        self.start()

    def run(self) -> None:
        try:
            self.done.append(work(self.folder, self.make, say=self.said.append, **self.options))  # type: ignore[arg-type]
        except Exception as error:
            self.done.append(error)

    def ended(self) -> object:
        self.join(30)
        assert self.done, "the worker goes on"
        return self.done[0]


def next_of(crew: FolderCrew, kind: str) -> Event:
    while (event := crew.wait(30)) is not None:
        if event.kind == kind:
            return event
    raise AssertionError(f"there was no {kind}")


def eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_lines_have_no_torn_message_and_no_half_one(tmp_path: Path) -> None:
    writer, reader = Writer(tmp_path / "line"), Reader(tmp_path / "line")
    assert reader.take() == [] and not reader.grew
    writer.put({"a": 1})
    with (tmp_path / "line").open("ab") as file:  # as a full disk leaves it
        file.write(b'{"b": [1, 2')
    assert reader.take() == [{"a": 1}] and reader.grew
    assert reader.take() == [] and not reader.grew
    writer.put({"b": "größer\n"})
    writer.put({"c": "x" * 3_000_000})
    assert reader.take() == [{"b": "größer\n"}, {"c": "x" * 3_000_000}]


def test_a_worker_may_be_there_first_and_the_driver_says_that_it_waits(tmp_path: Path) -> None:
    said: list[str] = []
    worker = Worker(tmp_path, finished=lambda folder: (folder / "search.json").exists())
    eventually(lambda: bool(worker.said))
    assert worker.said == [f"waiting for a driver in {tmp_path}: `protokit tune` with workers: folder"]
    crew = FolderCrew(tmp_path, say=said.append, beat=0.2)
    assert crew.size == 0
    crew.submit(0, {"say": "hello"})
    assert next_of(crew, "done").result["say"] == "hello"
    assert crew.size == 1 and "has come, for 1 task at once" in said[-1]
    (tmp_path / "search.json").write_text("{}")
    crew.close()
    assert worker.ended() == 1
    assert worker.said[-1] == "the search is done; tasks done here: 1"


def test_a_driver_without_workers_says_how_one_is_started(tmp_path: Path) -> None:
    said: list[str] = []
    crew = FolderCrew(tmp_path, say=said.append)
    crew.submit(0, {})
    crew.submit(1, {})
    assert crew.wait(0.05) is None and crew.wait(0.05) is None
    assert said == [f"2 tasks waiting for workers: run `protokit work {tmp_path}` where this folder is seen"]
    crew.close()


def test_a_worker_goes_on_with_the_next_driver_and_keeps_its_hand(tmp_path: Path) -> None:
    first = FolderCrew(tmp_path, beat=0.2)
    worker = Worker(tmp_path)
    first.submit(0, {})
    pid = next_of(first, "done").result["pid"]
    first.close()
    second = FolderCrew(tmp_path, beat=0.2)
    second.submit(0, {})
    done = next_of(second, "done")
    assert (done.result["pid"], done.result["done"]) == (pid, 2)
    third = FolderCrew(tmp_path, beat=0.2, key="another table")  # the second driver died without a word
    third.submit(0, {})
    assert next_of(third, "done").result["done"] == 1
    second.close()
    assert len(list((tmp_path / "workers").iterdir())) == 2  # the sessions before are taken away
    third.close()
    assert not (tmp_path / "workers" / "session.json").exists()
    assert worker.is_alive()


def test_the_newest_search_of_a_folder_is_served(tmp_path: Path) -> None:
    old, new = tmp_path / "search-1", tmp_path / "search-2"
    old.mkdir()
    first = FolderCrew(old, beat=0.2)  # its driver was killed
    worker = Worker(tmp_path, finished=lambda folder: (folder / "search.json").exists())
    eventually(lambda: bool(worker.said))
    new.mkdir()
    second = FolderCrew(new, beat=0.2)
    second.submit(0, {})
    next_of(second, "done")
    (new / "search.json").write_text("{}")
    second.close()
    first.close()
    assert worker.ended() == 1


def test_what_a_worker_did_for_a_dead_driver_is_dropped(tmp_path: Path) -> None:
    first = FolderCrew(tmp_path, beat=0.2)
    Worker(tmp_path)
    first.submit(0, {"sleep": 100})
    next_of(first, "began")
    second = FolderCrew(tmp_path, beat=0.2)
    second.submit(0, {"say": "anew"})
    assert next_of(second, "done").result["say"] == "anew"
    second.close()
    first.close()


def test_a_worker_that_is_not_heard_of_is_given_up_and_comes_anew(tmp_path: Path) -> None:
    said: list[str] = []
    crew = FolderCrew(tmp_path, say=said.append, beat=0.1, patience=0.6)
    process = started(tmp_path)
    crew.submit(0, {"steps": 1})
    name = next_of(crew, "report").worker
    os.kill(process.pid, signal.SIGSTOP)
    lost = next_of(crew, "lost")
    assert lost.reason.endswith("was not heard of for 0.6 s") and said[-1].endswith("1 task will be given again")
    crew.submit(0, {"say": "again"})
    assert crew.wait(0.3) is None and crew.size == 0
    os.kill(process.pid, signal.SIGCONT)
    done = next_of(crew, "done")
    assert done.result["say"] == "again" and done.worker.split()[0] != name.split()[0]
    crew.close()
    assert process.wait(30) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_end_says_so(tmp_path: Path, how: signal.Signals) -> None:
    crew = FolderCrew(tmp_path, beat=0.2, patience=600.0)
    process = started(tmp_path)
    crew.submit(0, {"steps": 1})
    next_of(crew, "report")
    process.send_signal(how)
    lost = next_of(crew, "lost")
    assert lost.reason.endswith("was told to end")
    process.wait(30)
    crew.close()


def test_a_killed_worker_leaves_nothing_running(tmp_path: Path) -> None:
    crew = FolderCrew(tmp_path, beat=0.1, patience=0.6)
    process = started(tmp_path)
    crew.submit(0, {})
    pid = next_of(crew, "done").result["pid"]
    assert isinstance(pid, int) and pid != process.pid
    crew.submit(0, {"sleep": 100})
    next_of(crew, "began")
    process.kill()
    assert next_of(crew, "lost").task == 0
    eventually(lambda: not alive(pid))
    crew.close()


def started(folder: Path) -> subprocess.Popen[bytes]:
    code = (
        "from pathlib import Path\nfrom protokit.testing.workers.dummy import Dummy\n"
        "from protokit.workers.folder.work import work\n"
        f"work(Path({str(folder)!r}), Dummy, once=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL)


def test_another_version_is_refused(tmp_path: Path) -> None:
    begin(tmp_path, "", 5.0, 60.0)
    path = tmp_path / "workers" / "session.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "protokit": "99.0"}))
    with pytest.raises(WorkerError, match=r"is protokit 99.0, and this is .*\n.*pip install 'protokit==99.0' here"):
        work(tmp_path, Dummy)


def test_what_is_no_folder_and_what_is_no_session(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such folder"):
        work(tmp_path / "none", Dummy)
    (tmp_path / "workers").mkdir()
    (tmp_path / "workers" / "session.json").write_text('{"name": "of another format"}')
    assert newest(tmp_path) is None
    said: list[str] = []
    assert work(tmp_path, Dummy, idle=0.1, say=said.append) == 0
    assert said[-1] == "no driver was heard of for 0.1 s; tasks done here: 0"


def test_a_worker_that_cannot_begin_says_why_to_both(tmp_path: Path) -> None:
    said: list[str] = []
    crew = FolderCrew(tmp_path, say=said.append, beat=0.2)
    worker = Worker(tmp_path, make=hands.in_folder)
    crew.submit(0, {})
    lost = next_of(crew, "lost")
    assert lost.reason.endswith("left: worker 1 cannot begin: table/: there is no table here")
    assert isinstance(worker.ended(), WorkerError)
    crew.close()


def test_a_full_disk_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protokit.workers.folder.lines._BETWEEN", 0.01)
    writer, reader = Writer(tmp_path / "line"), Reader(tmp_path / "line")
    whole, refused = os.write, iter([True, True, False])

    def write(handle: int, data: bytes) -> int:
        if next(refused, False):
            whole(handle, data[:4])
            raise OSError(28, "No space left on device")
        return whole(handle, data)

    monkeypatch.setattr("protokit.workers.folder.lines.os.write", write)
    writer.put({"a": 1})
    writer.put({"b": 2})
    assert reader.take() == [{"a": 1}, {"b": 2}]
    monkeypatch.setattr("protokit.workers.folder.lines.os.write", lambda handle, data: os.ftruncate(-1, 0))
    with pytest.raises(DataError, match="could not write"):
        writer.put({"c": 3})


def test_tasks_are_spread_before_anyone_has_two(tmp_path: Path) -> None:
    crew = FolderCrew(tmp_path, beat=0.2)
    for _ in range(2):
        Worker(tmp_path, workers=2, once=True)
    crew.submit(0, {"sleep": 0.1})
    while crew.size < 4:
        assert crew.wait(0.1) is None or crew.size
        if crew.size < 4 and not crew._desk.waiting and not crew._desk.running:
            crew.submit(0, {"sleep": 0.1})
    while crew.wait(1) is not None:
        pass
    for number in range(1, 5):
        crew.submit(number, {"steps": 1})
    names = [next_of(crew, "report").worker.split()[0] for _ in range(4)]
    assert len(set(names)) == 2 and names.count(names[0]) == 2
    for number in range(1, 5):
        crew.answer(number, False)
    crew.close()
