"""The inputs of a menu that is a whole model, as a recipe's data has them."""

from __future__ import annotations

from collections.abc import Callable

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.places import Fault
from protokit.core.suggest import nearest
from protokit.menu.items import Input, Outline
from protokit.menu.network.inputs import Inputs
from protokit.menu.network.refusal import shape

_KINDS = ("batch_size", "sparse", "ragged", "optional")


def of_data(menu: Outline, own: Inputs) -> dict[str, keras.KerasTensor]:
    """What each input of the menu is: the column, or the named input of `represent`, that has its name.

    The only one that there is may have any name: it is what a chain starts from. Codes and numbers are cast to the
    type that the model takes.

    Raises:
        SpecError: the data has no such input, or one of another shape; at the input.
    """
    found: dict[str, keras.KerasTensor] = {}
    for name, spec in menu.inputs.items():
        key = name if name in own.tensors or len(menu.inputs) > 1 else "inputs"
        if odd := next((word for word in _KINDS if spec.get(word)), None):
            rule = f"the input {name!r} has {odd}, which a recipe's network has not"
            raise SpecError([Fault(rule, f"remove {odd}", ("inputs", name, odd), "key")])
        if key not in own.tensors:
            near = nearest(name, own.tensors)
            cure = f"did you mean {near!r}?" if near else f"write represent: {{inputs: {{{name}: [COLUMN]}}}}"
            raise SpecError([Fault(f"the data has no input {name!r}", cure, ("inputs", name), "key")])
        found[name] = _held(name, spec, own.tensors[key], own)
    return found


def _held(
    name: str, spec: Input, given: keras.KerasTensor | Callable[[], keras.KerasTensor], own: Inputs
) -> keras.KerasTensor:
    made = given() if callable(given) else given
    wanted, has = tuple(spec["shape"]), tuple(made.shape[1:])
    fits = len(wanted) == len(has) and all(a in (None, b) for a, b in zip(wanted, has, strict=True))
    if not fits:
        takes = ", ".join("any" if one is None else str(one) for one in wanted)
        columns = ", ".join(column for one in own.specs for column in one.columns) if len(own.specs) == 1 else ""
        of = f" ({columns})" if columns and len(has) == 1 else ""
        rule = f"the input {name!r} takes (rows, {takes}), and represent gives {shape(made)}{of}"
        cure = "write under represent what the model was trained on, and columns that it was not as ignore"
        raise SpecError([Fault(rule, cure, ("inputs", name))])
    same = keras.backend.standardize_dtype(made.dtype) == spec["dtype"]
    return made if same else keras.ops.cast(made, spec["dtype"])
