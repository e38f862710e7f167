"""Whether the networks of a model can be asked several times, with their dropout on."""

from __future__ import annotations

from collections.abc import Sequence

from protokit.core.errors import SpecError
from protokit.core.values.signature import TargetSpec
from protokit.learn.inspection.dropout import dropouts

_NONE = {"mask": "a mask has no column of numbers", "clusters": "clusters are found in what dropout is not in"}


def hold_samples(samples: object, networks: Sequence[object], targets: Sequence[TargetSpec]) -> None:
    """Hold that networks can be asked several times.

    Raises:
        SpecError: it is no number of times, a network has no dropout, or the target says no numbers.
    """
    if isinstance(samples, bool) or not isinstance(samples, int) or samples < 2:
        raise SpecError.one(f"samples is a whole number of at least 2, not {samples!r}", "write samples=50")
    if why := next((_NONE[target.form] for target in targets if target.form in _NONE), None):
        raise SpecError.one(f"samples say how sure a network is of numbers, and {why}", "leave samples out")
    if not all(map(dropouts, networks)):
        rule = "the network has no dropout: it says the same each time"
        cure = "train it with a {Dropout: 0.1} in learn.menu, or average several: learn: {networks: 5}"
        raise SpecError.one(rule, cure)
