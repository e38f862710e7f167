"""The log of a search: each event a line of JSON, appended and synced before anything is done about it."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from protokit.core.errors import DataError
from protokit.core.files import finite
from protokit.search.state import VERSION, State

if sys.platform != "win32":
    import fcntl

LOG, LOCK = "log.jsonl", "lock"


class Log:
    """The log of one search, open for its driver alone: see `open_log`. `state` is what its events come to."""

    def __init__(self, file: IO[bytes], path: Path, state: State) -> None:
        self._file, self._path, self.state = file, path, state
        self._length = file.seek(0, os.SEEK_END)

    def append(self, event: str, **parts: object) -> None:
        """Write an event down, wait until the disk has it, and take it into the state.

        Raises:
            DataError: the disk refused it; the log is as it was before.
        """
        whole: dict[str, Any] = finite({"event": event, **parts})
        line = (json.dumps(whole, ensure_ascii=False, allow_nan=False) + "\n").encode()
        try:
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            self._cut()
            raise DataError(
                f"could not write: {error.strerror or error}",
                place=str(self._path),
                cure="free some space; all that ended is kept, and the same command with --resume goes on",
            ) from error
        self._length += len(line)
        self.state.take(whole)

    def _cut(self) -> None:
        """Take a line away that was written in part; where even that fails, whoever reads next does it."""
        with suppress(OSError):
            os.ftruncate(self._file.fileno(), self._length)


@contextmanager
def open_log(folder: Path) -> Iterator[Log]:
    """The log in a search's folder, made where there is none; nobody else can open it until the context ends.

    Raises:
        DataError: another driver has it, it is damaged, or the disk refuses.
    """
    path = folder / LOG
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a+b")
    except OSError as error:
        raise DataError(f"could not write: {error.strerror or error}", place=str(folder), cure="give -o") from error
    with lock:
        _hold(lock, folder)
        state, length = replay(path)
        with path.open("ab") as file:
            file.truncate(length)  # a line that a crash has torn
            yield Log(file, path, state)
        lock.truncate(0)


def replay(path: Path) -> tuple[State, int]:
    """What the events of a log come to, and how many bytes of it are whole lines; an empty one where there is none.

    Raises:
        DataError: it is damaged before its last line, or of a later version.
    """
    state, length = State(), 0
    content = path.read_bytes() if path.exists() else b""
    lines = content.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        event = _event(line)
        if event is None:
            if number == len(lines):
                break
            rule = f"line {number} of the log is no event"
            raise DataError(rule, place=str(path), cure="the disk has damaged it: begin a new search, without --resume")
        if event["event"] == "begin" and event.get("version") != VERSION:
            rule = f"the log is of version {event.get('version')}, and this protokit reads {VERSION}"
            raise DataError(rule, place=str(path), cure="go on with the protokit that began it")
        state.take(event)
        length += len(line)
    return state, length


def _event(line: bytes) -> Mapping[str, Any] | None:
    """The event of a line; None where it is no whole one."""
    if not line.endswith(b"\n"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("event"), str) else None


def _hold(lock: IO[bytes], folder: Path) -> None:
    """Lock the folder for this process, and write down whose it is. The system frees it when the process dies.

    Raises:
        DataError: another process has it.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            rule = f"another process drives this search: {_holder(lock)}"
            raise DataError(rule, place=str(folder), cure="wait until it ends or stop it, then --resume") from None
        except OSError:  # a file system that knows no locks
            pass
    lock.truncate(0)
    own = {"host": platform.node(), "pid": os.getpid(), "time": time.strftime("%Y-%m-%d %H:%M:%S")}
    lock.write(json.dumps(own).encode())
    lock.flush()


def _holder(lock: IO[bytes]) -> str:
    try:
        lock.seek(0)
        own = json.loads(lock.read())
        return f"number {own['pid']} on {own['host']}, since {own['time']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not said which"
