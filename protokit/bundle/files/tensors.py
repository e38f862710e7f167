"""The tensors of a model: what its header says of them, before any is read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from protokit.bundle.files.members import size_of
from protokit.core.errors import BundleError
from protokit.core.outside.printed import short

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


def tensors_of(file: Path) -> dict[str, np.ndarray]:
    """Those of a file.

    Raises:
        BundleError: it cannot be read, or holds a number that is not finite.
    """
    size_of(file)
    try:
        found: dict[str, np.ndarray] = load_file(file)
    except (SafetensorError, OSError, ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        rule = f"the weights cannot be read: {short(str(error))}"
        raise BundleError(rule, place=str(file), cure="copy the folder again") from None
    for name, values in found.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            rule = f"the weights {short(name)!r} hold numbers that are not finite"
            raise BundleError(rule, place=str(file), cure="train again: what such a network says is no number")
    return found


def count_of(tensors: Mapping[str, np.ndarray], start: str) -> int:
    """How many numbers there are in all tensors whose names start so."""
    return sum(math.prod(values.shape) for name, values in tensors.items() if name.startswith(start))


def hold_fitting(variables: Sequence[keras.Variable], tensors: Sequence[np.ndarray]) -> None:
    """Hold that tensors have the shapes and types of a network's variables.

    Raises:
        BundleError: one has not.
    """
    for variable, values in zip(variables, tensors, strict=True):
        wanted = str(variable.dtype)
        same = values.dtype == wanted or (wanted == "bfloat16" and values.dtype.itemsize == 2)
        if tuple(variable.shape) != values.shape or not same:
            rule = f"the weights {short(variable.path)!r} are {values.dtype} of {values.shape}, and not {wanted} of "
            raise BundleError(f"{rule}{tuple(variable.shape)}")
