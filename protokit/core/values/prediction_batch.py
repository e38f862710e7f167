"""How many rows are predicted at once."""

from __future__ import annotations

from protokit.core.values.signature import Signature

_ROWS = 4096  # in a batch
_GIVEN = 2**22  # numbers that a batch gives at most: of masks these are many a row


def predicted_at_once(signature: Signature) -> int:
    """How many rows `predict` gives to the network at once: rows that are cut at its multiples give the same bits."""
    return min(_ROWS, max(1, _GIVEN // max(target.units for target in signature.targets)))
