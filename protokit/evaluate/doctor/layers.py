"""What the rules about units and gradients have in common."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Literal

from protokit.core.checkup import Checkup, Edit, LayerCheck, Plain, Symptom
from protokit.evaluate.doctor.curves import usual_rate, with_rate

_MOST, _MOST_OF_BEHIND = 0.9, 0.5  # of the units or outputs of a layer; of a network that trees leave behind
_AT_START = 0.25  # from which on it is the initial weights that are to be changed
_SURE = 2.0  # standard errors
_FADED = 1e-4  # of the gradient of a layer behind
_GROWN = 1e4
_MENDED = {"kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"}


def fault_share(checkup: Checkup) -> float:
    """The share that is a fault: a network that learns well can spare some units."""
    behind = [target.behind for target in checkup.targets if target.behind is not None]
    return _MOST_OF_BEHIND if any(one.value > _SURE * one.error for one in behind) else _MOST


def since_start(start: float, ill: list[LayerCheck]) -> str:
    """How it was at the start, and in how many layers more it is so."""
    more = (
        f"; so it is in {len(ill) - 1} layers behind it"
        if len(ill) > 2
        else "; so it is in one more"
        if len(ill) == 2
        else ""
    )
    return f", {start:.0%} at the start{more}"


def mended(checkup: Checkup, layer: LayerCheck, start: float) -> Edit:
    """Other initial weights where it was so from the start, else a lower rate."""
    if start >= _AT_START:
        return (
            Edit({}, layer.layer, "set", _MENDED)
            if layer.trains
            else Edit({}, layer.layer, "before", "BatchNormalization")
        )
    return with_rate(checkup, min(checkup.learning_rate / 10, usual_rate(checkup.optimizer)))


def gradients_between(
    checkup: Checkup, found: Set[str], check: Literal["vanishing_gradients", "exploding_gradients"]
) -> Iterator[Symptom]:
    """A gradient that fades, or grows, from a later layer to an earlier one."""
    if found & {"dead_units", "saturated_units", "unscaled_inputs"}:
        return
    faded = check == "vanishing_gradients"
    inner = [layer for layer in checkup.layers if layer.gradient_start and not layer.output]
    for i, layer in enumerate(inner):
        later = [one.gradient_start or 0.0 for one in inner[i + 1 :]]
        if not later:
            return
        own = layer.gradient_start or 0.0
        ratio = own / max(later) if faded else own / min(later)
        if ratio < _FADED if faded else ratio > _GROWN:
            other = max(later) if faded else min(later)
            rule = (
                f"at the start the gradient of {layer.layer!r} was {own:.2g} and that of a later layer "
                f"{other:.2g}: it {'fades' if faded else 'grows'} on its way through the layers"
            )
            evidence: dict[str, Plain] = {"layer": layer.layer, "gradient": own, "later": other}
            yield Symptom(
                check, "warning", rule, evidence, Edit({}, inner[i + 1].layer, "before", "LayerNormalization")
            )
            return
