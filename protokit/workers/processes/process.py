"""One worker's process, as its driver sees it: how it is started, what it says, what it left when it ended."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, cast

from protokit.workers.crew import MakeHand, Plain
from protokit.workers.processes.worker import main

_SPAWN = multiprocessing.get_context("spawn")  # a fork of a process with TensorFlow in it hangs
_STARTING = threading.Lock()  # variables and stderr are the whole process's
_TAIL = 1500  # bytes of what a worker has written last


class Process:
    """A process that serves a hand. What it prints is kept in a file without a name, for the reason of its end."""

    def __init__(self, name: str, make: MakeHand, environment: Mapping[str, str], scratch: Path) -> None:
        self.name, self.ready = name, False
        # a killed worker cleans up nothing: its temporary files lie where the driver finds them
        self._scratch = scratch / name.replace(" ", "-")
        self._scratch.mkdir(parents=True)
        self._printed: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        ours, theirs = _SPAWN.Pipe()
        self._pipe: Connection = ours
        self._process = _SPAWN.Process(target=main, args=(make, theirs), daemon=True)
        with _STARTING, _as_started({**environment, "TMPDIR": str(self._scratch)}, self._printed.fileno()):
            self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    @property
    def waits_for(self) -> tuple[Connection, int]:
        """What `multiprocessing.connection.wait` waits for: a message, or the process's end."""
        return self._pipe, self._process.sentinel

    def put(self, message: Plain) -> None:
        """Say something to the worker; one that is gone hears nothing, and its end is seen at the next look."""
        with suppress(OSError):
            self._pipe.send_bytes(json.dumps(message).encode())

    def taken(self) -> tuple[list[Plain], bool]:
        """All that it has said, and whether it is gone: then nothing further will come."""
        gone = self._process.exitcode is not None  # before what it said is read: nothing comes after that
        found: list[Plain] = []
        try:
            while self._pipe.poll():
                found.append(cast(Plain, json.loads(self._pipe.recv_bytes())))
        except (EOFError, OSError):
            self._process.join(1.0)
            if self._process.exitcode is None:  # it lives and has closed its end: of no more use
                self._process.kill()
            gone = True
        return found, gone

    def kill(self) -> None:
        """End it at once, and wait until it has."""
        self._process.kill()
        self._process.join()

    def end(self) -> str:
        """Why it ended; all that it had is given back."""
        self._process.join()
        code = self._process.exitcode or 0
        said = _printed_last(self._printed)
        self._pipe.close()
        self._printed.close()
        self._process.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        if code < 0:
            why = f"{self.name} was ended by {_signal(-code)}"
            if -code == getattr(signal, "SIGKILL", 9):
                why += ", as a system does that runs out of memory"
        else:
            why = f"{self.name} ended with status {code}"
        return f"{why}; the last it wrote: {said}" if said else why


@contextmanager
def _as_started(environment: Mapping[str, str], stderr: int) -> Iterator[None]:
    """Let a process that starts inside have these variables, this file as its stderr, and no Ctrl-C yet.

    Variables and stderr are taken over when a process starts, and not again: TensorFlow and the libraries below it read
    theirs when they are imported, which the main module of a person's own program may do before anything else.
    """
    before = {name: os.environ.get(name) for name in environment}
    masked = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    sys.stderr.flush()
    try:
        original = os.dup(2)
    except OSError:  # no stderr in this process
        original = -1
    os.environ.update(environment)
    os.dup2(stderr, 2)
    try:
        yield
    finally:
        if original >= 0:
            os.dup2(original, 2)
            os.close(original)
        else:
            os.close(2)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _printed_last(printed: IO[bytes]) -> str:
    """The last lines that a process wrote."""
    size = printed.seek(0, os.SEEK_END)
    printed.seek(max(0, size - _TAIL))
    lines = printed.read().decode(errors="replace").strip().splitlines()
    return "\n".join(lines[-12:])


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
