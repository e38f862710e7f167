"""Operations of keras.ops as a menu writes them: on tensors, and on constants that stand in the menu."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.menu import catalogue
from protokit.menu.reading import slices

MOST_NUMBERS = 100_000  # of a constant that is written into a menu
_PLAIN = {"float32": float, "int32": int, "bool": bool}
_ARRAY, _DTYPE = "array", "dtype"


def operation(entry: catalogue.Entry, given: Mapping[str, Any], name: str | None) -> Callable[..., Any]:
    """What calls an operation on tensors, between them and the constant that the menu gives."""
    arguments = dict(given)
    value, reverse = constant(arguments.pop("value", None)), bool(arguments.pop("reverse", False))
    if entry.name == "ops.get_item":
        parts = slices.parse(arguments.pop("key"))
        value = parts if len(parts) > 1 else parts[0]
    for key, about in entry.arguments.items():
        if isinstance(arguments.get(key), tuple) and isinstance(about.get("default"), list):
            arguments[key] = list(arguments[key])
    made = getattr(importlib.import_module(str(entry.home)), str(entry.kind))(**arguments, name=name)

    def call(*taken: Any, **by_name: Any) -> Any:
        operands = [*taken, value] if value is not None else list(taken)
        return made(*(reversed(operands) if reverse else operands), **by_name)

    return call


def constant(value: Any) -> Any:
    """A constant as Keras takes it: a list of numbers, or `{array: ..., dtype: ...}`, becomes an array."""
    if isinstance(value, Mapping) and set(value) == {_ARRAY, _DTYPE}:
        return np.array(value[_ARRAY], dtype=value[_DTYPE])
    if isinstance(value, Sequence) and not isinstance(value, str):
        found = np.array(value)
        return found.astype({"f": "float32", "i": "int32"}.get(found.dtype.kind, found.dtype))
    return value


def written(value: Any, others: Sequence[keras.KerasTensor] = ()) -> Any:
    """A constant as a menu has it; `others` are the tensors that it meets.

    Raises:
        ValueError: it is nothing that a menu can write.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(one, (bool, int, float)) for one in value):
        return list(value)
    try:
        array = np.asarray(value)
    except Exception as error:
        raise ValueError(f"{type(value).__name__} is no number, text or array") from error
    kind = str(array.dtype)
    if array.dtype.kind not in "fiub" or kind == "float16":
        raise ValueError(f"an array of {kind} is no constant of a menu")
    if array.size > MOST_NUMBERS:
        raise ValueError(f"a constant of {array.size:,} numbers is too large for a menu ({MOST_NUMBERS:,} at most)")
    alone = kind == "float32" and all(str(other.dtype) == "float32" for other in others)
    if alone if array.ndim == 0 else kind in _PLAIN and array.size > 0:
        return array.tolist()
    return {_ARRAY: array.tolist(), _DTYPE: kind}
