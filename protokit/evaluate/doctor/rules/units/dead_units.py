"""Layers in which most units give 0 for every row: no gradient comes through these."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Plain, Symptom
from protokit.evaluate.doctor.layers import fault_share, mended, since_start
from protokit.evaluate.doctor.rule import RULES, Rule


@RULES.add
class DeadUnits(Rule):
    """Layers in which most units give 0 for every row: no gradient comes through these.

    Source: Lu et al., Dying ReLU and Initialization, 2020.
    """

    name = "dead_units"
    about = "layers in which most units give 0 for every row"
    rank = 70
    explains_fit = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        limit = fault_share(checkup)
        ill = [layer for layer in checkup.layers if (layer.dead or 0.0) >= limit]
        if ill:
            first, start = ill[0], ill[0].dead_start or 0.0
            rule = f"{first.dead:.0%} of the units of {first.layer!r} ({first.activation}) give 0 on every row"
            evidence: dict[str, Plain] = {
                "layer": first.layer,
                "dead": first.dead or 0.0,
                "dead_at_start": start,
                "layers": len(ill),
            }
            yield Symptom(
                "dead_units", "warning", rule + since_start(start, ill), evidence, mended(checkup, first, start)
            )
