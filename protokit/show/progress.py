"""Progress of a training, in a terminal or a notebook."""

from __future__ import annotations

import html
import sys
import time
from types import TracebackType
from typing import Any, Protocol


class Progress(Protocol):
    """Shows what goes on; a context manager."""

    def step(self, text: str) -> None:
        """A new step begins."""

    def epoch(self, done: int, of: int, text: str) -> None:
        """An epoch is done."""

    def __enter__(self) -> Progress: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Silent:
    """Shows nothing."""

    def step(self, text: str) -> None:
        """See Progress."""

    def epoch(self, done: int, of: int, text: str) -> None:
        """See Progress."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *error: object) -> None:
        pass


class Terminal:
    """A bar on stderr."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._task: Any = None

    def step(self, text: str) -> None:
        """See Progress."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(text, total=None)

    def epoch(self, done: int, of: int, text: str) -> None:
        """See Progress."""
        self._bar.update(self._task, total=of, completed=done, description=f"epoch {done}/{of}  {text}")

    def __enter__(self) -> Terminal:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()


class Notebook:
    """One line below the cell, at most five times a second; it goes when the run is done."""

    def __init__(self) -> None:
        from IPython.display import HTML, display

        self._html = HTML
        self._handle: Any = display(HTML(""), display_id=True)
        self._shown = 0.0

    def step(self, text: str) -> None:
        """See Progress."""
        self._show(html.escape(text))

    def epoch(self, done: int, of: int, text: str) -> None:
        """See Progress."""
        if time.monotonic() - self._shown > 0.2:
            bar = f'<progress value="{done}" max="{of}"></progress>'
            self._show(f"{bar} epoch {done}/{of} &nbsp; {html.escape(text)}")

    def _show(self, text: str) -> None:
        self._shown = time.monotonic()
        self._handle.update(self._html(f"<code>{text}</code>"))

    def __enter__(self) -> Notebook:
        return self

    def __exit__(self, *error: object) -> None:
        self._handle.update(self._html(""))


def progress() -> Progress:
    """The progress that suits where this runs: a notebook, a terminal, or neither."""
    if "IPython" in sys.modules:
        from IPython import get_ipython  # type: ignore[attr-defined]

        if getattr(get_ipython(), "kernel", None) is not None:
            return Notebook()
    return Terminal() if sys.stderr.isatty() else Silent()
