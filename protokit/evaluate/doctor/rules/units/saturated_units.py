"""Layers whose outputs are mostly at the bounds of their activation, where it is flat."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Plain, Symptom
from protokit.evaluate.doctor.layers import fault_share, mended, since_start
from protokit.evaluate.doctor.rule import RULES, Rule


@RULES.add
class SaturatedUnits(Rule):
    """Layers whose outputs are mostly at the bounds of their activation, where it is flat.

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
    """

    name = "saturated_units"
    about = "layers whose outputs are mostly at the bounds of their activation"
    rank = 80
    explains_fit = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        limit = fault_share(checkup)
        ill = [layer for layer in checkup.layers if (layer.saturated or 0.0) >= limit]
        if ill:
            first, start = ill[0], ill[0].saturated_start or 0.0
            rule = f"{first.saturated:.0%} of the outputs of {first.layer!r} ({first.activation}) are at their bounds"
            evidence: dict[str, Plain] = {
                "layer": first.layer,
                "saturated": first.saturated or 0.0,
                "saturated_at_start": start,
                "layers": len(ill),
            }
            yield Symptom(
                "saturated_units", "warning", rule + since_start(start, ill), evidence, mended(checkup, first, start)
            )
