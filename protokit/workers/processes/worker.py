"""What a worker's own process does, from its first line on. What is heavy is imported by the hand."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import cast

from protokit.workers.crew import MakeHand, Plain
from protokit.workers.doing import serve

_LOOK = 2.0  # seconds between looks at who the parent is


class Pipe:
    """A line through a pipe, as JSON."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self) -> Plain | None:
        """See Line."""
        try:
            return cast(Plain, json.loads(self._connection.recv_bytes()))
        except (EOFError, OSError):
            return None

    def put(self, message: Plain) -> None:
        """See Line."""
        self._connection.send_bytes(json.dumps(message).encode())


def main(make: MakeHand, connection: Connection) -> None:
    """Serve until the driver closes the pipe or is gone; then end at once, whatever goes on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the driver, which ends its workers itself
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    sys.stdout.flush()
    os.dup2(2, 1)  # what a hand prints is nothing of the driver's output
    try:
        serve(make, Pipe(connection))
    except OSError:  # the driver is gone in the midst of a message
        os._exit(1)


def _watch(parent: int) -> None:
    """End this process when its driver ends. Training holds Python's lock for moments only."""
    sentinel = cast("object", getattr(parent_process(), "sentinel", None))
    while sentinel is not None and not wait([cast(int, sentinel)], _LOOK):
        if os.getppid() != parent:  # a copy of the driver may hold the pipe's other end
            break
    os._exit(1)
