"""Units that no longer learn, and gradients that fade or grow on their way through the layers."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Edit, LayerCheck, Plain, Symptom
from protokit.evaluate.doctor.curves import usual_rate, with_rate

_MOST, _MOST_OF_BEHIND = 0.9, 0.5  # of the units or outputs of a layer; of a network that trees leave behind
_AT_START = 0.25  # from which on it is the initial weights that are to be changed
_SURE = 2.0  # standard errors
_FADED = 1e-4  # of the gradient of a layer behind
_GROWN = 1e4
_MENDED = {"kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"}


def dead_units(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """Layers in which most units give 0 for every row: no gradient comes through these.

    Source: Lu et al., Dying ReLU and Initialization, 2020.
    """
    most = _most(checkup)
    ill = [layer for layer in checkup.layers if (layer.dead or 0.0) >= most]
    if ill:
        first, start = ill[0], ill[0].dead_start or 0.0
        rule = f"{first.dead:.0%} of the units of {first.layer!r} ({first.activation}) give 0 on every row"
        evidence: dict[str, Plain] = {
            "layer": first.layer,
            "dead": first.dead or 0.0,
            "dead_at_start": start,
            "layers": len(ill),
        }
        yield Symptom("dead_units", "warning", rule + _since(start, ill), evidence, _edit(checkup, first, start))


def saturated_units(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """Layers whose outputs are mostly at the bounds of their activation, where it is flat.

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
    """
    most = _most(checkup)
    ill = [layer for layer in checkup.layers if (layer.saturated or 0.0) >= most]
    if ill:
        first, start = ill[0], ill[0].saturated_start or 0.0
        rule = f"{first.saturated:.0%} of the outputs of {first.layer!r} ({first.activation}) are at their bounds"
        evidence: dict[str, Plain] = {
            "layer": first.layer,
            "saturated": first.saturated or 0.0,
            "saturated_at_start": start,
            "layers": len(ill),
        }
        yield Symptom("saturated_units", "warning", rule + _since(start, ill), evidence, _edit(checkup, first, start))


def _most(checkup: Checkup) -> float:
    """The share that is a fault: a network that learns well can spare some units."""
    behind = [target.behind for target in checkup.targets if target.behind is not None]
    return _MOST_OF_BEHIND if any(one.value > _SURE * one.error for one in behind) else _MOST


def _since(start: float, ill: list[LayerCheck]) -> str:
    """How it was at the start, and in how many layers more it is so."""
    more = (
        f"; so it is in {len(ill) - 1} layers behind it"
        if len(ill) > 2
        else "; so it is in one more"
        if len(ill) == 2
        else ""
    )
    return f", {start:.0%} at the start{more}"


def _edit(checkup: Checkup, layer: LayerCheck, start: float) -> Edit:
    """Other initial weights where it was so from the start, else a lower rate."""
    if start >= _AT_START:
        return (
            Edit({}, layer.layer, "set", _MENDED)
            if layer.trains
            else Edit({}, layer.layer, "before", "BatchNormalization")
        )
    return with_rate(checkup, min(checkup.learning_rate / 10, usual_rate(checkup.optimizer)))


def vanishing_gradients(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """A gradient that is next to nothing in an early layer, beside that of a later one."""
    yield from _on_the_way(checkup, found, faded=True)


def exploding_gradients(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """A gradient that is far larger in an early layer than in a later one."""
    yield from _on_the_way(checkup, found, faded=False)


def _on_the_way(checkup: Checkup, found: Set[str], *, faded: bool) -> Iterator[Symptom]:
    if found & {"dead_units", "saturated_units", "unscaled_inputs"}:
        return
    inner = [layer for layer in checkup.layers if layer.gradient_start and not layer.output]
    for i, layer in enumerate(inner):
        later = [one.gradient_start or 0.0 for one in inner[i + 1 :]]
        if not later:
            return
        own = layer.gradient_start or 0.0
        ratio = own / max(later) if faded else own / min(later)
        if ratio < _FADED if faded else ratio > _GROWN:
            check = "vanishing_gradients" if faded else "exploding_gradients"
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
