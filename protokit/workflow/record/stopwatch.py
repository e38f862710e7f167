"""Where the time of a run goes."""

from __future__ import annotations

import time


class Stopwatch:
    """Seconds by step: each lap adds what passed since the last one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, step: str) -> None:
        """A step has ended."""
        now = time.monotonic()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._last
        self._last = now
