"""A search while it goes on, in a notebook."""

from __future__ import annotations

import time

from IPython.display import HTML, display

from protokit.search.look.course import Course, State

_BETWEEN = 0.5  # seconds between two pictures


class InNotebook:
    """One display below the cell, drawn anew at most twice a second; it goes when the search is done."""

    def __init__(self, course: Course) -> None:
        self._course, self._drawn = course, 0.0
        self._handle = display(HTML(""), display_id=True)

    def step(self, text: str) -> None:
        """See Watching."""
        self._course.doing = text

    def __call__(self, state: State) -> None:
        """See Watching."""
        now = time.monotonic()
        if now - self._drawn >= _BETWEEN:
            self._drawn = now
            self._handle.update(HTML(self._course.card(state).html()))

    def __enter__(self) -> InNotebook:
        return self

    def __exit__(self, *error: object) -> None:
        self._handle.update(HTML(""))
