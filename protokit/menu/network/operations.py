"""Operations of keras.ops as a menu writes them: on tensors, and on constants that stand in the menu."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.menu import catalogue
from protokit.menu.reading import slices

MOST_NUMBERS = 100_000  # of a constant that is written into a menu
_PLAIN = {"float32": float, "int32": int, "bool": bool}
_ARRAY, _DTYPE = "array", "dtype"
_NOT_FINITE = ("inf", "-inf", "nan")


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
    takes = inspect.signature(made.call)

    def call(*taken: Any, **by_name: Any) -> Any:
        operands = [*taken, value] if value is not None else list(taken)
        given = takes.bind(*(reversed(operands) if reverse else operands), **by_name)
        given.apply_defaults()  # where Keras finds the shapes some have no default, or another name
        return made(*given.args, **given.kwargs)

    return call


def constant(value: Any) -> Any:
    """A constant as Keras takes it: a list of numbers, or `{array: ..., dtype: ...}`, is an array, '-inf' a number."""
    if isinstance(value, Mapping) and set(value) == {_ARRAY, _DTYPE}:
        return np.array(_numbers(value[_ARRAY]), dtype=value[_DTYPE])
    value = _numbers(value)
    if isinstance(value, list):
        found = np.array(value)
        return found.astype({"f": "float32", "i": "int32"}.get(found.dtype.kind, found.dtype))
    return value


def written(value: Any, others: Sequence[keras.KerasTensor] = ()) -> Any:
    """A constant as a menu has it; `others` are the tensors that it meets.

    Raises:
        ValueError: it is nothing that a menu can write.
    """
    if value is None or isinstance(value, str):
        return value
    if _is_plain(value) or (isinstance(value, (list, tuple)) and all(map(_is_plain, value))):
        return _finite(value)
    try:
        array = np.asarray(value)
    except Exception as error:
        raise ValueError(f"{type(value).__name__} is no number, text or array") from error
    kind = str(array.dtype)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"an array of {kind} is no constant of a menu")
    if array.size > MOST_NUMBERS:
        raise ValueError(f"a constant of {array.size:,} numbers is too large for a menu ({MOST_NUMBERS:,} at most)")
    alone = kind == "float32" and all(str(other.dtype) == "float32" for other in others)
    if np.isfinite(array).all() and (alone if array.ndim == 0 else kind in _PLAIN and array.size > 0):
        return array.tolist()
    return {_ARRAY: _finite(array.tolist()), _DTYPE: kind}


def _is_plain(value: object) -> bool:
    """Whether a value is a number of Python itself; those of NumPy have a type that decides of the result's."""
    return isinstance(value, (bool, int, float)) and not isinstance(value, np.generic)


def _finite(value: Any) -> Any:
    """A number, or lists of them; those that are not finite, which no file holds, as texts."""
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return value if isinstance(value, int) or np.isfinite(value) else str(value)


def _numbers(value: Any) -> Any:
    """What `_finite` wrote, as it was."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_numbers(one) for one in value]
    return float(value) if isinstance(value, str) and value in _NOT_FINITE else value
