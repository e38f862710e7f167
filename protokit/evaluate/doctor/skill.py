"""Skills in rules and sentences: shares of a constant's error that go away."""

from __future__ import annotations

SURE = 2.0  # standard errors by which two skills differ


def percent(share: float) -> str:
    """A share in a sentence.

    >>> percent(0.346), percent(-0.001)
    ('35%', '0%')
    """
    return f"{round(share, 2) + 0.0:.0%}"  # no -0%
