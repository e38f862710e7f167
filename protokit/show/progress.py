"""Progress of a run, in a terminal or a notebook."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Protocol


class Progress(Protocol):
    """Shows what goes on; a context manager."""

    def step(self, text: str) -> None:
        """A new step begins."""

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """An epoch is done; `label` says which of several networks is trained."""

    def __enter__(self) -> Progress: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Silent:
    """Shows nothing."""

    def step(self, text: str) -> None:
        """See Progress."""

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """See Progress."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *error: object) -> None:
        pass


def progress() -> Progress:
    """The progress that suits where this runs: a notebook, a terminal, or neither."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    if get_ipython is not None and getattr(get_ipython(), "kernel", None) is not None:
        from protokit.show.notebook import Notebook

        return Notebook()
    if not sys.stderr.isatty():
        return Silent()
    from protokit.show.terminal import Terminal

    return Terminal()
