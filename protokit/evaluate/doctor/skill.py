"""Skills in rules and sentences: shares of a constant's error that go away."""

from __future__ import annotations

SURE = 2.0  # standard errors by which two skills differ


def percent(share: float) -> str:
    """A share in a sentence.

    >>> percent(0.346), percent(-0.001)
    ('35%', '0%')
    """
    return f"{round(share, 2) + 0.0:.0%}"  # no -0%


def of_error(share: float, *, many: bool = False) -> str:
    """What one model, or several, make of a constant's error, after their name.

    >>> of_error(0.346), of_error(-0.112)
    ("does away with 35% of a constant's error", 'is worse than a constant by 11%')
    >>> of_error(0.346, many=True)
    "do away with 35% of a constant's error"
    """
    if round(share, 2) < 0:
        return f"{'are' if many else 'is'} worse than a constant by {percent(-share)}"
    return f"{'do' if many else 'does'} away with {percent(share)} of a constant's error"
