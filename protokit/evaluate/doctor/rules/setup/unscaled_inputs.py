"""Data far larger or smaller than the standard deviation of 1 that initial weights are made for."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Edit, Plain, Symptom
from protokit.core.names import number
from protokit.evaluate.doctor.rule import RULES, Rule

_FAR = 10.0  # times the standard deviation of 1 that initial weights are made for
_NEAR = 0.01


@RULES.add
class UnscaledInputs(Rule):
    """Data far larger or smaller than the standard deviation of 1 that initial weights are made for.

    Source: LeCun et al., Efficient BackProp, 1998.
    """

    name = "unscaled_inputs"
    about = "inputs far larger or smaller than initial weights are made for"
    rank = 30
    explains_fit = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        for layer in checkup.layers:
            if layer.reach is None or layer.peak is None or not layer.peak:
                continue
            if layer.reach <= _FAR and layer.peak >= _NEAR:
                continue
            large = layer.reach > _FAR
            what = f"a root mean square of {number(layer.reach)}" if large else f"{layer.peak:.2g} at most"
            rule = (
                f"what the layer {layer.layer!r} takes from the data has {what}; initial weights are made for about 1"
            )
            evidence: dict[str, Plain] = {"layer": layer.layer, "root_mean_square": layer.reach, "largest": layer.peak}
            yield Symptom(
                "unscaled_inputs", "warning", rule, evidence, Edit({}, layer.layer, "before", "BatchNormalization")
            )
