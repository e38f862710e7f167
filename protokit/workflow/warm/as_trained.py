"""What is said of a whole Keras model that a recipe takes: what its inputs and outputs are held to be."""

from __future__ import annotations

from collections.abc import Sequence

from protokit.core.values.said import Notice
from protokit.menu.items import Outline
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.scaling.scaler import Scaler
from protokit.represent.encoding import Encoding
from protokit.represent.kind import NumberColumn

_SHOWN = 5


def told_of_model(menu: Outline, encoder: Encoding) -> list[Notice]:
    """That numbers are scaled by the training rows, and which output stands for which class.

    Nothing of a menu without inputs: its head is new, and learns both.
    """
    if not menu.inputs or not isinstance(encoder, Encoder):
        return []
    found = list[Notice]()
    numbers = [one.column for one in encoder.columns if isinstance(one, NumberColumn) for _ in one.names]
    scales = encoder.scaler.columns if isinstance(encoder.scaler, Scaler) else ()
    scaled = [name for name, one in zip(numbers, scales, strict=False) if not one.as_is]
    scaled += [one.spec.name for one in encoder.targets if (one.center, one.scale) != (0.0, 1.0)]
    if scaled:
        rule = f"the model takes or gives {_few(scaled)} as represent scales them by the training rows"
        edit = f"represent: {{columns: {{{scaled[0]}: {{number: {{scale: none}}}}}}}}"
        cure = f"if it was trained on such as they are: {edit}"
        found.append(Notice(rule, tuple(scaled), cure))
    for target in encoder.signature.targets:
        if target.classes and target.form == "classes":
            rule = f"the outputs of the model for {target.name!r} are, in this order, {_few(target.classes)}"
            edit = f"represent: {{columns: {{{target.name}: {{ordered: [...]}}}}}}, learn: {{task: classification}}"
            cure = f"if it has another: {edit}"
            found.append(Notice(rule, (target.name,), cure))
    return found


def _few(names: Sequence[object]) -> str:
    shown = ", ".join(map(str, names[:_SHOWN]))
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
