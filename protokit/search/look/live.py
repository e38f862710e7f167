"""A search while it goes on: one card that is drawn anew in a terminal or a notebook, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Protocol, TextIO

from rich.console import Console
from rich.live import Live

from protokit.search.look.course import OVER, Asked, Course, State
from protokit.show.blocks import printable

_BETWEEN = 0.25  # seconds between two pictures


class Watching(Protocol):
    """Shows a search while it goes on; a context manager. Called with what is known of it, as often as one likes."""

    def step(self, text: str) -> None:
        """What is done now, or waited for, where no trial runs."""

    def __call__(self, state: State) -> None:
        """Show what is known now."""

    def __enter__(self) -> Watching: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class InTerminal:
    """A card on stderr that is drawn anew at most four times a second, and goes when the search is done."""

    def __init__(self, course: Course, console: Console | None = None) -> None:
        self._course, self._drawn = course, 0.0
        self._live = Live(console=console or Console(stderr=True), auto_refresh=False, transient=True)

    def step(self, text: str) -> None:
        """See Watching."""
        self._course.doing = text

    def __call__(self, state: State) -> None:
        """See Watching."""
        now = time.monotonic()
        if now - self._drawn >= _BETWEEN:
            self._drawn = now
            self._live.update(self._course.card(state).rich(), refresh=True)

    def __enter__(self) -> InTerminal:
        self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.stop()


class InLines:
    """A line for each trial that is over, and one for each step: for logs and pipes."""

    def __init__(self, course: Course, out: TextIO | None = None) -> None:
        self._course, self._out = course, out
        self._told: set[int] | None = None
        self._trained: set[tuple[int, int]] = set()

    def step(self, text: str) -> None:
        """See Watching."""
        self._course.doing = text
        self._print(text)

    def __call__(self, state: State) -> None:
        """See Watching."""
        over = {number for number, trial in state.trials.items() if trial.state in OVER}
        if self._told is None:  # those of an earlier driver are not told again
            self._told = over if len(over) > 1 else set()
        self._course.left(state)
        for number in sorted(over - self._told):
            self._print(self._course.line(state.trials[number], state))
        self._told |= over
        trained = {key for key, final in state.finals.items() if final.state in OVER}
        for trial, split in sorted(trained - self._trained):
            value = self._course.own(state.finals[trial, split].value)
            self._print(f"finalist trial {trial}, split {split}: {self._course.asked.metric} {value}")
        self._trained |= trained

    def _print(self, text: str) -> None:
        print(printable(" ".join(text.split("\n"))), file=self._out or sys.stderr, flush=True)

    def __enter__(self) -> InLines:
        if self._course.asked.notice:
            self._print(self._course.asked.notice)
        return self

    def __exit__(self, *error: object) -> None:
        pass


def watching(asked: Asked) -> Watching:
    """What suits where this runs: a notebook, a terminal, or neither."""
    course = Course(asked)
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    if get_ipython is not None and getattr(get_ipython(), "kernel", None) is not None:
        from protokit.search.look.live_notebook import InNotebook

        return InNotebook(course)
    return InTerminal(course) if sys.stderr.isatty() else InLines(course)
