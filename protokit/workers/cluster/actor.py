"""What a Ray actor is made of: it serves a hand in a thread, and its calls bring messages to and fro.

Each call may be made twice: Ray repeats one whose answer was lost on the way.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from queue import Queue

from protokit.workers.crew import MakeHandIn, Plain
from protokit.workers.doing import serve

_HEAR = 10.0  # seconds that a call waits for something to be said


class Place:
    """A worker on a node of the cluster.

    `folder` is that of the search, and `mark` a file in it that is there where this node sees it; where it is not,
    `files` brings what the hand needs, once to each node.
    """

    def __init__(
        self,
        make: MakeHandIn,
        folder: Path,
        mark: str,
        files: Callable[[], Mapping[str, bytes]],
        environment: Mapping[str, str],
        protokit: str,
    ) -> None:
        os.environ.update(environment)  # before TensorFlow is imported: a worker of Ray has not
        self._make, self._copied = make, Path()
        self._folder, self._mark, self._files, self._protokit = folder, mark, files, protokit
        self._told: Queue[Plain] = Queue()
        self._early: dict[int, Plain] = {}
        self._next = 0
        self._said: list[Plain] = []
        self._first = 0  # the number of the first message that is kept
        self._news = threading.Condition()
        threading.Thread(target=self._serve, daemon=True).start()

    def tell(self, number: int, message: Plain) -> None:
        """Take a message of the driver; they count from 0, and are heard in that order."""
        with self._news:
            if number >= self._next:
                self._early[number] = message
            while self._next in self._early:
                self._told.put(self._early.pop(self._next))
                self._next += 1

    def hear(self, number: int) -> tuple[int, list[Plain]]:
        """What the worker has said from a message on, waited for; those before it have arrived and are forgotten."""
        with self._news:
            gone = max(0, number - self._first)
            del self._said[:gone]
            self._first += gone
            if not self._said:
                self._news.wait(_HEAR)
            return self._first, list(self._said)

    def leave(self) -> None:
        """Take away what was brought to this node."""
        if self._copied != Path():
            shutil.rmtree(self._copied, ignore_errors=True)

    def take(self) -> Plain | None:
        """See Line."""
        return self._told.get()

    def put(self, message: Plain) -> None:
        """See Line."""
        with self._news:
            self._said.append(message)
            self._news.notify_all()

    def _serve(self) -> None:
        if self._protokit != version("protokit"):
            rule = f"this node has protokit {version('protokit')}, and the driver {self._protokit}"
            self.put({"say": "broken", "reason": rule})
            return
        try:
            serve(partial(self._make, self._here()), self)
        except BaseException as error:
            self.put({"say": "broken", "reason": f"{type(error).__name__}: {error}"})

    def _here(self) -> Path:
        """The search's folder on this node."""
        if (self._folder / self._mark).exists():
            return self._folder
        copied = Path(tempfile.gettempdir()) / f"protokit-{Path(self._mark).name}"
        if not copied.exists():
            fresh = Path(tempfile.mkdtemp(prefix="protokit-"))
            for name, content in self._files().items():
                (fresh / name).parent.mkdir(parents=True, exist_ok=True)
                (fresh / name).write_bytes(content)
            try:
                fresh.rename(copied)
            except OSError:  # another actor of this node was first
                shutil.rmtree(fresh, ignore_errors=True)
        self._copied = copied
        return copied
