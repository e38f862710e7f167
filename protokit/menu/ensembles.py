"""What may stand in an ensemble: layers that work on the last axis, so that its members do not see each other."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.menu import catalogue
from protokit.menu.items import Layer

_ON_LAST_AXIS = (
    "Dense", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Identity", "Rescaling", "LayerScale",
    "Dropout", "GaussianDropout", "GaussianNoise", "AlphaDropout", "ActivityRegularization",
    "BatchNormalization", "LayerNormalization", "RMSNormalization", "UnitNormalization", "SpectralNormalization",
    "Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract",
)  # fmt: skip
_OF_THE_MENU = ("ensemble", "residual")
_LAST = (-1, 2, (-1,), (2,))


def refusal(kind: str, arguments: Mapping[str, object]) -> str | None:
    """Why a layer cannot be in an ensemble; None where it can, or is of another package: then its shapes tell.

    >>> refusal("Dense", {"units": 8})
    >>> refusal("Flatten", {})
    'Flatten does not work on the last axis alone: it would mix the members of the ensemble'
    >>> refusal("LayerNormalization", {"axis": 1})
    'LayerNormalization on axis 1 would mix the members of the ensemble: the last axis is -1'
    """
    entry = catalogue.find("layers", kind)
    own = kind in _OF_THE_MENU or kind.startswith("ops.") or (entry is not None and entry.own is not None)
    if not own and (entry is None or entry.name not in _ON_LAST_AXIS):
        return f"{kind} does not work on the last axis alone: it would mix the members of the ensemble"
    axis = arguments.get("axis", -1)
    if isinstance(axis, list):
        axis = tuple(axis)
    if entry is not None and entry.own is None and axis not in _LAST:
        return f"{kind} on axis {axis} would mix the members of the ensemble: the last axis is -1"
    inner = arguments.get("layer")
    return refusal(inner.kind, inner.arguments) if isinstance(inner, Layer) else None
