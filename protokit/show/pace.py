"""The course of a run while it goes on: what each stage took, losses drawn small, and the time that is left at most."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

_BARS = "▁▂▃▄▅▆▇█"
_BETWEEN = 0.05  # seconds: reports that come closer together are of one call of the engine
_KEPT = 60  # measures of the pace
_FEWEST = 3  # one alone may hold what was compiled
_STAGES = 6


class Stages:
    """What a run does now and did before, with the time that each stage took so far."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._begun = clock, clock()
        self._done: list[str] = []
        self.now = ""

    def step(self, text: str) -> None:
        """A new stage begins."""
        if self.now:
            self._done.append(self.text)
        self.now, self._begun = text, self._clock()

    @property
    def text(self) -> str:
        """The stage that goes on, and how long it has."""
        return f"{self.now} {elapsed(self._clock() - self._begun)}" if self.now else ""

    @property
    def before(self) -> str:
        """The last stages that are over, in a line."""
        return " · ".join(["…"] * (len(self._done) > _STAGES) + self._done[-_STAGES:])


class Pace:
    """Takes a report for each epoch; costs next to nothing until something is asked of it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.label: str | None = None
        self.done, self.of = 0, 0
        self.losses: list[float] = []
        self.validation: list[float] = []
        self._at: tuple[float, int] | None = None
        self._seconds: list[float] = []

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """An epoch is done; one of another label, or an earlier one, is of another network."""
        if label != self.label or done <= self.done:
            self.label, self.losses, self.validation, self._at = label, [], [], None
        self.done, self.of = done, of
        self.losses.append(loss)
        self.validation.append(validation)
        now = self._clock()
        if self._at is None:  # the first epoch may hold what was compiled
            self._at = (now, done)
        elif now - self._at[0] >= _BETWEEN:
            self._seconds = [*self._seconds[1 - _KEPT :], (now - self._at[0]) / (done - self._at[1])]
            self._at = (now, done)

    @property
    def left(self) -> float | None:
        """Seconds until the last epoch: the median of an epoch's times those to come. None where it is not known yet.

        It is at most so many, as training may stop before.
        """
        if len(self._seconds) < _FEWEST:
            return None
        return median(self._seconds) * (self.of - self.done)

    @property
    def text(self) -> str:
        """Losses and time left, in a line."""
        left = f"  at most {duration(self.left)} left" if self.left is not None and self.done < self.of else ""
        start = f"{self.label}: " if self.label else ""
        return f"{start}loss {self.losses[-1]:.4g}  validation {self.validation[-1]:.4g}{left}"


def elapsed(seconds: float) -> str:
    """A time that has gone, so exact that one sees it go on.

    >>> elapsed(0.42), elapsed(42.3), elapsed(200), elapsed(8000)
    ('0.4 s', '42 s', '3 min 20 s', '2 h 13 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{int(seconds)} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s" if seconds < 3600 else duration(seconds)


def duration(seconds: float) -> str:
    """A time in words, as exact as one needs it.

    >>> duration(0.4), duration(42), duration(200), duration(8000)
    ('1 s', '42 s', '3 min', '2 h 13 min')
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def thin(values: list[float], most: int) -> list[float]:
    """At most so many of the values, the last one among them."""
    count = len(values)
    return list(values) if count <= most else [values[round(i * (count - 1) / (most - 1))] for i in range(most)]


def sparkline(values: list[float], width: int = 24) -> str:
    """A line of values as a row of blocks, as high as they are.

    >>> sparkline([3.0, 2.0, 1.0, 1.0])
    '█▄▁▁'
    """
    shown = [value for value in thin(values, width) if value == value and abs(value) != float("inf")]
    if not shown:
        return ""
    low, high = min(shown), max(shown)
    return "".join(_BARS[int((value - low) / ((high - low) or 1) * 7)] for value in shown)


def small_curve(losses: list[float], validation: list[float], width: int = 300, height: int = 70) -> str:
    """Both losses as a small SVG: training solid, validation dashed."""
    lines = [thin(values, 150) for values in (losses, validation)]
    every = [value for values in lines for value in values if value == value and abs(value) != float("inf")]
    if len(lines[0]) < 2 or not every:
        return ""
    low, high = min(every), max(every)
    drawn = []
    for values, look in zip(lines, ('stroke="#0072b2"', 'stroke="#d55e00" stroke-dasharray="4 3"'), strict=True):
        across, down = (width - 8) / (len(values) - 1), (height - 8) / ((high - low) or 1)
        points = " ".join(
            f"{4 + i * across:.1f},{4 + (high - value) * down:.1f}"
            for i, value in enumerate(values)
            if value == value and abs(value) != float("inf")
        )
        drawn.append(f'<polyline points="{points}" fill="none" stroke-width="1.6" {look}/>')
    return (
        f'<svg role="img" aria-label="loss so far: training solid, validation dashed" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" style="display:block">{"".join(drawn)}</svg>'
    )
